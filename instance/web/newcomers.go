package web

import (
	"net/http"

	"palier/instance"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// getNewcomers is the corner of a place where who is new says hello; it is for its
// neighbours.
func (s *Server) getNewcomers(w http.ResponseWriter, r *http.Request) error {
	return s.showNewcomers(w, r, http.StatusOK, pages.Newcomers{})
}

func (s *Server) showNewcomers(w http.ResponseWriter, r *http.Request, status int, p pages.Newcomers) error {
	a, err := s.place(r)
	if err != nil {
		return err
	}
	v := visitOf(r)
	if !v.viewer.Reads(instance.ToNeighbourhood, a.ID) {
		return instance.ErrNotFound
	}
	all, err := s.Newcomers.Of(r.Context(), v.viewer, a.ID)
	if err != nil {
		return err
	}
	p.Place, p.May = personView(s.Site, a), true
	for _, post := range all {
		p.Posts = append(p.Posts, s.postView(post, v))
		p.May = p.May && post.Author.ID != v.viewer.ID
	}
	if p.Once == "" {
		p.Once = newOnce()
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// sayHello says it for who asks.
func (s *Server) sayHello(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	a, err := s.place(r)
	if err != nil {
		return err
	}
	p := pages.Newcomers{Text: r.PostFormValue("text"), Once: r.PostFormValue("once")}
	_, err = s.Newcomers.Introduce(r.Context(), visitOf(r).viewer, a.ID, p.Text, visitOf(r).language.Tag, p.Once)
	if all, ok := problems(err); ok {
		p.Problems = all
		return s.showNewcomers(w, r, http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return err
	}
	s.flashes.Set(w, view.Flash{Key: "post.published"})
	SeeOther(w, r, "/@"+a.Username+"/newcomers")
	return nil
}
