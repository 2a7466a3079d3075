package web

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"palier/instance"
)

// readForm reads a form without pictures. It returns an [instance.ErrInvalid]
// for what is none.
func readForm(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	return malformed(r.ParseForm())
}

const (
	// uploadTime is how long a form with pictures may take to arrive: four
	// photographs from a village with a slow line.
	uploadTime = 5 * time.Minute
	// uploadMemory is how much of one is held in memory; the rest waits on the
	// disk.
	uploadMemory = 1 << 20
)

// readUpload reads a form that may hold pictures. done throws away what waits
// on the disk.
func (s *Server) readUpload(w http.ResponseWriter, r *http.Request) (done func(), err error) {
	// Not every writer has deadlines, and then there is none to move.
	_ = http.NewResponseController(w).SetReadDeadline(s.Now().Add(uploadTime))
	err = r.ParseMultipartForm(uploadMemory)
	done = func() {
		if r.MultipartForm != nil {
			if err := r.MultipartForm.RemoveAll(); err != nil {
				s.Log.Warn("throw away an upload", "error", err)
			}
		}
	}
	if errors.Is(err, http.ErrNotMultipart) {
		err = nil // without pictures any form will do
	}
	return done, malformed(err)
}

// malformed gives a form that cannot be read its meaning. One that is too large
// has its own.
func malformed(err error) error {
	var tooLarge *http.MaxBytesError
	if err == nil || errors.As(err, &tooLarge) {
		return err
	}
	return fmt.Errorf("read form: %w: %w", instance.ErrInvalid, err)
}

// back is where a form says it came from, if that is here, else instead.
func back(r *http.Request, instead string) string { return Local(r.PostFormValue("back"), instead) }

// postID is the number in the path, which ends the address of every post.
func postID(r *http.Request) (instance.PostID, error) {
	id, err := instance.ParseID(chi.URLParam(r, "id"))
	return instance.PostID(id), err
}
