package client

import (
	"errors"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"testing"
)

func TestE02_ForgottenAddresses(t *testing.T) {
	t.Parallel()
	g := newGuard(nil)
	for name, addr := range map[string]string{
		"this network":                "0.0.0.0",
		"this network, later":         "0.1.2.3",
		"private 10":                  "10.1.2.3",
		"private 172":                 "172.16.0.1",
		"private 192":                 "192.168.1.1",
		"carrier NAT":                 "100.64.0.1",
		"carrier NAT, cloud metadata": "100.100.100.200",
		"loopback":                    "127.0.0.1",
		"loopback, later":             "127.255.255.254",
		"link-local, cloud metadata":  "169.254.169.254",
		"protocol assignments":        "192.0.0.8",
		"documentation 1":             "192.0.2.1",
		"documentation 2":             "198.51.100.1",
		"documentation 3":             "203.0.113.1",
		"AS112":                       "192.31.196.1",
		"AMT":                         "192.52.193.1",
		"6to4 relay":                  "192.88.99.1",
		"direct delegation AS112":     "192.175.48.1",
		"benchmarking":                "198.18.0.1",
		"benchmarking, upper half":    "198.19.255.255",
		"multicast":                   "224.0.0.1",
		"reserved":                    "240.0.0.1",
		"broadcast":                   "255.255.255.255",
		"cloud host agent":            "168.63.129.16",
		"unspecified v6":              "::",
		"loopback v6":                 "::1",
		"v4-mapped loopback":          "::ffff:127.0.0.1",
		"v4-mapped private":           "::ffff:10.0.0.1",
		"v4-compatible":               "::127.0.0.1",
		"v4-translated":               "::ffff:0:127.0.0.1",
		"NAT64 of loopback":           "64:ff9b::7f00:1",
		"NAT64 of a public address":   "64:ff9b::808:808",
		"local NAT64":                 "64:ff9b:1::7f00:1",
		"discard only":                "100::1",
		"Teredo":                      "2001::1",
		"ORCHID":                      "2001:20::1",
		"benchmarking v6":             "2001:2::1",
		"documentation v6":            "2001:db8::1",
		"documentation v6, new":       "3fff::1",
		"6to4 of loopback":            "2002:7f00:1::1",
		"6to4 of private":             "2002:c0a8:101::1",
		"AS112 v6":                    "2620:4f:8000::1",
		"6bone":                       "3ffe::1",
		"segment routing":             "5f00::1",
		"unique local":                "fd00:ec2::254",
		"link-local v6":               "fe80::1",
		"link-local v6 with a zone":   "fe80::1%lo",
		"site-local":                  "fec0::1",
		"multicast v6":                "ff02::1",
		"ISATAP of loopback":          "2a00:1450::5efe:7f00:1",
		"ISATAP, universal bit":       "2a00:1450::200:5efe:7f00:1",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			network := "tcp4"
			if strings.Contains(addr, ":") {
				network = "tcp6"
			}
			if err := g.dial(network, net.JoinHostPort(addr, "443"), nil); !errors.Is(err, ErrBlockedAddress) {
				t.Errorf("dial %s: got %v, want ErrBlockedAddress", addr, err)
			}
		})
	}
}

func TestPublicAddressesAreDialled(t *testing.T) {
	t.Parallel()
	g := newGuard(nil)
	for _, at := range []string{"9.9.9.9:443", "172.15.255.255:443", "172.32.0.1:443", "100.128.0.1:443", "198.20.0.1:443"} {
		if err := g.dial("tcp4", at, nil); err != nil {
			t.Errorf("dial %s: %v", at, err)
		}
	}
	for _, at := range []string{"[2a00:1450:4007:80e::2003]:443", "[2620:fe::fe]:443"} {
		if err := g.dial("tcp6", at, nil); err != nil {
			t.Errorf("dial %s: %v", at, err)
		}
	}
	if err := g.dial("tcp4", "9.9.9.9:22", nil); !errors.Is(err, ErrBlockedAddress) {
		t.Errorf("a public address on port 22: got %v, want ErrBlockedAddress", err)
	}
	if err := g.dialPlain("tcp4", "9.9.9.9:80", nil); !errors.Is(err, ErrBlockedAddress) {
		t.Errorf("a public address without TLS: got %v, want ErrBlockedAddress", err)
	}
}

func TestPeersAllowOpensOnlyWhatItLists(t *testing.T) {
	t.Parallel()
	g := newGuard([]netip.Prefix{netip.MustParsePrefix("127.0.0.0/24"), netip.MustParsePrefix("::1/128"), netip.MustParsePrefix("::ffff:10.1.0.0/112")})
	for at, want := range map[string]error{
		"127.0.0.1:8080":          nil,
		"[::1]:9000":              nil,
		"[::ffff:127.0.0.9]:8080": nil,
		"10.1.2.3:80":             nil,
		"127.0.1.1:443":           ErrBlockedAddress,
		"10.2.0.1:443":            ErrBlockedAddress,
		"[::2]:443":               ErrBlockedAddress,
	} {
		for _, dial := range []func(string, string, syscall.RawConn) error{g.dial, g.dialPlain} {
			if err := dial("tcp4", at, nil); !errors.Is(err, want) {
				t.Errorf("dial %s: got %v, want %v", at, err, want)
			}
		}
	}
}

