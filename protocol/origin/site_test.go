package origin_test

import (
	"testing"

	"palier/protocol/origin"
)

func TestSite(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ host, want string }{
		{"lyon.example.com", "example.com"},
		{"example.com", "example.com"},
		{"a.b.example.co.uk:8443", "example.co.uk"},
		{"a.github.io", "a.github.io"},
		{"localhost:8080", "localhost:8080"},
		{"127.0.0.1:4711", "127.0.0.1:4711"},
		{"[::1]:8080", "[::1]:8080"},
		{"mairie.local", "mairie.local"},
		{"com", "com"},
	} {
		if got := origin.Site(c.host); got != c.want {
			t.Errorf("site of %q is %q, want %q", c.host, got, c.want)
		}
	}
}
