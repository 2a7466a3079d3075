package web

import (
	"net/http"

	"palier/instance"
	"palier/instance/people"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// mostRequests is how many requests are shown at once: those that are answered
// make room for others.
const mostRequests = 100

// getLinks lists the places that follow ours or ask to, and those that ours
// asked.
func (s *Server) getLinks(w http.ResponseWriter, r *http.Request) error {
	ctx, before := r.Context(), idIn(r, "before")
	pending, err := s.People.LinksTo(ctx, people.Requested, 0, mostRequests)
	if err != nil {
		return err
	}
	asked, err := s.People.LinksAsked(ctx, 0, mostRequests)
	if err != nil {
		return err
	}
	accepted, err := s.People.LinksTo(ctx, people.Following, before, perPage)
	if err != nil {
		return err
	}
	p := pages.AdminLinks{Pending: s.linkViews(pending), Asked: s.linkViews(asked), Accepted: s.linkViews(accepted)}
	if before != 0 {
		p.Pager.Newer = "/admin/links"
	}
	if len(accepted) == perPage {
		p.Pager.Older = "/admin/links?before=" + accepted[perPage-1].ID.String()
	}
	if p.Frame, err = s.frame(w, r, "links"); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}

func (s *Server) linkViews(list []people.Link) []view.Link {
	var shown []view.Link
	for _, l := range list {
		shown = append(shown, view.Link{
			ID: l.ID.String(), From: personView(s.Site, l.From), To: personView(s.Site, l.To), At: l.ID.Time(), Back: string(l.Back),
		})
	}
	return shown
}

// answerLink answers a place that asks to follow one of ours, follows it back,
// or ends what was.
func (s *Server) answerLink(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	id, err := actorID(r)
	if err != nil {
		return err
	}
	l, err := s.People.LinkByID(r.Context(), instance.ID(id))
	if err != nil {
		return err
	}
	key, err := s.linkDeed(r, l)
	if err != nil {
		return err
	}
	return s.done(w, r, key, "/admin/links")
}

func (s *Server) linkDeed(r *http.Request, l people.Link) (flash string, err error) {
	ctx, answer := r.Context(), r.PostFormValue("answer")
	switch {
	case answer == "withdraw" && l.From.Local():
		return "link.ended", s.leaveSource(r, l.From.ID, l.To.ID)
	case !l.To.Local():
		return "", instance.ErrNotFound // not ours to answer
	case answer == "accept":
		return "link.accepted", s.People.Grant(ctx, l.To.ID, l.From.ID)
	case answer == "refuse":
		return "request.refused", s.People.Refuse(ctx, l.To.ID, l.From.ID)
	case answer == "end":
		return "link.ended", s.People.Refuse(ctx, l.To.ID, l.From.ID)
	case answer == "back":
		state, err := s.join(r, l.To.ID, l.From.ID)
		if state == people.Following {
			return "followed", err
		}
		return "follow.requested", err
	default:
		return "", unknownDeed("answer")
	}
}
