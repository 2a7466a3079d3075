package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"palier/instance/apptest"
)

// freePorts returns the first of three ports in a row that nobody listens on.
func freePorts(t *testing.T) int {
	t.Helper()
	for first := 21000; first < 30000; first += 3 {
		free := 0
		for i := range 3 {
			var lc net.ListenConfig
			l, err := lc.Listen(t.Context(), "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(first+i)))
			if err != nil {
				break
			}
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			free++
		}
		if free == 3 {
			return first
		}
	}
	t.Fatal("no three ports in a row are free")
	return 0
}

// ready runs the demo, calls look with what it prints, and stops it.
func ready(t *testing.T, c Command, look func([]place)) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	read, write := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := c.Run(ctx, Console{Out: write, Err: io.Discard, Log: slog.New(slog.DiscardHandler), Version: "test", NewKey: apptest.NewKeys().New})
		ended <- err
		write.CloseWithError(fmt.Errorf("the demo ended: %w", err))
	}()
	var printed struct {
		Ready     bool
		Instances []place
	}
	err := json.NewDecoder(read).Decode(&printed)
	if err != nil || !printed.Ready {
		t.Errorf("printed %+v, %v", printed, err)
	} else {
		look(printed.Instances)
	}
	stop()
	if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestTheDemoHasATokenForEveryone(t *testing.T) {
	t.Parallel()
	c := Command{Dir: t.TempDir(), Port: freePorts(t), JSON: true}
	tokens := func(list []place) map[string]string {
		all := map[string]string{}
		for _, p := range list {
			for _, a := range p.People {
				all[a.Handle] = a.Token
				r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.URL+"/api/v1/accounts/verify_credentials", nil)
				if err != nil {
					t.Fatal(err)
				}
				r.Header.Set("Authorization", "Bearer "+a.Token)
				res, err := http.DefaultClient.Do(r)
				if err != nil {
					t.Fatal(err)
				}
				var me struct{ Username string }
				err = json.NewDecoder(res.Body).Decode(&me)
				if closeErr := res.Body.Close(); err != nil || closeErr != nil || "@"+me.Username+"@"+res.Request.URL.Host != a.Handle {
					t.Errorf("the token of %s is one of %s, %d, %v", a.Handle, me.Username, res.StatusCode, err)
				}
			}
		}
		return all
	}
	var first map[string]string
	ready(t, c, func(list []place) { first = tokens(list) })
	ready(t, c, func(list []place) {
		if diff := cmp.Diff(first, tokens(list)); diff != "" || len(first) < 3 {
			t.Errorf("other tokens the second time:\n%s", diff)
		}
	})
}
