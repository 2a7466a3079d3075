package activitypub

import (
	"context"
	"maps"
	"net/http"
	"time"
)

// Courier brings messages to push services through the guarded client: their
// addresses come from programs, which are strangers (security.md E01).
type Courier struct{ s *Service }

// Courier returns the service's courier.
func (s *Service) Courier() Courier { return Courier{s} }

// Acceptable returns an error for an address that nothing is ever sent to.
func (c Courier) Acceptable(endpoint string) error {
	_, err := c.s.client.Check(endpoint)
	return err
}

// Push sends a message with its own headers.
func (c Courier) Push(ctx context.Context, endpoint string, header http.Header, body []byte) (int, time.Duration, error) {
	a, err := c.s.client.Post(ctx, endpoint, body, func(r *http.Request) error {
		r.Header.Del("Accept")
		maps.Copy(r.Header, header)
		return nil
	})
	return a.Status, a.RetryAfter, err
}
