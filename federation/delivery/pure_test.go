package delivery_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"palier/federation/client"
	"palier/federation/delivery"
	"palier/federation/signature"
)

func TestScheduleGrowsAndEnds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := delivery.Schedule{
			First:   time.Duration(rapid.Int64Range(int64(time.Millisecond), int64(time.Hour)).Draw(t, "first")),
			Longest: time.Duration(rapid.Int64Range(int64(time.Second), int64(24*time.Hour)).Draw(t, "longest")),
		}
		jitter := rapid.Float64Range(-1, 2).Draw(t, "jitter")
		n := rapid.IntRange(1, 1000).Draw(t, "attempt")
		a, b := s.Wait(n, jitter), s.Wait(n+1, jitter)
		if a <= 0 || b < a {
			t.Fatalf("wait %d is %s, wait %d is %s", n, a, n+1, b)
		}
		if limit := s.Longest * 3 / 2; b > limit || b > 7*24*time.Hour {
			t.Fatalf("wait %d is %s, longer than %s", n+1, b, limit)
		}
	})
}

func TestScheduleByDefault(t *testing.T) {
	t.Parallel()
	var s delivery.Schedule
	var got []time.Duration
	for n := range 11 {
		got = append(got, s.Wait(n, 0))
	}
	m := time.Minute
	want := []time.Duration{m / 2, m / 2, m, 2 * m, 4 * m, 8 * m, 16 * m, 32 * m, 64 * m, 128 * m, 240 * m}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("waits (-want +got):\n%s", d)
	}
	if got := s.Wait(1, 1); got != 45*time.Second {
		t.Errorf("first wait with the most jitter is %s, want 45s: R01 promises a minute", got)
	}
}

func TestJudge(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		status int
		want   delivery.Verdict
	}{
		{200, delivery.Done}, {202, delivery.Done}, {204, delivery.Done},
		{301, delivery.Refused}, {302, delivery.Refused},
		{400, delivery.Refused}, {413, delivery.Refused}, {418, delivery.Refused}, {422, delivery.Refused},
		{401, delivery.Denied}, {403, delivery.Denied},
		{404, delivery.Ended}, {410, delivery.Ended},
		{408, delivery.Failed}, {425, delivery.Failed}, {429, delivery.Failed},
		{500, delivery.Refused}, {501, delivery.Refused},
		{502, delivery.Failed}, {503, delivery.Failed}, {504, delivery.Failed}, {522, delivery.Failed}, {530, delivery.Failed},
	} {
		if got := delivery.Judge(client.Answer{Status: c.status}, nil); got != c.want {
			t.Errorf("answer %d: verdict %d, want %d", c.status, got, c.want)
		}
	}
	for _, c := range []struct {
		err  error
		want delivery.Verdict
	}{
		{errors.New("connection refused"), delivery.Failed},
		{context.DeadlineExceeded, delivery.Failed},
		{context.Canceled, delivery.Stopped},
		{fmt.Errorf("post: %w", client.ErrBlockedAddress), delivery.Unsendable},
		{client.ErrBadURL, delivery.Unsendable},
		{signature.ErrKey, delivery.Unsendable},
	} {
		if got := delivery.Judge(client.Answer{}, c.err); got != c.want {
			t.Errorf("error %q: verdict %d, want %d", c.err, got, c.want)
		}
	}
}

func TestHealthOfAHostThatFails(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	var h delivery.Health
	if got := h.State(now); got != delivery.Healthy {
		t.Errorf("a host of which nothing is known is %s", got)
	}
	for n := range 5 {
		h = h.Failed(now, time.Minute, "down")
		want := delivery.Failing
		if n == 4 {
			want = delivery.Paused
		}
		if got := h.State(now); got != want || h.Failures != n+1 {
			t.Errorf("after %d failures: %s with %d, want %s", n+1, got, h.Failures, want)
		}
		if !h.Resting(now) {
			t.Errorf("after %d failures it does not rest", n+1)
		}
		now = now.Add(time.Minute)
		if h.Resting(now) {
			t.Errorf("after %d failures it still rests when the wait is over", n+1)
		}
	}
	if got := h.Succeeded(now); got.State(now) != delivery.Healthy || !got.LastSuccess.Equal(now) || !got.ResumeAt.IsZero() {
		t.Errorf("after a success: %+v", got)
	}
}