func TestE02_HostsThatHideAnAddress(t *testing.T) {
	t.Parallel()
	for name, raw := range map[string]string{
		"decimal":                 "https://2130706433/",
		"octal":                   "https://0177.0.0.1/",
		"octal, whole":            "https://017700000001/",
		"hexadecimal":             "https://0x7f000001/",
		"hexadecimal, dotted":     "https://0x7f.0.0.1/",
		"hexadecimal, upper":      "https://0X7F.1/",
		"short":                   "https://127.1/",
		"shorter":                 "https://0/",
		"too big a part":          "https://127.0.0.256/",
		"five parts":              "https://1.2.3.4.5/",
		"leading zeros":           "https://127.000.000.001/",
		"trailing dot":            "https://lyon.example./",
		"trailing dot, address":   "https://127.0.0.1./",
		"full-width digits":       "https://１２７.0.0.1./",
		"ideographic stops":       "https://127。0。0。1。/",
		"circled digits, short":   "https://①②⑦.①/",
		"percent in the host":     "https://127%2e0.0.1/",
		"v6 with a zone":          "https://[fe80::1%25lo]/",
		"empty label":             "https://lyon..example/",
		"space":                   "https://lyon.example /",
		"no host":                 "https:///path",
		"host is a number name":   "https://lyon.0x1/",
		"nul":                     "https://lyon.example/\x00",
		"newline":                 "https://lyon.example/%0a\nHost: evil",
		"decoded control in path": "https://lyon.example/%0d%0aHost:evil",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, peers := range [][]netip.Prefix{nil, {netip.MustParsePrefix("127.0.0.0/8")}} {
				if u, err := newGuard(peers).check(raw); !errors.Is(err, ErrBadURL) {
					t.Errorf("check %q: got %v, %v; want ErrBadURL", raw, u, err)
				}
			}
		})
	}
}

func TestE05_SchemesUserinfoPorts(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{
		"file:///etc/passwd", "data:application/activity+json,{}", "gopher://lyon.example/", "ftp://lyon.example/",
		"javascript:alert(1)", "acct:amina@lyon.example", "ws://lyon.example/", "unix:///run/x", "//lyon.example/", "/u/1", "lyon.example/u/1", "",
		"http://lyon.example/u/1", "https://amina@lyon.example/", "https://a:b@lyon.example/", "https:lyon.example/u/1",
		"https://lyon.example:8443/", "https://lyon.example:22/", "https://lyon.example:0/", "https://lyon.example:99999/", "https://lyon.example:80/",
		"https://lyon.example/" + strings.Repeat("a", maxURL),
	} {
		if u, err := newGuard(nil).check(raw); !errors.Is(err, ErrBadURL) {
			t.Errorf("check %q: got %v, %v; want ErrBadURL", clip(raw), u, err)
		}
	}
}

func TestCheckedURLsAreNormal(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"https://Lyon.Example:443/u/1?page=2#main-key": "https://lyon.example/u/1?page=2",
		"https://élan.example/":                        "https://xn--lan-9la.example/",
		"https://lyon.example/a%2Fb?q=%26&empty=":      "https://lyon.example/a%2Fb?q=%26&empty=",
		"https://8.8.4.4/":                             "https://8.8.4.4/",
		"https://0xdeadbeef.lyon.example/":             "https://0xdeadbeef.lyon.example/",
		"https://1.lyon.example":                       "https://1.lyon.example",
	} {
		u, err := newGuard(nil).check(raw)
		if err != nil || u.String() != want {
			t.Errorf("check %q: got %v, %v; want %s", raw, u, err, want)
		}
	}
	u, err := newGuard([]netip.Prefix{netip.MustParsePrefix("::1/128")}).check("http://[::0001]:8080/x")
	if err != nil || u.String() != "http://[::1]:8080/x" {
		t.Errorf("check: got %v, %v; want http://[::1]:8080/x", u, err)
	}
}

// FuzzURLGuard: whatever a stranger writes, a URL that passes is https to a
// clean host on the default port, stays the same when checked again, and its
// host is never another way to write an address.
func FuzzURLGuard(f *testing.F) {
	for _, s := range []string{"https://lyon.example/u/1#k", "https://0x7f.1/", "https://１２７.0.0.1/", "https://[::ffff:127.0.0.1]/", "https://a:443/?", "http://a/", "https://a@b/"} {
		f.Add(s)
	}
	g := newGuard(nil)
	f.Fuzz(func(t *testing.T, raw string) {
		u, err := g.check(raw)
		if err != nil {
			if !errors.Is(err, ErrBadURL) {
				t.Fatalf("check %q: %v", raw, err)
			}
			return
		}
		if u.Scheme != "https" || u.User != nil || u.Port() != "" || u.Fragment != "" || strings.HasSuffix(u.Host, ".") {
			t.Fatalf("check %q passed as %q", raw, u)
		}
		if a, err := netip.ParseAddr(u.Hostname()); err == nil && a.String() != u.Hostname() {
			t.Fatalf("check %q passed with the address %q", raw, u.Host)
		}
		again, err := g.check(u.String())
		if len(u.String()) <= maxURL && (err != nil || again.String() != u.String()) {
			t.Fatalf("check %q = %q, and of that %v, %v", raw, u, again, err)
		}
	})
}
