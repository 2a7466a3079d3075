package mastodon

import (
	"errors"
	"net/http"
	"strings"

	"palier/instance"
	"palier/instance/live"
)

// openEvents lets a program listen to one stream by server-sent events:
// /api/v1/streaming/public/local is public:local.
func (s *Server) openEvents(w http.ResponseWriter, r *http.Request) {
	l, c, _, ok := s.dial(w, r, func(*call) ([]channel, error) {
		q := r.URL.Query()
		name := strings.ReplaceAll(strings.Trim(strings.TrimPrefix(r.URL.Path, "/api/v1/streaming/"), "/"), "/", ":")
		if strings.HasPrefix(name, "public") && !strings.HasSuffix(name, ":media") && (&Parameters{values: q}).Yes("only_media") {
			name += ":media"
		}
		ch, err := parseChannel(name, q.Get("tag"), q.Get("list"))
		if errors.Is(err, errChannel) {
			err = instance.ErrNotFound
		}
		return []channel{ch}, err
	})
	if !ok {
		return
	}
	defer l.Close()
	out, err := live.NewEvents(w)
	if err != nil || r.Method == http.MethodHead {
		return
	}
	who := &listener{server: s, person: c.me(), scopes: c.access.Scopes}
	out.Serve(r.Context().Done(), l, func(t live.Telling) error {
		if t.Kind == live.Look {
			return live.ErrMissed // they come back and read anew
		}
		h, err := who.happening(r.Context(), t)
		switch {
		case errors.Is(err, errUntold):
			return nil
		case err == nil:
			return out.Send(h.name, h.payload) // JSON holds no line breaks
		case r.Context().Err() == nil:
			s.Log.Warn("tell a program", "kind", t.Kind, "post", t.Post, "error", err)
		}
		return err
	})
}
