package delivery

import (
	"net"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// maxSites is how many sites are counted at a time.
const maxSites = 4096

// siteOf returns the domain that somebody registered, or the host itself if it
// lies in none: an address, a name of the local network. What we send is limited
// by site, so that nobody can aim us at a victim by following us from many
// invented hosts below one domain (E15).
func siteOf(host string) string {
	name := host
	if n, _, err := net.SplitHostPort(host); err == nil {
		name = n
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
