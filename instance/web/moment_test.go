package web

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"palier/instance"
	"palier/instance/auth"
	"palier/instance/web/pages"
)

// counted is a server with one shared page, which counts how often it is made.
type counted struct {
	*Server
	made    atomic.Int32
	answer  handler
	handler http.Handler
}

func newCounted(t *testing.T) *counted {
	t.Helper()
	site, err := instance.NewSite("http://dinan.example")
	if err != nil {
		t.Fatal(err)
	}
	set, err := pages.New(pages.Options{})
	if err != nil {
		t.Fatal(err)
	}
	moments, err := newMoments()
	if err != nil {
		t.Fatal(err)
	}
	c := &counted{Server: &Server{
		// Nobody is signed in here, so that no session is ever looked up.
		Options: Options{Site: site, Now: time.Now, Zone: time.UTC, Log: slog.New(slog.DiscardHandler), Sessions: auth.NewSessions(nil, site, time.Now)},
		Pages:   NewPages(set), moments: moments, flashes: Flashes{Cookie: "flash"},
	}}
	c.answer = func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Vary", "Accept")
		send(w, r, http.StatusOK, fmt.Appendf(nil, "%s in %s, made %d%1200s", r.URL.Path, visitOf(r).language.Tag, c.made.Load(), ""))
		return nil
	}
	c.handler = c.Sessions.Load(c.shared(func(w http.ResponseWriter, r *http.Request) error {
		c.made.Add(1)
		return c.answer(w, r)
	}))
	return c
}

func (c *counted) get(path string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Accept", "text/html")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	c.handler.ServeHTTP(w, r)
	return w
}

func TestACrowdIsOneReader(t *testing.T) {
	t.Parallel()
	c := newCounted(t)
	synctest.Test(t, func(t *testing.T) {
		inner := c.answer
		c.answer = func(w http.ResponseWriter, r *http.Request) error {
			time.Sleep(100 * time.Millisecond) //nolint:forbidigo // of the test's own clock: all the others come meanwhile
			return inner(w, r)
		}
		var crowd sync.WaitGroup
		for range 50 {
			crowd.Go(func() {
				if w := c.get("/@centre"); w.Code != http.StatusOK || w.Body.Len() < 1200 {
					t.Errorf("one of the crowd: %d, %d bytes", w.Code, w.Body.Len())
				}
			})
		}
		crowd.Wait()
		if n := c.made.Load(); n != 1 {
			t.Errorf("made %d times for a crowd", n)
		}
		time.Sleep(momentLife + time.Millisecond) //nolint:forbidigo // of the test's own clock
		c.get("/@centre")
		if n := c.made.Load(); n != 2 {
			t.Errorf("made %d times after a moment, want 2", n)
		}
	})
}

func TestMomentsAreForVisitorsOnly(t *testing.T) {
	t.Parallel()
	c := newCounted(t)
	synctest.Test(t, func(t *testing.T) {
		session := auth.CookieName(c.Site, "session")
		for name, header := range map[string][]string{
			"with a page of a list": nil,
			"with a session":        {"Cookie", session + "="},
			"with a flash":          {"Cookie", "flash=x"},
			"as another server":     {"Accept", "application/activity+json"},
			"as a program":          {"Accept", "application/json"},
		} {
			path := "/@centre"
			if header == nil {
				path += "?before=1"
			}
			before := c.made.Load()
			c.get(path, header...)
			c.get(path, header...)
			if n := c.made.Load() - before; n != 2 {
				t.Errorf("%s: made %d times, want 2", name, n)
			}
		}
		if n := c.moments.held.Len(); n != 0 {
			t.Errorf("%d pages are held of those who share none", n)
		}
	})
}

func TestMomentsDependOnWhatThePageDoes(t *testing.T) {
	t.Parallel()
	c := newCounted(t)
	synctest.Test(t, func(t *testing.T) {
		asks := [][]string{
			{"/@centre"}, {"/@port"}, {"/@centre", "Accept-Language", "en"}, {"/@centre", "Accept-Encoding", "gzip"},
			{"/@centre", "Cookie", c.languageCookie() + "=en", "Accept-Encoding", "gzip"},
		}
		seen := map[string]bool{}
		for range 2 {
			for _, a := range asks {
				w := c.get(a[0], a[1:]...)
				seen[w.Body.String()] = true
				if packed := w.Header().Get("Content-Encoding") == "gzip"; packed != (len(a) > 2 && a[len(a)-1] == "gzip") {
					t.Errorf("%q: packed %v", a, packed)
				}
			}
		}
		if n := c.made.Load(); int(n) != len(asks) || len(seen) != len(asks) {
			t.Errorf("made %d times, %d different answers, want %d", n, len(seen), len(asks))
		}
		first := c.get("/@centre")
		tag := first.Header().Get("ETag")
		again := c.get("/@centre", "If-None-Match", tag)
		if again.Code != http.StatusNotModified || again.Body.Len() != 0 || again.Header().Get("Content-Length") != "" {
			t.Errorf("the same again: %d, %d bytes", again.Code, again.Body.Len())
		}
		// The first to come may hold what is no more; what is kept is whole.
		time.Sleep(2 * momentLife) //nolint:forbidigo // of the test's own clock
		c.get("/@centre", "If-None-Match", tag)
		if w := c.get("/@centre"); w.Code != http.StatusOK || w.Body.Len() < 1200 {
			t.Errorf("after somebody who holds it: %d, %d bytes", w.Code, w.Body.Len())
		}
	})
}

func TestFailuresAreNotKept(t *testing.T) {
	t.Parallel()
	c := newCounted(t)
	synctest.Test(t, func(t *testing.T) {
		inner := c.answer
		for want, err := range map[int]error{http.StatusNotFound: instance.ErrNotFound, http.StatusInternalServerError: errors.New("broken")} {
			c.answer = func(http.ResponseWriter, *http.Request) error { return err }
			if w := c.get("/@centre"); w.Code != want {
				t.Errorf("%v: %d", err, w.Code)
			}
		}
		c.answer = inner
		if w := c.get("/@centre"); w.Code != http.StatusOK {
			t.Errorf("after failures: %d", w.Code)
		}
	})
}

func TestE11_MomentsAreBounded(t *testing.T) {
	t.Parallel()
	c := newCounted(t)
	synctest.Test(t, func(t *testing.T) {
		for i := range 3 * maxMoments {
			c.get(fmt.Sprintf("/@%d", i))
		}
		if n := c.moments.held.Len(); n > maxMoments {
			t.Errorf("%d pages are held, want at most %d", n, maxMoments)
		}
	})
}
