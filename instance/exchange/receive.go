package exchange

import (
	"context"
	"errors"

	"palier/instance"
	"palier/instance/store"
)

// AskIn takes what somebody on another server asks of a post of ours, under the
// uri by which they will know the answer. The same person asking for as much again,
// under whatever uri, gets the answer they got; what cannot be had is declined with
// a reason at once. Posts that do not leave this server cannot be taken from
// elsewhere: for those it is [instance.ErrNotFound].
func (s *Service) AskIn(ctx context.Context, tx store.Tx, taker instance.Actor, p *instance.Post, t instance.Taking, uri string, origin instance.Origin) error {
	if !p.Local || p.Proposal == nil || !p.Audience.Open() || taker.Local() {
		return instance.ErrNotFound
	}
	g, err := s.standing(ctx, tx, p.ID, taker.ID)
	if err != nil {
		return err
	}
	if g == nil {
		if g, err = find(ctx, tx, `g.uri = $1`, uri); err != nil && !isNotFound(err) {
			return err
		}
	}
	if g != nil {
		if g.Taker.ID != taker.ID || g.Post != p.ID {
			return instance.ErrForbidden // somebody else's uri
		}
		return s.askAgain(ctx, tx, p, g, t, uri)
	}
	if k := s.keeps(p); k != nil && !p.Gone() {
		return s.keepIn(ctx, tx, k, taker, p, t, uri)
	}
	var invalid *instance.Invalid
	err = t.Check(p.Proposal, s.now())
	if p.Gone() || !p.Takable() {
		err = &instance.Invalid{Field: "proposal", Code: "gone"}
	}
	if err == nil {
		err = s.gives(ctx, tx, p, taker)
	}
	if err == nil {
		err = room(ctx, tx, taker.ID)
	}
	if errors.As(err, &invalid) {
		return s.refuse(ctx, tx, p, taker, uri, invalid.Code)
	}
	if err != nil {
		return err
	}
	_, err = s.ask(ctx, tx, taker, p, t, uri, origin)
	return err
}

// refuse says no to what cannot be had, and keeps nothing of it.
func (s *Service) refuse(ctx context.Context, tx store.Tx, p *instance.Post, taker instance.Actor, uri, reason string) error {
	g := &instance.Agreement{
		ID: s.ids.Next(), Post: p.ID, Proposer: p.Author.ID, Taker: taker, URI: uri, State: instance.AgreementDeclined, Reason: reason,
	}
	return s.told(ctx, tx, instance.AskDeclined, p.Author, taker, p, g, instance.Origin{})
}

// AnsweredIn notes what the author of a post elsewhere answered to one of ours:
// yes, or no and why. A no after a yes takes that back. It returns
// [instance.ErrNotFound] for what nobody here asked of that author.
func (s *Service) AnsweredIn(ctx context.Context, tx store.Tx, proposer instance.Actor, uri string, yes bool, reason string, origin instance.Origin) error {
	g, err := find(ctx, tx, `g.uri = $1 AND p.author_id = $2 AND a.host = ''`, uri, proposer.ID)
	if err != nil {
		return err
	}
	state, kind, was := instance.AgreementAccepted, instance.AskAccepted, `('asked')`
	switch {
	case !yes && g.State == instance.AgreementAsked:
		state, kind = instance.AgreementDeclined, instance.AskDeclined
	case !yes:
		state, kind, was = instance.AgreementCancelled, instance.AskCancelled, `('accepted')`
	}
	n, err := tx.Exec(ctx, `
		UPDATE agreements
		   SET state = $2, reason = $3, answered_at = COALESCE(answered_at, $4), closed_at = CASE WHEN $2 = 'accepted' THEN NULL ELSE CAST($4 AS BIGINT) END
		 WHERE id = $1 AND state IN `+was, g.ID, string(state), reason, store.Millis(s.now()))
	if err != nil || n == 0 {
		return err // said before, or taken back meanwhile
	}
	p, err := s.posts.Held(ctx, tx, g.Post)
	if err != nil {
		return err
	}
	before := *g
	if kind != instance.AskCancelled {
		before.State = state
	}
	before.Reason = reason
	origin.Remote = true
	return s.told(ctx, tx, kind, proposer, g.Taker, p, &before, origin)
}
