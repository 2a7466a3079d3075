package as2

import (
	"strings"
)

// URL returns the address of the page a property points to: a string, a Link,
// an object with a url, or a list of these, of which a Link to text/html goes
// first and a plain address second. It is empty unless there is an http or
// https address.
func (o *Object) URL(name string) string { return o.pick(name, "text/html") }

// pick returns the address in a property whose media type starts with wanted,
// else one without media type, else the first.
func (o *Object) pick(name, wanted string) string {
	var plain, first string
	for v := range o.get(name).each {
		s, media := v.address()
		switch {
		case s == "":
			continue
		case media != "" && strings.HasPrefix(media, wanted):
			return s
		case media == "" && plain == "":
			plain = s
		}
		if first == "" {
			first = s
		}
	}
	if plain != "" {
		return plain
	}
	return first
}

// address returns the web address v holds and the media type it names for it.
func (v value) address() (s, media string) {
	if s, ok := v.text(); ok {
		if !webURL(s) {
			return "", ""
		}
		return s, ""
	}
	e, ok := v.object()
	if !ok {
		return "", ""
	}
	media, _ = e.get("mediaType").sole().text()
	for _, name := range [...]string{"href", "url"} {
		if s, ok := e.get(name).sole().text(); ok && webURL(s) {
			return s, media
		}
	}
	return "", ""
}
