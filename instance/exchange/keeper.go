package exchange

import (
	"context"
	"errors"

	"palier/instance"
	"palier/instance/store"
)

// Keeper counts what people take of proposals of one kind that are not taken by
// asking: orders of a purchase, seats of a ride. For people of other servers an
// agreement stands beside what it counts, and is what the two servers say of it.
type Keeper interface {
	// TakeIn makes what somebody elsewhere takes of a post so much, and tells
	// whether they have it at once or wait for an answer. It returns an
	// [instance.Invalid] for what cannot be had.
	TakeIn(ctx context.Context, tx store.Tx, id instance.PostID, who instance.ActorID, quantity instance.Amount) (granted bool, err error)
	// LeaveIn takes that back, if it still can be.
	LeaveIn(ctx context.Context, tx store.Tx, id instance.PostID, who instance.ActorID) error
}

// Keep has proposals of a kind counted by k. It is called before anything is
// heard from other servers.
func (s *Service) Keep(kind string, k Keeper) { s.keepers[kind] = k }

// keeps is who counts what is taken of a post by people of other servers, nil for
// what is taken by asking.
func (s *Service) keeps(p *instance.Post) Keeper { return s.keepers[p.Kind] }

// keepIn takes what somebody elsewhere asks of a post from whom it is counted by.
func (s *Service) keepIn(ctx context.Context, tx store.Tx, k Keeper, taker instance.Actor, p *instance.Post, t instance.Taking, uri string) error {
	if t.Quantity == 0 {
		t.Quantity = max(p.Proposal.Step, p.Proposal.Minimum, instance.One)
	}
	if t.Unit == "" {
		t.Unit = p.Proposal.Unit
	}
	var granted bool
	err := room(ctx, tx, taker.ID)
	if err == nil && (t.Unit != p.Proposal.Unit || t.Quantity < 0) {
		err = &instance.Invalid{Field: "quantity", Code: "unit"}
	}
	if err == nil {
		granted, err = k.TakeIn(ctx, tx, p.ID, taker.ID, t.Quantity)
	}
	var invalid *instance.Invalid
	if errors.As(err, &invalid) {
		return s.refuse(ctx, tx, p, taker, uri, reason(invalid))
	}
	if err != nil {
		return err
	}
	g, err := s.insert(ctx, tx, taker, p, t, uri)
	if err != nil || g == nil || !granted {
		return err
	}
	return s.AnswerAfar(ctx, tx, p.ID, taker.ID, true, "")
}

// reason is why something could not be had, in a word that other servers of ours
// have a sentence for.
func reason(e *instance.Invalid) string {
	switch e.Code {
	case "full", "closed":
		return "gone"
	case "none-left":
		return "too-much"
	}
	return e.Code
}

// AnswerAfar tells who asked from another server for part of what is counted by a
// [Keeper] what the answer is; reason is why not. It does nothing for anybody
// here, and nothing for what was answered so before.
func (s *Service) AnswerAfar(ctx context.Context, tx store.Tx, post instance.PostID, who instance.ActorID, yes bool, reason string) error {
	g, err := find(ctx, tx, `g.post_id = $1 AND g.taker_id = $2 AND g.state IN ('asked', 'accepted') AND a.host <> ''`, post, who)
	if isNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	p, err := s.posts.Held(ctx, tx, post)
	if err != nil {
		return err
	}
	state, kind := instance.AgreementAccepted, instance.AskAccepted
	switch {
	case yes && g.State == instance.AgreementAccepted:
		return nil
	case !yes && g.State == instance.AgreementAsked:
		state, kind = instance.AgreementDeclined, instance.AskDeclined
	case !yes:
		state, kind = instance.AgreementCancelled, instance.AskCancelled
	}
	_, err = tx.Exec(ctx, `UPDATE agreements SET state = $2, reason = $3, answered_at = $4 WHERE id = $1`, g.ID, string(state), reason, store.Millis(s.now()))
	if err != nil {
		return err
	}
	g.State, g.Reason = state, reason
	return s.answered(ctx, tx, kind, p, g)
}

// Settled tells readers everywhere how a proposal of ours stands now.
func (s *Service) Settled(ctx context.Context, tx store.Tx, id instance.PostID) error {
	_, err := s.settled(ctx, tx, id)
	return err
}
