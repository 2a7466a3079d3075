package signature

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"palier/protocol/origin"
)

// Keys finds the key that a request names. [KeyCache] is one.
type Keys interface {
	// Key returns the key. Errors wrap [ErrKey], [ErrKeyUnavailable] or [ErrGone],
	// or are those of the storage.
	Key(ctx context.Context, keyID string) (PublicKey, error)
	// Refresh asks the key's origin again, if that is due, and returns the key as
	// it is now. It is called when a signature does not verify, which is how a
	// rotated key shows. It returns [ErrKeyUnavailable] if it is too soon.
	Refresh(ctx context.Context, keyID string) (PublicKey, error)
}

// Policy is what a [Verifier] asks of requests.
type Policy struct {
	// Origins are the names this server answers to, such as
	// "https://lyon.example" or "http://localhost:8080". At least one.
	Origins []string
	// Past is how old a signature may be. Default 1 h, at most 12 h.
	Past time.Duration
	// Future is how far ahead of ours the sender's clock may be. Default 5 min,
	// at most 12 h.
	Future time.Duration
	// Now is the clock; required.
	Now func() time.Time
}

// maxWindow is the longest that any signature may be good for.
const maxWindow = 12 * time.Hour

// Verifier verifies the signatures of incoming requests. It is safe for
// concurrent use.
type Verifier struct {
	keys    Keys
	schemes map[string]string // of our hosts, as origin.Of writes them
	past    time.Duration
	future  time.Duration
	now     func() time.Time
}

// NewVerifier returns a verifier. It returns an error if the policy names no
// valid origin, no clock or too wide a window.
func NewVerifier(keys Keys, p Policy) (*Verifier, error) {
	v := &Verifier{keys: keys, schemes: make(map[string]string), past: p.Past, future: p.Future, now: p.Now}
	if v.past == 0 {
		v.past = time.Hour
	}
	if v.future == 0 {
		v.future = 5 * time.Minute
	}
	if v.past < 0 || v.past > maxWindow || v.future < 0 || v.future > maxWindow {
		return nil, fmt.Errorf("signature window -%s/+%s: at most %s", v.past, v.future, maxWindow)
	}
	if v.now == nil || len(p.Origins) == 0 {
		return nil, errors.New("signature policy needs a clock and an origin")
	}
	for _, o := range p.Origins {
		own, ok := origin.Of(o)
		if !ok {
			return nil, fmt.Errorf("signature policy: %q is no origin", o)
		}
		scheme, host, _ := strings.Cut(own, "://")
		v.schemes[host] = scheme
	}
	return v, nil
}

// claim is a signature that was parsed and not yet believed.
type claim interface {
	key() string
	scheme() Scheme
	// check holds the signature to the policy and returns when it was made.
	check(r *http.Request, w window) (time.Time, error)
	verify(r *http.Request, scheme string, key PublicKey) error
}

// Verify returns who signed the request. body is the whole body as read; r.Body
// is not touched. A request may carry one signature of each scheme; then both
// must be valid and name one owner.
//
// Everything that can be refused without the key is refused before the key is
// looked for, so that rubbish costs its target nothing. Errors wrap the
// sentinels of this package.
func (v *Verifier) Verify(r *http.Request, body []byte) (Verified, error) {
	result, err := v.verify(r, body)
	if err != nil {
		return Verified{}, fmt.Errorf("verify signature of %s %s: %w", r.Method, clip(r.URL.Path), err)
	}
	return result, nil
}

func (v *Verifier) verify(r *http.Request, body []byte) (Verified, error) {
	claims, err := parse(r.Header)
	if err != nil {
		return Verified{}, err
	}
	scheme, ok := v.ours(r.Host)
	if !ok {
		return Verified{}, fmt.Errorf("%w: %q", ErrHost, clip(r.Host))
	}
	if len(r.Header.Values("Date")) > 1 || len(r.Header.Values("Host")) > 1 {
		return Verified{}, fmt.Errorf("%w: doubled header", ErrMalformed)
	}
	w := window{now: v.now(), past: v.past, future: v.future}
	var signed []time.Time
	for _, c := range claims {
		at, err := c.check(r, w)
		if err != nil {
			return Verified{}, err
		}
		signed = append(signed, at)
	}
	if err := checkDigests(r.Header, body); err != nil {
		return Verified{}, err
	}
	var result Verified
	for i, c := range claims {
		key, err := v.believe(r, scheme, c)
		if err != nil {
			return Verified{}, err
		}
		if i > 0 && key.Owner != result.Owner {
			return Verified{}, fmt.Errorf("%w: %q and %q", ErrOwners, clip(result.Owner), clip(key.Owner))
		}
		if i == 0 {
			result = Verified{KeyID: key.ID, Owner: key.Owner, Scheme: c.scheme(), Kind: key.Kind, Signed: signed[i]}
		}
	}
	return result, nil
}

