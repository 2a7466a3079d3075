package app

import (
	"context"

	"palier/instance"
	"palier/instance/alike"
	"palier/instance/countries"
	"palier/instance/households"
	"palier/instance/housing"
	"palier/instance/store"
	"palier/protocol/ledger"
	"palier/protocol/vocab"
)

// openCases opens the room of cases, over the homes that programmes have and see.
func (a *App) openCases(ctx context.Context) (err error) {
	a.Households, err = households.New(ctx, households.Options{
		DB: a.DB, Site: a.Site, IDs: a.ids, Now: a.now, Zone: a.zone, Vault: a.Vault, Hosts: a.Hosts, Pack: a.pack,
		Homes:    lent{a.Housing},
		Pictures: a.Pictures, Files: a.files,
		Switches: switches{a.Housing}, Froze: a.Housing.FrozenIn, Tell: a.private, Alike: &alike.Service{Key: a.Housing.MarkKey},
	})
	return err
}

// switches are what programmes have switched off, as cases and hosts ask for it.
type switches struct{ housing *housing.Service }

// Off tells whether a function is switched off.
func (x switches) Off(ctx context.Context, tx store.Tx, programme instance.ActorID, function, area string, kind vocab.HomeCategory) (bool, error) {
	return x.housing.Off(ctx, tx, programme, housing.Function(function), area, kind)
}

// Where tells for many homes at once whether one of some functions is switched off.
func (x switches) Where(ctx context.Context, tx store.Tx, programme instance.ActorID, functions ...string) (func(area string, kind vocab.HomeCategory) bool, error) {
	list := make([]housing.Function, len(functions))
	for i, f := range functions {
		list[i] = housing.Function(f)
	}
	return x.housing.Where(ctx, tx, programme, list...)
}

// comes tells for many homes at once whether anything is switched off without which nobody
// comes there tonight.
func (x switches) comes(ctx context.Context, tx store.Tx, programme instance.ActorID) (func(area string, kind vocab.HomeCategory) bool, error) {
	return x.housing.Where(ctx, tx, programme, housing.CutSearch, housing.CutProposals, housing.CutHolds, housing.CutPlacements)
}

// hosts tells whether nobody is taken in who lends a home of a kind in an area. Where
// that is not known what is switched off anywhere is meant.
func (x switches) hosts(ctx context.Context, tx store.Tx, programme instance.ActorID, area string, whole bool) error {
	kind := vocab.PrivateRoom
	if whole {
		kind = vocab.EntirePlace
	}
	off, err := x.housing.Off(ctx, tx, programme, housing.CutIntake, area, kind)
	if err == nil && off {
		err = households.Paused(households.Intake)
	}
	return err
}

// lent are the homes of programmes as cases look for them.
type lent struct{ *housing.Service }

// mostOffered is how many homes of each kind a household is held against.
const mostOffered = 1000

// Offered returns homes of a programme and of its partners that are lent in a
// whole stay.
func (l lent) Offered(ctx context.Context, by instance.Account, programme instance.ActorID, stay ledger.Stay) ([]households.Home, error) {
	ours, err := l.Listings(ctx, by, programme, 0, mostOffered, instance.ListingAvailable, instance.ListingHeld, instance.ListingPlaced, instance.ListingEnding)
	if err != nil {
		return nil, err
	}
	theirs, err := l.Homes(ctx, by, programme, mostOffered)
	if err != nil {
		return nil, err
	}
	limits, err := l.Limits(ctx, by, programme)
	if err != nil {
		return nil, err
	}
	var list []households.Home
	for _, x := range ours {
		if stay.Meets(x.Stay) && x.MovedAt.IsZero() {
			h := households.OfListing(x, x.Places, instance.DepartementOf(x.Commune), instance.Residents{})
			h.Place = l.ToldOf(x.Commune)
			list = append(list, limited(h, limits[x.ID]))
		}
	}
	for _, x := range theirs {
		h := households.OfPartner(x.Home, housing.AreaOf(x.Area), instance.Residents{})
		if stay.Meets(h.Stay) {
			rules, err := countries.In(h.Area)
			if err != nil {
				return nil, err
			}
			h.MinNights, h.MaxNights, h.HeardAt = rules.Stay.Least, rules.Stay.Most, x.HeardAt
			list = append(list, h)
		}
	}
	return list, nil
}

// Free returns how many beds of each home of a programme nobody has in a whole stay.
func (l lent) Free(ctx context.Context, by instance.Account, programme instance.ActorID, stay ledger.Stay) (map[string]int, error) {
	found, err := l.Search(ctx, by, programme, housing.Wish{Stay: stay, Places: 1, OnlyOurs: true}, 0, mostOffered)
	free := make(map[string]int, len(found))
	for _, f := range found {
		free[f.URI] = f.Free
	}
	return free, err
}

// limited is a home of ours with what its host was approved for.
func limited(h households.Home, x housing.Limit) households.Home {
	h.Free, h.NoChildren = min(h.Free, x.Places), !x.Children
	h.MinNights, h.MaxNights, h.Stay.Until = x.Least, x.Nights, min(h.Stay.Until, x.Until)
	return h
}
