package delivery

import (
	"context"
	"strconv"
	"sync"
	"testing"
)

func TestR05_LaneOfAHost(t *testing.T) {
	t.Parallel()
	l := newLanes(100, 2, 3)
	release := make(chan struct{})
	var under sync.WaitGroup
	submit := func(host string) bool {
		under.Add(1)
		ok := l.submit(t.Context(), host, task{work: func() { <-release }, done: under.Done})
		if !ok {
			under.Done()
		}
		return ok
	}
	for i := range 7 {
		if got, want := submit("slow.example"), i < 5; got != want {
			t.Errorf("delivery %d: taken %t, want %t: two under way, three in line", i, got, want)
		}
	}
	if !submit("other.example") {
		t.Error("another host pays for the slow one")
	}
	close(release)
	under.Wait()
	if len(l.hosts) != 0 {
		t.Errorf("%d lanes are kept for hosts without work", len(l.hosts))
	}
	if len(l.places) != 0 {
		t.Errorf("%d places are still taken", len(l.places))
	}
}

func TestLanesHoldSoManyInAll(t *testing.T) {
	t.Parallel()
	l := newLanes(3, 2, 3)
	release := make(chan struct{})
	var under sync.WaitGroup
	for i := range 3 {
		under.Add(1)
		l.submit(t.Context(), strconv.Itoa(i), task{work: func() { <-release }, done: under.Done})
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	ran := false
	under.Add(1)
	if !l.submit(ctx, "late", task{work: func() { ran = true }, done: under.Done}) {
		t.Error("refused, though its host has no line")
	}
	close(release)
	under.Wait()
	if !ran {
		t.Error("what was taken was not done when the context ended")
	}
}
