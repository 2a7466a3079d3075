package events

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"palier/instance"
	"palier/instance/readable"
	"palier/instance/store"
)

// Query says which events are asked for.
type Query struct {
	Place    instance.ActorID // in this place, or shared by it; 0 for anywhere
	Guest    instance.ActorID // that this person answered or invites to; 0 for anybody
	From, To time.Time
	Limit    int // at most [MaxListed]; 0 is that
}

// MaxListed is how many events a list holds at most.
const MaxListed = 200

// Occurrence is one time at which an event takes place.
type Occurrence struct {
	Post *instance.Post
	At   time.Time
	Off  bool // this once it does not
}

// Ends returns when it is over, zero for an open end.
func (o Occurrence) Ends() time.Time {
	e := o.Post.Event
	if e.Ends.IsZero() {
		return time.Time{}
	}
	return o.At.Add(e.Ends.Sub(e.Starts))
}

// Upcoming returns what takes place between two moments and v may read, in the
// order in which it does. What comes again stands there each time.
func (s *Service) Upcoming(ctx context.Context, v instance.Viewer, q Query) ([]Occurrence, error) {
	if q.Limit <= 0 || q.Limit > MaxListed {
		q.Limit = MaxListed
	}
	ids, err := s.within(ctx, v, q)
	if err != nil {
		return nil, fmt.Errorf("upcoming events: %w", err)
	}
	found, err := s.posts.Load(ctx, v, ids)
	if err != nil {
		return nil, fmt.Errorf("upcoming events: %w", err)
	}
	off, err := s.datesOff(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("upcoming events: %w", err)
	}
	var all []Occurrence
	for _, p := range found {
		if p.Event == nil || p.Gone() {
			continue
		}
		for _, at := range p.Event.Times(q.To, instance.MaxOccurrences) {
			o := Occurrence{Post: p, At: at, Off: slices.ContainsFunc(off[p.ID], at.Equal)}
			if end := o.Ends(); at.Before(q.From) && (end.IsZero() || !end.After(q.From)) {
				continue
			}
			all = append(all, o)
		}
	}
	slices.SortStableFunc(all, func(a, b Occurrence) int { return a.At.Compare(b.At) })
	return all[:min(len(all), q.Limit)], nil
}

// within returns the events that may take place between two moments.
func (s *Service) within(ctx context.Context, v instance.Viewer, q Query) ([]instance.PostID, error) {
	where, args := readable.Where(v, []any{store.Millis(q.From), store.Millis(q.To), q.Limit})
	var narrow strings.Builder
	if q.Place != 0 {
		args = append(args, q.Place)
		n := store.Placeholders(len(args), 1)
		narrow.WriteString(` AND (p.group_id = ` + n + ` OR EXISTS (SELECT 1 FROM boosts b WHERE b.post_id = p.id AND b.actor_id = ` + n + `))`)
	}
	if q.Guest != 0 {
		args = append(args, q.Guest)
		n := store.Placeholders(len(args), 1)
		narrow.WriteString(` AND (p.author_id = ` + n + ` OR EXISTS (SELECT 1 FROM rsvps r WHERE r.post_id = p.id AND r.actor_id = ` + n + ` AND r.state <> 'declined'))`)
	}
	standing := ` AND p.deleted_at IS NULL AND p.removed_at IS NULL AND ` + where + narrow.String()
	rows, err := s.db.Read().Query(ctx, `
		SELECT post_id FROM (
			SELECT e.post_id, e.starts_at
			  FROM events e JOIN posts p ON p.id = e.post_id
			 WHERE e.repeats = '' AND e.starts_at >= $1 - `+longest+` AND e.starts_at < $2 AND COALESCE(e.ends_at, e.starts_at) >= $1`+standing+`
			 ORDER BY e.starts_at, e.post_id
			 LIMIT $3) AS once
		UNION ALL
		SELECT post_id FROM (
			SELECT e.post_id, e.starts_at
			  FROM events e JOIN posts p ON p.id = e.post_id
			 WHERE e.repeats <> '' AND e.starts_at < $2`+standing+`
			 ORDER BY e.starts_at DESC, e.post_id
			 LIMIT $3) AS again`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var ids []instance.PostID
	for rows.Next() {
		var id instance.PostID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// longest is what an event lasts at most, in milliseconds.
const longest = `2678400000`

// datesOff returns the single dates of events on which they do not take place.
func (s *Service) datesOff(ctx context.Context, ids []instance.PostID) (map[instance.PostID][]time.Time, error) {
	off := map[instance.PostID][]time.Time{}
	if len(ids) == 0 {
		return off, nil
	}
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
	}
	rows, err := s.db.Read().Query(ctx, `
		SELECT post_id, at
		  FROM event_dates_off
		 WHERE post_id IN (`+store.Placeholders(1, len(ids))+`)`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id instance.PostID
		var at int64
		if err := rows.Scan(&id, &at); err != nil {
			return nil, err
		}
		off[id] = append(off[id], store.Time(at))
	}
	return off, rows.Err()
}

// DatesOff returns the single dates on which an event does not take place.
func (s *Service) DatesOff(ctx context.Context, id instance.PostID) ([]time.Time, error) {
	off, err := s.datesOff(ctx, []instance.PostID{id})
	return off[id], err
}
