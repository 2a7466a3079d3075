package load_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"palier/cmd/palier-bench/load"
	"palier/cmd/palier-bench/loopback"
)

func server(t *testing.T, h http.HandlerFunc) load.Target {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return to(t, s.URL)
}

func to(t *testing.T, address string) load.Target {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return load.To(u, 5*time.Second)
}

func post(t *testing.T, path, body string) load.Request {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, "http://bench.example"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := load.Prepare(r)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestSendSendsEachOnce(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	came := map[string]int{}
	addresses := map[string]bool{}
	target := server(t, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || r.Host != "bench.example" || r.Method != http.MethodPost {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		mu.Lock()
		came[string(body)]++
		addresses[r.RemoteAddr] = true
		mu.Unlock()
		w.WriteHeader(http.StatusAccepted)
	})
	var requests []load.Request
	for i := range 200 {
		requests = append(requests, post(t, "/inbox", strings.Repeat("x", i+1)))
	}
	var told atomic.Int64
	got := load.Send(t.Context(), target, requests, load.Plan{Clients: 8, Each: func(_ int, o load.Outcome) bool {
		if o.OK() {
			told.Add(1)
		}
		return true
	}})
	if got.OK() != 200 || got.Failed != 0 || got.Trouble() != "" || told.Load() != 200 || got.PerSecond() <= 0 {
		t.Errorf("Send: %d accepted, %d told, trouble %q, %g/s", got.OK(), told.Load(), got.Trouble(), got.PerSecond())
	}
	if len(came) != 200 || len(addresses) > 8 {
		t.Errorf("%d different bodies arrived over %d connections, want 200 over at most 8", len(came), len(addresses))
	}
	for body, n := range came {
		if n != 1 {
			t.Errorf("body of %d bytes came %d times", len(body), n)
		}
	}
}

func TestSendTellsOfRefusals(t *testing.T) {
	t.Parallel()
	target := server(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/no" {
			http.Error(w, "bad signature", http.StatusUnauthorized)
			return
		}
		w.WriteHeader(http.StatusAccepted)
	})
	got := load.Send(t.Context(), target, []load.Request{post(t, "/yes", "1"), post(t, "/no", "2"), post(t, "/yes", "3")}, load.Plan{Clients: 1})
	if got.OK() != 2 || got.Others() != 1 || got.Answers[http.StatusUnauthorized] != 1 {
		t.Errorf("answers %v", got.Answers)
	}
	if trouble := got.Trouble(); !strings.Contains(trouble, "1 × 401") || !strings.Contains(trouble, "bad signature") {
		t.Errorf("Trouble() = %q", trouble)
	}
}

func TestRefusalsAreTold(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ answer, want string }{
		{"", ""},
		{`{"error":"no"}`, `"{\"error\":\"no\"}"`},
		{"<!doctype html>\n<title> Pas là · Palier\n</title><p>x", `"Pas là · Palier"`},
		{strings.Repeat("é", 3000), `"` + strings.Repeat("é", 200) + `"`},
		{"\xff\xfe", `"?"`},
	} {
		target := server(t, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, c.answer)
		})
		got := load.Send(t.Context(), target, []load.Request{post(t, "/", "")}, load.Plan{Clients: 1}).Trouble()
		if want := strings.TrimSuffix("1 × 404, "+c.want, ", "); got != want {
			t.Errorf("Trouble() = %s, want %s", got, want)
		}
	}
}

func TestSendStopsWhenTold(t *testing.T) {
	t.Parallel()
	var came atomic.Int64
	target := server(t, func(http.ResponseWriter, *http.Request) { came.Add(1) })
	requests := make([]load.Request, 100)
	for i := range requests {
		requests[i] = post(t, "/", "")
	}
	got := load.Send(t.Context(), target, requests, load.Plan{Clients: 1, Each: func(n int, _ load.Outcome) bool { return n < 9 }})
	if got.OK() != 10 || came.Load() != 10 {
		t.Errorf("%d answered, %d came, want 10", got.OK(), came.Load())
	}
}

