package web

import (
	"fmt"
	"net/http"
	"slices"

	"palier/instance"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// place returns the place of ours that the path names.
func (s *Server) place(r *http.Request) (instance.Actor, error) {
	a, err := s.named(r)
	if err == nil && (!a.Local() || a.Kind != instance.Group || a.Level == "") {
		err = fmt.Errorf("place %s: %w", a.Acct(), instance.ErrNotFound)
	}
	return a, err
}

// joinPlace notes that somebody lives in a place, who then also hears what is
// said there in public.
func (s *Server) joinPlace(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	a, err := s.place(r)
	if err != nil {
		return err
	}
	id := me(r).ID
	if err := s.Places.Join(r.Context(), a.ID, id); err != nil {
		return err
	}
	if _, err := s.People.Follow(r.Context(), id, a.ID); err != nil {
		return err
	}
	standing, err := s.Places.Standing(r.Context(), a.ID, id)
	if err != nil {
		return err
	}
	key := "joined"
	if standing == instance.Verified {
		key = "joined.verified"
	}
	s.flashes.Set(w, view.Flash{Key: key})
	SeeOther(w, r, back(r, "/@"+a.Username))
	return nil
}

// getLeave repeats what leaving a place means.
func (s *Server) getLeave(w http.ResponseWriter, r *http.Request) error {
	a, err := s.place(r)
	if err != nil {
		return err
	}
	path := "/@" + a.Username
	return s.confirm(w, r, pages.Confirm{Deed: "leave", Subject: a.Shown(), Action: path + "/leave", Return: path})
}

// leavePlace ends somebody's residence in a place. What is public there still
// comes until they unfollow it.
func (s *Server) leavePlace(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	a, err := s.place(r)
	if err != nil {
		return err
	}
	if err := s.Places.Leave(r.Context(), a.ID, me(r).ID); err != nil {
		return err
	}
	s.flashes.Set(w, view.Flash{Key: "left"})
	SeeOther(w, r, back(r, "/@"+a.Username))
	return nil
}

// getMembers lists the neighbours of a place, for its neighbours and those who
// look after it.
func (s *Server) getMembers(w http.ResponseWriter, r *http.Request) error {
	a, err := s.place(r)
	if err != nil {
		return err
	}
	v := visitOf(r)
	if !slices.Contains(v.viewer.Inner, a.ID) && !slices.Contains(v.viewer.Tends, a.ID) && !v.account.Moderates() {
		return fmt.Errorf("neighbours of %s: %w", a.Username, instance.ErrForbidden)
	}
	after := instance.ActorID(idIn(r, "after"))
	members, err := s.Places.Members(r.Context(), a.ID, after, perPage)
	if err != nil {
		return err
	}
	moderators, err := s.Places.Moderators(r.Context(), a.ID)
	if err != nil {
		return err
	}
	p := pages.Members{Place: personView(s.Site, a)}
	for _, m := range members {
		tends := slices.ContainsFunc(moderators, func(mod instance.Actor) bool { return mod.ID == m.Person.ID })
		p.Members = append(p.Members, view.Member{Person: personView(s.Site, m.Person), Standing: view.Standing(m.Standing), Moderator: tends})
	}
	path := "/@" + a.Username + "/members"
	if after != 0 {
		p.Pager.Newer = path
	}
	if len(members) == perPage {
		p.Pager.Older = path + "?after=" + members[perPage-1].Person.ID.String()
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}
