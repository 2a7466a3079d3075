// Package metrics counts what a server does, for whoever runs it: requests by route,
// jobs by kind, deliveries by what came of them, and how long the database takes.
//
// No number is about somebody. What a number is told apart by comes from the
// program: a route as it is written there and never the path that was asked for, a
// kind, an outcome. There is no label for a name, an id, a host or words, and what is
// on none of the lists is counted as [Other].
package metrics

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"palier/instance/jobs"
)

// Other is what is on no list.
const Other = "other"

// Outcomes are what becomes of a delivery to another server.
var Outcomes = []string{"delivered", "held", "dropped", "gone"}

// Endings are how an attempt at a job ends: done, tried again later, or given up.
var Endings = []string{"done", "again", "failed"}

// States are those of a job that is kept.
var States = []string{"available", "scheduled", "running", "retryable", "pending", "completed", "cancelled", "discarded"}

// Accesses are what the database is asked for.
var Accesses = []string{"read", "write"}

// Queues are what waits beside jobs.
var Queues = []string{"activities", "deliveries"}

// Methods are those of requests.
var Methods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

// Options say of which server numbers are.
type Options struct {
	Log     *slog.Logger
	Now     func() time.Time
	Version string
}

// Waiting is how much waits when somebody looks.
type Waiting struct {
	Jobs   []jobs.Count // by kind and state
	Queues map[string]int64
}

// Metrics are the numbers of one process since it started. They are safe for use by
// several goroutines.
type Metrics struct {
	log *slog.Logger
	now func() time.Time

	registry   *prometheus.Registry
	requests   *prometheus.CounterVec
	took       *prometheus.HistogramVec
	deliveries *prometheus.CounterVec
	attempts   *prometheus.CounterVec
	database   *prometheus.HistogramVec
	jobs       *prometheus.GaugeVec
	queues     *prometheus.GaugeVec

	looking sync.Mutex // one page is made at a time
	waiting func(context.Context) (Waiting, error)
	mu      sync.RWMutex
	routes  map[string]bool
	kinds   map[string]bool
}

// New returns numbers that are all zero.
func New(o Options) *Metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	m := &Metrics{
		log: o.Log, now: o.Now, registry: prometheus.NewRegistry(), routes: map[string]bool{}, kinds: map[string]bool{},
		requests: counter("palier_http_requests_total", "Requests that were answered.", "method", "route", "code"),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "palier_http_request_seconds", Help: "How long answers took.", Buckets: []float64{.005, .02, .05, .1, .25, .5, 1, 2.5, 10},
		}, []string{"route"}),
		deliveries: counter("palier_deliveries_total", "Deliveries to other servers by what came of a try.", "outcome"),
		attempts:   counter("palier_job_attempts_total", "Attempts at jobs by how they ended.", "kind", "ending"),
		database: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "palier_database_seconds", Help: "How long questions and transactions took, waiting included.", Buckets: []float64{.0005, .002, .005, .02, .05, .1, .25, 1, 10},
		}, []string{"access"}),
		jobs:   prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "palier_jobs", Help: "Jobs that are kept."}, []string{"kind", "state"}),
		queues: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "palier_waiting", Help: "What came in and is not worked, and what waits to go out."}, []string{"queue"}),
	}
	info := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "palier_info", Help: "The version of the program."}, []string{"version"})
	info.WithLabelValues(o.Version).Set(1)
	m.registry.MustRegister(m.requests, m.took, m.deliveries, m.attempts, m.database, m.jobs, m.queues, info,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Count has look say how much waits whenever the numbers are asked for.
func (m *Metrics) Count(look func(context.Context) (Waiting, error)) { m.waiting = look }

// Know takes in which routes there are; requests of others count as [Other].
func (m *Metrics) Know(routes chi.Routes) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	err := chi.Walk(routes, func(_, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		m.routes[route] = true
		return nil
	})
	if err != nil {
		return fmt.Errorf("list routes: %w", err)
	}
	return nil
}

// Watch counts the requests that next answers. It belongs among the middlewares of
// a router, which knows the route once next has answered.
func (m *Metrics) Watch(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began, ww := m.now(), middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		defer func() { // also when a handler hangs up
			route := m.route(r)
			m.requests.WithLabelValues(listed(r.Method, Methods), route, code(ww.Status())).Inc()
			m.took.WithLabelValues(route).Observe(m.now().Sub(began).Seconds())
		}()
		next.ServeHTTP(ww, r)
	})
}

func (m *Metrics) route(r *http.Request) string {
	c := chi.RouteContext(r.Context())
	if c == nil {
		return Other
	}
	route := c.RoutePattern()
	m.mu.RLock()
	defer m.mu.RUnlock()
	if !m.routes[route] {
		return Other
	}
	return route
}

// code is the status of an answer: 0 is that of one without any words.
func code(status int) string {
	if status == 0 {
		status = http.StatusOK
	}
	if status < 100 || status > 599 {
		return Other
	}
	return strconv.Itoa(status)
}

func listed(value string, list []string) string {
	if slices.Contains(list, value) {
		return value
	}
	return Other
}

// Delivered counts n deliveries of which something came: one of [Outcomes].
func (m *Metrics) Delivered(outcome string, n int) {
	m.deliveries.WithLabelValues(listed(outcome, Outcomes)).Add(float64(n))
}

// Worked counts an attempt at a job of a kind, by how it ended: one of [Endings].
func (m *Metrics) Worked(kind, ending string) {
	m.attempts.WithLabelValues(m.kind(kind), listed(ending, Endings)).Inc()
}

// Asked begins to measure what the database is asked for, one of [Accesses]; what it
// returns ends that.
func (m *Metrics) Asked(access string) (answered func()) {
	began := m.now()
	return func() {
		m.database.WithLabelValues(listed(access, Accesses)).Observe(m.now().Sub(began).Seconds())
	}
}

// KnowKinds takes in which kinds of jobs there are; others count as [Other].
func (m *Metrics) KnowKinds(kinds []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, k := range kinds {
		m.kinds[k] = true
	}
}

func (m *Metrics) kind(name string) string {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if !m.kinds[name] {
		return Other
	}
	return name
}

// lookTime is how long it may take to see how much waits.
const lookTime = 5 * time.Second

// Handler answers GET /metrics in the format of Prometheus, and nothing else.
func (m *Metrics) Handler() http.Handler {
	page := promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
	mux := http.NewServeMux()
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, r *http.Request) {
		m.looking.Lock()
		defer m.looking.Unlock()
		m.look(r.Context())
		page.ServeHTTP(w, r)
	})
	return mux
}

// look sees how much waits. Where that cannot be seen, the page has the rest.
func (m *Metrics) look(ctx context.Context) {
	m.jobs.Reset()
	m.queues.Reset()
	if m.waiting == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	w, err := m.waiting(ctx)
	if err != nil {
		m.log.Warn("see how much waits", "error", err)
		return
	}
	for _, c := range w.Jobs {
		m.jobs.WithLabelValues(m.kind(c.Kind), listed(c.State, States)).Add(float64(c.Jobs))
	}
	for queue, n := range w.Queues {
		m.queues.WithLabelValues(listed(queue, Queues)).Add(float64(n))
	}
}
