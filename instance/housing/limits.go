package housing

import (
	"context"
	"errors"
	"fmt"

	"palier/instance"
	"palier/instance/countries"
	"palier/instance/store"
	"palier/protocol/ledger"
	"palier/protocol/vocab"
)

// Limit is how many people a home takes, for how long and until when, as its host was
// approved and the country allows.
type Limit struct {
	instance.HostLimits
	Least int          // nights
	Until ledger.Night // of the approval: the first in which nobody is there any more
	Whole bool         // an entire home: nobody else lives there while somebody does
	Beds  int          // all that it has
}

const limitColumns = `l.id, l.commune, COALESCE(h.most_places, 0), COALESCE(h.most_nights, 0), h.children, COALESCE(h.approved_until, 0), l.category, l.places
		  FROM housing_listings l JOIN housing_hosts h ON h.id = l.host_id AND h.programme_id = l.programme_id`

func (s *Service) scanLimit(row store.Row) (instance.ListingID, Limit, error) {
	var id instance.ListingID
	var commune, category string
	var until int64
	var x Limit
	if err := row.Scan(&id, &commune, &x.Places, &x.Nights, &x.Children, &until, &category, &x.Beds); err != nil {
		return 0, x, err
	}
	rules, err := countries.In(commune)
	if err != nil {
		return 0, x, err
	}
	x.Least, x.Whole = rules.Stay.Least, vocab.HomeCategory(category) == vocab.EntirePlace
	if x.Nights == 0 || x.Nights > rules.Stay.Most {
		x.Nights = rules.Stay.Most
	}
	// A date that somebody wrote down here, and the same date where the home is.
	x.Until = ledger.NightOf(store.Time(until).In(s.zone))
	return id, x, nil
}

// Limits returns what the hosts of the homes of a programme were approved for, to
// those of its team.
func (s *Service) Limits(ctx context.Context, by instance.Account, programme instance.ActorID) (map[instance.ListingID]Limit, error) {
	if _, err := role(ctx, s.db.Read(), programme, by.ID); err != nil {
		return nil, because(err, "limits of homes of programme %s", programme)
	}
	rows, err := s.db.Read().Query(ctx, `
		SELECT `+limitColumns+`
		 WHERE l.programme_id = $1 AND l.state IN ('available', 'held', 'placed', 'ending')`, programme)
	if err != nil {
		return nil, because(err, "limits of homes of programme %s", programme)
	}
	defer rows.Close()
	all := map[instance.ListingID]Limit{}
	for rows.Next() {
		id, x, err := s.scanLimit(rows)
		if err != nil {
			return nil, because(err, "limits of homes of programme %s", programme)
		}
		all[id] = x
	}
	return all, because(rows.Err(), "limits of homes of programme %s", programme)
}

// limitOf is that of one home, and false for one that is nobody's.
func (s *Service) limitOf(ctx context.Context, tx store.Tx, id instance.ListingID) (Limit, bool, error) {
	_, x, err := s.scanLimit(tx.QueryRow(ctx, `SELECT `+limitColumns+` WHERE l.id = $1`, id))
	if errors.Is(err, store.ErrNoRows) {
		return x, false, nil
	}
	return x, err == nil, err
}

// refuses tells why an ask is not granted although there are beds, nothing if it is.
// Nights that follow on others of the same association count with them: for all that
// a ledger knows, they are of one household. An entire home is one household's while it
// is somebody's, as everybody is told of it who is asked there: for it one waits only for
// all of its beds, since a few would be granted beside those who live there.
func (x Limit) refuses(b *ledger.Book, by string, a ledger.Ask) ledger.Why {
	row := inARow(b, by, a.Stay)
	switch {
	case a.Stay.Until > x.Until:
		return ledger.BadDates
	case x.Nights > 0 && row.Nights() > x.Nights, row.Nights() < x.Least:
		return ledger.BadLength
	case x.Whole && mostTaken(b, a.Stay) > 0 && (!a.Wait || a.Places != x.Beds):
		return ledger.Taken
	case a.Places > x.Places, len(b.Free(a.Stay)) >= a.Places && a.Places+mostTaken(b, a.Stay) > x.Places:
		return ledger.TooMany
	}
	return ""
}

// inARow is a stay with those of the same association that it follows on, and that
// follow on it.
func inARow(b *ledger.Book, by string, stay ledger.Stay) ledger.Stay {
	for again := true; again; {
		again = false
		for _, h := range b.Holds() {
			if h.By != by || !h.Standing.Takes() || h.Stay.Nights() < 1 {
				continue
			}
			if h.Stay.Until == stay.From {
				stay.From, again = h.Stay.From, true
			}
			if h.Stay.From == stay.Until {
				stay.Until, again = h.Stay.Until, true
			}
		}
	}
	return stay
}

// mostTaken is how many beds are somebody's in one night of a stay at most. Who leaves
// has the nights until then.
func mostTaken(b *ledger.Book, stay ledger.Stay) (most int) {
	taken := map[ledger.Night]int{}
	for _, h := range b.Holds() {
		if !h.Standing.Takes() && h.Standing != ledger.HasEnded {
			continue
		}
		for n := max(h.Stay.From, stay.From); n < min(h.Stay.Until, stay.Until); n++ {
			taken[n] += len(h.Beds)
			most = max(most, taken[n])
		}
	}
	return most
}

// within returns an error that is both an [instance.ErrConflict] and an
// [instance.Invalid] for a home that takes more than its host was approved for.
func (s *Service) within(ctx context.Context, tx store.Tx, l instance.Listing) error {
	x, ok, err := s.limitOf(ctx, tx, l.ID)
	switch {
	case err != nil || !ok:
		return err
	case l.Places > x.Places:
		return fmt.Errorf("%w: %w", instance.ErrConflict, &instance.Invalid{Field: "places", Code: "host-limit", Limit: x.Places})
	case l.Children > 0 && !x.Children:
		return fmt.Errorf("%w: %w", instance.ErrConflict, &instance.Invalid{Field: "children", Code: "host-limit"})
	}
	return nil
}
