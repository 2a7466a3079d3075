package web

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// shelfRoutes are the pages of what neighbours recommend.
func (s *Server) shelfRoutes(r chi.Router) {
	r.Get("/g/{name}/shelf", s.signedIn(s.getShelf))
	r.Post("/g/{name}/shelf", s.signedIn(s.addToShelf))
	r.Post("/g/{name}/shelf/{id:[0-9]+}/take-off", s.signedIn(s.takeOffShelf))
}

// getShelf shows what the neighbours of a place recommend.
func (s *Server) getShelf(w http.ResponseWriter, r *http.Request) error {
	a, err := s.place(r)
	if err != nil {
		return err
	}
	return s.showShelf(w, r, http.StatusOK, a, pages.Shelf{Form: view.Recommendation{Sort: "book"}})
}

func (s *Server) showShelf(w http.ResponseWriter, r *http.Request, status int, a instance.Actor, p pages.Shelf) error {
	v, before := visitOf(r).viewer, idIn(r, "before")
	if sort := r.URL.Query().Get("sort"); instance.Known(instance.RecommendationSorts, sort) {
		p.Sort = sort
	}
	list, err := s.Shelves.Page(r.Context(), v, a.ID, p.Sort, before, perPage+1)
	if err != nil {
		return err
	}
	p.Place, p.Sorts, p.Once = personView(s.Site, a), instance.RecommendationSorts, newOnce()
	p.Path = "/g/" + a.Username + "/shelf"
	if before != 0 {
		p.Pager.Newer = p.Path + "?sort=" + p.Sort
	}
	if len(list) > perPage {
		list = list[:perPage]
		p.Pager.Older = p.Path + "?sort=" + p.Sort + "&before=" + list[perPage-1].ID.String()
	}
	for _, one := range list {
		shown := view.Recommendation{
			ID: one.ID.String(), By: personView(s.Site, one.Author), Sort: one.Sort, Title: one.Title, Maker: one.Maker, Found: one.Found, Why: one.Why,
			Mine: one.Author.ID == v.ID || visitOf(r).tends(&a),
		}
		if one.Sort == "link" {
			shown.Host = one.Host()
		}
		p.List = append(p.List, shown)
	}
	if p.Frame, err = s.frame(w, r, "place"); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// addToShelf puts what somebody recommends on the shelf of a place.
func (s *Server) addToShelf(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	a, err := s.place(r)
	if err != nil {
		return err
	}
	one := instance.Recommendation{
		Place: a.ID, Sort: r.PostFormValue("sort"), Title: r.PostFormValue("title"), Maker: r.PostFormValue("maker"),
		Found: r.PostFormValue("found"), Why: r.PostFormValue("why"),
	}
	err = s.Shelves.Add(r.Context(), visitOf(r).viewer, one, r.PostFormValue("once"))
	if all, ok := problems(err); ok {
		return s.showShelf(w, r, http.StatusUnprocessableEntity, a, pages.Shelf{
			Form: view.Recommendation{Sort: one.Sort, Title: one.Title, Maker: one.Maker, Found: one.Found, Why: one.Why}, Problems: all,
		})
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "shelf.added", "/g/"+a.Username+"/shelf")
}

// takeOffShelf takes something off the shelf of a place.
func (s *Server) takeOffShelf(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	a, err := s.place(r)
	if err != nil {
		return err
	}
	id, err := instance.ParseID(chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	if err := s.Shelves.Remove(r.Context(), visitOf(r).viewer, a.ID, id); err != nil {
		return err
	}
	return s.done(w, r, "shelf.removed", "/g/"+a.Username+"/shelf")
}
