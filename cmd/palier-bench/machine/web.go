package machine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"palier/cmd/palier-bench/load"
)

// Web is what net/http answers on loopback when there is nothing to do, the
// requests being made by the same means as all others here.
type Web struct {
	Posts float64 // with a body of 1,500 bytes, answered 202, per second
	Gets  float64 // answered with 1,500 bytes, per second
}

// MeasureWeb asks a bare server in this process for d in each way, with so many
// clients at a time.
func MeasureWeb(ctx context.Context, d time.Duration, clients int) (w Web, err error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return w, fmt.Errorf("listen: %w", err)
	}
	server := &http.Server{Handler: http.HandlerFunc(nothing), ReadHeaderTimeout: 10 * time.Second}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	defer func() {
		err = errors.Join(err, server.Close())
		if end := <-served; !errors.Is(end, http.ErrServerClosed) {
			err = errors.Join(err, end)
		}
	}()
	u := &url.URL{Scheme: "http", Host: l.Addr().String(), Path: "/"}
	for _, m := range []struct {
		rate   *float64
		method string
		body   io.Reader
	}{
		{&w.Posts, http.MethodPost, strings.NewReader(filler)},
		{&w.Gets, http.MethodGet, nil},
	} {
		r, err := http.NewRequestWithContext(ctx, m.method, u.String(), m.body)
		if err != nil {
			return w, err
		}
		raw, err := load.Prepare(r)
		if err != nil {
			return w, err
		}
		result := load.Repeat(ctx, load.To(u, 10*time.Second), raw, d, load.Plan{Clients: clients})
		if trouble := result.Trouble(); trouble != "" {
			return w, fmt.Errorf("bare server: %s", trouble)
		}
		*m.rate = result.PerSecond()
	}
	return w, nil
}

var filler = strings.Repeat("a", rowBytes)

func nothing(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost {
		if _, err := io.Copy(io.Discard, r.Body); err == nil {
			w.WriteHeader(http.StatusAccepted)
		}
		return
	}
	_, _ = io.WriteString(w, filler) // a client that is gone counts as failed there
}
