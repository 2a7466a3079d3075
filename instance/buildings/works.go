package buildings

import (
	"context"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/store"
)

// mostWorks is how many works the calendar of a house shows.
const mostWorks = 50

// Announce puts works into the calendar of a house. It returns an
// [instance.Invalid] for what cannot be.
func (s *Service) Announce(ctx context.Context, v instance.Viewer, place instance.ActorID, t Telling, p instance.WorksPlan) (instance.ID, error) {
	if err := p.Check(s.now()); err != nil {
		return 0, err
	}
	id, err := s.write(ctx, v, place, "works", t, func(tx store.Tx, r Reader, id instance.ID, to *instance.ActorID) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO building_works (id, place_id, author_id, by_id, to_id, hall, what, concerns, cut, starts_at, ends_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
			id, place, r.As(), v.ID, to, t.Hall, p.What, p.Concerns, p.Cut, store.Millis(p.From), store.Millis(p.Until))
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("announce works in %s: %w", place, err)
	}
	return id, nil
}

// Works returns the works that are going on or to come, the next first, as far as
// a reader may know of them.
func (s *Service) Works(ctx context.Context, r Reader) ([]instance.Works, error) {
	where, args := r.where()
	return s.works(ctx, where, args)
}

func (s *Service) works(ctx context.Context, where string, args []any) ([]instance.Works, error) {
	n := len(args) + 1
	rows, err := s.db.Read().Query(ctx, `
		SELECT `+addressed+`, x.hall, x.what, x.concerns, x.cut, x.starts_at, x.ends_at
		  FROM building_works x JOIN actors a ON a.id = x.author_id
		 WHERE `+where+` AND x.ends_at > `+store.Placeholders(n, 1)+`
		 ORDER BY x.starts_at, x.id
		 LIMIT `+store.Placeholders(n+1, 1), append(args, store.Millis(s.now()), mostWorks)...)
	if err != nil {
		return nil, fmt.Errorf("works: %w", err)
	}
	defer rows.Close()
	var list []instance.Works
	for rows.Next() {
		var w instance.Works
		var from, until int64
		dest, done := fields(&w.Addressed)
		if err := rows.Scan(append(dest, &w.Hall, &w.What, &w.Concerns, &w.Cut, &from, &until)...); err != nil {
			return nil, fmt.Errorf("works: %w", err)
		}
		if err := done(); err != nil {
			return nil, err
		}
		w.From, w.Until = store.Time(from), store.Time(until)
		list = append(list, w)
	}
	return list, rows.Err()
}

// Hall is what a house shows in its hall: what its residents and its manager
// said may stand there.
type Hall struct {
	Works     []instance.Works
	Meetings  []instance.Assembly
	Incidents []instance.Incident
}

// hallAhead is how long before a meeting the hall tells of it.
const hallAhead = 60 * 24 * time.Hour

// InHall returns what a house shows in its hall now. Documents are never among it.
func (s *Service) InHall(ctx context.Context, place instance.ActorID) (h Hall, err error) {
	where, args := `x.place_id = $1 AND x.hall`, []any{place}
	if h.Works, err = s.works(ctx, where, args); err != nil {
		return h, fmt.Errorf("hall of %s: %w", place, err)
	}
	if h.Meetings, err = s.meetings(ctx, where+` AND x.starts_at < $2`, append(args, store.Millis(s.now().Add(hallAhead)))); err != nil {
		return h, fmt.Errorf("hall of %s: %w", place, err)
	}
	if h.Incidents, err = s.incidents(ctx, where+` AND x.state <> 'settled'`, args, 0, mostWorks); err != nil {
		return h, fmt.Errorf("hall of %s: %w", place, err)
	}
	return h, nil
}

// openPolls is how many polls a space shows.
const openPolls = 10

// Polls returns the polls among the residents of a house that are still open, the
// newest first; none to who only manages it.
func (s *Service) Polls(ctx context.Context, r Reader) ([]*instance.Post, error) {
	if !r.Resident {
		return nil, nil
	}
	rows, err := s.db.Read().Query(ctx, `
		SELECT p.id
		  FROM posts p JOIN polls q ON q.post_id = p.id
		 WHERE p.group_id = $1 AND p.audience = 'building' AND p.deleted_at IS NULL AND p.removed_at IS NULL
		   AND q.ended_at IS NULL AND (q.ends_at IS NULL OR q.ends_at > $2)
		 ORDER BY p.id DESC
		 LIMIT $3`, r.Place, store.Millis(s.now()), openPolls)
	if err != nil {
		return nil, fmt.Errorf("polls of %s: %w", r.Place, err)
	}
	defer rows.Close()
	var ids []instance.PostID
	for rows.Next() {
		var id instance.PostID
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("polls of %s: %w", r.Place, err)
		}
		ids = append(ids, id)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("polls of %s: %w", r.Place, err)
	}
	return s.posts.Load(ctx, r.Viewer, ids)
}
