package words

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// message is a message taken apart, one list of parts for each plural form.
type message struct {
	tag    language.Tag // whose rules of plurals it follows
	plural bool
	forms  [plural.Many + 1][]part
}

// part is a piece of text, or the name of what is put in its place.
type part struct {
	text string
	arg  bool
}

// form returns the parts for f, or those of other where f has none of its own.
func (m message) form(f plural.Form) []part {
	if parts := m.forms[f]; parts != nil {
		return parts
	}
	return m.forms[plural.Other]
}

var errNoOther = errors.New("no form for other")

func compile(m *i18n.Message, tag language.Tag) (message, error) {
	if m.Other == "" {
		return message{}, errNoOther
	}
	c := message{tag: tag}
	for form, text := range map[plural.Form]string{
		plural.Zero: m.Zero, plural.One: m.One, plural.Two: m.Two,
		plural.Few: m.Few, plural.Many: m.Many, plural.Other: m.Other,
	} {
		if text == "" {
			continue
		}
		parts, err := split(text)
		if err != nil {
			return message{}, err
		}
		c.forms[form] = parts
		c.plural = c.plural || form != plural.Other
	}
	return c, nil
}

// split takes "Bonjour {{.Name}}" apart.
func split(text string) ([]part, error) {
	var parts []part
	for text != "" {
		before, rest, found := strings.Cut(text, "{{.")
		if before != "" {
			parts = append(parts, part{text: before})
		}
		if !found {
			break
		}
		name, after, closed := strings.Cut(rest, "}}")
		if !closed {
			return nil, fmt.Errorf("%q is not closed", "{{."+rest)
		}
		parts = append(parts, part{text: name, arg: true})
		text = after
	}
	return parts, nil
}

// elides tells whether French leaves out the vowel of a little word before what is
// put in. Before an h and a y one can do either, and it stays.
func elides(v any) bool {
	s, ok := v.(string)
	first, _ := utf8.DecodeRuneInString(s)
	return ok && strings.ContainsRune("aàâäæeéèêëiîïoôöœuùûüAÀÂÄÆEÉÈÊËIÎÏOÔÖŒUÙÛÜ", first)
}

// elided is a text before a vowel: "le trajet de " becomes "le trajet d’".
func elided(text string) string {
	before, ok := strings.CutSuffix(text, "e ")
	if r, size := utf8.DecodeLastRuneInString(strings.TrimSuffix(before, "d")); !ok || !strings.HasSuffix(before, "d") || size > 0 && unicode.IsLetter(r) {
		return text
	}
	return before + "’"
}
