package addresses

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"palier/instance/france"
)

// gazetteer is the communes by their codes and by what people call them.
type gazetteer struct {
	byCode       map[string]france.Commune
	departements map[string]bool // the first two characters of their communes' codes
	named        []named         // by their folded names
	byPostal     map[string][]string
}

// named is a commune by its folded name.
type named struct {
	folded string
	code   string
}

// brought is the gazetteer of what the program brings along: the same for all, and
// never changed.
var brought = sync.OnceValues(func() (*gazetteer, error) {
	list, err := france.Communes()
	if err != nil {
		return nil, err
	}
	return newGazetteer(list), nil
})

func newGazetteer(list []france.Commune) *gazetteer {
	g := &gazetteer{byCode: make(map[string]france.Commune, len(list)), departements: map[string]bool{"97": true, "98": true}}
	for _, c := range list {
		g.byCode[c.Code] = c
		g.departements[c.Code[:2]] = true
	}
	g.name()
	return g
}

func (g *gazetteer) name() {
	g.named, g.byPostal = make([]named, 0, len(g.byCode)), map[string][]string{}
	for code, c := range g.byCode {
		for _, postal := range c.PostalCodes {
			g.byPostal[postal] = append(g.byPostal[postal], code)
		}
		g.named = append(g.named, named{callName(c), code})
	}
	slices.SortFunc(g.named, func(a, b named) int {
		return cmp.Or(strings.Compare(a.folded, b.folded), strings.Compare(a.code, b.code))
	})
}

// callName is the name of a commune as it is compared.
func callName(c france.Commune) string { return strings.Join(telling(fold(c.Name)), " ") }

// gazetteer returns the communes the program brings along and those that were
// imported since, as they were a minute ago.
func (s *Service) gazetteer(ctx context.Context) (*gazetteer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := s.now(); s.kept == nil || now.After(s.until) || now.Before(s.until.Add(-2*time.Minute)) {
		g, err := s.readGazetteer(ctx)
		if err != nil {
			return nil, fmt.Errorf("communes: %w", err)
		}
		s.kept, s.until = g, now.Add(time.Minute)
	}
	return s.kept, nil
}

func (s *Service) readGazetteer(ctx context.Context) (*gazetteer, error) {
	base, err := brought()
	if err != nil {
		return nil, err
	}
	rows, err := s.db.Read().Query(ctx, `
		SELECT insee, kind, name, departement, postal_codes
		  FROM communes
		 WHERE parent = ''`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	g := base
	for rows.Next() {
		var c france.Commune
		var postal string
		if err := rows.Scan(&c.Code, &c.Kind, &c.Name, &c.Departement, &postal); err != nil {
			return nil, err
		}
		if g == base {
			g = &gazetteer{byCode: maps.Clone(base.byCode), departements: base.departements}
		}
		known := g.byCode[c.Code]
		c.EPCI, c.Population, c.Longitude, c.Latitude = known.EPCI, known.Population, known.Longitude, known.Latitude
		if c.PostalCodes = known.PostalCodes; postal != "" {
			c.PostalCodes = strings.Split(postal, "|")
		}
		g.byCode[c.Code] = c
	}
	if g != base {
		g.name()
	}
	return g, rows.Err()
}

// called returns the communes whose name begins with some folded words, those
// called just that first, then the largest.
func (g *gazetteer) called(words []string, limit int) []france.Commune {
	if len(words) == 0 {
		return nil
	}
	sought := strings.Join(words, " ")
	at, _ := slices.BinarySearchFunc(g.named, sought, func(n named, s string) int { return strings.Compare(n.folded, s) })
	var found []france.Commune
	exact := map[string]bool{}
	for _, n := range g.named[at:] {
		if !strings.HasPrefix(n.folded, sought) {
			break
		}
		found = append(found, g.byCode[n.code])
		exact[n.code] = n.folded == sought
	}
	slices.SortStableFunc(found, func(a, b france.Commune) int {
		if exact[a.Code] != exact[b.Code] {
			if exact[a.Code] {
				return -1
			}
			return 1
		}
		return b.Population - a.Population
	})
	return found[:min(len(found), limit)]
}

// posted returns the communes with a postal code, the largest first.
func (g *gazetteer) posted(code string, limit int) []france.Commune {
	var found []france.Commune
	for _, insee := range g.byPostal[code] {
		found = append(found, g.byCode[insee])
	}
	slices.SortFunc(found, func(a, b france.Commune) int {
		return cmp.Or(b.Population-a.Population, strings.Compare(a.Code, b.Code))
	})
	return found[:min(len(found), limit)]
}
