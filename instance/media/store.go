package media

import (
	"context"
	"io"
	"time"
)

// Store keeps files under names.
type Store interface {
	// Put keeps content under name, all of it or nothing. It returns an error
	// wrapping [ErrFull] if there is no room.
	Put(ctx context.Context, name string, content []byte) error
	// Open returns what is kept under name, for the caller to close, or an
	// error wrapping [ErrNotFound].
	Open(ctx context.Context, name string) (*File, error)
	// Delete removes name. That it is not there is no error.
	Delete(ctx context.Context, name string) error
}

// File is an open file of a [Store].
type File struct {
	io.ReadSeekCloser
	// Size is in bytes.
	Size int64
	// Modified is when the file was kept.
	Modified time.Time
}
