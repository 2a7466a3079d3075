package households

import (
	"context"
	"errors"

	"palier/instance"
	"palier/instance/store"
	"palier/protocol/vocab"
)

// Switches tell what a programme has switched off (product.md H23).
type Switches interface {
	// Off tells whether a function is switched off in an area, for a kind of home.
	// Where one of them is empty, whether it is for any; with [Everywhere], whether
	// it is for all.
	Off(ctx context.Context, tx store.Tx, programme instance.ActorID, function, area string, kind vocab.HomeCategory) (bool, error)
	// Where tells for many homes at once, by area and kind, whether one of some
	// functions is switched off.
	Where(ctx context.Context, tx store.Tx, programme instance.ActorID, functions ...string) (func(area string, kind vocab.HomeCategory) bool, error)
}

// Everywhere asks for what is switched off in all areas and for all kinds of homes.
const Everywhere = "*"

// Functions of a programme that are asked about here. They are fields of an
// [instance.Invalid] with the code paused, so that a page says what to do instead.
const (
	Messages  = "messages"
	Proposals = "proposals"
	Intake    = "intake"
	Holds     = "holds"
)

// Paused says that a function is switched off for now.
func Paused(function string) error { return &instance.Invalid{Field: "paused", Code: function} }

// runs returns [Paused] for a function that is switched off.
func (s *Service) runs(ctx context.Context, tx store.Tx, programme instance.ActorID, function, area string, kind vocab.HomeCategory) error {
	if s.Switches == nil {
		return nil
	}
	off, err := s.Switches.Off(ctx, tx, programme, function, area, kind)
	if err == nil && off {
		err = Paused(function)
	}
	return err
}

// takesIn returns [Paused] where nobody is taken in who wants to live in one of some
// areas: in any, if none is named.
func (s *Service) takesIn(ctx context.Context, tx store.Tx, programme instance.ActorID, areas []string) error {
	if len(areas) == 0 {
		areas = []string{""}
	}
	for _, area := range areas {
		if err := s.runs(ctx, tx, programme, Intake, area, ""); err != nil {
			return err
		}
	}
	return nil
}

// talks returns [Paused] where household and association do not write to one another
// now, by the home that the household lives in or that is held for it. Without one,
// what is switched off anywhere is meant.
func (s *Service) talks(ctx context.Context, tx store.Tx, c instance.Case) error {
	var commune, area, kind string
	err := tx.QueryRow(ctx, `
		SELECT COALESCE(l.commune, ''), COALESCE(y.area, ''), COALESCE(l.category, y.category, '')
		  FROM housing_case_holds x
		  JOIN housing_holds h ON h.id = x.hold_id AND h.state IN ('held', 'agreed', 'placed')
		  LEFT JOIN housing_listings l ON l.uri = h.home
		  LEFT JOIN housing_homes y ON y.programme_id = h.programme_id AND y.uri = h.home
		 WHERE x.case_id = $1
		 ORDER BY h.state = 'placed' DESC, x.hold_id DESC
		 LIMIT 1`, c.ID).Scan(&commune, &area, &kind)
	if err != nil && !errors.Is(err, store.ErrNoRows) {
		return err
	}
	return s.runs(ctx, tx, c.Programme, Messages, area+instance.DepartementOf(commune), vocab.HomeCategory(kind))
}

// PausedIn returns which of the functions that anybody asks about are switched off for
// all homes of a programme: what its public forms say.
func (s *Service) PausedIn(ctx context.Context, programme instance.ActorID) ([]string, error) {
	var list []string
	for _, f := range []string{Intake, Proposals, Messages} {
		var invalid *instance.Invalid
		switch err := s.runs(ctx, s.DB.Read(), programme, f, Everywhere, Everywhere); {
		case errors.As(err, &invalid):
			list = append(list, f)
		case err != nil:
			return nil, because(err, "what programme %s has paused", programme)
		}
	}
	return list, nil
}
