package proof_test

import (
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"io/fs"
	"path"
	"strings"
	"testing"
	"time"

	"palier/protocol/proof"
	"palier/specs"
)

// wire is what these tests read of an actor or activity in specs/vectors.
type wire struct {
	ID              string          `json:"id"`
	Actor           string          `json:"actor"`
	Object          json.RawMessage `json:"object"`
	AssertionMethod []multikey      `json:"assertionMethod"`
}

// documents returns the golden documents of all kinds, those of proofs apart.
func documents(t *testing.T) map[string][]byte {
	t.Helper()
	names, err := fs.Glob(specs.Vectors, "vectors/*/*.json")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]byte{}
	for _, name := range names {
		if path.Dir(name) == "vectors/proof" {
			continue
		}
		if all[name], err = specs.Vectors.ReadFile(name); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// TestProofsWithinGoldenDocuments holds that every proof in a golden document
// is by the actor whose key another one publishes.
func TestProofsWithinGoldenDocuments(t *testing.T) {
	t.Parallel()
	all := documents(t)
	keys := map[string]multikey{}
	for name, doc := range all {
		for _, k := range readWire(t, name, doc).AssertionMethod {
			keys[k.ID] = k
		}
	}
	find := func(method string) (ed25519.PublicKey, string, error) {
		k, ok := keys[method]
		if !ok {
			return nil, "", errors.New("no actor has this key")
		}
		return publicKey(t, k.PublicKeyMultibase), k.Controller, nil
	}
	signed := 0
	for name, doc := range all {
		if path.Dir(name) == "vectors/announce" {
			doc = inner(t, name, doc)
		}
		result, err := proof.Verify(doc, time.Date(2027, 2, 1, 0, 0, 0, 0, time.UTC), find)
		if errors.Is(err, proof.ErrNone) {
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		signed++
		if err := result.CheckOwner(readWire(t, name, doc).Actor); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if signed < 10 {
		t.Errorf("only %d golden documents carry a proof", signed)
	}
}

func readWire(t *testing.T, name string, doc []byte) wire {
	t.Helper()
	var w wire
	if err := json.Unmarshal(doc, &w); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return w
}

// inner returns what an Announce holds whole, and the Announce itself if it
// holds an id.
func inner(t *testing.T, name string, doc []byte) []byte {
	t.Helper()
	if o := readWire(t, name, doc).Object; strings.HasPrefix(string(o), "{") {
		return o
	}
	return doc
}
