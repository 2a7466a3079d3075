package as2

import (
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text returns the string that a property holds, alone or first in a list, or
// the first by language of its map (content, then contentMap). Control
// characters other than tab and line feed are taken out, and with them NUL and
// the overrides of writing direction. HTML is not sanitised.
func (o *Object) Text(name string) string {
	for v := range o.get(name).each {
		if s, ok := v.text(); ok {
			return clean(s)
		}
	}
	m := o.Map(name + "Map")
	if len(m) == 0 {
		return ""
	}
	return m[slices.Min(slices.Collect(maps.Keys(m)))]
}

// Line returns [Object.Text] as one line for names and titles: every run of
// white space is one space, everything that steers the direction of writing is
// taken out, and what passes [MaxLine] bytes is cut off.
func (o *Object) Line(name string) string { return line(o.Text(name)) }

// Strings returns every string that a property holds, cleaned as in
// [Object.Text].
func (o *Object) Strings(name string) []string {
	var all []string
	for v := range o.get(name).each {
		if s, ok := v.text(); ok {
			all = append(all, clean(s))
		}
	}
	return all
}

// maxLanguages is how many entries of a language map are read.
const maxLanguages = 64

// Map returns a language map such as contentMap: texts cleaned as in
// [Object.Text] by language tag. Entries that are no strings are left out. It
// is nil when there is none.
func (o *Object) Map(name string) map[string]string {
	v := o.get(name).sole()
	if !v.is('{') {
		return nil
	}
	var m map[string]string
	for e := range v.within {
		s, ok := e.text()
		if !ok || len(e.at().name) > 64 {
			continue
		}
		if m == nil {
			m = make(map[string]string)
		}
		m[string(e.at().name)] = clean(s)
		if len(m) == maxLanguages {
			break
		}
	}
	return m
}

// clean takes out of s what no store and no page should see.
func clean(s string) string {
	if strings.IndexFunc(s, unwanted) < 0 {
		return s
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\r':
			return '\n'
		case unwanted(r):
			return -1
		default:
			return r
		}
	}, s)
}

// unwanted tells whether r has no place in a text: control characters but tab
// and line feed, the two overrides of direction, noncharacters.
func unwanted(r rune) bool {
	switch {
	case r == '\t' || r == '\n':
		return false
	case unicode.IsControl(r), r == '\u202d', r == '\u202e':
		return true
	case r >= 0xfdd0 && r <= 0xfdef, r&0xfffe == 0xfffe:
		return true
	default:
		return false
	}
}

// directional tells whether r steers the direction of the text around it. The
// two marks U+200E and U+200F, which honest names need, do not.
func directional(r rune) bool {
	return r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
}

func line(s string) string {
	s = strings.Map(func(r rune) rune {
		if directional(r) {
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(cut(strings.Join(strings.Fields(s), " "), MaxLine))
}

// cut returns at most limit bytes of s, whole characters only.
func cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	for !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit]
}
