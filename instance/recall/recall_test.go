package recall

import (
	"runtime"
	"testing"
	"time"
)

func TestNothingIsRecalledOnceItIsTooOld(t *testing.T) {
	t.Parallel()
	l := New[string, int](2, time.Minute)
	age := 59 * time.Second
	l.passed = func(time.Time) time.Duration { return age }
	l.Add("a", 1)
	if v, ok := l.Get("a"); v != 1 || !ok {
		t.Errorf("after 59 s: %d, %t", v, ok)
	}
	age = time.Minute
	if v, ok := l.Get("a"); v != 0 || ok {
		t.Errorf("after a minute: %d, %t", v, ok)
	}
	age = 0
	l.Add("a", 2)
	if v, ok := l.Get("a"); v != 2 || !ok {
		t.Errorf("added anew: %d, %t", v, ok)
	}
	l.Remove("a")
	if _, ok := l.Get("a"); ok {
		t.Error("removed, and recalled")
	}
}

func TestTheLeastUsedGoesFirst(t *testing.T) {
	t.Parallel()
	l := New[string, int](2, time.Hour)
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
		New[string, int](10, time.Millisecond).Add("a", 1)
	}
	if after := runtime.NumGoroutine(); after > before {
		t.Errorf("%d run where %d ran", after, before)
	}
}
