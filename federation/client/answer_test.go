package client_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"palier/federation/client"
)

func TestB06_ContentTypes(t *testing.T) {
	t.Parallel()
	var answer sync.Map
	p := newPeer(t, "127.0.0.1:0", true, func(w http.ResponseWriter, _ *http.Request) {
		v, _ := answer.Load("type")
		w.Header()["Content-Type"] = v.([]string)
		_, _ = w.Write([]byte(`{}`))
	})
	c := newClient(t, client.Options{PeersAllow: only127001()})
	for _, tc := range []struct {
		name  string
		types []string
		want  bool
	}{
		{"activity", []string{"application/activity+json"}, true},
		{"activity with charset", []string{"application/activity+json; charset=utf-8"}, true},
		{"activity in capitals", []string{"Application/Activity+JSON"}, true},
		{"ld with the profile", []string{`application/ld+json; profile="https://www.w3.org/ns/activitystreams"`}, true},
		{"ld with two profiles", []string{`application/ld+json; charset=utf-8; profile="http://www.w3.org/ns/json-ld#compacted https://www.w3.org/ns/activitystreams"`}, true},
		{"ld without profile", []string{"application/ld+json"}, false},
		{"ld with another profile", []string{`application/ld+json; profile="https://www.w3.org/ns/activitystreams.evil"`}, false},
		{"json", []string{"application/json"}, false},
		{"text", []string{"text/plain"}, false},
		{"an upload", []string{"application/octet-stream"}, false},
		{"hidden in a parameter", []string{`text/html; x="application/activity+json"`}, false},
		{"none", nil, false},
		{"two", []string{"application/activity+json", "text/html"}, false},
	} {
		answer.Store("type", tc.types)
		_, err := c.Document(t.Context(), p.URL)
		if got := !errors.Is(err, client.ErrContentType); got != tc.want {
			t.Errorf("%s: got %v, want accepted: %v", tc.name, err, tc.want)
		}
	}
}

func TestStatusesHaveMeanings(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	p := newPeer(t, "127.0.0.1:0", true, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/410":
			w.WriteHeader(http.StatusGone)
		case "/404":
			w.WriteHeader(http.StatusNotFound)
		case "/401":
			w.WriteHeader(http.StatusUnauthorized)
		case "/429":
			w.Header().Set("Retry-After", "120")
			w.WriteHeader(http.StatusTooManyRequests)
		case "/503":
			w.Header().Set("Retry-After", now.Add(time.Hour).Format(http.TimeFormat))
			w.WriteHeader(http.StatusServiceUnavailable)
		case "/429-for-ever":
			w.Header().Set("Retry-After", "4000000000")
			w.WriteHeader(http.StatusTooManyRequests)
		case "/500":
			w.WriteHeader(http.StatusInternalServerError)
		}
	})
	c := newClient(t, client.Options{PeersAllow: only127001(), Now: func() time.Time { return now }})
	for _, tc := range []struct {
		path      string
		means     error
		after     time.Duration
		temporary bool
	}{
		{"/410", client.ErrGone, 0, false},
		{"/404", client.ErrNotFound, 0, false},
		{"/401", client.ErrUnauthorized, 0, false},
		{"/429", client.ErrRetryLater, 2 * time.Minute, true},
		{"/503", client.ErrRetryLater, time.Hour, true},
		{"/429-for-ever", client.ErrRetryLater, 24 * time.Hour, true},
		{"/500", nil, 0, true},
	} {
		_, err := c.Document(t.Context(), p.URL+tc.path)
		s, ok := errors.AsType[*client.StatusError](err)
		if !ok || tc.means != nil && !errors.Is(err, tc.means) {
			t.Errorf("%s: got %v, want %v", tc.path, err, tc.means)
			continue
		}
		if s.After != tc.after || client.Temporary(err) != tc.temporary {
			t.Errorf("%s: after %s, temporary %v; want %s, %v", tc.path, s.After, client.Temporary(err), tc.after, tc.temporary)
		}
		a, err := c.Post(t.Context(), p.URL+tc.path, []byte(`{}`), nil)
		if err != nil || a.RetryAfter != tc.after || tc.means != nil && !errors.Is(a.Err(), tc.means) {
			t.Errorf("post %s: got %+v, %v; want %v", tc.path, a, err, tc.means)
		}
	}
}

