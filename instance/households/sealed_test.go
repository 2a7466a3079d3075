package households_test

import (
	"testing"

	"palier/instance/households"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

// TestWhatStaysAsItWasWrittenIsSealedAnewAlone tries to change what the database keeps as it
// was written, with and without saying that it is being sealed anew.
func TestWhatStaysAsItWasWrittenIsSealedAnewAlone(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o, ctx := newOffice(t, db), t.Context()
		zoe := o.neighbour("zoe")
		id, _, zoes := o.lodged(zoe)
		must(t, o.WriteInventory(ctx, o.worker, id, households.AtEntry, seen()))
		must(t, o.RemarkInventory(ctx, guest(o.family), id, households.AtEntry, secretRemark, "uk"))
		must(t, o.ShutInventory(ctx, o.worker, id, households.AtEntry))
		must(t, o.AskMediation(ctx, lender(zoe, zoes), id, secretWhy, "fr"))
		must(t, o.BeginMediation(ctx, o.worker, id, o.other.ID, ""))
		must(t, o.RecordTalk(ctx, o.other, id, households.MediationTalk{
			On: "2026-12-01", Present: "les deux", Said: secretSaid,
			Agreed: []households.MediationPoint{{Text: secretPoint, Due: o.now().AddDate(0, 0, 3)}},
		}))
		_, err := o.Report(ctx, o.worker, o.programme, households.Report{Home: o.homes[0].URI, Severity: households.SeveritySerious, Text: "une serrure ôtée"})
		must(t, err)
		change := func(marked bool, table, set string) error {
			return db.InTx(ctx, func(tx store.Tx) error {
				if marked {
					if _, err := tx.Exec(ctx, `INSERT INTO vault_reseals (relation, row_id) SELECT '`+table+`', id FROM `+table); err != nil {
						return err
					}
				}
				if n, err := tx.Exec(ctx, `UPDATE `+table+` SET `+set); err != nil || n == 0 {
					t.Logf("%d rows of %s: %v", n, table, err)
					return err
				}
				_, err := tx.Exec(ctx, `DELETE FROM vault_reseals`)
				return err
			})
		}
		for table, other := range map[string]string{
			"housing_incident_entries": "deed = 'else'", "housing_agreements": "version = version + 1",
			"housing_inventories": "moment = 'exit'", "housing_inventory_remarks": "party = 'host'", "housing_mediation_talks": "at = at + 1",
		} {
			if o.one(`SELECT COUNT(*) FROM `+table) == 0 {
				t.Fatalf("there is nothing in %s", table)
			}
			if err := change(false, table, "body = body"); err == nil {
				t.Errorf("%s is written anew", table)
			}
			if err := change(true, table, other); err == nil {
				t.Errorf("in %s something else is changed than the seal", table)
			}
			if err := change(true, table, "body = body"); err != nil {
				t.Errorf("%s cannot be sealed anew: %v", table, err)
			}
			if err := change(false, table, "body = body"); err == nil {
				t.Errorf("%s is written anew after it was sealed anew", table)
			}
		}
	})
}
