package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"

	"palier/instance"
	"palier/instance/auth"
	"palier/instance/live"
)

// getLive tells the page of somebody who is signed in that something new came to
// what it shows, and nothing else of it: /live for their own feed,
// /live?place=ID and /live?thread=ID for those pages.
func (s *Server) getLive(w http.ResponseWriter, r *http.Request) error {
	stream := live.Stream{Name: live.User}
	if id := idIn(r, "place"); id != 0 {
		stream = live.Stream{Name: live.Place, ID: id}
	}
	if id := idIn(r, "thread"); id != 0 {
		stream = live.Stream{Name: live.Thread, ID: id}
	}
	v := visitOf(r)
	l, err := s.Live.Open(v.viewer.ID, live.Pass{Session: s.Sessions.Key(r.Context())}, lineAddress(r))
	if errors.Is(err, live.ErrStopping) {
		w.WriteHeader(http.StatusServiceUnavailable) // the page asks again by itself
		return nil
	}
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	defer l.Close()
	if err := l.Join(stream); err != nil {
		return err
	}
	Secure(w.Header())
	out, err := live.NewEvents(w)
	if err != nil || r.Method == http.MethodHead {
		return nil // the reader has gone
	}
	out.Serve(r.Context().Done(), l, func(t live.Telling) error {
		switch {
		case t.Kind == live.Look:
			return out.Send("look", nil)
		case t.Kind != live.Posted && t.Kind != live.Boosted, t.Author == v.viewer.ID, t.Actor == v.viewer.ID:
			return nil // their own stands on the page that it led to
		}
		return out.Send("post", nil)
	})
	return nil
}

// lineAddress is under which address a line counts; empty for the machine
// itself, which is the proxy in front of us or its operator.
func lineAddress(r *http.Request) string {
	a, err := netip.ParseAddrPort(r.RemoteAddr)
	if err == nil && a.Addr().Unmap().IsLoopback() {
		return ""
	}
	return auth.From(r)
}

// liveOn is where the page at path hears of what comes; nowhere for those who
// are not signed in, and on pages further back.
func (s *Server) liveOn(r *http.Request, path string) string {
	if visitOf(r).account == nil || pageOf(r).Before != 0 || pageOf(r).After != 0 || idIn(r, "after") != 0 {
		return ""
	}
	return path
}

// livePlace and liveThread are where those pages hear of what comes.
func livePlace(id instance.ActorID) string { return "/live?place=" + id.String() }

func liveThread(id instance.PostID) string { return "/live?thread=" + id.String() }
