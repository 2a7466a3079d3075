package events

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"palier/instance"
	"palier/instance/store"
)

// MaxMinutes is how long the minutes of a meeting are, in characters.
const MaxMinutes = 20_000

// Plan is what its hosts decided of an event beyond what its readers may know,
// and what they said of it when it was over.
type Plan struct {
	Sequence  int  // how often it was changed
	LikesCome bool // who thanks for it from elsewhere comes
	Remind    int  // hours before it; 0: not
	Came      int  // how many they were
	Minutes   string
}

// PlanOf returns the plan of an event; the zero Plan for one of elsewhere.
func (s *Service) PlanOf(ctx context.Context, id instance.PostID) (Plan, error) {
	var p Plan
	err := s.db.Read().QueryRow(ctx, `
		SELECT sequence, likes_come, remind, came, minutes
		  FROM event_plans
		 WHERE post_id = $1`, id).Scan(&p.Sequence, &p.LikesCome, &p.Remind, &p.Came, &p.Minutes)
	if errors.Is(err, store.ErrNoRows) {
		return p, nil
	}
	if err != nil {
		return p, fmt.Errorf("plan of event %s: %w", id, err)
	}
	return p, nil
}

// MaxRemind is the earliest that those who come are reminded, in hours.
const MaxRemind = 336

// SetRemind says how many hours before an event those who come are reminded of
// it, 0 for not at all. It returns an [instance.Invalid] for more than
// [MaxRemind], and [instance.ErrNotFound] for who is no host.
func (s *Service) SetRemind(ctx context.Context, by instance.ActorID, id instance.PostID, hours int) error {
	if hours < 0 || hours > MaxRemind {
		return &instance.Invalid{Field: "hours", Code: "out-of-range", Limit: MaxRemind}
	}
	if _, err := s.hosted(ctx, by, id); err != nil {
		return fmt.Errorf("reminder of event %s: %w", id, err)
	}
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO event_plans (post_id, remind)
			VALUES ($1, $2)
			ON CONFLICT (post_id) DO UPDATE SET remind = $2`, id, hours)
		return err
	})
	if err != nil {
		return fmt.Errorf("reminder of event %s: %w", id, err)
	}
	return nil
}

// After says how many came to an event, and what was decided there. It returns
// [instance.ErrNotFound] for who is no host.
func (s *Service) After(ctx context.Context, by instance.ActorID, id instance.PostID, came int, minutes string) error {
	minutes = strings.TrimSpace(minutes)
	switch {
	case came < 0 || came > 10*instance.MaxPlaces:
		return &instance.Invalid{Field: "came", Code: "malformed"}
	case utf8.RuneCountInString(minutes) > MaxMinutes:
		return &instance.Invalid{Field: "minutes", Code: "too-long", Limit: MaxMinutes}
	case !utf8.ValidString(minutes):
		return &instance.Invalid{Field: "minutes", Code: "malformed"}
	}
	if _, err := s.hosted(ctx, by, id); err != nil {
		return fmt.Errorf("after event %s: %w", id, err)
	}
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO event_plans (post_id, came, minutes)
			VALUES ($1, $2, $3)
			ON CONFLICT (post_id) DO UPDATE SET came = $2, minutes = $3`, id, came, minutes)
		return err
	})
	if err != nil {
		return fmt.Errorf("after event %s: %w", id, err)
	}
	return nil
}

// Admit says yes to somebody who waits for a host's word, as far as there is
// room; else they wait for a place. Turn says no to somebody, whoever they are.
func (s *Service) Admit(ctx context.Context, by instance.ActorID, id instance.PostID, answer instance.ID) error {
	return s.decide(ctx, by, id, answer, func(tx store.Tx, p *instance.Post, r instance.RSVP) error {
		if r.State != instance.Pending {
			return nil
		}
		h, err := lock(ctx, tx, p.ID)
		if err != nil {
			return err
		}
		if err := take(ctx, tx, p.ID, instance.Waits, r.Seats); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE rsvps SET state = 'waiting', queue = $2 WHERE id = $1`, r.ID, s.ids.Next()); err != nil {
			return err
		}
		if h.capacity > 0 && r.Seats > h.capacity {
			return &instance.Invalid{Field: "seats", Code: "too-many", Limit: h.capacity}
		}
		return s.promote(ctx, tx, p)
	})
}

// Turn says no to somebody who comes or wants to, and gives others their places.
func (s *Service) Turn(ctx context.Context, by instance.ActorID, id instance.PostID, answer instance.ID) error {
	return s.decide(ctx, by, id, answer, func(tx store.Tx, p *instance.Post, r instance.RSVP) error {
		if r.State == instance.Declined {
			return nil
		}
		if _, err := s.leave(ctx, tx, p, guest{who: r.Who, email: r.Email}); err != nil {
			return err
		}
		if r.Who == nil {
			return endLink(ctx, tx, p.ID, r.Email)
		}
		return s.tell(ctx, tx, instance.Deed{Kind: instance.ComingRefused, Actor: p.Author, Target: r.Who, Post: p, ID: r.ID, URI: r.URI})
	})
}

func (s *Service) decide(ctx context.Context, by instance.ActorID, id instance.PostID, answer instance.ID, do func(store.Tx, *instance.Post, instance.RSVP) error) error {
	p, err := s.hosted(ctx, by, id)
	if err != nil {
		return fmt.Errorf("decide about event %s: %w", id, err)
	}
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		found, err := list(ctx, tx, `r.id = $1 AND r.post_id = $2`, answer, id)
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return instance.ErrNotFound
		}
		return do(tx, p, found[0])
	})
	if err != nil {
		return fmt.Errorf("decide about event %s: %w", id, err)
	}
	return nil
}
