package web

import (
	"net/http"
	"slices"

	"palier/instance"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// getHistory shows how a post stood before each of its edits.
func (s *Server) getHistory(w http.ResponseWriter, r *http.Request) error {
	id, err := postID(r)
	if err != nil {
		return err
	}
	v := visitOf(r)
	p, err := s.Posts.ByID(r.Context(), v.viewer, id)
	if err != nil {
		return err
	}
	edits, err := s.Posts.Edits(r.Context(), v.viewer, id)
	if err != nil {
		return err
	}
	f, err := s.frame(w, r, "")
	if err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, pages.History{Frame: f, Post: s.postView(p, v), Edits: editViews(p, edits)})
}

// editViews are the states of a post, as it stands now first.
func editViews(p *instance.Post, edits []instance.Edit) []view.Edit {
	now := p.PublishedAt
	if !p.EditedAt.IsZero() {
		now = p.EditedAt
	}
	shown := []view.Edit{{At: now, Title: p.Title, Content: sanitised(p.Content), Warning: p.Warning, Now: true}}
	for _, e := range slices.Backward(edits) {
		shown = append(shown, view.Edit{At: e.At, Title: e.Title, Content: sanitised(e.Content), Warning: e.Warning})
	}
	return shown
}
