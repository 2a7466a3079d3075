package mastodon

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"palier/instance"
	"palier/instance/live"
)

// thumpEvery is how often an event stream shows that it is alive.
const thumpEvery = 15 * time.Second

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
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "private, no-store")
	h.Set("X-Accel-Buffering", "no") // for proxies that would wait for more
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodHead {
		return
	}
	out := &eventWriter{w: w, control: http.NewResponseController(w)}
	who := &listener{server: s, person: c.me(), scopes: c.access.Scopes}
	if out.begin() == nil {
		s.tellEvents(r, out, who, l)
	}
}

// tellEvents writes what happens until the line ends or the other side has gone.
func (s *Server) tellEvents(r *http.Request, out *eventWriter, who *listener, l *live.Line) {
	ctx := r.Context()
	thump := time.NewTicker(thumpEvery)
	defer thump.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-l.Ended():
			return
		case <-thump.C:
			if out.write([]byte(":thump\n\n")) != nil {
				return
			}
		case <-l.Rings():
			for _, t := range l.Take() {
				b, err := who.record(ctx, t)
				if errors.Is(err, errUntold) && t.Kind != live.Look {
					continue
				}
				if err == nil {
					err = out.write(b)
				} else if ctx.Err() == nil && t.Kind != live.Look {
					s.Log.Warn("tell a program", "kind", t.Kind, "post", t.Post, "error", err)
				}
				if err != nil {
					return // they come back and read anew
				}
			}
		}
	}
}

// eventWriter writes to a program that may read slowly, or not at all.
type eventWriter struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

// begin lifts the limit of time for requests, and shows that the stream is open.
func (e *eventWriter) begin() error {
	if err := e.control.SetReadDeadline(time.Time{}); err != nil {
		return err
	}
	return e.write([]byte(":)\n\n"))
}

func (e *eventWriter) write(b []byte) error {
	deadline := time.Now().Add(writeTime) //nolint:forbidigo // of the kernel, by its own clock
	if err := e.control.SetWriteDeadline(deadline); err != nil {
		return err
	}
	if _, err := e.w.Write(b); err != nil {
		return err
	}
	return e.control.Flush()
}
