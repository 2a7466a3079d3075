package filters_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/filters"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

func plan(title string) instance.FilterPlan {
	return instance.FilterPlan{Title: title, Contexts: []instance.FilterContext{instance.InHome}, Action: instance.Warn}
}

// found returns what of a filter of one keyword is found in a post.
func found(t *testing.T, v *apptest.Village, viewer instance.Viewer, in instance.FilterContext, p *instance.Post) []string {
	t.Helper()
	matches, err := v.Filters.Apply(t.Context(), viewer, in, []*instance.Post{p})
	if err != nil {
		t.Fatal(err)
	}
	var words []string
	for _, m := range matches[0] {
		words = append(words, m.Keywords...)
		if m.Named {
			words = append(words, "named")
		}
	}
	return words
}

func TestWhatAKeywordFinds(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		long := strings.Repeat("a", instance.MaxKeyword)
		for _, test := range []struct {
			keyword string
			whole   bool
			content string
			want    bool
		}{
			{"Chat", false, "<p>Deux CHATONS</p>", true},
			{"chat", true, "<p>Deux chatons</p>", false},
			{"chat", true, "<p>Un chat.</p>", true},
			{"chat", true, "<p>achat, chat</p>", true},
			{"ÉLECTION", true, "<p>l’élection</p>", true},
			{"élection", true, "<p>re\u0301e\u0301lection</p>", false},
			{"e\u0301te\u0301", true, "<p>L’été !</p>", true},
			{"straße", false, "<p>STRASSE</p>", true},
			{"ﬁn", false, "<p>la fin</p>", true},
			{"foot ball", true, "<p>Foot<br>ball</p>", true},
			{"p", true, "<p>rien</p>", false},
			{"script", false, "<p>a <strong>b</strong></p>", false},
			{"#vélo", true, `<p><a href="https://x.example/tags/velo">#<span>vélo</span></a></p>`, true},
			{"#vélo", true, `<p><a href="https://x.example/tags/velos">#<span>vélos</span></a></p>`, false},
			{"🦊", true, "<p>un🦊roux</p>", true},
			{"❤", false, "<p>❤\ufe0f</p>", true},
			{"👩‍🚒", false, "<p>bravo 👩‍🚒 !</p>", true},
			{"שלום", true, "<p>\u200fשלום לכם</p>", true},
			{"שלום", true, "<p>שלומית</p>", false},
			{"سلام", true, "<p>\u2067سلام\u2069 عليكم</p>", true},
			{"مرحبا", false, "<p>مر\u200dحبا</p>", true},
			{"crypto", false, "<p>cryp\u00adto</p>", true},
			{"(a+)+$", false, "<p>" + strings.Repeat("a", 4000) + "!</p>", false},
			{"(a+)+$", false, "<p>voici (a+)+$ !</p>", true},
			{".*", false, "<p>n’importe quoi</p>", false},
			{`\Q[`, false, `<p>un \q[ deux</p>`, true},
			{long, true, "<p>" + strings.Repeat("a", 4900) + "</p>", false},
			{long, true, "<p>" + strings.Repeat("a ", 2400) + "</p>", false},
		} {
			a := v.Person(fmt.Sprintf("n%d", v.Clock.Now().UnixMilli()))
			if _, err := v.Filters.Create(t.Context(), a.ID, plan("x"), []instance.Keyword{{Text: test.keyword, WholeWord: test.whole}}); err != nil {
				t.Fatalf("%q: %v", test.keyword, err)
			}
			got := found(t, v, instance.Viewer{ID: a.ID}, "", &instance.Post{ID: 1, Content: test.content})
			if (len(got) > 0) != test.want || test.want && got[0] != test.keyword {
				t.Errorf("%q, whole %t, in %.40q: got %q, want %t", test.keyword, test.whole, test.content, got, test.want)
			}
		}
	})
}

func TestEverythingThatCanBeReadIsLookedThrough(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		a := v.Person("amina")
		if _, err := v.Filters.Create(t.Context(), a.ID, plan("x"), []instance.Keyword{{Text: "serpent", WholeWord: true}}); err != nil {
			t.Fatal(err)
		}
		for where, p := range map[string]instance.Post{
			"title":   {Title: "Un serpent"},
			"warning": {Warning: "serpent"},
			"content": {Content: "<p>serpent</p>"},
			"poll":    {Poll: &instance.Poll{Options: []instance.PollOption{{Title: "chat"}, {Title: "le serpent"}}}},
			"picture": {Pictures: []instance.Picture{{Description: "Un serpent vert"}}},
		} {
			if got := found(t, v, instance.Viewer{ID: a.ID}, instance.InHome, &p); len(got) != 1 {
				t.Errorf("in the %s: %q", where, got)
			}
		}
	})
}

