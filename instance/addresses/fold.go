package addresses

import (
	"strings"

	"palier/instance/writing"
)

// short are the words of addresses that people and files write shortly, each with
// the whole word.
var short = map[string]string{
	"av": "avenue", "ave": "avenue", "aven": "avenue", "bd": "boulevard", "bld": "boulevard", "blvd": "boulevard", "boul": "boulevard", "bvd": "boulevard",
	"pl": "place", "r": "rue", "imp": "impasse", "st": "saint", "ste": "sainte", "sts": "saints", "rte": "route", "chem": "chemin", "che": "chemin",
	"ch": "chemin", "chm": "chemin", "all": "allee", "sq": "square", "qu": "quai", "crs": "cours", "fg": "faubourg", "fbg": "faubourg", "pass": "passage",
	"psg": "passage", "prom": "promenade", "res": "residence", "lot": "lotissement", "ham": "hameau", "vla": "villa", "esp": "esplanade", "trav": "traverse",
	"mte": "montee", "rlle": "ruelle", "gal": "general", "gen": "general", "mal": "marechal", "cdt": "commandant", "col": "colonel", "cne": "capitaine",
	"dr": "docteur", "pdt": "president", "pr": "professeur", "prof": "professeur", "mgr": "monseigneur", "sgt": "sergent", "lt": "lieutenant",
	"gd": "grand", "gde": "grande", "pt": "petit", "pte": "petite", "mt": "mont", "vx": "vieux", "nd": "notre dame",
}

// kinds are the words that only say what kind of way it is: people mix them up.
var kinds = map[string]bool{
	"avenue": true, "boulevard": true, "place": true, "rue": true, "impasse": true, "route": true, "chemin": true, "allee": true, "square": true,
	"quai": true, "cours": true, "faubourg": true, "passage": true, "promenade": true, "residence": true, "lotissement": true, "hameau": true,
	"villa": true, "esplanade": true, "traverse": true, "montee": true, "ruelle": true, "allees": true, "voie": true, "sentier": true, "venelle": true,
}

// little are the words that nobody remembers.
var little = map[string]bool{
	"de": true, "du": true, "des": true, "la": true, "le": true, "les": true, "et": true, "a": true, "au": true, "aux": true, "en": true, "d": true, "l": true,
}

// fold returns the words of the name of a street as they are compared: plain
// letters, nothing shortened.
func fold(name string) []string {
	var words []string
	for _, w := range writing.Terms(name) {
		if whole, ok := short[w]; ok {
			words = append(words, strings.Fields(whole)...)
			continue
		}
		words = append(words, w)
	}
	return words
}

// telling returns the words of folded ones that tell streets apart; all of them
// where none does.
func telling(folded []string) []string {
	var words []string
	for _, w := range folded {
		if !little[w] {
			words = append(words, w)
		}
	}
	if len(words) == 0 {
		return folded
	}
	return words
}

const (
	shortestSpelt = 4 // a shorter word is too like many others
	longestSpelt  = 24
)

// spellings returns how a word may be misspelt by one letter, in the sense that
// two words are near if they have a spelling in common: the word itself, and
// the word without any one of its letters. Short and long words have none.
func spellings(word string) []string {
	runes := []rune(word)
	if len(runes) < shortestSpelt || len(runes) > longestSpelt {
		return nil
	}
	list := []string{word}
	seen := map[string]bool{word: true}
	for i := range runes {
		less := string(runes[:i]) + string(runes[i+1:])
		if !seen[less] {
			seen[less] = true
			list = append(list, less)
		}
	}
	return list
}

// near tells whether one letter more, less, other, or two in the wrong order
// make b of a.
func near(a, b string) bool {
	x, y := []rune(a), []rune(b)
	if len(x) > len(y) {
		x, y = y, x
	}
	if len(y)-len(x) > 1 {
		return false
	}
	i := 0
	for i < len(x) && x[i] == y[i] {
		i++
	}
	if len(x) < len(y) {
		return string(x[i:]) == string(y[i+1:])
	}
	if i >= len(x)-1 {
		return true
	}
	return string(x[i+1:]) == string(y[i+1:]) || x[i] == y[i+1] && x[i+1] == y[i] && string(x[i+2:]) == string(y[i+2:])
}
