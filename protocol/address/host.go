package address

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// Host returns the host that an id lives on, with its port unless that is the
// scheme's own: in small letters, in ASCII, without a dot at the end. It
// returns false for anything that is no http or https address of a host, and
// for addresses with a user in them.
func Host(id string) (string, bool) {
	u, err := url.Parse(id)
	if err != nil || u.User != nil || u.Opaque != "" {
		return "", false
	}
	port := u.Port()
	switch {
	case u.Scheme == "https" && port == "443", u.Scheme == "http" && port == "80":
		port = ""
	case u.Scheme != "https" && u.Scheme != "http":
		return "", false
	}
	name, ok := hostname(u.Hostname())
	if !ok {
		return "", false
	}
	if port != "" {
		name += ":" + port
	}
	return name, true
}

// hostname returns the one spelling of a name or an address.
func hostname(s string) (string, bool) {
	if strings.Contains(s, ":") {
		ip, err := netip.ParseAddr(s)
		if err != nil || ip.Zone() != "" {
			return "", false
		}
		return "[" + ip.String() + "]", true
	}
	name, err := idna.Lookup.ToASCII(s)
	if err != nil || !utf8.ValidString(s) {
		return "", false
	}
	// Only now, since other full stops than ours have become dots.
	name = strings.TrimSuffix(name, ".")
	if name == "" || strings.HasSuffix(name, ".") {
		return "", false
	}
	again, err := idna.Lookup.ToASCII(name)
	if err != nil || again != name {
		return "", false
	}
	return name, true
}

// Hosts returns the hosts that ids live on, sorted, each once, without those
// that are ours. What has no host is left out.
func Hosts(ids []string, ours ...string) []string {
	seen := make(map[string]bool)
	var hosts []string
	for _, id := range ids {
		h, ok := Host(id)
		if ok && !seen[h] && !slices.Contains(ours, h) {
			seen[h] = true
			hosts = append(hosts, h)
		}
	}
	slices.Sort(hosts)
	return hosts
}

// Destinations returns the hosts that a post for a is delivered to: those of
// its recipients but ours, and none at all if a does not leave.
func Destinations(a Audience, r Recipients, ours ...string) []string {
	if !a.Leaves() {
		return nil
	}
	return Hosts(r.All(), ours...)
}
