package origin

import (
	"strings"

	"golang.org/x/net/publicsuffix"
)

// Site returns the domain that somebody registered for a host, or the host
// itself if it lies in none: an address, a name of the local network. What
// strangers do, and what is done for them, is limited by site, since anyone who
// has one domain has as many hosts below it as they like (E15, I02).
func Site(host string) string {
	name, _, _ := strings.Cut(host, ":")
	if strings.HasPrefix(host, "[") {
		return host
	}
	suffix, official := publicsuffix.PublicSuffix(name)
	if !official && !strings.Contains(suffix, ".") {
		return host
	}
	site, err := publicsuffix.EffectiveTLDPlusOne(name)
	if err != nil {
		return host
	}
	return site
}
