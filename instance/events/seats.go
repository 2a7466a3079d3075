package events

import (
	"context"
	"errors"
	"fmt"

	"palier/instance"
	"palier/instance/store"
)

// guest is whose answer it is: an actor's, or that of somebody with a mail
// address. uri is what another server asked with.
type guest struct {
	who                   *instance.Actor
	email, name, language string
	uri                   string
}

func (g guest) actor() any {
	if g.who == nil {
		return nil
	}
	return g.who.ID
}

// hall is how full an event is, as it stands while nobody else can change it.
type hall struct {
	capacity, taken, waiting int
}

func (h hall) fits(seats int) bool { return h.capacity == 0 || h.taken+seats <= h.capacity }

// lock returns how full an event is and lets nobody else change it until tx
// ends: whatever changes places begins with it.
func lock(ctx context.Context, tx store.Tx, id instance.PostID) (h hall, err error) {
	err = tx.QueryRow(ctx, `
		UPDATE events
		   SET taken = taken
		 WHERE post_id = $1
		RETURNING capacity, taken, waiting`, id).Scan(&h.capacity, &h.taken, &h.waiting)
	if err != nil {
		return h, fmt.Errorf("places of event %s: %w", id, notFound(err))
	}
	return h, nil
}

// enter gives somebody the places they ask for at an event of ours, or a turn
// on its waiting list. What they said before is replaced.
func (s *Service) enter(ctx context.Context, tx store.Tx, p *instance.Post, g guest, a Answer) (instance.RSVP, error) {
	if err := a.Check(); err != nil {
		return instance.RSVP{}, err
	}
	if err := s.open(p); err != nil {
		return instance.RSVP{}, err
	}
	h, err := lock(ctx, tx, p.ID)
	if err != nil {
		return instance.RSVP{}, err
	}
	if h.capacity > 0 && a.Seats > h.capacity {
		return instance.RSVP{}, &instance.Invalid{Field: "seats", Code: "too-many", Limit: h.capacity}
	}
	before, err := answerOf(ctx, tx, p.ID, g)
	if err != nil && !errors.Is(err, instance.ErrNotFound) {
		return instance.RSVP{}, err
	}
	state := s.turn(p, h, before, a)
	if before.State == instance.Comes && state == instance.Waits {
		// Nobody loses a place by asking for one more.
		return instance.RSVP{}, &instance.Invalid{Field: "seats", Code: "full", Limit: max(0, h.capacity-h.taken)}
	}
	if err := free(ctx, tx, p.ID, before); err != nil {
		return instance.RSVP{}, err
	}
	if err := take(ctx, tx, p.ID, state, a.Seats); err != nil {
		return instance.RSVP{}, err
	}
	r, err := s.keep(ctx, tx, p.ID, g, before, state, a)
	if err != nil {
		return r, err
	}
	if before.State != state && g.who != nil && g.who.ID != p.Author.ID && p.Author.Kind == instance.Person {
		if err := s.concern(ctx, tx, NoticeGuest, g.who.ID, p.ID, []instance.ActorID{p.Author.ID}); err != nil {
			return r, err
		}
	}
	if state != instance.Waits {
		return r, s.promote(ctx, tx, p)
	}
	if err := s.promote(ctx, tx, p); err != nil {
		return r, err
	}
	return answerOf(ctx, tx, p.ID, g)
}

// open returns an [instance.Invalid] for an event nobody can come to.
func (s *Service) open(p *instance.Post) error {
	e := p.Event
	switch {
	case e == nil || p.Gone():
		return instance.ErrNotFound
	case e.Status == instance.EventCancelled:
		return &instance.Invalid{Field: "rsvp", Code: "cancelled"}
	case e.Over(s.now()):
		return &instance.Invalid{Field: "rsvp", Code: "over"}
	case e.JoinMode != "free" && e.JoinMode != "restricted":
		return &instance.Invalid{Field: "rsvp", Code: "closed"}
	}
	return nil
}

// turn is how it stands with somebody who asks for places. Whoever waits is
// before whoever comes later, also if those would need less.
func (s *Service) turn(p *instance.Post, h hall, before instance.RSVP, a Answer) instance.RSVPState {
	if a.Maybe {
		return instance.Interested
	}
	if before.State == instance.Comes {
		h.taken -= before.Seats
		if a.Seats <= before.Seats || h.fits(a.Seats) && h.waiting == 0 {
			return instance.Comes
		}
		return instance.Waits
	}
	if p.Event.JoinMode == "restricted" {
		return instance.Pending
	}
	ahead := h.waiting
	if before.State == instance.Waits {
		return instance.Waits // promote gives them a place if it is their turn
	}
	if ahead == 0 && h.fits(a.Seats) {
		return instance.Comes
	}
	return instance.Waits
}

