package writing

import (
	"html"
	"strings"
)

const (
	titleBegins = "<p><strong>"
	titleEnds   = "</strong></p>"
)

// WithTitle puts title, plain text, as a bold first line before clean HTML.
// That is how servers that know no titles show them. An empty title changes
// nothing.
func WithTitle(title, body string) string {
	title = strings.Join(strings.Fields(legible(title)), " ")
	if title == "" {
		return body
	}
	b := make([]byte, 0, len(titleBegins)+len(title)+len(titleEnds)+len(body)+32)
	b = append(b, titleBegins...)
	b = appendEscaped(b, title)
	b = append(b, titleEnds...)
	return string(append(b, body...))
}

// SplitTitle takes the title, as plain text, off clean HTML whose first line
// is bold and nothing else. Where there is none, title is "" and body is all.
func SplitTitle(source string) (title, body string) {
	rest, ok := strings.CutPrefix(source, titleBegins)
	if !ok {
		return "", source
	}
	title, body, ok = strings.Cut(rest, titleEnds)
	if !ok || strings.Contains(title, "<") {
		return "", source
	}
	title = strings.Join(strings.Fields(legible(html.UnescapeString(title))), " ")
	if title == "" {
		return "", source
	}
	return title, strings.TrimLeft(body, " \n")
}
