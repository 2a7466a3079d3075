package signature

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
)

// Kind is a kind of key.
type Kind string

// The kinds accepted. Both schemes use RSA with PKCS #1 v1.5 and SHA-256.
const (
	RSA     Kind = "rsa"
	Ed25519 Kind = "ed25519"
)

// Sizes of RSA keys in bits: what is generated, and what is accepted. Larger
// ones would let a stranger choose how long a verification takes.
const (
	rsaBits    = 2048
	minRSABits = 2048
	maxRSABits = 8192
)

// maxPEM is the longest PEM text that is decoded.
const maxPEM = 16 << 10

// PublicKey is somebody's key and whose it is.
type PublicKey struct {
	// ID is the URL the key is known by.
	ID string
	// Owner is the actor whose key it is.
	Owner string
	// Kind tells what Key is: an [*rsa.PublicKey] or an [ed25519.PublicKey].
	Kind Kind
	Key  crypto.PublicKey
}

// NewPublicKey returns the key with its kind, or an error wrapping [ErrKey] if
// it is neither RSA of 2048 to 8192 bits nor Ed25519.
func NewPublicKey(id, owner string, key crypto.PublicKey) (PublicKey, error) {
	kind, err := kindOf(key)
	if err != nil {
		return PublicKey{}, fmt.Errorf("key %q: %w", clip(id), err)
	}
	return PublicKey{ID: id, Owner: owner, Kind: kind, Key: key}, nil
}

func kindOf(key crypto.PublicKey) (Kind, error) {
	switch k := key.(type) {
	case *rsa.PublicKey:
		if k == nil || k.N == nil || k.N.BitLen() < minRSABits || k.N.BitLen() > maxRSABits || k.N.Bit(0) == 0 {
			return "", fmt.Errorf("%w: size of RSA modulus", ErrKey)
		}
		if k.E < 3 || k.E&1 == 0 {
			return "", fmt.Errorf("%w: RSA exponent %d", ErrKey, k.E)
		}
		return RSA, nil
	case ed25519.PublicKey:
		if len(k) != ed25519.PublicKeySize {
			return "", fmt.Errorf("%w: Ed25519 key of %d bytes", ErrKey, len(k))
		}
		return Ed25519, nil
	}
	return "", fmt.Errorf("%w: kind %T", ErrKey, key)
}

// Equal reports whether two keys have the same material, whatever their ids.
func (k PublicKey) Equal(other PublicKey) bool {
	e, ok := k.Key.(interface{ Equal(crypto.PublicKey) bool })
	return ok && other.Key != nil && e.Equal(other.Key)
}

// MarshalPEM returns the key as PKIX in PEM, the form of publicKeyPem.
func (k PublicKey) MarshalPEM() (string, error) {
	der, err := x509.MarshalPKIXPublicKey(k.Key)
	if err != nil {
		return "", fmt.Errorf("marshal key %q: %w", clip(k.ID), err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})), nil
}

// ParsePublicPEM reads a publicKeyPem: PKIX, or PKCS #1 as some older servers
// write it. Errors wrap [ErrKey].
func ParsePublicPEM(id, owner, text string) (PublicKey, error) {
	if len(text) > maxPEM {
		return PublicKey{}, fmt.Errorf("%w: PEM of %d bytes", ErrKey, len(text))
	}
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return PublicKey{}, fmt.Errorf("%w: no PEM", ErrKey)
	}
	var key crypto.PublicKey
	var err error
	switch block.Type {
	case "PUBLIC KEY":
		key, err = x509.ParsePKIXPublicKey(block.Bytes)
	case "RSA PUBLIC KEY":
		key, err = x509.ParsePKCS1PublicKey(block.Bytes)
	default:
		err = fmt.Errorf("PEM of type %q", clip(block.Type))
	}
	if err != nil {
		return PublicKey{}, fmt.Errorf("%w: %w", ErrKey, err)
	}
	return NewPublicKey(id, owner, key)
}

// PrivateKey is a key of one of our own actors. It is safe for concurrent use.
type PrivateKey struct {
	// ID is the URL under which the public half is published.
	ID string
	// Owner is the actor whose key it is.
	Owner string
	// Kind tells what Key is: an [*rsa.PrivateKey] or an [ed25519.PrivateKey].
	Kind Kind
	Key  crypto.Signer
}

// NewPrivateKey returns key with its kind, or an error wrapping [ErrKey] if it
// is of no kind we sign with or its id cannot stand in a header.
func NewPrivateKey(id, owner string, key crypto.Signer) (*PrivateKey, error) {
	kind, err := kindOf(key.Public())
	if err != nil {
		return nil, fmt.Errorf("key %q: %w", clip(id), err)
	}
	if !quotable(id) {
		return nil, fmt.Errorf("key %q: %w: id", clip(id), ErrKey)
	}
	return &PrivateKey{ID: id, Owner: owner, Kind: kind, Key: key}, nil
}

// Generate makes a new key: RSA of 2048 bits, which every server can verify, or
// Ed25519.
func Generate(kind Kind, id, owner string) (*PrivateKey, error) {
	var key crypto.Signer
	var err error
	switch kind {
	case RSA:
		key, err = rsa.GenerateKey(rand.Reader, rsaBits)
	case Ed25519:
		_, key, err = ed25519.GenerateKey(rand.Reader)
	default:
		err = fmt.Errorf("%w: kind %q", ErrKey, kind)
	}
	if err != nil {
		return nil, fmt.Errorf("generate %s key: %w", kind, err)
	}
	return NewPrivateKey(id, owner, key)
}

// Public returns the half that is published.
func (k *PrivateKey) Public() PublicKey {
	return PublicKey{ID: k.ID, Owner: k.Owner, Kind: k.Kind, Key: k.Key.Public()}
}

// MarshalPEM returns the key as PKCS #8 in PEM, to be kept in secret.
func (k *PrivateKey) MarshalPEM() (string, error) {
	der, err := x509.MarshalPKCS8PrivateKey(k.Key)
	if err != nil {
		return "", fmt.Errorf("marshal private key %q: %w", k.ID, err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), nil
}

// ParsePrivatePEM reads what [PrivateKey.MarshalPEM] wrote. Errors wrap [ErrKey]
// and never hold any of the text.
func ParsePrivatePEM(id, owner, text string) (*PrivateKey, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil || block.Type != "PRIVATE KEY" {
		return nil, fmt.Errorf("private key %q: %w: no PKCS #8 in PEM", id, ErrKey)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("private key %q: %w: PKCS #8", id, ErrKey)
	}
	key, ok := parsed.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("private key %q: %w: kind %T", id, ErrKey, parsed)
	}
	return NewPrivateKey(id, owner, key)
}

// quotable reports whether s can stand between quotes in a header as it is.
func quotable(s string) bool {
	for i := range len(s) {
		if s[i] < 0x21 || s[i] > 0x7e || s[i] == '"' || s[i] == '\\' {
			return false
		}
	}
	return s != ""
}

// clip keeps a stranger's words short in our errors.
func clip(s string) string {
	if len(s) > 200 {
		return s[:200] + "…"
	}
	return s
}
