package apptest

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"palier/instance"
)

// Browser is somebody at a browser without script: it opens pages, fills in the
// forms they hold and presses their buttons.
type Browser struct {
	T        testing.TB
	Language string // Accept-Language; fr if empty
	Reader   string // who sits at it, for [Server.Exchanges]
	base     *url.URL
	client   *http.Client
}

// Browser returns a browser that nobody is signed in with.
func (s *Server) Browser() *Browser {
	s.T.Helper()
	base, err := url.Parse(s.URL)
	if err != nil {
		s.T.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.T.Fatal(err)
	}
	stay := func(r *http.Request, via []*http.Request) error {
		if r.URL.Host != base.Host || len(via) > 5 {
			return errors.New("led away to " + r.URL.String())
		}
		return nil
	}
	return &Browser{T: s.T, base: base, client: &http.Client{Jar: jar, CheckRedirect: stay, Transport: &http.Transport{DisableKeepAlives: true}}}
}

// SignedIn returns a browser that somebody has signed in with.
func (s *Server) SignedIn(a instance.Account) *Browser {
	s.T.Helper()
	b := s.Browser()
	p := b.Press(b.Open("/signin"), "form[action='/signin'] button", Fields{"email": {a.Email}, "password": {Password}})
	if p.Status != http.StatusOK || p.Path != "/home" {
		s.T.Fatalf("sign in as %s: %d at %s", a.Username, p.Status, p.Path)
	}
	return b
}

// Cookies are what the browser holds for the server.
func (b *Browser) Cookies() []*http.Cookie { return b.client.Jar.Cookies(b.base) }

// SetCookies makes the browser hold cookies for the server.
func (b *Browser) SetCookies(cookies []*http.Cookie) { b.client.Jar.SetCookies(b.base, cookies) }

// Page is an answer, after all that it led to.
type Page struct {
	*goquery.Document
	Status int
	Path   string // with query and fragment
	Header http.Header
	Body   string
}

// Open goes to an address of the server.
func (b *Browser) Open(path string) *Page {
	b.T.Helper()
	return b.do(http.MethodGet, path, "", nil)
}

// Post sends a form that no page holds.
func (b *Browser) Post(path string, fields Fields) *Page {
	b.T.Helper()
	return b.do(http.MethodPost, path, "application/x-www-form-urlencoded", []byte(url.Values(fields).Encode()))
}

// Do sends any request and follows nothing.
func (b *Browser) Do(r *http.Request) *Page {
	b.T.Helper()
	alone := *b.client
	alone.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return b.read(&alone, r)
}

// Request returns a request for [Browser.Do], as from a page of the server.
func (b *Browser) Request(method, path, kind string, body []byte) *http.Request {
	b.T.Helper()
	target, err := b.base.Parse(path)
	if err != nil {
		b.T.Fatal(err)
	}
	r, err := http.NewRequestWithContext(b.T.Context(), method, target.String(), bytes.NewReader(body))
	if err != nil {
		b.T.Fatal(err)
	}
	language := b.Language
	if language == "" {
		language = "fr"
	}
	r.Header.Set("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
	r.Header.Set("Accept-Language", language)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	if b.Reader != "" {
		r.Header.Set(readerHeader, b.Reader)
	}
	return r
}

func (b *Browser) do(method, path, kind string, body []byte) *Page {
	b.T.Helper()
	return b.read(b.client, b.Request(method, path, kind, body))
}

func (b *Browser) read(c *http.Client, r *http.Request) *Page {
	b.T.Helper()
	res, err := c.Do(r)
	if err != nil {
		b.T.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 8<<20))
	if err != nil {
		b.T.Fatal(err)
	}
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(body))
	if err != nil {
		b.T.Fatal(err)
	}
	path := res.Request.URL.RequestURI()
	if f := res.Request.URL.Fragment; f != "" {
		path += "#" + f
	}
	return &Page{Document: doc, Status: res.StatusCode, Path: path, Header: res.Header, Body: string(body)}
}

