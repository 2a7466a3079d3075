package demo

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestNobodyBeginsMoreThanAPlaceTakes draws who begins things at any times: nobody
// begins more within a day than the quota of a place lets them, whatever the hour at
// which the demo is started.
func TestNobodyBeginsMoreThanAPlaceTakes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		l := life{r: rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 1)), people: map[string][]neighbour{}, begun: map[string][]time.Duration{}} //nolint:gosec // no secret
		for i := range 8 {
			l.people["port"] = append(l.people["port"], neighbour{username: fmt.Sprint("n", i), came: fortnight})
		}
		planned := map[string][]time.Duration{}
		for range rapid.IntRange(0, 20).Draw(rt, "things") {
			ago := time.Duration(rapid.Int64Range(0, int64(36*time.Hour)).Draw(rt, "ago"))
			by := l.author("port", ago)
			planned[by.username] = append(planned[by.username], ago)
		}
		for who, all := range planned {
			for _, from := range all {
				n := 0
				for _, at := range all {
					if at <= from && from-at < 24*time.Hour {
						n++
					}
				}
				if n > 5 {
					rt.Fatalf("%s begins %d things in a day", who, n)
				}
			}
		}
	})
}
