package exchange

import (
	"context"
	"errors"

	"palier/instance"
	"palier/instance/store"
)

// mostFurther is how many Offers of one person for one proposal stand beside the
// first. A server that sends more is told no.
const mostFurther = 4

// further is an Offer by which somebody elsewhere asked once more for what they
// had asked for. Whoever takes an ask back and asks anew sends three activities,
// which may come in any order: so each of the two Offers stands on its own.
type further struct {
	uri string
	instance.Taking
}

// furtherOf returns the other Offers that stand beside the one of an agreement,
// in the order of their uris.
func furtherOf(ctx context.Context, tx store.Tx, id instance.ID) ([]further, error) {
	rows, err := tx.Query(ctx, `
		SELECT uri, quantity, unit, starts_at, ends_at, note
		  FROM further_offers
		 WHERE agreement_id = $1
		 ORDER BY uri`, id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []further
	for rows.Next() {
		var f further
		var starts, ends *int64
		if err := rows.Scan(&f.uri, &f.Quantity, &f.Unit, &starts, &ends, &f.Note); err != nil {
			return nil, err
		}
		f.From, f.Until = store.TimeOrNever(starts), store.TimeOrNever(ends)
		all = append(all, f)
	}
	return all, rows.Err()
}

// same tells whether f asks for as much as was asked for.
func (f further) same(g *instance.Agreement) bool {
	return f.Quantity == g.Quantity && f.Unit == g.Unit
}

// askAgain notes one more Offer for what its sender asked for already, and
// repeats the answer to it if there was one.
func (s *Service) askAgain(ctx context.Context, tx store.Tx, p *instance.Post, g *instance.Agreement, t instance.Taking, uri string) error {
	if uri == g.URI || !g.State.Live() {
		return s.sayAgain(ctx, tx, p, g, uri)
	}
	if t.Unit == "" {
		t.Unit = p.Proposal.Unit
	}
	if t.Quantity == 0 {
		t.Quantity = g.Quantity
	}
	if t.Quantity < 0 {
		return s.refuse(ctx, tx, p, g.Taker, uri, "malformed")
	}
	n, err := tx.Exec(ctx, `
		INSERT INTO further_offers (uri, agreement_id, quantity, unit, starts_at, ends_at, note)
		SELECT $1, $2, $3, $4, $5, $6, $7
		 WHERE (SELECT COUNT(*) FROM further_offers f WHERE f.agreement_id = $2 AND f.uri <> $1) < $8
		ON CONFLICT (uri) DO NOTHING`,
		uri, g.ID, int64(t.Quantity), t.Unit, store.MillisOrNull(t.From), store.MillisOrNull(t.Until), t.Note, mostFurther)
	if err != nil {
		return err
	}
	if n == 0 {
		var known bool
		err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM further_offers WHERE uri = $1 AND agreement_id = $2)`, uri, g.ID).Scan(&known)
		if err != nil || !known {
			return errors.Join(err, s.refuse(ctx, tx, p, g.Taker, uri, "too-many"))
		}
	}
	if !(further{uri, t}).same(g) {
		return nil // it is answered once the other is taken back
	}
	return s.sayAgain(ctx, tx, p, g, uri)
}

// sayAgain repeats the answer that somebody got, under the uri by which they ask
// now. One that is still to come, comes when it is given.
func (s *Service) sayAgain(ctx context.Context, tx store.Tx, p *instance.Post, g *instance.Agreement, uri string) error {
	again := *g
	again.URI = uri
	switch g.State {
	case instance.AgreementAsked:
		return nil
	case instance.AgreementDeclined, instance.AgreementCancelled:
		return s.told(ctx, tx, instance.AskDeclined, p.Author, g.Taker, p, &again, instance.Origin{})
	default:
		return s.told(ctx, tx, instance.AskAccepted, p.Author, g.Taker, p, &again, instance.Origin{})
	}
}

// answered tells who asked what the answer is, under every uri by which they did:
// a yes under those that ask for as much, a no under all.
func (s *Service) answered(ctx context.Context, tx store.Tx, kind instance.DeedKind, p *instance.Post, g *instance.Agreement) error {
	if err := s.told(ctx, tx, kind, p.Author, g.Taker, p, g, instance.Origin{}); err != nil || g.Taker.Local() {
		return err
	}
	all, err := furtherOf(ctx, tx, g.ID)
	if err != nil {
		return err
	}
	for _, f := range all {
		if kind == instance.AskAccepted && !f.same(g) {
			continue
		}
		again := *g
		again.URI = f.uri
		if err := s.told(ctx, tx, kind, p.Author, g.Taker, p, &again, instance.Origin{}); err != nil {
			return err
		}
	}
	return nil
}

// CancelledIn notes that somebody elsewhere no longer wants what they asked of a
// post of ours under a uri. If they asked for it under another as well, that one
// stands: as it was answered if it is for as much, else as a new ask. It returns
// false if they asked for nothing under that uri.
func (s *Service) CancelledIn(ctx context.Context, tx store.Tx, taker instance.Actor, uri string, origin instance.Origin) (bool, error) {
	n, err := tx.Exec(ctx, `
		DELETE FROM further_offers
		 WHERE uri = $1 AND agreement_id IN (SELECT g.id FROM agreements g WHERE g.taker_id = $2)`, uri, taker.ID)
	if err != nil || n > 0 {
		return n > 0, err
	}
	g, err := find(ctx, tx, `g.uri = $1 AND g.taker_id = $2`, uri, taker.ID)
	if isNotFound(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	origin.Remote = true
	if err := lock(ctx, tx, g); err != nil {
		return true, err
	}
	all, err := furtherOf(ctx, tx, g.ID)
	if err != nil {
		return true, err
	}
	if len(all) > 0 && all[0].same(g) {
		return true, rename(ctx, tx, g, all[0])
	}
	err = s.cancelIn(ctx, tx, g, taker.ID, origin)
	if errors.Is(err, instance.ErrInvalid) {
		return true, nil // it is under way: the two will have to talk
	}
	if err != nil || len(all) == 0 {
		return true, err
	}
	return true, s.askInstead(ctx, tx, g, all, origin)
}

// rename lets an agreement stand on another Offer for as much.
func rename(ctx context.Context, tx store.Tx, g *instance.Agreement, f further) error {
	_, err := tx.Exec(ctx, `DELETE FROM further_offers WHERE uri = $1`, f.uri)
	if err == nil {
		_, err = tx.Exec(ctx, `UPDATE agreements SET uri = $2 WHERE id = $1`, g.ID, f.uri)
	}
	return err
}

// askInstead asks anew what somebody asked for under other uris than the one that
// they took back.
func (s *Service) askInstead(ctx context.Context, tx store.Tx, g *instance.Agreement, all []further, origin instance.Origin) error {
	if _, err := tx.Exec(ctx, `DELETE FROM further_offers WHERE agreement_id = $1`, g.ID); err != nil {
		return err
	}
	p, err := s.posts.Held(ctx, tx, g.Post)
	if err != nil {
		return err
	}
	for _, f := range all {
		if err := s.AskIn(ctx, tx, g.Taker, p, f.Taking, f.uri, origin); err != nil {
			return err
		}
	}
	return nil
}

// lock keeps everybody else from an agreement until the transaction ends, and
// reads how it stands.
func lock(ctx context.Context, tx store.Tx, g *instance.Agreement) error {
	return tx.QueryRow(ctx, `UPDATE agreements SET stage = stage WHERE id = $1 RETURNING state`, g.ID).Scan(&g.State)
}
