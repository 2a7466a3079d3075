package web

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// getDeskNumber shows the number that somebody says at the desk.
func (s *Server) getDeskNumber(w http.ResponseWriter, r *http.Request) error {
	h, at, err := s.provingAt(r)
	if err != nil {
		return err
	}
	n, err := s.Proofs.DeskNumber(r.Context(), h.Place.ID, me(r).ID)
	if err != nil {
		return err
	}
	digits := fmt.Sprintf("%06d", n.Number)
	p := pages.ProveDesk{ProveAt: at, Number: digits[:3] + " " + digits[3:], Expires: n.ExpiresAt}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}

// desks are the places for which the one who asks looks at documents; nobody
// else sees that there is a desk.
func (s *Server) desks(r *http.Request) ([]instance.Actor, error) {
	desks, err := s.Proofs.Desks(r.Context(), me(r).ID)
	if err == nil && len(desks) == 0 {
		err = instance.ErrNotFound
	}
	return desks, err
}

// getDesk is where an agent looks somebody up.
func (s *Server) getDesk(w http.ResponseWriter, r *http.Request) error {
	return s.showDesk(w, r, http.StatusOK, "", nil)
}

func (s *Server) showDesk(w http.ResponseWriter, r *http.Request, status int, typed string, all []view.Problem) error {
	ctx := r.Context()
	desks, err := s.desks(r)
	if err != nil {
		return err
	}
	p := pages.Desk{Number: typed, Problems: all}
	for _, d := range desks {
		p.Places = append(p.Places, personView(s.Site, d))
	}
	done, err := s.Proofs.Undoable(ctx, me(r).ID)
	if err != nil {
		return err
	}
	who, err := s.actorsOf(ctx, done)
	if err != nil {
		return err
	}
	for _, one := range done {
		p.Done = append(p.Done, s.proofView(one, personView(s.Site, who[one.Place]), nil))
		p.Who = append(p.Who, personView(s.Site, who[one.Person]))
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// deskNumber is the number that was typed, with or without a gap; -1 for none.
func deskNumber(r *http.Request) int {
	n, err := strconv.Atoi(strings.Join(strings.Fields(r.PostFormValue("number")), ""))
	if err != nil || n < 0 {
		return -1
	}
	return n
}

// findVisitor shows an agent who has a number. The number stands in no address.
func (s *Server) findVisitor(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	return s.showVisitor(w, r, http.StatusOK, pages.DeskVisitor{Number: r.PostFormValue("number")})
}

func (s *Server) showVisitor(w http.ResponseWriter, r *http.Request, status int, p pages.DeskVisitor) error {
	if _, err := s.desks(r); err != nil {
		return err
	}
	v, err := s.Proofs.Visitor(r.Context(), me(r).ID, deskNumber(r))
	if all, ok := problems(err); ok {
		return s.showDesk(w, r, http.StatusUnprocessableEntity, p.Number, all)
	}
	if err != nil {
		return err
	}
	who, err := s.People.ByID(r.Context(), v.Person.ID)
	if err != nil {
		return err
	}
	p.Name, p.Place = fullName(&who), personView(s.Site, v.Place)
	if p.Address, err = s.addressAt(r.Context(), v.Person.ID, v.Place.ID); err != nil {
		return err
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// seeDocument notes which kind of document an agent saw.
func (s *Server) seeDocument(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	if _, err := s.desks(r); err != nil {
		return err
	}
	_, err := s.Proofs.SeeDocument(r.Context(), me(r).ID, deskNumber(r), r.PostFormValue("document"))
	if invalid, ok := errors.AsType[*instance.Invalid](err); ok && invalid.Field == "document" {
		all, _ := problems(err)
		return s.showVisitor(w, r, http.StatusUnprocessableEntity, pages.DeskVisitor{Number: r.PostFormValue("number"), Problems: all})
	}
	if all, ok := problems(err); ok {
		return s.showDesk(w, r, http.StatusUnprocessableEntity, r.PostFormValue("number"), all)
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "desk.seen", "/desk")
}

// getUndoDocument repeats what taking it back means.
func (s *Server) getUndoDocument(w http.ResponseWriter, r *http.Request) error {
	id := chi.URLParam(r, "id")
	done, err := s.Proofs.Undoable(r.Context(), me(r).ID)
	if err != nil {
		return err
	}
	for _, one := range done {
		if one.ID.String() != id {
			continue
		}
		who, err := s.People.ByID(r.Context(), one.Person)
		if err != nil {
			return err
		}
		return s.confirm(w, r, pages.Confirm{Deed: "undo-desk", Subject: who.Shown(), Action: "/desk/" + id + "/undo", Return: "/desk"})
	}
	return instance.ErrNotFound
}

// undoDocument takes back what an agent confirmed just now.
func (s *Server) undoDocument(w http.ResponseWriter, r *http.Request) error {
	id, err := instance.ParseID(chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	if err := s.Proofs.UndoDocument(r.Context(), me(r).ID, id); err != nil {
		return err
	}
	return s.done(w, r, "desk.undone", "/desk")
}
