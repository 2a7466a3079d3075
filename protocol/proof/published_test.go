package proof_test

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"palier/protocol/proof"
	"palier/specs/conformity"
)

// The vectors that the FEPs and the W3C publish are read where they lie beside
// the checkout; without them these tests have nothing to compare with.
func published(t *testing.T, name string) []byte {
	t.Helper()
	b, err := conformity.Published("vectors/" + name)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("%s does not lie beside the checkout", name)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var (
	docString = regexp.MustCompile(`(?s)"""(.*?)"""`)
	quoted    = regexp.MustCompile(`"([^"\n]+)"`)
)

type multikey struct {
	ID                 string `json:"id"`
	Type               string `json:"type"`
	Controller         string `json:"controller"`
	PublicKeyMultibase string `json:"publicKeyMultibase"`
}

// scenario is one scenario of a feature file: the one-line strings of its steps
// in order, and its documents.
type scenario struct {
	strings   []string
	documents [][]byte
}

func scenarios(feature []byte) map[string]scenario {
	all := map[string]scenario{}
	parts := strings.Split(string(feature), "Scenario: ")
	for _, part := range parts[1:] {
		name, steps, _ := strings.Cut(part, "\n")
		var s scenario
		for _, m := range docString.FindAllStringSubmatch(steps, -1) {
			s.documents = append(s.documents, []byte(m[1]))
		}
		for _, m := range quoted.FindAllStringSubmatch(docString.ReplaceAllString(steps, ""), -1) {
			s.strings = append(s.strings, m[1])
		}
		all[strings.TrimSpace(name)] = s
	}
	return all
}

func TestPublishedFEP8b32Signs(t *testing.T) {
	t.Parallel()
	s, ok := scenarios(published(t, "fep-8b32.feature"))["Signing document"]
	if !ok {
		t.Fatal("no scenario for signing")
	}
	secret, now, method := s.strings[0], s.strings[1], s.strings[2]
	created, err := time.Parse(time.RFC3339, now)
	if err != nil {
		t.Fatal(err)
	}
	got, err := proof.Sign(s.documents[0], secretKey(t, secret), method, created)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(decoded(t, s.documents[1]), decoded(t, got)); diff != "" {
		t.Errorf("signed document differs (-want +got):\n%s", diff)
	}
}

func TestPublishedFEP8b32Verifies(t *testing.T) {
	t.Parallel()
	s, ok := scenarios(published(t, "fep-8b32.feature"))["Verifying a signature"]
	if !ok {
		t.Fatal("no scenario for verifying")
	}
	var actor struct {
		ID              string     `json:"id"`
		AssertionMethod []multikey `json:"assertionMethod"`
	}
	if err := json.Unmarshal(s.documents[1], &actor); err != nil {
		t.Fatal(err)
	}
	key := actor.AssertionMethod[0]
	find := lookup(key.ID, publicKey(t, key.PublicKeyMultibase), key.Controller)
	got, err := proof.Verify(s.documents[0], time.Now(), find)
	if err != nil {
		t.Fatal(err)
	}
	if err := got.CheckOwner(actor.ID); err != nil {
		t.Error(err)
	}
	changed := bytes.Replace(s.documents[0], []byte("Hello world"), []byte("Hello worlds"), 1)
	if _, err := proof.Verify(changed, time.Now(), find); !errors.Is(err, proof.ErrSignature) {
		t.Errorf("changed document: got error %v, want ErrSignature", err)
	}
}

func TestPublishedFEP521a(t *testing.T) {
	t.Parallel()
	all := scenarios(published(t, "fep-521a.feature"))
	if len(all) == 0 {
		t.Fatal("no scenarios")
	}
	for name, s := range all {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			raw, err := hex.DecodeString(s.strings[0])
			if err != nil {
				t.Fatal(err)
			}
			var want multikey
			if err := json.Unmarshal(s.documents[0], &want); err != nil {
				t.Fatal(err)
			}
			var key crypto.PublicKey = ed25519.PublicKey(raw)
			if len(raw) != ed25519.PublicKeySize {
				if key, err = x509.ParsePKCS1PublicKey(raw); err != nil {
					t.Fatal(err)
				}
			}
			text, err := proof.EncodeKey(key)
			if err != nil {
				t.Fatal(err)
			}
			got := multikey{ID: want.ID, Type: "Multikey", Controller: s.strings[1], PublicKeyMultibase: text}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("multikey differs (-want +got):\n%s", diff)
			}
			if back, err := proof.DecodeKey(text); err != nil || !cmp.Equal(key, back) {
				t.Errorf("%s decodes to %v, %v", text, back, err)
			}
		})
	}
}

func TestPublishedEdDSACryptosuites(t *testing.T) {
	t.Parallel()
	const dir = "w3c-eddsa-jcs-2022/"
	var keys struct {
		Public string `json:"publicKeyMultibase"`
		Secret string `json:"privateKeyMultibase"`
	}
	if err := json.Unmarshal(published(t, dir+"keyPair.json"), &keys); err != nil {
		t.Fatal(err)
	}
	var config struct {
		Method  string    `json:"verificationMethod"`
		Created time.Time `json:"created"`
	}
	if err := json.Unmarshal(published(t, dir+"proofConfigJCS.json"), &config); err != nil {
		t.Fatal(err)
	}
	signed := published(t, dir+"signedJCS.json")
	got, err := proof.Sign(published(t, dir+"unsigned.json"), secretKey(t, keys.Secret), config.Method, config.Created)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(decoded(t, signed), decoded(t, got)); diff != "" {
		t.Errorf("signed document differs (-want +got):\n%s", diff)
	}
	if value := strings.TrimSpace(string(published(t, dir+"sigBTC58JCS.txt"))); !bytes.Contains(got, []byte(value)) {
		t.Errorf("signature %s is not in %s", value, got)
	}
	if _, err := proof.Verify(signed, time.Now(), lookup(config.Method, publicKey(t, keys.Public), "did:key")); err != nil {
		t.Error(err)
	}
}
