package web

import (
	"net/http"
	"net/url"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/timelines"
	"palier/instance/web/pages"
	"palier/instance/writing"
)

// getTag lists the posts with a hashtag that the one who asks may read.
func (s *Server) getTag(w http.ResponseWriter, r *http.Request) error {
	typed := chi.URLParam(r, "tag")
	tag := writing.NormalizeHashtag(typed)
	if tag == "" {
		return instance.ErrNotFound
	}
	path := "/tags/" + url.PathEscape(tag)
	if tag != typed {
		SeeOther(w, r, path)
		return nil
	}
	v, page := visitOf(r), pageOf(r)
	entries, next, err := s.Timelines.Tag(r.Context(), v.viewer, tag, timelines.Narrow{}, page)
	if err != nil {
		return err
	}
	pager, elsewhere := turn(path, page, entries, next)
	if elsewhere != "" {
		SeeOther(w, r, elsewhere)
		return nil
	}
	f, err := s.frame(w, r, "")
	if err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, pages.Tag{Frame: f, Tag: tag, Posts: s.entryViews(entries, v), Pager: pager})
}
