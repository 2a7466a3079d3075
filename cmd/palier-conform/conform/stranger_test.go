package conform

import (
	"errors"
	"testing"
	"time"
)

// A server out in the open cannot ask our loopback for a key: what needs one is
// skipped there, not failed.
func TestStrangersStayAtHome(t *testing.T) {
	t.Parallel()
	for base, near := range map[string]bool{
		"https://lyon.example": false, "https://192.0.2.7": false, "http://127.0.0.1:8080": true, "http://localhost:8080": true, "http://[::1]:8080": true,
	} {
		v := newVisit(base, Options{Now: time.Now}.orDefault())
		s, err := v.stranger(t.Context())
		if _, skipped := errors.AsType[skip](err); (s != nil) != near || skipped == near {
			t.Errorf("%s: %v, %v", base, s, err)
		}
		v.leave()
	}
}
