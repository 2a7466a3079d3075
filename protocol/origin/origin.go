// Package origin answers one question for the whole program: do two ids belong
// to the same server? It is the origin-based security model of FEP-fe34, in one
// place so that every check of ownership means the same thing.
package origin

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
)

// maxURL is the longest id that is looked at; longer ones have no origin.
const maxURL = 2048

// Same reports whether a and b are http(s) URLs with the same scheme, host and
// port. Hosts are compared in their ASCII form without regard to case, and the
// default port of a scheme equals no port. Anything that has no origin, such as
// an acct: or data: URL, equals nothing, not even itself.
//
// Source: FEP-fe34, "Origin".
func Same(a, b string) bool {
	x, ok := Of(a)
	if !ok {
		return false
	}
	y, ok := Of(b)
	return ok && x == y
}

// Of returns the origin of an http(s) URL, such as "https://lyon.example" or
// "http://localhost:8080". It reports false for other schemes, relative
// references, userinfo, hosts with a trailing dot or an empty label, invalid
// ports and invalid internationalised names.
func Of(raw string) (string, bool) {
	if raw == "" || len(raw) > maxURL {
		return "", false
	}
	u, err := url.Parse(raw)
	if err != nil {
		return "", false
	}
	return OfURL(u)
}

// OfURL is [Of] for a URL that has been parsed already.
func OfURL(u *url.URL) (string, bool) {
	if u.Opaque != "" || u.User != nil {
		return "", false
	}
	var port string
	switch u.Scheme {
	case "https":
		port = "443"
	case "http":
		port = "80"
	default:
		return "", false
	}
	host, ok := Host(u.Hostname())
	if !ok {
		return "", false
	}
	if p := u.Port(); p != "" && p != port {
		n, err := strconv.ParseUint(p, 10, 16)
		if err != nil || n == 0 {
			return "", false
		}
		if p = strconv.FormatUint(n, 10); p != port {
			host += ":" + p
		}
	}
	return u.Scheme + "://" + host, true
}

// Host returns a host name in the form in which hosts are compared: ASCII
// (punycode where needed), lower case, an IPv6 address in brackets. It reports
// false for an empty name, an empty label, a trailing dot, characters that no
// host name has, and invalid internationalised names.
func Host(name string) (string, bool) {
	if name == "" || len(name) > 253 {
		return "", false
	}
	if strings.Contains(name, ":") {
		a, err := netip.ParseAddr(name)
		if err != nil || a.Zone() != "" {
			return "", false
		}
		return "[" + a.String() + "]", true
	}
	if !isASCII(name) {
		ascii, err := idna.Lookup.ToASCII(name)
		if err != nil {
			return "", false
		}
		name = ascii
	}
	name = strings.ToLower(name)
	for label := range strings.SplitSeq(name, ".") {
		if !isLabel(label) {
			return "", false
		}
	}
	return name, true
}

func isLabel(label string) bool {
	if label == "" || len(label) > 63 {
		return false
	}
	for i := range len(label) {
		c := label[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
