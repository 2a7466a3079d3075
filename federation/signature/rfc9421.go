package signature

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/dadrus/httpsig"
	"github.com/dunglas/httpsfv"
)

// rfc9421 is a parsed pair of Signature-Input and Signature.
type rfc9421 struct {
	keyID     string
	covered   []string // components without parameters; others count for nothing
	created   time.Time
	expires   time.Time // zero if not said
	algorithm string
	input     string
	signature string
}

// parseRFC9421 reads the two headers. There must be one signature: with several,
// which of them decides would be a question of taste. The parser of structured
// fields silently keeps the last of what comes twice, so that is looked for
// before it is asked.
func parseRFC9421(input, sig string) (*rfc9421, error) {
	if len(split(input, ',')) != 1 || len(split(sig, ',')) != 1 {
		return nil, fmt.Errorf("%w: not exactly one signature", ErrMalformed)
	}
	label, list, err := innerList(input)
	if err != nil {
		return nil, err
	}
	if err := byteSequence(sig, label); err != nil {
		return nil, err
	}
	s := &rfc9421{input: input, signature: sig}
	if err := s.components(list.Items); err != nil {
		return nil, err
	}
	if err := s.params(list.Params); err != nil {
		return nil, err
	}
	return s, checkKeyID(s.keyID)
}

func innerList(input string) (label string, list httpsfv.InnerList, err error) {
	dict, err := httpsfv.UnmarshalDictionary([]string{input})
	if err != nil {
		return "", list, fmt.Errorf("%w: signature-input: %w", ErrMalformed, err)
	}
	if names := dict.Names(); len(names) == 1 {
		label = names[0]
	}
	member, _ := dict.Get(label)
	list, ok := member.(httpsfv.InnerList)
	if !ok || list.Params == nil {
		return "", list, fmt.Errorf("%w: signature-input", ErrMalformed)
	}
	seen := map[string]bool{}
	for _, p := range split(input, ';')[1:] {
		name, _, _ := strings.Cut(p, "=")
		if name = strings.TrimSpace(name); seen[name] {
			return "", list, fmt.Errorf("%w: %s twice", ErrMalformed, clip(name))
		}
		seen[name] = true
	}
	return label, list, nil
}

func byteSequence(sig, label string) error {
	dict, err := httpsfv.UnmarshalDictionary([]string{sig})
	if err != nil {
		return fmt.Errorf("%w: signature: %w", ErrMalformed, err)
	}
	member, ok := dict.Get(label)
	if !ok {
		return fmt.Errorf("%w: labels differ", ErrMalformed)
	}
	item, ok := member.(httpsfv.Item)
	if !ok {
		return fmt.Errorf("%w: signature", ErrMalformed)
	}
	if b, ok := item.Value.([]byte); !ok || len(b) == 0 {
		return fmt.Errorf("%w: signature", ErrMalformed)
	}
	return nil
}

// components also keeps from the library what it would panic at: component
// names that are not strings.
func (s *rfc9421) components(items []httpsfv.Item) error {
	if len(items) > maxCovered {
		return fmt.Errorf("%w: %d components", ErrMalformed, len(items))
	}
	for _, item := range items {
		name, ok := item.Value.(string)
		if !ok || name != strings.ToLower(name) {
			return fmt.Errorf("%w: component", ErrMalformed)
		}
		if item.Params == nil || len(item.Params.Names()) == 0 {
			s.covered = append(s.covered, name)
		}
	}
	return nil
}

func (s *rfc9421) params(p *httpsfv.Params) error {
	for _, name := range p.Names() {
		value, _ := p.Get(name)
		ok := true
		var n int64
		switch name {
		case "keyid":
			s.keyID, ok = value.(string)
		case "alg":
			s.algorithm, ok = value.(string)
		case "created":
			if n, ok = value.(int64); ok {
				s.created = time.Unix(n, 0)
			}
		case "expires":
			if n, ok = value.(int64); ok {
				s.expires = time.Unix(n, 0)
			}
		}
		if !ok {
			return fmt.Errorf("%w: %s", ErrMalformed, clip(name))
		}
	}
	return nil
}

