package writing

import (
	"bytes"
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"mvdan.cc/xurls/v2"
)

const (
	maxAddresses = 200 // bare addresses looked for in one text
	maxTag       = 100 // characters of one hashtag
	maxHandle    = 320 // bytes of one @name@host:port
)

// handleAt returns the length of the @name, @name@host or @name@host:port
// that line begins with, or 0. before is the character in front of it.
func handleAt(line []byte, before rune) int {
	if len(line) < 2 || line[0] != '@' || before == '/' || before == '=' || before == '@' || before != '_' && isWord(before) {
		return 0
	}
	line = line[:min(len(line), maxHandle)]
	name := 1
	for name < len(line) && isNameByte(line[name]) {
		name++
	}
	for name > 1 && (line[name-1] == '.' || line[name-1] == '-' || before == '_' && line[name-1] == '_') {
		name-- // a full stop ends a sentence, an underscore the emphasis
	}
	if name == 1 {
		return 0
	}
	if name < len(line) && line[name] == '@' {
		if host := hostAt(line[name+1:]); host > 0 {
			return name + 1 + host
		}
	}
	return name
}

func isNameByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '.' || c == '-'
}

// hostAt returns the length of the host, with its port if there is one, that
// line begins with.
func hostAt(line []byte) int {
	n, end := 0, 0
	for n < len(line) {
		r, size := utf8.DecodeRune(line[n:])
		if r != '.' && r != '-' && (!isWord(r) || r == utf8.RuneError) {
			break
		}
		n += size
		if r != '.' && r != '-' {
			end = n
		}
	}
	if end == 0 || line[0] == '.' || line[0] == '-' || end == len(line) || line[end] != ':' {
		if end > 0 && (line[0] == '.' || line[0] == '-') {
			return 0
		}
		return end
	}
	port := end + 1
	for port < len(line) && port <= end+5 && '0' <= line[port] && line[port] <= '9' {
		port++
	}
	if port == end+1 {
		return end
	}
	return port
}

// hashtagAt returns the normalised hashtag that line begins with and its
// length as written, which is 0 if there is none.
func hashtagAt(line []byte, before rune) (tag string, n int) {
	if len(line) < 2 || line[0] != '#' || before == '/' || before == '#' || before == '&' || isWord(before) && before != '_' {
		return "", 0
	}
	n = 1
	for runes := 0; n < len(line) && runes < maxTag; runes++ {
		r, size := utf8.DecodeRune(line[n:])
		if !isTagRune(r) {
			break
		}
		n += size
	}
	if before == '_' {
		n = len(bytes.TrimRight(line[:n], "_"))
	}
	tag = NormalizeHashtag(string(line[1:n]))
	if tag == "" {
		return "", 0
	}
	return tag, n
}

// isTagRune reports whether r may be part of a hashtag. The joiners are
// letters' business in Persian and several Indic scripts.
func isTagRune(r rune) bool {
	return r != utf8.RuneError && (isWord(r) || r == 0x200c || r == 0x200d)
}

// NormalizeHashtag returns a tag, written with or without "#", in the one
// form that is stored and compared: lower-case NFKC, accents kept. It returns
// "" for what is no hashtag, such as a number alone.
func NormalizeHashtag(tag string) string {
	tag = norm.NFKC.String(strings.ToLower(norm.NFKC.String(strings.TrimPrefix(tag, "#"))))
	tag = strings.Map(func(r rune) rune {
		if !isWord(r) {
			return -1
		}
		return r
	}, tag)
	if !strings.ContainsFunc(tag, unicode.IsLetter) || utf8.RuneCountInString(tag) > maxTag {
		return ""
	}
	return tag
}

// schemeBefore returns the length of the "http" or "https" that text ends
// with as a word of its own, or 0.
func schemeBefore(text []byte) int {
	for _, scheme := range []string{"https", "http"} {
		start := len(text) - len(scheme)
		if start < 0 || !strings.EqualFold(string(text[start:]), scheme) {
			continue
		}
		if r, _ := utf8.DecodeLastRune(text[:start]); start > 0 && r < utf8.RuneSelf && isWord(r) && r != '_' {
			return 0
		}
		return len(scheme)
	}
	return 0
}

// addressLength returns the length of the web address that text begins with,
// or 0. Punctuation that ends a sentence is not part of it.
func addressLength(text []byte) int {
	found := addressPattern().FindIndex(text[:min(len(text), maxHref)])
	if found == nil {
		return 0
	}
	return len(bytes.TrimRightFunc(text[:found[1]], func(r rune) bool {
		return r >= utf8.RuneSelf && (unicode.IsPunct(r) || unicode.IsSymbol(r))
	}))
}

var addressPattern = sync.OnceValue(func() *regexp.Regexp {
	web, err := xurls.StrictMatchingScheme(`(?:https?|HTTPS?|Https?)://`)
	if err != nil {
		panic("writing: address pattern: " + err.Error())
	}
	anchored := regexp.MustCompile(`^(?:` + web.String() + `)`)
	anchored.Longest()
	return anchored
})
