package housing

import (
	"context"
	"fmt"

	"palier/instance"
	"palier/instance/jobs"
	"palier/instance/store"
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
			 WHERE l.id = $1 AND h.state = 'approved' AND h.visit_until > $2 AND h.approved_until > $2)`, id, store.Millis(s.now())).Scan(&fit)
	return fit, err
}

// errUnfit says that nobody who was approved lends a home.
var errUnfit = fmt.Errorf("%w: %w", instance.ErrConflict, &instance.Invalid{Field: "host", Code: "unfit"})

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
