package joining

import (
	"context"
	"fmt"

	"palier/instance"
	"palier/instance/store"
)

// Move makes somebody a resident of one more place by their own word: where
// they live now, work, or have family. It has to be proved like the first.
func (s *Service) Move(ctx context.Context, a instance.Actor, kind string, place instance.ActorID) error {
	err := s.o.DB.InTx(ctx, func(tx store.Tx) error {
		if err := s.o.Homes.Settle(ctx, tx, a.ID, kind, place, 0, "", ""); err != nil {
			return err
		}
		chain, err := s.o.Places.DeclareIn(ctx, tx, place, a.ID)
		if err != nil {
			return err
		}
		return s.hearAll(ctx, tx, a, chain)
	})
	if err != nil {
		return fmt.Errorf("%s moves to %s: %w", a.ID, place, err)
	}
	return nil
}

// hearAll lets a person hear what each of some places says.
func (s *Service) hearAll(ctx context.Context, tx store.Tx, a instance.Actor, places []instance.Actor) error {
	for _, p := range places {
		if err := s.o.People.HearIn(ctx, tx, a, p); err != nil {
			return err
		}
	}
	return nil
}

// Leave ends that somebody belongs to one of their places, given by the id of
// their home: it is kept as one they left, what they proved there ends, and so
// does their residence in what it lies within, as far as no other place of
// theirs lies there too. It returns [instance.ErrNotFound] for somebody else's.
func (s *Service) Leave(ctx context.Context, person instance.ActorID, home instance.ID) error {
	err := s.o.DB.InTx(ctx, func(tx store.Tx) error {
		left, others, err := s.o.Homes.EndOf(ctx, tx, person, home)
		if err != nil {
			return err
		}
		return s.o.Places.LeaveIn(ctx, tx, left, person, others)
	})
	if err != nil {
		return fmt.Errorf("leave home %s: %w", home, err)
	}
	return nil
}
