package proofs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
)

// hold makes sure that a person is a resident of a place and that nobody else
// decides about that meanwhile. It returns [instance.ErrNotFound] for one who is
// none.
func hold(ctx context.Context, tx store.Tx, place, person instance.ActorID) (instance.Standing, error) {
	var standing string
	err := tx.QueryRow(ctx, `
		UPDATE memberships
		   SET standing = standing
		 WHERE group_id = $1 AND person_id = $2
		RETURNING standing`, place, person).Scan(&standing)
	return instance.Standing(standing), notFound(err)
}

// seen keeps a proof and settles what follows. Somebody who is no resident of
// the place is [instance.ErrNotFound].
func (s *Service) seen(ctx context.Context, tx store.Tx, p Proof) (Proof, error) {
	if _, err := hold(ctx, tx, p.Place, p.Person); err != nil {
		return p, err
	}
	p.ID, p.SeenAt = s.ids.Next(), s.now().UTC().Truncate(time.Millisecond)
	if d := lasts(p.Route); d > 0 {
		p.ExpiresAt = p.SeenAt.Add(d)
	}
	var by *instance.ActorID
	if p.SeenBy != 0 {
		by = &p.SeenBy
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO proofs (id, person_id, place_id, route, document, seen_at, seen_by, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		p.ID, p.Person, p.Place, string(p.Route), p.Document, store.Millis(p.SeenAt), by, store.MillisOrNull(p.ExpiresAt))
	if err != nil {
		return p, err
	}
	return p, s.settle(ctx, tx, p.Place, p.Person, "")
}

// lasts is how long a proof by a route counts, 0 for ever.
func lasts(r Route) time.Duration {
	switch r {
	case Operator:
		return 0
	case Vouch:
		return WeakFor
	case Hall:
		return HallAlone
	default:
		return StrongFor
	}
}

// settle makes how a person stands to a place follow from what was seen. If that
// is not enough any more, doubt says why: they keep their standing for the
// [Grace]; without doubt they lose it at once.
func (s *Service) settle(ctx context.Context, tx store.Tx, place, person instance.ActorID, doubt string) error {
	standing, err := hold(ctx, tx, place, person)
	if err != nil {
		return err
	}
	all, err := at(ctx, tx, place, person)
	if err != nil {
		return err
	}
	now := s.now()
	switch enough := Enough(all, now); {
	case enough:
		return s.accept(ctx, tx, place, person, standing, all)
	case standing != instance.Verified:
		return nil
	case doubt != "":
		return s.ask(ctx, tx, place, person, 0, doubt, now.Add(Grace))
	}
	return s.refuse(ctx, tx, place, person)
}

// accept makes somebody a verified resident, if they were not, and ends what
// they were asked.
func (s *Service) accept(ctx context.Context, tx store.Tx, place, person instance.ActorID, standing instance.Standing, all []Proof) error {
	now, last := s.now(), all[0]
	for _, p := range all { // the newest that counts
		if p.Counts(now) {
			last = p
			break
		}
	}
	// The code in the hall counts as long as the neighbour beside it.
	_, err := tx.Exec(ctx, `
		UPDATE proofs
		   SET expires_at = $3
		 WHERE place_id = $1 AND person_id = $2 AND route = 'hall' AND revoked_at IS NULL AND expires_at > $4 AND seen_at > $5`,
		place, person, store.Millis(now.Add(WeakFor)), store.Millis(now), store.Millis(now.Add(-HallAlone)))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `DELETE FROM proof_terms WHERE place_id = $1 AND person_id = $2 AND reason <> 'recheck'`, place, person)
	if err != nil {
		return err
	}
	if err := s.answered(ctx, tx, place, person, all); err != nil || standing == instance.Verified {
		return err
	}
	if err := s.places.Settle(ctx, tx, place, person, last.SeenBy, instance.Verified); err != nil {
		return err
	}
	return s.notice(ctx, tx, instance.HomeProved, place, person, last.ID)
}

// answered ends what the operator asked again, once that was answered by what
// was seen since.
func (s *Service) answered(ctx context.Context, tx store.Tx, place, person instance.ActorID, all []Proof) error {
	t, err := term(ctx, tx, place, person)
	if err != nil || t.Reason != recheck || !Enough(since(all, t.AskedAt), s.now()) {
		return err
	}
	_, err = tx.Exec(ctx, `DELETE FROM proof_terms WHERE id = $1`, t.ID)
	return err
}

// since are those proofs that were seen after a time.
func since(all []Proof, t time.Time) (fresh []Proof) {
	for _, p := range all {
		if p.SeenAt.After(t) {
			fresh = append(fresh, p)
		}
	}
	return fresh
}

// refuse ends somebody's being a verified resident.
func (s *Service) refuse(ctx context.Context, tx store.Tx, place, person instance.ActorID) error {
	if err := s.places.Settle(ctx, tx, place, person, 0, instance.Declared); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM proof_terms WHERE place_id = $1 AND person_id = $2`, place, person); err != nil {
		return err
	}
	return s.notice(ctx, tx, instance.HomeLost, place, person, s.ids.Next())
}

// notice tells a person about their standing to a place, as from the place.
func (s *Service) notice(ctx context.Context, tx store.Tx, kind instance.DeedKind, place, person instance.ActorID, about instance.ID) error {
	both, err := actors.ByIDs(ctx, tx, []instance.ActorID{place, person})
	if err != nil {
		return err
	}
	target := both[person]
	return s.tell(ctx, tx, instance.Deed{Kind: kind, Actor: both[place], Target: &target, ID: about})
}

// Confirm notes the word of whoever runs the server, or looks after the place,
// that somebody lives there; the person becomes a resident if they were not.
func (s *Service) Confirm(ctx context.Context, place, person, by instance.ActorID) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		_, err := hold(ctx, tx, place, person)
		if errors.Is(err, instance.ErrNotFound) {
			err = s.places.Settle(ctx, tx, place, person, by, instance.Declared)
		}
		if err != nil {
			return err
		}
		_, err = s.seen(ctx, tx, Proof{Person: person, Place: place, Route: Operator, SeenBy: by})
		return err
	})
	if err != nil {
		return fmt.Errorf("confirm that %s lives in %s: %w", person, place, err)
	}
	return nil
}
