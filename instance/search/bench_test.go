package search_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/apptest"
	"palier/instance/jobs"
	"palier/instance/posts"
	"palier/instance/search"
	"palier/instance/store"
	"palier/instance/store/storetest"
	"palier/instance/writing"
)

const benchPosts = 100_000

// BenchmarkPosts searches 100,000 posts in generated French, and says how long
// the slowest twentieth takes at least. Words come as often as words do: the
// n-th of them 1/n as often as the first.
func BenchmarkPosts(b *testing.B) {
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		db := storetest.Open(b, engine)
		s, viewer := filled(b, db, benchPosts, search.Options{})
		for name, n := range map[string]search.Narrowed{
			"asks":         {Sort: search.Asks},
			"asks-open":    {Sort: search.Asks, Open: true},
			"asks-place":   {Sort: search.Asks, Place: 201, Open: true},
			"events":       {Sort: search.Events},
			"events-open":  {Sort: search.Events, Open: true},
			"tools":        {Category: "tools", Open: true},
			"place":        {Place: 201},
			"place-closed": {Place: 205},
			"what-is-open": {Open: true},
			"purchases":    {Sort: search.Purchases, Open: true},
		} {
			for _, worded := range []bool{false, true} {
				b.Run(fmt.Sprintf("%s/%t/%s", name, worded, engine), func(b *testing.B) {
					r := rand.New(rand.NewPCG(1, 2))
					paced(b, func() error {
						q := search.Query{Narrowed: n}
						if worded {
							q.Sought.All = []store.Phrase{{Words: []string{writing.Stem(vocabulary[r.IntN(50)])}}}
						}
						_, err := s.Find(b.Context(), viewer, q, search.Page{})
						return err
					})
				})
			}
		}
		for name, query := range map[string]func(r *rand.Rand) string{
			"rare":   func(r *rand.Rand) string { return vocabulary[1000+r.IntN(1000)] },
			"common": func(r *rand.Rand) string { return vocabulary[r.IntN(10)] },
			"two":    func(r *rand.Rand) string { return vocabulary[r.IntN(50)] + " " + vocabulary[r.IntN(300)] },
			"phrase": func(r *rand.Rand) string { return `"` + vocabulary[r.IntN(20)] + " " + vocabulary[r.IntN(20)] + `"` },
			"not":    func(r *rand.Rand) string { return vocabulary[r.IntN(50)] + " -" + vocabulary[r.IntN(50)] },
			"from": func(r *rand.Rand) string {
				return fmt.Sprintf("from:p%d@lyon.example %s", r.IntN(200), vocabulary[r.IntN(100)])
			},
			"hidden": func(r *rand.Rand) string { return "secretement " + vocabulary[r.IntN(100)] },
		} {
			b.Run(name+"/"+string(engine), func(b *testing.B) {
				r := rand.New(rand.NewPCG(1, 2))
				paced(b, func() error {
					_, err := s.Posts(b.Context(), viewer, query(r), search.Page{})
					return err
				})
			})
		}
	}
}

// paced does something over and over and says how long the slowest twentieth
// takes at least.
func paced(b *testing.B, do func() error) {
	b.Helper()
	var took []time.Duration
	for b.Loop() {
		at := time.Now()
		if err := do(); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(at))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
}

// vocabulary is words that sound French, the most common first.
var vocabulary = func() []string {
	r := rand.New(rand.NewPCG(3, 4))
	heads := strings.Fields("pla mar éco vé voi ruel pont jar din bal cham for gran lec tra bou soi fes com rép éch prê asso mai cli vil qua bri pro che")
	middles := strings.Fields("ti ro lo é ga na ri ta lè mo si ve que ci do ra")
	tails := strings.Fields("er age ment tion elle eur on ir ette is ance ée oir al in")
	list := []string{"de", "la", "le", "et", "les", "des", "à", "en", "un", "du", "une", "pour", "que", "est", "dans"}
	for len(list) < 5000 {
		word := heads[r.IntN(len(heads))]
		for range r.IntN(3) {
			word += middles[r.IntN(len(middles))]
		}
		if word += tails[r.IntN(len(tails))]; !slices.Contains(list, word) {
			list = append(list, word)
		}
	}
	return list
}()

