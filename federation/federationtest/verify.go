package federationtest

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	rfc9421 "github.com/dadrus/httpsig"
	cavage "github.com/go-fed/httpsig"
)

// Names of the two forms of signature, as package signature has them.
const (
	Cavage  = "cavage-12"
	RFC9421 = "rfc9421"
)

// window is how far the date of a signature may be from ours.
const window = time.Hour

// publicKey is somebody else's key and whose it is.
type publicKey struct {
	owner string
	key   *rsa.PublicKey
}

// findKey returns the key with that id, which its owner publishes.
type findKey func(ctx context.Context, keyID string) (publicKey, error)

// verify returns who signed a request, whose body was read. The signatures are
// verified by libraries that are not ours; the policy is that of Mastodon, the
// strictest of the large ones.
func verify(r *http.Request, body []byte, find findKey, now time.Time) (signer, scheme string, err error) {
	if r.Header.Get("Signature-Input") != "" {
		signer, err = verifyRFC9421(r, body, find, now)
		return signer, RFC9421, err
	}
	signer, err = verifyCavage(r, body, find, now)
	return signer, Cavage, err
}

func verifyCavage(r *http.Request, body []byte, find findKey, now time.Time) (string, error) {
	v, err := cavage.NewVerifier(r)
	if err != nil {
		return "", err
	}
	covered := []string{"(request-target)", "host", "date"}
	if r.Method == http.MethodPost {
		covered = append(covered, "digest")
		sum := sha256.Sum256(body)
		if got := r.Header.Get("Digest"); got != "SHA-256="+base64.StdEncoding.EncodeToString(sum[:]) {
			return "", fmt.Errorf("digest %q is not that of the body", got)
		}
	}
	signed := strings.Fields(parameter(r.Header.Get("Signature"), "headers"))
	for _, name := range covered {
		if !slices.Contains(signed, name) {
			return "", fmt.Errorf("signature covers %q and not %s", signed, name)
		}
	}
	at, err := http.ParseTime(r.Header.Get("Date"))
	if err != nil {
		return "", err
	}
	if at.Sub(now).Abs() > window {
		return "", fmt.Errorf("signed at %s, and it is %s", at, now)
	}
	key, err := find(r.Context(), v.KeyId())
	if err != nil {
		return "", err
	}
	return key.owner, v.Verify(key.key, cavage.RSA_SHA256)
}

// parameter returns a quoted parameter of a Signature header.
func parameter(header, name string) string {
	_, rest, _ := strings.Cut(header, name+`="`)
	value, _, _ := strings.Cut(rest, `"`)
	return value
}

func verifyRFC9421(r *http.Request, body []byte, find findKey, now time.Time) (string, error) {
	keys := &keysOf{find: find}
	covered := []string{"@method", "@target-uri"}
	if r.Method == http.MethodPost {
		covered = append(covered, "content-digest")
	}
	// The library reads the machine's clock; ours may stand elsewhere.
	const ever = 100 * 365 * 24 * time.Hour
	v, err := rfc9421.NewVerifier(keys, rfc9421.WithRequiredComponents(covered...), rfc9421.WithValidateAllSignatures(),
		rfc9421.WithCreatedTimestampRequired(true), rfc9421.WithExpiredTimestampRequired(false),
		rfc9421.WithValidityTolerance(ever), rfc9421.WithMaxAge(ever))
	if err != nil {
		return "", err
	}
	if err := checkCreated(r.Header.Get("Signature-Input"), now); err != nil {
		return "", err
	}
	signed := r.Clone(r.Context())
	signed.Body = io.NopCloser(bytes.NewReader(body))
	signed.URL.Scheme, signed.URL.Host = "http", r.Host
	if err := v.Verify(rfc9421.MessageFromRequest(signed)); err != nil {
		return "", err
	}
	return keys.owner, nil
}

// checkCreated holds the time of an RFC 9421 signature to the window.
func checkCreated(input string, now time.Time) error {
	_, rest, _ := strings.Cut(input, ";created=")
	text, _, _ := strings.Cut(rest, ";")
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return err
	}
	if at := time.Unix(seconds, 0); at.Sub(now).Abs() > window {
		return fmt.Errorf("signed at %s, and it is %s", at, now)
	}
	return nil
}

// keysOf finds keys for one request and remembers whose the last one was.
type keysOf struct {
	find  findKey
	owner string
}

func (k *keysOf) ResolveKey(ctx context.Context, keyID string) (rfc9421.Key, error) {
	key, err := k.find(ctx, keyID)
	if err != nil {
		return rfc9421.Key{}, err
	}
	k.owner = key.owner
	return rfc9421.Key{KeyID: keyID, Key: crypto.PublicKey(key.key), Algorithm: rfc9421.RsaPkcs1v15Sha256}, nil
}

var errNoKey = errors.New("actor does not publish the key")

// parseKey reads a publicKeyPem.
func parseKey(text string) (*rsa.PublicKey, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, fmt.Errorf("%w: no PEM", errNoKey)
	}
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	key, ok := parsed.(*rsa.PublicKey)
	if !ok {
		return nil, fmt.Errorf("%w: it is a %T", errNoKey, parsed)
	}
	return key, nil
}

// encodeKey writes a publicKeyPem.
func encodeKey(key *rsa.PublicKey) (string, error) {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return "", err
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})), nil
}
