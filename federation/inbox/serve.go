package inbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"palier/federation/client"
	"palier/protocol/as2"
)

// ServeHTTP answers a POST to the inbox of an actor or to the shared inbox.
func (b *Inbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.Take(r).Respond(w)
}

// Take reads a request and receives what it carries. It is ServeHTTP without
// the answer, for a caller who wants to see the outcome first, to log it or to
// have the item worked; [Outcome.Respond] writes it.
func (b *Inbox) Take(r *http.Request) Outcome {
	switch {
	case r.Method != http.MethodPost:
		return fault(http.StatusMethodNotAllowed, "method_not_allowed", "An inbox takes POST.", nil)
	case len(r.Header.Values("Content-Type")) != 1 || !client.IsAS2(r.Header.Get("Content-Type")):
		return fault(http.StatusUnsupportedMediaType, "content_type", "The content type has to be that of ActivityStreams.", nil)
	case compressed(r.Header.Get("Content-Encoding")):
		return fault(http.StatusUnsupportedMediaType, "content_encoding", "The body must not be compressed.", nil)
	case r.ContentLength > as2.MaxBytes:
		return tooLarge()
	}
	body, err := readBody(r)
	switch {
	case errors.Is(err, errTooLarge):
		return tooLarge()
	case err != nil:
		return fault(http.StatusBadRequest, "body_unreadable", "The body did not arrive whole.", err)
	}
	return b.Receive(r.Context(), r, body)
}

func compressed(encoding string) bool {
	return encoding != "" && !strings.EqualFold(encoding, "identity")
}

func tooLarge() Outcome {
	return fault(http.StatusRequestEntityTooLarge, "too_large", "An activity has at most "+strconv.Itoa(as2.MaxBytes)+" bytes.", nil)
}

var errTooLarge = errors.New("body too large")

// readBody reads at most what an activity may have. It sets aside no more memory
// than was sent, whatever the request says of its length.
func readBody(r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, as2.MaxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read body: %w", err)
	}
	if len(body) > as2.MaxBytes {
		return nil, errTooLarge
	}
	return body, nil
}

// Respond writes the outcome: nothing but the status for what was accepted, else
// the reason as JSON.
func (o Outcome) Respond(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	if o.RetryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(max(1, int(o.RetryAfter.Seconds()))))
	}
	if o.Status == http.StatusMethodNotAllowed {
		h.Set("Allow", http.MethodPost)
	}
	if o.Code == "" {
		w.WriteHeader(o.Status)
		return
	}
	body, err := json.Marshal(struct {
		Error  string `json:"error"`
		Detail string `json:"detail"`
	}{o.Code, o.Detail})
	if err != nil {
		body = []byte(`{}`) // two strings always marshal
	}
	h.Set("Content-Type", "application/json")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(o.Status)
	_, _ = w.Write(append(body, '\n')) // who sent it has gone if this fails
}
