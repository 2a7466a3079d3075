package web

import (
	"errors"
	"net/http"

	"palier/instance"
	"palier/instance/moderation"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// maxListMiB bounds a block list that is brought along.
const maxListMiB = 2

// getImport is the form for a block list.
func (s *Server) getImport(w http.ResponseWriter, r *http.Request) error {
	return s.showImport(w, r, http.StatusOK, pages.AdminImport{})
}

// importBlocks takes a block list over and tells which lines were not taken.
func (s *Server) importBlocks(w http.ResponseWriter, r *http.Request) error {
	done, err := s.importList(w, r)
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok && tooLarge != nil {
		err = &instance.Invalid{Field: "list", Code: "too-big", Limit: maxListMiB}
	}
	if all, ok := problems(err); ok {
		return s.showImport(w, r, http.StatusUnprocessableEntity, pages.AdminImport{Problems: all})
	}
	if err != nil {
		return err
	}
	p := pages.AdminImport{Done: true, Taken: done.Taken, Unnamed: done.Unnamed}
	for _, l := range done.Refused {
		p.Refused = append(p.Refused, view.RefusedLine{Line: l.Line, Text: l.Text, Reason: l.Reason})
	}
	return s.showImport(w, r, http.StatusOK, p)
}

func (s *Server) importList(w http.ResponseWriter, r *http.Request) (_ moderation.Imported, err error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxListMiB<<20)
	away, err := s.readUpload(w, r)
	defer away()
	if err != nil {
		return moderation.Imported{}, err
	}
	file, _, err := r.FormFile("list")
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		return moderation.Imported{}, &instance.Invalid{Field: "list", Code: "missing"}
	}
	if err != nil {
		return moderation.Imported{}, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return s.Moderation.ImportDomains(r.Context(), me(r).ID, file)
}

func (s *Server) showImport(w http.ResponseWriter, r *http.Request, status int, p pages.AdminImport) error {
	var err error
	if p.Frame, err = s.frame(w, r, "blocks"); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}
