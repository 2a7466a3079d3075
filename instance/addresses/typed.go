package addresses

import (
	"regexp"
	"strconv"
	"strings"

	"palier/instance/store"
	"palier/instance/writing"
)

// reading is one way to read what was typed: a number, or none, and words.
type reading struct {
	number int // -1 for none
	suffix string
	words  []string // folded
}

var joinedNumber = regexp.MustCompile(`^([0-9]{1,4})(bis|ter|quater|[a-z])$`)

// readings returns the ways to read what was typed, the likeliest first: with the
// number in front, with the last number there is, without any. What is shortened
// stays: it may also be the beginning of another word.
func readings(typed string) []reading {
	var terms []string
	for _, t := range writing.Terms(typed) {
		if m := joinedNumber.FindStringSubmatch(t); m != nil {
			terms = append(terms, m[1], m[2])
			continue
		}
		terms = append(terms, t)
	}
	terms = terms[:min(len(terms), mostTerms)]
	if len(terms) == 0 {
		return nil
	}
	var all []reading
	last := -1
	for i, t := range terms {
		if isNumber(t) {
			last = i
		}
	}
	if last >= 0 && isNumber(terms[0]) {
		all = append(all, readAt(terms, 0))
	}
	if last > 0 {
		all = append(all, readAt(terms, last))
	}
	return append(all, reading{number: -1, words: telling(terms)})
}

// mostTerms is how many words of what was typed are looked at.
const mostTerms = 16

// isNumber tells whether a word can be the number of a door: five digits are a
// postal code.
func isNumber(term string) bool {
	if len(term) > 4 {
		return false
	}
	_, err := strconv.ParseUint(term, 10, 16)
	return err == nil
}

// readAt reads the word at i as the number of a door, and the next as what
// follows it if it can be that.
func readAt(terms []string, i int) reading {
	r := reading{}
	r.number, _ = strconv.Atoi(terms[i]) // isNumber says so
	rest := i + 1
	if rest < len(terms) && isSuffix(terms[rest]) {
		r.suffix = terms[rest]
		rest++
	}
	r.words = telling(append(append([]string{}, terms[:i]...), terms[rest:]...))
	return r
}

// isSuffix tells whether a word after a number belongs to it: "12 bis", "12 b".
// An "r" is more likely short for rue.
func isSuffix(term string) bool {
	switch term {
	case "bis", "ter", "quater":
		return true
	}
	return len(term) == 1 && term[0] >= 'a' && term[0] <= 'z' && term != "r"
}

// sought is what a reading looks for among the words of streets. Kinds of ways
// are left out where another word tells more; instead are other words that will
// do, for each.
func (r reading) sought(instead map[string][]string) store.Sought {
	var all, ways []store.Phrase
	for _, w := range r.words {
		p := phrase(w, instead[w])
		if isWay(w) {
			ways = append(ways, p)
		} else {
			all = append(all, p)
		}
	}
	if len(all) == 0 {
		all = ways
	}
	return store.Sought{All: all}
}

func isWay(word string) bool { return kinds[word] || kinds[short[word]] }

// phrase is a word as it may stand in the index: it may go on, it may be short
// for another. A number goes on only where it is long enough for a postal code.
func phrase(word string, instead []string) store.Phrase {
	p := store.Phrase{Words: []string{word}, Open: true}
	if _, err := strconv.Atoi(word); err == nil && len(word) < 2 {
		p.Open = false
	}
	if whole, ok := short[word]; ok {
		p.Or = append(p.Or, store.Phrase{Words: strings.Fields(whole)})
	}
	for _, other := range instead {
		p.Or = append(p.Or, store.Phrase{Words: []string{other}})
	}
	return p
}
