package activitypub

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"palier/federation/inbox"
	"palier/instance"
	"palier/instance/posts"
	"palier/instance/store"
	"palier/instance/writing"
	"palier/protocol/as2"
	"palier/protocol/vocab"
)

// Exchange is what others ask of what ours propose, and answer to what ours ask
// of theirs.
type Exchange interface {
	// AskIn takes what somebody elsewhere asks of a post of ours.
	AskIn(ctx context.Context, tx store.Tx, taker instance.Actor, p *instance.Post, t instance.Taking, uri string, from instance.Origin) error
	// AnsweredIn notes an answer to what one of ours asked. It returns
	// [instance.ErrNotFound] if nobody here asked that under uri.
	AnsweredIn(ctx context.Context, tx store.Tx, proposer instance.Actor, uri string, yes bool, reason string, from instance.Origin) error
	// LeftIn ends what somebody asked for who is gone for good.
	LeftIn(ctx context.Context, tx store.Tx, who instance.ActorID) error
	// CancelledIn notes that who asked takes it back, and tells whether there was
	// anything to take back.
	CancelledIn(ctx context.Context, tx store.Tx, taker instance.Actor, uri string, from instance.Origin) (bool, error)
}

// onOffer brings what somebody asks of a proposal of ours to who made it. What
// is not there, not for everyone, or of somebody who does not want to hear of
// the asker is answered with silence, as if it had never been.
func (s *Service) onOffer(ctx context.Context, tx store.Tx, d inbox.Offer) error {
	by, err := s.actor(ctx, tx, d.Actor)
	if err != nil {
		return err
	}
	p, err := posts.ByURI(ctx, tx, d.Proposal)
	if err != nil {
		return err
	}
	if gone, err := s.buried(ctx, tx, d.Activity.ID); err != nil || gone {
		return err // taken back before it came
	}
	if !p.Local || !p.Audience.Open() {
		return fmt.Errorf("take of %s: %w", d.Proposal, instance.ErrNotFound)
	}
	barred, err := s.nouns.People.Barred(ctx, tx, by.ID, p.Author.ID)
	if err != nil || barred {
		return err
	}
	t := instance.Taking{
		Unit: d.Agreement.Quantity.Unit, From: moment(d.Activity.StartTime), Until: moment(d.Activity.EndTime),
		Note: cut(writing.Plain(d.Activity.Content, instance.MaxAgreementNote), instance.MaxAgreementNote),
	}
	if n := d.Agreement.Quantity.Number; n != "" {
		if t.Quantity, err = instance.ParseAmount("quantity", n); err != nil || t.Quantity == 0 {
			t.Quantity = -1 // nobody can take that much
		}
	}
	return s.nouns.Exchange.AskIn(ctx, tx, by, p, t, d.Activity.ID, heardFrom(d.By))
}

// answered notes an answer to what one of ours asked of a proposal, and tells
// whether it was one. The answer counts only from who proposed.
func (s *Service) answered(ctx context.Context, tx store.Tx, d inbox.Answer, yes bool) (bool, error) {
	if d.Of.ID == "" || d.Of.Type != "" && d.Of.Type != as2.TypeOffer {
		return false, nil
	}
	by, err := s.actor(ctx, tx, d.Actor)
	if err != nil {
		return false, err
	}
	reason := cut(writing.Plain(d.Activity.Content, instance.MaxAgreementNote), instance.MaxAgreementNote)
	err = s.nouns.Exchange.AnsweredIn(ctx, tx, by, d.Of.ID, yes, reason, heardFrom(d.By))
	if errors.Is(err, instance.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// announceAgreement tells the other of the two what was done with an agreement,
// and nobody else.
func (s *Service) announceAgreement(ctx context.Context, tx store.Tx, d instance.Deed) error {
	if d.Target.Local() || !strings.HasPrefix(d.URI, "http") {
		return nil // or they talk it over in words
	}
	switch {
	case d.Kind == instance.AskMade:
		offer, err := s.offer(d)
		if err != nil {
			return err
		}
		return s.toTarget(ctx, tx, d, offer)
	case d.Kind == instance.AskAccepted:
		return s.answerOffer(ctx, tx, d, as2.TypeAccept)
	case d.Kind == instance.AskCancelled && d.Actor.ID == d.Agreement.Taker.ID:
		offer, err := s.offer(d)
		if err != nil {
			return err
		}
		offer.Content = ""
		undo := s.undo(d.Actor, offer)
		undo.Context = vocab.AgreementContext()
		return s.toTarget(ctx, tx, d, undo)
	default:
		return s.answerOffer(ctx, tx, d, as2.TypeReject)
	}
}

// offer is the activity by which one of ours asks for part of a proposal.
func (s *Service) offer(d instance.Deed) (as2.Activity, error) {
	g := d.Agreement
	item, err := agreed(d.Post.URI, g).Item()
	if err != nil {
		return as2.Activity{}, err
	}
	a := as2.Activity{
		Context: vocab.AgreementContext(), ID: g.URI, Type: as2.TypeOffer, Actor: d.Actor.URI, Objects: []as2.Item{item},
		StartTime: g.From, EndTime: g.Until, To: []string{d.Target.URI},
	}
	if g.Note != "" {
		a.Content = writing.Render(g.Note, writing.Options{}).HTML
	}
	return a, nil
}

func agreed(proposal string, g *instance.Agreement) vocab.Agreement {
	return vocab.Agreement{Satisfies: proposal + vocab.PrimarySide, Quantity: vocab.Quantity{Unit: g.Unit, Number: g.Quantity.String()}}
}

// answerOffer says yes or no to what somebody elsewhere asked.
func (s *Service) answerOffer(ctx context.Context, tx store.Tx, d instance.Deed, typ string) error {
	a := as2.Activity{
		Context: vocab.PlainContext(), ID: s.site.ActivityURI(s.ids.Next()), Type: typ, Actor: d.Actor.URI, Objects: []as2.Item{as2.IRI(d.URI)},
		Content: d.Text,
	}
	if typ == as2.TypeAccept {
		yes := agreed(d.Post.URI, d.Agreement)
		yes.ID, yes.AttributedTo = s.site.AgreementURI(d.Agreement.ID), d.Actor.URI
		item, err := yes.Item()
		if err != nil {
			return err
		}
		a.Context, a.Result, a.Content = vocab.AgreementContext(), item, ""
	}
	return s.toTarget(ctx, tx, d, a)
}

// toTakers has those elsewhere who take part of what a post proposes hear of
// what becomes of it.
func (s *Service) toTakers(ctx context.Context, tx store.Tx, d instance.Deed, to *FanOut) error {
	rows, err := tx.Query(ctx, `
		SELECT g.taker_id
		  FROM agreements g JOIN actors a ON a.id = g.taker_id
		 WHERE g.post_id = $1 AND a.host <> '' AND g.state IN ('asked', 'accepted', 'handed-over')
		 LIMIT 500`, d.Post.ID)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id instance.ActorID
		if err := rows.Scan(&id); err != nil {
			return err
		}
		to.Actors = append(to.Actors, id)
	}
	return rows.Err()
}
