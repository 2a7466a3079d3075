package web

import (
	"context"
	"net/http"

	"palier/instance"
	"palier/instance/web/pages"
)

// getModeration shows what was decided about somebody, here or elsewhere.
func (s *Server) getModeration(w http.ResponseWriter, r *http.Request) error {
	return s.showModeration(w, r, http.StatusOK, pages.AdminActor{})
}

// moderate limits or suspends somebody, or takes that back.
func (s *Server) moderate(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	id, err := actorID(r)
	if err != nil {
		return err
	}
	var do func(ctx context.Context, by instance.Account, actor instance.ActorID, on bool, reason string) error
	deed := r.PostFormValue("deed")
	switch deed {
	case "limit", "unlimit":
		do = s.Moderation.SetLimited
	case "suspend", "unsuspend":
		do = s.Moderation.SetSuspended
	default:
		return unknownDeed("deed")
	}
	p := pages.AdminActor{Reason: r.PostFormValue("reason")}
	err = do(r.Context(), *me(r), id, deed == "limit" || deed == "suspend", p.Reason)
	if all, ok := problems(err); ok {
		p.Problems = all
		return s.showModeration(w, r, http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "decided", "/admin/actors/"+id.String())
}

func (s *Server) showModeration(w http.ResponseWriter, r *http.Request, status int, p pages.AdminActor) error {
	id, err := actorID(r)
	if err != nil {
		return err
	}
	x, err := s.Moderation.Subject(r.Context(), id)
	if err != nil {
		return err
	}
	p.Actor, p.Host, p.Limited, p.Suspended = personView(s.Site, x.Actor), x.Host, x.LimitedAt, x.SuspendedAt
	if p.Self = id == me(r).ID; !p.Self {
		p.Reports = x.Reports
	}
	if p.Frame, err = s.frame(w, r, "reports"); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}
