package web

import (
	"net/http"

	"palier/instance"
	"palier/instance/web/pages"
)

// getKept lists what somebody keeps to find it again, the latest kept first.
func (s *Server) getKept(w http.ResponseWriter, r *http.Request) error {
	before := idIn(r, "before")
	lines, err := s.Posts.Bookmarks(r.Context(), visitOf(r).viewer, instance.Page{Before: before, Limit: perPage})
	if err != nil {
		return err
	}
	var p pages.Kept
	for _, l := range lines {
		p.Posts = append(p.Posts, s.postView(l.Post, visitOf(r)))
	}
	if before != 0 {
		p.Pager.Newer = "/kept"
	}
	if len(lines) == perPage {
		p.Pager.Older = "/kept?before=" + lines[perPage-1].ID.String()
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}
