// Package shelves is what neighbours recommend to one another: books, games,
// lessons and pages, on a shelf of their place that only they read.
package shelves

import (
	"context"
	"fmt"
	"slices"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
)

// Service keeps shelves.
type Service struct {
	db  *store.DB
	ids *instance.IDs
}

// New returns a service on db.
func New(db *store.DB, ids *instance.IDs) *Service { return &Service{db: db, ids: ids} }

// Add puts what somebody recommends on the shelf of a place they live in. once
// makes a second press do nothing more. It returns an [instance.Invalid] for what
// cannot stand there, and [instance.ErrForbidden] to others.
func (s *Service) Add(ctx context.Context, v instance.Viewer, r instance.Recommendation, once string) error {
	if !slices.Contains(v.Inner, r.Place) {
		return fmt.Errorf("recommend in %s: %w", r.Place, instance.ErrForbidden)
	}
	if err := r.Check(); err != nil {
		return err
	}
	var key *string
	if once != "" {
		key = &once
	}
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		var n int
		err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM recommendations WHERE place_id = $1 AND author_id = $2`, r.Place, v.ID).Scan(&n)
		if err != nil {
			return err
		}
		if n >= instance.MaxRecommended {
			return &instance.Invalid{Field: "title", Code: "too-many", Limit: instance.MaxRecommended}
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO recommendations (id, place_id, author_id, sort, title, maker, place, why, once)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
			ON CONFLICT DO NOTHING`, s.ids.Next(), r.Place, v.ID, r.Sort, r.Title, r.Maker, r.Found, r.Why, key)
		return err
	})
	if err != nil {
		return fmt.Errorf("recommend in %s: %w", r.Place, err)
	}
	return nil
}

// Page returns a page of the shelf of a place, the newest first, from before an id
// and of one sort, if one is named. It returns [instance.ErrNotFound] to who is no
// neighbour there.
func (s *Service) Page(ctx context.Context, v instance.Viewer, place instance.ActorID, sort string, before instance.ID, limit int) ([]instance.Recommendation, error) {
	if !v.Reads(instance.ToNeighbourhood, place) {
		return nil, fmt.Errorf("shelf of %s: %w", place, instance.ErrNotFound)
	}
	if before == 0 {
		before = 1<<63 - 1
	}
	rows, err := s.db.Read().Query(ctx, `
		SELECT `+actors.Columns+`, r.id, r.place_id, r.sort, r.title, r.maker, r.place, r.why
		  FROM recommendations r JOIN actors a ON a.id = r.author_id
		 WHERE r.place_id = $1 AND r.id < $2 AND ($3 = '' OR r.sort = $3)
		   AND a.deleted_at IS NULL AND a.suspended_at IS NULL
		 ORDER BY r.id DESC
		 LIMIT $4`, place, before, sort, limit)
	if err != nil {
		return nil, fmt.Errorf("shelf of %s: %w", place, err)
	}
	defer rows.Close()
	var list []instance.Recommendation
	for rows.Next() {
		var r instance.Recommendation
		dest, done := actors.Fields(&r.Author)
		if err := rows.Scan(append(dest, &r.ID, &r.Place, &r.Sort, &r.Title, &r.Maker, &r.Found, &r.Why)...); err != nil {
			return nil, fmt.Errorf("shelf of %s: %w", place, err)
		}
		if err := done(); err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	return list, rows.Err()
}

// Remove takes something off the shelf of a place: one's own, or anybody's for who
// looks after the place. It returns [instance.ErrNotFound] for anything else.
func (s *Service) Remove(ctx context.Context, v instance.Viewer, place instance.ActorID, id instance.ID) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, `
			DELETE FROM recommendations
			 WHERE id = $1 AND place_id = $2 AND (author_id = $3 OR $4)`, id, place, v.ID, slices.Contains(v.Tends, place))
		if err == nil && n == 0 {
			err = instance.ErrNotFound
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("take %s off the shelf of %s: %w", id, place, err)
	}
	return nil
}

// Hear takes what somebody recommended away who closes their account.
func (s *Service) Hear(ctx context.Context, tx store.Tx, d instance.Deed) error {
	if d.Kind != instance.Left {
		return nil
	}
	if _, err := tx.Exec(ctx, `DELETE FROM recommendations WHERE author_id = $1`, d.Actor.ID); err != nil {
		return fmt.Errorf("shelves after %s left: %w", d.Actor.ID, err)
	}
	return nil
}
