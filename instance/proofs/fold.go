package proofs

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// folded writes what people type in many ways in one: without accents, capitals,
// signs between words, or their order, so that LE GOFF Marie is Marie Le-Goff.
func folded(text string) string {
	text = cases.Fold().String(norm.NFKD.String(text))
	text = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, text)
	words := strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) })
	slices.Sort(words)
	return strings.Join(words, " ")
}

// foldedDoor is [folded] for a door, whose number stands alone or with the word
// for it.
func foldedDoor(text string) string {
	words := strings.Fields(folded(text))
	words = slices.DeleteFunc(words, func(w string) bool {
		switch w {
		case "porte", "appartement", "appt", "apt", "logement", "n", "no", "numero", "door", "flat":
			return true
		}
		return false
	})
	return strings.Join(words, " ")
}
