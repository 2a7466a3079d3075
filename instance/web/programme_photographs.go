package web

import (
	"errors"
	"net/http"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/web/view"
)

// addPhotograph keeps a photograph of a home.
func (s *Server) addPhotograph(w http.ResponseWriter, r *http.Request) error {
	done, err := s.readUpload(w, r)
	defer done()
	if err != nil {
		return err
	}
	head, id, err := s.programme(r, "homes")
	if err != nil {
		return err
	}
	l, err := s.lent(r, id)
	if err != nil {
		return err
	}
	if !head.Programme.Keeps {
		return instance.ErrForbidden
	}
	file, _, err := r.FormFile("photograph")
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		return s.showHomeListing(w, r, http.StatusUnprocessableEntity, []view.Problem{{Field: "photograph", Code: "missing"}})
	}
	if err != nil {
		return malformed(err)
	}
	err = errors.Join(s.Housing.AddPhotograph(r.Context(), *me(r), l.ID, file), file.Close())
	path := programmePath(id) + "/homes/" + l.ID.String()
	if all, ok := problems(err); ok {
		return s.showHomeListing(w, r, http.StatusUnprocessableEntity, all)
	}
	if err != nil && said(w, r, path, err) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "programme.pictured", path)
}

func photograph(r *http.Request) (instance.ID, error) {
	return instance.ParseID(chi.URLParam(r, "photograph"))
}

// getPhotograph answers with a photograph of a home, to the team alone.
func (s *Server) getPhotograph(w http.ResponseWriter, r *http.Request) error {
	_, id, err := s.programme(r, "homes")
	if err != nil {
		return err
	}
	l, err := s.lent(r, id)
	if err != nil {
		return err
	}
	n, err := photograph(r)
	if err != nil {
		return err
	}
	content, kind, err := s.Housing.Photograph(r.Context(), *me(r), l.ID, n)
	if err != nil {
		return err
	}
	sendPhotograph(w, content, kind)
	return nil
}

// dropPhotograph takes a photograph off.
func (s *Server) dropPhotograph(w http.ResponseWriter, r *http.Request) error {
	head, id, err := s.programme(r, "homes")
	if err != nil {
		return err
	}
	l, err := s.lent(r, id)
	if err != nil {
		return err
	}
	if !head.Programme.Keeps {
		return instance.ErrForbidden
	}
	n, err := photograph(r)
	if err != nil {
		return err
	}
	if err := s.Housing.DropPhotograph(r.Context(), *me(r), l.ID, n); err != nil {
		return err
	}
	return s.done(w, r, "programme.unpictured", programmePath(id)+"/homes/"+l.ID.String())
}
