// Package proof makes and verifies object integrity proofs: signatures that
// stay with a document wherever it is forwarded, so that a reader can tell who
// wrote it without asking the author's server.
//
// It speaks one suite, eddsa-jcs-2022: the document without its proof and the
// proof without its value are each brought into canonical form (JCS, RFC 8785),
// hashed with SHA-256, and both hashes are signed with Ed25519.
//
// [Sign] adds a proof to a document of ours. [Verify] checks one of a
// stranger's; what it returns is only that a key signed these bytes, so its
// caller goes on with [Result.CheckOwner] to learn that the key was the
// author's to use. A document meant for few must never get a proof: whoever
// passes it on could prove what was said.
//
// An actor lists its keys as Multikeys, whose text [EncodeKey] writes and
// [DecodeKey] reads.
//
// Sources: [FEP-8b32], [FEP-521a] and [Data Integrity EdDSA Cryptosuites].
//
// [FEP-8b32]: https://codeberg.org/fediverse/fep/src/branch/main/fep/8b32/fep-8b32.md
// [FEP-521a]: https://codeberg.org/fediverse/fep/src/branch/main/fep/521a/fep-521a.md
// [Data Integrity EdDSA Cryptosuites]: https://www.w3.org/TR/vc-di-eddsa/#eddsa-jcs-2022
package proof

import (
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/gowebpki/jcs"
)

// The only kind of proof that is made and understood.
const (
	proofType = "DataIntegrityProof"
	suite     = "eddsa-jcs-2022"
	purpose   = "assertionMethod"
)

// Skew is how far ahead of our clock the time of a proof may be.
const Skew = 5 * time.Minute

// What can be wrong with a document or its proof.
//
// [ErrNone], [ErrUnsupported], [ErrExpired] and [ErrUnresolved] leave the
// document as good as one without proof; [Ignorable] tells them from the
// others, which mean that it is not to be believed.
var (
	// ErrNone says that the document carries no proof.
	ErrNone = errors.New("no integrity proof")
	// ErrUnsupported says that the proof is of another type, suite or form
	// than the one spoken here.
	ErrUnsupported = errors.New("unsupported integrity proof")
	// ErrExpired says that the proof was good until a time that has passed.
	ErrExpired = errors.New("expired integrity proof")
	// ErrUnresolved says that the lookup had no key for the proof. The error
	// of the lookup is wrapped beside it.
	ErrUnresolved = errors.New("verification method not resolved")

	// ErrMalformed says that the bytes are not one JSON object as [Verify]
	// demands it, or that a member of the proof cannot be read.
	ErrMalformed = errors.New("malformed document or proof")
	// ErrInexact says that a number in the document would be signed as another
	// one: its size is 2^53 or more.
	ErrInexact = errors.New("number cannot be signed exactly")
	// ErrSeveral says that there is more than one proof.
	ErrSeveral = errors.New("several integrity proofs")
	// ErrPurpose says that the proof was made for something else than
	// asserting a document.
	ErrPurpose = errors.New("wrong purpose of integrity proof")
	// ErrCreated says that the proof does not say when it was made, or that
	// this lies in the future.
	ErrCreated = errors.New("creation time of integrity proof missing or in the future")
	// ErrContext says that the document's @context does not start with the one
	// of the proof.
	ErrContext = errors.New("context of integrity proof differs from the document's")
	// ErrSignature says that the key did not sign this document.
	ErrSignature = errors.New("integrity proof does not match the document")
	// ErrOwner says that the key is not the actor's.
	ErrOwner = errors.New("integrity proof by somebody else")
	// ErrPresent says that the document to sign carries a proof already.
	ErrPresent = errors.New("document has an integrity proof already")
	// ErrKey says that a key cannot be used or read.
	ErrKey = errors.New("unusable key")
)

// Ignorable tells whether err of [Verify] says no more than that nothing is
// proved, so that the document may be judged by other means, such as the HTTP
// signature it came under or a fetch from its origin. Any other error means a
// broken or forged proof, and the document is to be refused.
//
// Source: FEP-8b32, "Proof verification".
func Ignorable(err error) bool {
	return errors.Is(err, ErrNone) || errors.Is(err, ErrUnsupported) ||
		errors.Is(err, ErrExpired) || errors.Is(err, ErrUnresolved)
}

// Sign returns doc with a proof by key as its last member; all other bytes of
// it stay as they are. The proof names the key as verificationMethod, which is
// the key's id in the actor's assertionMethod, carries the document's own
// @context, and says that it was made at created, to the second.
//
// It returns [ErrPresent] if doc has a proof, [ErrKey] if key has the wrong
// size, [ErrMalformed] if doc is not one JSON object within the bounds of
// [Verify], has names that occur twice or has no verificationMethod to go with
// it, and [ErrInexact] if it holds a number of 2^53 or more.
func Sign(doc []byte, key ed25519.PrivateKey, verificationMethod string, created time.Time) ([]byte, error) {
	if len(key) != ed25519.PrivateKeySize {
		return nil, fmt.Errorf("sign document: %w: %d bytes", ErrKey, len(key))
	}
	if verificationMethod == "" {
		return nil, fmt.Errorf("sign document: %w: no verification method", ErrMalformed)
	}
	d, err := read(doc)
	if err != nil {
		return nil, fmt.Errorf("sign document: %w", err)
	}
	if _, ok := d.member("proof"); ok {
		return nil, fmt.Errorf("sign document: %w", ErrPresent)
	}
	context, _ := d.member("@context")
	config, err := newConfig(context, verificationMethod, created)
	if err != nil {
		return nil, fmt.Errorf("sign document: %w", err)
	}
	hash, err := hashes(config, d.unsecured(nil))
	if err != nil {
		return nil, fmt.Errorf("sign document: %w", err)
	}
	value := multibase58(ed25519.Sign(key, hash))
	return d.with(config, value), nil
}

// newConfig writes a proof without its value.
func newConfig(context []byte, verificationMethod string, created time.Time) ([]byte, error) {
	method, err := jsontext.AppendQuote(nil, verificationMethod)
	if err != nil {
		return nil, fmt.Errorf("%w: verification method: %w", ErrMalformed, err)
	}
	b := []byte{'{'}
	if context != nil {
		compact := jsontext.Value(append([]byte(nil), context...))
		if err := compact.Compact(); err != nil {
			return nil, fmt.Errorf("%w: @context: %w", ErrMalformed, err)
		}
		b = append(b, `"@context":`...)
		b = append(b, compact...)
		b = append(b, ',')
	}
	b = append(b, `"type":"`+proofType+`","cryptosuite":"`+suite+`","verificationMethod":`...)
	b = append(b, method...)
	b = append(b, `,"proofPurpose":"`+purpose+`","created":"`...)
	b = created.UTC().Truncate(time.Second).AppendFormat(b, time.RFC3339)
	return append(b, `"}`...), nil
}

// hashes returns what is signed: the hash of the proof's own members, then the
// hash of the document.
func hashes(config, unsecured []byte) ([]byte, error) {
	var both [2 * sha256.Size]byte
	for i, part := range [...][]byte{config, unsecured} {
		canonical, err := jcs.Transform(part)
		if err != nil {
			return nil, fmt.Errorf("%w: canonical form: %w", ErrMalformed, err)
		}
		sum := sha256.Sum256(canonical)
		copy(both[i*sha256.Size:], sum[:])
	}
	return both[:], nil
}
