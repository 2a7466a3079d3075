package housing

import (
	"context"
	"slices"
	"time"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
	"palier/protocol/ledger"
)

// Held is what a programme asked for, with where it is as far as it is known.
type Held struct {
	instance.Hold
	Listing   instance.ListingID // of a home of ours, else 0
	Seen      instance.ID        // what its partner tells of it now, 0 for nothing
	Commune   string             // of a home of ours
	Place     string             // of a partner's, in its words
	Area      string             // a département or a country
	Ahead     int                // how many wait before, while it waits
	ArrivedAt time.Time          // zero until it was noted
	Said      Said               // of what was said of it last
}

// Said is what became of something that was said to who keeps a home.
type Said string

// What becomes of it: it is said again for an hour, and then it is given up.
const (
	SaidOpen       Said = "open"
	SaidAnswered   Said = "answered"
	SaidRefused    Said = "refused"
	SaidUnanswered Said = "unanswered"
)

const heldColumns = `h.id, h.programme_id, h.home, h.from_night, h.until_night, h.places, h.state, h.number, h.lease_until, h.why, h.free_at, h.asked_at, h.arrived_at,
	COALESCE(l.id, 0), COALESCE(x.id, 0), COALESCE(l.commune, ''), COALESCE(x.place, ''), h.area
		  FROM housing_holds h
		  LEFT JOIN housing_listings l ON l.uri = h.home
		  LEFT JOIN housing_homes x ON x.programme_id = h.programme_id AND x.uri = h.home`

func scanHeld(row store.Row) (Held, error) {
	var h Held
	var state, why string
	var from, until, asked int64
	var lease, free, arrived *int64
	err := row.Scan(&h.ID, &h.Programme, &h.Home, &from, &until, &h.Places, &state, &h.Number, &lease, &why, &free, &asked, &arrived,
		&h.Listing, &h.Seen, &h.Commune, &h.Place, &h.Area)
	if err != nil {
		return h, notFound(err)
	}
	h.Stay = ledger.Stay{From: ledger.Night(from), Until: ledger.Night(until)}
	h.State, h.Why = instance.HoldState(state), ledger.Why(why)
	h.Lease, h.Free, h.AskedAt, h.ArrivedAt = store.TimeOrNever(lease), store.TimeOrNever(free), store.Time(asked), store.TimeOrNever(arrived)
	return h, nil
}

// Holds returns what a programme asked for, in some states or in any, the newest
// first, to those of its team: what is before an id, 0 begins.
func (s *Service) Holds(ctx context.Context, by instance.Account, programme instance.ActorID, before instance.ID, limit int, states ...instance.HoldState) ([]Held, error) {
	if _, err := role(ctx, s.db.Read(), programme, by.ID); err != nil {
		return nil, because(err, "holds of programme %s", programme)
	}
	args, in := []any{programme, before, limit}, ""
	if len(states) > 0 {
		in = ` AND h.state IN (` + store.Placeholders(4, len(states)) + `)`
		for _, state := range states {
			args = append(args, string(state))
		}
	}
	rows, err := s.db.Read().Query(ctx, `
		SELECT `+heldColumns+`
		 WHERE h.programme_id = $1 AND (CAST($2 AS BIGINT) = 0 OR h.id < $2)`+in+`
		 ORDER BY h.id DESC
		 LIMIT $3`, args...)
	if err != nil {
		return nil, because(err, "holds of programme %s", programme)
	}
	defer rows.Close()
	var list []Held
	for rows.Next() {
		h, err := scanHeld(rows)
		if err != nil {
			return nil, because(err, "holds of programme %s", programme)
		}
		list = append(list, h)
	}
	return list, because(rows.Err(), "holds of programme %s", programme)
}

