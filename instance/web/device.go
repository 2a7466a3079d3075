package web

import "strings"

// device is what a browser says it runs on, in the words of its makers: enough
// for a person to know a key of theirs by.
func device(userAgent string) string {
	for _, known := range []string{"iPhone", "iPad", "Android", "Windows", "Macintosh", "CrOS", "Linux"} {
		if strings.Contains(userAgent, known) {
			return strings.NewReplacer("Macintosh", "Mac", "CrOS", "Chromebook").Replace(known)
		}
	}
	return ""
}
