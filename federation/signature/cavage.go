package signature

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Sizes of what strangers may send. An RSA signature of 8192 bits takes 1368
// characters.
const (
	maxHeader  = 8 << 10
	maxCovered = 32
	maxKeyID   = 2 << 10
)

// cavage is a parsed Signature header of draft-cavage-http-signatures-12.
type cavage struct {
	keyID     string
	algorithm string
	covered   []string
	signature []byte
	created   string // as sent, since that is what was signed
	expires   string
}

// parseCavage reads the header. Parameters may come in any order, with spaces
// around the commas, and unknown ones are ignored; none may come twice.
func parseCavage(header string) (*cavage, error) {
	if len(header) > maxHeader {
		return nil, fmt.Errorf("%w: %d bytes", ErrMalformed, len(header))
	}
	params := make(map[string]string, 6)
	for rest := header; rest != ""; {
		name, value, tail, err := param(rest)
		if err != nil {
			return nil, err
		}
		if _, double := params[name]; double {
			return nil, fmt.Errorf("%w: %s twice", ErrMalformed, clip(name))
		}
		params[name], rest = value, tail
	}
	sig, err := base64.StdEncoding.DecodeString(params["signature"])
	if err != nil || len(sig) == 0 {
		return nil, fmt.Errorf("%w: signature is not base64", ErrMalformed)
	}
	c := &cavage{
		keyID:     params["keyid"],
		algorithm: strings.ToLower(params["algorithm"]),
		covered:   strings.Fields(strings.ToLower(params["headers"])),
		signature: sig,
		created:   params["created"],
		expires:   params["expires"],
	}
	if err := checkKeyID(c.keyID); err != nil {
		return nil, err
	}
	return c, c.checkCovered()
}

func (c *cavage) checkCovered() error {
	if len(c.covered) > maxCovered {
		return fmt.Errorf("%w: %d names covered", ErrMalformed, len(c.covered))
	}
	for i, name := range c.covered {
		if slices.Contains(c.covered[:i], name) {
			return fmt.Errorf("%w: %s covered twice", ErrMalformed, clip(name))
		}
	}
	return nil
}

// param reads one name="value" or name=token and the comma after it. The name
// comes back in lower case.
func param(s string) (name, value, rest string, err error) {
	bad := fmt.Errorf("%w: parameters", ErrMalformed)
	name, rest, ok := strings.Cut(s, "=")
	name = strings.ToLower(strings.Trim(name, " \t"))
	if !ok || !token(name) {
		return "", "", "", bad
	}
	if quoted, ok := strings.CutPrefix(rest, `"`); ok {
		value, rest, ok = strings.Cut(quoted, `"`)
		if !ok || strings.ContainsRune(value, '\\') {
			return "", "", "", bad
		}
	} else if i := strings.IndexByte(rest, ','); i >= 0 {
		value, rest = strings.Trim(rest[:i], " \t"), rest[i:]
	} else {
		value, rest = strings.Trim(rest, " \t"), ""
	}
	rest = strings.TrimLeft(rest, " \t")
	if rest == "" {
		return name, value, "", nil
	}
	rest, ok = strings.CutPrefix(rest, ",")
	if rest = strings.TrimLeft(rest, " \t"); !ok || rest == "" {
		return "", "", "", bad
	}
	return name, value, rest, nil
}

func token(s string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return s != ""
}

func (c *cavage) key() string    { return c.keyID }
func (c *cavage) scheme() Scheme { return Cavage }

// check is the policy: everything that decides what the request does must be
// covered, and the time must be now.
func (c *cavage) check(r *http.Request, w window) (time.Time, error) {
	need := []string{"(request-target)", "host"}
	for _, name := range need {
		if !slices.Contains(c.covered, name) {
			return time.Time{}, fmt.Errorf("%w: %s", ErrCoverage, name)
		}
	}
	if hasBody(r) && !slices.Contains(c.covered, "digest") && !slices.Contains(c.covered, "content-digest") {
		return time.Time{}, fmt.Errorf("%w: digest", ErrCoverage)
	}
	signed, err := c.when(r, w)
	if err != nil {
		return time.Time{}, err
	}
	if c.expires == "" {
		return signed, nil
	}
	expires, err := seconds(c.expires)
	if err != nil {
		return time.Time{}, err
	}
	return signed, w.checkExpires(expires)
}

