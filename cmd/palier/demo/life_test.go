package demo

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"palier/instance"
)

func TestTheDemoInventsTheSameNeighboursEveryTime(t *testing.T) {
	t.Parallel()
	first := neighbours()
	if diff := cmp.Diff(first, neighbours(), cmp.AllowUnexported(neighbour{})); diff != "" {
		t.Errorf("the second time they are others:\n%s", diff)
	}
	names, living := map[string]bool{}, map[string]int{}
	for _, p := range first {
		if _, err := instance.ParseUsername(p.username); err != nil || names[p.username] {
			t.Errorf("%s is no name of one's own: %v", p.username, err)
		}
		names[p.username] = true
		living[p.quarter]++
		if p.house != "" {
			living[p.house]++
		}
	}
	for _, q := range quarters {
		for _, place := range append([]string{q.name}, q.houses...) {
			if living[place] < 10 {
				t.Errorf("%d live in %s", living[place], place)
			}
		}
	}
}

func TestWhatNeighboursOfTheDemoWishCanBe(t *testing.T) {
	t.Parallel()
	seen := map[string]int{}
	for _, w := range wishes {
		if !slices.Contains(instance.Categories(w.kind), w.category) {
			t.Errorf("%s: a %s has no category %s", w.title, w.kind, w.category)
		}
		seen[w.kind]++
		seen[w.ends]++
		seen[string(w.purpose)]++
	}
	for _, want := range append([]string{"open", "agreed", "done", "offer", "request"}, instance.ExchangeKinds...) {
		if seen[want] == 0 {
			t.Errorf("nobody shows %s", want)
		}
	}
}