// Held returns one of them, with its beds and how many wait before it.
func (s *Service) Held(ctx context.Context, by instance.Account, programme instance.ActorID, id instance.ID) (Held, error) {
	if _, err := role(ctx, s.db.Read(), programme, by.ID); err != nil {
		return Held{}, because(err, "hold %s", id)
	}
	h, err := scanHeld(s.db.Read().QueryRow(ctx, `SELECT `+heldColumns+` WHERE h.programme_id = $1 AND h.id = $2`, programme, id))
	if err != nil || h.Number == 0 {
		return h, because(err, "hold %s", id)
	}
	var said string
	err = s.db.Read().QueryRow(ctx, `
		SELECT outcome FROM housing_statements WHERE hold_id = $1 ORDER BY said_at DESC, id DESC LIMIT 1`, id).Scan(&said)
	if err != nil {
		return h, because(err, "hold %s", id)
	}
	h.Said = Said(said)
	book, err := s.copyOf(ctx, s.db.Read(), h.Home)
	if err != nil {
		return h, because(err, "hold %s", id)
	}
	if now, ok := book.Hold(h.Number); ok {
		h.Beds = now.Beds
	}
	if h.State == instance.HoldWaiting {
		h.Ahead = max(0, slices.IndexFunc(book.Queue(), func(x ledger.Hold) bool { return x.Number == h.Number }))
	}
	return h, nil
}

// ArrivedIn notes that those who were placed have come, in the transaction of the case
// that says so. It stays here: the ledger says nothing of it. Those who keep homes may;
// it returns [instance.ErrConflict] for a hold under which nobody lives, and for one of
// which it was noted.
func (s *Service) ArrivedIn(ctx context.Context, tx store.Tx, by instance.Account, programme instance.ActorID, id instance.ID) error {
	if err := keeps(ctx, tx, programme, by); err != nil {
		return because(err, "arrival under hold %s", id)
	}
	n, err := tx.Exec(ctx, `
		UPDATE housing_holds SET arrived_at = $3 WHERE id = $1 AND programme_id = $2 AND state = 'placed' AND arrived_at IS NULL`,
		id, programme, store.Millis(s.now()))
	if err == nil && n == 0 {
		err = instance.ErrConflict
	}
	if err == nil {
		err = s.note(ctx, tx, programme, by.ID, LogArrived, id.String())
	}
	return because(err, "arrival under hold %s", id)
}

// AtHome is what somebody has in the ledger of a home of ours.
type AtHome struct {
	ledger.Hold
	Who  instance.Actor // the programme that asked, as far as it is known
	Ours bool
}

// AtHome returns what stands in the ledger of a home of ours, the newest first, to
// those of its programme's team.
func (s *Service) AtHome(ctx context.Context, by instance.Account, id instance.ListingID) ([]AtHome, error) {
	l, err := s.Listing(ctx, by, id)
	if err != nil {
		return nil, err
	}
	book, err := s.copyOf(ctx, s.db.Read(), l.URI)
	if err != nil {
		return nil, because(err, "holds at home %s", id)
	}
	var uris []string
	for _, h := range book.Holds() {
		uris = append(uris, h.By)
	}
	named, err := actors.ByURIs(ctx, s.db.Read(), uris)
	if err != nil {
		return nil, because(err, "holds at home %s", id)
	}
	var list []AtHome
	for _, h := range slices.Backward(book.Holds()) {
		list = append(list, AtHome{Hold: h, Who: named[h.By], Ours: named[h.By].ID == l.Programme})
	}
	return list, nil
}

// SentFile is a file that was sent, of which the receipt is kept and nothing else.
type SentFile struct {
	ID   string
	Hold int
	At   time.Time
}

// SentFiles returns the files that a programme sent about a home, the newest
// first, to those who keep homes.
func (s *Service) SentFiles(ctx context.Context, by instance.Account, programme instance.ActorID, home string) ([]SentFile, error) {
	if err := keeps(ctx, s.db.Read(), programme, by); err != nil {
		return nil, because(err, "files sent about %s", home)
	}
	rows, err := s.db.Read().Query(ctx, `
		SELECT id, hold, at
		  FROM housing_files
		 WHERE programme_id = $1 AND home = $2 AND way = 'sent'
		 ORDER BY at DESC, id
		 LIMIT 100`, programme, home)
	if err != nil {
		return nil, because(err, "files sent about %s", home)
	}
	defer rows.Close()
	var list []SentFile
	for rows.Next() {
		var f SentFile
		var at int64
		if err := rows.Scan(&f.ID, &f.Hold, &at); err != nil {
			return nil, because(err, "files sent about %s", home)
		}
		f.At = store.Time(at)
		list = append(list, f)
	}
	return list, because(rows.Err(), "files sent about %s", home)
}
