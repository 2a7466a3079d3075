package households

import (
	"context"
	"time"

	"palier/instance/store"
)

const (
	// keptAfter is how long the file of a case is kept once it is closed, and
	// talkAfter how long what was said between household and host (product.md §4.3).
	keptAfter = 24 * 30 * 24 * time.Hour
	talkAfter = 6 * 30 * 24 * time.Hour
)

// Sweep erases what is kept no longer: files of cases that were closed two years
// ago, with everything written in them, and what was said in cases that were
// closed half a year ago. That there was a case, how far it came and when, stays
// for the counts. What is not closed in its incidents is kept.
func (s *Service) Sweep(ctx context.Context) error {
	old, talk := store.Millis(s.Now().Add(-keptAfter)), store.Millis(s.Now().Add(-talkAfter))
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		const over = `SELECT c.id FROM housing_cases c
			 WHERE c.stage IN ('closed', 'referred') AND c.stage_since < $1 AND c.erased_at IS NULL
			   AND NOT EXISTS (SELECT 1 FROM housing_incidents i WHERE i.case_id = c.id AND i.state <> 'closed')`
		for _, sql := range []string{
			`DELETE FROM housing_case_entries WHERE case_id IN (` + over + `)`,
			`DELETE FROM housing_case_homes WHERE case_id IN (` + over + `)`,
			`DELETE FROM housing_marks WHERE case_id IN (` + over + `)`,
			`DELETE FROM housing_agreements WHERE case_id IN (` + over + `)`,
			`DELETE FROM housing_inventories WHERE case_id IN (` + over + `)`,
			`DELETE FROM housing_mediations WHERE case_id IN (` + over + `)`,
			`DELETE FROM housing_insurances WHERE case_id IN (` + over + `)`,
			`DELETE FROM housing_walks WHERE case_id IN (` + over + `)`,
			`UPDATE housing_case_followups SET body = NULL WHERE case_id IN (` + over + `)`,
		} {
			if _, err := tx.Exec(ctx, sql, old); err != nil {
				return err
			}
		}
		if err := s.dawn(ctx, tx); err != nil {
			return err
		}
		if err := s.forgetWalks(ctx, tx); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM housing_duties WHERE until_at < $1`, talk); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM housing_reminders WHERE told_at < $1`, old); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE housing_inventory_photographs SET seal = NULL WHERE inventory_id IS NULL AND seal IS NOT NULL`); err != nil {
			return err
		}
		// How people reach one another ends with the stay.
		_, err := tx.Exec(ctx, `
			DELETE FROM housing_contacts
			 WHERE NOT EXISTS (SELECT 1 FROM housing_holds h WHERE h.id = housing_contacts.hold_id AND h.state = 'placed')`)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			DELETE FROM housing_case_entries
			 WHERE kind IN ('household', 'host', 'team')
			   AND case_id IN (SELECT id FROM housing_cases WHERE stage IN ('closed', 'referred') AND stage_since < $1)`, talk)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			UPDATE housing_cases
			   SET erased_at = $2, file = $3, called = NULL, person_id = NULL, code_hash = NULL, reference = NULL
			 WHERE id IN (`+over+`)`, old, store.Millis(s.Now()), []byte{})
		return err
	})
	if err == nil {
		err = s.throwOut(ctx)
	}
	if err == nil {
		err = s.dropUnsigned(ctx)
	}
	return because(err, "erase what is kept no longer")
}
