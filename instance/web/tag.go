package web

import (
	"context"
	"net/http"
	"net/url"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/timelines"
	"palier/instance/web/pages"
	"palier/instance/web/view"
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
	shown, err := s.sifted(r.Context(), entries, v, instance.InPublic)
	if err != nil {
		return err
	}
	f, err := s.frame(w, r, "")
	if err != nil {
		return err
	}
	p := pages.Tag{Frame: f, Tag: tag, Path: path, Posts: shown, Pager: pager}
	if v.account != nil {
		described, err := s.Hashtags.Describe(r.Context(), v.viewer, tag)
		if err != nil {
			return err
		}
		p.Following = described[0].Following
	}
	return s.HTML(w, r, http.StatusOK, p)
}

// tagWith makes a handler of what changes whether somebody follows a hashtag.
func (s *Server) tagWith(do func(ctx context.Context, by instance.ActorID, tag string) error, key string) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := readForm(w, r); err != nil {
			return err
		}
		tag := writing.NormalizeHashtag(chi.URLParam(r, "tag"))
		if tag == "" {
			return instance.ErrNotFound
		}
		if err := do(r.Context(), me(r).ID, tag); err != nil {
			return err
		}
		s.flashes.Set(w, view.Flash{Key: key})
		SeeOther(w, r, back(r, "/tags/"+url.PathEscape(tag)))
		return nil
	}
}
