package mastodon

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"strings"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/auth"
	"palier/instance/live"
	"palier/instance/writing"
)

// streamingRoutes are apart from the others: what they answer is neither packed
// nor ever at its end.
func (s *Server) streamingRoutes(r chi.Router) {
	r = r.With(shared)
	r.Options("/api/v1/streaming*", func(http.ResponseWriter, *http.Request) {})
	r.Get("/api/v1/streaming", s.openSocket)
	r.Get("/api/v1/streaming/", s.openSocket)
	r.Get("/api/v1/streaming/health", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		_, _ = w.Write([]byte("OK"))
	})
	r.Get("/api/v1/streaming/*", s.openEvents)
}

// channel is a stream by the words a program uses for it.
type channel struct {
	live.Stream
	label []string // what its events say they come on
}

// errChannel says that there is no such stream.
var errChannel = &instance.Invalid{Field: "stream", Code: "unknown"}

// publics are the streams of what anyone may read.
var publics = map[string]live.Stream{
	"public":              {Name: live.Public},
	"public:local":        {Name: live.PublicLocal},
	"public:remote":       {Name: live.PublicRemote},
	"public:media":        {Name: live.Public, Media: true},
	"public:local:media":  {Name: live.PublicLocal, Media: true},
	"public:remote:media": {Name: live.PublicRemote, Media: true},
}

// parseChannel reads the name of a stream with what belongs to it. It returns an
// [instance.Invalid] for one that is none.
func parseChannel(name, tag, list string) (channel, error) {
	if p, ok := publics[name]; ok {
		return channel{p, []string{name}}, nil
	}
	switch n := live.Name(name); n {
	case live.User, live.Notifications, live.Direct:
		return channel{live.Stream{Name: n}, []string{name}}, nil
	case live.Tag, live.TagLocal:
		norm := writing.NormalizeHashtag(tag)
		if norm == "" {
			return channel{}, &instance.Invalid{Field: "tag", Code: "missing"}
		}
		return channel{live.Stream{Name: n, Tag: norm}, []string{name, tag}}, nil
	case live.List:
		id, err := instance.ParseID(list)
		if err != nil {
			return channel{}, &instance.Invalid{Field: "list", Code: "missing"}
		}
		return channel{live.Stream{Name: n, ID: id}, []string{name, list}}, nil
	}
	return channel{}, errChannel
}

// mayListen returns why somebody may not listen to a stream: their token does
// not go that far, or it is another's.
func (s *Server) mayListen(r *http.Request, c *call, to channel) error {
	scope := "read:statuses"
	if to.Name == live.Notifications {
		scope = "read:notifications"
	}
	if err := allowed(*c.access, scope); err != nil {
		return err
	}
	if to.Name == live.List {
		return s.Live.OwnsList(r.Context(), c.me(), to.ID)
	}
	return nil
}

// dial identifies who wants to listen and opens a line to them. It answers
// itself if they may not.
func (s *Server) dial(w http.ResponseWriter, r *http.Request, to func(*call) ([]channel, error)) (*live.Line, *call, []channel, bool) {
	c := &call{}
	l, channels, err := s.connect(r, c, to)
	if err != nil {
		if errors.Is(err, live.ErrStopping) {
			err = fmt.Errorf("%w: %w", instance.ErrUnreachable, err)
		}
		s.fail(w, r, c, err)
		return nil, nil, nil, false
	}
	return l, c, channels, true
}

func (s *Server) connect(r *http.Request, c *call, to func(*call) ([]channel, error)) (*live.Line, []channel, error) {
	if err := s.recognise(r, c, "", somebody); err != nil {
		return nil, nil, err
	}
	if !c.access.Scopes.Allows("read:statuses") && !c.access.Scopes.Allows("read:notifications") {
		return nil, nil, &scopeError{"read"}
	}
	channels, err := to(c)
	if err != nil {
		return nil, nil, err
	}
	for _, ch := range channels {
		if err := s.mayListen(r, c, ch); err != nil {
			return nil, nil, err
		}
	}
	l, err := s.Live.Open(c.me(), live.Pass{Token: c.access.Token}, lineAddress(r))
	if err != nil {
		return nil, nil, err
	}
	for _, ch := range channels {
		if err := l.Join(ch.Stream); err != nil {
			l.Close()
			return nil, nil, err
		}
	}
	return l, channels, nil
}

// subprotocols are what a browser that cannot set headers offers: its token
// first.
func subprotocols(r *http.Request) []string {
	var all []string
	for part := range strings.SplitSeq(r.Header.Get("Sec-WebSocket-Protocol"), ",") {
		if part = strings.TrimSpace(part); part != "" {
			all = append(all, part)
		}
	}
	return all
}

// lineAddress is under which address a line counts; empty for the machine
// itself, which is the proxy in front of us or its operator.
func lineAddress(r *http.Request) string {
	a, err := netip.ParseAddrPort(r.RemoteAddr)
	switch {
	case err != nil:
		return r.RemoteAddr
	case a.Addr().Unmap().IsLoopback():
		return ""
	}
	return auth.Network(a.Addr())
}
