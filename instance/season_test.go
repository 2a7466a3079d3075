package instance_test

import (
	"slices"
	"testing"
	"time"

	"palier/instance"
)

// Every month brings something that the form for it takes.
func TestV3_EveryMonthBringsSomethingThatCanBeProposed(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for month := time.January; month <= time.December; month++ {
		p := instance.Season(time.Date(2026, month, 15, 12, 0, 0, 0, time.UTC))
		if !slices.Contains(instance.ExchangeKinds, p.Kind) || !slices.Contains(instance.Categories(p.Kind), p.Category) {
			t.Errorf("%s brings %+v, which is nothing one can propose", month, p)
		}
		if seen[p.Name] || !slices.Contains(instance.Seasons(), p.Name) {
			t.Errorf("%s brings %q", month, p.Name)
		}
		seen[p.Name] = true
	}
	if p := instance.Season(time.Date(2026, time.February, 1, 0, 0, 0, 0, time.UTC)); p.Name != "raclette" || p.Asks {
		t.Errorf("February brings %+v", p)
	}
}
