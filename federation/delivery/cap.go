package delivery

import (
	"net"
	"strings"
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"
	"golang.org/x/net/publicsuffix"
	"golang.org/x/time/rate"
)

const maxSites = 4096

// caps limits what we send to one site, so that nobody can aim us at a victim
// by following us from many invented hosts below one domain (E15).
type caps struct {
	limit rate.Limit
	burst int

	mu    sync.Mutex
	sites *simplelru.LRU[string, *rate.Limiter]
}

func newCaps(limit rate.Limit, burst int) *caps {
	sites, err := simplelru.NewLRU[string, *rate.Limiter](maxSites, nil)
	if err != nil {
		panic(err) // the size is a constant
	}
	return &caps{limit: limit, burst: burst, sites: sites}
}

// allow reports whether one more delivery may go to the site of host now.
func (c *caps) allow(host string) bool {
	site := siteOf(host)
	c.mu.Lock()
	defer c.mu.Unlock()
	l, ok := c.sites.Get(site)
	if !ok {
		l = rate.NewLimiter(c.limit, c.burst)
		c.sites.Add(site, l)
	}
	return l.Allow()
}

// siteOf returns the domain that somebody registered, or the host itself if it
// lies in none: an address, a name of the local network.
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
