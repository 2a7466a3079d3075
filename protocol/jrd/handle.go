package jrd

import (
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"palier/protocol/origin"
)

// The longest parts of a handle, in bytes.
const (
	MaxName      = 255
	MaxLocalName = 30
)

var (
	anyName   = regexp.MustCompile(`^[A-Za-z0-9_]+([.-]+[A-Za-z0-9_]+)*$`)
	localName = regexp.MustCompile(`^[a-z0-9_]+$`)
)

// Handle is the name of an actor and the host that knows the actor by it. The
// zero Handle is nobody's.
type Handle struct {
	Name string // as it was written; compare with [Handle.Same]
	Host string // as [ParseHost] returns it
}

// ParseHandle reads a handle the way people and servers write it:
// @name@host, name@host, acct:name@host, with white space around it. The host
// may have a port and may be internationalised. The name is letters, digits and
// underscores of ASCII, with dots and hyphens between them.
//
// It returns [ErrNoHost] for a name alone and [ErrHandle] for anything else
// that is not a handle.
func ParseHandle(s string) (Handle, error) {
	text := strings.TrimSpace(s)
	if len(text) >= 5 && strings.EqualFold(text[:5], "acct:") {
		text = text[5:]
	}
	text = strings.TrimPrefix(text, "@")
	name, host, found := strings.Cut(text, "@")
	if !isName(name) {
		return Handle{}, fmt.Errorf("%w: %.100q", ErrHandle, s)
	}
	if !found {
		return Handle{}, fmt.Errorf("%w: %.100q", ErrNoHost, s)
	}
	ascii, ok := ParseHost(host)
	if !ok {
		return Handle{}, fmt.Errorf("%w: host of %.100q", ErrHandle, s)
	}
	return Handle{Name: name, Host: ascii}, nil
}

func isName(s string) bool { return len(s) <= MaxName && anyName.MatchString(s) }

// IsLocalName tells whether s can be the name of an actor of ours: one to
// thirty lower-case letters, digits and underscores of ASCII. Names of others
// are taken as [ParseHandle] takes them.
func IsLocalName(s string) bool { return len(s) <= MaxLocalName && localName.MatchString(s) }

// ParseHost returns host[:port] in the form in which hosts are compared:
// ASCII, lower case, without the port 443. It returns false for what is no
// host: an empty or invalid name, a trailing dot, a name whose last label is a
// number though it is no IPv4 address, an IPv6 address without brackets.
func ParseHost(s string) (string, bool) {
	name, port, ok := splitPort(s)
	if !ok {
		return "", false
	}
	host, ok := origin.Host(name)
	if !ok || endsInNumber(host) {
		return "", false
	}
	if port == "" || port == "443" {
		return host, true
	}
	return host + ":" + port, true
}

// splitPort splits host[:port] and takes the brackets off an IPv6 address.
func splitPort(s string) (name, port string, ok bool) {
	name, rest, bracketed := cutBrackets(s)
	if !bracketed {
		name, _, _ = strings.Cut(s, ":")
		rest = s[len(name):]
	}
	if rest == "" {
		return name, "", true
	}
	digits, ok := strings.CutPrefix(rest, ":")
	if !ok {
		return "", "", false
	}
	n, err := strconv.ParseUint(digits, 10, 16)
	if err != nil || n == 0 {
		return "", "", false
	}
	return name, strconv.FormatUint(n, 10), true
}

// cutBrackets splits [address]rest. An address without a colon is no IPv6
// address, and such brackets are left to be refused.
func cutBrackets(s string) (address, rest string, ok bool) {
	inner, ok := strings.CutPrefix(s, "[")
	if !ok {
		return "", "", false
	}
	address, rest, ok = strings.Cut(inner, "]")
	return address, rest, ok && strings.Contains(address, ":")
}

// endsInNumber tells whether a host would be taken for an IPv4 address by some
// reader though it is not written as one.
func endsInNumber(host string) bool {
	last := host[strings.LastIndexByte(host, '.')+1:]
	if _, err := strconv.ParseUint(last, 0, 64); err != nil && !allDigits(last) {
		return false
	}
	_, err := netip.ParseAddr(host)
	return err != nil
}

func allDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// Claim returns the handle that an actor claims in its own document: the
// webfinger property if it has one (FEP-2c59), else its preferredUsername at
// the host of its id. It is to be confirmed by [Confirmed] before it is shown.
// It returns [ErrHandle] if the actor claims none that can be one.
func Claim(id, preferredUsername, webfinger string) (Handle, error) {
	if webfinger != "" {
		h, err := ParseHandle(webfinger)
		if err != nil {
			return Handle{}, fmt.Errorf("webfinger of %.200q: %w", id, err)
		}
		return h, nil
	}
	u, err := url.Parse(id)
	if err != nil || !isWeb(id) {
		return Handle{}, fmt.Errorf("%w: id %.200q", ErrHandle, id)
	}
	host, ok := ParseHost(u.Host)
	if !ok || !isName(preferredUsername) {
		return Handle{}, fmt.Errorf("%w: %.100q of %.200q", ErrHandle, preferredUsername, id)
	}
	return Handle{Name: preferredUsername, Host: host}, nil
}

// String returns name@host, the host in ASCII.
func (h Handle) String() string { return h.Name + "@" + h.Host }

// URI returns the handle as an acct: URI.
func (h Handle) URI() string { return "acct:" + h.String() }

// Key returns the handle in the one form under which it is stored and looked
// up: name@host in lower case.
func (h Handle) Key() string { return strings.ToLower(h.String()) }

// Same tells whether two handles are of the same actor: names without regard to
// case, hosts exactly.
func (h Handle) Same(o Handle) bool {
	return h.Host == o.Host && strings.EqualFold(h.Name, o.Name)
}

// Display returns @name@host for people to read, the host as [DisplayHost] has
// it.
func (h Handle) Display() string { return "@" + h.Name + "@" + DisplayHost(h.Host) }
