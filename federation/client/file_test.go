package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"palier/federation/client"
)

func TestJSONAndFilesByType(t *testing.T) {
	t.Parallel()
	types := map[string]string{
		"/jrd": "application/jrd+json; charset=utf-8", "/json": "application/json", "/nodeinfo": `application/json; profile="http://nodeinfo.diaspora.software/ns/schema/2.1#"`,
		"/xrd": "application/xrd+xml", "/csv": "text/csv; charset=utf-8", "/html": "text/html", "/image": "image/svg+json",
	}
	p := newPeer(t, "127.0.0.1:0", true, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", types[r.URL.Path])
		_, _ = fmt.Fprintf(w, "%s %s", r.Header.Get("Accept"), r.Header.Get("Signature"))
	})
	c := newClient(t, client.Options{PeersAllow: only127001(), Sign: func(r *http.Request) error {
		r.Header.Set("Signature", "signed")
		return nil
	}})
	for path := range types {
		json := path == "/jrd" || path == "/json" || path == "/nodeinfo"
		f, err := c.JSON(t.Context(), p.URL+path, "application/jrd+json")
		if json && (err != nil || string(f.Body) != "application/jrd+json ") || !json && !errors.Is(err, client.ErrContentType) {
			t.Errorf("JSON of %s: got %q, %v", path, f.Body, err)
		}
		f, err = c.File(t.Context(), p.URL+path, "application/xrd+xml", "text/csv")
		file := path == "/xrd" || path == "/csv"
		if file && (err != nil || string(f.Body) != "application/xrd+xml, text/csv ") || !file && !errors.Is(err, client.ErrContentType) {
			t.Errorf("file of %s: got %q, %v", path, f.Body, err)
		}
	}
}

func TestWhatDidNotChangeIsNotFetchedAgain(t *testing.T) {
	t.Parallel()
	p := newPeer(t, "127.0.0.1:0", true, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/busy" {
			w.Header().Set("Retry-After", "120")
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		if r.Header.Get("If-None-Match") == `"a"` && r.Header.Get("If-Modified-Since") == "Sun, 01 Nov 2026 10:00:00 GMT" {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Header().Set("Content-Type", "text/xml")
		w.Header().Set("ETag", `"a"`)
		w.Header().Set("Last-Modified", "Sun, 01 Nov 2026 10:00:00 GMT")
		if r.URL.Path == "/long" {
			w.Header().Set("ETag", `"`+strings.Repeat("a", 300)+`"`)
		}
		_, _ = w.Write([]byte("<rss/>"))
	})
	c := newClient(t, client.Options{PeersAllow: only127001()})
	f, err := c.Again(t.Context(), p.URL+"/f", "", "", "text/xml")
	if err != nil || string(f.Body) != "<rss/>" || f.ETag != `"a"` || f.Modified == "" {
		t.Fatalf("at first: %+v, %v", f, err)
	}
	if _, err = c.Again(t.Context(), p.URL+"/f", f.ETag, f.Modified, "text/xml"); !errors.Is(err, client.ErrUnchanged) || client.Temporary(err) {
		t.Errorf("again: %v", err)
	}
	if _, err = c.Again(t.Context(), p.URL+"/f", "", "", "text/csv"); !errors.Is(err, client.ErrContentType) {
		t.Errorf("of another type: %v", err)
	}
	if f, err = c.Again(t.Context(), p.URL+"/long", "", "", "text/xml"); err != nil || f.ETag != "" {
		t.Errorf("a long validator: %q, %v", f.ETag, err)
	}
	_, err = c.Again(t.Context(), p.URL+"/busy", "", "", "text/xml")
	if status, ok := errors.AsType[*client.StatusError](err); !ok || status.After != 2*time.Minute {
		t.Errorf("busy: %v", err)
	}
}

func TestCheckTellsByFormAlone(t *testing.T) {
	t.Parallel()
	c := newClient(t, client.Options{})
	if got, err := c.Check("https://Élan.example:443/u/1#k"); err != nil || got != "https://xn--lan-9la.example/u/1" {
		t.Errorf("got %q, %v", got, err)
	}
	if _, err := c.Check("http://lyon.example/"); !errors.Is(err, client.ErrBadURL) {
		t.Errorf("got %v, want ErrBadURL", err)
	}
}

func TestWaitingForATurnEndsWithTheCaller(t *testing.T) {
	t.Parallel()
	arrived, free := make(chan struct{}), make(chan struct{})
	p := newPeer(t, "127.0.0.1:0", true, func(w http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		<-free
		as2(`{}`)(w, r)
	})
	c := newClient(t, client.Options{PeersAllow: only127001(), PerHost: 1})
	first := make(chan error, 1)
	go func() {
		_, err := c.Document(context.Background(), p.URL)
		first <- err
	}()
	<-arrived
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Document(ctx, p.URL); !errors.Is(err, context.Canceled) || client.Temporary(err) {
		t.Errorf("got %v, want the caller's own end", err)
	}
	close(free)
	if err := <-first; err != nil {
		t.Errorf("the first: %v", err)
	}
}

func TestOfAPageTheBeginningIsRead(t *testing.T) {
	t.Parallel()
	p := newPeer(t, "127.0.0.1:0", true, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=windows-1252")
		if r.URL.Path == "/told" {
			w.Header().Set("Content-Length", "1000")
		}
		_, _ = w.Write(make([]byte, 1000))
	})
	c := newClient(t, client.Options{PeersAllow: only127001()})
	for _, path := range []string{"/told", "/untold"} {
		s, err := c.Page(t.Context(), p.URL+path, 100, "text/html")
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(s)
		if err != nil || len(b) != 100 || s.ContentType != "text/html; charset=windows-1252" || s.Type != "text/html" {
			t.Errorf("%s: %d bytes of %q, %v", path, len(b), s.ContentType, err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := c.Page(t.Context(), p.URL+"/told", 100, "image"); !errors.Is(err, client.ErrContentType) {
		t.Errorf("as a picture: %v", err)
	}
}
