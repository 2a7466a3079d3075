package app

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// Limits of connections (security.md E10).
const (
	headerTime = 5 * time.Second
	readTime   = 30 * time.Second
	idleTime   = 2 * time.Minute
	maxHeader  = 64 << 10
	drainTime  = 15 * time.Second
	perAddress = 256 // connections of one address at once
)

// Run serves until ctx ends, then lets requests finish and gives work back
// (R22). ready is called once connections are taken.
func (a *App) Run(ctx context.Context, ready func(net.Addr)) error {
	if err := a.Start(ctx); err != nil {
		return err
	}
	stop := func() error {
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
		defer cancel()
		return a.Stop(end)
	}
	hide, err := a.showMetrics(ctx)
	if err != nil {
		return errors.Join(err, stop())
	}
	stop = func() error {
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
		defer cancel()
		return errors.Join(hide(end), a.Stop(end))
	}
	if !a.Config.Does("web") {
		ready(nil)
		<-ctx.Done()
		return stop()
	}
	l, err := a.listen(ctx)
	if err != nil {
		return errors.Join(err, stop())
	}
	server := a.server(ctx)
	server.RegisterOnShutdown(a.Live.HangUp)
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	ready(l.Addr())
	select {
	case err := <-failed:
		return errors.Join(fmt.Errorf("serve: %w", err), stop())
	case <-ctx.Done():
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	err = server.Shutdown(end)
	if e := <-failed; !errors.Is(e, http.ErrServerClosed) {
		err = errors.Join(err, e)
	}
	return errors.Join(err, stop())
}

func (a *App) server(ctx context.Context) *http.Server {
	return &http.Server{
		Handler: a.handler, ReadHeaderTimeout: headerTime, ReadTimeout: readTime, IdleTimeout: idleTime, MaxHeaderBytes: maxHeader,
		BaseContext: func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
	}
}

func (a *App) listen(ctx context.Context) (net.Listener, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", a.Config.Listen)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", a.Config.Listen, err)
	}
	if len(a.Config.TrustedProxies) == 0 {
		l = newFairListener(l, perAddress)
	}
	if a.Config.TLSCert == "" {
		return l, nil
	}
	cert, err := tls.LoadX509KeyPair(a.Config.TLSCert, a.Config.TLSKey)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("read certificate: %w", err), l.Close())
	}
	return tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}}), nil
}
