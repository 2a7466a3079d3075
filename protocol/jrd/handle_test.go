package jrd_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"palier/protocol/jrd"
)

func TestParseHandle(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, in string
		want     jrd.Handle
	}{
		{"as people write it", "@amina@lyon.example", jrd.Handle{Name: "amina", Host: "lyon.example"}},
		{"without the first sign", "amina@lyon.example", jrd.Handle{Name: "amina", Host: "lyon.example"}},
		{"as servers write it", "acct:amina@lyon.example", jrd.Handle{Name: "amina", Host: "lyon.example"}},
		{"scheme in capitals and a sign behind it", "ACCT:@amina@lyon.example", jrd.Handle{Name: "amina", Host: "lyon.example"}},
		{"white space around it", "\t@amina@lyon.example \n", jrd.Handle{Name: "amina", Host: "lyon.example"}},
		{"the case of the name is kept, that of the host is not", "Amina@LYON.example", jrd.Handle{Name: "Amina", Host: "lyon.example"}},
		{"a port", "dinan@localhost:8080", jrd.Handle{Name: "dinan", Host: "localhost:8080"}},
		{"the usual port", "amina@lyon.example:443", jrd.Handle{Name: "amina", Host: "lyon.example"}},
		{"a port with zeros before it", "amina@lyon.example:08080", jrd.Handle{Name: "amina", Host: "lyon.example:8080"}},
		{"an address", "a@127.0.0.1:3000", jrd.Handle{Name: "a", Host: "127.0.0.1:3000"}},
		{"an address of version six", "a@[0:0::1]:3000", jrd.Handle{Name: "a", Host: "[::1]:3000"}},
		{"an address of version six without port", "a@[::1]", jrd.Handle{Name: "a", Host: "[::1]"}},
		{"an internationalised host", "@amina@bücher.example", jrd.Handle{Name: "amina", Host: "xn--bcher-kva.example"}},
		{"the same in punycode", "@amina@XN--bcher-KVA.example", jrd.Handle{Name: "amina", Host: "xn--bcher-kva.example"}},
		{"a full-width host", "a@ｌｙｏｎ.example", jrd.Handle{Name: "a", Host: "lyon.example"}},
		{"dots and hyphens within a name", "news.lyon-3--x@a.example", jrd.Handle{Name: "news.lyon-3--x", Host: "a.example"}},
		{"a name that is a host", "@lyon.example@lyon.example", jrd.Handle{Name: "lyon.example", Host: "lyon.example"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := jrd.ParseHandle(tc.in)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("handle differs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseHandleRefuses(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		"", "@", "@@", "acct:", "@lyon.example@", "amina@", "@amina@@lyon.example", "amina@lyon.example@evil.example",
		".amina@lyon.example", "amina.@lyon.example", "-a@lyon.example", "a b@lyon.example", "amina/../x@lyon.example",
		"amína@lyon.example", "amina%40evil.example@lyon.example", "a\u200bmina@lyon.example", "https://lyon.example/@amina",
		"amina@lyon.example.", "amina@.example", "amina@lyon..example", "amina@lyon.example:0", "amina@lyon.example:65536",
		"amina@lyon.example:http", "amina@lyon.example:", "amina@lyon.example:80:80", "amina@lyon.example/path", "amina@lyon example",
		"amina@2130706433", "amina@0x7f.1", "amina@0177.0.0.1", "amina@127.1", "amina@1.2.3.4.5", "amina@::1", "amina@[::1", "amina@[127.0.0.1]",
		"amina@[::1]8080", "amina@[fe80::1%25eth0]", "amina@lyon\x00.example", "amina@lyon\u202e.example", "amina@xn--\u00e9.example",
		strings.Repeat("a", 256) + "@lyon.example", "a@" + strings.Repeat("a", 64) + ".example", "a@" + strings.Repeat("a.", 130) + "example",
	} {
		if got, err := jrd.ParseHandle(in); !errors.Is(err, jrd.ErrHandle) || got != (jrd.Handle{}) {
			t.Errorf("ParseHandle(%.80q) = %v, %v, want ErrHandle", in, got, err)
		}
	}
	for _, in := range []string{"amina", "@amina", "acct:amina"} {
		if _, err := jrd.ParseHandle(in); !errors.Is(err, jrd.ErrNoHost) {
			t.Errorf("ParseHandle(%q): got error %v, want ErrNoHost", in, err)
		}
	}
}

func TestHandleForms(t *testing.T) {
	t.Parallel()
	h, err := jrd.ParseHandle("Amina@Bücher.example:8080")
	if err != nil {
		t.Fatal(err)
	}
	got := []string{h.String(), h.URI(), h.Key(), h.Display()}
	want := []string{
		"Amina@xn--bcher-kva.example:8080", "acct:Amina@xn--bcher-kva.example:8080",
		"amina@xn--bcher-kva.example:8080", "@Amina@bücher.example:8080",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("forms differ (-want +got):\n%s", diff)
	}
	if !h.Same(jrd.Handle{Name: "aMINA", Host: h.Host}) {
		t.Error("a handle is not the same in another case")
	}
	if h.Same(jrd.Handle{Name: h.Name, Host: "xn--bcher-kva.example"}) {
		t.Error("a handle is the same on another port")
	}
}

// TestB13_HomographHosts: what could pass for another host is shown as it is
// stored.
func TestB13_HomographHosts(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, host, want string }{
		{"plain", "lyon.example", "lyon.example"},
		{"French", "élan.example", "élan.example"},
		{"German with a port", "bücher.example:8080", "bücher.example:8080"},
		{"Russian under its own top level", "пример.рф", "пример.рф"},
		{"Russian words under a Latin top level", "жители.example", "жители.example"},
		{"Japanese, three scripts that go together", "東京のカフェ.example", "東京のカフェ.example"},
		{"Arabic", "حيّ.example", "حيّ.example"},
		{"one Cyrillic letter among Latin ones", "lyоn.example", "xn--lyn-ted.example"},
		{"Greek letter among Latin ones", "lyοn.example", "xn--lyn-bzc.example"},
		{"Latin and Han", "lyon東.example", "xn--lyon-3t1i.example"},
		{"Cyrillic letters that all look Latin", "асе.example", "xn--80ak9a.example"},
		{"the same under a Cyrillic top level", "асе.рф", "асе.рф"},
		{"Greek letters that all look Latin", "ηοτ.example", "xn--sxaqp.example"},
		{"punycode that says nothing", "xn--zzzzzz.example", "xn--zzzzzz.example"},
		{"punycode of plain letters", "xn--lyon-.example", "xn--lyon-.example"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			host, ok := jrd.ParseHost(tc.host)
			if !ok {
				t.Fatalf("ParseHost(%q) refuses", tc.host)
			}
			if got := jrd.DisplayHost(host); got != tc.want {
				t.Errorf("DisplayHost(%q) = %q, want %q", host, got, tc.want)
			}
			if back, ok := jrd.ParseHost(jrd.DisplayHost(host)); !ok || back != host {
				t.Errorf("what is shown for %q leads to %q, %v", host, back, ok)
			}
		})
	}
}

