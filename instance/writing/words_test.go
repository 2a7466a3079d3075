package writing_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"palier/instance/writing"
)

func TestF10_NamesThatPretend(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ situation, name, want string }{
		{"an ordinary name", "  Zoé   Müller ", "Zoé Müller"},
		{"an override", "nimda\u202e", "nimda"},
		{"embeddings and isolates", "\u202aa\u202c\u2066b\u2069", "ab"},
		{"zero width", "ad\u200bm\u2060i\ufeffn\u00ad", "admin"},
		{"controls and lines", "a\x00b\nc\td\x7f", "ab c d"},
		{"nothing that shows", "\u200b\u3164\u2800\u115f \u00a0", ""},
		{"only an accent", "\u0301", ""},
		{"a tower of accents", "a" + strings.Repeat("\u0316", 50), "a" + strings.Repeat("\u0316", 4)},
		{"hidden tags", "a\U000e0041\U000e0042", "a"},
		{"private use", "\uf8ffa", "a"},
		{"Hebrew with vowels", "שָׁלוֹם", "שָׁלוֹם"},
		{"Persian with a joiner", "می\u200cخواهم", "می\u200cخواهم"},
		{"a family", "👨‍👩‍👧 chez nous", "👨‍👩‍👧 chez nous"},
		{"a shortcode", "Zoé :tree:", "Zoé :tree:"},
		{"markup is text", "<b>Zoé</b>", "<b>Zoé</b>"},
		{"too long", strings.Repeat("é", 500), strings.Repeat("é", 100)},
		{"invalid UTF-8", "a\xffb", "ab"},
		{"letters in two forms", "Zoe\u0301", "Zoé"},
	} {
		t.Run(tt.situation, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, writing.CleanName(tt.name)); diff != "" {
				t.Errorf("CleanName(%q) (-want +got):\n%s", tt.name, diff)
			}
		})
	}
}

func TestF10_HashtagsThatPretend(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ situation, source, want string }{
		{"capitals", "#CroixRousse", "croixrousse"},
		{"an accent in two pieces", "#Pre\u0302t", "prêt"},
		{"fullwidth letters", "#ｖｅｌｏ", "velo"},
		{"a ligature", "#eﬀort", "effort"},
		{"Arabic", "#جيران", "جيران"},
		{"Hindi with its marks", "#पड़ोसी", "पड़ोसी"},
		{"zero width inside", "#ve\u200blo", "ve"},
		{"a joiner", "#می\u200cخواهم", "میخواهم"},
		{"an override inside", "#ve\u202elo", "velo"},
		{"a hyphen ends it", "#croix-rousse", "croix"},
		{"an underscore is part of it", "#croix_rousse", "croix_rousse"},
		{"a number", "#2026", ""},
		{"numbers and signs", "#_12_", ""},
		{"in a word", "a#b", ""},
		{"an entity", "&#x41;", ""},
		{"a page's part", "https://a.example/#part", ""},
		{"in code", "`#code`", ""},
		{"a heading sign", "##deux", ""},
		{"too long", "#" + strings.Repeat("a", 101), strings.Repeat("a", 100)},
	} {
		t.Run(tt.situation, func(t *testing.T) {
			t.Parallel()
			if got := strings.Join(writing.Hashtags(tt.source), " "); got != tt.want {
				t.Errorf("Hashtags(%q) = %q, want %q", tt.source, got, tt.want)
			}
		})
	}
}

func TestMentions(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ situation, source, want string }{
		{"a neighbour", "@bob", "bob"},
		{"elsewhere", "@Bob@Ville.Example", "bob@ville.example"},
		{"at a port", "@bob@localhost:3000.", "bob@localhost:3000"},
		{"no port after all", "@bob@ville.example: oui", "bob@ville.example"},
		{"an international host", "@bob@café.example", "bob@café.example"},
		{"dots and hyphens", "@jean-luc.p. et @b_", "jean-luc.p b_"},
		{"in brackets", "(@bob) «@eve»", "bob eve"},
		{"in a list and a quote", "- @bob\n\n> @eve", "bob eve"},
		{"in a heading and emphasis", "# @bob\n**@eve**", "bob eve"},
		{"one after the other", "@bob@@eve", "bob"},
		{"twice", "@bob @BOB", "bob"},
		{"an address", "https://a.example/@bob x@a.example", ""},
		{"in code", "`@bob`\n```\n@eve\n```", ""},
		{"in a link", "[@bob](https://a.example/)", ""},
		{"nothing but a sign", "@ @@ @-", ""},
	} {
		t.Run(tt.situation, func(t *testing.T) {
			t.Parallel()
			if got := strings.Join(writing.Mentions(tt.source), " "); got != tt.want {
				t.Errorf("Mentions(%q) = %q, want %q", tt.source, got, tt.want)
			}
		})
	}
}

