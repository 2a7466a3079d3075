package web

import (
	"errors"
	"net/http"
	"strings"

	"palier/instance"
	"palier/instance/auth"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// getFollow finds somebody by a handle or the address of a page, here or
// elsewhere, and lists whom one follows. A post that is found is shown at once.
// Other servers send people here with uri in the query.
func (s *Server) getFollow(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	p := pages.Follow{Query: strings.TrimSpace(q.Get("address"))}
	if p.Query == "" {
		p.Query = strings.TrimSpace(q.Get("uri"))
	}
	if p.Query != "" {
		if wait, ok := s.lookups.Allow("by " + me(r).ID.String()); !ok {
			return &auth.TooFast{Wait: wait}
		}
		found, err := s.Network.Look(r.Context(), p.Query)
		switch {
		case errors.Is(err, instance.ErrNotFound), errors.Is(err, instance.ErrUnreachable):
			p.Problems = []view.Problem{{Field: "address", Code: "not-found"}}
		case err != nil:
			return err
		case found.Post != nil:
			SeeOther(w, r, postPath(found.Post))
			return nil
		default:
			profile, err := s.profile(r, *found.Actor)
			if err != nil {
				return err
			}
			p.Found = &profile
		}
	}
	return s.showFollow(w, r, p)
}

func (s *Server) showFollow(w http.ResponseWriter, r *http.Request, p pages.Follow) error {
	before := idIn(r, "before")
	followed, err := s.People.Followed(r.Context(), me(r).ID, before, perPage)
	if err != nil {
		return err
	}
	for _, f := range followed {
		p.Following = append(p.Following, personView(s.Site, f.From))
	}
	if before != 0 {
		p.Pager.Newer = "/follow"
	}
	if len(followed) == perPage {
		p.Pager.Older = "/follow?before=" + followed[perPage-1].ID.String()
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}
