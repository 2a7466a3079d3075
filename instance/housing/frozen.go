package housing

import (
	"context"
	"errors"

	"palier/instance"
	"palier/instance/jobs"
	"palier/instance/store"
)

// NoticeTaken says that a home in which one placed somebody is not shown any more: its
// association has to be called.
const NoticeTaken = "housing-taken"

// FrozenIn is told when a home of a programme was frozen, or goes on, in the
// transaction that did it. While it is frozen partners are told that it is taken back,
// and what was asked and held there is dropped with the cause [ledger.Unfit] in its
// ledger: that nobody can be lodged there now is all that anybody elsewhere learns. Of
// a partner's home nobody is told.
func (s *Service) FrozenIn(ctx context.Context, tx store.Tx, programme instance.ActorID, home string) error {
	l, err := s.heldByURI(ctx, tx, home)
	if errors.Is(err, instance.ErrNotFound) {
		return nil // another's, or shown to nobody
	}
	if err != nil || l.Programme != programme {
		return because(err, "frozen home %s", home)
	}
	is, err := frozen(ctx, tx, programme, home)
	if err == nil && is {
		err = s.dropAll(ctx, tx, l)
	}
	if err == nil {
		// Whoever asked meanwhile is served with the next sweep.
		_, err = tx.Exec(ctx, `UPDATE housing_listings SET due_at = $2 WHERE id = $1 AND due_at > $2`, l.ID, store.Millis(s.now()))
	}
	if err == nil {
		err = s.jobs.Enqueue(ctx, tx, Share{l.ID}, jobs.Unique(l.ID.String()))
	}
	return because(err, "frozen home %s", home)
}

// tellTaken tells who placed somebody in a partner's home that it is taken back.
func (s *Service) tellTaken(ctx context.Context, tx store.Tx, programme instance.ActorID, home string) error {
	rows, err := tx.Query(ctx, `
		SELECT id FROM housing_holds WHERE programme_id = $1 AND home = $2 AND state = 'placed' ORDER BY id`, programme, home)
	if err != nil {
		return err
	}
	ids, err := scanIDs(rows)
	for _, id := range ids {
		if err == nil {
			err = s.tellAsker(ctx, tx, NoticeTaken, id)
		}
	}
	return err
}
