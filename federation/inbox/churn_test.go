package inbox_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"golang.org/x/time/rate"

	"palier/federation/inbox"
)

// follow is a follow of ours by an actor, or its end, with that number.
func follow(by string, n int, end bool) string {
	f := fmt.Sprintf(`{"id":"%[1]s/follows/%[2]d","type":"Follow","actor":"%[1]s","object":"https://ours.example/u/1"}`, by, n)
	if !end {
		return f
	}
	return fmt.Sprintf(`{"id":"%[1]s/undos/%[2]d","type":"Undo","actor":"%[1]s","object":%[3]s}`, by, n, f)
}

func churning(o *inbox.Options) {
	o.Follows, o.FollowBurst, o.SiteFollows, o.SiteFollowBurst = rate.Every(time.Minute), 4, rate.Every(time.Second), 10
}

func TestI02_FollowingAgainAndAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, churning)
	a := w.person(t, lea)
	for n := range 2 {
		want(t, w.post(t, a, follow(lea, n, false)), http.StatusAccepted, "")
		want(t, w.post(t, a, follow(lea, n, true)), http.StatusAccepted, "")
	}
	for _, end := range []bool{false, true} {
		got := w.post(t, a, follow(lea, 9, end))
		want(t, got, http.StatusTooManyRequests, "too_many_requests")
		if got.RetryAfter <= 0 || got.RetryAfter > time.Minute {
			t.Errorf("come back in %s", got.RetryAfter)
		}
	}
	// An Undo of who knows what may be one; nothing else she does is bounded so.
	want(t, w.post(t, a, doc(`{"id":"$A/undos/10","type":"Undo","actor":"$A","object":"$A/follows/9"}`, lea)), http.StatusTooManyRequests, "too_many_requests")
	want(t, w.post(t, a, note(lea, 1)), http.StatusAccepted, "")
	want(t, w.post(t, a, doc(`{"id":"$A/undos/11","type":"Undo","actor":"$A","object":{"id":"$A/likes/1","type":"Like"}}`, lea)), http.StatusAccepted, "")
	w.now = w.now.Add(time.Minute)
	want(t, w.post(t, a, follow(lea, 9, false)), http.StatusAccepted, "")
}

// A domain has as many hosts as it likes, and those as many actors.
func TestI02_BotsBelowOneDomain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, churning)
	for n := range 12 {
		id := fmt.Sprintf("https://h%d.bots.com/u/1", n)
		got := w.post(t, w.person(t, id), follow(id, 1, false))
		if n < 10 {
			want(t, got, http.StatusAccepted, "")
		} else {
			want(t, got, http.StatusTooManyRequests, "too_many_requests")
		}
	}
	if got := len(w.intake.items); got != 10 {
		t.Errorf("%d were stored", got)
	}
	// Nobody else waits for that.
	want(t, w.post(t, w.person(t, lea), follow(lea, 1, false)), http.StatusAccepted, "")
}

// Who does not sign uses up nobody's follows.
func TestI02_OnlyWhoSignedIsCounted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, churning)
	a, m := w.person(t, lea), w.person(t, mallo)
	for n := range 10 {
		status := http.StatusUnauthorized
		if n >= 4 {
			status = http.StatusTooManyRequests // the one who signed has used up their own
		}
		if got := w.post(t, m, follow(lea, n, false)); got.Status != status {
			t.Errorf("signed by somebody else, %d: %d", n, got.Status)
		}
	}
	for n := range 4 {
		want(t, w.post(t, a, follow(lea, n, false)), http.StatusAccepted, "")
	}
}
