package proof_test

import (
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"path"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gowebpki/jcs"

	"palier/protocol/proof"
	"palier/specs"
)

// vector is one file of specs/vectors/proof.
type vector struct {
	Title              string          `json:"title"`
	VerificationMethod string          `json:"verificationMethod"`
	Controller         string          `json:"controller"`
	PublicKey          string          `json:"publicKeyMultibase"`
	SecretKey          string          `json:"secretKeyMultibase"`
	Created            time.Time       `json:"created"`
	Document           json.RawMessage `json:"document"`
	CanonicalDocument  string          `json:"canonicalDocument"`
	CanonicalProof     string          `json:"canonicalProof"`
	Hash               string          `json:"hash"`
	Signed             json.RawMessage `json:"signed"`

	Now   time.Time `json:"now"`
	Text  string    `json:"text"`
	Error string    `json:"error"`
}

func vectors(t testing.TB) map[string]vector {
	t.Helper()
	names, err := fs.Glob(specs.Vectors, "vectors/proof/*.json")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]vector{}
	for _, name := range names {
		if path.Base(name) == "keys.json" {
			continue
		}
		var v vector
		readVector(t, name, &v)
		all[strings.TrimSuffix(path.Base(name), ".json")] = v
	}
	if len(all) < 30 {
		t.Fatalf("found %d vectors", len(all))
	}
	return all
}

func readVector(t testing.TB, name string, v any) {
	t.Helper()
	b, err := specs.Vectors.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, v); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// lookup answers with the key of one verification method only.
func (v vector) lookup(t testing.TB) proof.Lookup {
	t.Helper()
	return lookup(v.VerificationMethod, publicKey(t, v.PublicKey), v.Controller)
}

func lookup(method string, key ed25519.PublicKey, controller string) proof.Lookup {
	return func(asked string) (ed25519.PublicKey, string, error) {
		if asked != method {
			return nil, "", errors.New("no such key")
		}
		return key, controller, nil
	}
}

func publicKey(t testing.TB, s string) ed25519.PublicKey {
	t.Helper()
	k, err := proof.DecodeKey(s)
	if err != nil {
		t.Fatal(err)
	}
	return k.(ed25519.PublicKey)
}

// meanings are the errors that broken vectors name.
var meanings = map[string]error{
	"none": proof.ErrNone, "unsupported": proof.ErrUnsupported, "expired": proof.ErrExpired,
	"malformed": proof.ErrMalformed, "inexact": proof.ErrInexact, "several": proof.ErrSeveral,
	"purpose": proof.ErrPurpose, "created": proof.ErrCreated, "context": proof.ErrContext,
	"signature": proof.ErrSignature,
}

func TestSignedVectorsVerify(t *testing.T) {
	t.Parallel()
	for name, v := range vectors(t) {
		if v.Error != "" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := proof.Verify(v.Signed, time.Date(2026, 11, 22, 10, 1, 0, 0, time.UTC), v.lookup(t))
			if err != nil {
				t.Fatalf("%s: %v", v.Title, err)
			}
			want := proof.Result{
				VerificationMethod: v.VerificationMethod,
				Controller:         v.Controller,
				Created:            time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC),
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: result differs (-want +got):\n%s", v.Title, diff)
			}
		})
	}
}

func TestSigningGivesTheVectors(t *testing.T) {
	t.Parallel()
	signed := 0
	for name, v := range vectors(t) {
		if v.SecretKey == "" {
			continue
		}
		signed++
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := proof.Sign(v.Document, secretKey(t, v.SecretKey), v.VerificationMethod, v.Created)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(decoded(t, v.Signed), decoded(t, got)); diff != "" {
				t.Errorf("%s: signed document differs (-want +got):\n%s", v.Title, diff)
			}
		})
	}
	if signed == 0 {
		t.Error("no vector to sign")
	}
}

// TestVectorsStepByStep compares what lies between a document and its signature.
func TestVectorsStepByStep(t *testing.T) {
	t.Parallel()
	for name, v := range vectors(t) {
		if v.Hash == "" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			hash, err := proof.Hashes([]byte(v.CanonicalProof), []byte(v.CanonicalDocument))
			if err != nil {
				t.Fatal(err)
			}
			if got := hex.EncodeToString(hash); got != v.Hash {
				t.Errorf("what is signed is %s, want %s", got, v.Hash)
			}
			if v.Document == nil {
				return
			}
			canonical, err := jcs.Transform(v.Document)
			if err != nil {
				t.Fatal(err)
			}
			if string(canonical) != v.CanonicalDocument {
				t.Errorf("canonical form is\n%s\nwant\n%s", canonical, v.CanonicalDocument)
			}
		})
	}
}

// TestD09_BrokenProofIsNeverValid: see specs/vectors/proof/broken-*.json.
func TestD09_BrokenProofIsNeverValid(t *testing.T) {
	t.Parallel()
	broken := 0
	for name, v := range vectors(t) {
		if v.Error == "" {
			continue
		}
		broken++
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want, ok := meanings[v.Error]
			if !ok {
				t.Fatalf("unknown error %q", v.Error)
			}
			got, err := proof.Verify([]byte(v.Text), v.Now, v.lookup(t))
			if !errors.Is(err, want) {
				t.Errorf("%s: got error %v, want %v", v.Title, err, want)
			}
			if got != (proof.Result{}) {
				t.Errorf("%s: got result %v beside the error", v.Title, got)
			}
			ignorable := v.Error == "none" || v.Error == "unsupported" || v.Error == "expired"
			if proof.Ignorable(err) != ignorable {
				t.Errorf("%s: Ignorable = %v, want %v", v.Title, !ignorable, ignorable)
			}
		})
	}
	if broken < 25 {
		t.Errorf("only %d broken vectors", broken)
	}
}

func TestKeyVectors(t *testing.T) {
	t.Parallel()
	var file struct {
		Keys []struct {
			Kind      string `json:"kind"`
			Hex       string `json:"hex"`
			Multibase string `json:"publicKeyMultibase"`
		} `json:"keys"`
		Refused []struct {
			Title     string `json:"title"`
			Multibase string `json:"publicKeyMultibase"`
		} `json:"refused"`
	}
	readVector(t, "vectors/proof/keys.json", &file)
	for _, k := range file.Keys {
		raw, err := hex.DecodeString(k.Hex)
		if err != nil {
			t.Fatal(err)
		}
		checkKey(t, k.Kind, raw, k.Multibase)
	}
	for _, k := range file.Refused {
		if key, err := proof.DecodeKey(k.Multibase); !errors.Is(err, proof.ErrKey) {
			t.Errorf("%s: got %v, %v, want ErrKey", k.Title, key, err)
		}
	}
}
