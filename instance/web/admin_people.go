package web

import (
	"net/http"
	"net/url"
	"strings"

	"palier/instance"
	"palier/instance/people"
	"palier/instance/places"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// getPeople lists the accounts, the newest first, all or those whose name or
// address begins with what was typed.
func (s *Server) getPeople(w http.ResponseWriter, r *http.Request) error {
	ctx, before := r.Context(), instance.ActorID(idIn(r, "before"))
	p := pages.AdminPeople{Query: strings.TrimSpace(r.URL.Query().Get("q"))}
	list, err := s.People.Accounts(ctx, p.Query, before, perPage)
	if err != nil {
		return err
	}
	ids := make([]instance.ActorID, len(list))
	for i, a := range list {
		ids[i] = a.ID
	}
	homes, err := s.Places.Homes(ctx, ids)
	if err != nil {
		return err
	}
	for _, a := range list {
		p.People = append(p.People, s.accountView(a, homes[a.ID]))
	}
	q := url.Values{}
	if p.Query != "" {
		q.Set("q", p.Query)
	}
	if before != 0 {
		p.Pager.Newer = "/admin/people?" + q.Encode()
	}
	if len(list) == perPage {
		q.Set("before", list[perPage-1].ID.String())
		p.Pager.Older = "/admin/people?" + q.Encode()
	}
	if p.Frame, err = s.frame(w, r, "people"); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}

func (s *Server) accountView(a instance.Account, homes []places.Residence) view.Account {
	shown := view.Account{
		Person: personView(s.Site, a.Actor), Email: a.Email, Role: string(a.Role), Disabled: !a.DisabledAt.IsZero(), Created: a.CreatedAt,
	}
	for _, h := range homes {
		shown.Homes = append(shown.Homes, view.Dwelling{Place: personView(s.Site, h.Place), Standing: view.Standing(h.Standing)})
	}
	return shown
}

// getNewPerson is the form for a new account.
func (s *Server) getNewPerson(w http.ResponseWriter, r *http.Request) error {
	return s.showNewPerson(w, r, http.StatusOK, pages.AdminNewPerson{Verified: true}, 0)
}

// createPerson opens an account, for somebody who may live in a place here.
func (s *Server) createPerson(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	p := pages.AdminNewPerson{
		Name: r.PostFormValue("name"), Username: strings.TrimSpace(r.PostFormValue("username")),
		Email: r.PostFormValue("email"), Verified: r.PostFormValue("verified") == "yes",
	}
	home, err := s.homeIn(r)
	var a instance.Account
	if err == nil {
		a, err = s.People.Create(r.Context(), people.Newcomer{
			Username: p.Username, Name: p.Name, Email: p.Email, Password: r.PostFormValue("password"), Verified: p.Verified,
		})
	}
	if all, ok := problems(err); ok {
		p.Problems = all
		return s.showNewPerson(w, r, http.StatusUnprocessableEntity, p, home)
	}
	if err != nil {
		return err
	}
	if home != 0 {
		standing := instance.Declared
		if p.Verified {
			standing = instance.Verified
		}
		if err := s.settle(r.Context(), home, a.ID, me(r).ID, standing); err != nil {
			return err
		}
	}
	return s.done(w, r, "created", "/admin/people/"+a.ID.String())
}

// homeIn is the place of ours a form names, 0 for none.
func (s *Server) homeIn(r *http.Request) (instance.ActorID, error) {
	text := r.PostFormValue("home")
	if text == "" {
		return 0, nil
	}
	id, err := instance.ParseID(text)
	if err != nil {
		return 0, err
	}
	n, err := s.Places.ByID(r.Context(), instance.ActorID(id))
	return n.ID, err
}

// placeOptions are the places of this server to choose from, without some.
func (s *Server) placeOptions(r *http.Request, chosen instance.ActorID, without []places.Residence) ([]view.Option, error) {
	all, err := s.Places.All(r.Context())
	if err != nil {
		return nil, err
	}
	lives := map[instance.ActorID]bool{}
	for _, h := range without {
		lives[h.Place.ID] = true
	}
	var options []view.Option
	for _, n := range all {
		if !lives[n.ID] {
			options = append(options, view.Option{Value: n.ID.String(), Label: n.Shown(), Selected: n.ID == chosen})
		}
	}
	return options, nil
}

func (s *Server) showNewPerson(w http.ResponseWriter, r *http.Request, status int, p pages.AdminNewPerson, home instance.ActorID) error {
	var err error
	if p.Places, err = s.placeOptions(r, home, nil); err != nil {
		return err
	}
	if p.Frame, err = s.frame(w, r, "people"); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}
