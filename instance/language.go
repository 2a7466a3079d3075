package instance

import (
	"slices"
	"strings"
)

// Locales returns the languages Palier speaks to people as BCP 47 tags, the one
// it speaks to those who chose none first.
func Locales() []string { return []string{"fr", "en", "uk", "ar"} }

// Speaks tells whether tag is one of [Locales].
func Speaks(tag string) bool { return slices.Contains(Locales(), tag) }

// LanguageCode returns the language of a BCP 47 tag without region and script,
// in lower case: fr for fr-CH. It is empty for what is no tag.
func LanguageCode(tag string) string {
	code, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
	if len(code) < 2 || len(code) > 3 {
		return ""
	}
	for _, c := range code {
		if c < 'a' || c > 'z' {
			return ""
		}
	}
	return code
}