func TestHealthCountsWhatFailedTogetherOnce(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	var h delivery.Health
	for range 5 {
		h = h.Failed(now, time.Minute, "down")
	}
	if h.Failures != 1 {
		t.Errorf("five deliveries under way together count as %d failures, want 1", h.Failures)
	}
	h = h.Failed(now, time.Hour, "429")
	if want := now.Add(time.Hour); !h.ResumeAt.Equal(want) {
		t.Errorf("rests until %s, want %s: the host asked for that", h.ResumeAt, want)
	}
}

func TestR02_HostIsTriedForDaysAndThenDead(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	began, tries := now, 0
	var h delivery.Health
	var s delivery.Schedule
	for h.State(now) != delivery.Dead {
		h = h.Failed(now, s.Wait(h.Failures+1, 0.5), "down")
		tries++
		now = h.ResumeAt
		if tries > 1000 {
			t.Fatal("never dead")
		}
	}
	last := h.LastFailure.Sub(began)
	if last < 3*24*time.Hour || last > 8*24*time.Hour {
		t.Errorf("given up after %s, want between 3 and 8 days", last)
	}
	if tries < 20 || tries > 100 {
		t.Errorf("tried %d times before it counted as dead", tries)
	}
	h = h.Failed(now, s.Wait(h.Failures+1, 0.5), "down")
	if wait := h.ResumeAt.Sub(now); wait != 7*24*time.Hour {
		t.Errorf("a dead host is tried again after %s, want a week", wait)
	}
}

func TestHearingFromAHostBringsATryAndNoMore(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	h := delivery.Health{}.Failed(now, 4*time.Hour, "down")
	if _, early := h.Heard(now.Add(time.Second)); early {
		t.Error("a try a second after a failure")
	}
	got, early := h.Heard(now.Add(time.Hour))
	if !early || got.Resting(now.Add(time.Hour)) {
		t.Errorf("no try an hour after: %+v", got)
	}
	if got.State(now.Add(time.Hour)) == delivery.Healthy {
		t.Error("a host that speaks counts as one that hears")
	}
	if _, early := got.Heard(now.Add(time.Hour)); early {
		t.Error("a second try for a second message")
	}
	if _, early := (delivery.Health{}).Heard(now); early {
		t.Error("a healthy host is tried because it spoke")
	}
}

func TestGroup(t *testing.T) {
	t.Parallel()
	got := delivery.Group([]delivery.Recipient{
		{Inbox: "https://a.example/u/1/inbox", SharedInbox: "https://a.example/inbox"},
		{Inbox: "https://a.example/u/2/inbox", SharedInbox: "https://a.example/inbox"},
		{Inbox: "https://a.example/u/3/inbox", SharedInbox: "https://a.example/inbox", Document: 1},
		{Inbox: "https://B.example:443/u/1/inbox"},
		{Inbox: "https://b.example/u/2/inbox"},
		{Inbox: "http://localhost:8081/u/1/inbox", SharedInbox: "http://localhost:8081/inbox"},
		{Inbox: "acct:nobody@c.example"},
		{},
	})
	want := []delivery.Target{
		{Inbox: "https://a.example/inbox", Host: "a.example"},
		{Inbox: "https://a.example/inbox", Host: "a.example", Document: 1},
		{Inbox: "https://B.example:443/u/1/inbox", Host: "b.example"},
		{Inbox: "https://b.example/u/2/inbox", Host: "b.example"},
		{Inbox: "http://localhost:8081/inbox", Host: "localhost:8081"},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("targets (-want +got):\n%s", d)
	}
}

func TestE15_SharedInboxOnAnotherOrigin(t *testing.T) {
	t.Parallel()
	got := delivery.Group([]delivery.Recipient{{Inbox: "https://bot.example/inbox/1", SharedInbox: "https://victim.example/inbox"}})
	want := []delivery.Target{{Inbox: "https://bot.example/inbox/1", Host: "bot.example"}}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("targets (-want +got):\n%s", d)
	}
}
