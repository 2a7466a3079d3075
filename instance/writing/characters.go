package writing

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// unprintable reports whether r has no place in any text: control characters,
// which no database likes, and non-characters. Tab and newline may stay.
func unprintable(r rune) bool {
	switch {
	case r == '\n' || r == '\t':
		return false
	case r < 0x20, r >= 0x7f && r <= 0x9f:
		return true
	case r == 0xfeff, r >= 0xfdd0 && r <= 0xfdef, r&0xfffe == 0xfffe:
		return true
	}
	return false
}

// reorders reports whether r makes text read otherwise than it is stored.
// Overrides do; so do embeddings, which nobody types. The marks and isolates
// that Arabic and Hebrew writers use do not.
func reorders(r rune) bool { return r >= 0x202a && r <= 0x202e }

// isolates reports whether r opens or closes a run with a direction of its own.
func isolates(r rune) bool { return r >= 0x2066 && r <= 0x2069 }

// invisible reports whether r shows nothing and so can make two different
// names look the same, or a name look like none. The joiners that Persian,
// Indic scripts and emoji are written with are not among them.
func invisible(r rune) bool {
	switch r {
	case 0x00ad, 0x034f, 0x061c, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x180e, 0x200b, 0x200e, 0x200f,
		0x2028, 0x2029, 0x2800, 0x3164, 0xffa0:
		return true
	}
	return r >= 0x180b && r <= 0x180f || r >= 0x2060 && r <= 0x206f ||
		r >= 0xfff0 && r <= 0xfffb || r >= 0xe0000 && r <= 0xe0fff
}

// legible returns s without what must not be stored or reorders the text, in
// valid UTF-8 and with newlines as "\n".
func legible(s string) string {
	if isPlainASCII(s) {
		return s
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.ReplaceAll(s, "\r", "\n")
	return strings.Map(func(r rune) rune {
		if unprintable(r) || reorders(r) {
			return -1
		}
		return r
	}, s)
}

// isPlainASCII reports whether s holds only printable ASCII, tab and newline.
func isPlainASCII(s string) bool {
	for i := range len(s) {
		if c := s[i]; c >= 0x7f || c < 0x20 && c != '\n' && c != '\t' {
			return false
		}
	}
	return true
}

// isWord reports whether r is part of a word: a letter, digit, mark or "_".
func isWord(r rune) bool {
	return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
}

// cutBytes returns the first n bytes of s or fewer, without splitting a rune.
func cutBytes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