func TestSendOutlivesClosedConnections(t *testing.T) {
	t.Parallel()
	target := server(t, func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Connection", "close") })
	requests := []load.Request{post(t, "/", "a"), post(t, "/", "b"), post(t, "/", "c")}
	if got := load.Send(t.Context(), target, requests, load.Plan{Clients: 1}); got.OK() != 3 {
		t.Errorf("%d of 3 answered: %s", got.OK(), got.Trouble())
	}
}

func TestSendOpensIdleConnectionsAgain(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer s.Close()
	requests := []load.Request{post(t, "/", "a"), post(t, "/", "b"), post(t, "/", "c")}
	got := load.Send(t.Context(), to(t, s.URL), requests, load.Plan{Clients: 1, Each: func(int, load.Outcome) bool {
		s.CloseClientConnections()
		return true
	}})
	if got.OK() != 3 {
		t.Errorf("%d of 3 answered: %s", got.OK(), got.Trouble())
	}
}

func TestSendEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	over := errors.New("over")
	release := make(chan struct{})
	target := server(t, func(http.ResponseWriter, *http.Request) {
		cancel(over)
		<-release
	})
	got := load.Send(ctx, target, []load.Request{post(t, "/", "a"), post(t, "/", "b")}, load.Plan{Clients: 1})
	close(release)
	if got.OK() != 0 || got.Failed != 1 || !errors.Is(got.Err, over) {
		t.Errorf("answered %d, failed %d: %v", got.OK(), got.Failed, got.Err)
	}
}

func TestSendStaysOnThisMachine(t *testing.T) {
	t.Parallel()
	got := load.Send(t.Context(), to(t, "http://192.0.2.1"), []load.Request{post(t, "/", "a")}, load.Plan{Clients: 1})
	if !errors.Is(got.Err, loopback.ErrElsewhere) {
		t.Errorf("request to another machine: %v", got.Err)
	}
}

func TestRepeatReadsWholeAnswers(t *testing.T) {
	t.Parallel()
	page := bytes.Repeat([]byte("p"), 20_000)
	target := server(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(page) })
	r, err := http.NewRequest(http.MethodGet, "http://bench.example/page", nil)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := load.Prepare(r)
	if err != nil {
		t.Fatal(err)
	}
	got := load.Repeat(t.Context(), target, raw, 50*time.Millisecond, load.Plan{Clients: 2})
	if got.OK() == 0 || got.Bytes != int64(got.OK()*len(page)) || got.Trouble() != "" {
		t.Errorf("%d answers, %d bytes, trouble %q", got.OK(), got.Bytes, got.Trouble())
	}
	if p50, p99 := got.Percentile(50), got.Percentile(99); p50 <= 0 || p99 < p50 {
		t.Errorf("p50 %s, p99 %s", p50, p99)
	}
}

func TestPercentile(t *testing.T) {
	t.Parallel()
	var hundred []time.Duration
	for i := range 100 {
		hundred = append(hundred, time.Duration(i+1))
	}
	for _, c := range []struct {
		values []time.Duration
		p      float64
		want   time.Duration
	}{
		{nil, 50, 0},
		{hundred[:1], 99, 1},
		{hundred, 50, 50},
		{hundred, 95, 95},
		{hundred, 99, 99},
		{hundred, 100, 100},
		{hundred[:10], 99, 10},
		{hundred[:3], 50, 2},
	} {
		if got := load.Percentile(c.values, c.p); got != c.want {
			t.Errorf("Percentile(%d values, %g) = %d, want %d", len(c.values), c.p, got, c.want)
		}
	}
}

func BenchmarkSend(b *testing.B) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) }))
	defer s.Close()
	u, err := url.Parse(s.URL)
	if err != nil {
		b.Fatal(err)
	}
	r, err := http.NewRequest(http.MethodPost, s.URL, strings.NewReader(strings.Repeat("x", 1500)))
	if err != nil {
		b.Fatal(err)
	}
	raw, err := load.Prepare(r)
	if err != nil {
		b.Fatal(err)
	}
	requests := make([]load.Request, b.N)
	for i := range requests {
		requests[i] = raw
	}
	b.ResetTimer()
	if got := load.Send(b.Context(), load.To(u, time.Second), requests, load.Plan{Clients: 8}); got.OK() != b.N {
		b.Fatal(got.Trouble())
	}
}
