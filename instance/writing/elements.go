package writing

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// kind is how an element of strangers' HTML is treated.
type kind int

const (
	transparent kind = iota // the tag goes, the words stay
	unseen                  // the words go too
	inline
	span
	link
	lineBreak
	picture
	paragraph // p, and whatever stands on lines of its own
	heading
	list
	item
	quote
	preformatted
)

func kindOf(name atom.Atom) kind {
	switch name {
	case atom.Script, atom.Style, atom.Iframe, atom.Object, atom.Applet, atom.Svg, atom.Math, atom.Template,
		atom.Noscript, atom.Noembed, atom.Noframes, atom.Head, atom.Title, atom.Textarea, atom.Select,
		atom.Xmp, atom.Plaintext, atom.Audio, atom.Video, atom.Canvas, atom.Button:
		return unseen
	case atom.Del, atom.Code, atom.Em, atom.Strong, atom.B, atom.I, atom.U:
		return inline
	case atom.Span:
		return span
	case atom.A:
		return link
	case atom.Br:
		return lineBreak
	case atom.Img:
		return picture
	case atom.P, atom.Div, atom.Section, atom.Article, atom.Aside, atom.Header, atom.Footer, atom.Main, atom.Nav,
		atom.Figure, atom.Figcaption, atom.Address, atom.Center, atom.Form, atom.Fieldset, atom.Legend,
		atom.Details, atom.Summary, atom.Dl, atom.Dt, atom.Dd, atom.Table, atom.Caption, atom.Tr, atom.Hr:
		return paragraph
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		return heading
	case atom.Ul, atom.Ol:
		return list
	case atom.Li:
		return item
	case atom.Blockquote:
		return quote
	case atom.Pre:
		return preformatted
	}
	return transparent
}

// lookUp returns the element called name, the modern one for old names.
func lookUp(name []byte) atom.Atom {
	switch a := atom.Lookup(name); a {
	case atom.S, atom.Strike:
		return atom.Del
	default:
		return a
	}
}

// isContainer reports whether blocks may stand directly inside name.
func isContainer(name atom.Atom) bool {
	switch name {
	case atom.Ul, atom.Ol, atom.Li, atom.Blockquote, atom.Pre:
		return true
	}
	return false
}

// constTag returns the start tag of an element without attributes.
func constTag(name atom.Atom) string {
	switch name {
	case atom.Del:
		return "<del>"
	case atom.Code:
		return "<code>"
	case atom.Em:
		return "<em>"
	case atom.Strong:
		return "<strong>"
	case atom.B:
		return "<b>"
	case atom.I:
		return "<i>"
	case atom.U:
		return "<u>"
	case atom.Ul:
		return "<ul>"
	case atom.Blockquote:
		return "<blockquote>"
	case atom.Pre:
		return "<pre>"
	}
	return ""
}

// spanTag returns the start tag of a span. Strangers may mark a person's
// card; what hides text is only ever written by this package.
func spanTag(class string) string {
	if keepClasses(class, "h-card") != "" {
		return `<span class="h-card">`
	}
	return "<span>"
}

// keepClasses returns those classes of list that are allowed, each once.
func keepClasses(list string, allowed ...string) string {
	if list == "" {
		return ""
	}
	var kept []string
	for _, a := range allowed {
		for class := range strings.FieldsSeq(list) {
			if class == a {
				kept = append(kept, a)
				break
			}
		}
	}
	return strings.Join(kept, " ")
}

// attr returns the value of the tag's attribute key.
func attr(z *html.Tokenizer, more bool, key string) string {
	for more {
		var k, v []byte
		k, v, more = z.TagAttr()
		if string(k) == key {
			return string(v)
		}
	}
	return ""
}

// linkAttrs returns what counts of a link: the first href and class.
func linkAttrs(z *html.Tokenizer, more bool) (href, class string) {
	for more {
		var k, v []byte
		k, v, more = z.TagAttr()
		switch string(k) {
		case "href":
			if href == "" {
				href = string(v)
			}
		case "class":
			if class == "" {
				class = string(v)
			}
		}
	}
	return href, class
}

// appendRune appends r escaped for text and for quoted attributes.
func appendRune(b []byte, r rune) []byte {
	switch r {
	case '&':
		return append(b, "&amp;"...)
	case '<':
		return append(b, "&lt;"...)
	case '>':
		return append(b, "&gt;"...)
	case '"':
		return append(b, "&#34;"...)
	case '\'':
		return append(b, "&#39;"...)
	}
	return utf8.AppendRune(b, r)
}

// appendEscaped appends s escaped for text and for quoted attributes.
func appendEscaped(b []byte, s string) []byte {
	for _, r := range s {
		b = appendRune(b, r)
	}
	return b
}
