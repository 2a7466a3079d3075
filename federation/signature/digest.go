package signature

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
)

// Digest is the SHA-256 of a body, written for both schemes. Compute it once for
// a document and sign with it for every host. The zero Digest stands for a
// request without a body.
type Digest struct {
	digest  string // RFC 3230: SHA-256=…
	content string // RFC 9530: sha-256=:…:
}

// DigestOf returns the digest of body, which may be empty.
func DigestOf(body []byte) Digest {
	sum := sha256.Sum256(body)
	b64 := base64.StdEncoding.EncodeToString(sum[:])
	return Digest{digest: "SHA-256=" + b64, content: "sha-256=:" + b64 + ":"}
}

// IsZero reports whether there is no body to speak for.
func (d Digest) IsZero() bool { return d.digest == "" }

// checkDigests holds every digest header of a request against the bytes that
// were read. A header without SHA-256 proves nothing and is refused, and so is
// one that says anything twice.
func checkDigests(h http.Header, body []byte) error {
	old, present, err := one(h, "Digest")
	if err != nil {
		return err
	}
	modern, alsoPresent, err := one(h, "Content-Digest")
	if err != nil {
		return err
	}
	if !present && !alsoPresent {
		return nil
	}
	sum := sha256.Sum256(body)
	if present {
		if err := match(sum, old, parseDigest); err != nil {
			return fmt.Errorf("digest: %w", err)
		}
	}
	if alsoPresent {
		if err := match(sum, modern, parseContentDigest); err != nil {
			return fmt.Errorf("content-digest: %w", err)
		}
	}
	return nil
}

func match(sum [sha256.Size]byte, header string, parse func(string) ([]byte, error)) error {
	claimed, err := parse(header)
	if err != nil {
		return err
	}
	if subtle.ConstantTimeCompare(sum[:], claimed) != 1 {
		return ErrDigest
	}
	return nil
}

// parseDigest reads RFC 3230, in which the name's case varies between servers.
func parseDigest(header string) ([]byte, error) {
	var sum []byte
	for part := range strings.SplitSeq(header, ",") {
		name, value, ok := strings.Cut(strings.TrimSpace(part), "=")
		if !ok {
			return nil, fmt.Errorf("%w: digest", ErrMalformed)
		}
		if !strings.EqualFold(name, "sha-256") {
			continue
		}
		if sum != nil {
			return nil, fmt.Errorf("%w: two digests", ErrMalformed)
		}
		decoded, err := base64.StdEncoding.DecodeString(value)
		if err != nil || len(decoded) != sha256.Size {
			return nil, fmt.Errorf("%w: digest", ErrMalformed)
		}
		sum = decoded
	}
	if sum == nil {
		return nil, fmt.Errorf("%w: no sha-256", ErrDigest)
	}
	return sum, nil
}

// parseContentDigest reads RFC 9530, a dictionary of byte sequences.
func parseContentDigest(header string) ([]byte, error) {
	sums, err := byteSequences(header)
	if err != nil {
		return nil, err
	}
	sum, ok := sums["sha-256"]
	if !ok {
		return nil, fmt.Errorf("%w: no sha-256", ErrDigest)
	}
	return sum, nil
}

// one returns the only line of a header, or [ErrMalformed] if there are several
// or it is longer than any honest one.
func one(h http.Header, name string) (value string, present bool, err error) {
	lines := h.Values(name)
	switch {
	case len(lines) == 0:
		return "", false, nil
	case len(lines) > 1:
		return "", false, fmt.Errorf("%w: %d lines of %s", ErrMalformed, len(lines), name)
	case len(lines[0]) > maxHeader:
		return "", false, fmt.Errorf("%w: %s of %d bytes", ErrMalformed, name, len(lines[0]))
	}
	return lines[0], true, nil
}
