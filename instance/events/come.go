package events

import (
	"context"
	"errors"
	"fmt"
	"unicode/utf8"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
)

// Answer is what somebody says to an invitation.
type Answer struct {
	Seats int // themself included; 0 is 1
	Note  string
	Maybe bool // interested, no place taken
}

// Check returns an [instance.Invalid] for an answer that cannot be.
func (a *Answer) Check() error {
	if a.Seats == 0 {
		a.Seats = 1
	}
	switch {
	case a.Seats < 1:
		return &instance.Invalid{Field: "seats", Code: "malformed"}
	case a.Seats > instance.MaxSeats:
		return &instance.Invalid{Field: "seats", Code: "too-many", Limit: instance.MaxSeats}
	case utf8.RuneCountInString(a.Note) > instance.MaxNote:
		return &instance.Invalid{Field: "note", Code: "too-long", Limit: instance.MaxNote}
	case !utf8.ValidString(a.Note):
		return &instance.Invalid{Field: "note", Code: "malformed"}
	}
	return nil
}

// Come answers an invitation for a person of this server: they have a place, or
// stand on the waiting list. Whoever comes already changes with how many. Of an
// event of another server it is asked there. It returns an [instance.Invalid]
// where there is nothing to come to, or not with so many, and
// [instance.ErrNotFound] for an event they may not read.
func (s *Service) Come(ctx context.Context, v instance.Viewer, id instance.PostID, a Answer) (instance.RSVP, error) {
	if v.ID == 0 {
		return instance.RSVP{}, instance.ErrUnauthenticated
	}
	if err := a.Check(); err != nil {
		return instance.RSVP{}, err
	}
	if _, err := s.readable(ctx, v, id); err != nil {
		return instance.RSVP{}, err
	}
	var r instance.RSVP
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		p, err := s.post(ctx, tx, id)
		if err != nil {
			return err
		}
		who, err := actors.ByID(ctx, tx, v.ID)
		if err != nil {
			return err
		}
		if !p.Local {
			r, err = s.ask(ctx, tx, p, who, a)
			return err
		}
		r, err = s.enter(ctx, tx, p, guest{who: &who}, a)
		return err
	})
	if err != nil {
		return r, fmt.Errorf("come to event %s: %w", id, err)
	}
	return r, nil
}

// Leave takes back what a person of this server answered. Who waits longest
// gets the places. Whoever did not come does not either.
func (s *Service) Leave(ctx context.Context, v instance.Viewer, id instance.PostID) error {
	if _, err := s.readable(ctx, v, id); err != nil {
		return err
	}
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		p, err := s.post(ctx, tx, id)
		if err != nil {
			return err
		}
		who, err := actors.ByID(ctx, tx, v.ID)
		if err != nil {
			return err
		}
		if !p.Local {
			return s.unask(ctx, tx, p, who)
		}
		if _, err = s.leave(ctx, tx, p, guest{who: &who}); errors.Is(err, instance.ErrNotFound) {
			return nil
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("leave event %s: %w", id, err)
	}
	return nil
}

// ComeIn has somebody from elsewhere come to an event of ours: their server is
// told yes, or no where there is nothing to come to. Who has to wait, for a
// place or for a host's yes, is told when it is decided.
func (s *Service) ComeIn(ctx context.Context, tx store.Tx, who instance.Actor, p *instance.Post, uri, message string, maybe bool) error {
	a := Answer{Seats: 1, Note: firstRunes(message, instance.MaxNote), Maybe: maybe}
	r, err := s.enter(ctx, tx, p, guest{who: &who, uri: uri}, a)
	if errors.Is(err, instance.ErrInvalid) {
		return s.tell(ctx, tx, instance.Deed{Kind: instance.ComingRefused, Actor: p.Author, Target: &who, Post: p, URI: uri})
	}
	if err != nil {
		return fmt.Errorf("%s comes to event %s: %w", who.URI, p.ID, err)
	}
	if r.State != instance.Comes {
		return nil
	}
	return s.tell(ctx, tx, instance.Deed{Kind: instance.ComingGranted, Actor: p.Author, Target: &who, Post: p, ID: r.ID, URI: uri})
}

// LeaveIn takes back that somebody from elsewhere comes.
func (s *Service) LeaveIn(ctx context.Context, tx store.Tx, who instance.Actor, p *instance.Post) error {
	if _, err := s.leave(ctx, tx, p, guest{who: &who}); err != nil {
		return fmt.Errorf("%s leaves event %s: %w", who.URI, p.ID, err)
	}
	return nil
}

func firstRunes(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

// readable returns an event that v may read.
func (s *Service) readable(ctx context.Context, v instance.Viewer, id instance.PostID) (*instance.Post, error) {
	p, err := s.posts.ByID(ctx, v, id)
	if err != nil {
		return nil, err
	}
	if p.Event == nil || p.Gone() {
		return nil, fmt.Errorf("event %s: %w", id, instance.ErrNotFound)
	}
	return p, nil
}
