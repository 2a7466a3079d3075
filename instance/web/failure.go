package web

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"net/url"
	"strconv"

	"palier/instance"
	"palier/instance/auth"
	"palier/instance/media"
	"palier/instance/store"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// statuses is what each meaning is on the web.
var statuses = []struct {
	meaning error
	status  int
}{
	{instance.ErrNotFound, http.StatusNotFound},
	{media.ErrNotFound, http.StatusNotFound},
	{instance.ErrForbidden, http.StatusForbidden},
	{instance.ErrGone, http.StatusGone},
	{instance.ErrConflict, http.StatusConflict},
	{instance.ErrTooMany, http.StatusTooManyRequests},
	{instance.ErrInvalid, http.StatusBadRequest},
	{instance.ErrUnauthenticated, http.StatusUnauthorized},
	{instance.ErrUnreachable, http.StatusServiceUnavailable},
	{instance.ErrSealed, http.StatusLocked},
	{store.ErrText, http.StatusBadRequest},
	{store.ErrUnavailable, http.StatusServiceUnavailable},
	{store.ErrDiskFull, http.StatusServiceUnavailable},
	{media.ErrFull, http.StatusServiceUnavailable},
}

func statusOf(err error) int {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return http.StatusRequestEntityTooLarge
	}
	for _, s := range statuses {
		if errors.Is(err, s.meaning) {
			return s.status
		}
	}
	return http.StatusInternalServerError
}

// fail answers with the page for an error. Only here is an error of a page
// logged. Somebody who has to sign in is led there and back.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	status := statusOf(err)
	if status == http.StatusUnauthorized && r.Method == http.MethodGet && !wantsJSON(r) {
		SeeOther(w, r, "/signin?back="+url.QueryEscape(r.URL.RequestURI()))
		return
	}
	p := pages.Failure{Status: known(status)}
	if fast, ok := errors.AsType[*auth.TooFast](err); ok {
		p.Wait = int(math.Ceil(fast.Wait.Seconds()))
		w.Header().Set("Retry-After", strconv.Itoa(p.Wait))
	}
	if status >= http.StatusInternalServerError || status == http.StatusLocked {
		p.Reference = reference()
		s.Log.Error("answer a page", "path", r.URL.Path, "reference", p.Reference, "error", err)
	}
	if status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "10")
	}
	if wantsJSON(r) {
		failJSON(w, status, err)
		return
	}
	// The frame of somebody who is signed in asks the database, which may be
	// what failed: then the page does without.
	f, frameErr := s.frame(w, r, "")
	if frameErr != nil {
		v := visitOf(r)
		v.account = nil
		f, _ = s.frame(w, r, "")
	}
	p.Frame = f
	if err := s.HTML(w, r, status, p); err != nil {
		s.Log.Error("show a failure", "path", r.URL.Path, "error", err)
		http.Error(w, http.StatusText(status), status)
	}
}

// known returns the nearest status the failure page has words for.
func known(status int) int {
	if status == http.StatusConflict {
		return http.StatusBadRequest
	}
	return status
}

func failJSON(w http.ResponseWriter, status int, err error) {
	answer := map[string]any{"error": http.StatusText(status)}
	if invalid, ok := errors.AsType[*instance.Invalid](err); ok {
		answer["field"], answer["code"] = invalid.Field, invalid.Code
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer) // who asked may have gone
}

// reference is by what somebody finds an error in the log.
func reference() string {
	b := make([]byte, 4)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

// problems turns what cannot be taken into what a form shows beside its fields.
// It returns false for any other error, which is not the form's to show.
func problems(err error) ([]view.Problem, bool) {
	invalid, ok := errors.AsType[*instance.Invalid](err)
	if !ok {
		return nil, false
	}
	return []view.Problem{{Field: invalid.Field, Code: invalid.Code, Limit: invalid.Limit}}, true
}
