package proofs

import (
	"context"
	"fmt"

	"palier/instance"
	"palier/instance/store"
)

// Why a proof does not count any more.
const (
	revoked  = "revoked"  // a moderator took it back
	undone   = "undone"   // the agent did, at once
	withdrew = "withdrew" // the neighbour who vouched did
	fallen   = "voucher"  // the neighbour who vouched is no neighbour any more
	recheck  = "recheck"  // it was asked for again and nothing came
	expired  = "expired"
)

// Revoke takes one proof back: it was wrong. Whoever is not verified without it
// is so no longer; those who depend on them stay so for the [Grace]. It returns
// [instance.ErrConflict] for one that was revoked before.
func (s *Service) Revoke(ctx context.Context, id instance.ID) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		p, err := byID(ctx, tx, id)
		if err != nil {
			return err
		}
		return s.revoke(ctx, tx, p, revoked, "")
	})
	if err != nil {
		return fmt.Errorf("revoke proof %s: %w", id, err)
	}
	return nil
}

// revoke ends a proof for a reason and settles what follows, with doubt as in
// settle.
func (s *Service) revoke(ctx context.Context, tx store.Tx, p Proof, reason, doubt string) error {
	if _, err := hold(ctx, tx, p.Place, p.Person); err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `
		UPDATE proofs
		   SET revoked_at = $2, reason = $3
		 WHERE id = $1 AND revoked_at IS NULL`, p.ID, store.Millis(s.now()), reason)
	if err != nil {
		return err
	}
	if n == 0 {
		return instance.ErrConflict
	}
	return s.lose(ctx, tx, p.Place, p.Person, doubt)
}

// lose settles how a person stands to a place after something fell away. If they
// are verified nowhere any more, neither does their word for others count.
func (s *Service) lose(ctx context.Context, tx store.Tx, place, person instance.ActorID, doubt string) error {
	if err := s.settle(ctx, tx, place, person, doubt); err != nil {
		return err
	}
	given, err := readAll(tx.Query(ctx, `
		SELECT `+columns+`
		  FROM proofs f
		 WHERE f.seen_by = $1 AND f.route = 'vouch' AND f.revoked_at IS NULL
		   AND NOT EXISTS (SELECT 1 FROM memberships m WHERE m.person_id = $1 AND m.standing = 'verified')
		 ORDER BY f.id`, person))
	if err != nil {
		return err
	}
	for _, p := range given { // a few a quarter
		if err := s.revoke(ctx, tx, p, fallen, fallen); err != nil {
			return err
		}
	}
	return nil
}
