package live

import (
	"net/http"
	"time"
)

const (
	// ThumpEvery is how often a stream of events shows that it is alive.
	ThumpEvery = 15 * time.Second
	writeTime  = 10 * time.Second
)

// Events is an answer that is a stream of events (HTML, server-sent events), to
// one who may read slowly or not at all.
type Events struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

// NewEvents begins such an answer. The headers of w are sent by it, and the time
// that a request may take does not count any more.
func NewEvents(w http.ResponseWriter) (*Events, error) {
	e := &Events{w: w, control: http.NewResponseController(w)}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "private, no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Accel-Buffering", "no") // for proxies that would wait for more
	w.WriteHeader(http.StatusOK)
	if err := e.control.SetReadDeadline(time.Time{}); err != nil {
		return nil, err
	}
	return e, e.write([]byte(":)\n\n"))
}

// Send writes an event. Data is one line.
func (e *Events) Send(name string, data []byte) error {
	b := make([]byte, 0, len(name)+len(data)+len("event: \ndata: \n\n"))
	b = append(append(b, "event: "...), name...)
	b = append(append(b, "\ndata: "...), data...)
	return e.write(append(b, "\n\n"...))
}

// Thump shows that the stream is alive.
func (e *Events) Thump() error { return e.write([]byte(":thump\n\n")) }

func (e *Events) write(b []byte) error {
	deadline := time.Now().Add(writeTime) //nolint:forbidigo // of the kernel, by its own clock
	if err := e.control.SetWriteDeadline(deadline); err != nil {
		return err
	}
	if _, err := e.w.Write(b); err != nil {
		return err
	}
	return e.control.Flush()
}

// Serve sends what is told on l until it ends, the reader has gone, or send says
// why not.
func (e *Events) Serve(gone <-chan struct{}, l *Line, send func(Telling) error) {
	thump := time.NewTicker(ThumpEvery)
	defer thump.Stop()
	for {
		select {
		case <-gone:
			return
		case <-l.Ended():
			return
		case <-thump.C:
			if e.Thump() != nil {
				return
			}
		case <-l.Rings():
			for _, t := range l.Take() {
				if send(t) != nil {
					return
				}
			}
		}
	}
}
