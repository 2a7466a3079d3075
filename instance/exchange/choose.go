package exchange

import (
	"context"
	"fmt"

	"palier/instance"
	"palier/instance/store"
)

// replied begins the uri of an agreement that somebody did not ask for with an
// Offer, but in words: other servers hear of it in words too.
const replied = "reply:"

// Choose accepts who answered a proposal of v's with a private message, which
// stands for an ask; text is the first word back. It returns
// [instance.ErrNotFound] for anything else, and what [Service.Accept] returns.
func (s *Service) Choose(ctx context.Context, v instance.Viewer, p, reply *instance.Post, text string) (*instance.Agreement, error) {
	if p.Author.ID != v.ID || p.Proposal == nil || p.Gone() || reply.ReplyTo != p.ID || reply.Author.ID == v.ID || reply.Audience != instance.ToMentioned {
		return nil, fmt.Errorf("choose the author of %s: %w", reply.ID, instance.ErrNotFound)
	}
	var g *instance.Agreement
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		var err error
		if g, err = s.standing(ctx, tx, p.ID, reply.Author.ID); err != nil || g != nil {
			return err
		}
		t := instance.Taking{}
		if err := t.Check(p.Proposal, s.now()); err != nil {
			return err
		}
		g = &instance.Agreement{
			ID: s.ids.Next(), Post: p.ID, Proposer: p.Author.ID, Taker: reply.Author, URI: replied + reply.URI, Quantity: t.Quantity, Unit: t.Unit,
			State: instance.AgreementAsked,
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO agreements (id, post_id, taker_id, uri, quantity, unit, state)
			VALUES ($1, $2, $3, $4, $5, $6, 'asked')
			ON CONFLICT DO NOTHING`, g.ID, g.Post, reply.Author.ID, g.URI, int64(g.Quantity), g.Unit)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("choose the author of %s: %w", reply.ID, err)
	}
	return s.Accept(ctx, v, g.ID, text)
}
