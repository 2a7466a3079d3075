package addresses

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"palier/instance/sheets"
	"palier/instance/store"
	"palier/instance/writing"
)

// ReadsCommunes tells whether a table holds communes: INSEE's official geographic
// code, or the postal codes of the communes.
func ReadsCommunes(t *sheets.Sheet) bool {
	return t.Has("TYPECOM", "COM", "LIBELLE") || t.Has("Code_commune_INSEE", "Code_postal")
}

// The reasons why a commune cannot be taken.
const (
	noCode   = "the code of the commune is malformed"
	noTitle  = "the commune has no name"
	noPostal = "the postal code is malformed"
)

// listed is a commune as a file lists it.
type listed struct {
	insee, kind, name, departement, parent string
	postal                                 []string
}

// ImportCommunes takes communes over from a table that [ReadsCommunes] knows. Of
// what the program knows already nothing is kept but the difference.
func (s *Service) ImportCommunes(ctx context.Context, t *sheets.Sheet, report *sheets.Report) error {
	g, err := s.gazetteer(ctx)
	if err != nil {
		return err
	}
	found := map[string]*listed{}
	for t.Next() {
		c, reason := readCommune(t)
		if reason != "" {
			t.Refuse(reason)
			continue
		}
		report.Good++
		if before, ok := found[c.insee]; ok && c.parent == "" {
			before.postal = append(before.postal, c.postal...)
		} else if !ok {
			found[c.insee] = &c
		}
	}
	if err := t.Err(); err != nil {
		return err
	}
	rows := store.Many{Into: `communes (insee, kind, name, departement, parent, postal_codes, imported_at)`, After: `
		ON CONFLICT (insee) DO UPDATE
		   SET kind = excluded.kind, name = excluded.name, departement = excluded.departement, parent = excluded.parent,
		       postal_codes = CASE WHEN excluded.postal_codes = '' THEN communes.postal_codes ELSE excluded.postal_codes END,
		       imported_at = excluded.imported_at`}
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		for _, c := range found {
			slices.Sort(c.postal)
			c.postal = slices.Compact(c.postal)
			if g.knows(c) {
				continue
			}
			err := rows.Add(ctx, tx, c.insee, c.kind, c.name, c.departement, c.parent, strings.Join(c.postal, "|"), store.Millis(s.now()))
			if err != nil {
				return err
			}
		}
		return rows.End(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("import communes from %s: %w", report.File, err)
	}
	s.forgetGazetteer()
	return nil
}

// readCommune reads the commune at hand and returns why it cannot be taken.
func readCommune(t *sheets.Sheet) (listed, string) {
	c := listed{
		insee: strings.ToUpper(t.Get("COM", "Code_commune_INSEE")), kind: t.Get("TYPECOM"), departement: t.Get("DEP"),
		name: writing.CleanLine(t.Get("LIBELLE", "Nom_de_la_commune"), longestName),
	}
	postal := t.Get("Code_postal")
	switch {
	case !inseeShape.MatchString(c.insee):
		return c, noCode
	case c.name == "":
		return c, noTitle
	case postal != "" && !postalShape.MatchString(postal):
		return c, noPostal
	case postal != "":
		c.postal = []string{postal}
	}
	if c.kind == "COMA" || c.kind == "COMD" {
		c.parent = t.Get("COMPARENT")
	}
	if c.kind == "" {
		c.kind = "COM"
	}
	return c, ""
}

// knows tells whether what a file lists is known already. The postal file writes
// names in capitals: those that are known are better.
func (g *gazetteer) knows(c *listed) bool {
	known, ok := g.byCode[c.insee]
	if !ok {
		return false
	}
	if c.parent != "" {
		return true // a delegated commune that has the code of the one it is part of
	}
	if len(c.postal) > 0 {
		c.name, c.kind, c.departement = known.Name, known.Kind, known.Departement
		before := slices.Sorted(slices.Values(known.PostalCodes))
		return slices.Equal(before, c.postal)
	}
	return known.Name == c.name
}

// forgetGazetteer has the communes read again when they are next asked for.
func (s *Service) forgetGazetteer() {
	s.mu.Lock()
	s.kept = nil
	s.mu.Unlock()
}
