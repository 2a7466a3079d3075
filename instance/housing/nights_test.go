package housing_test

import (
	"testing"
	"time"

	"palier/instance/countries"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

// TestH14_TheDatabaseCountsTheSameNights holds the expression of queries against the
// one function, on each engine, around midnights and changes of clocks.
func TestH14_TheDatabaseCountsTheSameNights(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		instants := []string{
			"2026-11-28T10:30:00Z", "2026-11-28T12:30:00Z", "2026-11-28T22:30:00Z", "2026-11-28T23:30:00Z", "2026-11-29T03:59:00Z", "2026-11-29T10:01:00Z",
			"2027-03-27T23:30:00Z", "2027-03-28T01:00:00Z", "2027-10-30T22:30:00Z", "2027-10-31T23:30:00Z",
		}
		for _, text := range instants {
			now, err := time.Parse(time.RFC3339, text)
			must(t, err)
			nights := countries.NightsAt(now)
			for _, area := range []string{"69266", "FR", "97411", "974", "97209", "98818", "987", "DE", "DE:AGS:11000000", "UA", "PT", "GE", ""} {
				var got int64
				must(t, db.Read().QueryRow(t.Context(), `SELECT `+nights.SQL("x.area")+` FROM (SELECT CAST($1 AS TEXT) AS area) x`, area).Scan(&got))
				if want := countries.Tonight(now, area); got != int64(want) {
					t.Errorf("at %s tonight in %q is %d to the database, want %d", text, area, got, want)
				}
			}
		}
	})
}
