package origin_test

import (
	"strings"
	"testing"

	"palier/protocol/origin"
)

func TestSame(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, a, b string
		want       bool
	}{
		{"two ids of one server", "https://lyon.example/u/1", "https://lyon.example/o/2#main-key", true},
		{"default port written out", "https://lyon.example:443/u/1", "https://lyon.example/u/1", true},
		{"port with leading zeros", "https://lyon.example:0443/u/1", "https://lyon.example/u/1", true},
		{"case of host and scheme", "HTTPS://Lyon.Example/u/1", "https://lyon.example/u/1", true},
		{"unicode and punycode", "https://élan.example/u/1", "https://xn--lan-9la.example/u/1", true},
		{"same odd port", "http://localhost:8080/a", "http://localhost:8080/b", true},
		{"addresses of version six", "https://[2001:0db8::1]/a", "https://[2001:db8:0::1]/b", true},
		{"other port", "http://localhost:8080/a", "http://localhost:8081/a", false},
		{"other scheme", "http://lyon.example/a", "https://lyon.example/a", false},
		{"subdomain", "https://a.lyon.example/", "https://lyon.example/", false},
		{"prefix of the name", "https://lyon.example.evil.example/", "https://lyon.example/", false},
		{"name in the userinfo", "https://lyon.example@evil.example/", "https://lyon.example/", false},
		{"same userinfo", "https://a@lyon.example/", "https://a@lyon.example/", false},
		{"trailing dot", "https://lyon.example./", "https://lyon.example/", false},
		{"backslash", `https://evil.example\@lyon.example/`, "https://lyon.example/", false},
		{"account handles", "acct:a@lyon.example", "acct:a@lyon.example", false},
		{"relative", "/u/1", "/u/1", false},
		{"no scheme", "//lyon.example/u/1", "//lyon.example/u/1", false},
		{"empty", "", "", false},
		{"port zero", "https://lyon.example:0/", "https://lyon.example:0/", false},
		{"port too big", "https://lyon.example:70000/", "https://lyon.example:70000/", false},
		{"percent in the host", "https://lyon%2eexample/", "https://lyon.example/", false},
		{"much too long", "https://lyon.example/" + strings.Repeat("a", 3000), "https://lyon.example/", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got := origin.Same(tc.a, tc.b); got != tc.want {
				t.Errorf("Same(%q, %q) = %v, want %v", tc.a, tc.b, got, tc.want)
			}
			if got := origin.Same(tc.b, tc.a); got != tc.want {
				t.Errorf("Same(%q, %q) = %v, want %v", tc.b, tc.a, got, tc.want)
			}
		})
	}
}

func FuzzOf(f *testing.F) {
	for _, s := range []string{"https://lyon.example/u/1", "http://[::1]:8080/", "https://élan.example:443", "acct:a@b", "https://a%zz/"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		o, ok := origin.Of(s)
		if !ok {
			if o != "" {
				t.Fatalf("Of(%q) = %q though it has no origin", s, o)
			}
			return
		}
		again, ok := origin.Of(o)
		if !ok || again != o {
			t.Fatalf("Of(%q) = %q, but of that %q, %v", s, o, again, ok)
		}
	})
}
