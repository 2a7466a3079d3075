package housing

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/jobs"
	"palier/instance/store"
	"palier/protocol/ledger"
)

// Assign says whose home one is, as long as nobody vetted it. Those who keep homes
// may. It returns [instance.ErrNotFound] for a host of another programme, and
// [instance.ErrConflict] for a home that is further, and for a host of whom
// nothing comes any more.
func (s *Service) Assign(ctx context.Context, by instance.Account, id instance.ListingID, host instance.HostID) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		l, err := s.held(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := keeps(ctx, tx, l.Programme, by); err != nil {
			return err
		}
		var over bool
		err = tx.QueryRow(ctx, `
			SELECT state IN ('refused', 'ended') FROM housing_hosts WHERE id = $1 AND programme_id = $2`, host, l.Programme).Scan(&over)
		if err != nil {
			return notFound(err)
		}
		if over {
			return instance.ErrConflict
		}
		n, err := tx.Exec(ctx, `
			UPDATE housing_listings
			   SET host_id = $2, updated_at = $3
			 WHERE id = $1 AND state IN ('draft', 'submitted')`, id, host, store.Millis(s.now()))
		if err == nil && n == 0 {
			err = instance.ErrConflict
		}
		return err
	})
	return because(err, "host of home %s", id)
}

// HostOf returns whose home one is, to those of its programme's team; 0 for
// nobody's yet.
func (s *Service) HostOf(ctx context.Context, by instance.Account, id instance.ListingID) (instance.HostID, error) {
	var host instance.HostID
	err := s.db.Read().QueryRow(ctx, `
		SELECT COALESCE(l.host_id, 0)
		  FROM housing_listings l JOIN housing_team t ON t.programme_id = l.programme_id AND t.person_id = $2
		 WHERE l.id = $1`, id, by.ID).Scan(&host)
	return host, because(notFound(err), "host of home %s", id)
}

// HomesOf returns the homes of a host, the newest first, to those of the
// programme's team.
func (s *Service) HomesOf(ctx context.Context, by instance.Account, host instance.HostID) ([]instance.Listing, error) {
	rows, err := s.db.Read().Query(ctx, `
		SELECT `+listingColumns+`
		  FROM housing_listings l JOIN housing_team t ON t.programme_id = l.programme_id AND t.person_id = $2
		 WHERE l.host_id = $1
		 ORDER BY l.id DESC
		 LIMIT 50`, host, by.ID)
	if err != nil {
		return nil, because(err, "homes of host %s", host)
	}
	defer rows.Close()
	var list []instance.Listing
	for rows.Next() {
		l, err := scanListing(rows)
		if err != nil {
			return nil, because(err, "homes of host %s", host)
		}
		list = append(list, l)
	}
	return list, because(rows.Err(), "homes of host %s", host)
}

// fit tells whether the host of a home was approved, after a visit, and neither has
// ended.
func (s *Service) fit(ctx context.Context, tx store.Tx, id instance.ListingID) (bool, error) {
	var fit bool
	err := tx.QueryRow(ctx, `
		SELECT EXISTS (
			SELECT 1
			  FROM housing_listings l JOIN housing_hosts h ON h.id = l.host_id AND h.programme_id = l.programme_id
			 WHERE l.id = $1 AND l.moved_at IS NULL AND h.state = 'approved' AND h.visit_until > $2 AND h.approved_until > $2)`, id, store.Millis(s.now())).Scan(&fit)
	return fit, err
}

// errUnfit says that nobody who was approved lends a home.
var errUnfit = fmt.Errorf("%w: %w", instance.ErrConflict, &instance.Invalid{Field: "host", Code: "unfit"})

// Visited returns what the programme of a home signs of the visit there, to the
// server of who may see the home. It returns [instance.ErrNotFound] to anybody else,
// and as soon as the visit or the approval of the host does not hold any more: that
// is how it is taken back.
func (s *Service) Visited(ctx context.Context, signer, home string) ([]byte, error) {
	l, err := s.seen(ctx, signer, home)
	if err != nil {
		return nil, because(err, "visit to %s for %s", home, signer)
	}
	b, err := s.visited(ctx, s.db.Read(), l)
	return b, because(err, "visit to %s for %s", home, signer)
}

// VisitedFor is [Service.Visited] for those of the home's own team, who can show it
// to whom they like.
func (s *Service) VisitedFor(ctx context.Context, by instance.Account, id instance.ListingID) ([]byte, error) {
	l, err := s.Listing(ctx, by, id)
	if err != nil {
		return nil, err
	}
	b, err := s.visited(ctx, s.db.Read(), l)
	return b, because(err, "visit to home %s", id)
}

