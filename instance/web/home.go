package web

import (
	"net/http"

	"palier/instance"
	"palier/instance/web/pages"
)

// getHome shows what came for the one who reads.
func (s *Server) getHome(w http.ResponseWriter, r *http.Request) error {
	v, page := visitOf(r), pageOf(r)
	if v.account.Easy && len(r.URL.Query()) == 0 {
		return s.showEasy(w, r)
	}
	entries, next, err := s.Timelines.Home(r.Context(), v.viewer, page)
	if err != nil {
		return err
	}
	pager, elsewhere := turn("/home", page, entries, next)
	if elsewhere != "" {
		SeeOther(w, r, elsewhere)
		return nil
	}
	shown, err := s.sifted(r.Context(), entries, v, instance.InHome)
	if err != nil {
		return err
	}
	f, err := s.frame(w, r, "home")
	if err != nil {
		return err
	}
	alerts, err := s.alerts(r.Context(), v.viewer.Inner...)
	if err != nil {
		return err
	}
	bands, err := s.running(r.Context(), v.viewer.Inner...)
	if err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, pages.Home{
		Frame: f, Alerts: alerts, Campaigns: bands, FirstDay: firstDay(v, f), Posts: shown, Season: s.season(""), Pager: pager, Live: s.liveOn(r, "/live"),
	})
}

// showEasy is home for those who want few things and large ones.
func (s *Server) showEasy(w http.ResponseWriter, r *http.Request) error {
	f, err := s.frame(w, r, "home")
	if err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, pages.Easy{Frame: f, Waiting: f.Viewer.Messages})
}
