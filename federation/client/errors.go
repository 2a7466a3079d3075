package client

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// What can go wrong when a stranger is asked. Errors of this package wrap one
// of these, or a [*StatusError]; anything else is the network's own error.
var (
	// ErrBadURL: not a URL this program would ever ask (scheme, userinfo, port,
	// or a host written in a way that hides an address).
	ErrBadURL = errors.New("url not acceptable")
	// ErrBlockedAddress: the name leads to an address strangers may not send us to.
	ErrBlockedAddress = errors.New("address not allowed")
	// ErrRedirect: too many redirects, one to another scheme, or one of a POST.
	ErrRedirect = errors.New("redirect not followed")
	// ErrTooLarge: the answer has more bytes than the limit, after decompression.
	ErrTooLarge = errors.New("answer too large")
	// ErrContentType: the answer is not of a type that was asked for.
	ErrContentType = errors.New("content type not acceptable")
	// ErrBudget: the job's allowance of fetches, bytes, depth or time is spent.
	ErrBudget = errors.New("fetch budget spent")
	// ErrGone: 410, the thing was there and will not come back.
	ErrGone = errors.New("gone")
	// ErrNotFound: 404.
	ErrNotFound = errors.New("not found")
	// ErrUnauthorized: 401 or 403, the host wants another signature or none of ours.
	ErrUnauthorized = errors.New("not authorised")
	// ErrUnchanged: 304, it is as it was when it was fetched last.
	ErrUnchanged = errors.New("unchanged")
	// ErrRetryLater: 429 or 503; the time to wait is in [StatusError.After].
	ErrRetryLater = errors.New("retry later")
)

// StatusError is an answer that is neither a success nor a redirect.
type StatusError struct {
	// Status is the HTTP status code.
	Status int
	// After is how long the host asks to be left alone; zero if it did not say.
	After time.Duration
	// Date is the host's own clock, zero if it did not tell.
	Date time.Time
}

// Error says the status in words.
func (e *StatusError) Error() string {
	if e.After > 0 {
		return fmt.Sprintf("answered %d, retry after %s", e.Status, e.After)
	}
	return fmt.Sprintf("answered %d", e.Status)
}

// Is makes the meanings of single statuses testable with errors.Is.
func (e *StatusError) Is(target error) bool {
	switch target {
	case ErrGone:
		return e.Status == 410
	case ErrUnchanged:
		return e.Status == 304
	case ErrNotFound:
		return e.Status == 404
	case ErrUnauthorized:
		return e.Status == 401 || e.Status == 403
	case ErrRetryLater:
		return e.Status == 429 || e.Status == 503
	}
	return false
}

// Temporary reports whether the same request may well succeed later: network
// and TLS trouble, time-outs, 408, 425, 429 and every 5xx. What a host will
// answer again, and what we refuse ourselves, is not temporary.
func Temporary(err error) bool {
	if err == nil || errors.Is(err, context.Canceled) {
		return false
	}
	for _, final := range []error{ErrBadURL, ErrBlockedAddress, ErrRedirect, ErrTooLarge, ErrContentType, ErrBudget} {
		if errors.Is(err, final) {
			return false
		}
	}
	if s, ok := errors.AsType[*StatusError](err); ok {
		return s.Status >= 500 || s.Status == 429 || s.Status == 408 || s.Status == 425
	}
	return true
}
