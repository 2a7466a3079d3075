package inbox

import "strings"

// clip keeps a stranger's words short in our errors.
func clip(s string) string {
	if len(s) > 200 {
		return strings.ToValidUTF8(s[:200], "") + "…"
	}
	return s
}
