package households

import (
	"context"
	"errors"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/store"
)

// Gate says for which households beds may be asked and agreed to. It stands
// before the ledger (see housing.Cases).
type Gate struct {
	Now  func() time.Time
	Site instance.Site
}

// MayHold ties a hold to the case it is for. It returns [instance.ErrNotFound]
// for a case of another programme or none, and [instance.ErrForbidden] for one
// that two people have not seen to, that is frozen, or that did not agree that
// another association be told of its size where the home is another's. Nights that
// follow on those in which the household lives there are asked for once it and the
// host agreed to them.
func (g Gate) MayHold(ctx context.Context, tx store.Tx, programme instance.ActorID, h instance.Hold, id instance.CaseID) error {
	c, err := caseOf(ctx, tx, id)
	switch {
	case err != nil:
		return fmt.Errorf("hold for case %s: %w", id, err)
	case c.Programme != programme:
		return fmt.Errorf("hold for case %s: %w", id, instance.ErrNotFound)
	case !c.Ready():
		return fmt.Errorf("hold for case %s, which is %s: %w", id, c.Stage, instance.ErrForbidden)
	}
	if !g.Site.Owns(h.Home) {
		if err := agreed(ctx, tx, id, TellPartner); err != nil {
			return fmt.Errorf("hold for case %s: %w", id, err)
		}
	}
	before, err := renewed(ctx, tx, h, id)
	if err != nil {
		return fmt.Errorf("hold for case %s: %w", id, err)
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO housing_case_holds (hold_id, case_id, home, asked_at, renews)
		VALUES ($1, $2, $3, $4, $5)`, h.ID, id, h.Home, store.Millis(g.Now()), orNull(instance.ActorID(before)))
	if err != nil {
		return fmt.Errorf("hold for case %s: %w", id, err)
	}
	return nil
}

// MayAgree returns [instance.ErrForbidden] for a hold that two people have not
// signed, or whose case is not ready any more.
func (g Gate) MayAgree(ctx context.Context, tx store.Tx, hold instance.ID) error {
	var id instance.CaseID
	var signed bool
	err := tx.QueryRow(ctx, `
		SELECT case_id, signed_at IS NOT NULL AND second_at IS NOT NULL FROM housing_case_holds WHERE hold_id = $1`, hold).Scan(&id, &signed)
	switch {
	case errors.Is(err, store.ErrNoRows) || err == nil && !signed:
		return fmt.Errorf("agree to hold %s: %w", hold, instance.ErrForbidden)
	case err != nil:
		return fmt.Errorf("agree to hold %s: %w", hold, err)
	}
	c, err := caseOf(ctx, tx, id)
	if err == nil && !c.Ready() {
		err = instance.ErrForbidden
	}
	if err != nil {
		return fmt.Errorf("agree to hold %s: %w", hold, err)
	}
	return nil
}

const caseColumns = `c.id, c.programme_id, c.stage, c.came, COALESCE(c.keeper_id, 0), COALESCE(c.person_id, 0), COALESCE(c.vetted_by, 0), c.vetted_at,
	COALESCE(c.second_by, 0), c.second_at, c.frozen_at, c.opened_at, c.stage_since, c.why`

// scanCase reads what is known of a case without its file, and more columns after
// that.
func scanCase(row store.Row, more ...any) (instance.Case, error) {
	var c instance.Case
	var stage, came, why string
	var opened, since int64
	var first, second, frozen *int64
	err := row.Scan(append([]any{
		&c.ID, &c.Programme, &stage, &came, &c.Keeper, &c.Person, &c.Vetted[0].By, &first, &c.Vetted[1].By, &second, &frozen, &opened, &since, &why,
	}, more...)...)
	if err != nil {
		return c, notFound(err)
	}
	c.Stage, c.Origin, c.Closed = instance.CaseStage(stage), instance.CaseOrigin(came), instance.CaseEnd(why)
	c.Vetted[0].At, c.Vetted[1].At, c.FrozenAt = store.TimeOrNever(first), store.TimeOrNever(second), store.TimeOrNever(frozen)
	c.OpenedAt, c.StageSince = store.Time(opened), store.Time(since)
	return c, nil
}

func caseOf(ctx context.Context, tx store.Tx, id instance.CaseID) (instance.Case, error) {
	return scanCase(tx.QueryRow(ctx, `SELECT `+caseColumns+` FROM housing_cases c WHERE c.id = $1`, id))
}

// notFound gives a missing row its meaning.
func notFound(err error) error {
	if errors.Is(err, store.ErrNoRows) {
		return instance.ErrNotFound
	}
	return err
}
