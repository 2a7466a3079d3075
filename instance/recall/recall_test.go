package recall

import (
	"runtime"
	"testing"
	"time"
)

func TestNothingIsRecalledOnceItIsTooOld(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 29, 8, 0, 0, 0, time.UTC)
	l := New[string, int](2, time.Minute, func() time.Time { return now })
	l.Add("a", 1)
	now = now.Add(59 * time.Second)
	if v, ok := l.Get("a"); v != 1 || !ok {
		t.Errorf("after 59 s: %d, %t", v, ok)
	}
	now = now.Add(time.Second)
	if v, ok := l.Get("a"); v != 0 || ok {
		t.Errorf("after a minute: %d, %t", v, ok)
	}
	l.Add("a", 2)
	if v, ok := l.Get("a"); v != 2 || !ok {
		t.Errorf("added anew: %d, %t", v, ok)
	}
	now = now.Add(-time.Hour)
	if v, ok := l.Get("a"); v != 0 || ok {
		t.Errorf("after the clock was put back: %d, %t", v, ok)
	}
	l.Add("a", 3)
	l.Remove("a")
	if _, ok := l.Get("a"); ok {
		t.Error("removed, and recalled")
	}
}

func TestTheLeastUsedGoesFirst(t *testing.T) {
	t.Parallel()
	l := New[string, int](2, time.Hour, time.Now)
	l.Add("a", 1)
	l.Add("b", 2)
	l.Get("a")
	l.Add("c", 3)
	if _, ok := l.Get("b"); ok {
		t.Error("b stays beside what is used more")
	}
	if v, ok := l.Get("a"); v != 1 || !ok {
		t.Errorf("a: %d, %t", v, ok)
	}
}

// Not beside others: it counts what runs.
func TestNothingRunsMeanwhile(t *testing.T) {
	before := runtime.NumGoroutine()
	for range 100 {
		New[string, int](10, time.Millisecond, time.Now).Add("a", 1)
	}
	if after := runtime.NumGoroutine(); after > before {
		t.Errorf("%d run where %d ran", after, before)
	}
}
