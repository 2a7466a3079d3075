package media

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Safe keeps files that only some may read. Each is sealed under a key of its
// own, which whoever puts it in keeps elsewhere: what lies in the store, or in a
// copy of it, says nothing by itself.
type Safe struct{ store Store }

// NewSafe returns a safe in store.
func NewSafe(store Store) *Safe { return &Safe{store} }

// Sealed is where a file lies and what opens it.
type Sealed struct {
	File string
	Key  []byte
}

// Put seals content and keeps it in a folder under a name nobody can guess. It
// returns an error wrapping [ErrFull] if there is no room.
func (s *Safe) Put(ctx context.Context, folder string, content []byte) (Sealed, error) {
	kept := Sealed{File: folder + "/" + strings.ToLower(rand.Text()), Key: make([]byte, 32)}
	_, _ = rand.Read(kept.Key) // never fails
	box, err := boxOf(kept.Key)
	if err != nil {
		return Sealed{}, err
	}
	// The key is used once, so the nonce can be the same for all.
	closed := box.Seal(nil, make([]byte, box.NonceSize()), content, []byte(kept.File))
	if err := s.store.Put(ctx, kept.File, closed); err != nil {
		return Sealed{}, fmt.Errorf("keep %s: %w", kept.File, err)
	}
	return kept, nil
}

// Open returns what was put in, of at most so many bytes. What was changed since,
// or lies under another name, does not open.
func (s *Safe) Open(ctx context.Context, kept Sealed, most int) (content []byte, err error) {
	f, err := s.store.Open(ctx, kept.File)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", kept.File, err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	box, err := boxOf(kept.Key)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", kept.File, err)
	}
	closed, err := io.ReadAll(io.LimitReader(f, int64(most+box.Overhead())))
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", kept.File, err)
	}
	if content, err = box.Open(nil, make([]byte, box.NonceSize()), closed, []byte(kept.File)); err != nil {
		return nil, fmt.Errorf("open %s: %w", kept.File, err)
	}
	return content, nil
}

// Delete throws out a file. That it is not there is no error.
func (s *Safe) Delete(ctx context.Context, file string) error { return s.store.Delete(ctx, file) }

func boxOf(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}
