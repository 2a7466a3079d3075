package loopback_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"palier/cmd/palier-bench/loopback"
)

func TestCheckTakesOnlyThisMachine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		situation, address string
		elsewhere, fine    bool
	}{
		{"loopback address", "http://127.0.0.1:8080", false, true},
		{"another of them", "http://127.9.9.9", false, true},
		{"IPv6", "https://[::1]:8443", false, true},
		{"mapped", "http://[::ffff:127.0.0.1]", false, true},
		{"name of this machine", "http://localhost:8080", false, true},
		{"neighbour in the network", "http://192.168.1.4:8080", true, false},
		{"documentation address", "https://192.0.2.1", true, false},
		{"unspecified", "http://0.0.0.0:8080", true, false},
		{"mapped address of another machine", "http://[::ffff:192.0.2.1]", true, false},
		{"no scheme", "127.0.0.1:8080", false, false},
		{"other scheme", "ftp://127.0.0.1", false, false},
		{"no host", "http:///inbox", false, false},
		{"userinfo", "http://127.0.0.1@192.0.2.1", false, false},
	} {
		u, err := loopback.Check(t.Context(), c.address)
		if errors.Is(err, loopback.ErrElsewhere) != c.elsewhere || (err == nil) != c.fine {
			t.Errorf("%s: Check(%q) = %v, %v", c.situation, c.address, u, err)
		}
	}
}

func TestClientStaysHere(t *testing.T) {
	t.Parallel()
	here := httptest.NewServer(http.RedirectHandler("http://192.0.2.1/", http.StatusFound))
	defer here.Close()
	client := loopback.Client(5 * time.Second)
	defer client.CloseIdleConnections()

	resp, err := client.Get(here.URL)
	if err != nil {
		t.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil || resp.StatusCode != http.StatusFound {
		t.Errorf("redirect was followed, or %v: status %d", err, resp.StatusCode)
	}
	resp, err = client.Get("http://192.0.2.1/")
	if !errors.Is(err, loopback.ErrElsewhere) {
		t.Errorf("request to another machine: %v", err)
	}
	if err == nil {
		_ = resp.Body.Close()
	}
}
