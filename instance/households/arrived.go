package households

import (
	"context"
	"errors"

	"palier/instance"
	"palier/instance/store"
)

// Arrived notes that a household has come to the home it was placed in. It returns an
// [instance.Invalid] while the agreement is not signed by all three, since nobody comes
// before that, and [instance.ErrConflict] for a hold under which nobody lives.
func (s *Service) Arrived(ctx context.Context, by instance.Account, hold instance.ID) error {
	var programme instance.ActorID
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		x, err := s.holdOf(ctx, tx, hold)
		if err != nil {
			return err
		}
		c, err := s.kept(ctx, tx, by.ID, x.Case)
		if err != nil {
			return err
		}
		programme = c.Programme
		if x.State != instance.HoldPlaced {
			return instance.ErrConflict
		}
		var one int
		err = tx.QueryRow(ctx, agreedBy3, c.ID).Scan(&one)
		if errors.Is(err, store.ErrNoRows) {
			err = &instance.Invalid{Field: "arrived", Code: "unsigned"}
		}
		return err
	})
	if err == nil {
		err = s.Homes.Arrived(ctx, by, programme, hold)
	}
	return because(err, "arrival under hold %s", hold)
}
