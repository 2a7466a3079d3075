package web

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/homes"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// getDwellings lists the places of the one who reads, those they have and those
// they left.
func (s *Server) getDwellings(w http.ResponseWriter, r *http.Request) error {
	return s.showDwellings(w, r, http.StatusOK, "", "home", nil)
}

func (s *Server) showDwellings(w http.ResponseWriter, r *http.Request, status int, chosen, kind string, all []view.Problem) error {
	list, err := s.Homes.Of(r.Context(), me(r).ID)
	if err != nil {
		return err
	}
	residences, err := s.Places.Residences(r.Context(), me(r).ID)
	if err != nil {
		return err
	}
	standing := map[instance.ActorID]instance.Standing{}
	for _, h := range residences {
		standing[h.Place.ID] = h.Standing
	}
	places, err := s.Places.All(r.Context())
	if err != nil {
		return err
	}
	p := pages.Dwellings{Kind: kind, Problems: all}
	names := map[instance.ActorID]string{}
	for _, n := range places {
		names[n.ID] = n.Shown()
		p.Places = append(p.Places, view.Option{Value: n.ID.String(), Label: n.Shown(), Selected: n.ID.String() == chosen})
	}
	for _, h := range list {
		d := view.OwnPlace{Place: names[h.Group], Kind: string(h.Kind), Address: h.Label, Standing: view.Standing(standing[h.Group]), Since: h.Since, Former: h.Former}
		if h.Former.IsZero() {
			d.Path = "/settings/places/" + h.ID.String()
			p.Present = append(p.Present, d)
		} else {
			p.Former = append(p.Former, d)
		}
	}
	if len(p.Present) == 0 { // whom the operator let in
		for _, h := range residences {
			p.Present = append(p.Present, view.OwnPlace{Path: "/@" + h.Place.Username, Place: h.Place.Shown(), Kind: string(homes.Home), Standing: view.Standing(h.Standing)})
		}
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// addDwelling makes the one who asks a resident of one more place, by their own
// word.
func (s *Server) addDwelling(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	chosen, kind := r.PostFormValue("place"), r.PostFormValue("kind")
	if kind == "" {
		kind = string(homes.Home)
	}
	id, err := instance.ParseID(chosen)
	if err == nil {
		_, err = s.Places.ByID(r.Context(), instance.ActorID(id))
	}
	if err != nil {
		return s.showDwellings(w, r, http.StatusUnprocessableEntity, chosen, kind, []view.Problem{{Field: "place", Code: "unknown"}})
	}
	err = s.Joining.Move(r.Context(), me(r).Actor, kind, instance.ActorID(id))
	if all, ok := problems(err); ok {
		return s.showDwellings(w, r, http.StatusUnprocessableEntity, chosen, kind, all)
	}
	if err != nil {
		return err
	}
	s.flashes.Set(w, view.Flash{Key: "place.added"})
	SeeOther(w, r, "/settings/places")
	return nil
}

// leaveDwelling keeps a place as one that was left.
func (s *Server) leaveDwelling(w http.ResponseWriter, r *http.Request) error {
	id, err := instance.ParseID(chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	if err := s.Joining.Leave(r.Context(), me(r).ID, id); err != nil {
		return err
	}
	s.flashes.Set(w, view.Flash{Key: "place.left"})
	SeeOther(w, r, "/settings/places")
	return nil
}

// endFirstDay takes the card for newcomers off the page.
func (s *Server) endFirstDay(w http.ResponseWriter, r *http.Request) error {
	if err := s.People.ShownAround(r.Context(), me(r).ID); err != nil {
		return err
	}
	SeeOther(w, r, "/home")
	return nil
}

// firstDay is the card for newcomers, nil for everybody else.
func firstDay(v *visit, f pages.Frame) *pages.FirstDay {
	if v.account == nil || !v.account.FirstDay {
		return nil
	}
	return &pages.FirstDay{Hello: f.Writes(), Lend: "/offer/new?kind=lend", Need: "/ask/new", Digest: "/settings/notices", Proof: "/prove", Proved: len(v.viewer.Inner) > 0}
}
