package apptest

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"sync"
)

// witness keeps every byte that came to a server and that left it over HTTP,
// for tests of what must never leave.
type witness struct {
	mu    sync.Mutex
	came  bytes.Buffer
	left  bytes.Buffer
	count int

	watching  bool
	exchanges []Exchange
}

// readerHeader is by which a [Browser] says who sits at it.
const readerHeader = "X-Test-Reader"

// Exchange is a request to a server and what it answered, with all that was in
// either.
type Exchange struct {
	Reader   string // who asked, as their [Browser] says; empty for everyone else
	Method   string
	URI      string // as it was asked for
	Asked    string // the body
	Status   int
	Answered string // heads and body, unpacked
}

// Watch has every exchange from now on kept, for [Server.Exchanges].
func (s *Server) Watch() {
	s.witness.mu.Lock()
	defer s.witness.mu.Unlock()
	s.witness.watching = true
}

// Exchanges are those since [Server.Watch], in the order in which they ended.
func (s *Server) Exchanges() []Exchange {
	s.witness.mu.Lock()
	defer s.witness.mu.Unlock()
	return append([]Exchange(nil), s.witness.exchanges...)
}

func (w *witness) watch(next http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(rw, err.Error(), http.StatusBadRequest)
			return
		}
		w.mu.Lock()
		w.count++
		w.came.WriteString(r.Method + " " + r.URL.RequestURI() + "\n")
		w.came.Write(body)
		watching := w.watching
		w.mu.Unlock()
		r.Body = io.NopCloser(bytes.NewReader(body))
		x := &witnessed{ResponseWriter: rw, w: w}
		e := Exchange{Reader: r.Header.Get(readerHeader), Method: r.Method, URI: r.URL.RequestURI(), Asked: string(body)}
		r.Header.Del(readerHeader)
		if watching {
			x.kept = &bytes.Buffer{}
			defer func() { w.keep(e, x) }()
		}
		next.ServeHTTP(x, r)
	})
}

// keep keeps an exchange that is over.
func (w *witness) keep(e Exchange, x *witnessed) {
	e.Status = x.status
	var b strings.Builder
	for name, values := range x.Header() {
		b.WriteString(name + ": " + strings.Join(values, ", ") + "\n")
	}
	body := x.kept.Bytes()
	if x.Header().Get("Content-Encoding") == "gzip" {
		if z, err := gzip.NewReader(bytes.NewReader(body)); err == nil {
			if plain, err := io.ReadAll(z); err == nil {
				body = plain
			}
		}
	}
	b.Write(body)
	e.Answered = b.String()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.exchanges = append(w.exchanges, e)
}

type witnessed struct {
	http.ResponseWriter
	w      *witness
	status int
	kept   *bytes.Buffer // nil if nobody watches
}

func (x *witnessed) WriteHeader(status int) {
	if x.status == 0 {
		x.status = status
	}
	x.ResponseWriter.WriteHeader(status)
}

func (x *witnessed) Write(b []byte) (int, error) {
	x.w.mu.Lock()
	x.w.left.Write(b)
	x.w.mu.Unlock()
	if x.status == 0 {
		x.status = http.StatusOK
	}
	if x.kept != nil {
		x.kept.Write(b)
	}
	return x.ResponseWriter.Write(b)
}

// Unwrap lets what is streamed be flushed, and sockets be taken over.
func (x *witnessed) Unwrap() http.ResponseWriter { return x.ResponseWriter }

// Came tells whether a text stood in any request to the server.
func (s *Server) Came(text string) bool {
	s.witness.mu.Lock()
	defer s.witness.mu.Unlock()
	return strings.Contains(s.witness.came.String(), text)
}

// Left tells whether a text stood in anything the server answered.
func (s *Server) Left(text string) bool {
	s.witness.mu.Lock()
	defer s.witness.mu.Unlock()
	return strings.Contains(s.witness.left.String(), text)
}

// Requests is how many requests came to the server.
func (s *Server) Requests() int {
	s.witness.mu.Lock()
	defer s.witness.mu.Unlock()
	return s.witness.count
}
