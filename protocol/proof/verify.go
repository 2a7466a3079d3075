package proof

import (
	"bytes"
	"crypto/ed25519"
	"fmt"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/gowebpki/jcs"

	"palier/protocol/origin"
)

// maxURL is the longest id of a key or actor, in bytes.
const maxURL = 2 << 10

// Lookup returns the key with the id verificationMethod and the actor that
// lists it in its assertionMethod, its controller. It is asked once, after
// everything that needs no key was found in order. A Lookup answers from an
// actor document that was fetched from its own origin, never from the document
// being verified.
type Lookup func(verificationMethod string) (key ed25519.PublicKey, controller string, err error)

// Result says who proved a document, and when.
type Result struct {
	VerificationMethod string // id of the key
	Controller         string // id of the actor that the key belongs to
	Created            time.Time
}

// Verify checks the integrity proof at the top of doc at the time now. On
// success the key that lookup returned has signed doc: every member of it but
// proof and signature.
//
// It takes documents of up to 1 MiB and 64 levels, and refuses names that occur
// twice, invalid UTF-8, numbers of 2^53 and more, and @graph, @included and
// @reverse at the top: each of these would let two readers of one signature see
// two documents. Names are compared exactly. A proof may stand alone or in a
// list of one.
//
// It returns [ErrNone], [ErrUnsupported], [ErrExpired] or [ErrUnresolved] when
// nothing is proved, and [ErrMalformed], [ErrInexact], [ErrSeveral],
// [ErrPurpose], [ErrCreated], [ErrContext], [ErrKey] or [ErrSignature] when the
// document is not to be believed; see [Ignorable].
//
// Source: Data Integrity EdDSA Cryptosuites §3.3.2, FEP-8b32.
func Verify(doc []byte, now time.Time, lookup Lookup) (Result, error) {
	d, err := read(doc)
	if err != nil {
		return Result{}, fmt.Errorf("verify document: %w", err)
	}
	p, err := d.proof()
	if err != nil {
		return Result{}, fmt.Errorf("verify document: %w", err)
	}
	r, err := p.verify(d, now, lookup)
	if err != nil {
		return Result{}, fmt.Errorf("verify document: proof by %.200q: %w", p.method, err)
	}
	return r, nil
}

// CheckOwner returns [ErrOwner] unless the key that made the proof is actor's
// own: its controller is actor, and the key's id has the same origin as
// actor's. The caller compares actor with the document's own actor or
// attributedTo.
//
// Source: FEP-8b32 "Proof verification", FEP-fe34 "Ownership".
func (r Result) CheckOwner(actor string) error {
	if actor == "" || r.Controller != actor {
		return fmt.Errorf("proof by key %.200q of %.200q, not of %.200q: %w",
			r.VerificationMethod, r.Controller, actor, ErrOwner)
	}
	if !origin.Same(r.VerificationMethod, actor) {
		return fmt.Errorf("proof by key %.200q, of another origin than %.200q: %w",
			r.VerificationMethod, actor, ErrOwner)
	}
	return nil
}

// proof is what a document says of its proof.
type proof struct {
	document  // the proof's own members
	method    string
	created   time.Time
	expires   time.Time // zero for never
	signature []byte
	context   []byte // nil if the proof has none of its own
}

// proof reads the one proof of a document. It returns [ErrNone], [ErrSeveral],
// [ErrUnsupported], [ErrPurpose], [ErrCreated] or [ErrMalformed].
func (d *document) proof() (*proof, error) {
	raw, ok := d.member("proof")
	if !ok || string(raw) == "null" {
		return nil, ErrNone
	}
	raw, err := sole(raw)
	if err != nil {
		return nil, err
	}
	own, err := read(raw)
	if err != nil {
		return nil, err
	}
	p := &proof{document: *own}
	if err := p.checkKind(); err != nil {
		return nil, err
	}
	p.method = p.text("verificationMethod")
	if p.method == "" || len(p.method) > maxURL {
		return nil, fmt.Errorf("%w: verificationMethod", ErrMalformed)
	}
	if err := p.readTimes(); err != nil {
		return nil, err
	}
	p.signature, err = demultibase58(p.text("proofValue"))
	if err != nil || len(p.signature) != ed25519.SignatureSize {
		return nil, fmt.Errorf("%w: proofValue", ErrMalformed)
	}
	p.context, _ = p.member("@context")
	return p, nil
}

