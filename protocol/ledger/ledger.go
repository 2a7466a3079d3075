// Package ledger is the book that one association keeps of one home, so that no
// bed is ever promised twice: who asked for which beds and nights, what was
// granted until when, who was placed, and when a bed was free again.
//
// # What stands in it
//
// An [Entry] is a [Deed] with its number, the hash of the entry before it and
// the signature of the association whose home it is. What another association
// says, its [Statement], stands whole in the entry that it led to, with that
// association's own signature: so a placement is signed by both. Nothing in a
// ledger says who lives anywhere, where a home is, or why a stay ended; it is
// read by every association that may see the home.
//
// # Bytes
//
// Every document here has one form (RFC 8785) and is refused in any other: what
// is read is written again and has to come out the same, byte for byte. So
// nothing can be smuggled in beside what is named here, and a signature is good
// for one text only.
//
// # Rules
//
// [Book.Admit] is the one place that says what may follow on what. The keeper
// of a ledger writes through it ([Keeper]) and whoever reads one checks through
// it ([Verify]), so that no keeper can write what a reader would refuse.
package ledger

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"palier/protocol/origin"
	"palier/protocol/proof"
)

// How long things hold.
const (
	// MaxLease is the longest that beds are kept for somebody who has not placed
	// anybody, and that an ask waits.
	MaxLease = 72 * time.Hour
	// Stale is how old a statement may be when it is first heard.
	Stale = time.Hour
	// Skew is how far ahead another's clock may be.
	Skew = 5 * time.Minute
)

// The bounds of a ledger.
const (
	MaxPlaces  = 50  // beds of one home
	MaxNights  = 366 // of one stay
	MaxOpen    = 3 * MaxNights
	MaxWaiting = 50 // asks that wait for one home
)

// What can be wrong.
var (
	// ErrMalformed says that bytes are not the one form of a document of this
	// package.
	ErrMalformed = errors.New("not a document of a ledger")
	// ErrSignature says that a seal did not sign this.
	ErrSignature = errors.New("signature does not match")
	// ErrChain says that an entry does not follow on the one before it.
	ErrChain = errors.New("entry does not follow on the one before")
	// ErrForbidden says that a deed cannot follow on what was done before.
	ErrForbidden = errors.New("deed not allowed here")
	// ErrTaken says that a bed is somebody's in one of the nights.
	ErrTaken = errors.New("bed is taken")
	// ErrClock says that a clock is wrong, or that a message is too old.
	ErrClock = errors.New("time is out of bounds")
	// ErrTruncated says that a ledger ends before an entry that somebody holds.
	ErrTruncated = errors.New("ledger was cut off")
	// ErrForked says that a ledger holds another entry than the one that somebody
	// was shown.
	ErrForked = errors.New("ledger was rewritten")
)

// Hash names an entry by its bytes.
type Hash [sha256.Size]byte

func (h Hash) String() string { return base64.RawURLEncoding.EncodeToString(h[:]) }

func parseHash(s string) (h Hash, err error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil || len(b) != len(h) {
		return h, fmt.Errorf("%w: hash %q", ErrMalformed, clip(s))
	}
	return Hash(b), nil
}

// Mark is one entry of a ledger as somebody saw it. The zero Mark is that of
// nobody who has seen any.
type Mark struct {
	Number int // from 1 on
	Hash   Hash
}

// Seal is the public key that an association signs with in ledgers, as a
// Multikey of Ed25519.
type Seal string

// SealOf returns the seal of a key.
func SealOf(key ed25519.PrivateKey) (Seal, error) {
	public, ok := key.Public().(ed25519.PublicKey)
	if !ok {
		return "", fmt.Errorf("seal: %w", proof.ErrKey)
	}
	s, err := proof.EncodeKey(public)
	return Seal(s), err
}

// key returns the key that a seal stands for. Only the form that [SealOf]
// writes is one.
func (s Seal) key() (ed25519.PublicKey, error) {
	k, err := proof.DecodeKey(string(s))
	if err != nil {
		return nil, fmt.Errorf("%w: seal: %w", ErrMalformed, err)
	}
	key, ok := k.(ed25519.PublicKey)
	if !ok {
		return nil, fmt.Errorf("%w: seal of another kind", ErrMalformed)
	}
	if again, err := proof.EncodeKey(key); err != nil || again != string(s) {
		return nil, fmt.Errorf("%w: seal written otherwise", ErrMalformed)
	}
	return key, nil
}

// checked holds a signature to a seal. Every kind of document is signed behind
// a word of its own, so that none can pass for another.
func (s Seal) checked(word string, unsigned, signature []byte) error {
	key, err := s.key()
	if err != nil {
		return err
	}
	if !ed25519.Verify(key, signed(word, unsigned), signature) {
		return ErrSignature
	}
	return nil
}

const (
	wordEntry     = "palier housing-1 entry\n"
	wordStatement = "palier housing-1 statement\n"
)

func signed(word string, unsigned []byte) []byte { return append([]byte(word), unsigned...) }

// checkID refuses what is no id: an http(s) URL in plain ASCII, as it would be
// asked.
func checkID(what, id string) error {
	const longest = 300
	if len(id) > longest {
		return fmt.Errorf("%w: %s of %d bytes", ErrMalformed, what, len(id))
	}
	for i := range len(id) {
		if c := id[i]; c <= ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' {
			return fmt.Errorf("%w: %s %q", ErrMalformed, what, clip(id))
		}
	}
	if _, ok := origin.Of(id); !ok {
		return fmt.Errorf("%w: %s %q", ErrMalformed, what, clip(id))
	}
	return nil
}

// moment is how times are written: to the millisecond, in UTC.
const moment = "2006-01-02T15:04:05.000Z"

func writeTime(t time.Time) string { return t.UTC().Format(moment) }

func readTime(what, s string) (time.Time, error) {
	t, err := time.Parse(moment, s)
	if err != nil || t.Year() < 2000 || t.Year() > 2999 {
		return time.Time{}, fmt.Errorf("%w: %s %q", ErrMalformed, what, clip(s))
	}
	return t, nil
}

// clip keeps a stranger's words short in our errors.
func clip(s string) string {
	if len(s) > 80 {
		return s[:80] + "…"
	}
	return s
}
