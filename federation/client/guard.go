package client

import (
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"syscall"

	"code.dny.dev/ssrf"

	"palier/protocol/origin"
)

// maxURL is the longest URL that is asked, in bytes.
const maxURL = 2048

// guard decides what may be asked and what may be dialled. Names are judged
// before resolution by their form, addresses at the moment they are dialled:
// what a name resolved to earlier proves nothing about where a packet goes.
type guard struct {
	peers   []netip.Prefix
	special *ssrf.Guardian
}

func newGuard(peers []netip.Prefix) *guard {
	// Two ranges that no registry of special addresses lists and that still
	// lead inside: a cloud's host agent on a public address, and the space of
	// the dissolved 6bone, which some networks route privately.
	g := &guard{special: ssrf.New(
		ssrf.WithPorts(443),
		ssrf.WithDeniedV4Prefixes(netip.MustParsePrefix("168.63.129.16/32")),
		ssrf.WithDeniedV6Prefixes(netip.MustParsePrefix("3ffe::/16")),
	)}
	for _, p := range peers {
		if a := p.Addr(); a.Is4In6() && p.Bits() >= 96 {
			p = netip.PrefixFrom(a.Unmap(), p.Bits()-96)
		}
		g.peers = append(g.peers, p.Masked())
	}
	return g
}

// peer reports whether an address is on the list the administrator gave.
func (g *guard) peer(a netip.Addr) bool {
	for _, p := range g.peers {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// dial is the Control hook of the dialer for https.
func (g *guard) dial(network, address string, _ syscall.RawConn) error {
	at, err := dialled(address)
	if err != nil {
		return err
	}
	if g.peer(at.Addr()) {
		return nil
	}
	if isatap(at.Addr()) {
		return fmt.Errorf("dial %s: %w", at, ErrBlockedAddress)
	}
	if err := g.special.Safe(network, at.String(), nil); err != nil {
		return fmt.Errorf("dial %s: %w: %w", at, ErrBlockedAddress, err)
	}
	return nil
}

// dialPlain is the Control hook of the dialer for http: only the
// administrator's own list may be reached without TLS.
func (g *guard) dialPlain(_, address string, _ syscall.RawConn) error {
	at, err := dialled(address)
	if err != nil {
		return err
	}
	if !g.peer(at.Addr()) {
		return fmt.Errorf("dial %s without TLS: %w", at, ErrBlockedAddress)
	}
	return nil
}

func dialled(address string) (netip.AddrPort, error) {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return at, fmt.Errorf("dial %q: %w: %w", address, ErrBlockedAddress, err)
	}
	return netip.AddrPortFrom(at.Addr().Unmap().WithZone(""), at.Port()), nil
}

// isatap reports an IPv6 address whose lower half carries an IPv4 address to
// tunnel to (RFC 5214), in whatever prefix.
func isatap(a netip.Addr) bool {
	if !a.Is6() {
		return false
	}
	b := a.As16()
	return b[8]&^0x02 == 0 && b[9] == 0 && b[10] == 0x5e && b[11] == 0xfe
}

// check parses a URL that a stranger may have written and returns it in the
// form in which it is asked: host in ASCII and lower case, default port and
// fragment gone. Every error wraps [ErrBadURL].
func (g *guard) check(raw string) (*url.URL, error) {
	if raw == "" || len(raw) > maxURL {
		return nil, fmt.Errorf("%w: %d bytes", ErrBadURL, len(raw))
	}
	u, err := url.Parse(raw)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBadURL, err)
	}
	if u.Scheme != "https" && (u.Scheme != "http" || len(g.peers) == 0) {
		return nil, fmt.Errorf("%w: scheme %q", ErrBadURL, u.Scheme)
	}
	if u.User != nil || u.Opaque != "" {
		return nil, fmt.Errorf("%w: userinfo or no host", ErrBadURL)
	}
	host, ok := origin.Host(u.Hostname())
	if !ok || hidesAddress(host) {
		return nil, fmt.Errorf("%w: host %q", ErrBadURL, u.Hostname())
	}
	port, err := g.port(u)
	if err != nil {
		return nil, err
	}
	if !printable(u.Path) || !printable(u.RawQuery) {
		return nil, fmt.Errorf("%w: control characters", ErrBadURL)
	}
	u.Host, u.Fragment, u.RawFragment = host+port, "", ""
	return u, nil
}

// port returns ":n", or nothing for the scheme's default. Odd ports exist only
// where the administrator allowed addresses of their own; whether the address
// is one of those is decided when it is dialled.
func (g *guard) port(u *url.URL) (string, error) {
	p := u.Port()
	if p == "" {
		return "", nil
	}
	n, err := strconv.ParseUint(p, 10, 16)
	if err != nil || n == 0 {
		return "", fmt.Errorf("%w: port %q", ErrBadURL, p)
	}
	if n == 443 && u.Scheme == "https" || n == 80 && u.Scheme == "http" {
		return "", nil
	}
	if len(g.peers) == 0 {
		return "", fmt.Errorf("%w: port %d", ErrBadURL, n)
	}
	return ":" + strconv.FormatUint(n, 10), nil
}

// hidesAddress reports a host that some resolver would read as an IPv4 address
// though it is not written as one: 2130706433, 0x7f.1, 127.1, 0177.0.0.1. The
// rule is the WHATWG URL Standard's: a last label that is a number makes the
// whole host an address.
func hidesAddress(host string) bool {
	if strings.HasPrefix(host, "[") {
		return false
	}
	last := host[strings.LastIndexByte(host, '.')+1:]
	if !number(last) {
		return false
	}
	a, err := netip.ParseAddr(host)
	return err != nil || a.String() != host
}

func number(label string) bool {
	if hex, ok := strings.CutPrefix(label, "0x"); ok {
		return strings.Trim(hex, "0123456789abcdef") == ""
	}
	return strings.Trim(label, "0123456789") == ""
}

func printable(s string) bool {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] == 0x7f {
			return false
		}
	}
	return true
}
