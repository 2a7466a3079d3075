package events

import (
	"context"
	"errors"
	"fmt"

	"palier/instance"
	"palier/instance/store"
)

// ask asks the server of an event whether somebody may come, and notes that it
// was asked.
func (s *Service) ask(ctx context.Context, tx store.Tx, p *instance.Post, who instance.Actor, a Answer) (instance.RSVP, error) {
	if err := s.open(p); err != nil {
		return instance.RSVP{}, err
	}
	if !p.Audience.Leaves() {
		return instance.RSVP{}, instance.ErrForbidden
	}
	g := guest{who: &who}
	before, err := answerOf(ctx, tx, p.ID, g)
	if err != nil && !errors.Is(err, instance.ErrNotFound) {
		return instance.RSVP{}, err
	}
	if before.State == instance.Comes || before.State == instance.Pending {
		return before, nil // one place is all that can be asked for there
	}
	if a.Maybe {
		return s.keep(ctx, tx, p.ID, g, before, instance.Interested, a)
	}
	g.uri = s.site.ActivityURI(s.ids.Next())
	r, err := s.keep(ctx, tx, p.ID, g, before, instance.Pending, a)
	if err != nil {
		return r, err
	}
	return r, s.tell(ctx, tx, instance.Deed{Kind: instance.Coming, Actor: who, Post: p, ID: r.ID, URI: r.URI, Text: a.Note})
}

// unask tells the server of an event that somebody does not come after all.
func (s *Service) unask(ctx context.Context, tx store.Tx, p *instance.Post, who instance.Actor) error {
	before, err := answerOf(ctx, tx, p.ID, guest{who: &who})
	if errors.Is(err, instance.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if before.State != instance.Comes && before.State != instance.Pending {
		return nil
	}
	if err := s.setState(ctx, tx, before.ID, instance.Declined); err != nil {
		return err
	}
	return s.tell(ctx, tx, instance.Deed{Kind: instance.NotComing, Actor: who, Post: p, ID: before.ID, URI: before.URI})
}

func (s *Service) setState(ctx context.Context, tx store.Tx, id instance.ID, state instance.RSVPState) error {
	_, err := tx.Exec(ctx, `
		UPDATE rsvps
		   SET state = $2, changed_at = $3
		 WHERE id = $1`, id, string(state), store.Millis(s.now()))
	return err
}

// AnsweredIn notes what the host of an event elsewhere answered to somebody of
// ours, who asked with uri. It returns [instance.ErrNotFound] if nobody asked
// that host.
func (s *Service) AnsweredIn(ctx context.Context, tx store.Tx, host instance.Actor, uri string, yes bool) error {
	all, err := list(ctx, tx, `r.uri = $1 AND r.uri <> ''
		AND EXISTS (SELECT 1 FROM posts p JOIN actors a ON a.id = p.author_id WHERE p.id = r.post_id AND NOT p.local AND (a.id = $2 OR a.host = $3 AND EXISTS (
		    SELECT 1 FROM events e WHERE e.post_id = p.id AND e.organiser = $4)))`, uri, host.ID, host.Host, host.URI)
	if err != nil {
		return fmt.Errorf("answer to %s: %w", uri, err)
	}
	if len(all) == 0 {
		return fmt.Errorf("answer to %s: %w", uri, instance.ErrNotFound)
	}
	r := all[0]
	if r.State == instance.Declined && yes {
		return nil // they do not come any more
	}
	state, kind := instance.Comes, instance.ComingGranted
	if !yes {
		state, kind = instance.Declined, instance.ComingRefused
	}
	if err := s.setState(ctx, tx, r.ID, state); err != nil {
		return err
	}
	p, err := s.post(ctx, tx, r.Event)
	if err != nil {
		return err
	}
	return s.tell(ctx, tx, instance.Deed{Kind: kind, Actor: p.Author, Target: r.Who, Post: p, ID: r.ID, URI: uri, Origin: instance.Origin{Remote: true}})
}

// AskedWith returns the event that somebody asked to come to with uri. It
// returns [instance.ErrNotFound] if they did not.
func (s *Service) AskedWith(ctx context.Context, tx store.Tx, who instance.ActorID, uri string) (instance.PostID, error) {
	var id instance.PostID
	err := tx.QueryRow(ctx, `SELECT post_id FROM rsvps WHERE uri = $1 AND uri <> '' AND actor_id = $2`, uri, who).Scan(&id)
	if err != nil {
		return 0, notFound(err)
	}
	return id, nil
}
