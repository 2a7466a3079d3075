package metrics_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"palier/instance/jobs"
	"palier/instance/metrics"
)

// counting returns numbers by a clock of which each look takes a tenth of a second,
// and a router of which they are.
func counting(t *testing.T) (*metrics.Metrics, *chi.Mux) {
	t.Helper()
	at := time.Date(2026, 11, 29, 0, 0, 0, 0, time.UTC)
	m := metrics.New(metrics.Options{Log: slog.New(slog.DiscardHandler), Version: "1", Now: func() time.Time {
		at = at.Add(100 * time.Millisecond)
		return at
	}})
	r := chi.NewRouter()
	r.Use(m.Watch)
	r.Get("/people/{id}", func(http.ResponseWriter, *http.Request) {})
	r.Post("/people/{id}", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusSeeOther) })
	r.Get("/link/{token}", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	r.Route("/under", func(r chi.Router) {
		r.Get("/{name}/more", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) })
	})
	m.KnowKinds([]string{"write_letter"})
	if err := m.Know(r); err != nil {
		t.Fatal(err)
	}
	return m, r
}

func page(t *testing.T, m *metrics.Metrics, path string) (int, string) {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
	return w.Code, w.Body.String()
}

func TestRequestsAreCountedByRouteAndNotByWhatWasAskedFor(t *testing.T) {
	t.Parallel()
	m, r := counting(t)
	for _, x := range [][2]string{
		{"GET", "/people/4711canary?q=canary"}, {"GET", "/people/4712canary"}, {"POST", "/people/canary"}, {"GET", "/link/canary"}, {"GET", "/under/canary/more"},
		{"GET", "/canary"}, {"CANARY", "/people/canary"}, {"DELETE", "/people/canary"},
	} {
		func() {
			defer func() { _ = recover() }() // that is how a handler hangs up
			r.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), x[0], x[1], nil))
		}()
	}
	status, text := page(t, m, "/metrics")
	if status != http.StatusOK || strings.Contains(strings.ToLower(text), "canary") || strings.Contains(text, "4711") {
		t.Errorf("%d, it tells what was asked for:\n%s", status, text)
	}
	for _, want := range []string{
		`palier_http_requests_total{code="200",method="GET",route="/people/{id}"} 2`,
		`palier_http_requests_total{code="303",method="POST",route="/people/{id}"} 1`,
		`palier_http_requests_total{code="200",method="GET",route="/link/{token}"} 1`,
		`palier_http_requests_total{code="404",method="GET",route="/under/{name}/more"} 1`,
		`palier_http_requests_total{code="404",method="GET",route="other"} 1`,
		`palier_http_requests_total{code="405",method="other",route="other"} 1`,
		`palier_http_request_seconds_bucket{route="/people/{id}",le="0.05"} 0`,
		`palier_http_request_seconds_bucket{route="/people/{id}",le="0.25"} 3`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("it has not %s:\n%s", want, text)
		}
	}
	if status, _ := page(t, m, "/people/1"); status != http.StatusNotFound {
		t.Errorf("beside the numbers it answers %d", status)
	}
}

// What no list has is counted, and not named: a kind that stands in the queue since
// an older program put it there, a state, an outcome.
func TestWhatIsOnNoListIsNotNamed(t *testing.T) {
	t.Parallel()
	m, _ := counting(t)
	m.Worked("write_letter", "done")
	m.Worked("canary", "canary")
	m.Delivered("delivered", 3)
	m.Delivered("canary.example", 2)
	m.Asked("read")()
	m.Asked("canary")()
	m.Count(func(context.Context) (metrics.Waiting, error) {
		return metrics.Waiting{
			Jobs:   []jobs.Count{{Kind: "write_letter", State: "available", Jobs: 4}, {Kind: "canary", State: "available", Jobs: 1}, {Kind: "canary", State: "canary", Jobs: 2}},
			Queues: map[string]int64{"deliveries": 7, "canary": 1},
		}, nil
	})
	page(t, m, "/metrics") // twice: what waits is not added up
	_, text := page(t, m, "/metrics")
	for _, want := range []string{
		`palier_job_attempts_total{ending="done",kind="write_letter"} 1`, `palier_job_attempts_total{ending="other",kind="other"} 1`,
		`palier_deliveries_total{outcome="delivered"} 3`, `palier_deliveries_total{outcome="other"} 2`,
		`palier_database_seconds_count{access="read"} 1`, `palier_database_seconds_sum{access="read"} 0.1`,
		`palier_jobs{kind="write_letter",state="available"} 4`, `palier_jobs{kind="other",state="available"} 1`, `palier_jobs{kind="other",state="other"} 2`,
		`palier_waiting{queue="deliveries"} 7`, `palier_info{version="1"} 1`, `go_goroutines`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("it has not %s:\n%s", want, text)
		}
	}
	if strings.Contains(text, "canary") {
		t.Errorf("it names what no list has:\n%s", text)
	}
	m.Count(func(context.Context) (metrics.Waiting, error) { return metrics.Waiting{}, errors.New("no database") })
	if status, text := page(t, m, "/metrics"); status != http.StatusOK || strings.Contains(text, "palier_jobs{") || !strings.Contains(text, "palier_deliveries_total") {
		t.Errorf("without a database: %d\n%s", status, text)
	}
}

// Whoever streams, or takes a connection over, does so while requests are counted.
func TestACountedAnswerCanBeStreamedAndTakenOver(t *testing.T) {
	t.Parallel()
	m := metrics.New(metrics.Options{Log: slog.New(slog.DiscardHandler), Now: time.Now})
	r := chi.NewRouter()
	r.Use(m.Watch)
	r.Get("/stream", func(w http.ResponseWriter, _ *http.Request) {
		_, err := w.Write([]byte("one"))
		if err := errors.Join(err, http.NewResponseController(w).Flush()); err != nil {
			t.Error(err)
		}
	})
	r.Get("/socket", func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_, err = conn.Write([]byte("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"))
		if err := errors.Join(err, conn.Close()); err != nil {
			t.Error(err)
		}
	})
	s := httptest.NewServer(r)
	t.Cleanup(s.Close)
	for path, want := range map[string]int{"/stream": http.StatusOK, "/socket": http.StatusNoContent} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := s.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		if err := res.Body.Close(); err != nil || res.StatusCode != want {
			t.Errorf("%s: %d, %v", path, res.StatusCode, err)
		}
	}
}
