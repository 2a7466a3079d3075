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
	return idsOf(rows, err)
}

// idsOf reads the ids of posts that a query returns.
func idsOf(rows store.Rows, err error) ([]instance.PostID, error) {
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

// Open is an event that everyone may know of, with the dates on which it does not
// take place.
type Open struct {
	Post *instance.Post
	Off  []time.Time
}

// Open returns a page of what people, places and organisations of this server
// invite everyone to and what did not end more than a month ago, from after an
// event, and from where on there is more; 0 at the end. What is of a house is not
// among it, nor what somebody invites to who does not want to be found by search
// engines.
func (s *Service) Open(ctx context.Context, after instance.PostID, limit int) (page []Open, next instance.PostID, err error) {
	since := s.now().AddDate(0, -1, 0)
	where, args := readable.Where(instance.Anyone, []any{after, store.Millis(since), limit})
	rows, err := s.db.Read().Query(ctx, `
		SELECT e.post_id
		  FROM events e
		  JOIN posts p ON p.id = e.post_id
		  JOIN actors a ON a.id = p.author_id
		 WHERE e.post_id > $1 AND (e.repeats <> '' OR COALESCE(e.ends_at, e.starts_at) >= $2)
		   AND p.local AND p.audience = 'public' AND p.deleted_at IS NULL AND p.removed_at IS NULL AND `+where+`
		   AND a.indexable AND a.deleted_at IS NULL AND a.suspended_at IS NULL
		   AND (p.group_id IS NULL AND a.kind = 'Organization'
		        OR EXISTS (SELECT 1
		                     FROM neighbourhoods n
		                    WHERE n.actor_id = COALESCE(p.group_id, a.id) AND n.closed_at IS NULL AND n.kind NOT IN ('building', 'residence')))
		   AND NOT EXISTS (SELECT 1
		                     FROM organisations o JOIN neighbourhoods h ON h.actor_id = o.place_id
		                    WHERE o.actor_id = a.id AND h.kind IN ('building', 'residence'))
		 ORDER BY e.post_id
		 LIMIT $3`, args...)
	ids, err := idsOf(rows, err)
	if err != nil {
		return nil, 0, fmt.Errorf("open events: %w", err)
	}
	found, err := s.posts.Load(ctx, instance.Anyone, ids)
	if err != nil {
		return nil, 0, fmt.Errorf("open events: %w", err)
	}
	off, err := s.datesOff(ctx, ids)
	if err != nil {
		return nil, 0, fmt.Errorf("open events: %w", err)
	}
	for _, p := range found {
		if p.Event == nil || p.Gone() || over(p.Event, since) {
			continue
		}
		page = append(page, Open{Post: p, Off: off[p.ID]})
	}
	if len(ids) == limit {
		next = ids[limit-1]
	}
	return page, next, nil
}

// over tells whether an event that comes again did so for the last time before a
// moment.
func over(e *instance.Event, since time.Time) bool {
	r, err := instance.ParseRepeats(e.Repeats)
	if err != nil || r.Every == 0 || r.Until.IsZero() && r.Count == 0 {
		return false
	}
	all := e.Times(since.AddDate(instance.MaxAhead, 0, 0), instance.MaxOccurrences)
	return len(all) == 0 || all[len(all)-1].Add(max(0, e.Ends.Sub(e.Starts))).Before(since)
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
