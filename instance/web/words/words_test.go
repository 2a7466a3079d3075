package words

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/feature/plural"
)

func load(t testing.TB) *Languages {
	t.Helper()
	l, err := readAll()
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestCataloguesSayTheSameThings(t *testing.T) {
	t.Parallel()
	all := load(t).All()
	for _, l := range all[1:] {
		if len(l.borrowed) > 0 {
			t.Errorf("%s has no words for %d messages: %v", l.Tag, len(l.borrowed), l.borrowed)
		}
		if diff := cmp.Diff(all[0].Keys(), l.Keys()); diff != "" {
			t.Errorf("%s and %s differ (-%s +%s):\n%s", all[0].Tag, l.Tag, all[0].Tag, l.Tag, diff)
		}
		for _, key := range l.Keys() {
			if diff := cmp.Diff(names(all[0], key), names(l, key)); diff != "" {
				t.Errorf("%s takes other arguments in %s:\n%s", key, l.Tag, diff)
			}
		}
	}
}

// names returns what is put into the message for key.
func names(l *Language, key string) map[string]bool {
	all := make(map[string]bool)
	for _, p := range l.messages[key].form(plural.Other) {
		if p.arg {
			all[p.text] = true
		}
	}
	delete(all, "Minute") // full hours are said in other ways
	return all
}

// Every form that a language has for whole numbers is there in its plurals.
func TestCataloguesHaveEveryPluralForm(t *testing.T) {
	t.Parallel()
	for _, l := range load(t).All() {
		needed := map[plural.Form]bool{}
		for _, n := range []int{0, 1, 2, 3, 5, 11, 21, 100, 1_000_000} {
			needed[plural.Cardinal.MatchPlural(l.tag, n, 0, 0, 0, 0)] = true
		}
		for key, m := range l.messages {
			if !m.plural || m.tag != l.tag {
				continue
			}
			for form := range needed {
				if m.forms[form] == nil {
					t.Errorf("%s: %s has no form %d", l.Tag, key, form)
				}
			}
		}
	}
}

// Messages go into pages as text: one that holds markup would show it.
func TestCataloguesHoldNoMarkup(t *testing.T) {
	t.Parallel()
	for _, l := range load(t).All() {
		for _, key := range l.Keys() {
			if text := whole(l, key); strings.ContainsAny(text, "<>&") || strings.TrimSpace(text) != text && key != "number.group" {
				t.Errorf("%s: %s is %q", l.Tag, key, text)
			}
		}
	}
}

// whole is the message for key with the names of what is put in.
func whole(l *Language, key string) string {
	var b strings.Builder
	for _, form := range l.messages[key].forms {
		for _, p := range form {
			b.WriteString(p.text)
		}
		if form != nil {
			b.WriteString(" ")
		}
	}
	return strings.TrimSuffix(b.String(), " ")
}

func TestFrenchKeepsItsSpacesTogether(t *testing.T) {
	t.Parallel()
	fr := load(t).All()[0]
	loose := regexp.MustCompile("[^\u202f\u00a0][;!?]|[^\u00a0\u202fA-Z]:|«[^\u00a0]|[^\u00a0]»|'|\\.\\.\\.")
	for _, key := range fr.Keys() {
		text := whole(fr, key)
		if strings.HasPrefix(key, "reach.") || key == "neighbourhood-form.territory-hint" {
			text = strings.ReplaceAll(text, "FR:COG:", "")
		}
		if m := loose.FindString(text); m != "" {
			t.Errorf("%s: %q in %q", key, m, text)
		}
	}
}

// Words that people do not say have no place in what we say to them.
func TestCataloguesSpeakPlainly(t *testing.T) {
	t.Parallel()
	jargon := regexp.MustCompile(`(?i)\b(instance|fédér|federat|actor|acteur|boost|toot|timeline|fediverse|webfinger|activitypub)`)
	tu := regexp.MustCompile(`(?i)(^|[^\p{L}])(tu|toi|ton|ta|tes)($|[^\p{L}])`)
	for _, l := range load(t).All() {
		for _, key := range l.Keys() {
			text := whole(l, key)
			if m := jargon.FindString(text); m != "" {
				t.Errorf("%s: %s says %q", l.Tag, key, m)
			}
			if m := tu.FindString(text); l.Tag == "fr" && m != "" {
				t.Errorf("%s says %q to people", key, m)
			}
		}
	}
}

func TestSay(t *testing.T) {
	t.Parallel()
	all := load(t)
	for _, tt := range []struct {
		lang, key string
		args      []any
		want      string
	}{
		{"fr", "post.replies", []any{"Count", 0}, "0 réponse"},
		{"fr", "post.replies", []any{"Count", 1}, "1 réponse"},
		{"fr", "post.replies", []any{"Count", 1_000_000}, "1\u202f000\u202f000 réponses"},
		{"en", "post.replies", []any{"Count", 0}, "0 replies"},
		{"en", "post.replies", []any{"Count", 12345}, "12,345 replies"},
		{"fr", "home.hello", []any{"Name", "<b>"}, "Bonjour, <b>"},
		{"fr", "trip.of", []any{"Name", "Amina"}, "Le trajet d’Amina"},
		{"fr", "trip.of", []any{"Name", "Évelyne"}, "Le trajet d’Évelyne"},
		{"fr", "trip.of", []any{"Name", "Gwen"}, "Le trajet de Gwen"},
		{"fr", "trip.of", []any{"Name", ""}, "Le trajet de "},
		{"fr", "confirm.block.text", []any{"Name", "Odette"}, "Vous ne verrez plus rien d’Odette, qui ne pourra plus vous suivre ni vous répondre. Cette personne n’en est pas avertie."},
		{"en", "not.there", nil, "not.there"},
		{"uk", "post.replies", []any{"Count", 1}, "1 відповідь"},
		{"uk", "post.replies", []any{"Count", 23}, "23 відповіді"},
		{"uk", "post.replies", []any{"Count", 11}, "11 відповідей"},
		{"uk", "post.replies", []any{"Count", 12345}, "12\u00a0345 відповідей"},
		{"ar", "post.replies", []any{"Count", 0}, "لا ردود"},
		{"ar", "post.replies", []any{"Count", 2}, "ردّان"},
		{"ar", "post.replies", []any{"Count", 5}, "5 ردود"},
		{"ar", "post.replies", []any{"Count", 11}, "11 ردًّا"},
		{"ar", "post.replies", []any{"Count", 100}, "100 ردّ"},
		{"ar", "home.hello", []any{"Name", "https://dinan.example/join"}, "مرحبًا، https://dinan.example/join"},
		{"ar", "home.hello", []any{"Name", "Bo"}, "مرحبًا، \u2068Bo\u2069"},
	} {
		if got := all.Match(tt.lang, "").Say(tt.key, tt.args...); got != tt.want {
			t.Errorf("%s: %s is %q, want %q", tt.lang, tt.key, got, tt.want)
		}
	}
}

func TestSayHTMLIsolatesWhatPeopleTyped(t *testing.T) {
	t.Parallel()
	got := load(t).Match("fr", "").SayHTML("home.hello", "Name", `<script>"أميرة`)
	if want := "Bonjour, <bdi>&lt;script&gt;&#34;أميرة</bdi>"; string(got) != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestMatch(t *testing.T) {
	t.Parallel()
	all := load(t)
	for _, tt := range []struct{ chosen, accept, want string }{
		{"", "", "fr"}, {"en", "fr", "en"}, {"xx", "en-GB,fr;q=0.5", "en"}, {"", "uk,en;q=0.4", "uk"}, {"", "ar-SY,en;q=0.4", "ar"}, {"ar", "fr", "ar"}, {"", "ru,uk;q=0.5", "uk"}, {"", "ja", "fr"}, {"", "\x00;;q=9", "fr"},
	} {
		if got := all.Match(tt.chosen, tt.accept).Tag; got != tt.want {
			t.Errorf("chosen %q, accepted %q: %s, want %s", tt.chosen, tt.accept, got, tt.want)
		}
	}
}

func TestWhen(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("CET", 3600)
	now := time.Date(2026, time.November, 17, 18, 20, 0, 0, zone)
	for _, tt := range []struct {
		t      time.Time
		fr, en string
	}{
		{now.Add(-20 * time.Second), "à l’instant", "just now"},
		{now.Add(20 * time.Second), "à l’instant", "just now"}, // a clock that runs ahead
		{now.Add(-5 * time.Minute), "il y a 5 min", "5 min ago"},
		{now.Add(-3 * time.Hour).UTC(), "il y a 3 h", "3 hours ago"},
		{now.Add(-19 * time.Hour), "hier à 23 h 20", "yesterday at 11:20 pm"},
		{time.Date(2026, 11, 16, 0, 0, 0, 0, zone), "hier à 0 h", "yesterday at 12 am"},
		{time.Date(2026, 11, 14, 9, 5, 0, 0, zone), "samedi à 9 h 05", "Saturday at 9:05 am"},
		{time.Date(2026, 3, 1, 9, 0, 0, 0, zone), "1er mars", "1 March"},
		{time.Date(2025, 12, 31, 9, 0, 0, 0, zone), "31 décembre 2025", "31 December 2025"},
		{now.Add(10 * time.Minute), "dans 10 min", "in 10 min"},
		{now.Add(3 * time.Hour), "aujourd’hui à 21 h 20", "today at 9:20 pm"},
		{time.Date(2026, 11, 18, 18, 0, 0, 0, zone), "demain à 18 h", "tomorrow at 6 pm"},
		{time.Date(2026, 11, 20, 12, 0, 0, 0, zone), "vendredi à 12 h", "Friday at 12 pm"},
		{time.Date(2026, 12, 24, 12, 0, 0, 0, zone), "24 décembre", "24 December"},
	} {
		for tag, want := range map[string]string{"fr": tt.fr, "en": tt.en} {
			got := strings.ReplaceAll(load(t).Match(tag, "").When(now, tt.t), "\u00a0", " ")
			if got != want {
				t.Errorf("%s: %s is %q, want %q", tag, tt.t, got, want)
			}
		}
	}
}

func TestWhenElsewhere(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("CET", 3600)
	now := time.Date(2026, time.November, 17, 18, 20, 0, 0, zone)
	for _, tt := range []struct {
		t      time.Time
		uk, ar string
	}{
		{now.Add(-20 * time.Second), "щойно", "الآن"},
		{now.Add(-2 * time.Minute), "2 хв тому", "قبل دقيقتين"},
		{now.Add(-5 * time.Minute), "5 хв тому", "قبل 5 دقائق"},
		{now.Add(-3 * time.Hour).UTC(), "3 год тому", "قبل 3 ساعات"},
		{now.Add(-19 * time.Hour), "учора, 23:20", "أمس، 23:20"},
		{time.Date(2026, 11, 14, 9, 5, 0, 0, zone), "субота, 9:05", "\u2068السبت\u2069، 9:05"},
		{time.Date(2026, 11, 18, 18, 0, 0, 0, zone), "завтра, 18:00", "غدًا، 18:00"},
		{time.Date(2025, 12, 31, 9, 0, 0, 0, zone), "31 грудня 2025 року", "31 \u2068ديسمبر\u2069 2025"},
	} {
		for tag, want := range map[string]string{"uk": tt.uk, "ar": tt.ar} {
			if got := load(t).Match(tag, "").When(now, tt.t); got != want {
				t.Errorf("%s: %s is %q, want %q", tag, tt.t, got, want)
			}
		}
	}
}

// What a language has no words for it says in English, by the rules of English.
func TestLend(t *testing.T) {
	t.Parallel()
	all := load(t)
	uk, en := all.Match("uk", ""), all.Match("en", "")
	delete(uk.messages, "post.replies")
	all.lend()
	if got, want := uk.Say("post.replies", "Count", 2), en.Say("post.replies", "Count", 2); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if !slices.Contains(uk.borrowed, "post.replies") {
		t.Errorf("post.replies is not among what is borrowed: %v", uk.borrowed)
	}
}

func BenchmarkSay(b *testing.B) {
	fr := load(b).All()[0]
	for b.Loop() {
		fr.Say("post.replies", "Count", 12)
	}
}