func TestIsLocalName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"amina": true, "les_tilleuls_2": true, "_": true, strings.Repeat("a", 30): true,
		"": false, "Amina": false, "amina.b": false, "a-b": false, "é": false, "a\n": false, strings.Repeat("a", 31): false,
	} {
		if got := jrd.IsLocalName(name); got != want {
			t.Errorf("IsLocalName(%q) = %v, want %v", name, got, want)
		}
	}
}

func TestClaim(t *testing.T) {
	t.Parallel()
	const id = "https://social.lyon.example:8443/u/1"
	for _, tc := range []struct {
		name, id, username, webfinger, want string
	}{
		{"name and host of the id", id, "amina", "", "amina@social.lyon.example:8443"},
		{"a handle of its own", id, "amina", "amina@lyon.example", "amina@lyon.example"},
		{"a handle of its own as URI", id, "amina", "acct:amina@lyon.example", "amina@lyon.example"},
		{"a host in the name", id, "amina@evil.example", "", ""},
		{"no name", id, "", "", ""},
		{"a handle that is none", id, "amina", "lyon.example", ""},
		{"an id that is no address", "acct:amina@lyon.example", "amina", "", ""},
		{"an id with userinfo", "https://a@lyon.example/u/1", "amina", "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			h, err := jrd.Claim(tc.id, tc.username, tc.webfinger)
			if tc.want == "" {
				if !errors.Is(err, jrd.ErrHandle) {
					t.Errorf("got %v, %v, want ErrHandle", h, err)
				}
				return
			}
			if err != nil || h.String() != tc.want {
				t.Errorf("got %v, %v, want %s", h, err, tc.want)
			}
		})
	}
}
