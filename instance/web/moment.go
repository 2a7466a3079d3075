package web

import (
	"bytes"
	"context"
	"net/http"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/sync/singleflight"
)

// momentLife is how long visitors share a page: too short for anyone to notice,
// long enough that a crowd is one reader (specs/decisions/0040).
const momentLife = time.Second

// maxMoments bounds how many pages are held, and so the memory they take.
const maxMoments = 128

// moments are the pages that visitors without an account read just now.
type moments struct {
	held   *lru.Cache[momentKey, *moment]
	flight singleflight.Group
}

// momentKey is all that a page can depend on that is the same for everyone.
type momentKey struct {
	path, language string
	packed         bool
}

func (k momentKey) String() string {
	if k.packed {
		return "packed " + k.language + " " + k.path
	}
	return "plain " + k.language + " " + k.path
}

// moment is an answer as it was given.
type moment struct {
	at     time.Time
	status int
	header http.Header
	body   bytes.Buffer
}

func newMoments() (*moments, error) {
	held, err := lru.New[momentKey, *moment](maxMoments)
	return &moments{held: held}, err
}

var _ http.ResponseWriter = (*moment)(nil)

// Header, WriteHeader and Write take the answer in.
func (m *moment) Header() http.Header { return m.header }

func (m *moment) WriteHeader(status int) {
	if m.status == 0 {
		m.status = status
	}
}

func (m *moment) Write(b []byte) (int, error) {
	m.WriteHeader(http.StatusOK)
	return m.body.Write(b)
}

// shared is page for what visitors may share for a moment. Whoever is signed in,
// has chosen a page of a list, or is no browser, gets an answer of their own.
func (s *Server) shared(h handler) http.HandlerFunc {
	alone := s.page(h)
	return func(w http.ResponseWriter, r *http.Request) {
		if !s.shareable(r) {
			alone(w, r)
			return
		}
		key := momentKey{path: r.URL.Path, language: s.language(r, "").Tag, packed: takesGzip(r)}
		m, ok := s.moments.held.Get(key)
		if !ok || s.Now().Sub(m.at) > momentLife {
			v, _, _ := s.moments.flight.Do(key.String(), func() (any, error) {
				return s.take(alone, r, key), nil
			})
			m = v.(*moment)
		}
		m.give(w, r)
	}
}

// shareable tells whether a request asks for what everyone gets.
func (s *Server) shareable(r *http.Request) bool {
	if r.URL.RawQuery != "" || s.Sessions.Held(r) || wantsActivity(r) || wantsJSON(r) {
		return false
	}
	_, err := r.Cookie(s.flashes.Cookie)
	return err != nil
}

// take has the page made, for all who wait for it: it does not end with the one
// who came first.
func (s *Server) take(page http.HandlerFunc, r *http.Request, key momentKey) *moment {
	m := &moment{at: s.Now(), header: http.Header{}}
	r = r.Clone(context.WithoutCancel(r.Context()))
	r.Header.Del("If-None-Match")
	page(m, r)
	if m.status == http.StatusOK {
		s.moments.held.Add(key, m)
	}
	return m
}

// give answers with the moment.
func (m *moment) give(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	for name, values := range m.header {
		h[name] = append(h[name], values...)
	}
	if tag := h.Get("ETag"); tag != "" && holds(r, tag) {
		for _, name := range []string{"Content-Type", "Content-Length", "Content-Encoding"} {
			h.Del(name)
		}
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.WriteHeader(m.status)
	_, _ = w.Write(m.body.Bytes()) // the reader may have gone
}
