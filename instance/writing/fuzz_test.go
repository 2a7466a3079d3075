package writing

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// allowed are the elements that may come out, with their attributes.
var allowed = map[string][]string{
	"p": nil, "br": nil, "del": nil, "pre": nil, "code": nil, "em": nil, "strong": nil, "b": nil, "i": nil, "u": nil,
	"ul": nil, "li": nil, "blockquote": nil,
	"ol":   {"start"},
	"span": {"class"},
	"a":    {"href", "class", "rel", "target"},
}

// checkSafe holds for anything this package calls HTML.
func checkSafe(t *testing.T, source, got string) {
	t.Helper()
	if !utf8.ValidString(got) || strings.ContainsAny(got, "\x00\x1b\u202e") {
		t.Errorf("%q became illegible %q", source, got)
	}
	doc, err := html.Parse(strings.NewReader(`<div id="page">` + got + `</div><hr>`))
	if err != nil {
		t.Fatalf("parse %q: %v", got, err)
	}
	page := doc.FirstChild.LastChild.FirstChild
	if page.NextSibling == nil || page.NextSibling.Data != "hr" {
		t.Errorf("%q became %q, which does not stay in its place", source, got)
	}
	for n := range page.Descendants() {
		if n.Type == html.CommentNode || n.Type == html.DoctypeNode {
			t.Errorf("%q became %q with a comment or doctype", source, got)
		}
		if n.Type == html.ElementNode {
			checkElement(t, source, n)
		}
	}
}

func checkElement(t *testing.T, source string, n *html.Node) {
	t.Helper()
	attrs, ok := allowed[n.Data]
	if !ok || n.Namespace != "" {
		t.Errorf("%q became an element %q", source, n.Data)
	}
	for _, a := range n.Attr {
		if !slices.Contains(attrs, a.Key) {
			t.Errorf("%q became an attribute %s=%q", source, a.Key, a.Val)
		}
		if a.Key == "href" && !strings.HasPrefix(a.Val, "https://") && !strings.HasPrefix(a.Val, "http://") {
			t.Errorf("%q became a link to %q", source, a.Val)
		}
	}
}

func FuzzClean(f *testing.F) {
	for _, seed := range []string{
		`<p><span class="h-card"><a href="https://peer.example/@eve" class="u-url mention">@<span>eve</span></a></span> oui</p>`,
		`<a href="https://evil.example/"><b>bank.com</b></a><script>x</script><svg><p>`, `<ul><li>a<ol start=3><li>b</ol>`,
		`<pre>a<div>b</div></pre><h1>t</h1><img alt="x"><blockquote>`, "&#0;&#x202e;\x00\xff<a href='//x'>", `<a href="https://a.example/%C3%A9?q=1#f">https://a.example/é</a>`,
		`<table><tr><td><a href="http://user:pw@[::1]:8080/"><p>x`, `<noscript><style><!--</style></noscript>-->`, `<b><i>a</b></i><p></b>`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, source string) {
		got := Clean(source)
		checkSafe(t, source, got)
		if again := Clean(got); again != got {
			t.Errorf("cleaning %q twice changed\n%q to\n%q", source, got, again)
		}
		if gated := gate().Sanitize(got); gated != got {
			t.Errorf("%q: the gate changed\n%q to\n%q", source, got, gated)
		}
	})
}

func FuzzRender(f *testing.F) {
	for _, seed := range []string{
		"# a\n- b\n> c\n```\nd\n```", "@bob@host:1 #Prêt https://a.example/(b) [c](https://d.example)", "**a *b** c*", "![x](javascript:1)",
		"[@bob #tag https://a.example](https://b.example)", "<script>alert(1)</script> &lt;", "1. a\n   1. b", `\@a \#b`, "a\r\nb\rc\x00",
	} {
		f.Add(seed)
	}
	o := Options{
		Mention: func(handle string) (string, string, bool) { return "https://a.example/@" + handle, handle, true },
		Tag:     func(tag string) string { return "https://a.example/tags/" + tag },
	}
	f.Fuzz(func(t *testing.T, source string) {
		got := Render(source, o)
		checkSafe(t, source, got.HTML)
		if again := tidyHTML(got.HTML, true); again != got.HTML {
			t.Errorf("rendering %q gave\n%q, tidied\n%q", source, got.HTML, again)
		}
		if gated := gate().Sanitize(got.HTML); gated != got.HTML {
			t.Errorf("%q: the gate changed\n%q to\n%q", source, got.HTML, gated)
		}
		for _, handle := range got.Mentions {
			if !slices.Contains(Mentions(source), handle) {
				t.Errorf("%q: Mentions does not know %q", source, handle)
			}
		}
		for _, tag := range got.Hashtags {
			if !slices.Contains(Hashtags(source), tag) || NormalizeHashtag(tag) != tag {
				t.Errorf("%q: hashtag %q is unknown or not normal", source, tag)
			}
		}
		if count := CountCharacters(source); count < 0 {
			t.Errorf("%q counts %d", source, count)
		}
	})
}

