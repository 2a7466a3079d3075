// Package signature signs and verifies HTTP requests between servers, in the two
// forms the network speaks: draft-cavage-http-signatures-12, which everyone
// understands, and RFC 9421, which is replacing it.
//
// # Signing
//
// [Sign] adds a signature to a request that is about to leave. The digest of the
// body is computed once with [DigestOf] and serves for every host, so that one
// signature is nearly all that a delivery costs. [Memory] remembers which form a
// host understood and knocks a second time where the first was refused.
//
// # Verifying
//
// [Verifier] holds a request to our own policy before it looks at any key: what
// must be covered, how old it may be, which host it is for, that the digest is
// that of the bytes read. No library is asked for any of that. What comes out is
// a [Verified]: the owner of the key, who is the only actor that the request may
// speak for. The caller must compare that owner with the activity's actor.
//
// # Keys
//
// [KeyCache] keeps the keys of strangers, asks for each at most once at a time
// and rarely again. [Resolver] fetches them and believes a key only if the actor
// that owns it, fetched from its own origin, lists it (FEP-fe34).
package signature

import (
	"errors"
	"time"
)

// Scheme is a form of HTTP signature.
type Scheme string

// The schemes known.
const (
	Cavage  Scheme = "cavage-12"
	RFC9421 Scheme = "rfc9421"
)

// Why a request is not believed. Every error of [Verifier.Verify] and of the key
// functions wraps one of these; storage and context errors come as they are.
var (
	// ErrUnsigned: there is no signature at all.
	ErrUnsigned = errors.New("request not signed")
	// ErrMalformed: a header of the signature is garbage, too large or doubled.
	ErrMalformed = errors.New("signature malformed")
	// ErrCoverage: something that must be signed is not.
	ErrCoverage = errors.New("signature covers too little")
	// ErrTime: too old, not yet valid, expired, or valid for much too long.
	ErrTime = errors.New("signature outside its time")
	// ErrDigest: the digest is not that of the body.
	ErrDigest = errors.New("digest does not match the body")
	// ErrHost: the request was made for another server.
	ErrHost = errors.New("host is not ours")
	// ErrOwners: two signatures on one request name different owners.
	ErrOwners = errors.New("signatures of different owners")
	// ErrInvalid: the signature does not verify with the key.
	ErrInvalid = errors.New("signature does not verify")
	// ErrKey: the key is of a kind, size or form, or in a relation to its owner,
	// that is not accepted; asking again will not help.
	ErrKey = errors.New("key not acceptable")
	// ErrKeyUnavailable: the key cannot be had now; later it may.
	ErrKeyUnavailable = errors.New("key not available")
	// ErrGone: the key's origin says that it is gone for good (410), which is
	// what a Delete of its owner looks like.
	ErrGone = errors.New("key gone")
)

// Verified is what a valid signature proves.
type Verified struct {
	// KeyID is the key that signed.
	KeyID string
	// Owner is the actor whose key it is: the one the request may speak for.
	Owner string
	// Scheme is the form of the signature; RFC9421 if there were both.
	Scheme Scheme
	// Kind is the kind of the key.
	Kind Kind
	// Signed is when the request was signed, by the sender's clock.
	Signed time.Time
}
