package signature

import (
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Sign adds a signature to a request that is about to leave. d is the digest of
// its body, zero for a request without one; the body itself is not read. now is
// the time to claim. Headers of the same names are replaced, so that a request
// can be signed again for another host.
//
// Under [Cavage] it covers `(request-target) host date` and, with a body,
// `digest`, with algorithm="rsa-sha256", which the oldest servers ask for; the
// key must be RSA. Under [RFC9421] it covers `@method @target-uri` and, with a
// body, `content-digest`, with created and keyid under the label sig1.
//
// It returns an error wrapping [ErrKey] if the scheme has no use for the kind of
// key, and what the key itself returns.
func Sign(req *http.Request, key *PrivateKey, s Scheme, d Digest, now time.Time) error {
	for _, name := range []string{"Signature", "Signature-Input", "Digest", "Content-Digest"} {
		req.Header.Del(name)
	}
	var err error
	switch s {
	case Cavage:
		err = signCavage(req, key, d, now)
	case RFC9421:
		err = signRFC9421(req, key, d, now)
	default:
		err = fmt.Errorf("%w: scheme %q", ErrKey, s)
	}
	if err != nil {
		return fmt.Errorf("sign with %s: %w", key.ID, err)
	}
	return nil
}

func signCavage(req *http.Request, key *PrivateKey, d Digest, now time.Time) error {
	if key.Kind != RSA {
		return fmt.Errorf("%w: %s under %s", ErrKey, key.Kind, Cavage)
	}
	date := now.UTC().Format(http.TimeFormat)
	req.Header.Set("Date", date)
	covered := "(request-target) host date"
	base := make([]byte, 0, 512)
	base = append(base, "(request-target): "...)
	base = append(base, strings.ToLower(req.Method)...)
	base = append(base, ' ')
	base = append(base, req.URL.RequestURI()...)
	base = append(base, "\nhost: "...)
	base = append(base, hostOf(req)...)
	base = append(base, "\ndate: "...)
	base = append(base, date...)
	if !d.IsZero() {
		covered += " digest"
		req.Header.Set("Digest", d.digest)
		base = append(base, "\ndigest: "...)
		base = append(base, d.digest...)
	}
	sig, err := key.sign(base)
	if err != nil {
		return err
	}
	req.Header.Set("Signature", `keyId="`+key.ID+`",algorithm="rsa-sha256",headers="`+covered+
		`",signature="`+base64.StdEncoding.EncodeToString(sig)+`"`)
	return nil
}

func signRFC9421(req *http.Request, key *PrivateKey, d Digest, now time.Time) error {
	covered := `("@method" "@target-uri")`
	base := make([]byte, 0, 512)
	base = append(base, `"@method": `...)
	base = append(base, req.Method...)
	base = append(base, "\n\"@target-uri\": "...)
	base = append(base, req.URL.Scheme+"://"+hostOf(req)+req.URL.RequestURI()...)
	if !d.IsZero() {
		covered = `("@method" "@target-uri" "content-digest")`
		req.Header.Set("Content-Digest", d.content)
		base = append(base, "\n\"content-digest\": "...)
		base = append(base, d.content...)
	}
	params := covered + ";created=" + strconv.FormatInt(now.Unix(), 10) + `;keyid="` + key.ID + `"`
	base = append(base, "\n\"@signature-params\": "...)
	base = append(base, params...)
	sig, err := key.sign(base)
	if err != nil {
		return err
	}
	req.Header.Set("Signature-Input", "sig1="+params)
	req.Header.Set("Signature", "sig1=:"+base64.StdEncoding.EncodeToString(sig)+":")
	return nil
}

// sign signs base in the one way each kind of key has under both schemes.
func (k *PrivateKey) sign(base []byte) ([]byte, error) {
	if k.Kind == Ed25519 {
		return k.Key.Sign(rand.Reader, base, crypto.Hash(0))
	}
	sum := sha256.Sum256(base)
	return k.Key.Sign(rand.Reader, sum[:], crypto.SHA256)
}

func hostOf(req *http.Request) string {
	if req.Host != "" {
		return req.Host
	}
	return req.URL.Host
}
