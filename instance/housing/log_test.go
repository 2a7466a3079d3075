package housing_test

import (
	"testing"

	"palier/instance/housing"
	"palier/instance/store"
	"palier/instance/store/storetest"
	"palier/protocol/ledger"
)

// TestTheLogTellsHowManyHostsWereAsked reads what was written of a night.
func TestTheLogTellsHowManyHostsWereAsked(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		rhone := newWorld().side(t, "rhone", db)
		night := ledger.NightOf(start)
		rhone.exec(`INSERT INTO housing_log (id, programme_id, deed, about, at) VALUES ($1, $2, 'hosts-asked', $3, $4)`,
			int64(1)<<62, rhone.programme.Group.ID, night.String()+"/12", store.Millis(start))
		lines, err := rhone.housing.Log(t.Context(), rhone.lead, rhone.programme.Group.ID, 0, 1)
		must(t, err)
		if len(lines) != 1 || lines[0].Deed != housing.LogHostsAsked || lines[0].Night != night || lines[0].Count != 12 || lines[0].By.ID != 0 || !lines[0].Deed.ByItself() {
			t.Errorf("the log reads %+v", lines)
		}
	})
}