// when returns the time of signing. A signature may cover (created), date or
// both; what is covered must hold.
func (c *cavage) when(r *http.Request, w window) (time.Time, error) {
	var signed time.Time
	if slices.Contains(c.covered, "(created)") {
		t, err := seconds(c.created)
		if err != nil {
			return time.Time{}, err
		}
		if err := w.checkSigned(t); err != nil {
			return time.Time{}, err
		}
		signed = t
	}
	if slices.Contains(c.covered, "date") {
		t, err := http.ParseTime(r.Header.Get("Date"))
		if err != nil {
			return time.Time{}, fmt.Errorf("%w: date: %w", ErrMalformed, err)
		}
		if err := w.checkSigned(t); err != nil {
			return time.Time{}, err
		}
		signed = t
	}
	if signed.IsZero() {
		return time.Time{}, fmt.Errorf("%w: date", ErrCoverage)
	}
	return signed, nil
}

func seconds(s string) (time.Time, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n <= 0 || n > 1<<40 {
		return time.Time{}, fmt.Errorf("%w: time %q", ErrMalformed, clip(s))
	}
	return time.Unix(n, 0), nil
}

// verify checks the signature. The key alone decides the algorithm; one that the
// request names must not contradict it.
func (c *cavage) verify(r *http.Request, _ string, key PublicKey) error {
	switch c.algorithm {
	case "", "hs2019":
	case "rsa-sha256":
		if key.Kind != RSA {
			return fmt.Errorf("%w: algorithm %s, key %s", ErrInvalid, c.algorithm, key.Kind)
		}
	case "ed25519":
		if key.Kind != Ed25519 {
			return fmt.Errorf("%w: algorithm %s, key %s", ErrInvalid, c.algorithm, key.Kind)
		}
	default:
		return fmt.Errorf("%w: algorithm %q", ErrInvalid, clip(c.algorithm))
	}
	target := r.URL.RequestURI()
	err := c.verifyFor(r, target, key)
	// Some servers leave the query out of what they sign when they fetch the
	// pages of a collection. A GET changes nothing, so the loss is small.
	if path, _, ok := strings.Cut(target, "?"); err != nil && ok && r.Method == http.MethodGet {
		return c.verifyFor(r, path, key)
	}
	return err
}

func (c *cavage) verifyFor(r *http.Request, target string, key PublicKey) error {
	base, err := c.base(r, target)
	if err != nil {
		return err
	}
	return verifyBytes(key, base, c.signature)
}

// base is the string that was signed (draft-cavage-12 §2.3).
func (c *cavage) base(r *http.Request, target string) ([]byte, error) {
	b := make([]byte, 0, 512)
	for i, name := range c.covered {
		if i > 0 {
			b = append(b, '\n')
		}
		b = append(b, name...)
		b = append(b, ": "...)
		switch name {
		case "(request-target)":
			b = append(b, strings.ToLower(r.Method)+" "+target...)
		case "(created)":
			b = append(b, c.created...)
		case "(expires)":
			b = append(b, c.expires...)
		case "host": // net/http keeps it out of Header
			b = append(b, r.Host...)
		default:
			value, err := header(r, name)
			if err != nil {
				return nil, err
			}
			b = append(b, value...)
		}
	}
	return b, nil
}

func verifyBytes(key PublicKey, base, sig []byte) error {
	switch k := key.Key.(type) {
	case *rsa.PublicKey:
		sum := sha256.Sum256(base)
		if err := rsa.VerifyPKCS1v15(k, crypto.SHA256, sum[:], sig); err != nil {
			return fmt.Errorf("%w: %w", ErrInvalid, err)
		}
		return nil
	case ed25519.PublicKey:
		if !ed25519.Verify(k, base, sig) {
			return ErrInvalid
		}
		return nil
	}
	return fmt.Errorf("%w: kind %T", ErrKey, key.Key)
}
