package events

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

// Limits of what an event needs.
const (
	MaxNeeds = 60
	MaxNeed  = 150 // characters of one
)

// ParseNeeds reads what an event needs, one a line. A line that begins with a
// number of days, such as "-30 Prévenir la mairie", says when it is due, from
// the beginning of the event.
func ParseNeeds(kind, lines string) ([]instance.Need, error) {
	var all []instance.Need
	for line := range strings.Lines(lines) {
		line = strings.Join(strings.Fields(line), " ")
		if line == "" {
			continue
		}
		n := instance.Need{Kind: kind, What: line}
		if kind == "do" {
			n.Due, n.What = due(line)
		}
		switch {
		case utf8.RuneCountInString(n.What) > MaxNeed:
			return nil, &instance.Invalid{Field: kind, Code: "too-long", Limit: MaxNeed}
		case !utf8.ValidString(n.What):
			return nil, &instance.Invalid{Field: kind, Code: "malformed"}
		case len(all) == MaxNeeds:
			return nil, &instance.Invalid{Field: kind, Code: "too-many", Limit: MaxNeeds}
		}
		all = append(all, n)
	}
	return all, nil
}

func due(line string) (days int, what string) {
	first, rest, ok := strings.Cut(line, " ")
	var n int
	if !ok || !strings.HasPrefix(first, "-") {
		return 0, line
	}
	if _, err := fmt.Sscanf(first, "%d", &n); err != nil || n < -365 || n > 0 {
		return 0, line
	}
	return n, rest
}

// AddNeeds writes what a new event needs, and its agenda, in the transaction that
// posts it.
func (s *Service) AddNeeds(ctx context.Context, tx store.Tx, id instance.PostID, all []instance.Need) error {
	agenda := store.Many{Into: `agenda_points (id, post_id, title, state, place)`}
	args := []any{id}
	var values []string
	for i, n := range all {
		if n.Kind == "agenda" {
			if err := agenda.Add(ctx, tx, s.ids.Next(), id, n.What, string(instance.PointTaken), i+1); err != nil {
				return fmt.Errorf("agenda of event %s: %w", id, err)
			}
			continue
		}
		k := len(args) + 1
		values = append(values, `(CAST(`+store.Placeholders(k, 1)+` AS BIGINT), CAST(`+store.Placeholders(k+1, 1)+` AS TEXT), CAST(`+store.Placeholders(k+2, 1)+` AS TEXT), CAST(`+store.Placeholders(k+3, 1)+` AS INTEGER))`)
		args = append(args, s.ids.Next(), n.Kind, n.What, n.Due)
	}
	if err := agenda.End(ctx, tx); err != nil {
		return fmt.Errorf("agenda of event %s: %w", id, err)
	}
	if len(values) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO event_needs (id, post_id, kind, what, due)
		SELECT v.column1, CAST($1 AS BIGINT), v.column2, v.column3, v.column4
		  FROM (VALUES `+strings.Join(values, ", ")+`) AS v`, args...)
	if err != nil {
		return fmt.Errorf("needs of event %s: %w", id, err)
	}
	return nil
}

// Needs returns what an event needs, with who brings or does it.
func (s *Service) Needs(ctx context.Context, id instance.PostID) ([]instance.Need, error) {
	rows, err := s.db.Read().Query(ctx, `
		SELECT id, kind, what, due, taker_id, done_at
		  FROM event_needs
		 WHERE post_id = $1
		 ORDER BY kind, due, id`, id)
	if err != nil {
		return nil, fmt.Errorf("needs of event %s: %w", id, err)
	}
	defer rows.Close()
	var all []instance.Need
	var takers []instance.ActorID
	of := map[int]instance.ActorID{}
	for rows.Next() {
		n := instance.Need{Event: id}
		var taker *instance.ActorID
		var done *int64
		if err := rows.Scan(&n.ID, &n.Kind, &n.What, &n.Due, &taker, &done); err != nil {
			return nil, fmt.Errorf("needs of event %s: %w", id, err)
		}
		n.Done = store.TimeOrNever(done)
		if taker != nil {
			of[len(all)] = *taker
			takers = append(takers, *taker)
		}
		all = append(all, n)
	}
	if err := rows.Err(); err != nil || len(takers) == 0 {
		return all, err
	}
	known, err := actors.ByIDs(ctx, s.db.Read(), takers)
	if err != nil {
		return nil, fmt.Errorf("needs of event %s: %w", id, err)
	}
	for i, who := range of {
		a := known[who]
		all[i].Taker = &a
	}
	return all, nil
}

// Take says that somebody brings or does what an event needs. It returns
// [instance.ErrConflict] if somebody else does already.
func (s *Service) Take(ctx context.Context, v instance.Viewer, event instance.PostID, need instance.ID) error {
	return s.need(ctx, v, event, `
		UPDATE event_needs
		   SET taker_id = $3
		 WHERE id = $1 AND post_id = $2 AND (taker_id IS NULL OR taker_id = $3)`, need, event, v.ID)
}

// Drop says that they do not after all.
func (s *Service) Drop(ctx context.Context, v instance.Viewer, event instance.PostID, need instance.ID) error {
	return s.need(ctx, v, event, `
		UPDATE event_needs
		   SET taker_id = NULL, done_at = NULL
		 WHERE id = $1 AND post_id = $2 AND taker_id = $3`, need, event, v.ID)
}

// Done ticks off what an event needs, or no longer, for its hosts and who took it.
func (s *Service) Done(ctx context.Context, v instance.Viewer, event instance.PostID, need instance.ID, done bool) error {
	p, err := s.readable(ctx, v, event)
	if err != nil {
		return err
	}
	hosts, err := s.Hosts(ctx, v.ID, p)
	if err != nil {
		return err
	}
	var at *int64
	if done {
		at = store.MillisOrNull(s.now())
	}
	return s.need(ctx, v, event, `
		UPDATE event_needs
		   SET done_at = $4
		 WHERE id = $1 AND post_id = $2 AND ($5 OR taker_id = $3)`, need, event, v.ID, at, hosts)
}

func (s *Service) need(ctx context.Context, v instance.Viewer, event instance.PostID, sql string, args ...any) error {
	if v.ID == 0 {
		return instance.ErrUnauthenticated
	}
	if _, err := s.readable(ctx, v, event); err != nil {
		return err
	}
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, sql, args...)
		if err == nil && n == 0 {
			err = instance.ErrConflict
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("need of event %s: %w", event, err)
	}
	return nil
}

// When returns when a need is due, by the clocks of where the event is.
func When(e *instance.Event, n instance.Need) time.Time {
	from, _ := e.Local()
	return from.AddDate(0, 0, n.Due)
}
