package page_test

import (
	"net/url"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode/utf32"

	"palier/instance/previews/page"
)

func at(t testing.TB, address string) *url.URL {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestWhatAPageSaysOfItself(t *testing.T) {
	t.Parallel()
	latin, err := charmap.Windows1252.NewEncoder().String(`<title>Été à Dinan – marché</title>`)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		situation, kind, html string
		want                  page.Page
	}{
		{"OpenGraph before the rest", "text/html; charset=utf-8", `<!doctype html><html lang="fr-FR"><head><title>Titre</title>
			<meta name="description" content="La page"><meta property="og:title" content="Le marché"><meta property="og:description" content="Jeudi,&#10; place Duclos">
			<meta property="og:site_name" content="Dinan"><meta name="author" content="Mairie"><meta property="og:image" content="/i/1.jpg#x"><meta property="og:image:alt" content="Des étals">
			<link rel="alternate" type="application/json+oembed" href="oembed?x=1"></head><body><title>non</title>`,
			page.Page{Title: "Le marché", Description: "Jeudi, place Duclos", Provider: "Dinan", Author: "Mairie", Language: "fr-FR",
				Image: "https://a.example/i/1.jpg", ImageAlt: "Des étals", OEmbed: "https://a.example/b/oembed?x=1"}},
		{"only a title", "text/html", `<title>  Un
			titre </title>`, page.Page{Title: "Un titre"}},
		{"in the server's charset", "text/html; charset=windows-1252", latin, page.Page{Title: "Été à Dinan – marché"}},
		{"in its own charset", "text/html", `<meta charset="windows-1252">` + latin, page.Page{Title: "Été à Dinan – marché"}},
		{"markup in its words", "text/html", `<title>a</title><meta property="og:title" content="<script>alert(1)</script>b"><meta name="description" content="&lt;b&gt;c">`,
			page.Page{Title: "<script>alert(1)</script>b", Description: "<b>c"}},
		{"what turns words round", "text/html", "<title>a\u202egnp.exe\u0000b\x07</title>", page.Page{Title: "agnp.exe\ufffdb"}},
		{"pictures that are none", "text/html", `<meta property="og:image" content="javascript:alert(1)"><meta property="og:image:url" content="data:image/png;base64,AA"><meta name="twitter:image" content="https://me@b.example/">`, page.Page{}},
		{"nothing after the body begins", "text/html", `<body><title>a</title><meta property="og:title" content="b">`, page.Page{}},
		{"nothing at all", "text/html", ``, page.Page{}},
	} {
		got := page.Read(strings.NewReader(tt.html), tt.kind, at(t, "https://a.example/b/c"))
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.situation, diff)
		}
	}
}

func TestOEmbedIsReadAsWords(t *testing.T) {
	t.Parallel()
	got := page.ReadOEmbed([]byte(`{"type":"video","title":"Le <b>marché</b>","author_name":"Yann","provider_name":"Tube","html":"<iframe src=x>","thumbnail_url":"//i.example/1.jpg"}`), at(t, "https://a.example/"))
	want := page.Page{Title: "Le <b>marché</b>", Author: "Yann", Provider: "Tube", Image: "https://i.example/1.jpg"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := page.ReadOEmbed([]byte(`[]`), at(t, "https://a.example/")); got != (page.Page{}) {
		t.Errorf("a list says %+v", got)
	}
}

// endless is a page that never ends.
type endless struct{ read int }

func (e *endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = "<meta name=x content=yyyyyyyyyyyyyyyyyyyy>"[(e.read+i)%42]
	}
	e.read += len(b)
	return len(b), nil
}

func TestE07_AnEndlessPageIsReadToALimit(t *testing.T) {
	t.Parallel()
	e := &endless{}
	if got := page.Read(e, "text/html", at(t, "https://a.example/")); got != (page.Page{}) {
		t.Errorf("got %+v", got)
	}
	if e.read > 2*page.MaxBytes {
		t.Errorf("read %d bytes", e.read)
	}
	long := page.Read(strings.NewReader("<title>"+strings.Repeat("é ", 100_000)+"</title>"), "text/html; charset=utf-8", at(t, "https://a.example/"))
	if n := utf8.RuneCountInString(long.Title); n > 200 || n < 100 {
		t.Errorf("a title of %d characters", n)
	}
}

func FuzzRead(f *testing.F) {
	wide, err := utf32.UTF32(utf32.LittleEndian, utf32.UseBOM).NewEncoder().String("<title>a</title>")
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{
		`<html lang=fr><title>a</title><meta property="og:image" content="/x">`, `<meta charset=utf-16><title>`, "\xff\xfe<\x00t\x00", wide,
		`<link rel=alternate type="application/json+oembed" href="\\evil">`, `{"title":"a","thumbnail_url":"http:x"}`, `<title>&#0;&#xd800;</title>`,
	} {
		f.Add([]byte(seed), "text/html")
	}
	f.Add([]byte("<title>a"), "text/html; charset=iso-2022-jp")
	base := at(f, "https://a.example/b/")
	f.Fuzz(func(t *testing.T, b []byte, kind string) {
		for _, p := range []page.Page{page.Read(strings.NewReader(string(b)), kind, base), page.ReadOEmbed(b, base)} {
			for _, text := range []string{p.Title, p.Description, p.Provider, p.Author, p.ImageAlt} {
				if !utf8.ValidString(text) || utf8.RuneCountInString(text) > 500 || strings.ContainsFunc(text, unicode.IsControl) {
					t.Errorf("says %q", text)
				}
			}
			for _, address := range []string{p.Image, p.OEmbed} {
				if u, err := url.Parse(address); address != "" && (err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil) {
					t.Errorf("leads to %q", address)
				}
			}
		}
	})
}
