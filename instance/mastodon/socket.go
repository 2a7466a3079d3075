package mastodon

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/coder/websocket"
	"golang.org/x/time/rate"

	"palier/instance"
	"palier/instance/live"
)

// Limits of sockets (security.md E10).
const (
	maxMessage = 4 << 10 // bytes of what a program says at once
	writeTime  = 10 * time.Second
	pingEvery  = 26 * time.Second
	pongTime   = 15 * time.Second
	// A program may say so much at once, and so much a second from then on.
	saysAtOnce = 100
	saysRate   = 5
	// missedPause spreads the return of those who have to come back.
	missedPause = 3 * time.Second
)

// socket is a WebSocket on which a program listens to streams.
type socket struct {
	*listener
	line   *live.Line
	conn   *websocket.Conn
	asking *call // no more of it than is needed

	mu     sync.Mutex
	labels map[live.Stream][]string
}

// openSocket lets a program listen to streams on a WebSocket: to the one its
// address names, and to those it says.
func (s *Server) openSocket(w http.ResponseWriter, r *http.Request) {
	protocols := subprotocols(r)
	if bearer(r) == "" && len(protocols) > 0 {
		r = r.Clone(r.Context())
		r.Header.Set("Authorization", "Bearer "+protocols[0])
	}
	l, c, channels, ok := s.dial(w, r, func(*call) ([]channel, error) {
		q := r.URL.Query()
		if !q.Has("stream") {
			return nil, nil
		}
		ch, err := parseChannel(q.Get("stream"), q.Get("tag"), q.Get("list"))
		return []channel{ch}, err
	})
	if !ok {
		return
	}
	defer l.Close()
	o := &websocket.AcceptOptions{
		InsecureSkipVerify: true, // from whatever page: what counts is the token, no cookie
		CompressionMode:    websocket.CompressionDisabled,
	}
	if len(protocols) > 0 {
		o.Subprotocols = protocols[:1]
	}
	conn, err := websocket.Accept(w, r, o)
	if err != nil {
		return // Accept has answered
	}
	k := &socket{
		listener: &listener{server: s, person: c.me(), scopes: c.access.Scopes},
		line:     l, conn: conn, labels: map[live.Stream][]string{},
		asking: &call{access: c.access, viewer: instance.Viewer{ID: c.me()}, account: &instance.Account{Locale: c.account.Locale}},
	}
	for _, ch := range channels {
		k.labels[ch.Stream] = ch.label
	}
	k.serve(r)
}

// serve tells and hears until one side ends it.
func (k *socket) serve(r *http.Request) {
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	k.conn.SetReadLimit(maxMessage)
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		k.hear(ctx, r)
	}()
	k.tell(ctx, gone)
	_ = k.conn.CloseNow() // closed by now, or beyond help
	<-gone
}

// tell writes what happens, and pings, until the line ends or the other side
// has gone.
func (k *socket) tell(ctx context.Context, gone <-chan struct{}) {
	ping := time.NewTicker(pingEvery)
	defer ping.Stop()
	for {
		select {
		case <-gone:
			return
		case <-k.line.Ended():
			k.end(k.line.Why())
			return
		case <-ping.C:
			if !k.ping(ctx, gone) {
				return
			}
		case <-k.line.Rings():
			for _, t := range k.line.Take() {
				if !k.tellOne(ctx, t, gone) {
					return
				}
			}
		}
	}
}

// ping asks whether the other side is still there, and tells whether to go on.
func (k *socket) ping(ctx context.Context, gone <-chan struct{}) bool {
	ctx, cancel := context.WithTimeout(ctx, pongTime)
	defer cancel()
	done := make(chan struct{})
	defer close(done)
	go func() {
		select {
		case <-gone: // nobody will answer any more
			cancel()
		case <-done:
		}
	}()
	return k.conn.Ping(ctx) == nil
}