func (s *rfc9421) key() string    { return s.keyID }
func (s *rfc9421) scheme() Scheme { return RFC9421 }

// check is the policy, as of [cavage.check].
func (s *rfc9421) check(r *http.Request, w window) (time.Time, error) {
	if !slices.Contains(s.covered, "@method") {
		return time.Time{}, fmt.Errorf("%w: @method", ErrCoverage)
	}
	if !s.coversTarget(r) {
		return time.Time{}, fmt.Errorf("%w: @target-uri", ErrCoverage)
	}
	if hasBody(r) && !slices.Contains(s.covered, "content-digest") {
		return time.Time{}, fmt.Errorf("%w: content-digest", ErrCoverage)
	}
	if s.created.IsZero() {
		return time.Time{}, fmt.Errorf("%w: created", ErrCoverage)
	}
	if err := w.checkSigned(s.created); err != nil {
		return time.Time{}, err
	}
	if !s.expires.IsZero() {
		if err := w.checkExpires(s.expires); err != nil {
			return time.Time{}, err
		}
	}
	return s.created, nil
}

// coversTarget: the whole target, or all of its parts by other names.
func (s *rfc9421) coversTarget(r *http.Request) bool {
	has := func(name string) bool { return slices.Contains(s.covered, name) }
	if has("@target-uri") {
		return true
	}
	if !has("@authority") && !has("host") {
		return false
	}
	return has("@request-target") || has("@path") && (has("@query") || r.URL.RawQuery == "")
}

// verify lets the library build the signature base of RFC 9421 §2.5, whichever
// of its components were covered, and check the signature with the one algorithm
// that this kind of key has. Times are no matter of the library's: it knows no
// clock but its own, and the policy has looked at them.
func (s *rfc9421) verify(r *http.Request, scheme string, body []byte, key PublicKey) error {
	alg := httpsig.RsaPkcs1v15Sha256
	if key.Kind == Ed25519 {
		alg = httpsig.Ed25519
	}
	if s.algorithm != "" && s.algorithm != string(alg) {
		return fmt.Errorf("%w: algorithm %q, key %s", ErrInvalid, clip(s.algorithm), key.Kind)
	}
	const always = 100 * 365 * 24 * time.Hour
	v, err := httpsig.NewVerifier(httpsig.Key{KeyID: key.ID, Algorithm: alg, Key: key.Key},
		httpsig.WithValidateAllSignatures(),
		httpsig.WithCreatedTimestampRequired(false),
		httpsig.WithExpiredTimestampRequired(false),
		httpsig.WithValidityTolerance(always),
		httpsig.WithMaxAge(always),
	)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrKey, err)
	}
	if err := v.Verify(s.message(r, scheme, body)); err != nil {
		return fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return nil
}

// message is the request as the library wants it: an absolute URL, Host among
// the headers, and only the signature that is to be checked.
func (s *rfc9421) message(r *http.Request, scheme string, body []byte) *httpsig.Message {
	h := r.Header.Clone()
	h.Set("Host", r.Host)
	h["Signature-Input"], h["Signature"] = []string{s.input}, []string{s.signature}
	u := url.URL{Scheme: scheme, Host: r.Host, Path: r.URL.Path, RawPath: r.URL.RawPath, RawQuery: r.URL.RawQuery, ForceQuery: r.URL.ForceQuery}
	return &httpsig.Message{
		Context: context.WithoutCancel(r.Context()), Method: r.Method, Authority: r.Host, URL: &u, Header: h, IsRequest: true,
		Body: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil },
	}
}

// split cuts a structured field at a separator that stands outside of strings
// and parentheses.
func split(s string, sep byte) []string {
	var parts []string
	depth, quoted, from := 0, false, 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == sep && depth == 0:
			parts, from = append(parts, s[from:i]), i+1
		}
	}
	return append(parts, s[from:])
}
