package proof_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"palier/protocol/proof"
)

const (
	amina    = "https://lyon.example/u/01JD9Q"
	aminaKey = amina + "#ed25519"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// secretKey reads a secretKeyMultibase, a form that only vectors use.
func secretKey(t testing.TB, s string) ed25519.PrivateKey {
	t.Helper()
	b, err := proof.Demultibase58(s)
	if err != nil {
		t.Fatal(err)
	}
	seed, ok := bytes.CutPrefix(b, []byte{0x80, 0x26})
	if !ok || len(seed) != ed25519.SeedSize {
		t.Fatalf("%s is not an Ed25519 secret key", s)
	}
	return ed25519.NewKeyFromSeed(seed)
}

func decoded(t testing.TB, doc []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(doc, &v); err != nil {
		t.Fatalf("%v in %s", err, doc)
	}
	return v
}

func newKey(t testing.TB) (ed25519.PublicKey, ed25519.PrivateKey) {
	t.Helper()
	public, secret, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return public, secret
}

func TestSignLeavesEveryByteOfTheDocument(t *testing.T) {
	t.Parallel()
	public, secret := newKey(t)
	for _, doc := range []string{
		`{}`,
		`{"a":1}`,
		"{ \"type\" : \"Note\",\r\n\t\"z\":[1.0, 2],\"a\":\"\\u00e9 / \\/\" \n}\n",
		`{"@context":["https://www.w3.org/ns/activitystreams", {"a":  "b"}],"type":"Note"}`,
	} {
		signed, err := proof.Sign([]byte(doc), secret, aminaKey, noon)
		if err != nil {
			t.Fatalf("sign %s: %v", doc, err)
		}
		head := strings.TrimRight(doc[:strings.LastIndex(doc, "}")], " \n")
		if !bytes.HasPrefix(signed, []byte(head)) {
			t.Errorf("%s does not start with %s", signed, head)
		}
		if _, err := proof.Verify(signed, noon, lookup(aminaKey, public, amina)); err != nil {
			t.Errorf("verify %s: %v", signed, err)
		}
	}
}

func TestSignSaysWhenInWholeSecondsOfUTC(t *testing.T) {
	t.Parallel()
	_, secret := newKey(t)
	paris := time.FixedZone("", 3600)
	signed, err := proof.Sign([]byte(`{}`), secret, aminaKey, time.Date(2026, 11, 22, 13, 0, 0, 987e6, paris))
	if err != nil {
		t.Fatal(err)
	}
	if want := `"created":"2026-11-22T12:00:00Z"`; !bytes.Contains(signed, []byte(want)) {
		t.Errorf("%s lacks %s", signed, want)
	}
}

func TestSignRefuses(t *testing.T) {
	t.Parallel()
	_, secret := newKey(t)
	for _, tc := range []struct {
		name, doc, method string
		key               ed25519.PrivateKey
		want              error
	}{
		{"a document that has a proof", `{"proof":{}}`, aminaKey, secret, proof.ErrPresent},
		{"a name that stands there twice", `{"a":1,"a":2}`, aminaKey, secret, proof.ErrMalformed},
		{"a list", `[]`, aminaKey, secret, proof.ErrMalformed},
		{"nothing", ``, aminaKey, secret, proof.ErrMalformed},
		{"two documents", `{}{}`, aminaKey, secret, proof.ErrMalformed},
		{"a document of two mebibytes", `{"a":"` + strings.Repeat("a", 2<<20) + `"}`, aminaKey, secret, proof.ErrMalformed},
		{"a whole number that would be rounded", `{"a":9007199254740993}`, aminaKey, secret, proof.ErrInexact},
		{"a negative number that would be rounded", `{"a":[-9007199254740992]}`, aminaKey, secret, proof.ErrInexact},
		{"a number with a fraction that would be rounded", `{"a":9007199254740992.5}`, aminaKey, secret, proof.ErrInexact},
		{"a number beyond all bounds", `{"a":1e999}`, aminaKey, secret, proof.ErrInexact},
		{"no name for the key", `{}`, "", secret, proof.ErrMalformed},
		{"a name for the key that is no text", `{}`, "\xff", secret, proof.ErrMalformed},
		{"no key", `{}`, aminaKey, nil, proof.ErrKey},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := proof.Sign([]byte(tc.doc), tc.key, tc.method, noon)
			if !errors.Is(err, tc.want) || got != nil {
				t.Errorf("got %.100s, %v, want %v", got, err, tc.want)
			}
		})
	}
}

func TestNumbersUpToTheLimitSurvive(t *testing.T) {
	t.Parallel()
	public, secret := newKey(t)
	doc := `{"a":[9007199254740991,-9007199254740991,45.774500000000003,-71.184902,1e15,5E-324,0]}`
	signed, err := proof.Sign([]byte(doc), secret, aminaKey, noon)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := proof.Verify(signed, noon, lookup(aminaKey, public, amina)); err != nil {
		t.Error(err)
	}
}

func TestVerifyAsksForTheKeyLast(t *testing.T) {
	t.Parallel()
	_, secret := newKey(t)
	signed, err := proof.Sign([]byte(`{"type":"Note"}`), secret, aminaKey, noon)
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	find := func(string) (ed25519.PublicKey, string, error) {
		asked++
		return nil, "", errors.New("host is gone")
	}
	if _, err := proof.Verify(signed, noon.Add(-time.Hour), find); !errors.Is(err, proof.ErrCreated) || asked != 0 {
		t.Errorf("proof from the future: error %v after %d lookups", err, asked)
	}
	_, err = proof.Verify(signed, noon, find)
	if !errors.Is(err, proof.ErrUnresolved) || !proof.Ignorable(err) || asked != 1 {
		t.Errorf("unknown key: error %v after %d lookups", err, asked)
	}
	if err == nil || !strings.Contains(err.Error(), "host is gone") {
		t.Errorf("error %v does not say why there is no key", err)
	}
}

