package mastodon

import (
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"

	"palier/instance"
	"palier/instance/auth"
	"palier/instance/mastodon/entity"
	"palier/instance/media"
	"palier/instance/store"
)

// statuses is what each meaning is to a program.
var statuses = []struct {
	meaning error
	status  int
}{
	{instance.ErrNotFound, http.StatusNotFound},
	{media.ErrNotFound, http.StatusNotFound},
	{instance.ErrGone, http.StatusNotFound},
	{instance.ErrForbidden, http.StatusForbidden},
	{instance.ErrConflict, http.StatusConflict},
	{instance.ErrTooMany, http.StatusTooManyRequests},
	{instance.ErrInvalid, http.StatusUnprocessableEntity},
	{instance.ErrUnauthenticated, http.StatusUnauthorized},
	{instance.ErrUnreachable, http.StatusServiceUnavailable},
	{media.ErrFull, http.StatusInsufficientStorage},
	{store.ErrText, http.StatusUnprocessableEntity},
	{store.ErrUnavailable, http.StatusServiceUnavailable},
	{store.ErrDiskFull, http.StatusInsufficientStorage},
	{errKind, http.StatusUnsupportedMediaType},
}

func statusOf(err error) int {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return http.StatusRequestEntityTooLarge
	}
	var refused *media.Refusal
	if errors.As(err, &refused) {
		return http.StatusUnprocessableEntity
	}
	for _, s := range statuses {
		if errors.Is(err, s.meaning) {
			return s.status
		}
	}
	return http.StatusInternalServerError
}

// fail answers with what went wrong, in a sentence that a program can show. Only
// here is an error of the API logged.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, c *call, err error) {
	status := statusOf(err)
	if fast, ok := errors.AsType[*auth.TooFast](err); ok {
		s.tellLimit(w, fast.Wait)
	}
	switch status {
	case http.StatusInternalServerError:
		s.Log.Error("answer a program", "path", r.URL.Path, "error", err)
	case http.StatusServiceUnavailable, http.StatusInsufficientStorage:
		s.Log.Warn("answer a program", "path", r.URL.Path, "error", err)
		w.Header().Set("Retry-After", "10")
	case http.StatusUnauthorized:
		w.Header().Set("WWW-Authenticate", `Bearer realm="Palier"`)
	}
	w.Header().Set("Cache-Control", "private, no-store")
	body, done, encodeErr := encode(entity.Error{Error: sentence(language(r, c), status, err)})
	defer done()
	if encodeErr != nil {
		status, body = http.StatusInternalServerError, []byte(`{"error":"Internal error"}`)
	}
	send(w, status, body)
}

// tellLimit says when to come back, in the headers programs look at.
func (s *Server) tellLimit(w http.ResponseWriter, wait time.Duration) {
	h := w.Header()
	h.Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
	h.Set("X-RateLimit-Limit", strconv.Itoa(s.Deeds.Burst))
	h.Set("X-RateLimit-Remaining", "0")
	h.Set("X-RateLimit-Reset", s.Now().Add(wait).UTC().Format("2006-01-02T15:04:05.000000Z"))
}
