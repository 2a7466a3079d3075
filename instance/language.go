package instance

import "strings"

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
