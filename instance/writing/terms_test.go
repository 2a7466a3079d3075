package writing_test

import (
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"palier/instance/writing"
)

func TestTerms(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ situation, text, want string }{
		{"nothing", " …!? ", ""},
		{"accents and capitals", "ÉCHELLE Noël garçon", "echelle noel garcon"},
		{"an accent in two pieces", "e\u0301te\u0301", "ete"},
		{"ligatures", "Œuvre, ex æquo, Straße", "oeuvre ex aequo strasse"},
		{"elision", "L'échelle d’Amina qu'on prête jusqu'à", "echelle amina on prete a"},
		{"an apostrophe that elides nothing", "aujourd'hui", "aujourd hui"},
		{"an apostrophe at the end", "l' et l’", "l et l"},
		{"hyphens and underscores", "porte-clés croix_rousse", "porte cles croix rousse"},
		{"numbers", "14h30, 3,5 km", "14h30 3 5 km"},
		{"Arabic with and without points", "مُحَمَّد محمد", "محمد محمد"},
		{"Hebrew points", "שָׁלוֹם", "שלום"},
		{"a joiner", "می\u200cخواهم", "میخواهم"},
		{"Chinese", "图书馆 ok", "图 书 馆 ok"},
		{"Hindi keeps its vowels", "पड़ोसी", "पड\u093cोसी"},
		{"fullwidth", "ｖｅｌｏ", "velo"},
		{"quotes and operators", `"a" & b:* | !c <-> 'd'`, "a b c d"},
		{"a long word", strings.Repeat("a", 500), strings.Repeat("a", 64)},
		{"invalid UTF-8", "a\xffb", "a b"},
	} {
		if diff := cmp.Diff(tt.want, strings.Join(writing.Terms(tt.text), " ")); diff != "" {
			t.Errorf("%s: Terms(%q) (-want +got):\n%s", tt.situation, tt.text, diff)
		}
	}
}

func TestStem(t *testing.T) {
	t.Parallel()
	for _, pair := range [][2]string{
		{"velos", "velo"}, {"journaux", "journal"}, {"bateaux", "bateau"}, {"cailloux", "caillou"}, {"prix", "pri"},
		{"bus", "bus"}, {"class", "class"}, {"classes", "classe"}, {"faux", "fau"}, {"图", "图"},
	} {
		if got := writing.Stem(pair[0]); got != pair[1] {
			t.Errorf("Stem(%q) = %q, want %q", pair[0], got, pair[1])
		}
	}
}

func TestLinksOut(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		source string
		want   bool
	}{
		{"bonjour", false},
		{"#marché et @amina@ville.example", false},
		{"voir https://ville.example/repas", true},
		{"#marché : https://ville.example/repas", true},
	} {
		if got := writing.LinksOut(writing.Clean(writing.Render(tt.source, writing.Options{
			Mention: func(string) (string, string, bool) { return "https://ville.example/@amina", "amina", true },
			Tag:     func(tag string) string { return "https://dinan.example/tags/" + tag },
		}).HTML)); got != tt.want {
			t.Errorf("LinksOut of %q = %t", tt.source, got)
		}
	}
}

func FuzzTerms(f *testing.F) {
	f.Add("L'échelle d’Amina")
	f.Add("a\x00'b'\"c")
	f.Add("๛ เมือง 丁目")
	f.Fuzz(func(t *testing.T, text string) {
		for _, term := range writing.Terms(text) {
			if term == "" || strings.ContainsFunc(term, func(r rune) bool {
				return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r)
			}) {
				t.Errorf("Terms(%q) has %q", text, term)
			}
			if writing.Stem(term) == "" {
				t.Errorf("nothing is left of %q", term)
			}
		}
	})
}
