package housing

import (
	"context"
	"time"

	"palier/instance"
	"palier/instance/store"
)

const (
	// noticeWaits tells somebody that something waits at the desk of a programme, and
	// not what.
	noticeWaits = "desk-waits"
	// MandateWarned is how long before a mandate ends the leads of its programmes are
	// told.
	MandateWarned = 30 * 24 * time.Hour
)

// MandateUntil says until when the mandate of an organisation holds; the zero time takes
// that back. From then on its programmes hold and place nothing, as after
// [Service.EndMandate]: who lives somewhere stays there. Only an administrator may;
// others get [instance.ErrForbidden]. It returns an [instance.Invalid] of the field until
// for a time that is past, and [instance.ErrNotFound] for an organisation without a
// mandate.
func (s *Service) MandateUntil(ctx context.Context, by instance.Account, organisation instance.ActorID, until time.Time) error {
	switch {
	case by.Role != instance.Admin:
		return because(instance.ErrForbidden, "end of the mandate of %s", organisation)
	case !until.IsZero() && !until.After(s.now()):
		return because(&instance.Invalid{Field: "until", Code: "past"}, "end of the mandate of %s", organisation)
	}
	var at *int64
	if !until.IsZero() {
		ms := store.Millis(until)
		at = &ms
	}
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, `
			UPDATE housing_mandates SET until_at = $2 WHERE organisation_id = $1 AND ended_at IS NULL`, organisation, at)
		if err == nil && n == 0 {
			err = instance.ErrNotFound
		}
		return err
	})
	return because(err, "end of the mandate of %s", organisation)
}

// endMandates ends those whose time has come, and tells the leads of programmes whose
// mandate ends soon, once for each end.
func (s *Service) endMandates(ctx context.Context) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		now := s.now()
		_, err := tx.Exec(ctx, `
			UPDATE housing_mandates SET ended_at = until_at WHERE ended_at IS NULL AND until_at <= $1`, store.Millis(now))
		if err != nil {
			return err
		}
		const soon = `ended_at IS NULL AND until_at <= $1 AND (told_until IS NULL OR told_until <> until_at)`
		whom, err := leadsUnder(tx.Query(ctx, `
			SELECT p.group_id, t.person_id
			  FROM housing_mandates m JOIN housing_programmes p ON p.organisation_id = m.organisation_id
			  JOIN housing_team t ON t.programme_id = p.group_id AND t.role = 'lead'
			 WHERE `+soon+`
			 ORDER BY p.group_id, t.person_id`, store.Millis(now.Add(MandateWarned))))
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE housing_mandates SET told_until = until_at WHERE `+soon, store.Millis(now.Add(MandateWarned)))
		if err != nil || s.notify == nil {
			return err
		}
		for programme, leads := range whom { // each is told by its own programme
			if err := s.notify(ctx, tx, noticeWaits, programme, leads); err != nil {
				return err
			}
		}
		return nil
	})
	return because(err, "mandates that end")
}

func leadsUnder(rows store.Rows, err error) (map[instance.ActorID][]instance.ActorID, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	whom := map[instance.ActorID][]instance.ActorID{}
	for rows.Next() {
		var programme, lead instance.ActorID
		if err := rows.Scan(&programme, &lead); err != nil {
			return nil, err
		}
		whom[programme] = append(whom[programme], lead)
	}
	return whom, rows.Err()
}
