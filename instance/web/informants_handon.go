package web

import (
	"net/http"

	"palier/instance"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// handOnIn is whom the path names of the informants of which place.
func (s *Server) handOnIn(r *http.Request) (place instance.Actor, who instance.ActorID, err error) {
	if place, err = s.place(r); err == nil {
		who, err = actorID(r)
	}
	return place, who, err
}

// getHandOn shows who accepts the informants of a place what one of them leaves,
// and to whom it can be given.
func (s *Server) getHandOn(w http.ResponseWriter, r *http.Request) error {
	return s.showHandOn(w, r, http.StatusOK, nil)
}

func (s *Server) showHandOn(w http.ResponseWriter, r *http.Request, status int, all []view.Problem) error {
	a, who, err := s.handOnIn(r)
	if err != nil {
		return err
	}
	l, err := s.Informants.Leaves(r.Context(), me(r).ID, a.ID, who)
	if err != nil {
		return err
	}
	done, err := s.Informants.Handovers(r.Context(), me(r).ID, a.ID)
	if err != nil {
		return err
	}
	p := pages.HandOn{
		Place: personView(s.Site, a), Who: personView(s.Site, l.Person), Called: s.personViews(l.Called), Requests: l.Requests,
		Others: s.personViews(l.Others), Problems: all,
	}
	if !l.Until.IsZero() {
		p.Until = s.local(l.Until)
	}
	for _, h := range done {
		p.Done = append(p.Done, view.Handover{
			From: personView(s.Site, h.From), To: personView(s.Site, h.To), By: personView(s.Site, h.By), Called: h.Called, Requests: h.Requests, At: s.local(h.At),
		})
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "private, no-store")
	return s.HTML(w, r, status, p)
}

// handOnInformant gives all that an informant leaves to another.
func (s *Server) handOnInformant(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	a, who, err := s.handOnIn(r)
	if err != nil {
		return err
	}
	to, err := instance.ParseID(r.PostFormValue("to"))
	if err != nil {
		to = 0 // nobody is chosen
	}
	err = s.Informants.HandOn(r.Context(), me(r).ID, a.ID, who, instance.ActorID(to), r.PostFormValue("end") == "yes")
	if all, ok := problems(err); ok {
		return s.showHandOn(w, r, http.StatusUnprocessableEntity, all)
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "informants.handed-on", informantsPath(a))
}
