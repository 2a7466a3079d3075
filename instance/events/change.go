package events

import (
	"context"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/store"
)

// Change makes an event what d says, and tells everybody who comes. Its places
// are kept, and who waits gets those that are new. It returns an
// [instance.Invalid] for what cannot be, such as fewer places than are taken,
// and [instance.ErrForbidden] for who is no host.
func (s *Service) Change(ctx context.Context, by instance.ActorID, id instance.PostID, d instance.Draft) (*instance.Post, error) {
	p, err := s.hosted(ctx, by, id)
	if err != nil {
		return nil, fmt.Errorf("change event %s: %w", id, err)
	}
	if d.Event == nil {
		return nil, &instance.Invalid{Field: "starts", Code: "missing"}
	}
	if d.Title == "" {
		return nil, &instance.Invalid{Field: "title", Code: "missing"}
	}
	e := *d.Event
	e.Organiser = p.Event.Organiser
	now := s.now()
	if e.Starts.Equal(p.Event.Starts) {
		now = time.Time{} // what has begun can still be put right
	}
	if err := e.Check(now); err != nil {
		return nil, err
	}
	d.Kind, d.Event = instance.KindEvent, &e
	for _, m := range p.Pictures {
		d.Pictures = append(d.Pictures, m.ID)
	}
	moved := !e.Starts.Equal(p.Event.Starts) || !e.Ends.Equal(p.Event.Ends) || e.Venue.Name != p.Event.Venue.Name ||
		e.Venue.Street != p.Event.Venue.Street || e.Online != p.Event.Online || e.Status != p.Event.Status || e.Repeats != p.Event.Repeats
	changed, err := s.posts.EditWith(ctx, p.Author.ID, id, d, func(ctx context.Context, tx store.Tx, p *instance.Post) error {
		return s.changed(ctx, tx, by, p, moved)
	})
	if err != nil {
		return nil, fmt.Errorf("change event %s: %w", id, err)
	}
	return changed, nil
}

// changed keeps the rules of places after an event was changed.
func (s *Service) changed(ctx context.Context, tx store.Tx, by instance.ActorID, p *instance.Post, moved bool) error {
	h, err := lock(ctx, tx, p.ID)
	if err != nil {
		return err
	}
	if h.capacity > 0 && h.taken > h.capacity {
		return &instance.Invalid{Field: "capacity", Code: "below-taken", Limit: h.taken}
	}
	if _, err := tx.Exec(ctx, `
		INSERT INTO event_plans (post_id, sequence)
		VALUES ($1, 1)
		ON CONFLICT (post_id) DO UPDATE SET sequence = event_plans.sequence + 1`, p.ID); err != nil {
		return err
	}
	if p.Event.Status == instance.EventCancelled {
		if err := s.refuseWaiting(ctx, tx, p); err != nil {
			return err
		}
	} else if err := s.promote(ctx, tx, p); err != nil {
		return err
	}
	if !moved {
		return nil
	}
	return s.tellGuests(ctx, tx, by, p)
}

// refuseWaiting tells those who wait for an event that is off that there will be
// no place.
func (s *Service) refuseWaiting(ctx context.Context, tx store.Tx, p *instance.Post) error {
	waiting, err := list(ctx, tx, `r.post_id = $1 AND r.state IN ('waiting', 'pending')`, p.ID)
	if err != nil {
		return err
	}
	for _, r := range waiting {
		if r.Who == nil || r.Who.Local() {
			continue
		}
		if err := s.tell(ctx, tx, instance.Deed{Kind: instance.ComingRefused, Actor: p.Author, Target: r.Who, Post: p, ID: r.ID, URI: r.URI}); err != nil {
			return err
		}
	}
	return nil
}

