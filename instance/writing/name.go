package writing

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

const (
	maxName  = 100 // characters
	maxMarks = 4   // accents on one letter; Vietnamese and vocalised Hebrew need up to three
)

// CleanName makes a display name safe to stand in a line with other text: one
// line of at most 100 characters without control characters, direction
// controls, characters that show nothing, or towers of accents. Pages put it
// inside <bdi>. Custom emoji like ":tree:" stay text. A name of which nothing
// is left is "".
func CleanName(name string) string { return CleanLine(name, maxName) }

// CleanLine is [CleanName] for other text of at most limit characters.
func CleanLine(text string, limit int) string {
	var b strings.Builder
	marks, count, space := 0, 0, false
	for _, r := range norm.NFC.String(cutBytes(strings.ToValidUTF8(text, ""), 16*limit)) {
		switch {
		case unicode.IsSpace(r):
			space = b.Len() > 0
			continue
		case unprintable(r), reorders(r), isolates(r), invisible(r), unicode.Is(unicode.Co, r):
			continue
		case unicode.IsMark(r):
			if marks++; marks > maxMarks {
				continue
			}
		default:
			marks = 0
		}
		if space {
			b.WriteByte(' ')
			space = false
			count++
		}
		if count >= limit {
			break
		}
		b.WriteRune(r)
		count++
	}
	cleaned := norm.NFC.String(b.String())
	if !strings.ContainsFunc(cleaned, shows) {
		return ""
	}
	return strings.TrimRight(cleaned, " \u200c\u200d")
}

// shows reports whether r by itself can be seen.
func shows(r rune) bool {
	return unicode.IsGraphic(r) && !unicode.IsSpace(r) && !unicode.IsMark(r)
}