func TestAFilterCountsWhereAndWhileItsOwnerWants(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		a, b := v.Person("amina"), v.Person("bo")
		viewer := instance.Viewer{ID: a.ID}
		post := &instance.Post{ID: 7, Content: "<p>le match</p>"}
		p := plan("Sport")
		p.Contexts = []instance.FilterContext{instance.InThread, instance.InHome, instance.InHome}
		p.ExpiresAt = v.Clock.Now().Add(time.Hour)
		f, err := v.Filters.Create(ctx, a.ID, p, []instance.Keyword{{Text: "match"}})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]instance.FilterContext{instance.InHome, instance.InThread}, f.Contexts); diff != "" {
			t.Errorf("contexts (-want +got):\n%s", diff)
		}
		for in, want := range map[instance.FilterContext]int{
			instance.InHome: 1, instance.InThread: 1, instance.InPublic: 0, instance.InAccount: 0, instance.InNotifications: 0, "": 1,
		} {
			if got := found(t, v, viewer, in, post); len(got) != want {
				t.Errorf("in %q: %q", in, got)
			}
		}
		if got := found(t, v, instance.Viewer{ID: b.ID}, "", post); len(got) != 0 {
			t.Errorf("for somebody else: %q", got)
		}
		if got := found(t, v, instance.Anyone, "", post); len(got) != 0 {
			t.Errorf("for anyone: %q", got)
		}
		v.Clock.Advance(2 * time.Hour)
		if got := found(t, v, viewer, "", post); len(got) != 0 {
			t.Errorf("after it expired: %q", got)
		}
		if all, err := v.Filters.All(ctx, a.ID); err != nil || len(all) != 1 {
			t.Errorf("what expired is still there to be renewed: %v, %v", all, err)
		}
		p.ExpiresAt = time.Time{}
		if _, err := v.Filters.Edit(ctx, a.ID, f.ID, p, filters.Changes{}); err != nil {
			t.Fatal(err)
		}
		if got := found(t, v, viewer, "", post); len(got) != 1 {
			t.Errorf("renewed: %q", got)
		}
	})
}

// Each change shows in the very next page, in whatever process it was made.
func TestChangesCountAtOnce(t *testing.T) {
	t.Parallel()
	for _, engine := range storetest.Engines() {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			url := storetest.URL(t, engine)
			v := apptest.NewVillage(t, storetest.OpenURL(t, url))
			ctx := t.Context()
			amina, bo := v.Person("amina"), v.Person("bo")
			viewer := v.Viewer(amina)
			place := v.Place("centre", "neighbourhood")
			v.Verify(bo, place)
			p := v.Post(bo, place, instance.ToPublic, "un deux trois")
			secret := v.Post(bo, place, instance.ToNeighbourhood, "entre nous")
			expect := func(when string, want ...string) {
				t.Helper()
				if diff := cmp.Diff(want, found(t, v, viewer, "", p)); diff != "" {
					t.Errorf("%s (-want +got):\n%s", when, diff)
				}
			}
			expect("before")
			f, err := v.Filters.Create(ctx, amina.ID, plan("x"), []instance.Keyword{{Text: "un"}})
			do(t, err)
			expect("created", "un")
			two, err := v.Filters.AddKeyword(ctx, amina.ID, f.ID, instance.Keyword{Text: "deux"})
			do(t, err)
			expect("with a keyword", "un", "deux")
			two.Text = "quatre"
			_, err = v.Filters.EditKeyword(ctx, amina.ID, two)
			do(t, err)
			expect("with another", "un")
			do(t, v.Filters.DeleteKeyword(ctx, amina.ID, f.Keywords[0].ID))
			expect("without")
			named, err := v.Filters.AddPost(ctx, viewer, f.ID, p.ID)
			do(t, err)
			expect("named", "named")
			if _, err := v.Filters.AddPost(ctx, viewer, f.ID, secret.ID); !errors.Is(err, instance.ErrNotFound) {
				t.Errorf("what one may not read: %v", err)
			}
			_, err = v.Filters.AddPost(ctx, viewer, f.ID, p.ID)
			complains(t, "twice", err, "status", "taken")
			do(t, v.Filters.DeletePost(ctx, amina.ID, named.ID))
			expect("not named any more")

			if engine == store.Postgres {
				other := apptest.NewVillage(t, storetest.OpenURL(t, url))
				expect("kept ready")
				_, err = other.Filters.AddKeyword(ctx, amina.ID, f.ID, instance.Keyword{Text: "trois"})
				do(t, err)
				// The notice of another process comes a moment after its commit.
				for deadline := time.Now().Add(10 * time.Second); len(found(t, v, viewer, "", p)) == 0; {
					if time.Now().After(deadline) {
						t.Fatal("another process is never heard of")
					}
				}
			}
			do(t, v.Filters.Delete(ctx, amina.ID, f.ID))
			expect("deleted")
			do(t, v.Posts.Delete(ctx, bo.ID, p.ID))
		})
	}
}