// Fields are what is filled in, instead of what a form holds already; nothing
// leaves a field out.
type Fields map[string][]string

// File is a file that is chosen in a form.
type File struct {
	Field, Name string
	Content     []byte
}

// Press fills in the form around a button of p and presses it. It fails the
// test if there is no such button, or no such field.
func (b *Browser) Press(p *Page, button string, with Fields, files ...File) *Page {
	b.T.Helper()
	pressed := p.Find(button).First()
	form := pressed.Closest("form")
	if form.Length() == 0 {
		b.T.Fatalf("%s holds no %s in a form", p.Path, button)
	}
	fields := held(form)
	for name, values := range with {
		if form.Find("[name='"+name+"']").Length() == 0 {
			b.T.Fatalf("the form of %s on %s has no field %s", button, p.Path, name)
		}
		fields[name] = values
	}
	if name, ok := pressed.Attr("name"); ok {
		fields.Add(name, pressed.AttrOr("value", ""))
	}
	action := pressed.AttrOr("formaction", form.AttrOr("action", p.Path))
	if strings.EqualFold(form.AttrOr("method", "get"), "get") {
		return b.Open(action + "?" + fields.Encode())
	}
	if form.AttrOr("enctype", "") != "multipart/form-data" {
		if len(files) > 0 {
			b.T.Fatalf("the form of %s on %s sends no files", button, p.Path)
		}
		return b.do(http.MethodPost, action, "application/x-www-form-urlencoded", []byte(fields.Encode()))
	}
	kind, body := b.multipart(fields, files)
	return b.do(http.MethodPost, action, kind, body)
}

func (b *Browser) multipart(fields url.Values, files []File) (kind string, body []byte) {
	b.T.Helper()
	var buf bytes.Buffer
	w := multipart.NewWriter(&buf)
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		for _, v := range fields[name] {
			if err := w.WriteField(name, v); err != nil {
				b.T.Fatal(err)
			}
		}
	}
	for _, f := range files {
		part, err := w.CreateFormFile(f.Field, f.Name)
		if err == nil {
			_, err = part.Write(f.Content)
		}
		if err != nil {
			b.T.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		b.T.Fatal(err)
	}
	return w.FormDataContentType(), buf.Bytes()
}

// held is what a form would send as it stands.
func held(form *goquery.Selection) url.Values {
	fields := url.Values{}
	form.Find("input[name], textarea[name], select[name]").Each(func(_ int, field *goquery.Selection) {
		name := field.AttrOr("name", "")
		if _, off := field.Attr("disabled"); off || field.Closest("template").Length() > 0 {
			return
		}
		switch goquery.NodeName(field) {
		case "textarea":
			fields.Add(name, strings.TrimPrefix(field.Text(), "\n"))
		case "select":
			chosen := field.Find("option[selected]")
			if chosen.Length() == 0 {
				chosen = field.Find("option").First()
			}
			fields.Add(name, chosen.AttrOr("value", chosen.Text()))
		default:
			kind := field.AttrOr("type", "text")
			_, checked := field.Attr("checked")
			if kind == "file" || (kind == "checkbox" || kind == "radio") && !checked {
				return
			}
			fields.Add(name, field.AttrOr("value", ""))
		}
	})
	return fields
}

// Has tells whether p holds something.
func (p *Page) Has(selector string) bool { return p.Find(selector).Length() > 0 }

// Words returns the words of the first of something on p, on one line.
func (p *Page) Words(selector string) string {
	return strings.Join(strings.Fields(p.Find(selector).First().Text()), " ")
}

// List returns the words of everything of a kind on p, each on one line.
func (p *Page) List(selector string) []string {
	var list []string
	p.Find(selector).Each(func(_ int, s *goquery.Selection) { list = append(list, strings.Join(strings.Fields(s.Text()), " ")) })
	return list
}
