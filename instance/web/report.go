package web

import (
	"net/http"

	"palier/instance"
	"palier/instance/moderation"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// getReport is where somebody brings a person or a post before the moderators.
func (s *Server) getReport(w http.ResponseWriter, r *http.Request) error {
	p, _, err := s.reported(r)
	if err != nil {
		return err
	}
	return s.showReport(w, r, http.StatusOK, p)
}

// report does so.
func (s *Server) report(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	p, c, err := s.reported(r)
	if err != nil {
		return err
	}
	p.Category, p.Comment, p.Forward = r.PostFormValue("category"), r.PostFormValue("comment"), r.PostFormValue("forward") == "yes"
	c.Category, c.Comment, c.Forward = moderation.Category(p.Category), p.Comment, p.Forward
	err = s.Moderation.Report(r.Context(), me(r).ID, c)
	if all, ok := problems(err); ok {
		p.Problems = all
		return s.showReport(w, r, http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return err
	}
	s.flashes.Set(w, view.Flash{Key: "reported"})
	SeeOther(w, r, p.Return)
	return nil
}

// reported finds whom or what a report is about: a post the one who reports
// may read, or a person.
func (s *Server) reported(r *http.Request) (p pages.Report, c moderation.Complaint, err error) {
	var target instance.Actor
	if text := r.FormValue("post"); text != "" {
		id, err := instance.ParseID(text)
		if err != nil {
			return p, c, err
		}
		post, err := s.Posts.ByID(r.Context(), visitOf(r).viewer, instance.PostID(id))
		if err != nil {
			return p, c, err
		}
		shown := s.postView(post, visitOf(r))
		target, p.Post, c.Posts = post.Author, &shown, []instance.PostID{post.ID}
		p.Return = shown.Path
	} else {
		id, err := instance.ParseID(r.FormValue("person"))
		if err != nil {
			return p, c, err
		}
		if target, err = s.People.KnownByID(r.Context(), instance.ActorID(id)); err != nil {
			return p, c, err
		}
		p.Return = "/@" + target.Acct()
	}
	p.Target, p.Host, c.Target = personView(s.Site, target), target.Host, target.ID
	return p, c, nil
}

func (s *Server) showReport(w http.ResponseWriter, r *http.Request, status int, p pages.Report) error {
	var err error
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	p.Here = p.Return // a report is not a page to come back to
	return s.HTML(w, r, status, p)
}
