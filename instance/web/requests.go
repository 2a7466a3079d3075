package web

import (
	"net/http"

	"palier/instance"
	"palier/instance/web/pages"
	"palier/instance/web/view"
	"palier/instance/writing"
)

// aboutLength is how much somebody tells of themself in a list.
const aboutLength = 160

// getRequests lists who asks to follow the one who reads.
func (s *Server) getRequests(w http.ResponseWriter, r *http.Request) error {
	before := idIn(r, "before")
	asked, err := s.People.Requests(r.Context(), me(r).ID, before, perPage)
	if err != nil {
		return err
	}
	var p pages.Requests
	for _, a := range asked {
		p.Requests = append(p.Requests, view.Request{
			ID: a.From.ID.String(), From: personView(s.Site, a.From), At: a.ID.Time(), Summary: writing.Plain(a.From.Summary, aboutLength),
		})
	}
	if before != 0 {
		p.Pager.Newer = "/requests"
	}
	if len(asked) == perPage {
		p.Pager.Older = "/requests?before=" + asked[perPage-1].ID.String()
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}

// answerRequest says yes or no to somebody who asked.
func (s *Server) answerRequest(w http.ResponseWriter, r *http.Request) error {
	id, err := postID(r)
	if err != nil {
		return err
	}
	if err := readForm(w, r); err != nil {
		return err
	}
	answer, key := s.People.Grant, "request.accepted"
	switch r.PostFormValue("answer") {
	case "accept":
	case "refuse":
		answer, key = s.People.Refuse, "request.refused"
	default:
		return &instance.Invalid{Field: "answer", Code: "unknown"}
	}
	if err := answer(r.Context(), me(r).ID, instance.ActorID(id)); err != nil {
		return err
	}
	s.flashes.Set(w, view.Flash{Key: key})
	SeeOther(w, r, "/requests")
	return nil
}
