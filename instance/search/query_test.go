package search_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/search"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestParseQuery(t *testing.T) {
	t.Parallel()
	word := func(words ...string) store.Phrase { return store.Phrase{Words: words} }
	zone := time.FixedZone("here", 3600)
	day := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, zone) }
	for typed, want := range map[string]search.Query{
		"":                         {},
		`vélo -casque "à prêter"`:  {Sought: store.Sought{All: []store.Phrase{word("velo"), word("a", "preter")}, None: []store.Phrase{word("casque")}}},
		`"sans fin`:                {Sought: store.Sought{All: []store.Phrase{word("san", "fin")}}},
		`porte-clés`:               {Sought: store.Sought{All: []store.Phrase{word("porte", "cle")}}},
		`FROM:@Bo@Lyon.Example`:    {From: []string{"bo@lyon.example"}},
		`"from:bo"`:                {Sought: store.Sought{All: []store.Phrase{word("from", "bo")}}},
		`from:`:                    {Sought: store.Sought{All: []store.Phrase{word("from")}}},
		`has:chapeau is:`:          {Sought: store.Sought{All: []store.Phrase{word("has", "chapeau"), word("is")}}},
		`-has:poll is:sensitive`:   {Sought: store.Sought{All: []store.Phrase{word("&sensitive")}, None: []store.Phrase{word("&poll")}}},
		`during:2026-02`:           {Since: day(2026, 2, 1), Until: day(2026, 3, 1)},
		`after:2025 before:2027`:   {Since: day(2026, 1, 1), Until: day(2027, 1, 1)},
		`-after:2026-02-28`:        {Until: day(2026, 3, 1)},
		`during:2026-02-30`:        {Sought: store.Sought{All: []store.Phrase{word("during", "2026", "02", "30")}}},
		`in:library in:all`:        {},
		`in:public`:                {In: search.Public},
		`language:pt-BR`:           {Sought: store.Sought{All: []store.Phrase{word("&inpt")}}},
		`&media a AND b NOT c OR*`: {Sought: store.Sought{All: []store.Phrase{word("media"), word("a"), word("and"), word("b"), word("not"), word("c"), word("or")}}},
		"- -- \"\" -\"\" «» 	# -#": {},
	} {
		got, err := search.ParseQuery(typed, zone)
		if err != nil {
			t.Errorf("%q: %v", typed, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", typed, diff)
		}
	}
	var invalid *instance.Invalid
	if _, err := search.ParseQuery(strings.Repeat("é", search.MaxQuery+1), zone); !errors.As(err, &invalid) || invalid.Limit != search.MaxQuery {
		t.Errorf("a query that is too long: %v", err)
	}
}

// awkward are queries that would mean something to one of the engines.
var awkward = []string{
	`'); DROP TABLE posts; --`, `" OR 1=1`, `a' | 'b`, `!a`, `a & b`, `a:*`, `a <-> b`, `NEAR(a b, 2)`, `words:a`, `{words}: a`, `^a`, `a*`, `-*`, `\`, `'\''`, `""""`,
	`$1`, `?`, `%_%`, "a\x00b", "\xff\xfe", strings.Repeat("a ", search.MaxQuery/2), strings.Repeat(`-a `, search.MaxQuery/3), strings.Repeat(`"a`, search.MaxQuery/2),
	strings.Repeat("图", search.MaxQuery), `"` + strings.Repeat("a ", search.MaxQuery/2-1), `from:'; from:" from:%`, `from:a@b@c`, `during:0000`, `before:9999-12-31`, `after:9999-12-31`, `before:0001`,
	`#'; DROP`, `has:'`, `language:'`, "\u202e\u0301", strings.Repeat("e\u0301", 200), `&post`, `AND`, `NOT`, `-from:me`, `in:library -in:library`,
}

// FuzzQuery has both engines answer whatever is typed. Each has one database
// for the whole run: making one takes longer than a second of queries.
func FuzzQuery(f *testing.F) {
	for _, query := range awkward {
		f.Add(query)
	}
	var services []*search.Service
	for _, engine := range storetest.Engines() {
		services = append(services, oneOfEach(f, storetest.Open(f, engine)))
	}
	f.Fuzz(func(t *testing.T, query string) {
		for _, s := range services {
			for _, v := range []instance.Viewer{instance.Anyone, {ID: 1, Inner: []instance.ActorID{1}}} {
				if _, err := s.Posts(t.Context(), v, query, search.Page{}); err != nil && !errors.Is(err, instance.ErrInvalid) {
					t.Errorf("posts by %q: %v", query, err)
				}
				if _, err := s.Accounts(t.Context(), v, query, false, search.Page{}); err != nil && !errors.Is(err, instance.ErrInvalid) {
					t.Errorf("accounts by %q: %v", query, err)
				}
				if _, err := s.Tags(t.Context(), v, query, search.Page{}); err != nil && !errors.Is(err, instance.ErrInvalid) {
					t.Errorf("hashtags by %q: %v", query, err)
				}
			}
		}
	})
}

// oneOfEach is a search over one person and one post.
func oneOfEach(f *testing.F, db *store.DB) *search.Service {
	f.Helper()
	ctx := f.Context()
	s := search.New(search.Options{DB: db, Now: time.Now, Posts: nothing{}})
	err := db.InTx(ctx, func(tx store.Tx) error {
		a := instance.Actor{ID: 1, URI: "a", Kind: instance.Person, Username: "a", Name: "b", Indexable: true, Discoverable: true}
		if err := actors.Save(ctx, tx, a, ""); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `
			INSERT INTO posts (id, uri, author_id, content, audience, thread_id, local, published_at)
			VALUES (2, 'p', 1, 'a b', 'public', 2, TRUE, 0)`)
		if err != nil {
			return err
		}
		return s.Hear(ctx, tx, instance.Deed{Kind: instance.Posted, Actor: a, Post: &instance.Post{ID: 2, Author: a, Content: "a b 图图"}})
	})
	if err != nil {
		f.Fatal(err)
	}
	return s
}

// nothing loads no posts.
type nothing struct{}

func (nothing) Load(context.Context, instance.Viewer, []instance.PostID) ([]*instance.Post, error) {
	return nil, nil
}
