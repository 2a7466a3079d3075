package writing_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"palier/instance/writing"
)

// neighbours resolves everybody but "nobody".
func neighbours() writing.Options {
	return writing.Options{
		Mention: func(handle string) (href, shown string, ok bool) {
			name, _, _ := strings.Cut(handle, "@")
			return "https://lyon.example/u/" + name, name, name != "nobody"
		},
		Tag: func(tag string) string { return "https://lyon.example/tags/" + tag },
	}
}

const (
	bob  = `<span class="h-card"><a href="https://lyon.example/u/bob" class="u-url mention">@<span>bob</span></a></span>`
	pret = `<a href="https://lyon.example/tags/pr%C3%AAt" class="mention hashtag" rel="tag">#<span>Prêt</span></a>`
	away = ` rel="nofollow noopener noreferrer" target="_blank">`
)

func TestRender(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ situation, source, want string }{
		{"lines and paragraphs", "Bonjour\nà tous\n\nLundi", "<p>Bonjour<br>à tous</p><p>Lundi</p>"},
		{"a person", "Merci @bob !", "<p>Merci " + bob + " !</p>"},
		{"a person elsewhere, at the end of a sentence", "Merci @Bob@ville.example.", "<p>Merci " + bob + ".</p>"},
		{"a person at a port", "@bob@127.0.0.1:8443: merci", "<p>" + bob + ": merci</p>"},
		{"a person in emphasis", "_@bob_ **@bob**", "<p><em>" + bob + "</em> <strong>" + bob + "</strong></p>"},
		{"nobody we know", "@nobody", "<p>@nobody</p>"},
		{"an e-mail address", "bob@lyon.example", "<p>bob@lyon.example</p>"},
		{"a handle that is not meant", `\@bob`, "<p>@bob</p>"},
		{"handles and tags in code", "`@bob #prêt https://a.example`", "<p><code>@bob #prêt https://a.example</code></p>"},
		{"a hashtag", "#Prêt.", "<p>" + pret + ".</p>"},
		{"a hashtag begins no heading", "#Prêt", "<p>" + pret + "</p>"},
		{"a number is no hashtag", "le #42", "<p>le #42</p>"},
		{"a heading", "# Repas #", "<p><strong>Repas</strong></p>"},
		{"a list", "- un\n- deux", "<ul><li>un</li><li>deux</li></ul>"},
		{"a year at the start", "1984. Un roman", `<ol start="1984"><li>Un roman</li></ol>`},
		{"a quote", "> oui\n> non", "<blockquote><p>oui<br>non</p></blockquote>"},
		{"fenced code", "```\n<b>@bob</b>\n```", "<pre><code>&lt;b&gt;@bob&lt;/b&gt;\n</code></pre>"},
		{"HTML is text", "<b>gras</b> <script>x</script>", "<p>&lt;b&gt;gras&lt;/b&gt; &lt;script&gt;x&lt;/script&gt;</p>"},
		{"indented by accident", "    quatre espaces", "<p>quatre espaces</p>"},
		{"a link", "[la mairie](https://ville.example/)", `<p><a href="https://ville.example/"` + away + "la mairie</a></p>"},
		{"a handle in a link", "[@bob](https://ville.example/)", `<p><a href="https://ville.example/"` + away + "@bob</a></p>"},
		{"a picture", "![plan](https://ville.example/p.png)", `<p><a href="https://ville.example/p.png"` + away + "plan</a></p>"},
		{"a link to a script", "[ici](javascript:alert(1))", "<p>ici</p>"},
		{
			"an address in guillemets", "«https://ville.example/été» oui",
			`<p>«<a href="https://ville.example/%C3%A9t%C3%A9"` + away +
				`<span class="invisible">https://</span><span>ville.example/été</span></a>» oui</p>`,
		},
		{
			"an address with a handle, underscores and a tag", "https://ville.example/@bob/_a_b_#prêt",
			`<p><a href="https://ville.example/@bob/_a_b_#pr%C3%AAt"` + away +
				`<span class="invisible">https://</span><span>ville.example/@bob/_a_b_#prêt</span></a></p>`,
		},
		{
			"a long address", "https://www.ville.example/conseil/2026/seance-du-12.",
			`<p><a href="https://www.ville.example/conseil/2026/seance-du-12"` + away + `<span class="invisible">https://www.</span>` +
				`<span class="ellipsis">ville.example/conseil/2026/sea</span><span class="invisible">nce-du-12</span></a>.</p>`,
		},
		{"indented in the middle", "- un\n\n      deux\n\ntrois", "<ul><li><p>un</p><p>deux</p></li></ul><p>trois</p>"},
		{"Arabic with its marks", "مرحبا\u200f (Lyon)", "<p>مرحبا\u200f (Lyon)</p>"},
		{"nothing", " \n ", ""},
	} {
		t.Run(tt.situation, func(t *testing.T) {
			t.Parallel()
			got := writing.Render(tt.source, neighbours()).HTML
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Render(%q) (-want +got):\n%s", tt.source, diff)
			}
		})
	}
}

func TestRenderTellsWhatItFound(t *testing.T) {
	t.Parallel()
	const source = "@bob @nobody @BOB #Prêt #prêt #Vélo [x](https://ville.example/a) https://ville.example/b"
	got := writing.Render(source, neighbours())
	got.HTML = ""
	want := writing.Rendered{
		Mentions: []string{"bob"},
		Hashtags: []string{"prêt", "vélo"},
		Links:    []string{"https://ville.example/a", "https://ville.example/b"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Render (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"bob", "nobody"}, writing.Mentions(source)); diff != "" {
		t.Errorf("Mentions (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"prêt", "vélo"}, writing.Hashtags(source)); diff != "" {
		t.Errorf("Hashtags (-want +got):\n%s", diff)
	}
}

func TestRenderWithoutAnybodyToAsk(t *testing.T) {
	t.Parallel()
	got := writing.Render("@bob #prêt", writing.Options{})
	if diff := cmp.Diff(writing.Rendered{HTML: "<p>@bob #prêt</p>"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
