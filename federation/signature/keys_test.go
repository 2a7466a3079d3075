package signature_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"math/big"
	"strings"
	"testing"

	"palier/federation/signature"
)

// noHash says that a key signs the message itself.
type noHash struct{}

func (noHash) HashFunc() crypto.Hash { return 0 }

func pemOf(t *testing.T, key crypto.PublicKey) string {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

// modulus is an odd number of the given length.
func modulus(bits int) *big.Int {
	n := new(big.Int).Lsh(big.NewInt(1), uint(bits-1))
	return n.Add(n, big.NewInt(12345))
}

func TestA10_KeySizes(t *testing.T) {
	t.Parallel()
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		text string
		want error
	}{
		"RSA 512":            {pemOf(t, &rsa.PublicKey{N: modulus(512), E: 65537}), signature.ErrKey},
		"RSA 1024":           {pemOf(t, &rsa.PublicKey{N: modulus(1024), E: 65537}), signature.ErrKey},
		"RSA 2047":           {pemOf(t, &rsa.PublicKey{N: modulus(2047), E: 65537}), signature.ErrKey},
		"RSA 2048":           {pemOf(t, &rsa.PublicKey{N: modulus(2048), E: 65537}), nil},
		"RSA 4096":           {pemOf(t, &rsa.PublicKey{N: modulus(4096), E: 65537}), nil},
		"RSA 8192":           {pemOf(t, &rsa.PublicKey{N: modulus(8192), E: 65537}), nil},
		"RSA 8193":           {pemOf(t, &rsa.PublicKey{N: modulus(8193), E: 65537}), signature.ErrKey},
		"RSA 65536":          {pemOf(t, &rsa.PublicKey{N: modulus(65536), E: 65537}), signature.ErrKey},
		"RSA, exponent one":  {pemOf(t, &rsa.PublicKey{N: modulus(2048), E: 1}), signature.ErrKey},
		"RSA, exponent even": {pemOf(t, &rsa.PublicKey{N: modulus(2048), E: 65536}), signature.ErrKey},
		"RSA, modulus even":  {pemOf(t, &rsa.PublicKey{N: new(big.Int).Lsh(big.NewInt(1), 2047), E: 65537}), signature.ErrKey},
		"ECDSA":              {pemOf(t, curve.Public()), signature.ErrKey},
		"Ed25519":            {pemOf(t, aminaEd().Key.Public()), nil},
		"RSA as PKCS #1": {string(pem.EncodeToMemory(&pem.Block{Type: "RSA PUBLIC KEY",
			Bytes: x509.MarshalPKCS1PublicKey(aminaRSA().Key.Public().(*rsa.PublicKey))})), nil},
		"not PEM":       {"MIIB", signature.ErrKey},
		"empty":         {"", signature.ErrKey},
		"a private":     {string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte{1}})), signature.ErrKey},
		"rubbish DER":   {string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: []byte{1, 2, 3}})), signature.ErrKey},
		"much too long": {"-----BEGIN PUBLIC KEY-----\n" + strings.Repeat("A", 1<<20) + "\n-----END PUBLIC KEY-----", signature.ErrKey},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k, err := signature.ParsePublicPEM("https://a.example/k", "https://a.example/a", tc.text)
			if !errors.Is(err, tc.want) || (tc.want != nil) != (k.Key == nil) {
				t.Errorf("got %v, %v; want %v", k.Kind, err, tc.want)
			}
		})
	}
}

func TestPrivateKeysOfOtherKindsAreRefused(t *testing.T) {
	t.Parallel()
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := signature.NewPrivateKey("https://a.example/k", "https://a.example/a", curve); !errors.Is(err, signature.ErrKey) {
		t.Errorf("ECDSA: got %v, want ErrKey", err)
	}
	if _, err := signature.Generate("dsa", "https://a.example/k", "https://a.example/a"); !errors.Is(err, signature.ErrKey) {
		t.Errorf("DSA: got %v, want ErrKey", err)
	}
	if _, err := signature.NewPrivateKey(`https://a.example/k",x="`, "https://a.example/a", aminaEd().Key); !errors.Is(err, signature.ErrKey) {
		t.Errorf("an id with quotes: got %v, want ErrKey", err)
	}
	for _, text := range []string{"", "secret text", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("secret text")}))} {
		_, err := signature.ParsePrivatePEM("https://a.example/k", "https://a.example/a", text)
		if !errors.Is(err, signature.ErrKey) || strings.Contains(err.Error(), "secret") {
			t.Errorf("rubbish: got %v, want ErrKey without the text", err)
		}
	}
}
