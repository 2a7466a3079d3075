package instance

import "errors"

// The meanings an error can have for the one who asked. Everything else is a
// fault of ours and shows no detail.
var (
	// ErrNotFound says that it is not there, or not for this reader: both look
	// the same from outside.
	ErrNotFound = errors.New("not found")
	// ErrForbidden says that the asker may know of it but not do this.
	ErrForbidden = errors.New("not allowed")
	// ErrGone says that it was there and was removed.
	ErrGone = errors.New("gone")
	// ErrConflict says that something else already holds the place.
	ErrConflict = errors.New("already taken")
	// ErrUnauthenticated says that one has to sign in first.
	ErrUnauthenticated = errors.New("not signed in")
	// ErrTooMany says that the asker has to wait.
	ErrTooMany = errors.New("too many requests")
	// ErrUnreachable says that another server does not answer now.
	ErrUnreachable = errors.New("no answer from the other server")
	// ErrClocks says that another server does not believe us, or we it, because the
	// clocks of the two are too far apart. It comes with [ErrUnreachable].
	ErrClocks = errors.New("the clocks of the two servers are too far apart")
	// ErrSealed says that something is there and cannot be opened: its key, which
	// is kept apart, is not on this server.
	ErrSealed = errors.New("sealed, and its key is not here")
	// ErrInvalid says that what was sent cannot be taken; see [Invalid].
	ErrInvalid = errors.New("invalid")
)

// Invalid names the field that cannot be taken and why, as codes that the
// pages turn into a sentence and an API into its answer. It is an [ErrInvalid].
type Invalid struct {
	Field string // title, text, email, …
	Code  string // missing, too-long, taken, …
	Limit int    // for too-long and too-many: the most that is taken
}

func (e *Invalid) Error() string { return e.Field + " " + e.Code }

func (e *Invalid) Is(target error) bool { return target == ErrInvalid }
