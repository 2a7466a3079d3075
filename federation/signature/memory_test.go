package signature_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"palier/federation/signature"
)

// lessons is a [signature.SchemeStore] in memory.
type lessons struct {
	schemes map[string]signature.Scheme
	at      map[string]time.Time
	err     error
}

func (l *lessons) LoadScheme(_ context.Context, host string) (signature.Scheme, time.Time, error) {
	if s, ok := l.schemes[host]; ok {
		return s, l.at[host], l.err
	}
	if l.err != nil {
		return "", time.Time{}, l.err
	}
	return "", time.Time{}, signature.ErrNoScheme
}

func (l *lessons) SaveScheme(_ context.Context, host string, s signature.Scheme, at time.Time) error {
	if l.schemes == nil {
		l.schemes, l.at = map[string]signature.Scheme{}, map[string]time.Time{}
	}
	l.schemes[host], l.at[host] = s, at
	return l.err
}

// door is a host that opens to one scheme, or to none.
type door struct {
	opens  signature.Scheme
	answer int // to what it does not open to
	knocks []signature.Scheme
}

func (d *door) try(s signature.Scheme) (int, error) {
	d.knocks = append(d.knocks, s)
	if s == d.opens {
		return http.StatusAccepted, nil
	}
	return d.answer, nil
}

const cavage, modern = signature.Cavage, signature.RFC9421

func TestKnock(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		door   door
		status int
		first  []signature.Scheme
		second []signature.Scheme
	}{
		"opens to cavage":           {door{opens: cavage, answer: 401}, 202, []signature.Scheme{cavage}, []signature.Scheme{cavage}},
		"opens to RFC 9421, by 401": {door{opens: modern, answer: 401}, 202, []signature.Scheme{cavage, modern}, []signature.Scheme{modern}},
		"opens to RFC 9421, by 400": {door{opens: modern, answer: 400}, 202, []signature.Scheme{cavage, modern}, []signature.Scheme{modern}},
		"forbidden":                 {door{answer: 403}, 403, []signature.Scheme{cavage}, []signature.Scheme{cavage}},
		"overloaded":                {door{answer: 503}, 503, []signature.Scheme{cavage}, []signature.Scheme{cavage}},
		"opens to neither":          {door{answer: 401}, 401, []signature.Scheme{cavage, modern}, []signature.Scheme{cavage}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := signature.NewMemory(signature.MemoryOptions{Now: atNoon})
			for i, want := range [][]signature.Scheme{tc.first, tc.second} {
				tc.door.knocks = nil
				status, err := m.Knock(t.Context(), "paris.example", tc.door.try)
				if err != nil || status != tc.status {
					t.Errorf("knock %d: got %d, %v; want %d", i, status, err, tc.status)
				}
				if diff := cmp.Diff(want, tc.door.knocks); diff != "" {
					t.Errorf("knock %d (-want +got):\n%s", i, diff)
				}
			}
		})
	}
}

func TestKnockGoesBackToCavage(t *testing.T) {
	t.Parallel()
	m := signature.NewMemory(signature.MemoryOptions{Now: atNoon})
	if err := m.Heard(t.Context(), "paris.example", modern); err != nil {
		t.Fatal(err)
	}
	d := door{opens: cavage, answer: 401} // moved to other software
	if _, err := m.Knock(t.Context(), "paris.example", d.try); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]signature.Scheme{modern, cavage}, d.knocks); diff != "" {
		t.Errorf("knocks (-want +got):\n%s", diff)
	}
	if got := m.Scheme(t.Context(), "paris.example"); got != cavage {
		t.Errorf("remembered %s, want cavage", got)
	}
}

func TestKnockStopsAtAnError(t *testing.T) {
	t.Parallel()
	m := signature.NewMemory(signature.MemoryOptions{Now: atNoon})
	unreachable := errors.New("unreachable")
	n := 0
	_, err := m.Knock(t.Context(), "paris.example", func(signature.Scheme) (int, error) { n++; return 0, unreachable })
	if !errors.Is(err, unreachable) || n != 1 {
		t.Errorf("got %v after %d knocks", err, n)
	}
}

func TestMemoryLastsSevenDays(t *testing.T) {
	t.Parallel()
	var c clock
	store := &lessons{}
	m := signature.NewMemory(signature.MemoryOptions{Now: c.now, Store: store})
	if err := m.Heard(t.Context(), "paris.example", cavage); err != nil || len(store.schemes) != 0 {
		t.Errorf("cavage is no news: %v, %v", err, store.schemes)
	}
	if err := m.Heard(t.Context(), "paris.example", modern); err != nil {
		t.Fatal(err)
	}
	c.forward(7*24*time.Hour - time.Second)
	restarted := signature.NewMemory(signature.MemoryOptions{Now: c.now, Store: store})
	for _, m := range []*signature.Memory{m, restarted} {
		if got := m.Scheme(t.Context(), "paris.example"); got != modern {
			t.Errorf("within the week: %s", got)
		}
	}
	c.forward(time.Second)
	for _, m := range []*signature.Memory{m, restarted} {
		if got := m.Scheme(t.Context(), "paris.example"); got != cavage {
			t.Errorf("after the week: %s", got)
		}
	}
}

func TestHostThatRefusesBothIsTriedTwiceAgainLater(t *testing.T) {
	t.Parallel()
	var c clock
	m := signature.NewMemory(signature.MemoryOptions{Now: c.now})
	d := door{answer: 401}
	for _, step := range []struct {
		forward time.Duration
		knocks  int
	}{{0, 2}, {59 * time.Minute, 1}, {time.Minute, 2}} {
		c.forward(step.forward)
		d.knocks = nil
		if _, err := m.Knock(t.Context(), "paris.example", d.try); err != nil || len(d.knocks) != step.knocks {
			t.Errorf("after %s: %d knocks, %v; want %d", step.forward, len(d.knocks), err, step.knocks)
		}
	}
}

func TestSendingGoesOnWithoutTheStore(t *testing.T) {
	t.Parallel()
	var told []error
	broken := errors.New("disk full")
	m := signature.NewMemory(signature.MemoryOptions{Now: atNoon, Store: &lessons{err: broken}, Report: func(err error) { told = append(told, err) }})
	d := door{opens: modern, answer: 401}
	status, err := m.Knock(t.Context(), "paris.example", d.try)
	if err != nil || status != http.StatusAccepted {
		t.Errorf("got %d, %v", status, err)
	}
	if len(told) != 2 || !errors.Is(told[0], broken) || !errors.Is(told[1], broken) {
		t.Errorf("reported %v, want the failures to load and to save", told)
	}
	if got := m.Scheme(t.Context(), "paris.example"); got != modern {
		t.Errorf("remembered %s all the same, want RFC 9421", got)
	}
}

func TestE11_InventedHostsTakeBoundedMemory(t *testing.T) {
	t.Parallel()
	m := signature.NewMemory(signature.MemoryOptions{Now: atNoon, Size: 50})
	for i := range 1000 {
		m.Scheme(t.Context(), fmt.Sprintf("h%d.example", i))
	}
	if n := m.Len(); n > 50 {
		t.Errorf("%d hosts in memory, want at most 50", n)
	}
}