func TestPostTellsWhatTheHostSaid(t *testing.T) {
	t.Parallel()
	when := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	var body []byte
	var mu sync.Mutex
	p := newPeer(t, "127.0.0.1:0", true, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		body, _ = io.ReadAll(r.Body)
		mu.Unlock()
		http.SetCookie(w, &http.Cookie{Name: "track", Value: "1"})
		w.Header().Set("Date", when.Format(http.TimeFormat))
		w.Header().Set("Accept-Signature", `sig1=("@method")`)
		w.WriteHeader(http.StatusAccepted)
		_, _ = io.WriteString(w, strings.Repeat("é", 5000)) // longer than what is kept
	})
	c := newClient(t, client.Options{PeersAllow: only127001(), UserAgent: "Palier/0.1 (+https://lyon.example)"})
	for range 2 {
		a, err := c.Post(t.Context(), p.URL+"/inbox?x=1", []byte(`{"type":"Create"}`), func(r *http.Request) error {
			r.Header.Set("X-Host", r.Host)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(a.Text) > 2100 || !a.OK() {
			t.Errorf("kept %d bytes of the answer, OK %v", len(a.Text), a.OK())
		}
		a.Text = ""
		if diff := cmp.Diff(client.Answer{Status: 202, Date: when, AcceptsRFC9421: true}, a); diff != "" {
			t.Errorf("answer (-want +got):\n%s", diff)
		}
	}
	mu.Lock()
	defer mu.Unlock()
	if string(body) != `{"type":"Create"}` {
		t.Errorf("body arrived as %q", body)
	}
	r := p.requests()[1]
	got := []string{r.Method, r.RequestURI, r.Header.Get("User-Agent"), r.Header.Get("Content-Type"), r.Header.Get("Cookie"), r.Header.Get("X-Host")}
	want := []string{"POST", "/inbox?x=1", "Palier/0.1 (+https://lyon.example)", "application/activity+json", "", r.Host}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("request (-want +got):\n%s", diff)
	}
}

func TestSignFailureSendsNothing(t *testing.T) {
	t.Parallel()
	p := newPeer(t, "127.0.0.1:0", true, as2(`{}`))
	c := newClient(t, client.Options{PeersAllow: only127001()})
	broken := errors.New("no key")
	if _, err := c.Post(t.Context(), p.URL, []byte(`{}`), func(*http.Request) error { return broken }); !errors.Is(err, broken) {
		t.Errorf("got %v, want what sign returned", err)
	}
	if n := len(p.requests()); n != 0 {
		t.Errorf("%d requests left unsigned", n)
	}
}

func TestMedia(t *testing.T) {
	t.Parallel()
	p := newPeer(t, "127.0.0.1:0", true, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "image/png")
		if r.URL.Path == "/page" {
			w.Header().Set("Content-Type", "text/html")
		}
		n := 100
		if r.URL.Path == "/big" {
			n = 5000
		}
		_ = http.NewResponseController(w).Flush() // length unknown to the reader
		_, _ = io.CopyN(w, zeros{}, int64(n))
	})
	c := newClient(t, client.Options{PeersAllow: only127001()})
	s, err := c.Media(t.Context(), p.URL+"/small", 100, "image")
	if err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(s); err != nil || len(b) != 100 || s.Type != "image/png" {
		t.Errorf("small: got %d bytes of %s, %v", len(b), s.Type, err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	s, err = c.Media(t.Context(), p.URL+"/big", 100, "image/png")
	if err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(s); !errors.Is(err, client.ErrTooLarge) || len(b) != 100 {
		t.Errorf("big: got %d bytes, %v; want 100 and ErrTooLarge", len(b), err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if _, err := c.Media(t.Context(), p.URL+"/page", 100, "image"); !errors.Is(err, client.ErrContentType) {
		t.Errorf("page: got %v, want ErrContentType", err)
	}
}

func TestHostsAreAskedAFewThingsAtATime(t *testing.T) {
	t.Parallel()
	arrived := make(chan string, 10)
	free := make(chan struct{})
	p := newPeer(t, "127.0.0.1:0", true, func(w http.ResponseWriter, r *http.Request) {
		arrived <- r.Host
		<-free
		as2(`{}`)(w, r)
	})
	other := newPeer(t, "127.0.0.1:0", true, as2(`{}`))
	c := newClient(t, client.Options{PeersAllow: only127001()})
	errs := make(chan error, 5)
	for range 5 {
		go func() {
			_, err := c.Document(t.Context(), p.URL)
			errs <- err
		}()
	}
	<-arrived
	<-arrived
	if _, err := c.Document(t.Context(), other.URL); err != nil {
		t.Errorf("another host has to wait: %v", err)
	}
	if n := len(p.requests()); n != 2 {
		t.Errorf("%d requests at once, want 2", n)
	}
	close(free)
	for range 5 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}

func BenchmarkPost(b *testing.B) {
	p := newPeer(b, "127.0.0.1:0", true, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) })
	c := newClient(b, client.Options{PeersAllow: only127001()})
	body := []byte(strings.Repeat("x", 1500))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Post(b.Context(), p.URL+"/inbox", body, nil); err != nil {
			b.Fatal(err)
		}
	}
}
