// Package words holds everything Palier says to people, in each language it
// speaks, and the ways of saying that belong to a language: plurals, numbers,
// days and hours.
//
// The catalogues are message files of go-i18n; its own localizer matches the
// language and parses the message at every call, and one page says a hundred
// sentences, so messages are taken apart once here instead.
package words

import (
	"embed"
	"fmt"
	"html/template"
	"sort"
	"strings"
	"sync"
	"unicode"

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"

	"palier/instance"
)

//go:embed *.toml
var files embed.FS

// Languages are all the languages Palier speaks.
type Languages struct {
	all     []*Language
	matcher language.Matcher
}

// Language is one of them.
type Language struct {
	Tag      string // BCP 47
	Dir      string // ltr or rtl
	tag      language.Tag
	messages map[string]message
	borrowed []string // keys it has no words for, and says as lender does
}

// lender is the language whose words stand in where another has none yet.
const lender = "en"

// Load reads the catalogues that are part of the program, once for all that ask:
// nothing changes them. It fails if one of them cannot be read.
var Load = sync.OnceValues(readAll)

func readAll() (*Languages, error) {
	l := &Languages{}
	var matched []language.Tag
	for _, tag := range instance.Locales() {
		lang, err := read(tag)
		if err != nil {
			return nil, fmt.Errorf("catalogue %s: %w", tag, err)
		}
		l.all = append(l.all, lang)
		matched = append(matched, lang.tag)
	}
	l.matcher = language.NewMatcher(matched)
	l.lend()
	return l, nil
}

// lend gives each language the messages it lacks, in the words of [lender].
func (l *Languages) lend() {
	from := l.Match(lender, "")
	for _, to := range l.all {
		for _, key := range from.Keys() {
			if !to.Has(key) {
				to.messages[key] = from.messages[key]
				to.borrowed = append(to.borrowed, key)
			}
		}
	}
}

func read(tag string) (*Language, error) {
	name := tag + ".toml"
	b, err := files.ReadFile(name)
	if err != nil {
		return nil, err
	}
	file, err := i18n.ParseMessageFileBytes(b, name, map[string]i18n.UnmarshalFunc{"toml": toml.Unmarshal})
	if err != nil {
		return nil, err
	}
	l := &Language{Tag: tag, Dir: direction(file.Tag), tag: file.Tag, messages: make(map[string]message, len(file.Messages))}
	for _, m := range file.Messages {
		if l.messages[m.ID], err = compile(m, file.Tag); err != nil {
			return nil, fmt.Errorf("%s: %w", m.ID, err)
		}
	}
	return l, nil
}

// direction is that of the script a language is written in.
func direction(tag language.Tag) string {
	switch script, _ := tag.Script(); script.String() {
	case "Arab", "Hebr", "Thaa", "Syrc", "Nkoo":
		return "rtl"
	default:
		return "ltr"
	}
}

// Direction returns ltr or rtl for a BCP 47 tag; ltr for what is none.
func Direction(tag string) string {
	t, err := language.Parse(tag)
	if err != nil {
		return "ltr"
	}
	return direction(t)
}

// All returns every language, the default first.
func (l *Languages) All() []*Language { return l.all }

// Match returns the language to speak: the chosen one if there is such, else
// what suits an Accept-Language header best, else the default.
func (l *Languages) Match(chosen, accept string) *Language {
	for _, lang := range l.all {
		if lang.Tag == chosen {
			return lang
		}
	}
	wanted, _, err := language.ParseAcceptLanguage(accept)
	if err != nil {
		return l.all[0]
	}
	_, i, _ := l.matcher.Match(wanted...)
	return l.all[i]
}

// Own is what a language is called by those who speak it.
func (l *Language) Own() string { return l.Say("language.own") }

// Keys returns the keys of every message, sorted.
func (l *Language) Keys() []string {
	keys := make([]string, 0, len(l.messages))
	for k := range l.messages {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// Has tells whether there is a message for key.
func (l *Language) Has(key string) bool { _, ok := l.messages[key]; return ok }

// Say returns the message for key with args put in, which are pairs of a name
// and a value. A Count chooses the plural form. In a language that reads from
// right to left, what is put in is isolated. For a key without a message it
// returns the key.
func (l *Language) Say(key string, args ...any) string {
	var b strings.Builder
	l.say(key, args, b.WriteString, func(v any) {
		if s, ok := v.(string); ok && l.Dir == "rtl" && strings.ContainsFunc(s, unicode.IsLetter) && !address(s) {
			v = isolated(s)
		}
		b.WriteString(l.text(v))
	})
	return b.String()
}

// address tells whether s is one of a page. It is not isolated: programs that make
// links of addresses would take the mark behind it for its last character.
func address(s string) bool {
	return strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://")
}

// isolated keeps what may be written the other way round from disturbing the
// sentence around it (Unicode UAX #9, FSI and PDI).
func isolated(s string) string { return "\u2068" + s + "\u2069" }

// SayHTML is [Language.Say] for a page: a string among args is escaped and
// isolated in bdi, since somebody typed it in a script of their own;
// [template.HTML] stands as it is.
func (l *Language) SayHTML(key string, args ...any) template.HTML {
	var b strings.Builder
	l.say(key, args, func(s string) (int, error) {
		template.HTMLEscape(&b, []byte(s))
		return len(s), nil
	}, func(v any) {
		switch v := v.(type) {
		case template.HTML:
			b.WriteString(string(v))
		case string:
			b.WriteString("<bdi>")
			b.WriteString(template.HTMLEscapeString(v))
			b.WriteString("</bdi>")
		default:
			b.WriteString(l.text(v))
		}
	})
	return template.HTML(b.String()) //nolint:gosec // every part was escaped above
}

func (l *Language) say(key string, args []any, write func(string) (int, error), put func(any)) {
	m, ok := l.messages[key]
	if !ok {
		_, _ = write(key)
		return
	}
	form := plural.Other
	if n, ok := value(args, "Count").(int); ok && m.plural {
		form = plural.Cardinal.MatchPlural(m.tag, n, 0, 0, 0, 0)
	}
	parts := m.form(form)
	for i, p := range parts {
		if p.arg {
			put(value(args, p.text))
			continue
		}
		text := p.text
		if l.Tag == "fr" && i+1 < len(parts) && elides(value(args, parts[i+1].text)) {
			text = elided(text)
		}
		_, _ = write(text)
	}
}

// text is v as it stands in a sentence.
func (l *Language) text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case template.HTML:
		return string(v)
	case int:
		return l.Number(v)
	case nil:
		return ""
	default:
		return fmt.Sprint(v)
	}
}

func value(args []any, name string) any {
	for i := 0; i+1 < len(args); i += 2 {
		if args[i] == name {
			return args[i+1]
		}
	}
	return nil
}