// believe verifies one claim, once more with a fresh key if the one we knew does
// not fit.
func (v *Verifier) believe(r *http.Request, scheme string, c claim) (PublicKey, error) {
	key, err := v.keys.Key(r.Context(), c.key())
	if err != nil {
		return PublicKey{}, err
	}
	invalid := c.verify(r, scheme, key)
	if invalid == nil {
		return key, nil
	}
	fresh, err := v.keys.Refresh(r.Context(), c.key())
	switch {
	case errors.Is(err, ErrGone), errors.Is(err, ErrKey):
		return PublicKey{}, err
	case err != nil && !errors.Is(err, ErrKeyUnavailable):
		return PublicKey{}, err
	case err != nil || fresh.Equal(key) && fresh.Owner == key.Owner:
		return PublicKey{}, invalid
	}
	if err := c.verify(r, scheme, fresh); err != nil {
		return PublicKey{}, err
	}
	return fresh, nil
}

// ours returns the scheme under which we serve host.
func (v *Verifier) ours(host string) (scheme string, ok bool) {
	for _, s := range []string{"https", "http"} {
		own, ok := origin.OfURL(&url.URL{Scheme: s, Host: host})
		if !ok {
			return "", false
		}
		if v.schemes[strings.TrimPrefix(own, s+"://")] == s {
			return s, true
		}
	}
	return "", false
}

// parse finds the signatures of a request, RFC 9421 first. The two schemes share
// the name of one header, so that a request with both has two lines of it.
func parse(h http.Header) ([]claim, error) {
	lines := h.Values("Signature")
	input, modern, err := one(h, "Signature-Input")
	if err != nil {
		return nil, err
	}
	switch {
	case len(lines) == 0 && !modern:
		return nil, ErrUnsigned
	case len(lines) == 0, len(lines) > 2, len(lines) == 2 && !modern:
		return nil, fmt.Errorf("%w: %d lines of Signature", ErrMalformed, len(lines))
	}
	for _, line := range lines {
		if len(line) > maxHeader {
			return nil, fmt.Errorf("%w: Signature of %d bytes", ErrMalformed, len(line))
		}
	}
	if !modern {
		c, err := parseCavage(lines[0])
		return []claim{c}, err
	}
	if len(lines) == 2 && isCavage(lines[0]) {
		lines = []string{lines[1], lines[0]}
	}
	s, err := parseRFC9421(input, lines[0])
	if err != nil || len(lines) == 1 {
		return []claim{s}, err
	}
	c, err := parseCavage(lines[1])
	return []claim{s, c}, err
}

// isCavage tells the two contents of a Signature header apart: only one of them
// has quotes.
func isCavage(line string) bool { return strings.Contains(line, `"`) }

// checkKeyID refuses what cannot be a key on the web. acct: ids are refused
// because nothing binds them to the server that the key comes from.
func checkKeyID(id string) error {
	if id == "" || len(id) > maxKeyID {
		return fmt.Errorf("%w: key id of %d bytes", ErrMalformed, len(id))
	}
	if _, ok := origin.Of(id); !ok {
		return fmt.Errorf("%w: id %q", ErrKey, clip(id))
	}
	return nil
}

// hasBody reports whether a request of this method speaks through its body.
func hasBody(r *http.Request) bool {
	return r.Method != http.MethodGet && r.Method != http.MethodHead || r.ContentLength > 0 || len(r.TransferEncoding) > 0
}

// window is the time in which a signature is good.
type window struct {
	now          time.Time
	past, future time.Duration
}

func (w window) checkSigned(t time.Time) error {
	if w.now.Sub(t) > w.past {
		return fmt.Errorf("%w: signed %s ago", ErrTime, w.now.Sub(t).Round(time.Second))
	}
	if t.Sub(w.now) > w.future {
		return fmt.Errorf("%w: signed %s ahead", ErrTime, t.Sub(w.now).Round(time.Second))
	}
	return nil
}

// checkExpires never makes a signature good for longer; it may only end it.
func (w window) checkExpires(t time.Time) error {
	if !t.After(w.now) {
		return fmt.Errorf("%w: expired", ErrTime)
	}
	if t.Sub(w.now) > maxWindow {
		return fmt.Errorf("%w: expires in %s", ErrTime, t.Sub(w.now).Round(time.Second))
	}
	return nil
}
