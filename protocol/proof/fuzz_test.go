package proof_test

import (
	"bytes"
	"crypto/ed25519"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/gowebpki/jcs"

	"palier/protocol/proof"
)

// FuzzVerify holds that no bytes make Verify panic, that nothing verifies but
// what was signed, that whatever can be signed verifies, and that changing any
// byte of it that means something is noticed.
func FuzzVerify(f *testing.F) {
	for _, v := range vectors(f) {
		if v.Text != "" {
			f.Add([]byte(v.Text), 0)
			continue
		}
		f.Add([]byte(v.Signed), 7)
		f.Add([]byte(v.CanonicalDocument), 40)
	}
	secret := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))
	find := lookup(aminaKey, secret.Public().(ed25519.PublicKey), amina)
	f.Fuzz(func(t *testing.T, doc []byte, at int) {
		if r, err := proof.Verify(doc, noon, find); err == nil {
			t.Fatalf("verified what was never signed: %v", r)
		}
		signed, err := proof.Sign(doc, secret, aminaKey, noon)
		if err != nil {
			return
		}
		if _, err := proof.Verify(signed, noon, find); err != nil {
			if len(signed) > 1<<20 {
				return // the proof made it too large
			}
			t.Fatalf("signed document does not verify: %v\n%s", err, signed)
		}
		checkCanonical(t, doc)
		checkChanged(t, signed, at, find)
	})
}

// checkCanonical compares the canonical form with that of another author.
func checkCanonical(t *testing.T, doc []byte) {
	t.Helper()
	one, err := jcs.Transform(doc)
	if err != nil {
		t.Fatal(err)
	}
	other := jsontext.Value(bytes.Clone(doc))
	if err := other.Canonicalize(); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(one, other) {
		t.Fatalf("two canonical forms:\n%s\n%s", one, other)
	}
}

// checkChanged changes one byte of a signed document.
func checkChanged(t *testing.T, signed []byte, at int, find proof.Lookup) {
	t.Helper()
	before, err := jcs.Transform(signed)
	if err != nil {
		t.Fatal(err)
	}
	changed := bytes.Clone(signed)
	changed[int(uint(at)%uint(len(changed)))] ^= 1
	after, err := jcs.Transform(changed)
	if err != nil || bytes.Equal(before, after) {
		return
	}
	if r, err := proof.Verify(changed, noon, find); err == nil && !onlyOlderSignature(t, before, after) {
		t.Fatalf("change went unnoticed: %v\n%s\n%s", r, before, after)
	}
}

// onlyOlderSignature tells whether two documents differ in the one member that
// a proof does not cover.
func onlyOlderSignature(t *testing.T, before, after []byte) bool {
	t.Helper()
	a, okA := decoded(t, before).(map[string]any)
	b, okB := decoded(t, after).(map[string]any)
	_, hadA := a["signature"]
	_, hadB := b["signature"]
	return okA && okB && (hadA || hadB)
}

func FuzzMultikey(f *testing.F) {
	f.Add("z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK", []byte{0, 0, 1})
	f.Add("z4MXj1wBzi9jUstyPMS4jQqB6KdJaiatPkAtVtGc6bQEQEEsKTic4G7Rou3iBf9vPmT5", []byte{})
	f.Add("z11", []byte{255})
	f.Fuzz(func(t *testing.T, s string, b []byte) {
		if key, err := proof.DecodeKey(s); err == nil {
			again, err := proof.EncodeKey(key)
			if err != nil || again != s {
				t.Fatalf("%s decodes to a key that encodes to %s, %v", s, again, err)
			}
		}
		if len(b) > 1000 {
			return
		}
		back, err := proof.Demultibase58(proof.Multibase58(b))
		if err != nil || !bytes.Equal(b, back) {
			t.Fatalf("%x becomes %x, %v", b, back, err)
		}
	})
}

func BenchmarkSign(b *testing.B) {
	v := vectors(b)["create-note"]
	secret := secretKey(b, v.SecretKey)
	b.SetBytes(int64(len(v.Document)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := proof.Sign(v.Document, secret, v.VerificationMethod, v.Created); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerify(b *testing.B) {
	v := vectors(b)["create-note"]
	find := v.lookup(b)
	now := v.Created.Add(time.Minute)
	b.SetBytes(int64(len(v.Signed)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := proof.Verify(v.Signed, now, find); err != nil {
			b.Fatal(err)
		}
	}
}
