package web

import (
	"net/http"

	"palier/instance"
	"palier/instance/moderation"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// getReports lists the reports that are open, or those that are not.
func (s *Server) getReports(w http.ResponseWriter, r *http.Request) error {
	p := pages.AdminReports{Closed: r.URL.Query().Get("state") == "closed"}
	before := idIn(r, "before")
	list, err := s.Moderation.Reports(r.Context(), me(r).ID, !p.Closed, before, perPage)
	if err != nil {
		return err
	}
	for _, x := range list {
		p.Reports = append(p.Reports, s.reportView(x))
	}
	path, more := "/admin/reports", "?before="
	if p.Closed {
		path, more = path+"?state=closed", "&before="
	}
	if before != 0 {
		p.Pager.Newer = path
	}
	if len(list) == perPage {
		p.Pager.Older = path + more + list[perPage-1].ID.String()
	}
	if p.Frame, err = s.frame(w, r, "reports"); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}

func (s *Server) reportView(x moderation.Report) view.Report {
	shown := view.Report{
		ID: x.ID.String(), Target: personView(s.Site, x.Target), At: x.ID.Time(), Comment: x.Comment, Category: string(x.Category),
		Forwarded: x.Forwarded, State: x.State, Decision: string(x.Decision),
	}
	if x.Reporter.Local() {
		by := personView(s.Site, x.Reporter)
		shown.By = &by
	} else {
		shown.ByHost = x.Reporter.Host
	}
	return shown
}

// getAdminReport shows one report, what it names, and what can be done.
func (s *Server) getAdminReport(w http.ResponseWriter, r *http.Request) error {
	return s.showAdminReport(w, r, http.StatusOK, pages.AdminReport{})
}

// decideReport ends a report.
func (s *Server) decideReport(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	id, err := actorID(r)
	if err != nil {
		return err
	}
	p := pages.AdminReport{Decision: r.PostFormValue("decision"), Reason: r.PostFormValue("reason")}
	err = s.Moderation.Decide(r.Context(), *me(r), instance.ID(id), moderation.Decision(p.Decision), p.Reason)
	if all, ok := problems(err); ok {
		p.Problems = all
		return s.showAdminReport(w, r, http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "decided", "/admin/reports")
}

func (s *Server) showAdminReport(w http.ResponseWriter, r *http.Request, status int, p pages.AdminReport) error {
	ctx := r.Context()
	id, err := actorID(r)
	if err != nil {
		return err
	}
	x, err := s.Moderation.ReportByID(ctx, me(r).ID, instance.ID(id))
	if err != nil {
		return err
	}
	held, err := s.Posts.HeldAll(ctx, me(r).ID, x.Posts)
	if err != nil {
		return err
	}
	p.Report = s.reportView(x)
	for _, post := range held {
		ours := post.Group != nil && post.Group.Local()
		p.Report.Posts = append(p.Report.Posts, postView(s.Site, post, nil, me(r), ours))
	}
	if p.Report.Earlier, err = s.Moderation.CountEarlier(ctx, x); err != nil {
		return err
	}
	if x.State != "open" {
		p.Reason = x.Reason
	}
	if p.Frame, err = s.frame(w, r, "reports"); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}
