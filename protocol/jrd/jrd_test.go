package jrd_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"palier/protocol/jrd"
	"palier/specs"
	"palier/specs/conformity"
)

func TestForActorIsTheVector(t *testing.T) {
	t.Parallel()
	h := jrd.Handle{Name: "croix_rousse", Host: "lyon.example"}
	d := jrd.ForActor(h, "https://lyon.example/g/croix_rousse", "https://lyon.example/@croix_rousse",
		"https://lyon.example/authorize_interaction?uri={uri}")
	sameAsVector(t, d, "vectors/webfinger/group.json")
	if id, err := d.Self(); err != nil || id != "https://lyon.example/g/croix_rousse" {
		t.Errorf("Self = %q, %v", id, err)
	}
	if s, ok := d.Subscribe(); !ok || s != "https://lyon.example/authorize_interaction?uri={uri}" {
		t.Errorf("Subscribe = %q, %v", s, ok)
	}
}

func TestForActorWhosePageIsItsID(t *testing.T) {
	t.Parallel()
	d := jrd.ForActor(jrd.Handle{Name: "a", Host: "lyon.example"}, "https://lyon.example/a", "https://lyon.example/a", "")
	if diff := cmp.Diff([]string{"https://lyon.example/a"}, d.Aliases); diff != "" {
		t.Errorf("aliases differ (-want +got):\n%s", diff)
	}
	if _, ok := d.Subscribe(); ok {
		t.Error("a template appeared from nowhere")
	}
}

func TestForServerIsTheVector(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"https://lyon.example", "https://lyon.example/"} {
		d := jrd.ForServer(base, "https://lyon.example/actor")
		sameAsVector(t, d, "vectors/webfinger/server.json")
		if id, err := d.Server(); err != nil || id != "https://lyon.example/actor" {
			t.Errorf("Server = %q, %v", id, err)
		}
	}
}

func sameAsVector(t *testing.T, d *jrd.Document, name string) {
	t.Helper()
	want, err := specs.Vectors.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	got, err := d.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if err := conformity.Validate("webfinger", got); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff(decoded(t, want), decoded(t, got)); diff != "" {
		t.Errorf("document differs from %s (-want +got):\n%s", name, diff)
	}
	back, err := jrd.Parse(want)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(d, back); diff != "" {
		t.Errorf("%s reads as another document (-want +got):\n%s", name, diff)
	}
}