// tellGuests tells those of this server who come or want to that an event is
// not what it was.
func (s *Service) tellGuests(ctx context.Context, tx store.Tx, by instance.ActorID, p *instance.Post) error {
	guests, err := list(ctx, tx, `r.post_id = $1 AND r.state IN ('coming', 'waiting', 'pending', 'interested')`, p.ID)
	if err != nil {
		return err
	}
	var whom []instance.ActorID
	for _, r := range guests {
		if r.Who != nil && r.Who.Local() && r.Who.ID != by {
			whom = append(whom, r.Who.ID)
		}
	}
	kind := NoticeChanged
	if p.Event.Status == instance.EventCancelled {
		kind = NoticeCancelled
	}
	if err := s.concern(ctx, tx, kind, p.Author.ID, p.ID, whom); err != nil {
		return err
	}
	return s.writeGuests(ctx, tx, guests, p, kind)
}

// Kinds of notices about events.
const (
	NoticeChanged   = "event-changed"   // when, where or whether it is
	NoticeCancelled = "event-cancelled" // it is off
	NoticeReminder  = "event-reminder"  // it is soon
	NoticePlace     = "event-place"     // there is a place for who waited
	NoticeGuest     = "event-guest"     // somebody comes, for who invites
)

// SetOff says that an event does not take place on one of its dates, or does
// after all.
func (s *Service) SetOff(ctx context.Context, by instance.ActorID, id instance.PostID, at time.Time, off bool) error {
	p, err := s.hosted(ctx, by, id)
	if err != nil {
		return fmt.Errorf("date of event %s: %w", id, err)
	}
	found := false
	for _, t := range p.Event.Times(at.Add(time.Millisecond), instance.MaxOccurrences) {
		found = found || t.Equal(at)
	}
	if !found || p.Event.Repeats == "" {
		return &instance.Invalid{Field: "date", Code: "unknown"}
	}
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		sql := `DELETE FROM event_dates_off WHERE post_id = $1 AND at = $2`
		if off {
			sql = `INSERT INTO event_dates_off (post_id, at) VALUES ($1, $2) ON CONFLICT DO NOTHING`
		}
		n, err := tx.Exec(ctx, sql, id, store.Millis(at))
		if err != nil || n == 0 {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE event_plans SET sequence = sequence + 1 WHERE post_id = $1`, id); err != nil {
			return err
		}
		return s.tellGuests(ctx, tx, by, p)
	})
	if err != nil {
		return fmt.Errorf("date of event %s: %w", id, err)
	}
	return nil
}

// hosted returns an event of ours for one of its hosts. It returns
// [instance.ErrNotFound] for others.
func (s *Service) hosted(ctx context.Context, by instance.ActorID, id instance.PostID) (*instance.Post, error) {
	p, err := s.post(ctx, s.db.Read(), id)
	if err != nil {
		return nil, err
	}
	may, err := s.Hosts(ctx, by, p)
	if err == nil && (!may || p.Gone()) {
		err = instance.ErrNotFound
	}
	return p, err
}

// CallOff cancels an event of by's, and tells everybody who comes. That it is
// cancelled already is no error.
func (s *Service) CallOff(ctx context.Context, by instance.ActorID, id instance.PostID) error {
	p, err := s.hosted(ctx, by, id)
	if err != nil {
		return fmt.Errorf("call off event %s: %w", id, err)
	}
	if p.Event.Status == instance.EventCancelled {
		return nil
	}
	e := *p.Event
	e.Status = instance.EventCancelled
	_, err = s.Change(ctx, by, id, instance.Draft{
		Title: p.Title, Text: p.Source, Warning: p.Warning, Sensitive: p.Sensitive, Language: p.Language, Event: &e,
	})
	return err
}

// Hosting returns the events to come of which somebody is the host themself.
func (s *Service) Hosting(ctx context.Context, who instance.ActorID) (ids []instance.PostID, err error) {
	rows, err := s.db.Read().Query(ctx, `
		SELECT p.id
		  FROM posts p JOIN events e ON e.post_id = p.id
		 WHERE p.author_id = $1 AND p.local AND p.deleted_at IS NULL AND e.starts_at > $2
		 ORDER BY p.id`, who, store.Millis(s.now()))
	if err != nil {
		return nil, fmt.Errorf("events of %s: %w", who, err)
	}
	defer rows.Close()
	for rows.Next() {
		var id instance.PostID
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("events of %s: %w", who, err)
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}