// tellOne writes one event; it tells whether to go on.
func (k *socket) tellOne(ctx context.Context, t live.Telling, gone <-chan struct{}) bool {
	if t.Kind == live.Look {
		// They read anew what they missed when they come back.
		wait := time.NewTimer(rand.N(missedPause))
		defer wait.Stop()
		select {
		case <-wait.C:
			k.end(live.ErrMissed)
		case <-gone:
		}
		return false
	}
	b, err := k.frame(ctx, t, k.label(t.Stream))
	switch {
	case errors.Is(err, errUntold):
		return true
	case err != nil:
		if ctx.Err() == nil {
			k.server.Log.Warn("tell a program", "kind", t.Kind, "post", t.Post, "error", err)
		}
		k.end(live.ErrMissed)
		return false
	}
	return k.write(ctx, b)
}

func (k *socket) write(ctx context.Context, b []byte) bool {
	ctx, cancel := context.WithTimeout(ctx, writeTime)
	defer cancel()
	return k.conn.Write(ctx, websocket.MessageText, b) == nil
}

func (k *socket) label(s live.Stream) []string {
	if s.Own() {
		s.ID = 0
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if label, ok := k.labels[s]; ok {
		return label
	}
	return []string{string(s.Name)} // left a moment ago
}

// end says why it ends here. A program that reads nothing does not hear it.
func (k *socket) end(why error) {
	status := websocket.StatusInternalError
	switch {
	case errors.Is(why, live.ErrSlow):
		_ = k.conn.CloseNow()
		return
	case errors.Is(why, live.ErrRevoked):
		status = websocket.StatusPolicyViolation
	case errors.Is(why, live.ErrStopping):
		status = websocket.StatusGoingAway
	case errors.Is(why, live.ErrMissed):
		status = websocket.StatusTryAgainLater
	}
	_ = k.conn.Close(status, why.Error())
}

// wish is what a program says: to which stream it wants to listen, or no more.
type wish struct {
	Type   string `json:"type"`
	Stream string `json:"stream"`
	Tag    string `json:"tag"`
	List   string `json:"list"`
}

// hear reads what the program says until it goes.
func (k *socket) hear(ctx context.Context, r *http.Request) {
	pace := rate.NewLimiter(saysRate, saysAtOnce)
	for {
		kind, b, err := k.conn.Read(ctx)
		if err != nil {
			return
		}
		if kind != websocket.MessageText {
			_ = k.conn.Close(websocket.StatusUnsupportedData, "binary messages are not understood")
			return
		}
		if !pace.Allow() {
			_ = k.conn.Close(websocket.StatusPolicyViolation, "too many messages")
			return
		}
		if err := k.obey(r, b); err != nil && !k.refuse(ctx, r, err) {
			return
		}
	}
}

// obey does what a program says. What is no wish at all is not for us.
func (k *socket) obey(r *http.Request, b []byte) error {
	var want wish
	if json.Unmarshal(b, &want) != nil {
		return nil // as Mastodon does
	}
	if want.Type != "subscribe" && want.Type != "unsubscribe" {
		return nil
	}
	ch, err := parseChannel(want.Stream, want.Tag, want.List)
	if err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if want.Type == "unsubscribe" {
		delete(k.labels, ch.Stream)
		k.line.Leave(ch.Stream)
		return nil
	}
	if _, listens := k.labels[ch.Stream]; listens {
		return nil
	}
	if err := k.server.mayListen(r, k.asking, ch); err != nil {
		return err
	}
	if err := k.line.Join(ch.Stream); err != nil {
		return err
	}
	k.labels[ch.Stream] = slices.Clone(ch.label)
	return nil
}

// refuse says why a wish is not granted.
func (k *socket) refuse(ctx context.Context, r *http.Request, err error) bool {
	status := statusOf(err)
	if status == http.StatusInternalServerError {
		k.server.Log.Error("answer a program", "path", r.URL.Path, "error", err)
	}
	b, err := json.Marshal(map[string]any{"error": sentence(language(r, k.asking), status, err), "status": status})
	if err != nil {
		return false
	}
	return k.write(ctx, b)
}
