package addresses

import (
	"context"
	"slices"
	"strings"

	"palier/instance"
	"palier/instance/france"
	"palier/instance/store"
)

// mostNear is how many other spellings are tried for one word.
const mostNear = 8

// respell returns the words of streets that differ by one letter from words that
// were typed.
func (s *Service) respell(ctx context.Context, ways []reading) (map[string][]string, error) {
	words := map[string]bool{}
	var sought []any
	for _, way := range ways {
		for _, w := range way.words {
			if words[w] || isNumber(w) {
				continue
			}
			words[w] = true
			for _, spelling := range spellings(w) {
				sought = append(sought, spelling)
			}
		}
	}
	if len(sought) == 0 {
		return nil, nil
	}
	rows, err := s.db.Read().Query(ctx, `
		SELECT DISTINCT word
		  FROM street_spellings
		 WHERE spelling IN (`+store.Placeholders(1, len(sought))+`)
		 ORDER BY word
		 LIMIT 2000`, sought...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	instead := map[string][]string{}
	for rows.Next() {
		var known string
		if err := rows.Scan(&known); err != nil {
			return nil, err
		}
		for w := range words {
			if w != known && len(instead[w]) < mostNear && near(w, known) {
				instead[w] = append(instead[w], known)
			}
		}
	}
	return instead, rows.Err()
}

// town is a suggested commune.
type town struct {
	Suggestion
	exactly bool // called just as was typed
}

// mostTowns is how many communes are suggested at once.
const mostTowns = 5

// towns returns the communes that readings name: by all their words or by a
// postal code, and where nothing else was found, alone, by the last of their
// words.
func (s *Service) towns(ctx context.Context, ways []reading, alone bool) ([]town, error) {
	g, err := s.gazetteer(ctx)
	if err != nil {
		return nil, err
	}
	var found []town
	seen := map[string]bool{}
	for _, way := range ways {
		if way.number >= 0 && !alone {
			continue
		}
		words := telling(fold(strings.Join(way.words, " ")))
		for _, c := range g.meant(words, alone) {
			if seen[c.Code] || len(found) == mostTowns {
				continue
			}
			seen[c.Code] = true
			found = append(found, town{commune(c), callName(c) == strings.Join(words, " ") || slices.Contains(c.PostalCodes, words[0])})
		}
	}
	return found, nil
}

func commune(c france.Commune) Suggestion {
	s := Suggestion{Kind: Commune, Name: c.Name, INSEE: c.Code, Town: strings.Join(c.PostalCodes[:min(len(c.PostalCodes), 3)], ", ")}
	if c.Latitude != 0 || c.Longitude != 0 {
		s.Point = &instance.Point{Latitude: c.Latitude, Longitude: c.Longitude}
	}
	return s
}

// meant returns the communes that folded words name.
func (g *gazetteer) meant(words []string, alone bool) []france.Commune {
	var names []string
	var found []france.Commune
	for _, w := range words {
		if !postalShape.MatchString(w) {
			names = append(names, w)
			continue
		}
		found = g.posted(w, 50)
		if c, ok := g.byCode[w]; ok && len(found) == 0 {
			found = append(found, c)
		}
	}
	if len(names) == 0 {
		return found[:min(len(found), mostTowns)]
	}
	if len(found) > 0 {
		return within(found, names, alone)
	}
	if called := g.called(names, mostTowns); len(called) > 0 || !alone {
		return called
	}
	for i := 1; i < len(names); i++ {
		tail := g.called(names[i:], mostTowns)
		tail = slices.DeleteFunc(tail, func(c france.Commune) bool { return callName(c) != strings.Join(names[i:], " ") })
		if len(tail) > 0 {
			return tail
		}
	}
	return nil
}

// within returns the communes of a postal code that one of several words names;
// all of them where none does and nothing else was found.
func within(found []france.Commune, names []string, alone bool) []france.Commune {
	var called []france.Commune
	for _, c := range found {
		own := telling(fold(c.Name))
		every := len(names) > 0
		for _, n := range names {
			every = every && slices.ContainsFunc(own, func(w string) bool { return strings.HasPrefix(w, n) })
		}
		if every {
			called = append(called, c)
		}
	}
	if len(called) == 0 && alone {
		return found[:min(len(found), mostTowns)]
	}
	return called
}
