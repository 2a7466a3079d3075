package app_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/app"
	"palier/instance/apptest"
	"palier/instance/config"
	"palier/instance/metrics"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

// metricsOf is what a server that counts shows of it.
func metricsOf(t *testing.T, s *apptest.Server) string {
	t.Helper()
	w := httptest.NewRecorder()
	s.Metrics().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	if w.Code != http.StatusOK {
		t.Fatalf("metrics: %d", w.Code)
	}
	return w.Body.String()
}

var (
	sample = regexp.MustCompile(`(?m)^(palier_[a-z_]+)(?:\{(.*)\})? `)
	label  = regexp.MustCompile(`([a-z_]+)="((?:[^"\\]|\\.)*)"`)
)

// labelsAreListed holds every number of a server to the lists of what numbers may be
// told apart by.
func labelsAreListed(t *testing.T, s *apptest.Server, text string) {
	t.Helper()
	routes := []string{metrics.Other}
	err := chi.Walk(s.Handler().(chi.Routes), func(_, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		routes = append(routes, route)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	lists := map[string]func(string) bool{"le": regexp.MustCompile(`^([0-9.]+|\+Inf)$`).MatchString, "code": regexp.MustCompile(`^[1-5][0-9][0-9]$`).MatchString, "version": regexp.MustCompile(`^test$`).MatchString}
	for name, list := range map[string][]string{
		"route": routes, "method": metrics.Methods, "outcome": metrics.Outcomes, "ending": metrics.Endings, "state": metrics.States, "access": metrics.Accesses, "queue": metrics.Queues, "kind": s.Jobs.Kinds(),
	} {
		lists[name] = func(value string) bool { return value == metrics.Other || slices.Contains(list, value) }
	}
	samples := sample.FindAllStringSubmatch(text, -1)
	if len(samples) < 50 {
		t.Errorf("%d numbers only", len(samples))
	}
	for _, found := range samples {
		for _, l := range label.FindAllStringSubmatch(found[2], -1) {
			if list := lists[l[1]]; list == nil || !list(l[2]) {
				t.Errorf("%s is told apart by %s", found[1], l[0])
			}
		}
	}
}

func TestNumbersSayWhatAServerDoesAndOfWhomNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		s := apptest.Open(t, engine, func(c *config.Config) { c.Metrics = ":0" })
		lyon := apptest.Open(t, store.SQLite, nil)
		rue := s.Place("rue", "neighbourhood")
		amina := s.Resident("amina", rue)
		eve := lyon.Resident("eve", lyon.Place("croixrousse", "neighbourhood"))
		if _, err := lyon.People.Follow(t.Context(), eve.ID, lyon.Find(s.Handle("rue")).ID); err != nil {
			t.Fatal(err)
		}
		apptest.Settle(t, s, lyon)
		p := s.Post(amina, rue.ID, instance.ToPublic, "Bonjour")
		apptest.Settle(t, s, lyon)
		b := s.SignedIn(amina)
		b.Open("/@rue")
		b.Open("/@amina/" + p.ID.String())
		if nowhere := s.Browser().Open("/metrics"); nowhere.Status == http.StatusOK {
			t.Errorf("anybody is shown %s", nowhere.Words("body"))
		}
		text := metricsOf(t, s)
		for _, want := range []string{
			`palier_http_requests_total{code="200",method="GET",route="/@{name}"}`, `palier_http_requests_total{code="303",method="POST",route="/signin"} 1`,
			`palier_http_request_seconds_count{route="/home"}`, `palier_deliveries_total{outcome="delivered"}`, `palier_job_attempts_total{ending="done",kind="fan_out"}`,
			`palier_database_seconds_count{access="read"}`, `palier_database_seconds_count{access="write"}`, `palier_jobs{kind="every",state="scheduled"}`, `palier_waiting{queue="deliveries"} 0`,
		} {
			if !strings.Contains(text, want) {
				t.Errorf("it has not %s", want)
			}
		}
		for _, of := range []string{"amina", "rue", "eve@", "croixrousse", strings.TrimPrefix(lyon.URL, "http://"), p.ID.String(), amina.ID.String(), amina.Email} {
			if strings.Contains(text, of) {
				t.Errorf("numbers tell of %s", of)
			}
		}
		labelsAreListed(t, s, text)
		if t.Failed() {
			t.Log(text)
		}
		if lyon.Metrics() != nil {
			t.Error("a server counts that was not told to")
		}
	})
}

func TestNumbersAreShownWhereNobodyElseAsks(t *testing.T) {
	t.Parallel()
	log := &heard{}
	c := config.Default()
	c.Database, c.Listen, c.Metrics, c.PeersAllow = storetest.URL(t, store.SQLite), "127.0.0.2:0", ":0", apptest.Loopback
	a, err := app.Open(t.Context(), c, app.Options{Log: slog.New(slog.NewTextHandler(log, nil)), Now: time.Now, Version: "test", NewKey: apptest.NewKeys().New})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	listening, ended := make(chan string, 1), make(chan error, 1)
	go func() { ended <- a.Run(ctx, func(at net.Addr) { listening <- at.String() }) }()
	var public string
	select {
	case public = <-listening:
	case err := <-ended:
		t.Fatal(err)
	}
	shown := regexp.MustCompile(`at=(127\.0\.0\.1:[0-9]+)`).FindStringSubmatch(log.String())
	if shown == nil {
		t.Fatalf("nobody is told where: %s", log.String())
	}
	get := func(at, path string) (int, string) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, fmt.Sprintf("http://%s%s", at, path), nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, string(b)
	}
	if status, _ := get(public, "/metrics"); status != http.StatusNotFound {
		t.Errorf("where everybody asks: %d", status)
	}
	if status, text := get(shown[1], "/metrics"); status != http.StatusOK || !strings.Contains(text, `palier_http_requests_total{code="404",method="GET",route="other"} 1`) {
		t.Errorf("where the operator asks: %d\n%s", status, text)
	}
	if status, _ := get(shown[1], "/healthz"); status != http.StatusNotFound {
		t.Errorf("beside the numbers there is more: %d", status)
	}
	http.DefaultClient.CloseIdleConnections()
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