// sole returns the one entry of a list, and any other value itself.
func sole(raw []byte) ([]byte, error) {
	if raw[0] != '[' {
		return raw, nil
	}
	entries, err := list(raw)
	switch {
	case err != nil:
		return nil, err
	case len(entries) == 0:
		return nil, ErrNone
	case len(entries) > 1:
		return nil, ErrSeveral
	}
	return entries[0], nil
}

// checkKind returns an error unless the proof is of the kind spoken here and
// made to assert a document.
func (p *proof) checkKind() error {
	if kind := p.text("type"); kind != proofType {
		return fmt.Errorf("%w: type %.40q", ErrUnsupported, kind)
	}
	if s := p.text("cryptosuite"); s != suite {
		return fmt.Errorf("%w: suite %.40q", ErrUnsupported, s)
	}
	if _, ok := p.member("previousProof"); ok {
		return fmt.Errorf("%w: chain of proofs", ErrUnsupported)
	}
	if s := p.text("proofPurpose"); s != purpose {
		return fmt.Errorf("%w: %.40q", ErrPurpose, s)
	}
	return nil
}

func (p *proof) readTimes() error {
	if err := p.created.UnmarshalText([]byte(p.text("created"))); err != nil {
		return fmt.Errorf("%w: %w", ErrCreated, err)
	}
	if _, ok := p.member("expires"); !ok {
		return nil
	}
	if err := p.expires.UnmarshalText([]byte(p.text("expires"))); err != nil {
		return fmt.Errorf("%w: expires: %w", ErrMalformed, err)
	}
	return nil
}

// text returns the string a member of the proof holds, and the empty string for
// anything else.
func (p *proof) text(name string) string {
	raw, ok := p.member(name)
	if !ok || raw[0] != '"' {
		return ""
	}
	s, err := jsontext.AppendUnquote(nil, raw)
	if err != nil {
		return ""
	}
	return string(s)
}

func (p *proof) verify(d *document, now time.Time, lookup Lookup) (Result, error) {
	if p.created.After(now.Add(Skew)) {
		return Result{}, fmt.Errorf("%w: %s", ErrCreated, p.created.UTC().Format(time.RFC3339))
	}
	if !p.expires.IsZero() && !p.expires.After(now) {
		return Result{}, fmt.Errorf("%w at %s", ErrExpired, p.expires.UTC().Format(time.RFC3339))
	}
	if err := p.checkContext(d); err != nil {
		return Result{}, err
	}
	hash, err := hashes(p.without(nil, "proofValue"), d.unsecured(p.context))
	if err != nil {
		return Result{}, err
	}
	key, controller, err := lookup(p.method)
	if err != nil {
		return Result{}, fmt.Errorf("%w: %w", ErrUnresolved, err)
	}
	if len(key) != ed25519.PublicKeySize {
		return Result{}, fmt.Errorf("%w: %d bytes", ErrKey, len(key))
	}
	if !ed25519.Verify(key, hash, p.signature) {
		return Result{}, ErrSignature
	}
	return Result{VerificationMethod: p.method, Controller: controller, Created: p.created}, nil
}

// checkContext returns [ErrContext] unless the document's @context starts with
// all entries of the proof's, if it has one.
func (p *proof) checkContext(d *document) error {
	if p.context == nil {
		return nil
	}
	whole, _ := d.member("@context")
	start, err := list(p.context)
	if err != nil {
		return err
	}
	entries, err := list(whole)
	if err != nil {
		return err
	}
	if len(start) > len(entries) {
		return ErrContext
	}
	for i := range start {
		same, err := equal(start[i], entries[i])
		if err != nil {
			return err
		}
		if !same {
			return ErrContext
		}
	}
	return nil
}

// list returns the entries of a JSON list, and a list of one for any other
// value.
func list(raw []byte) ([][]byte, error) {
	if len(raw) == 0 {
		return nil, nil
	}
	if raw[0] != '[' {
		return [][]byte{raw}, nil
	}
	dec := jsontext.NewDecoder(bytes.NewBuffer(raw))
	if _, err := dec.ReadToken(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	var entries [][]byte
	for dec.PeekKind() != ']' {
		v, err := dec.ReadValue()
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
		}
		entries = append(entries, bytes.Clone(v))
	}
	return entries, nil
}

// equal tells whether two JSON values say the same.
func equal(a, b []byte) (bool, error) {
	if bytes.Equal(a, b) {
		return true, nil
	}
	x, err := jcs.Transform(a)
	if err != nil {
		return false, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	y, err := jcs.Transform(b)
	if err != nil {
		return false, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return bytes.Equal(x, y), nil
}
