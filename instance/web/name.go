package web

import (
	"net/http"

	"palier/instance"
	"palier/instance/people"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// fullName is what somebody is called on their letter box and on their papers, as
// they said it.
func fullName(a *instance.Account) string {
	if a.FullName != "" {
		return a.FullName
	}
	return a.Name
}

// getName is where a person says what they are called, and by whom.
func (s *Server) getName(w http.ResponseWriter, r *http.Request) error {
	a := me(r)
	p := pages.Name{Full: fullName(a), Outer: a.Name, Protected: a.Protected}
	return s.askForNames(w, r, http.StatusOK, p)
}

func (s *Server) askForNames(w http.ResponseWriter, r *http.Request, status int, p pages.Name) error {
	var err error
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// rename keeps it.
func (s *Server) rename(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	p := pages.Name{Full: r.PostFormValue("full-name"), Outer: r.PostFormValue("name"), Protected: r.PostFormValue("protected") != ""}
	err := s.People.Rename(r.Context(), me(r).ID, people.Names{Full: p.Full, Outer: p.Outer, Protected: p.Protected})
	if all, ok := problems(err); ok {
		p.Problems = all
		return s.askForNames(w, r, http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return err
	}
	s.flashes.Set(w, view.Flash{Key: "name.saved"})
	SeeOther(w, r, "/settings/seen")
	return nil
}
