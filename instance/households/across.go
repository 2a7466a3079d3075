package households

import (
	"context"
	"slices"

	"palier/instance"
	"palier/instance/countries"
	"palier/instance/store"
)

// Abroad returns the country in which an area is (see [countries.CountryOf]) if it is
// another than that of the programmes here, else nothing.
func (s *Service) Abroad(area string) string {
	if c := countries.CountryOf(area); area != "" && c != s.Pack.Code {
		return c
	}
	return ""
}

// AreaOf returns where the household of a case lives, or where a home is for which it
// asked: a département or a country, nothing where neither is known. It tells nothing
// else, and who asks has read the case already.
func (s *Service) AreaOf(ctx context.Context, id instance.CaseID, home string) (string, error) {
	var area string
	err := s.DB.Read().QueryRow(ctx, `
		SELECT COALESCE(
			(SELECT h.area FROM housing_case_holds x JOIN housing_holds h ON h.id = x.hold_id WHERE x.case_id = $1 AND h.state = 'placed' ORDER BY h.until_night DESC LIMIT 1),
			(SELECT h.area FROM housing_holds h WHERE h.home = $2 AND $2 <> '' ORDER BY h.id LIMIT 1),
			'')`, id, home).Scan(&area)
	return area, because(err, "where case %s is", id)
}

// AcrossPoint is something to see to before a household goes into another country.
type AcrossPoint struct {
	countries.Across
	Seen bool
}

// Across returns what is to be seen to before the household of a case goes into a
// country, to those who keep cases.
func (s *Service) Across(ctx context.Context, by instance.Account, id instance.CaseID, country string) ([]AcrossPoint, error) {
	if _, err := s.Case(ctx, by, id); err != nil {
		return nil, err
	}
	list, err := s.across(ctx, s.DB.Read(), id, country)
	return list, because(err, "case %s across the border", id)
}

func (s *Service) across(ctx context.Context, tx store.Tx, id instance.CaseID, country string) ([]AcrossPoint, error) {
	rules, err := countries.Of(country)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `SELECT need FROM housing_case_across WHERE case_id = $1 AND country = $2`, id, country)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var seen []string
	for rows.Next() {
		var need string
		if err := rows.Scan(&need); err != nil {
			return nil, err
		}
		seen = append(seen, need)
	}
	var list []AcrossPoint
	for _, a := range rules.Across {
		list = append(list, AcrossPoint{a, slices.Contains(seen, a.Need)})
	}
	return list, rows.Err()
}

// SeeAcross writes down that points were seen to for a case and a country, by who
// keeps it; points that it names before stay. It returns an [instance.Invalid] for one
// that the rules of the country do not have.
func (s *Service) SeeAcross(ctx context.Context, by instance.Account, id instance.CaseID, country string, needs []string) error {
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		if _, err := s.kept(ctx, tx, by.ID, id); err != nil {
			return err
		}
		points, err := s.across(ctx, tx, id, country)
		if err != nil {
			return err
		}
		rows := store.Many{Into: "housing_case_across (case_id, country, need, by_id, at)"}
		for _, need := range slices.Compact(slices.Sorted(slices.Values(needs))) {
			i := slices.IndexFunc(points, func(p AcrossPoint) bool { return p.Need == need })
			if i < 0 {
				return &instance.Invalid{Field: "across", Code: "unknown"}
			}
			if points[i].Seen {
				continue
			}
			if err := rows.Add(ctx, tx, id, country, need, by.ID, store.Millis(s.Now())); err != nil {
				return err
			}
		}
		return rows.End(ctx, tx)
	})
	return because(err, "case %s across the border", id)
}

// acrossSeen returns an [instance.Invalid] of the field across unless all was seen to
// that the country asks for in which the home of a hold is: nothing is asked within
// one's own, and nobody goes where no rules are known.
func (s *Service) acrossSeen(ctx context.Context, tx store.Tx, x CaseHold) error {
	country := s.Abroad(x.Area)
	if country == "" {
		return nil
	}
	points, err := s.across(ctx, tx, x.Case, country)
	switch {
	case err != nil:
		return err
	case len(points) == 0:
		return &instance.Invalid{Field: "across", Code: "no-rules"}
	case slices.ContainsFunc(points, func(p AcrossPoint) bool { return !p.Seen }):
		return &instance.Invalid{Field: "across", Code: "missing"}
	}
	return nil
}
