package apptest

import (
	"bytes"
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
		w.mu.Unlock()
		r.Body = io.NopCloser(bytes.NewReader(body))
		next.ServeHTTP(&witnessed{ResponseWriter: rw, w: w}, r)
	})
}

type witnessed struct {
	http.ResponseWriter
	w *witness
}

func (x *witnessed) Write(b []byte) (int, error) {
	x.w.mu.Lock()
	x.w.left.Write(b)
	x.w.mu.Unlock()
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
