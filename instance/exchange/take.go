package exchange

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
)

// Take asks the author of a post for part of what it proposes. It returns
// [instance.ErrNotFound] for a post that v may not read or that proposes
// nothing to be taken so, and an [instance.Invalid] for what cannot be taken. Asking again
// changes nothing and returns what was asked for.
func (s *Service) Take(ctx context.Context, v instance.Viewer, id instance.PostID, t instance.Taking) (*instance.Agreement, error) {
	p, err := s.posts.ByID(ctx, v, id)
	if err != nil {
		return nil, err
	}
	if p.Gone() || !p.Takable() {
		return nil, fmt.Errorf("take of %s: %w", id, instance.ErrNotFound)
	}
	if !v.MayAnswer(p) {
		return nil, instance.ErrUnproven
	}
	if p.Author.ID == v.ID {
		return nil, &instance.Invalid{Field: "proposal", Code: "own"}
	}
	var g *instance.Agreement
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		taker, err := actors.ByID(ctx, tx, v.ID)
		if err != nil {
			return err
		}
		if g, err = s.standing(ctx, tx, p.ID, taker.ID); err != nil || g != nil {
			return err
		}
		if err := t.Check(p.Proposal, s.now()); err != nil {
			return err
		}
		if err := s.gives(ctx, tx, p, taker); err != nil {
			return err
		}
		if err := room(ctx, tx, taker.ID); err != nil {
			return err
		}
		g, err = s.ask(ctx, tx, taker, p, t, "", instance.Origin{})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("take of %s: %w", id, err)
	}
	return g, nil
}

// standing returns what somebody asked of a post already and what came of it,
// nil for nothing. What is over may be asked for again; a no is final.
func (s *Service) standing(ctx context.Context, tx store.Tx, post instance.PostID, taker instance.ActorID) (*instance.Agreement, error) {
	g, err := find(ctx, tx, `g.post_id = $1 AND g.taker_id = $2 AND g.state IN ('asked', 'accepted', 'declined', 'handed-over')`, post, taker)
	if errors.Is(err, instance.ErrNotFound) {
		return nil, nil
	}
	return g, err
}

// room refuses one ask more than somebody can wait for.
func room(ctx context.Context, tx store.Tx, taker instance.ActorID) error {
	var n int
	err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM agreements WHERE taker_id = $1 AND state = 'asked'`, taker).Scan(&n)
	if err == nil && n >= instance.MaxOpen {
		err = &instance.Invalid{Field: "proposal", Code: "too-many", Limit: instance.MaxOpen}
	}
	return err
}

// ask writes what somebody takes of a proposal and tells of it. uri is what
// another server calls it, empty for one of ours.
func (s *Service) ask(ctx context.Context, tx store.Tx, taker instance.Actor, p *instance.Post, t instance.Taking, uri string, origin instance.Origin) (*instance.Agreement, error) {
	g, err := s.insert(ctx, tx, taker, p, t, uri)
	if err != nil {
		return nil, err
	}
	if g == nil { // the other press was quicker
		return find(ctx, tx, `g.uri = $1 OR g.post_id = $2 AND g.taker_id = $3 AND g.state IN ('asked', 'accepted', 'declined', 'handed-over')`, uri, p.ID, taker.ID)
	}
	return g, s.told(ctx, tx, instance.AskMade, taker, p.Author, p, g, origin)
}

// insert writes what somebody takes of a proposal, nil if that is there already.
func (s *Service) insert(ctx context.Context, tx store.Tx, taker instance.Actor, p *instance.Post, t instance.Taking, uri string) (*instance.Agreement, error) {
	g := &instance.Agreement{
		ID: s.ids.Next(), Post: p.ID, Proposer: p.Author.ID, Taker: taker, URI: uri, Quantity: t.Quantity, Unit: t.Unit,
		State: instance.AgreementAsked, From: t.From, Until: t.Until, Note: strings.TrimSpace(t.Note),
	}
	if g.URI == "" {
		g.URI = s.site.ActivityURI(g.ID)
	}
	n, err := tx.Exec(ctx, `
		INSERT INTO agreements (id, post_id, taker_id, uri, quantity, unit, state, starts_at, ends_at, note)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT DO NOTHING`,
		g.ID, g.Post, taker.ID, g.URI, int64(g.Quantity), g.Unit, string(g.State), store.MillisOrNull(g.From), store.MillisOrNull(g.Until), g.Note)
	if err != nil || n == 0 {
		return nil, err
	}
	return g, nil
}

// told tells what was done with an agreement, by one of the two to the other.
func (s *Service) told(ctx context.Context, tx store.Tx, kind instance.DeedKind, by, to instance.Actor, p *instance.Post, g *instance.Agreement, origin instance.Origin) error {
	return s.tell(ctx, tx, instance.Deed{Kind: kind, Actor: by, Target: &to, Post: p, ID: g.ID, URI: g.URI, Agreement: g, Text: g.Reason, Origin: origin})
}
