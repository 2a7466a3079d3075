package mastodon

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"sync"

	"github.com/klauspost/compress/gzhttp"
)

// shared lets programs that run in a browser ask from any page: nothing here is
// answered by a cookie, so nobody can ask in another's name. Preflights are
// answered for every address.
func shared(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		Share(w.Header())
		if r.Method == http.MethodOptions {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// Share sets the headers by which a browser lets any page read an answer, and
// the Link to the next page in it.
func Share(h http.Header) {
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE, OPTIONS")
	h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Idempotency-Key, Sec-WebSocket-Protocol")
	h.Set("Access-Control-Expose-Headers", "Link, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, X-Request-Id, Idempotency-Key, Retry-After")
	h.Set("Access-Control-Max-Age", "86400")
}

// packed compresses answers that are worth it.
func packed(next http.Handler) http.Handler {
	wrap, err := gzhttp.NewWrapper(gzhttp.MinSize(1024), gzhttp.CompressionLevel(1), gzhttp.ContentTypes([]string{"application/json"}))
	if err != nil {
		panic(err) // the settings are constants
	}
	return wrap(next)
}

var bodies = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// reply answers with v as JSON. It returns an error, and has written nothing,
// if v cannot be said in JSON.
func reply(w http.ResponseWriter, v any) error { return replyWith(w, http.StatusOK, v) }

func replyWith(w http.ResponseWriter, status int, v any) error {
	b, done, err := encode(v)
	defer done()
	if err != nil {
		return err
	}
	send(w, status, b)
	return nil
}

// encode returns v as JSON, until done is called.
func encode(v any) (body []byte, done func(), err error) {
	b := bodies.Get().(*bytes.Buffer)
	b.Reset()
	done = func() { bodies.Put(b) }
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, done, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), done, nil
}

// send answers with JSON that is written already. An error of writing means
// that the program has gone and is dropped.
func send(w http.ResponseWriter, status int, body []byte) {
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "private, no-store")
	}
	h.Add("Vary", "Authorization, Origin")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// nothingMore is what a deed answers that has nothing to show.
type nothingMore struct{}