func FuzzPlain(f *testing.F) {
	f.Add("<p><strong>Titre</strong></p><p>Un &amp; deux<br>trois</p>", 20)
	f.Add("a\x00\u202eb :tree: @bob", 3)
	f.Fuzz(func(t *testing.T, source string, limit int) {
		limit &= 0xff
		if got := Plain(source, limit); utf8.RuneCountInString(got) > limit || strings.ContainsAny(got, "\n\x00\u202e") {
			t.Errorf("Plain(%q, %d) = %q", source, limit, got)
		}
		name := CleanName(source)
		if utf8.RuneCountInString(name) > maxName || strings.ContainsFunc(name, func(r rune) bool {
			return unprintable(r) || reorders(r) || isolates(r) || invisible(r) || r == '\n' || r == '\t'
		}) {
			t.Errorf("CleanName(%q) = %q", source, name)
		}
		if again := CleanName(name); again != name {
			t.Errorf("CleanName(%q) = %q, again %q", source, name, again)
		}
		if name == "" {
			return
		}
		title, body := SplitTitle(WithTitle(name, "<p>x</p>"))
		if title != name || body != "<p>x</p>" {
			t.Errorf("SplitTitle(WithTitle(%q)) = %q, %q", name, title, body)
		}
	})
}

// Figures on notes as they are: a short one from Mastodon, and one of 500
// bytes with a list.
const (
	shortNote = `<p><span class="h-card" translate="no"><a href="https://peer.example/@eve" class="u-url mention">@<span>eve</span></a></span> Merci beaucoup ! Rendez-vous samedi à 10 h, place de la Croix-Rousse, pour le repas de quartier. Chacun apporte un plat à partager, et les enfants sont les bienvenus.</p><p>Inscription : <a href="https://ville.example/repas/inscription" target="_blank" rel="nofollow noopener"><span class="invisible">https://</span><span class="">ville.example/repas/inscription</span></a></p>`
	richNote  = `<p><strong>Prêt de vélo cargo</strong></p><p>Week-ends, gratuit, avec <em>casque</em>. Il faut l&#39;adhésion à l&#39;association et une pièce d&#39;identité, qui reste chez vous.</p><ul><li>samedi de 9 h à 18 h</li><li>dimanche de 10 h à 17 h</li></ul><p>Voir <a href="https://ville.example/velo">la page du prêt</a> ou <a href="https://peer.example/tags/velo" class="mention hashtag" rel="tag">#<span>velo</span></a>, et merci à celles et ceux qui réparent.</p>`
)

func BenchmarkClean(b *testing.B) {
	for name, note := range map[string]string{"plain": shortNote, "rich": richNote} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(note)))
			b.ReportAllocs()
			for b.Loop() {
				Clean(note)
			}
		})
		b.Run(name+"/gate alone", func(b *testing.B) {
			b.SetBytes(int64(len(note)))
			b.ReportAllocs()
			for b.Loop() {
				gate().Sanitize(note)
			}
		})
	}
}

func BenchmarkRender(b *testing.B) {
	const source = "# Prêt de vélo cargo\n\nWeek-ends, gratuit, avec *casque*. Merci @bob et @eve@peer.example !\n\n- samedi\n- dimanche\n\nhttps://ville.example/velo #velo #pret"
	o := Options{
		Mention: func(handle string) (string, string, bool) { return "https://a.example/u/1", handle, true },
		Tag:     func(tag string) string { return "https://a.example/tags/" + tag },
	}
	b.ReportAllocs()
	for b.Loop() {
		Render(source, o)
	}
}

func BenchmarkPlain(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Plain(shortNote, 200)
	}
}