// filled fills a database with n posts as a busy server's would be: mostly posts of
// others, half of whose authors agreed to be found, and some for the circles
// the viewer belongs to or not.
func filled(b testing.TB, db *store.DB, n int, o search.Options) (*search.Service, instance.Viewer) {
	b.Helper()
	ctx := b.Context()
	o.DB, o.Now, o.Posts = db, time.Now, loader(db)
	s := search.New(o)
	viewer := instance.Viewer{ID: 1, Inner: []instance.ActorID{201}, Around: []instance.ActorID{201, 202}}
	r := rand.New(rand.NewPCG(5, 6))
	zipf := rand.NewZipf(r, 1.07, 1, uint64(len(vocabulary)-1))
	var people []instance.Actor
	err := db.InTx(ctx, func(tx store.Tx) error {
		people = nil
		for i := range 210 {
			a := instance.Actor{ID: instance.ActorID(i + 1), URI: fmt.Sprint("https://lyon.example/", i), Kind: instance.Person, Username: fmt.Sprintf("p%d", i), Host: "lyon.example", Indexable: i%2 == 0}
			if i >= 200 {
				a.Kind, a.Host = instance.Group, ""
			}
			if err := actors.Save(ctx, tx, a, ""); err != nil {
				return err
			}
			people = append(people, a)
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	for from := 0; from < n; from += 1000 {
		err := db.InTx(ctx, func(tx store.Tx) error {
			for i := from; i < min(from+1000, n); i++ {
				if err := benchPost(ctx, tx, s, r, zipf, i, people); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	if err := db.InTx(ctx, func(tx store.Tx) error { _, err := tx.Exec(ctx, `ANALYZE`); return err }); err != nil {
		b.Fatal(err)
	}
	return s, viewer
}

// loader reads posts that were found.
func loader(db *store.DB) search.Posts {
	return posts.New(posts.Options{DB: db, Now: time.Now, IDs: instance.NewIDs(time.Now, 0), Jobs: jobs.New(db, jobs.Options{})})
}

func benchPost(ctx context.Context, tx store.Tx, s *search.Service, r *rand.Rand, zipf *rand.Zipf, i int, people []instance.Actor) error {
	var text strings.Builder
	for range 20 + r.IntN(40) {
		text.WriteString(vocabulary[zipf.Uint64()] + " ")
	}
	p := &instance.Post{
		ID: instance.PostID(apptest.Start.UnixMilli()+int64(i)) << 16, Author: people[r.IntN(200)], Audience: instance.ToPublic, Language: "fr",
	}
	var group *instance.ActorID
	switch r.IntN(10) {
	case 0:
		p.Audience, group = instance.ToNeighbourhood, &people[200+r.IntN(10)].ID
	case 1:
		p.Audience = instance.ToUnlisted
		text.WriteString("secrètement")
	}
	p.Content, p.Kind = "<p>"+text.String()+"</p>", instance.KindPost
	if group != nil {
		p.Group = &instance.Actor{ID: *group}
	}
	// A tenth proposes something, a fiftieth invites; of both most is over.
	switch n := r.IntN(50); {
	case n < 5:
		p.Kind = []string{instance.KindService, instance.KindLending, instance.KindGive, instance.KindPurchase, instance.KindCarpool}[n]
		p.Proposal = &instance.Proposal{Purpose: []instance.Purpose{instance.Asking, instance.Offering}[r.IntN(2)], Category: instance.ObjectCategories[r.IntN(len(instance.ObjectCategories))], Status: instance.ProposalDone}
		if r.IntN(5) == 0 {
			p.Proposal.Status = instance.ProposalOpen
		}
	case n == 5:
		p.Kind = instance.KindEvent
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO posts (id, uri, author_id, group_id, content, audience, thread_id, local, language, published_at, kind)
		VALUES ($1, $2, $3, $4, $5, $6, $1, $7, 'fr', $8, $9)`,
		p.ID, fmt.Sprint("https://lyon.example/posts/", i), p.Author.ID, group, p.Content, string(p.Audience), group != nil, apptest.Start.UnixMilli()+int64(i), p.Kind)
	if err == nil && p.Proposal != nil {
		_, err = tx.Exec(ctx, `INSERT INTO proposals (post_id, purpose, category, status) VALUES ($1, $2, $3, $4)`,
			p.ID, string(p.Proposal.Purpose), p.Proposal.Category, string(p.Proposal.Status))
	}
	if err == nil && p.Kind == instance.KindEvent {
		begins := time.Now().AddDate(0, 0, r.IntN(400)-365)
		_, err = tx.Exec(ctx, `INSERT INTO events (post_id, starts_at, ends_at, status) VALUES ($1, $2, $3, 'confirmed')`,
			p.ID, store.Millis(begins), store.Millis(begins.Add(2*time.Hour)))
	}
	if err != nil {
		return err
	}
	return s.Hear(ctx, tx, instance.Deed{Kind: instance.Posted, Post: p})
}
