package writing

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// countedAddress is what every web address counts, whatever its length, on
// Mastodon and so in the composers of its clients.
const countedAddress = 23

// CountCharacters returns the length of a text as Mastodon counts it: what
// looks like one character is one, an address is 23, and a mention counts
// without its host.
func CountCharacters(source string) int {
	source = strings.ReplaceAll(source, "\r\n", "\n")
	total, from, attempts := 0, 0, 0
	for i := 0; i < len(source); {
		length, counted := 0, 0
		switch {
		case source[i] == '@':
			before, _ := utf8.DecodeLastRuneInString(source[:i])
			length = handleAt([]byte(source[i:min(len(source), i+maxHandle)]), before)
			counted = nameLength(source[i : i+length])
		case source[i]|0x20 == 'h' && attempts < maxAddresses && beginsAddress(source, i):
			attempts++
			if length = addressLength([]byte(source[i:min(len(source), i+maxHref)])); length > 0 {
				counted = countedAddress
			}
		}
		if length == 0 {
			i++
			continue
		}
		total += graphemes(source[from:i]) + counted
		i += length
		from = i
	}
	return total + graphemes(source[from:])
}

// nameLength returns what a mention counts: the length of "@name".
func nameLength(mention string) int {
	if host := strings.LastIndexByte(mention, '@'); host > 0 {
		return host
	}
	return len(mention)
}

// beginsAddress reports whether a web address may begin at s[i].
func beginsAddress(s string, i int) bool {
	colon := strings.IndexByte(s[i:min(len(s), i+6)], ':')
	return colon >= 4 && strings.HasPrefix(s[i+colon:], "://") && schemeBefore([]byte(s[:i+colon])) == colon
}

// graphemes counts what a reader sees as characters, by the rules that matter
// in practice: marks, joiners, skin tones and tags belong to what they follow,
// two regional letters make a flag.
func graphemes(s string) int {
	count, joined, flag := 0, false, false
	for _, r := range s {
		switch {
		case r == 0x200d:
			joined = count > 0
			continue
		case count > 0 && (unicode.IsMark(r) || r == 0x200c || r >= 0x1f3fb && r <= 0x1f3ff || r >= 0xe0020 && r <= 0xe007f):
			continue
		case r >= 0x1f1e6 && r <= 0x1f1ff && flag:
			flag = false
			continue
		}
		flag = r >= 0x1f1e6 && r <= 0x1f1ff
		if !joined || r < 0x2190 { // only pictures are joined into one
			count++
		}
		joined = false
	}
	return count
}
