package signature

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"palier/protocol/origin"
)

// rfc9421 is a parsed pair of Signature-Input and Signature.
type rfc9421 struct {
	keyID     string
	algorithm string
	covered   []string
	created   time.Time // zero if not said
	expires   time.Time // zero if not said
	params    string    // the value of @signature-params
	signature []byte
}

// parseRFC9421 reads the two headers. There must be one signature: with several,
// which of them decides would be a question of taste. Components with
// parameters, which no server of the network uses for requests, are refused.
func parseRFC9421(input, sig string) (*rfc9421, error) {
	f := field{s: strings.Trim(input, " \t")}
	label, err := f.key()
	if err != nil {
		return nil, err
	}
	if !f.next('=') {
		return nil, fmt.Errorf("%w: signature-input", ErrMalformed)
	}
	s := &rfc9421{}
	if s.covered, err = f.strings(); err != nil {
		return nil, err
	}
	params, err := f.parameters()
	if err != nil {
		return nil, err
	}
	if f.s != "" {
		return nil, fmt.Errorf("%w: not exactly one signature", ErrMalformed)
	}
	if err := s.read(params); err != nil {
		return nil, err
	}
	sigs, err := byteSequences(sig)
	if err != nil {
		return nil, err
	}
	if s.signature = sigs[label]; len(s.signature) == 0 || len(sigs) != 1 {
		return nil, fmt.Errorf("%w: labels differ", ErrMalformed)
	}
	return s, checkKeyID(s.keyID)
}

// read takes the parameters apart and writes the list again in the one form that
// was signed (RFC 9421 §2.3).
func (s *rfc9421) read(params []parameter) error {
	var b strings.Builder
	b.WriteByte('(')
	for i, name := range s.covered {
		if name == "" || name != strings.ToLower(name) || strings.Contains(name, `\`) || slices.Contains(s.covered[:i], name) {
			return fmt.Errorf("%w: component %q", ErrMalformed, clip(name))
		}
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(`"` + name + `"`)
	}
	b.WriteByte(')')
	for _, p := range params {
		b.WriteString(";" + p.name)
		if p.value != "" {
			b.WriteString("=" + p.value)
		}
		if err := s.set(p); err != nil {
			return err
		}
	}
	s.params = b.String()
	return nil
}

func (s *rfc9421) set(p parameter) (err error) {
	switch p.name {
	case "keyid":
		s.keyID, err = unquote(p)
	case "alg":
		s.algorithm, err = unquote(p)
	case "created":
		s.created, err = seconds(p.value)
	case "expires":
		s.expires, err = seconds(p.value)
	}
	return err
}

func unquote(p parameter) (string, error) {
	if len(p.value) < 2 || p.value[0] != '"' || strings.Contains(p.value, `\`) {
		return "", fmt.Errorf("%w: %s is no string", ErrMalformed, p.name)
	}
	return p.value[1 : len(p.value)-1], nil
}

func (s *rfc9421) key() string    { return s.keyID }
func (s *rfc9421) scheme() Scheme { return RFC9421 }

// check is the policy, as of [cavage.check].
func (s *rfc9421) check(r *http.Request, w window) (time.Time, error) {
	if !s.covers("@method") {
		return time.Time{}, fmt.Errorf("%w: @method", ErrCoverage)
	}
	if !s.coversTarget(r) {
		return time.Time{}, fmt.Errorf("%w: @target-uri", ErrCoverage)
	}
	if hasBody(r) && !s.covers("content-digest") {
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

func (s *rfc9421) covers(name string) bool { return slices.Contains(s.covered, name) }

// coversTarget: the whole target, or all of its parts by other names.
func (s *rfc9421) coversTarget(r *http.Request) bool {
	if s.covers("@target-uri") {
		return true
	}
	if !s.covers("@authority") && !s.covers("host") {
		return false
	}
	return s.covers("@request-target") || s.covers("@path") && (s.covers("@query") || r.URL.RawQuery == "")
}

// verify checks the signature. The key alone decides the algorithm; one that the
// request names must not contradict it.
func (s *rfc9421) verify(r *http.Request, scheme string, key PublicKey) error {
	algorithm := "rsa-v1_5-sha256"
	if key.Kind == Ed25519 {
		algorithm = "ed25519"
	}
	if s.algorithm != "" && s.algorithm != algorithm {
		return fmt.Errorf("%w: algorithm %q, key %s", ErrInvalid, clip(s.algorithm), key.Kind)
	}
	base, err := s.base(r, scheme)
	if err != nil {
		return err
	}
	return verifyBytes(key, base, s.signature)
}

// base is the string that was signed (RFC 9421 §2.5).
func (s *rfc9421) base(r *http.Request, scheme string) ([]byte, error) {
	b := make([]byte, 0, 512)
	for _, name := range s.covered {
		value, err := component(r, scheme, name)
		if err != nil {
			return nil, err
		}
		b = append(b, '"')
		b = append(b, name...)
		b = append(b, `": `...)
		b = append(b, value...)
		b = append(b, '\n')
	}
	b = append(b, `"@signature-params": `...)
	return append(b, s.params...), nil
}

// component is the value of a derived component (RFC 9421 §2.2) or of a header.
func component(r *http.Request, scheme, name string) (string, error) {
	switch name {
	case "@method":
		return r.Method, nil
	case "@target-uri":
		return scheme + "://" + r.Host + r.URL.RequestURI(), nil
	case "@authority":
		own, _ := origin.OfURL(&url.URL{Scheme: scheme, Host: r.Host})
		return strings.TrimPrefix(own, scheme+"://"), nil
	case "@scheme":
		return scheme, nil
	case "@request-target":
		return r.URL.RequestURI(), nil
	case "@path":
		path, _, _ := strings.Cut(r.URL.RequestURI(), "?")
		return path, nil
	case "@query":
		return "?" + r.URL.RawQuery, nil
	case "host": // net/http keeps it out of Header
		return r.Host, nil
	}
	return header(r, name)
}

// header joins the lines of a covered header (RFC 9421 §2.1, draft-cavage-12
// §2.3): both schemes have the same rule.
func header(r *http.Request, name string) (string, error) {
	lines := r.Header.Values(name)
	switch len(lines) {
	case 0:
		return "", fmt.Errorf("%w: %s is covered but not there", ErrMalformed, clip(name))
	case 1:
		return strings.Trim(lines[0], " \t"), nil
	}
	trimmed := make([]string, len(lines))
	for i, line := range lines {
		trimmed[i] = strings.Trim(line, " \t")
	}
	return strings.Join(trimmed, ", "), nil
}