func TestVerifyAllowsAClockThatIsALittleAhead(t *testing.T) {
	t.Parallel()
	public, secret := newKey(t)
	signed, err := proof.Sign([]byte(`{}`), secret, aminaKey, noon)
	if err != nil {
		t.Fatal(err)
	}
	find := lookup(aminaKey, public, amina)
	if _, err := proof.Verify(signed, noon.Add(-proof.Skew), find); err != nil {
		t.Errorf("ahead by the skew: %v", err)
	}
	if _, err := proof.Verify(signed, noon.Add(-proof.Skew-time.Second), find); !errors.Is(err, proof.ErrCreated) {
		t.Errorf("ahead by more: got error %v, want ErrCreated", err)
	}
	if _, err := proof.Verify(signed, noon.AddDate(10, 0, 0), find); err != nil {
		t.Errorf("ten years later: %v", err)
	}
}

func TestVerifyRefusesAKeyOfTheWrongSize(t *testing.T) {
	t.Parallel()
	public, secret := newKey(t)
	signed, err := proof.Sign([]byte(`{}`), secret, aminaKey, noon)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []ed25519.PublicKey{nil, {}, public[:31], append(bytes.Clone(public), 0)} {
		if _, err := proof.Verify(signed, noon, lookup(aminaKey, key, amina)); !errors.Is(err, proof.ErrKey) {
			t.Errorf("key of %d bytes: got error %v, want ErrKey", len(key), err)
		}
	}
}

// TestD09_ProofOfSomebodyElse: a valid proof by a key that is not the actor's.
func TestD09_ProofOfSomebodyElse(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, method, controller, actor string
		want                            error
	}{
		{"the actor's own key", aminaKey, amina, amina, nil},
		{"a key document of its own on the actor's server", "https://lyon.example/keys/1", amina, amina, nil},
		{"a neighbour on the same server", "https://lyon.example/u/2#ed25519", "https://lyon.example/u/2", amina, proof.ErrOwner},
		{"a stranger", "https://evil.example/u/1#k", "https://evil.example/u/1", amina, proof.ErrOwner},
		{"a stranger's key that claims the actor", "https://evil.example/u/1#k", amina, amina, proof.ErrOwner},
		{"the same host on another port", "https://lyon.example:8443/u/01JD9Q#ed25519", amina, amina, proof.ErrOwner},
		{"the same host without encryption", "http://lyon.example/u/01JD9Q#ed25519", amina, amina, proof.ErrOwner},
		{"an account handle as key", "acct:amina@lyon.example", amina, amina, proof.ErrOwner},
		{"a did", "did:key:z6Mk#z6Mk", "did:key:z6Mk", "did:key:z6Mk", proof.ErrOwner},
		{"nobody", aminaKey, "", "", proof.ErrOwner},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := proof.Result{VerificationMethod: tc.method, Controller: tc.controller, Created: noon}
			if err := r.CheckOwner(tc.actor); !errors.Is(err, tc.want) {
				t.Errorf("got error %v, want %v", err, tc.want)
			}
		})
	}
}

// TestD03_NamesAreExact: a member in another case is not the proof.
func TestD03_NamesAreExact(t *testing.T) {
	t.Parallel()
	public, secret := newKey(t)
	signed, err := proof.Sign([]byte(`{"type":"Note"}`), secret, aminaKey, noon)
	if err != nil {
		t.Fatal(err)
	}
	renamed := bytes.Replace(signed, []byte(`"proof"`), []byte(`"Proof"`), 1)
	if _, err := proof.Verify(renamed, noon, lookup(aminaKey, public, amina)); !errors.Is(err, proof.ErrNone) {
		t.Errorf("Proof instead of proof: got error %v, want ErrNone", err)
	}
	renamed = bytes.Replace(signed, []byte(`"proofPurpose"`), []byte(`"ProofPurpose"`), 1)
	if _, err := proof.Verify(renamed, noon, lookup(aminaKey, public, amina)); !errors.Is(err, proof.ErrPurpose) {
		t.Errorf("ProofPurpose: got error %v, want ErrPurpose", err)
	}
}

func checkKey(t *testing.T, kind string, raw []byte, want string) {
	t.Helper()
	var key crypto.PublicKey = ed25519.PublicKey(raw)
	if kind == "RSA" {
		k, err := x509.ParsePKCS1PublicKey(raw)
		if err != nil {
			t.Fatal(err)
		}
		key = k
	}
	got, err := proof.EncodeKey(key)
	if err != nil {
		t.Fatal(err)
	}
	if got != want {
		t.Errorf("%s key encodes to %s, want %s", kind, got, want)
	}
	back, err := proof.DecodeKey(want)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(key, back); diff != "" {
		t.Errorf("%s key decodes to another (-want +got):\n%s", kind, diff)
	}
}

func TestEncodeKeyRefusesOtherKinds(t *testing.T) {
	t.Parallel()
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []crypto.PublicKey{nil, "key", &curve.PublicKey, ed25519.PublicKey{1}, rsa.PublicKey{}} {
		if s, err := proof.EncodeKey(key); !errors.Is(err, proof.ErrKey) {
			t.Errorf("%T: got %s, %v, want ErrKey", key, s, err)
		}
	}
}
