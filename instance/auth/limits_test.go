package auth_test

import (
	"net/http"
	"testing"
	"time"

	"palier/instance/auth"
)

func TestALimiterTellsWhatIsLeft(t *testing.T) {
	t.Parallel()
	c := &clock{at: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}
	l := auth.NewLimiter(auth.Limit{Burst: 2, Every: time.Minute}, c.now)
	for _, want := range []struct {
		ok         bool
		left       string
		reset      string
		retryAfter string
	}{
		{true, "1", "2026-11-23T09:01:00.000Z", ""},
		{true, "0", "2026-11-23T09:02:00.000Z", ""},
		{false, "0", "2026-11-23T09:02:00.000Z", "60"},
	} {
		turn, h := l.Take("a"), http.Header{}
		turn.Tell(h)
		if turn.OK != want.ok || h.Get("X-RateLimit-Limit") != "2" || h.Get("X-RateLimit-Remaining") != want.left ||
			h.Get("X-RateLimit-Reset") != want.reset || h.Get("Retry-After") != want.retryAfter {
			t.Errorf("got %+v, told %v, want %+v", turn, h, want)
		}
	}
	if _, ok := l.Allow("b"); !ok {
		t.Error("another key is refused")
	}
	c.advance(time.Minute)
	if turn := l.Take("a"); !turn.OK || turn.Remaining != 0 {
		t.Errorf("a minute later: %+v", turn)
	}
	h := http.Header{}
	auth.NewLimiter(auth.Limit{}, c.now).Take("a").Tell(h)
	if len(h) != 0 {
		t.Errorf("without a limit: %v", h)
	}
}
