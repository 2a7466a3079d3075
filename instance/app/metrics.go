package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"

	"github.com/go-chi/chi/v5"

	"palier/instance/metrics"
)

// openMetrics begins to count, if the numbers are to be shown anywhere.
func (a *App) openMetrics() {
	if a.Config.Metrics == "" {
		return
	}
	a.metrics = metrics.New(metrics.Options{Log: a.log, Now: a.now, Version: a.version})
	a.metrics.Count(a.waiting)
}

// Metrics shows the numbers of this process at /metrics; nil if it does not count.
func (a *App) Metrics() http.Handler {
	if a.metrics == nil {
		return nil
	}
	return a.metrics.Handler()
}

// counted counts what a router answers.
func (a *App) counted(r chi.Router) error {
	if a.metrics == nil {
		return nil
	}
	a.metrics.KnowKinds(a.Jobs.Kinds())
	return a.metrics.Know(r)
}

// asked, worked and delivered are who counts, nobody if numbers are shown nowhere.

func (a *App) asked() func(string) func() {
	if a.metrics == nil {
		return nil
	}
	return a.metrics.Asked
}

func (a *App) worked() func(kind, ending string) {
	if a.metrics == nil {
		return nil
	}
	return a.metrics.Worked
}

func (a *App) delivered() func(outcome string, n int) {
	if a.metrics == nil {
		return nil
	}
	return a.metrics.Delivered
}

// waiting sees how much waits.
func (a *App) waiting(ctx context.Context) (w metrics.Waiting, err error) {
	if w.Jobs, err = a.Jobs.Counts(ctx); err != nil {
		return w, err
	}
	var activities, deliveries int64
	err = a.DB.Read().QueryRow(ctx, `
		SELECT (SELECT COUNT(*) FROM inbox_items WHERE state = 'new'), (SELECT COUNT(*) FROM deliveries)`).Scan(&activities, &deliveries)
	if err != nil {
		return w, fmt.Errorf("count what waits: %w", err)
	}
	w.Queues = map[string]int64{"activities": activities, "deliveries": deliveries}
	return w, nil
}

// showMetrics serves the numbers where the operator said, until stop.
func (a *App) showMetrics(ctx context.Context) (stop func(context.Context) error, err error) {
	if a.metrics == nil {
		return func(context.Context) error { return nil }, nil
	}
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", a.Config.MetricsListen())
	if err != nil {
		return nil, fmt.Errorf("show metrics: %w", err)
	}
	server := &http.Server{Handler: a.Metrics(), ReadHeaderTimeout: headerTime, ReadTimeout: readTime, IdleTimeout: idleTime, MaxHeaderBytes: maxHeader}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	a.log.Info("metrics are shown", "at", l.Addr().String())
	return func(ctx context.Context) error {
		err := server.Shutdown(ctx)
		if e := <-served; !errors.Is(e, http.ErrServerClosed) {
			err = errors.Join(err, e)
		}
		return err
	}, nil
}
