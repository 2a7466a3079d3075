package instance

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Newcomer is who is to get an account.
type Newcomer struct {
	Username string // the case it is written in is kept; empty: one is found
	// Name is what everybody sees; empty: first name and initial of FullName.
	Name string
	// FullName is for those who share the neighbourhood. Of somebody protected
	// only the desk knows it.
	FullName  string
	Protected bool
	Email     string
	Paper     bool   // somebody without a mail address, for whom others act
	Password  string // empty: they sign in by other ways
	Role      Role   // empty: resident
	Locale    string // empty: fr
	// Verified tells that the operator has seen that the person belongs to this
	// server's area; joining a place that is no house then makes them
	// a verified resident of it.
	Verified bool
	// Apart finds a name that is not the first free one: many who are called alike
	// and come at once would all take that.
	Apart    bool
	Inviter  ActorID // who asked them to join, 0 for nobody
	FirstDay bool    // they are shown around
}

// OuterName is what of a full name may leave the neighbourhood: the first name
// and the initial of the next. A single name is all there is.
func OuterName(full string) string {
	words := strings.Fields(full)
	if len(words) < 2 {
		return full
	}
	for _, w := range words[1:] {
		initial, _ := utf8.DecodeRuneInString(w)
		if unicode.IsLetter(initial) {
			return words[0] + " " + string(unicode.ToUpper(initial)) + "."
		}
	}
	return words[0]
}

// Tells tells whether an alias gives a real name away: a word of it.
func Tells(alias, real string) bool {
	words := strings.Fields(strings.ToLower(alias))
	for _, w := range strings.Fields(strings.ToLower(real)) {
		for _, a := range words {
			if a == w && utf8.RuneCountInString(w) > 2 {
				return true
			}
		}
	}
	return false
}
