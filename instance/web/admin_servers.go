package web

import (
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/auth"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// getServers lists the other servers and how they answer.
func (s *Server) getServers(w http.ResponseWriter, r *http.Request) error {
	after := r.URL.Query().Get("after")
	list, err := s.Network.Servers(r.Context(), after, perPage)
	if err != nil {
		return err
	}
	var p pages.AdminServers
	if p.Servers, err = s.serverViews(r, list); err != nil {
		return err
	}
	if after != "" {
		p.Pager.Newer = "/admin/servers"
	}
	if len(list) == perPage {
		p.Pager.Older = "/admin/servers?after=" + list[perPage-1].Name
	}
	if p.Frame, err = s.frame(w, r, "servers"); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}

// hostIn is the server that the path names, its port's colon escaped or not.
func hostIn(r *http.Request) string {
	host, err := url.PathUnescape(chi.URLParam(r, "host"))
	if err != nil {
		return "" // nobody's name
	}
	return host
}

// getServer shows one of them, and what waits for it.
func (s *Server) getServer(w http.ResponseWriter, r *http.Request) error {
	ctx, name, after := r.Context(), hostIn(r), idIn(r, "after")
	o, err := s.Network.Server(ctx, name)
	if err != nil {
		return err
	}
	shown, err := s.serverViews(r, []instance.OtherServer{o})
	if err != nil {
		return err
	}
	held, err := s.Network.Held(ctx, name, after, perPage)
	if err != nil {
		return err
	}
	p := pages.AdminServer{Other: shown[0]}
	for _, d := range held {
		p.Deliveries = append(p.Deliveries, pages.Delivery{What: d.Activity, Tries: d.Attempts, Next: d.NextAt, Error: d.LastError})
	}
	path := "/admin/servers/" + o.Name
	if after != 0 {
		p.Pager.Newer = path
	}
	if len(held) == perPage {
		p.Pager.Older = path + "?after=" + held[perPage-1].ID.String()
	}
	if p.Frame, err = s.frame(w, r, "servers"); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}

// askServer has what waits for a server tried now, or asks whether it is there.
func (s *Server) askServer(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	name := hostIn(r)
	key := "sent-again"
	switch r.PostFormValue("deed") {
	case "retry":
		if err := s.Network.RetryHost(r.Context(), name); err != nil {
			return err
		}
	case "probe":
		if wait, ok := s.lookups.Allow("by " + me(r).ID.String()); !ok {
			return &auth.TooFast{Wait: wait}
		}
		err := s.Network.Probe(r.Context(), name)
		if key = "probed"; errors.Is(err, instance.ErrUnreachable) {
			key = "probe-failed"
		} else if err != nil {
			return err
		}
	default:
		return unknownDeed("deed")
	}
	return s.done(w, r, key, "/admin/servers/"+name)
}

// serverViews are servers with what was decided about them.
func (s *Server) serverViews(r *http.Request, list []instance.OtherServer) ([]view.Server, error) {
	names := make([]string, len(list))
	for i, o := range list {
		names[i] = o.Name
	}
	decided, err := s.Moderation.Severities(r.Context(), names)
	if err != nil {
		return nil, err
	}
	var shown []view.Server
	for _, o := range list {
		shown = append(shown, serverView(o, string(decided[o.Name])))
	}
	return shown, nil
}

// healths is what we say of each state a server can be in.
var healths = map[string]view.Health{"healthy": view.Well, "failing": view.Shaky, "paused": view.Failing, "dead": view.Lost}

// mattersFrom is from when on a wrong clock matters: signatures are good for
// some minutes.
const mattersFrom = time.Minute

func serverView(o instance.OtherServer, severity string) view.Server {
	shown := view.Server{
		Host: o.Name, Software: o.Software, Health: healths[o.State], Severity: severity, Pending: o.Pending, Failures: o.Failures,
		LastGood: o.LastSuccess, NextTry: o.ResumeAt, LastError: o.LastError, LastBad: o.LastFailure, People: o.People, Met: o.FirstSeen,
	}
	switch {
	case o.Skew >= mattersFrom:
		shown.Ahead = int(o.Skew.Minutes())
	case o.Skew <= -mattersFrom:
		shown.Behind = int(-o.Skew.Minutes())
	}
	return shown
}