func TestPlain(t *testing.T) {
	t.Parallel()
	const note = "<p><strong>Titre &amp; plus</strong></p><p>Un<br>deux</p><ul><li>a</li><li>b</li></ul><script>x</script>"
	if got, want := writing.Plain(note, 100), "Titre & plus Un deux a b"; got != want {
		t.Errorf("Plain = %q, want %q", got, want)
	}
	if got, want := writing.Paragraphs(note), "Titre & plus\n\nUn\ndeux\n\na\nb"; got != want {
		t.Errorf("Paragraphs = %q, want %q", got, want)
	}
	if got, want := writing.Excerpt(note, 100), "Un deux a b"; got != want {
		t.Errorf("Excerpt = %q, want %q", got, want)
	}
	for _, tt := range []struct {
		situation, source string
		limit             int
		want              string
	}{
		{"at a word", "Chacun apporte un plat", 17, "Chacun apporte…"},
		{"exactly", "Chacun", 6, "Chacun"},
		{"in a long word", "Anticonstitutionnellement", 5, "Anti…"},
		{"after a comma", "Oui, non", 5, "Oui…"},
		{"no room", "Oui", 0, ""},
		{"Arabic", "مرحبا بكم في الحي", 10, "مرحبا بكم…"},
	} {
		if got := writing.Plain(tt.source, tt.limit); got != tt.want {
			t.Errorf("%s: Plain(%q, %d) = %q, want %q", tt.situation, tt.source, tt.limit, got, tt.want)
		}
	}
}

func TestTitles(t *testing.T) {
	t.Parallel()
	const body = "<p>texte</p>"
	titled := writing.WithTitle(" L'eau <b>coupée</b>\n& plus ", body)
	if want := "<p><strong>L&#39;eau &lt;b&gt;coupée&lt;/b&gt; &amp; plus</strong></p>" + body; titled != want {
		t.Errorf("WithTitle = %q, want %q", titled, want)
	}
	if titled != writing.Clean(titled) {
		t.Errorf("a title is not clean: %q", writing.Clean(titled))
	}
	if got := writing.WithTitle(" ", body); got != body {
		t.Errorf("WithTitle without a title = %q", got)
	}
	for _, tt := range []struct{ situation, source, title, body string }{
		{"ours", titled, "L'eau <b>coupée</b> & plus", body},
		{"only a title", "<p><strong>Titre</strong></p>", "Titre", ""},
		{"bold and more on the line", "<p><strong>Titre</strong> suite</p>", "", "<p><strong>Titre</strong> suite</p>"},
		{"a link in bold", `<p><strong><a href="https://a.example">a</a></strong></p>`, "", `<p><strong><a href="https://a.example">a</a></strong></p>`},
		{"bold that is empty", "<p><strong> </strong></p>", "", "<p><strong> </strong></p>"},
		{"plain", body, "", body},
	} {
		title, rest := writing.SplitTitle(tt.source)
		if title != tt.title || rest != tt.body {
			t.Errorf("%s: SplitTitle = %q, %q; want %q, %q", tt.situation, title, rest, tt.title, tt.body)
		}
	}
}

func TestCountCharacters(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		situation, source string
		want              int
	}{
		{"nothing", "", 0},
		{"words", "L'été", 5},
		{"an accent in two pieces", "e\u0301te\u0301", 3},
		{"a long address", "voir https://ville.example/" + strings.Repeat("a", 200) + ".", 5 + 23 + 1},
		{"a short address", "http://a.fr", 23},
		{"an address in capitals", "HTTPS://A.EXAMPLE/B", 23},
		{"something like an address", "xhttps://a.fr", 13},
		{"a person elsewhere", "@bob@ville.example oui", 8},
		{"a neighbour", "@bob", 4},
		{"an e-mail address", "bob@ville.example", 17},
		{"a family", "👨‍👩‍👧", 1},
		{"two flags", "🇫🇷🇩🇪", 2},
		{"a skin tone", "👍🏽", 1},
		{"a heart with its style", "❤️", 1},
		{"Hindi", "पड़ोसी", 3},
		{"lines", "a\r\nb", 3},
	} {
		if got := writing.CountCharacters(tt.source); got != tt.want {
			t.Errorf("%s: CountCharacters(%q) = %d, want %d", tt.situation, tt.source, got, tt.want)
		}
	}
}
