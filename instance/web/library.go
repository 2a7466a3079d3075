package web

import (
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// libraryRoutes are the pages of libraries of things.
func (s *Server) libraryRoutes(r chi.Router) {
	r.Get("/@{name}/library", s.page(s.getLibrary))
}

// libraries are the associations for which one may lend, by number.
func (s *Server) libraries(r *http.Request, form pages.ProposeForm) ([]view.Option, error) {
	if form.Kind != instance.KindLending {
		return nil, nil
	}
	mine, err := s.Organisations.For(r.Context(), me(r).ID)
	var list []view.Option
	for _, o := range mine {
		list = append(list, view.Option{Value: o.ID.String(), Label: o.Shown(), Selected: o.ID.String() == form.Library})
	}
	return list, err
}

// getLibrary lists what an association lends: what is there, and what is out
// until when.
func (s *Server) getLibrary(w http.ResponseWriter, r *http.Request) error {
	o, err := s.organisation(r)
	if err != nil {
		return err
	}
	words := strings.TrimSpace(r.URL.Query().Get("q"))
	if runes := []rune(words); len(runes) > 100 {
		words = string(runes[:100])
	}
	things, err := s.Exchange.Library(r.Context(), visitOf(r).viewer, o.ID, words)
	if err != nil {
		return err
	}
	p := pages.Library{Organisation: personView(s.Site, o.Actor), Query: words}
	for _, t := range things {
		if n := len(p.Shelves); n == 0 || p.Shelves[n-1].Name != t.Shelf {
			p.Shelves = append(p.Shelves, pages.LibraryShelf{Name: t.Shelf})
		}
		last := &p.Shelves[len(p.Shelves)-1]
		line := view.Thing{Path: postPath(t.Post), Title: t.Title, Language: t.Language, Out: t.Out, Until: t.Until, Reserved: t.Reserved}
		if me(r) != nil && t.Author.ID != me(r).ID {
			line.Reserve = line.Path + "/take"
		}
		last.Things = append(last.Things, line)
		p.Count++
	}
	if me(r) != nil {
		if p.Acts, err = s.Organisations.ActsFor(r.Context(), me(r).ID, o.ID); err != nil {
			return err
		}
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}
