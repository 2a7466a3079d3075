package jrd_test

import (
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"palier/protocol/jrd"
)

// FuzzHandle holds that a handle that is taken has one form: written again and
// read again it stays the same, and its host is ASCII.
func FuzzHandle(f *testing.F) {
	for _, s := range []string{
		"@amina@lyon.example", "acct:Amina@bücher.example:8080", "a@[::1]:3000", "a@xn--80aeg.example", "news.lyon@пример.рф",
		"a@127.0.0.1", "@@", "a@b:443", "a@ｌｙｏｎ。example",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		h, err := jrd.ParseHandle(s)
		if err != nil {
			if h != (jrd.Handle{}) {
				t.Fatalf("ParseHandle(%q) = %v beside %v", s, h, err)
			}
			return
		}
		for _, again := range []string{h.String(), h.URI(), h.Display(), "@" + h.String()} {
			back, err := jrd.ParseHandle(again)
			if err != nil || back != h {
				t.Fatalf("%q is %v, but %q is %v, %v", s, h, again, back, err)
			}
		}
		if strings.IndexFunc(h.String(), func(r rune) bool { return r > unicode.MaxASCII || unicode.IsSpace(r) || r == '/' }) >= 0 {
			t.Fatalf("%q is %q", s, h)
		}
		if r, err := jrd.ParseResource(h.URI()); err != nil || r.Handle != h {
			t.Fatalf("as a resource %v is %v, %v", h, r, err)
		}
	})
}

// FuzzJRD holds that what is read can be written and reads the same, and that
// no actor comes out that is no web address.
func FuzzJRD(f *testing.F) {
	f.Add([]byte(`{"subject":"acct:a@b.example","aliases":["x"],"links":[{"rel":"self","type":"application/activity+json","href":"https://b.example/1"}]}`))
	f.Add([]byte(`{"links":{"rel":"self","template":"https://b.example/{uri}"},"aliases":"\u00e9"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := jrd.Parse(b)
		if err != nil {
			return
		}
		if id, err := d.Self(); err == nil && !strings.HasPrefix(strings.ToLower(id), "http") {
			t.Fatalf("actor %q", id)
		}
		written, err := d.Encode()
		if err != nil {
			t.Fatalf("%s cannot be written: %v", b, err)
		}
		back, err := jrd.Parse(written)
		if err != nil {
			if len(written) > jrd.MaxBytes {
				return
			}
			t.Fatalf("%s does not read again: %v", written, err)
		}
		if diff := cmp.Diff(d, back); diff != "" {
			t.Fatalf("reads differently (-first +second):\n%s", diff)
		}
	})
}

// FuzzHostMeta holds that every template that comes out has a place for a URI
// and survives being told on.
func FuzzHostMeta(f *testing.F) {
	f.Add([]byte(`<?xml version="1.0"?><XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0"><Link rel="lrdd" template="https://a.example/{uri}"/></XRD>`))
	f.Add([]byte(`{"links":[{"rel":"lrdd","template":"https://a.example/{uri}"}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		template, err := jrd.ParseHostMeta(b)
		if err != nil {
			return
		}
		if !strings.Contains(template, "{uri}") {
			t.Fatalf("template %q", template)
		}
		told, err := jrd.EncodeHostMeta(template)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := jrd.ParseHostMeta(told); err != nil || back != template {
			t.Fatalf("%q was told on as %q, %v", template, back, err)
		}
	})
}
