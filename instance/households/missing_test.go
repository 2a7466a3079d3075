package households_test

import (
	"testing"

	"palier/instance"
	"palier/instance/households"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

// TestH16_AnAppealInATeamOfTwoSaysHowManyAreMissing counts who may still decide, before
// and after somebody joins.
func TestH16_AnAppealInATeamOfTwoSaysHowManyAreMissing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o, ctx := newOffice(t, db), t.Context()
		o.exec(`DELETE FROM housing_team WHERE person_id = $1`, o.other.ID)
		i, err := o.Report(ctx, o.worker, o.programme, households.Report{Home: o.flat("1").URI, Severity: households.SeveritySoon, Text: "une clé en trop"})
		must(t, err)
		missing := func(want int, when string) {
			t.Helper()
			if n, err := o.Missing(ctx, o.lead, i); err != nil || n != want {
				t.Errorf("%s %d are missing, %v", when, n, err)
			}
		}
		missing(0, "with two")
		must(t, o.Look(ctx, o.worker, i, households.OutcomeTalk, "vu"))
		missing(0, "once one looked")
		must(t, o.Decide(ctx, o.lead, i, households.OutcomeTalk, "oui"))
		missing(0, "once it is decided")
		must(t, o.Appeal(ctx, o.worker, i, "un recours"))
		missing(1, "after an appeal")
		must(t, o.Look(ctx, o.worker, i, households.OutcomeNothing, "revu"))
		missing(1, "once one looked again")
		o.exec(`INSERT INTO housing_team (programme_id, person_id, role, since) VALUES ($1, $2, $3, 1)`, o.programme, o.other.ID, string(instance.Caseworker))
		missing(0, "once somebody joined")
		must(t, o.Decide(ctx, o.other, i, households.OutcomeNothing, "en effet"))
		if _, err := o.Missing(ctx, o.stranger, i); err == nil {
			t.Error("a stranger counts")
		}
	})
}