// free gives back what somebody held.
func free(ctx context.Context, tx store.Tx, id instance.PostID, r instance.RSVP) error {
	var sql string
	n := 1
	switch r.State {
	case instance.Comes:
		sql, n = `UPDATE events SET taken = taken - $2 WHERE post_id = $1 AND taken >= $2`, r.Seats
	case instance.Waits:
		sql = `UPDATE events SET waiting = waiting - $2 WHERE post_id = $1 AND waiting >= $2`
	default:
		return nil
	}
	return exactly(ctx, tx, id, sql, n)
}

// take holds what somebody gets. The statement itself keeps that nobody sits on
// a place that is not there.
func take(ctx context.Context, tx store.Tx, id instance.PostID, state instance.RSVPState, seats int) error {
	switch state {
	case instance.Comes:
		return exactly(ctx, tx, id, `
			UPDATE events
			   SET taken = taken + $2
			 WHERE post_id = $1 AND (capacity = 0 OR taken + $2 <= capacity)`, seats)
	case instance.Waits:
		return exactly(ctx, tx, id, `UPDATE events SET waiting = waiting + $2 WHERE post_id = $1`, 1)
	default:
		return nil
	}
}

func exactly(ctx context.Context, tx store.Tx, id instance.PostID, sql string, n int) error {
	changed, err := tx.Exec(ctx, sql, id, n)
	if err != nil {
		return err
	}
	if changed != 1 {
		return fmt.Errorf("places of event %s: %w", id, instance.ErrConflict)
	}
	return nil
}

// promote gives free places to those who wait, in turn: the first for whom there
// is not enough room keeps all behind waiting.
func (s *Service) promote(ctx context.Context, tx store.Tx, p *instance.Post) error {
	h, err := lock(ctx, tx, p.ID)
	if err != nil || h.waiting == 0 {
		return err
	}
	room := h.capacity - h.taken
	if h.capacity == 0 {
		room = h.waiting * instance.MaxSeats
	}
	rows, err := tx.Query(ctx, `
		UPDATE rsvps
		   SET state = 'coming', changed_at = $3
		 WHERE id IN (SELECT w.id
		                FROM (SELECT id, SUM(seats) OVER (ORDER BY queue) AS upto
		                        FROM rsvps
		                       WHERE post_id = $1 AND state = 'waiting') AS w
		               WHERE w.upto <= $2)
		RETURNING id, seats`, p.ID, room, store.Millis(s.now()))
	if err != nil {
		return fmt.Errorf("promote in event %s: %w", p.ID, err)
	}
	defer rows.Close()
	var ids []any
	seats := 0
	for rows.Next() {
		var id instance.ID
		var n int
		if err := rows.Scan(&id, &n); err != nil {
			return err
		}
		ids, seats = append(ids, id), seats+n
	}
	if err := rows.Err(); err != nil || len(ids) == 0 {
		return err
	}
	changed, err := tx.Exec(ctx, `
		UPDATE events
		   SET taken = taken + $2, waiting = waiting - $3
		 WHERE post_id = $1 AND waiting >= $3 AND (capacity = 0 OR taken + $2 <= capacity)`, p.ID, seats, len(ids))
	if err != nil {
		return err
	}
	if changed != 1 {
		return fmt.Errorf("promote in event %s: %w", p.ID, instance.ErrConflict)
	}
	promoted, err := list(ctx, tx, `r.id IN (`+store.Placeholders(1, len(ids))+`)`, ids...)
	if err != nil {
		return err
	}
	return s.granted(ctx, tx, p, promoted)
}

// granted tells those who have a place now.
func (s *Service) granted(ctx context.Context, tx store.Tx, p *instance.Post, who []instance.RSVP) error {
	var here []instance.ActorID
	for _, r := range who {
		if r.Who != nil && r.Who.Local() {
			here = append(here, r.Who.ID)
		}
	}
	if err := s.concern(ctx, tx, NoticePlace, p.Author.ID, p.ID, here); err != nil {
		return err
	}
	if err := s.writeGuests(ctx, tx, who, p, NoticePlace); err != nil {
		return err
	}
	for _, r := range who {
		if r.Who == nil {
			continue
		}
		err := s.tell(ctx, tx, instance.Deed{Kind: instance.ComingGranted, Actor: p.Author, Target: r.Who, Post: p, ID: r.ID, URI: r.URI})
		if err != nil {
			return err
		}
	}
	return nil
}

// leave gives back what somebody held and lets others have it. It returns
// [instance.ErrNotFound] for who answered nothing.
func (s *Service) leave(ctx context.Context, tx store.Tx, p *instance.Post, g guest) (instance.RSVP, error) {
	if _, err := lock(ctx, tx, p.ID); err != nil {
		return instance.RSVP{}, err
	}
	before, err := answerOf(ctx, tx, p.ID, g)
	if err != nil {
		return before, err
	}
	if err := free(ctx, tx, p.ID, before); err != nil {
		return before, err
	}
	_, err = tx.Exec(ctx, `
		UPDATE rsvps
		   SET state = $2, changed_at = $3
		 WHERE id = $1`, before.ID, string(instance.Declined), store.Millis(s.now()))
	if err != nil {
		return before, err
	}
	return before, s.promote(ctx, tx, p)
}
