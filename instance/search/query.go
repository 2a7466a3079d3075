package search

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"palier/instance"
	"palier/instance/store"
	"palier/instance/writing"
)

// Query is what somebody typed into the box, understood.
type Query struct {
	Sought store.Sought
	// From and NotFrom are handles of authors; "me" is whoever searches.
	From, NotFrom []string
	Author        instance.ActorID // besides; 0 for anybody
	// Since and Until bound when it was published: from Since on, before Until.
	// Of events: when they take place.
	Since, Until time.Time
	In           Scope
	Narrowed
}

// Scope is where one searches.
type Scope string

// The scopes: what one has to do with oneself, what is public, what was posted
// on this server, and everything one may find.
const (
	Everywhere Scope = ""
	Library    Scope = "library"
	Public     Scope = "public"
	Local      Scope = "local"
)

// Empty tells whether nothing is looked for.
func (q Query) Empty() bool {
	return len(q.Sought.All) == 0 && len(q.Sought.None) == 0 && len(q.From) == 0 && len(q.NotFrom) == 0 &&
		q.Since.IsZero() && q.Until.IsZero() && q.In == Everywhere && q.Narrowed == Narrowed{}
}

// ParseQuery reads what was typed. Words are all looked for, "words in quotes"
// as they follow one another, -word is not to be there, and #tag is a hashtag.
// These narrow further, and each can be turned round by a "-" before it:
//
//	from:handle        has:media has:poll has:link      is:reply is:sensitive
//	language:fr        before:DATE after:DATE during:DATE (2026, 2026-11, 2026-11-23)
//	in:library in:public in:local in:all (never turned round)
//
// Everything else means itself. It returns an [instance.Invalid] for a query
// that is too long; nothing that fits is refused.
func ParseQuery(typed string, zone *time.Location) (Query, error) {
	var q Query
	if utf8.RuneCountInString(typed) > MaxQuery {
		return q, &instance.Invalid{Field: "q", Code: "too-long", Limit: MaxQuery}
	}
	for _, p := range pieces(strings.ToValidUTF8(typed, " ")) {
		if !p.quoted && q.narrow(p, zone) {
			continue
		}
		q.look(p)
	}
	return q, nil
}

// piece is one part of a query: a word as typed, or what stood in quotes.
type piece struct {
	text   string
	quoted bool
	not    bool
}

// pieces takes a query apart at spaces and quotes.
func pieces(typed string) []piece {
	var list []piece
	for {
		typed = strings.TrimLeftFunc(typed, unicode.IsSpace)
		if typed == "" {
			return list
		}
		var p piece
		if after, ok := strings.CutPrefix(typed, "-"); ok && after != "" && !strings.HasPrefix(after, " ") {
			p.not, typed = true, after
		}
		if open, close := quotes(typed); open != "" {
			p.quoted = true
			p.text, typed, _ = strings.Cut(typed[len(open):], close) // one that never ends, ends here
		} else {
			end := strings.IndexFunc(typed, unicode.IsSpace)
			if end < 0 {
				end = len(typed)
			}
			p.text, typed = typed[:end], typed[end:]
		}
		list = append(list, p)
	}
}

// quotes returns the quotation mark that text begins with and the one that
// ends it.
func quotes(text string) (open, close string) {
	for _, pair := range [][2]string{{`"`, `"`}, {"«", "»"}, {"“", "”"}, {"„", "“"}} {
		if strings.HasPrefix(text, pair[0]) {
			return pair[0], pair[1]
		}
	}
	return "", ""
}

// narrow takes p if it is one of the words with a colon.
func (q *Query) narrow(p piece, zone *time.Location) bool {
	name, value, ok := strings.Cut(strings.ToLower(p.text), ":")
	if !ok || value == "" {
		return false
	}
	switch name {
	case "from":
		return q.by(value, p.not)
	case "has", "is":
		return q.sign(signNamed[name+":"+value], p.not)
	case "language":
		if term := languageSign(value); term != speaks {
			return q.sign(term, p.not)
		}
	case "in":
		return q.within(Scope(value), p.not)
	case "before", "after", "during":
		return q.when(name, value, p.not, zone)
	}
	return false
}

// signNamed are the signs by what people type for them.
var signNamed = map[string]string{
	"has:media": withMedia, "has:image": withMedia, "has:poll": withPoll, "has:link": withLink, "has:embed": withLink,
	"is:reply": isReply, "is:sensitive": hidden,
}

func (q *Query) sign(sign string, not bool) bool {
	if sign == "" {
		return false
	}
	q.seek(store.Phrase{Words: []string{sign}}, not)
	return true
}

func (q *Query) by(handle string, not bool) bool {
	handle = strings.TrimPrefix(handle, "@")
	if handle == "" || strings.ContainsRune(handle, 0) {
		return false
	}
	if not {
		q.NotFrom = append(q.NotFrom, handle)
	} else {
		q.From = append(q.From, handle)
	}
	return true
}

func (q *Query) within(in Scope, not bool) bool {
	if in == "all" {
		in = Everywhere
	} else if in != Library && in != Public && in != Local {
		return false
	}
	if not {
		return false
	}
	q.In = in
	return true
}

// when narrows to before, after or during a day, a month or a year. Turned
// round, before means from then on, and after means until then; during cannot
// be turned round.
func (q *Query) when(name, value string, not bool, zone *time.Location) bool {
	from, to, ok := span(value, zone)
	if !ok || not && name == "during" {
		return false
	}
	switch {
	case name == "before" && not:
		q.Since = from
	case name == "before":
		q.Until = from
	case name == "after" && not:
		q.Until = to
	case name == "after":
		q.Since = to
	default:
		q.Since, q.Until = from, to
	}
	return true
}

// span is the time a date stands for, in a zone.
func span(value string, zone *time.Location) (from, to time.Time, ok bool) {
	for _, form := range []struct {
		layout              string
		years, months, days int
	}{{"2006-01-02", 0, 0, 1}, {"2006-01", 0, 1, 0}, {"2006", 1, 0, 0}} {
		if at, err := time.ParseInLocation(form.layout, value, zone); err == nil && at.Year() > 0 {
			return at, at.AddDate(form.years, form.months, form.days), true
		}
	}
	return from, to, false
}

// look has the words of p looked for.
func (q *Query) look(p piece) {
	if tag, ok := strings.CutPrefix(p.text, "#"); ok && !p.quoted {
		if term := tagTerm(writing.NormalizeHashtag(tag)); term != "" {
			q.seek(store.Phrase{Words: []string{term}}, p.not)
			return
		}
	}
	var phrase store.Phrase
	for _, term := range writing.Terms(p.text) {
		phrase.Words = append(phrase.Words, writing.Stem(term))
	}
	if len(phrase.Words) > 0 {
		q.seek(phrase, p.not)
	}
}

func (q *Query) seek(p store.Phrase, not bool) {
	if not {
		q.Sought.None = append(q.Sought.None, p)
	} else {
		q.Sought.All = append(q.Sought.All, p)
	}
}
