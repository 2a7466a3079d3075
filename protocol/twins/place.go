package twins

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Place is where a home is, as two people who write it down for two associations
// both write it: the commune, the number and the words of the street. What lies
// behind the street door is left out, since it is written in as many ways as there
// are people; that two homes in one house look alike is for a person to see.
type Place struct{ words []string }

// short are words that are written in full.
var short = map[string]string{
	"r": "rue", "av": "avenue", "ave": "avenue", "bd": "boulevard", "bld": "boulevard", "boul": "boulevard", "bvd": "boulevard", "pl": "place",
	"ch": "chemin", "che": "chemin", "chem": "chemin", "imp": "impasse", "all": "allee", "rte": "route", "sq": "square", "fg": "faubourg", "fbg": "faubourg",
	"crs": "cours", "qu": "quai", "res": "residence", "lot": "lotissement", "st": "saint", "ste": "sainte", "gal": "general", "mal": "marechal",
	"dr": "docteur", "pr": "professeur", "pdt": "president", "b": "bis", "t": "ter",
}

// dropped are words without which a street is the same.
var dropped = []string{"de", "du", "des", "la", "le", "les", "l", "d", "et", "a", "au", "aux", "en", "cedex", "france"}

// indoors begin what lies behind the street door.
var indoors = []string{
	"appartement", "appart", "appt", "apt", "app", "porte", "pte", "batiment", "bat", "escalier", "esc", "etage", "etg", "hall", "entree", "studio",
	"chambre", "bal", "boite", "digicode", "code", "interphone", "chez",
}

// NewPlace returns where a home is, of an address as somebody typed it and the
// code of its commune: in the country a name without a number will do. It returns
// false for an address that names no street and no place.
func NewPlace(address, commune string) (Place, bool) {
	var number, place []string // a number before a comma; a name without one
	at := func(words ...string) (Place, bool) {
		return Place{append([]string{strings.ToUpper(strings.TrimSpace(commune))}, sorted(words)...)}, true
	}
	for _, line := range strings.FieldsFunc(address, func(r rune) bool { return r == ',' || r == '\n' || r == ';' }) {
		words, numbered := street(line)
		named := slices.ContainsFunc(words, func(w string) bool { return !ofNumber(w) })
		switch {
		case named && (numbered || number != nil):
			return at(append(words, number...)...)
		case numbered:
			number = words
		case named && place == nil:
			place = words
		}
	}
	if place != nil {
		return at(place...)
	}
	return Place{}, false
}

// ofNumber tells whether a word belongs to the number of a house.
func ofNumber(w string) bool { return isNumber(w) || w == "bis" || w == "ter" || w == "quater" }

// street returns the words of a line, and whether a number is among the first of
// them: five figures are a postal code, and what follows one is no street.
func street(line string) (words []string, numbered bool) {
	for _, w := range fold(line) {
		switch {
		case slices.Contains(indoors, w):
			return sorted(words), numbered
		case isNumber(w) && len(w) == 5:
			return sorted(words), numbered
		case isNumber(w):
			numbered = true
			words = append(words, strings.TrimLeft(w, "0"))
		case slices.Contains(dropped, w):
		default:
			if full, ok := short[w]; ok {
				w = full
			}
			words = append(words, w)
		}
	}
	return sorted(words), numbered
}

func sorted(words []string) []string {
	slices.Sort(words)
	return slices.Compact(words)
}

func isNumber(w string) bool { return strings.Trim(w, "0123456789") == "" }

// fold takes a line apart into words without accents, capitals and signs. Figures
// and letters that stand together are two words: 12bis is 12 bis.
func fold(line string) []string {
	var b strings.Builder
	var before rune
	for _, r := range norm.NFKD.String(strings.ToLower(line)) {
		switch {
		case unicode.Is(unicode.Mn, r):
			continue
		case unicode.IsLetter(r), unicode.IsDigit(r):
			if unicode.IsDigit(r) != unicode.IsDigit(before) && before != 0 {
				b.WriteByte(' ')
			}
			b.WriteRune(r)
			before = r
		default:
			b.WriteByte(' ')
			before = 0
		}
	}
	return strings.Fields(strings.NewReplacer("œ", "oe", "æ", "ae").Replace(b.String()))
}

// Moved tells whether an address that somebody wrote in place of another is that of
// another street door, or may be: where one of them names no street, where streets or
// numbers differ, and where the town differs. town is what the commune of the first is
// called: that it is named now, and was not before, is no move.
func Moved(before, after, town string) bool {
	a, ok := NewPlace(before, "")
	b, named := NewPlace(after, "")
	if !ok || !named || string(a.bytes()) != string(b.bytes()) {
		return true
	}
	codes, names := beside(before, a)
	newCodes, newNames := beside(after, b)
	if len(codes) > 0 && len(newCodes) > 0 && !slices.Equal(codes, newCodes) {
		return true
	}
	if len(newNames) == 0 {
		// A postal code alone, where there was no town, may be that of any.
		return len(codes) == 0 && len(names) == 0 && len(newCodes) > 0
	}
	known := append(fold(town), names...)
	return slices.ContainsFunc(newNames, func(w string) bool { return !slices.Contains(known, w) })
}

// beside returns the postal codes and the words of an address that are not of its
// street, nor behind its door.
func beside(address string, p Place) (codes, names []string) {
	for _, line := range strings.FieldsFunc(address, func(r rune) bool { return r == ',' || r == '\n' || r == ';' }) {
		for _, w := range fold(line) {
			if slices.Contains(indoors, w) {
				break
			}
			full, ok := short[w]
			if !ok {
				full = w
			}
			switch {
			case isNumber(w) && len(w) == 5:
				codes = append(codes, w)
			case isNumber(w), slices.Contains(dropped, w), slices.Contains(p.words, full):
			default:
				names = append(names, w)
			}
		}
	}
	return sorted(codes), sorted(names)
}

// Canonical is the one form in which places are compared. It tells the address: it is
// for a keyed hash, and for nothing that is kept or sent.
func (p Place) Canonical() []byte { return p.bytes() }

func (p Place) bytes() []byte { return []byte("palier twins 1\n" + strings.Join(p.words, "\n")) }
