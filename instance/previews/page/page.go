// Package page reads what a web page says of itself in its head: its title, what
// it is about, its picture. It takes words and addresses and nothing else; what
// it returns is plain text, whatever the page holds (security.md F04, E12).
package page

import (
	"encoding/json"
	"io"
	"net/url"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/net/html/charset"

	"palier/instance/writing"
)

// Page is what a page says of itself.
type Page struct {
	Title       string
	Description string
	Provider    string // the site it is on
	Author      string
	Language    string
	Image       string // absolute, http or https
	ImageAlt    string
	// OEmbed is where it says more, as JSON.
	OEmbed string
}

const (
	// MaxBytes is how much of a page is read; what matters stands at its
	// beginning.
	MaxBytes = 512 << 10

	maxTokens      = 5000
	maxToken       = 64 << 10
	maxAddress     = 2048
	maxTitle       = 200 // characters, as the lengths below
	maxDescription = 500
	maxName        = 100
	maxLanguage    = 35
)

// Read reads a page that lies at base. contentType is what its server says it
// is, whose charset counts before the page's own. What cannot be read says
// nothing.
func Read(r io.Reader, contentType string, base *url.URL) Page {
	decoded, err := charset.NewReader(io.LimitReader(r, MaxBytes), contentType)
	if err != nil {
		return Page{}
	}
	h := head{said: map[string]string{}}
	h.read(decoded)
	said := func(limit int, names ...string) string {
		for _, name := range names {
			if text := line(h.said[name], limit); text != "" {
				return text
			}
		}
		return ""
	}
	p := Page{
		Title:       said(maxTitle, "og:title", "twitter:title", "title"),
		Description: said(maxDescription, "og:description", "twitter:description", "description"),
		Provider:    said(maxName, "og:site_name", "application-name"),
		Author:      said(maxName, "author", "article:author:name"),
		ImageAlt:    said(maxDescription, "og:image:alt", "twitter:image:alt"),
		Language:    language(h.said["lang"]),
		OEmbed:      resolve(base, h.said["oembed"]),
	}
	for _, name := range []string{"og:image:secure_url", "og:image", "og:image:url", "twitter:image"} {
		if p.Image = resolve(base, h.said[name]); p.Image != "" {
			break
		}
	}
	return p
}

// head is what the head of a page says, each name the first time.
type head struct{ said map[string]string }

func (h *head) say(name, text string) {
	if _, ok := h.said[name]; !ok && strings.TrimSpace(text) != "" {
		h.said[name] = text
	}
}

// read goes through a page until its body begins.
func (h *head) read(r io.Reader) {
	z := html.NewTokenizer(r)
	z.SetMaxBuf(maxToken)
	inTitle := false
	for range maxTokens {
		switch z.Next() {
		case html.ErrorToken:
			return
		case html.TextToken:
			if inTitle {
				h.say("title", string(z.Text()))
			}
		case html.EndTagToken:
			inTitle = false
			if name, _ := z.TagName(); atom.Lookup(name) == atom.Head {
				return
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			token := z.Token()
			switch inTitle = token.DataAtom == atom.Title; token.DataAtom {
			case atom.Body, atom.Main, atom.Article:
				return
			case atom.Html:
				h.say("lang", attribute(token, "lang"))
			case atom.Meta:
				h.meta(token)
			case atom.Link:
				h.link(token)
			}
		}
	}
}

// named are the names of meta elements that are read.
var named = map[string]bool{
	"og:title": true, "og:description": true, "og:site_name": true, "og:image": true, "og:image:url": true, "og:image:secure_url": true, "og:image:alt": true,
	"twitter:title": true, "twitter:description": true, "twitter:image": true, "twitter:image:alt": true,
	"description": true, "author": true, "application-name": true, "article:author:name": true,
}

func (h *head) meta(token html.Token) {
	for _, key := range []string{"property", "name"} {
		if name := strings.ToLower(strings.TrimSpace(attribute(token, key))); named[name] {
			h.say(name, attribute(token, "content"))
		}
	}
}

func (h *head) link(token html.Token) {
	if strings.EqualFold(attribute(token, "type"), "application/json+oembed") && strings.EqualFold(attribute(token, "rel"), "alternate") {
		h.say("oembed", attribute(token, "href"))
	}
}

func attribute(token html.Token, name string) string {
	for _, a := range token.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// ReadOEmbed reads what an oEmbed answer says in words; its HTML is left where
// it is. Anything else says nothing.
func ReadOEmbed(b []byte, base *url.URL) Page {
	var said struct {
		Title     string `json:"title"`
		Author    string `json:"author_name"`
		Provider  string `json:"provider_name"`
		Thumbnail string `json:"thumbnail_url"`
	}
	if err := json.Unmarshal(b, &said); err != nil {
		return Page{}
	}
	return Page{
		Title: line(said.Title, maxTitle), Author: line(said.Author, maxName), Provider: line(said.Provider, maxName), Image: resolve(base, said.Thumbnail),
	}
}

// line is text on one line, without what does not show or turns it round, and no
// longer than limit.
func line(text string, limit int) string {
	text = writing.CleanLine(text, limit+1)
	if utf8.RuneCountInString(text) <= limit {
		return text
	}
	runes := []rune(text)
	return strings.TrimSpace(string(runes[:limit-1])) + "…"
}

// language keeps a language tag if it looks like one.
func language(tag string) string {
	tag = strings.TrimSpace(tag)
	if len(tag) < 2 || len(tag) > maxLanguage || strings.Trim(strings.ToLower(tag), "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		return ""
	}
	return tag
}

// resolve returns the absolute address that a page at base names; empty if it is
// none of the web, hides where it leads, or is too long.
func resolve(base *url.URL, address string) string {
	address = strings.TrimSpace(address)
	if address == "" || len(address) > maxAddress {
		return ""
	}
	u, err := base.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
		return ""
	}
	u.Fragment = ""
	text := u.String()
	if len(text) > maxAddress || !utf8.ValidString(text) {
		return ""
	}
	return text
}
