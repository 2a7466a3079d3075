package proof

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
)

// multicodecs of the keys that are read and written, as varints.
const (
	codecEd25519 = "\xed\x01" // 0xed, ed25519-pub
	codecRSA     = "\x85\x24" // 0x1205, rsa-pub
)

// The sizes of RSA keys that are taken, in bits.
const (
	minRSA = 2048
	maxRSA = 8192
)

// EncodeKey returns key as the publicKeyMultibase of a Multikey: z6Mk… for
// Ed25519, z4MX… for RSA. It returns [ErrKey] for any other key.
//
// Source: FEP-521a, Controlled Identifiers §2.2.2.
func EncodeKey(key crypto.PublicKey) (string, error) {
	switch k := key.(type) {
	case ed25519.PublicKey:
		if len(k) != ed25519.PublicKeySize {
			return "", fmt.Errorf("%w: %d bytes", ErrKey, len(k))
		}
		return multibase58(append([]byte(codecEd25519), k...)), nil
	case *rsa.PublicKey:
		return multibase58(append([]byte(codecRSA), x509.MarshalPKCS1PublicKey(k)...)), nil
	default:
		return "", fmt.Errorf("%w: %T", ErrKey, key)
	}
}

// DecodeKey reads a publicKeyMultibase and returns an [ed25519.PublicKey] or an
// [*rsa.PublicKey] of 2048 to 8192 bits. It returns [ErrKey] for anything else.
func DecodeKey(s string) (crypto.PublicKey, error) {
	b, err := demultibase58(s)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKey, err)
	}
	if k, ok := bytes.CutPrefix(b, []byte(codecEd25519)); ok {
		if len(k) != ed25519.PublicKeySize {
			return nil, fmt.Errorf("%w: Ed25519 key of %d bytes", ErrKey, len(k))
		}
		return ed25519.PublicKey(k), nil
	}
	if k, ok := bytes.CutPrefix(b, []byte(codecRSA)); ok {
		return decodeRSA(k)
	}
	return nil, fmt.Errorf("%w: unknown kind", ErrKey)
}

func decodeRSA(der []byte) (crypto.PublicKey, error) {
	k, err := x509.ParsePKCS1PublicKey(der)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKey, err)
	}
	if n := k.N.BitLen(); n < minRSA || n > maxRSA {
		return nil, fmt.Errorf("%w: RSA key of %d bits", ErrKey, n)
	}
	return k, nil
}
