package jrd

import (
	"strings"
	"unicode"

	"golang.org/x/net/idna"
)

// DisplayHost returns host[:port] for people to read: an internationalised name
// in its own letters, unless one of its labels mixes scripts or consists of
// letters that all look like Latin ones. Such a name could pass for another and
// is shown as it is stored, in punycode (B13).
func DisplayHost(host string) string {
	name, port, hasPort := strings.Cut(host, ":")
	if !strings.Contains(name, "xn--") {
		return host
	}
	shown, err := idna.Display.ToUnicode(name)
	if err != nil {
		return host
	}
	// What does not lead back to the same host is not its name.
	if back, err := idna.Lookup.ToASCII(shown); err != nil || back != name {
		return host
	}
	labels := strings.Split(shown, ".")
	top := labels[len(labels)-1]
	for _, label := range labels {
		if misleads(label, top) {
			return host
		}
	}
	if hasPort {
		shown += ":" + port
	}
	return shown
}

// lookalikes are the letters of a script that can be read as Latin ones.
var lookalikes = map[string]string{
	"Cyrillic": "асԁеһіјӏорԛѕԝхуъьҽпгѵѡ",
	"Greek":    "αικνρυωηοτ",
}

// misleads tells whether a label could pass for another one under the top
// level top.
func misleads(label, top string) bool {
	found := scripts(label)
	if mixed(found) {
		return true
	}
	for script := range found {
		letters, known := lookalikes[script]
		if known && !scripts(top)[script] && strings.Trim(label, letters+"0123456789-") == "" {
			return true
		}
	}
	return false
}

// scripts returns the scripts of the letters of s. What belongs to all scripts
// is left out.
func scripts(s string) map[string]bool {
	found := map[string]bool{}
	for _, r := range s {
		if r < unicode.MaxASCII {
			if unicode.IsLetter(r) {
				found["Latin"] = true
			}
			continue
		}
		for name, table := range unicode.Scripts {
			if name != "Common" && name != "Inherited" && unicode.Is(table, r) {
				found[name] = true
			}
		}
	}
	return found
}

// mixed tells whether scripts do not go together in one word of any language.
func mixed(found map[string]bool) bool {
	if len(found) <= 1 {
		return false
	}
	for _, together := range [...]map[string]bool{
		{"Han": true, "Hiragana": true, "Katakana": true},
		{"Han": true, "Bopomofo": true},
		{"Han": true, "Hangul": true},
	} {
		if within(found, together) {
			return false
		}
	}
	return true
}

func within(part, whole map[string]bool) bool {
	for name := range part {
		if !whole[name] {
			return false
		}
	}
	return true
}
