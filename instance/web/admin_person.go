package web

import (
	"fmt"
	"net/http"

	"palier/instance"
	"palier/instance/web/pages"
)

// getPerson shows one account to those who run the server.
func (s *Server) getPerson(w http.ResponseWriter, r *http.Request) error {
	a, err := s.accountIn(r)
	if err != nil {
		return err
	}
	homes, err := s.Places.Residences(r.Context(), a.ID)
	if err != nil {
		return err
	}
	p := pages.AdminPerson{Account: s.accountView(a, homes), Self: a.ID == me(r).ID}
	if p.Places, err = s.placeOptions(r, 0, homes); err != nil {
		return err
	}
	if p.Frame, err = s.frame(w, r, "people"); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}

// accountIn is the account that the path names by number.
func (s *Server) accountIn(r *http.Request) (instance.Account, error) {
	id, err := actorID(r)
	if err != nil {
		return instance.Account{}, err
	}
	return s.People.ByID(r.Context(), id)
}

func personPath(a instance.Account) string { return "/admin/people/" + a.ID.String() }

// changeHome confirms where somebody lives, or that they do not.
func (s *Server) changeHome(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	a, err := s.accountIn(r)
	if err != nil {
		return err
	}
	place, err := instance.ParseID(r.PostFormValue("place"))
	if err != nil {
		return err
	}
	key := "verified"
	switch r.PostFormValue("deed") {
	case "verify":
		err = s.settle(r.Context(), instance.ActorID(place), a.ID, me(r).ID, instance.Verified)
	case "leave":
		key, err = "removed", s.Places.Leave(r.Context(), instance.ActorID(place), a.ID)
	default:
		return unknownDeed("deed")
	}
	if err != nil {
		return err
	}
	return s.done(w, r, key, personPath(a))
}

// changeRole changes what somebody may do on the whole server.
func (s *Server) changeRole(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	a, err := s.accountIn(r)
	if err != nil {
		return err
	}
	if err := s.People.SetRole(r.Context(), *me(r), a.ID, instance.Role(r.PostFormValue("role"))); err != nil {
		return err
	}
	return s.done(w, r, "role.saved", personPath(a))
}

// getDisablePerson repeats what closing an account means.
func (s *Server) getDisablePerson(w http.ResponseWriter, r *http.Request) error {
	a, err := s.accountIn(r)
	if err != nil {
		return err
	}
	return s.confirm(w, r, pages.Confirm{Deed: "disable", Subject: a.Shown(), Action: personPath(a) + "/disable", Return: personPath(a)})
}

// disablePerson closes an account to its owner. Nobody shuts themself out.
func (s *Server) disablePerson(w http.ResponseWriter, r *http.Request) error {
	a, err := s.accountIn(r)
	if err != nil {
		return err
	}
	if a.ID == me(r).ID {
		return fmt.Errorf("disable oneself: %w", instance.ErrForbidden)
	}
	if err := s.People.SetDisabled(r.Context(), a.ID, true); err != nil {
		return err
	}
	return s.done(w, r, "access.closed", personPath(a))
}

// enablePerson opens a closed account again.
func (s *Server) enablePerson(w http.ResponseWriter, r *http.Request) error {
	a, err := s.accountIn(r)
	if err != nil {
		return err
	}
	if err := s.People.SetDisabled(r.Context(), a.ID, false); err != nil {
		return err
	}
	return s.done(w, r, "access.opened", personPath(a))
}