func (s *Service) visited(ctx context.Context, tx store.Tx, l instance.Listing) ([]byte, error) {
	d, err := s.deskOf(ctx, tx, `p.group_id = $1`, l.Programme)
	if err != nil {
		return nil, err
	}
	var at, until int64
	err = tx.QueryRow(ctx, `
		SELECT v.at, CASE WHEN h.approved_until < h.visit_until THEN h.approved_until ELSE h.visit_until END
		  FROM housing_listings l
		  JOIN housing_hosts h ON h.id = l.host_id AND h.programme_id = l.programme_id
		  JOIN housing_host_visits v ON v.host_id = h.id AND v.passed AND v.ended_at IS NULL
		 WHERE l.id = $1 AND l.moved_at IS NULL AND h.state = 'approved' AND h.visit_until > $2 AND h.approved_until > $2
		 ORDER BY v.id DESC
		 LIMIT 1`, l.ID, store.Millis(s.now())).Scan(&at, &until)
	if err != nil {
		return nil, notFound(err)
	}
	v, err := ledger.SignVisited(d.key, ledger.Visited{Home: l.URI, By: d.Group.URI, At: store.Time(at), Until: store.Time(until)})
	if errors.Is(err, ledger.ErrMalformed) {
		return nil, instance.ErrNotFound // it ends today
	}
	if err != nil {
		return nil, err
	}
	return v.Encode()
}

// hosted returns an error that is both an [instance.ErrConflict] and an
// [instance.Invalid] of the field host, unless a home may be vetted or offered.
func (s *Service) hosted(ctx context.Context, tx store.Tx, id instance.ListingID) error {
	fit, err := s.fit(ctx, tx, id)
	if err == nil && !fit {
		err = errUnfit
	}
	return err
}

// HostChangedIn has partners told anew of the homes of a host, in the transaction
// that changed something: they are taken back while nobody may move in, and shown
// again after.
func (s *Service) HostChangedIn(ctx context.Context, tx store.Tx, host instance.HostID) error {
	// Whoever waited meanwhile is served with the next sweep.
	rows, err := tx.Query(ctx, `
		UPDATE housing_listings
		   SET due_at = $2
		 WHERE host_id = $1 AND state IN ('available', 'held', 'placed', 'ending')
		RETURNING id`, host, store.Millis(s.now()))
	if err != nil {
		return because(err, "homes of host %s", host)
	}
	ids, err := scanIDs(rows)
	if err != nil {
		return because(err, "homes of host %s", host)
	}
	for _, id := range ids {
		if err := s.jobs.Enqueue(ctx, tx, Share{id}, jobs.Unique(id.String())); err != nil {
			return because(err, "homes of host %s", host)
		}
	}
	return nil
}

func scanIDs(rows store.Rows) ([]instance.ID, error) {
	defer rows.Close()
	var ids []instance.ID
	for rows.Next() {
		var id instance.ID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// Unhosted returns the homes of a programme that nobody vetted and that are nobody's
// yet, the newest first, to those who keep homes.
func (s *Service) Unhosted(ctx context.Context, by instance.Account, programme instance.ActorID) ([]instance.Listing, error) {
	rows, err := s.db.Read().Query(ctx, `
		SELECT `+listingColumns+`
		  FROM housing_listings l JOIN housing_team t ON t.programme_id = l.programme_id AND t.person_id = $2
		 WHERE l.programme_id = $1 AND l.host_id IS NULL AND l.state IN ('draft', 'submitted')
		 ORDER BY l.id DESC
		 LIMIT 50`, programme, by.ID)
	if err != nil {
		return nil, because(err, "homes of programme %s", programme)
	}
	defer rows.Close()
	var list []instance.Listing
	for rows.Next() {
		l, err := scanListing(rows)
		if err != nil {
			return nil, because(err, "homes of programme %s", programme)
		}
		list = append(list, l)
	}
	return list, because(rows.Err(), "homes of programme %s", programme)
}

// Lodged is a stay in a home of a host for which another association answers.
type Lodged struct {
	Who    instance.Actor // its programme, as far as it is known
	Stay   ledger.Stay
	Places int
}

// Lodged returns who lives, or is to, in the homes of a host by the word of partners, the
// latest first: what the ledgers say, which is nights and beds. Whoever asks is the host,
// or speaks for them; the caller has made sure of that.
func (s *Service) Lodged(ctx context.Context, host instance.HostID) ([]Lodged, error) {
	tx := s.db.Read()
	var ours string
	err := tx.QueryRow(ctx, `
		SELECT a.uri FROM housing_hosts h JOIN actors a ON a.id = h.programme_id WHERE h.id = $1`, host).Scan(&ours)
	if err != nil {
		return nil, because(err, "who lives with host %s", host)
	}
	books, err := readBooks(tx.Query(ctx, `
		SELECT e.body
		  FROM housing_entries e
		 WHERE e.listing_id IN (SELECT l.id FROM housing_listings l WHERE l.host_id = $1 ORDER BY l.id DESC LIMIT 20)
		 ORDER BY e.listing_id DESC, e.number`, host))
	if err != nil {
		return nil, because(err, "who lives with host %s", host)
	}
	var list []Lodged
	var uris []string
	for _, book := range books {
		for _, h := range slices.Backward(book.Holds()) {
			if h.Standing == ledger.Living && h.By != ours {
				list, uris = append(list, Lodged{Stay: h.Stay, Places: len(h.Beds)}), append(uris, h.By)
			}
		}
	}
	named, err := actors.ByURIs(ctx, tx, uris)
	for i, uri := range uris {
		list[i].Who = named[uri]
	}
	return list, because(err, "who lives with host %s", host)
}