func decoded(t *testing.T, b []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestParseTakesWhatOthersSend(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, in string
		want     jrd.Document
	}{
		{"an empty document", ` {} `, jrd.Document{}},
		{"members of other types", `{"subject":7,"aliases":{"a":1},"links":"x"}`, jrd.Document{}},
		{"null everywhere", `{"subject":null,"aliases":null,"links":null}`, jrd.Document{}},
		{"one alias without its list", `{"aliases":"https://a.example/"}`, jrd.Document{Aliases: []string{"https://a.example/"}}},
		{"a link without its list", `{"links":{"rel":"self","href":"https://a.example/1"}}`,
			jrd.Document{Links: []jrd.Link{{Rel: "self", Href: "https://a.example/1"}}}},
		{"links of no use among others", `{"links":[null,1,"x",{},{"href":"y"},{"rel":"self","type":null,"href":["z"]}]}`,
			jrd.Document{Links: []jrd.Link{{Rel: "self"}}}},
		{"properties nobody asked for", `{"subject":"acct:a@b.example","properties":{"x":null},"links":[{"rel":"r","titles":{"und":"x"}}]}`,
			jrd.Document{Subject: "acct:a@b.example", Links: []jrd.Link{{Rel: "r"}}}},
		{"a name in another case", `{"Subject":"acct:a@b.example"}`, jrd.Document{}},
		{"control characters", `{"subject":"acct:a@b.example\u0000","aliases":["a\u001bb","c"]}`, jrd.Document{Aliases: []string{"c"}}},
		{"an alias of three kibibytes", `{"aliases":["` + strings.Repeat("a", 3<<10) + `","c"]}`, jrd.Document{Aliases: []string{"c"}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := jrd.Parse([]byte(tc.in))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(&tc.want, got); diff != "" {
				t.Errorf("document differs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseCutsLongLists(t *testing.T) {
	t.Parallel()
	d, err := jrd.Parse([]byte(`{"links":[` + strings.Repeat(`{"rel":"x"},`, 500) + `{"rel":"self"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Links) != jrd.MaxList {
		t.Errorf("got %d links, want %d", len(d.Links), jrd.MaxList)
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		in   string
		want error
	}{
		"nothing":                {``, jrd.ErrMalformed},
		"a list":                 {`[]`, jrd.ErrMalformed},
		"a page":                 {`<html></html>`, jrd.ErrMalformed},
		"half a document":        {`{"subject":`, jrd.ErrMalformed},
		"a name twice":           {`{"subject":"acct:a@b.example","subject":"acct:c@b.example"}`, jrd.ErrMalformed},
		"bytes that are no text": {"{\"subject\":\"\xff\"}", jrd.ErrMalformed},
		"a document behind":      {`{}{}`, jrd.ErrMalformed},
		"a hundred kibibytes":    {`{"subject":"` + strings.Repeat("a", 100<<10) + `"}`, jrd.ErrTooLarge},
	} {
		if d, err := jrd.Parse([]byte(tc.in)); !errors.Is(err, tc.want) {
			t.Errorf("%s: got %v, %v, want %v", name, d, err, tc.want)
		}
	}
}

func TestSelfIsAnActivityStreamsDocument(t *testing.T) {
	t.Parallel()
	const profile = "https://www.w3.org/ns/activitystreams"
	for _, tc := range []struct {
		name string
		link jrd.Link
		ok   bool
	}{
		{"activity type", jrd.Link{Rel: "self", Type: "application/activity+json", Href: "https://a.example/1"}, true},
		{"with a parameter", jrd.Link{Rel: "self", Type: "Application/Activity+JSON; charset=utf-8", Href: "https://a.example/1"}, true},
		{"linked data with the profile", jrd.Link{Rel: "self", Type: `application/ld+json; profile="` + profile + `"`, Href: "https://a.example/1"}, true},
		{"profile without quotes or space", jrd.Link{Rel: "self", Type: `application/ld+json;profile=` + profile, Href: "https://a.example/1"}, true},
		{"profile among others", jrd.Link{Rel: "self", Type: `application/ld+json; charset=utf-8; profile="https://x.example ` + profile + `"`, Href: "https://a.example/1"}, true},
		{"on loopback", jrd.Link{Rel: "self", Type: "application/activity+json", Href: "http://localhost:8080/1"}, true},
		{"linked data without profile", jrd.Link{Rel: "self", Type: "application/ld+json", Href: "https://a.example/1"}, false},
		{"linked data with another profile", jrd.Link{Rel: "self", Type: `application/ld+json; profile="` + profile + `x"`, Href: "https://a.example/1"}, false},
		{"a page", jrd.Link{Rel: "self", Type: "text/html", Href: "https://a.example/1"}, false},
		{"no type", jrd.Link{Rel: "self", Href: "https://a.example/1"}, false},
		{"no address", jrd.Link{Rel: "self", Type: "application/activity+json"}, false},
		{"another scheme", jrd.Link{Rel: "self", Type: "application/activity+json", Href: "javascript:alert(1)"}, false},
		{"an address without host", jrd.Link{Rel: "self", Type: "application/activity+json", Href: "/u/1"}, false},
		{"another relation", jrd.Link{Rel: "alternate", Type: "application/activity+json", Href: "https://a.example/1"}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			d := &jrd.Document{Links: []jrd.Link{{Rel: "self", Type: "text/html", Href: "https://a.example/page"}, tc.link}}
			id, err := d.Self()
			if tc.ok && (err != nil || id != tc.link.Href) {
				t.Errorf("got %q, %v", id, err)
			}
			if !tc.ok && !errors.Is(err, jrd.ErrNoActor) {
				t.Errorf("got %q, %v, want ErrNoActor", id, err)
			}
		})
	}
}

func TestServerFallsBackToSelf(t *testing.T) {
	t.Parallel()
	d := &jrd.Document{Links: []jrd.Link{{Rel: "self", Type: "application/activity+json", Href: "https://a.example/actor"}}}
	if id, err := d.Server(); err != nil || id != "https://a.example/actor" {
		t.Errorf("Server = %q, %v", id, err)
	}
	if id, err := new(jrd.Document).Server(); !errors.Is(err, jrd.ErrNoActor) {
		t.Errorf("Server of nothing = %q, %v", id, err)
	}
}

// TestF02_SubscribeTemplate: only a web address with a place for a URI.
func TestF02_SubscribeTemplate(t *testing.T) {
	t.Parallel()
	for template, want := range map[string]bool{
		"https://a.example/follow?uri={uri}": true,
		"http://localhost:8080/f/{uri}":      true,
		"javascript:alert('{uri}')":          false,
		"https://a.example/follow":           false,
		"//a.example/{uri}":                  false,
		"https://{uri}/":                     false,
		"":                                   false,
	} {
		d := &jrd.Document{Links: []jrd.Link{{Rel: jrd.RelSubscribe, Template: template}}}
		got, ok := d.Subscribe()
		if ok != want {
			t.Errorf("%q: got %q, %v", template, got, ok)
		}
	}
	got := jrd.Expand("https://a.example/follow?uri={uri}", "https://b.example/@x?a=1&b=2#c")
	if want := "https://a.example/follow?uri=https%3A%2F%2Fb.example%2F%40x%3Fa%3D1%26b%3D2%23c"; got != want {
		t.Errorf("Expand = %s, want %s", got, want)
	}
}

func TestParseResource(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ in, query, server string }{
		{"acct:amina@lyon.example", "https://lyon.example/.well-known/webfinger?resource=acct%3Aamina%40lyon.example", ""},
		{"@amina@lyon.example", "https://lyon.example/.well-known/webfinger?resource=acct%3Aamina%40lyon.example", ""},
		{"https://lyon.example/@amina", "https://lyon.example/.well-known/webfinger?resource=https%3A%2F%2Flyon.example%2F%40amina", ""},
		{"https://lyon.example/", "https://lyon.example/.well-known/webfinger?resource=https%3A%2F%2Flyon.example%2F", "https://lyon.example"},
		{"https://LYON.example:443", "https://lyon.example/.well-known/webfinger?resource=https%3A%2F%2FLYON.example%3A443", "https://lyon.example"},
		{"http://localhost:8080/", "https://lyon.example/.well-known/webfinger?resource=http%3A%2F%2Flocalhost%3A8080%2F", "http://localhost:8080"},
		{"https://lyon.example/?a", "https://lyon.example/.well-known/webfinger?resource=https%3A%2F%2Flyon.example%2F%3Fa", ""},
	} {
		r, err := jrd.ParseResource(tc.in)
		if err != nil {
			t.Errorf("ParseResource(%q): %v", tc.in, err)
			continue
		}
		if got := jrd.WellKnown("https://lyon.example", r); got != tc.query {
			t.Errorf("query for %q is %s, want %s", tc.in, got, tc.query)
		}
		if got, _ := r.Server(); got != tc.server {
			t.Errorf("server of %q is %q, want %q", tc.in, got, tc.server)
		}
	}
	for _, in := range []string{"", "amina", "mailto:amina@lyon.example", "urn:x", "https://", "https://a@lyon.example/", "https://lyon.example/" + strings.Repeat("a", 3000)} {
		if r, err := jrd.ParseResource(in); !errors.Is(err, jrd.ErrResource) {
			t.Errorf("ParseResource(%.50q) = %v, %v, want ErrResource", in, r, err)
		}
	}
}
