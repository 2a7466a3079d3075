package jrd_test

import (
	"errors"
	"strings"
	"testing"

	"palier/protocol/jrd"
	"palier/specs"
)

func TestEncodeHostMetaIsTheVector(t *testing.T) {
	t.Parallel()
	template := jrd.Template("https://lyon.example")
	got, err := jrd.EncodeHostMeta(template)
	if err != nil {
		t.Fatal(err)
	}
	want, err := specs.Vectors.ReadFile("vectors/host-meta/host-meta.xml")
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	back, err := jrd.ParseHostMeta(got)
	if err != nil || back != template {
		t.Errorf("reads as %q, %v", back, err)
	}
}

func TestEncodeHostMetaEscapes(t *testing.T) {
	t.Parallel()
	const template = `https://lyon.example/?a="1"&b=<2>&resource={uri}`
	b, err := jrd.EncodeHostMeta(template)
	if err != nil {
		t.Fatal(err)
	}
	if back, err := jrd.ParseHostMeta(b); err != nil || back != template {
		t.Errorf("%s reads as %q, %v", b, back, err)
	}
}

func TestParseHostMetaTakesWhatOthersSend(t *testing.T) {
	t.Parallel()
	const want = "https://a.example/wf?resource={uri}"
	for name, in := range map[string]string{
		"with a prefix": `<?xml version='1.0' encoding='UTF-8'?><x:XRD xmlns:x="http://docs.oasis-open.org/ns/xri/xrd-1.0">
			<x:Subject>a</x:Subject><x:Link rel='lrdd' template='https://a.example/wf?resource={uri}'/></x:XRD>`,
		"with other links and comments": `<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0"><!-- x --><Link rel="hub" href="https://b.example/"/>
			<Link rel="lrdd" type="application/xrd+xml" template="https://old.example/?q={uri}"><Title>x</Title></Link>
			<Link rel="lrdd" type="application/jrd+json" template="https://a.example/wf?resource={uri}"/></XRD>`,
		"JSON preferred to no type": `<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0"><Link rel="lrdd" template="https://b.example/{uri}"/>
			<Link rel="lrdd" type="application/json" template="https://a.example/wf?resource={uri}"/></XRD>`,
		"in JSON": ` {"links":[{"rel":"lrdd","type":"application/jrd+json","template":"https://a.example/wf?resource={uri}"}]}`,
	} {
		if got, err := jrd.ParseHostMeta([]byte(in)); err != nil || got != want {
			t.Errorf("%s: got %q, %v, want %q", name, got, err, want)
		}
	}
}

func TestParseHostMetaRefuses(t *testing.T) {
	t.Parallel()
	const head = `<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">`
	for name, tc := range map[string]struct {
		in   string
		want error
	}{
		"nothing":                       {``, jrd.ErrNoTemplate},
		"no link":                       {head + `</XRD>`, jrd.ErrNoTemplate},
		"a link that lies deeper":       {head + `<x><Link rel="lrdd" template="https://a.example/{uri}"/></x></XRD>`, jrd.ErrNoTemplate},
		"a link of another namespace":   {head + `<Link xmlns="urn:x" rel="lrdd" template="https://a.example/{uri}"/></XRD>`, jrd.ErrNoTemplate},
		"only XML answers":              {head + `<Link rel="lrdd" type="application/xrd+xml" template="https://a.example/{uri}"/></XRD>`, jrd.ErrNoTemplate},
		"a template for another scheme": {head + `<Link rel="lrdd" template="file:///{uri}"/></XRD>`, jrd.ErrNoTemplate},
		"a template without a place":    {head + `<Link rel="lrdd" template="https://a.example/"/></XRD>`, jrd.ErrNoTemplate},
		"another root":                  {`<html><head/></html>`, jrd.ErrMalformed},
		"an entity":                     {`<!DOCTYPE x [<!ENTITY e "x">]>` + head + `</XRD>`, jrd.ErrMalformed},
		"an undeclared entity":          {head + `<Link rel="&e;"/></XRD>`, jrd.ErrMalformed},
		"another encoding":              {`<?xml version="1.0" encoding="UTF-16"?>` + head + `</XRD>`, jrd.ErrMalformed},
		"no end":                        {head + `<Link rel="lrdd" template="https://a.example/{uri}"/>`, jrd.ErrMalformed},
		"no XML":                        {`hello <`, jrd.ErrMalformed},
		"a thousand links":              {head + strings.Repeat(`<Link rel="x"/>`, 1000) + `</XRD>`, jrd.ErrMalformed},
		"a thousand levels":             {head + strings.Repeat(`<x>`, 1000), jrd.ErrMalformed},
		"a hundred kibibytes":           {head + strings.Repeat(" ", 100<<10) + `</XRD>`, jrd.ErrTooLarge},
		"broken JSON":                   {`{"links":`, jrd.ErrMalformed},
	} {
		if got, err := jrd.ParseHostMeta([]byte(tc.in)); !errors.Is(err, tc.want) {
			t.Errorf("%s: got %q, %v, want %v", name, got, err, tc.want)
		}
	}
}
