package activitypub

import (
	"context"
	"errors"
	"fmt"

	"palier/federation/inbox"
	"palier/instance"
	"palier/instance/posts"
	"palier/instance/store"
	"palier/protocol/as2"
	"palier/protocol/origin"
	"palier/protocol/vocab"
)

// Events is what others may do with the events of this server, and what becomes
// of what people here asked of theirs.
type Events interface {
	// ComeIn has somebody from elsewhere come to an event of ours, as far as there
	// is room. maybe tells that they are not sure.
	ComeIn(ctx context.Context, tx store.Tx, who instance.Actor, p *instance.Post, uri, message string, maybe bool) error
	// LeaveIn takes back that somebody from elsewhere comes. It returns
	// [instance.ErrNotFound] if they did not.
	LeaveIn(ctx context.Context, tx store.Tx, who instance.Actor, p *instance.Post) error
	// AnsweredIn notes what the server of an event answered to somebody of ours,
	// who asked with uri, or, if that is empty, by the event p and its author. It
	// returns [instance.ErrNotFound] if nobody asked.
	AnsweredIn(ctx context.Context, tx store.Tx, host instance.Actor, uri string, yes bool) error
	// AskedWith returns the event that who asked to come to with uri. It returns
	// [instance.ErrNotFound] if they did not.
	AskedWith(ctx context.Context, tx store.Tx, who instance.ActorID, uri string) (instance.PostID, error)
}

// writer is who speaks in an object that actor sends: for an event of a group of
// their server that they organise, the group (protocol.md §8.6).
func writer(o *as2.Object, actor string) string {
	group := o.IRI("attributedTo")
	if o.Is(as2.TypeEvent) && o.IRI("actor") == actor && group != "" && origin.Same(group, actor) {
		return group
	}
	return actor
}

// joinOf is what asks to come to an event.
func joinOf(id string, who instance.Actor, p *instance.Post, message string) as2.Activity {
	a := act(as2.TypeJoin, id, who, p.URI)
	if message != "" {
		a.Context = vocab.JoinContext()
		vocab.PutMessage(&a, message)
	}
	return a
}

// answerJoin says yes or no to somebody from elsewhere who asked to come. What
// they asked stands in it whole, under the id their server gave it.
func (s *Service) answerJoin(ctx context.Context, tx store.Tx, d instance.Deed, typ string) error {
	if d.Target == nil || d.Target.Local() || d.URI == "" {
		return nil
	}
	asked := joinOf(d.URI, *d.Target, d.Post, "")
	asked.Context = nil
	item, err := as2.Embed(asked)
	if err != nil {
		return err
	}
	return s.toTarget(ctx, tx, d, as2.Activity{
		Context: vocab.PlainContext(), ID: s.site.ActivityURI(s.ids.Next()), Type: typ, Actor: d.Actor.URI, Objects: []as2.Item{item},
	})
}

// onJoin lets somebody from elsewhere come to an event of ours that they can
// have read.
func (s *Service) onJoin(ctx context.Context, tx store.Tx, d inbox.Join) error {
	if gone, err := s.buried(ctx, tx, d.Activity.ID); err != nil || gone {
		return err
	}
	by, p, err := s.eventFor(ctx, tx, d.Actor, d.Object)
	if err != nil {
		return err
	}
	return s.nouns.Events.ComeIn(ctx, tx, by, p, d.Activity.ID, d.Message, false)
}

func (s *Service) onLeave(ctx context.Context, tx store.Tx, d inbox.Leave) error {
	by, p, err := s.eventFor(ctx, tx, d.Actor, d.Object)
	if err != nil {
		return err
	}
	return s.nouns.Events.LeaveIn(ctx, tx, by, p)
}

// eventFor returns an event of ours by its id or the address of its page, and
// who does something with it.
func (s *Service) eventFor(ctx context.Context, tx store.Tx, actor, uri string) (by instance.Actor, p *instance.Post, err error) {
	if by, err = s.actor(ctx, tx, actor); err != nil {
		return by, nil, err
	}
	if p, err = posts.ByURI(ctx, tx, uri); err != nil {
		return by, nil, err
	}
	if !p.Local || p.Event == nil {
		return by, nil, fmt.Errorf("event %s: %w", uri, instance.ErrNotFound)
	}
	may, err := s.mayReact(ctx, tx, by, p)
	if err == nil && !may {
		err = fmt.Errorf("event %s: %w", uri, instance.ErrNotFound)
	}
	return by, p, err
}

// answersEvent acts on an answer that is about an event: one to somebody here
// who asked to come, or to an event of ours itself, which is how some say that
// they come (FEP-8a8e).
func (s *Service) answersEvent(ctx context.Context, tx store.Tx, d inbox.Answer, yes bool) (bool, error) {
	if d.Of.Type == as2.TypeFollow {
		return false, nil
	}
	p, err := posts.ByURI(ctx, tx, d.Of.ID)
	if err == nil && p.Local && p.Event != nil {
		return true, s.invitationAnswered(ctx, tx, d, yes)
	}
	if err != nil && !errors.Is(err, instance.ErrNotFound) {
		return false, err
	}
	by, err := s.actor(ctx, tx, d.Actor)
	if err != nil {
		return false, err
	}
	err = s.nouns.Events.AnsweredIn(ctx, tx, by, d.Of.ID, yes && !d.Maybe)
	if errors.Is(err, instance.ErrNotFound) {
		return d.Of.Type == as2.TypeJoin, nil
	}
	return true, err
}

func (s *Service) invitationAnswered(ctx context.Context, tx store.Tx, d inbox.Answer, yes bool) error {
	by, p, err := s.eventFor(ctx, tx, d.Actor, d.Of.ID)
	if err != nil {
		return err
	}
	if yes {
		return s.nouns.Events.ComeIn(ctx, tx, by, p, d.Activity.ID, "", d.Maybe)
	}
	if err := s.nouns.Events.LeaveIn(ctx, tx, by, p); !errors.Is(err, instance.ErrNotFound) {
		return err
	}
	return nil
}

// undoJoin takes back a Join, which some do instead of leaving.
func (s *Service) undoJoin(ctx context.Context, tx store.Tx, by instance.Actor, d inbox.Undo) (bool, error) {
	post, err := s.nouns.Events.AskedWith(ctx, tx, by.ID, d.Of.ID)
	if errors.Is(err, instance.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	p, err := posts.ByIDIn(ctx, tx, post)
	if err != nil {
		return false, err
	}
	return true, s.nouns.Events.LeaveIn(ctx, tx, by, p)
}