func TestReadyFiltersCostNoQuery(t *testing.T) {
	t.Parallel()
	storetest.EachCounted(t, func(t *testing.T, db *store.DB, reads *storetest.Reads) {
		v := apptest.NewVillage(t, db)
		a := v.Person("amina")
		if _, err := v.Filters.Create(t.Context(), a.ID, plan("x"), []instance.Keyword{{Text: "un"}}); err != nil {
			t.Fatal(err)
		}
		post := &instance.Post{Content: "<p>un</p>"}
		apply := func() int {
			return len(reads.During(func() {
				if got := found(t, v, instance.Viewer{ID: a.ID}, "", post); len(got) != 1 {
					t.Errorf("found %q", got)
				}
			}))
		}
		if first, second := apply(), apply(); first == 0 || first > 2 || second != 0 {
			t.Errorf("the first page costs %d queries, the second %d", first, second)
		}
	})
}

func TestFiltersHaveLimits(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		a := v.Person("amina")
		try := func(p instance.FilterPlan, keywords ...instance.Keyword) error {
			_, err := v.Filters.Create(ctx, a.ID, p, keywords)
			return err
		}
		home := []instance.FilterContext{instance.InHome}
		complains(t, "no title", try(instance.FilterPlan{Title: " ", Contexts: home, Action: instance.Warn}), "title", "missing")
		complains(t, "long title", try(instance.FilterPlan{Title: strings.Repeat("é", 101), Contexts: home, Action: instance.Warn}), "title", "too-long")
		complains(t, "no context", try(instance.FilterPlan{Title: "x", Action: instance.Warn}), "context", "unknown")
		complains(t, "odd context", try(instance.FilterPlan{Title: "x", Contexts: []instance.FilterContext{"home", "mars"}, Action: instance.Warn}), "context", "unknown")
		complains(t, "odd action", try(instance.FilterPlan{Title: "x", Contexts: home, Action: "burn"}), "action", "unknown")
		complains(t, "no keyword", try(plan("x"), instance.Keyword{Text: "  "}), "keyword", "missing")
		complains(t, "a keyword that is everywhere", try(plan("x"), instance.Keyword{Text: "\u200d\ufe0f"}), "keyword", "missing")
		complains(t, "a long keyword", try(plan("x"), instance.Keyword{Text: strings.Repeat("🦊", 101)}), "keyword", "too-long")
		complains(t, "bad bytes", try(plan("x"), instance.Keyword{Text: "a\xff"}), "keyword", "malformed")
		many := make([]instance.Keyword, 10_000)
		for i := range many {
			many[i].Text = fmt.Sprint("mot", i)
		}
		complains(t, "10,000 keywords", try(plan("x"), many...), "keywords", "too-many")
		if all, err := v.Filters.All(ctx, a.ID); err != nil || len(all) != 0 {
			t.Fatalf("what could not be taken left %v, %v", all, err)
		}
		if err := try(plan("plein"), many[:instance.MaxKeywords]...); err != nil {
			t.Fatal(err)
		}
		complains(t, "one keyword more, elsewhere", try(plan("x"), many[0]), "keywords", "too-many")
		for i := 1; i < instance.MaxFilters; i++ {
			if err := try(plan("x")); err != nil {
				t.Fatal(err)
			}
		}
		complains(t, "one filter more", try(plan("x")), "filters", "too-many")
		if got := found(t, v, instance.Viewer{ID: a.ID}, "", &instance.Post{Content: "<p>le mot7, le mot499</p>"}); !cmp.Equal(got, []string{"mot4", "mot7", "mot49", "mot499"}) {
			t.Errorf("among %d keywords: %q", instance.MaxKeywords, got)
		}
	})
}

