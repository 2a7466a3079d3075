package buildings

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
)

// settledStays is how long what was settled is still shown.
const settledStays = 30 * 24 * time.Hour

// mostOpen is how many open incidents one person can have reported in a house.
const mostOpen = 10

// Report notes that something is wrong with a house. It returns an
// [instance.Invalid] for what cannot be.
func (s *Service) Report(ctx context.Context, v instance.Viewer, place instance.ActorID, t Telling, p instance.IncidentPlan) (instance.ID, error) {
	if err := p.Check(); err != nil {
		return 0, err
	}
	id, err := s.write(ctx, v, place, "incidents", t, func(tx store.Tx, r Reader, id instance.ID, to *instance.ActorID) error {
		n, err := tx.Exec(ctx, `
			INSERT INTO building_incidents (id, place_id, author_id, by_id, to_id, hall, what, spot, state)
			SELECT CAST($1 AS BIGINT), h.id, CAST($3 AS BIGINT), CAST($4 AS BIGINT), CAST($5 AS BIGINT), $6, CAST($7 AS TEXT), CAST($8 AS TEXT), 'reported'
			  FROM actors h
			 WHERE h.id = $2
			   AND (SELECT COUNT(*) FROM building_incidents i WHERE i.place_id = $2 AND i.author_id = $3 AND i.state <> 'settled') < $9`,
			id, place, r.As(), v.ID, to, t.Hall, p.What, p.Where, mostOpen)
		if err == nil && n == 0 {
			err = &instance.Invalid{Field: "title", Code: "too-many-incidents", Limit: mostOpen}
		}
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("report an incident in %s: %w", place, err)
	}
	return id, nil
}

// Move takes an incident up or settles it, with a word about it. Every resident
// may, and who manages the house if it was addressed to them. What is settled
// stays settled: that is [instance.ErrConflict].
func (s *Service) Move(ctx context.Context, v instance.Viewer, place instance.ActorID, id instance.ID, to instance.IncidentState, note string) error {
	note = strings.TrimSpace(note)
	switch {
	case to != instance.IncidentTaken && to != instance.IncidentSettled:
		return &instance.Invalid{Field: "state", Code: "unknown"}
	case utf8.RuneCountInString(note) > instance.MaxHouseTitle:
		return &instance.Invalid{Field: "note", Code: "too-long", Limit: instance.MaxHouseTitle}
	}
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		r, err := enter(ctx, tx, v, place)
		if err != nil {
			return err
		}
		where, args := r.where()
		n := len(args) + 1
		var state string
		err = tx.QueryRow(ctx, `SELECT x.state FROM building_incidents x WHERE `+where+` AND x.id = `+store.Placeholders(n, 1), append(args, id)...).Scan(&state)
		if err != nil {
			return notFound(err)
		}
		now := s.now()
		var settled *int64
		if to == instance.IncidentSettled {
			at := store.Millis(now)
			settled = &at
		}
		moved, err := tx.Exec(ctx, `
			UPDATE building_incidents
			   SET state = $2, note = CASE WHEN $3 = '' THEN note ELSE CAST($3 AS TEXT) END, moved_by = $4, moved_at = $5, settled_at = $6
			 WHERE id = $1 AND state <> 'settled' AND state <> $2`, id, string(to), note, r.As(), store.Millis(now), settled)
		if err == nil && moved == 0 {
			err = instance.ErrConflict
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("move incident %s: %w", id, err)
	}
	return nil
}

// Incidents returns a page of what is wrong with a house or was settled lately,
// the newest first, from before an id, as far as a reader may know of it.
func (s *Service) Incidents(ctx context.Context, r Reader, before instance.ID, limit int) ([]instance.Incident, error) {
	where, args := r.where()
	n := len(args) + 1
	where += ` AND (x.settled_at IS NULL OR x.settled_at > ` + store.Placeholders(n, 1) + `)`
	return s.incidents(ctx, where, append(args, store.Millis(s.now().Add(-settledStays))), before, limit)
}

func (s *Service) incidents(ctx context.Context, where string, args []any, before instance.ID, limit int) ([]instance.Incident, error) {
	if before == 0 {
		before = 1<<63 - 1
	}
	n := len(args) + 1
	rows, err := s.db.Read().Query(ctx, `
		SELECT `+addressed+`, x.hall, x.what, x.spot, x.state, x.note, x.moved_by, x.moved_at, x.settled_at
		  FROM building_incidents x JOIN actors a ON a.id = x.author_id
		 WHERE `+where+` AND x.id < `+store.Placeholders(n, 1)+`
		 ORDER BY x.id DESC
		 LIMIT `+store.Placeholders(n+1, 1), append(args, before, limit)...)
	if err != nil {
		return nil, fmt.Errorf("incidents: %w", err)
	}
	defer rows.Close()
	var list []instance.Incident
	var movers []instance.ActorID
	for rows.Next() {
		var i instance.Incident
		var by *instance.ActorID
		var since, settled *int64
		dest, done := fields(&i.Addressed)
		if err := rows.Scan(append(dest, &i.Hall, &i.What, &i.Where, &i.State, &i.Note, &by, &since, &settled)...); err != nil {
			return nil, fmt.Errorf("incidents: %w", err)
		}
		if err := done(); err != nil {
			return nil, err
		}
		if by != nil {
			i.By.ID, movers = *by, append(movers, *by)
		}
		i.Since, i.Settled = store.TimeOrNever(since), store.TimeOrNever(settled)
		list = append(list, i)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("incidents: %w", err)
	}
	if len(movers) == 0 {
		return list, nil
	}
	found, err := actors.ByIDs(ctx, s.db.Read(), movers)
	if err != nil {
		return nil, fmt.Errorf("incidents: %w", err)
	}
	for i := range list {
		list[i].By = found[list[i].By.ID]
	}
	return list, nil
}
