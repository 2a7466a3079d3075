package writing

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxTerm is the length of a term in characters; the rest of a longer word is
// not looked at.
const maxTerm = 64

// Terms returns the words of plain text as they are kept and looked up by a
// search, in their order: lower-case, without accents and ligatures, in letters
// and digits alone. What French elides before an apostrophe is left out, so that
// "l'échelle" is the term "echelle". Each character of a script that puts no
// space between words is a term of its own.
func Terms(text string) []string {
	var t terms
	runes := []rune(norm.NFKD.String(strings.ToValidUTF8(text, " ")))
	for i, r := range runes {
		t.take(r, i+1 < len(runes) && unicode.IsLetter(runes[i+1]))
	}
	t.end()
	return t.list
}

// terms collects terms one character at a time.
type terms struct {
	list []string
	word strings.Builder
	long int // characters of word
}

// take adds a character; more tells that a letter follows it.
func (t *terms) take(r rune, more bool) {
	switch {
	case r == '\'' || r == '’' || r == 'ʼ':
		if more && elided[t.word.String()] {
			t.word.Reset()
			t.long = 0
		}
		t.end()
	case unspoken(r):
	case !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r):
		t.end()
	case unspaced(r):
		t.end()
		t.list = append(t.list, string(r))
	default:
		t.add(r)
	}
}

func (t *terms) add(r rune) {
	if t.long >= maxTerm {
		return
	}
	t.long++
	r = unicode.ToLower(r)
	if plain, ok := ligatures[r]; ok {
		t.word.WriteString(plain)
		return
	}
	t.word.WriteRune(r)
}

func (t *terms) end() {
	if t.word.Len() == 0 {
		return
	}
	t.list = append(t.list, t.word.String())
	t.word.Reset()
	t.long = 0
}

// elided are the words that lose their vowel before another.
var elided = map[string]bool{
	"c": true, "d": true, "j": true, "l": true, "m": true, "n": true, "s": true, "t": true,
	"qu": true, "jusqu": true, "lorsqu": true, "puisqu": true, "quoiqu": true, "presqu": true,
}

// ligatures are letters that no decomposition takes apart.
var ligatures = map[rune]string{
	'œ': "oe", 'æ': "ae", 'ß': "ss", 'ø': "o", 'đ': "d", 'ð': "d", 'ł': "l", 'þ': "th", 'ħ': "h", 'ı': "i",
}

// unspoken reports whether a search overlooks r: accents, vowel points and
// joiners, with or without which people type the same word.
func unspoken(r rune) bool {
	switch {
	case r >= 0x0300 && r <= 0x036f, // accents of Latin, Greek and Cyrillic
		r >= 0x0591 && r <= 0x05c7,                           // Hebrew points
		r >= 0x064b && r <= 0x065f, r == 0x0670, r == 0x0640: // Arabic points and the stretching stroke
		return true
	}
	return invisible(r) || r == 0x200c || r == 0x200d
}

// unspaced reports whether r belongs to a script that puts no space between
// words.
func unspaced(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// Stem returns a term as singular and plural share it in French, and mostly in
// English, Spanish and Portuguese: "vélos" is found by "vélo", "journaux" by
// "journal". It is meant for comparing, not for showing.
func Stem(term string) string {
	if utf8.RuneCountInString(term) < 4 {
		return term
	}
	switch {
	case strings.HasSuffix(term, "aux") && !strings.HasSuffix(term, "eaux") && len(term) > len("faux"):
		return strings.TrimSuffix(term, "aux") + "al"
	case strings.HasSuffix(term, "x"):
		return strings.TrimSuffix(term, "x")
	case strings.HasSuffix(term, "s") && !strings.HasSuffix(term, "ss"):
		return strings.TrimSuffix(term, "s")
	}
	return term
}

// LinksOut reports whether clean HTML has a link that is neither a mention nor
// a hashtag.
func LinksOut(clean string) bool {
	for {
		_, rest, found := strings.Cut(clean, "<a ")
		if !found {
			return false
		}
		tag, after, _ := strings.Cut(rest, ">")
		if !strings.Contains(tag, `mention`) {
			return true
		}
		clean = after
	}
}