func TestFiltersAreTheirOwnersAlone(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		amina, bo := v.Person("amina"), v.Person("bo")
		place := v.Place("centre", "neighbourhood")
		v.Verify(bo, place)
		p := v.Post(bo, place, instance.ToPublic, "bonjour")
		f, err := v.Filters.Create(ctx, amina.ID, plan("x"), []instance.Keyword{{Text: "un"}})
		do(t, err)
		named, err := v.Filters.AddPost(ctx, v.Viewer(amina), f.ID, p.ID)
		do(t, err)
		mine, err := v.Filters.Create(ctx, bo.ID, plan("de bo"), nil)
		do(t, err)
		key := f.Keywords[0]
		for deed, try := range map[string]func() error{
			"read":   func() error { _, err := v.Filters.ByID(ctx, bo.ID, f.ID); return err },
			"edit":   func() error { _, err := v.Filters.Edit(ctx, bo.ID, f.ID, plan("y"), filters.Changes{}); return err },
			"delete": func() error { return v.Filters.Delete(ctx, bo.ID, f.ID) },
			"add keyword": func() error {
				_, err := v.Filters.AddKeyword(ctx, bo.ID, f.ID, instance.Keyword{Text: "x"})
				return err
			},
			"read keyword":   func() error { _, _, err := v.Filters.Keyword(ctx, bo.ID, key.ID); return err },
			"edit keyword":   func() error { _, err := v.Filters.EditKeyword(ctx, bo.ID, key); return err },
			"delete keyword": func() error { return v.Filters.DeleteKeyword(ctx, bo.ID, key.ID) },
			"name post":      func() error { _, err := v.Filters.AddPost(ctx, v.Viewer(bo), f.ID, p.ID); return err },
			"read post":      func() error { _, err := v.Filters.Post(ctx, bo.ID, named.ID); return err },
			"delete post":    func() error { return v.Filters.DeletePost(ctx, bo.ID, named.ID) },
			"edit keyword through one's own": func() error {
				_, err := v.Filters.Edit(ctx, bo.ID, mine.ID, plan("y"), filters.Changes{Keywords: []instance.Keyword{key}})
				return err
			},
			"drop keyword through one's own": func() error {
				_, err := v.Filters.Edit(ctx, bo.ID, mine.ID, plan("y"), filters.Changes{Drop: []instance.ID{key.ID}})
				return err
			},
		} {
			if err := try(); !errors.Is(err, instance.ErrNotFound) {
				t.Errorf("%s: got %v, want not found", deed, err)
			}
		}
		f.Posts = []instance.FilteredPost{named}
		if after, err := v.Filters.ByID(ctx, amina.ID, f.ID); err != nil || !cmp.Equal(after, f) {
			t.Errorf("afterwards (-want +got):\n%s%v", cmp.Diff(f, after), err)
		}
		if after, err := v.Filters.ByID(ctx, bo.ID, mine.ID); err != nil || after.Title != "de bo" {
			t.Errorf("half an edit stayed: %v, %v", after, err)
		}
	})
}

func do(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// complains fails unless err names a field and why.
func complains(t *testing.T, when string, err error, field, code string) {
	t.Helper()
	var invalid *instance.Invalid
	if !errors.As(err, &invalid) || invalid.Field != field || invalid.Code != code {
		t.Errorf("%s: got %v, want %s %s", when, err, field, code)
	}
}

// BenchmarkApply holds a page of posts against as many keywords as there can be.
func BenchmarkApply(b *testing.B) {
	v := apptest.NewVillage(b, storetest.Open(b, store.SQLite))
	a := v.Person("amina")
	keywords := make([]instance.Keyword, instance.MaxKeywords)
	for i := range keywords {
		keywords[i] = instance.Keyword{Text: fmt.Sprintf("mot très long n° %d", i), WholeWord: true}
	}
	if _, err := v.Filters.Create(b.Context(), a.ID, plan("x"), keywords); err != nil {
		b.Fatal(err)
	}
	page := make([]*instance.Post, 20)
	for i := range page {
		page[i] = &instance.Post{Content: "<p>" + strings.Repeat("Ça vous dit, un café au marché samedi matin ? ", 8) + "</p>"}
	}
	for b.Loop() {
		if _, err := v.Filters.Apply(b.Context(), instance.Viewer{ID: a.ID}, instance.InHome, page); err != nil {
			b.Fatal(err)
		}
	}
}
