package app_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/apptest"
	"palier/instance/store"
)

// The town that Palier has to serve from a small machine (product.md V8, R20).
const (
	townBuildings = 40
	townPosts     = 100_000
	townReaders   = 50 // at once
)

// townResidents is how many live in the town: as many as PALIER_TOWN_RESIDENTS says
// when somebody wants to know how a larger one does (P12).
func townResidents(b *testing.B) int {
	b.Helper()
	s := os.Getenv("PALIER_TOWN_RESIDENTS")
	if s == "" {
		return 12_000
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		b.Fatal(err)
	}
	return n
}

// benchTown is a server that is full of neighbours.
type benchTown struct {
	*apptest.Server
	b        *testing.B
	random   *rand.Rand
	commune  instance.Neighbourhood
	quarters []instance.Neighbourhood
	houses   []instance.Neighbourhood
	authors  []instance.ActorID
	readers  []*apptest.Browser
}

// BenchmarkTown has fifty residents of a town of twelve thousand read at once,
// each pages that were made for nobody before, and says how long the slowest
// twentieth takes at least. While they read a neighbour posts, so that no answer
// is that of a state that was answered before.
func BenchmarkTown(b *testing.B) {
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		b.Run(string(engine), func(b *testing.B) {
			town := newBenchTown(b, engine)
			for name, path := range map[string]func(i int) string{
				"dashboard": func(i int) string { return "/@" + town.quarters[i%len(town.quarters)].Username },
				"home":      func(int) string { return "/home" },
				"search": func(i int) string {
					return "/search?q=" + url.QueryEscape([]string{"échelle", "samedi", "vélo", "perceuse prêter", "jardin"}[i%5])
				},
				"events":   func(i int) string { return "/@" + town.quarters[i%len(town.quarters)].Username + "/events" },
				"exchange": func(i int) string { return "/@" + town.quarters[i%len(town.quarters)].Username + "/exchange" },
			} {
				b.Run(name, func(b *testing.B) { town.read(b, path) })
			}
		})
	}
}

// read has every reader ask for pages until b has enough of them.
func (t *benchTown) read(b *testing.B, path func(i int) string) {
	ctx, stop := context.WithCancel(b.Context())
	var writing, reading sync.WaitGroup
	writing.Go(func() { t.goOn(ctx, b) })
	var mu sync.Mutex
	var took []time.Duration
	// What is read for the first time since the start is not what a day is like.
	var first sync.WaitGroup
	for i := range 4 * len(t.readers) {
		first.Go(func() {
			if p := t.readers[i%len(t.readers)].Open(path(i)); p.Status != http.StatusOK {
				b.Errorf("%s: %d", path(i), p.Status)
			}
		})
	}
	first.Wait()
	b.ResetTimer()
	asked := make(chan int)
	for _, reader := range t.readers {
		cookies := reader.Cookies()
		reading.Go(func() {
			for i := range asked {
				r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, path(i), nil)
				r.Header.Set("Accept", "text/html")
				for _, c := range cookies {
					r.AddCookie(c)
				}
				w := httptest.NewRecorder()
				at := time.Now()
				t.Handler().ServeHTTP(w, r)
				spent := time.Since(at)
				if w.Code != http.StatusOK || w.Body.Len() < 2000 {
					b.Errorf("%s: %d with %d bytes", path(i), w.Code, w.Body.Len())
				}
				mu.Lock()
				took = append(took, spent)
				mu.Unlock()
			}
		})
	}
	// Readers ask when they have read: of fifty, a hundred pages a second, which
	// is each one every half second.
	pace := time.NewTicker(10 * time.Millisecond)
	defer pace.Stop()
	for i := range b.N {
		<-pace.C
		asked <- i
	}
	close(asked)
	reading.Wait()
	stop()
	writing.Wait()
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
}

// goOn has a neighbour say something ten times a second until ctx ends.
func (t *benchTown) goOn(ctx context.Context, b *testing.B) {
	pace := time.NewTicker(100 * time.Millisecond)
	defer pace.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-pace.C:
			err := t.DB.InTx(ctx, func(tx store.Tx) error { return t.post(ctx, tx, instance.ID(time.Now().UnixMilli())<<16) })
			if err != nil && ctx.Err() == nil {
				b.Error(err)
				return
			}
		}
	}
}

func newBenchTown(b *testing.B, engine store.Engine) *benchTown {
	b.Helper()
	t := &benchTown{Server: apptest.Open(b, engine, nil), b: b, random: rand.New(rand.NewPCG(7, 8))}
	t.commune = t.Place("dinan", "commune")
	for i := range 12 {
		t.quarters = append(t.quarters, t.Place(fmt.Sprintf("quartier%d", i), "neighbourhood", t.commune.URI))
	}
	for i := range townBuildings {
		t.houses = append(t.houses, t.Place(fmt.Sprintf("maison%d", i), "building", t.quarters[i%len(t.quarters)].URI))
	}
	t.settle()
	t.fill()
	for i := range townReaders {
		a := t.Resident(fmt.Sprintf("lectrice%d", i), t.houses[i%len(t.houses)], t.quarters[i%len(t.quarters)])
		t.readers = append(t.readers, t.SignedIn(a))
		t.feed(a.ID)
	}
	if engine == store.Postgres { // which is not left the time to do it by itself
		t.inTx(func(ctx context.Context, tx store.Tx) error { _, err := tx.Exec(ctx, `ANALYZE`); return err })
	} else if err := t.DB.Measure(b.Context()); err != nil {
		b.Fatal(err)
	}
	return t
}

// inTx does something in a transaction that has to succeed.
func (t *benchTown) inTx(do func(ctx context.Context, tx store.Tx) error) {
	t.b.Helper()
	ctx := t.b.Context()
	if err := t.DB.InTx(ctx, func(tx store.Tx) error { return do(ctx, tx) }); err != nil {
		t.b.Fatal(err)
	}
}

// settle has people live in the town, each in a neighbourhood and most in one of
// its houses.
func (t *benchTown) settle() {
	t.b.Helper()
	t.inTx(func(ctx context.Context, tx store.Tx) error {
		for i := range townResidents(t.b) {
			name := fmt.Sprintf("voisin%d", i)
			a := instance.Actor{
				ID: instance.ActorID(1_000_000 + i), URI: t.Site.PersonURI(instance.ActorID(1_000_000 + i)), URL: t.Site.Page(name),
				Kind: instance.Person, Username: name, Name: "Voisine " + name, Discoverable: true, Indexable: true,
			}
			if err := actors.Save(ctx, tx, a, ""); err != nil {
				return err
			}
			t.authors = append(t.authors, a.ID)
			for _, place := range []instance.ActorID{t.quarters[i%len(t.quarters)].ID, t.houses[i%len(t.houses)].ID} {
				_, err := tx.Exec(ctx, `
					INSERT INTO memberships (group_id, person_id, standing, joined_at, verified_at)
					VALUES ($1, $2, 'verified', $3, $3)`, place, a.ID, store.Millis(time.Now().AddDate(0, 0, -t.random.IntN(400))))
				if err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// fill gives the town a year of posts.
func (t *benchTown) fill() {
	t.b.Helper()
	first := time.Now().AddDate(-1, 0, 0)
	for from := 0; from < townPosts; from += 5000 {
		t.inTx(func(ctx context.Context, tx store.Tx) error {
			for i := from; i < from+5000; i++ {
				id := instance.ID(first.Add(time.Duration(i)*(365*24*time.Hour/townPosts)).UnixMilli()) << 16
				if err := t.post(ctx, tx, id); err != nil {
					return err
				}
			}
			return nil
		})
	}
}

// post keeps something that somebody said: one in six proposes, of which one in
// twenty is still open; one in thirty invites.
func (t *benchTown) post(ctx context.Context, tx store.Tx, id instance.ID) error {
	n := t.random.IntN(30)
	author := t.authors[t.random.IntN(len(t.authors))]
	p := &instance.Post{
		ID: instance.PostID(id), Author: instance.Actor{ID: author, Indexable: true}, Audience: instance.ToNeighbourhood, Language: "fr", Kind: instance.KindPost, Local: true,
		Content: fmt.Sprintf("<p>Qui aurait une échelle, une perceuse ou un vélo à prêter samedi matin, rue %d ? Pour le jardin partagé n° %d.</p>", t.random.IntN(900), t.random.IntN(5000)),
	}
	group := &t.quarters[t.random.IntN(len(t.quarters))].ID
	if t.random.IntN(3) == 0 {
		p.Audience = instance.ToPublic
	} else if t.random.IntN(3) == 0 {
		p.Audience, group = instance.ToBuilding, &t.houses[t.random.IntN(len(t.houses))].ID
	}
	p.Group = &instance.Actor{ID: *group}
	if n < 5 {
		p.Kind = []string{instance.KindService, instance.KindLending, instance.KindGive, instance.KindPurchase, instance.KindCarpool}[n]
		p.Proposal = &instance.Proposal{Purpose: []instance.Purpose{instance.Asking, instance.Offering}[t.random.IntN(2)], Category: "tools", Status: instance.ProposalDone}
		if t.random.IntN(20) == 0 {
			p.Proposal.Status = instance.ProposalOpen
		}
	} else if n == 5 {
		p.Kind = instance.KindEvent
	}
	uri := t.Site.PostURI(p.ID)
	_, err := tx.Exec(ctx, `
		INSERT INTO posts (id, uri, url, author_id, group_id, kind, title, content, source, audience, thread_id, local, language, published_at)
		VALUES ($1, $2, $2, $3, $4, $5, '', $6, $6, $7, $1, TRUE, 'fr', $8)`,
		p.ID, uri, author, *group, p.Kind, p.Content, string(p.Audience), store.Millis(id.Time()))
	if err == nil && p.Proposal != nil {
		var ends *int64
		if p.Kind == instance.KindPurchase {
			at := store.Millis(time.Now().AddDate(0, 0, t.random.IntN(30)))
			ends = &at
		}
		_, err = tx.Exec(ctx, `INSERT INTO proposals (post_id, purpose, category, status, ends_at, group_id) VALUES ($1, $2, $3, $4, $5, $6)`,
			p.ID, string(p.Proposal.Purpose), p.Proposal.Category, string(p.Proposal.Status), ends, *group)
	}
	if err == nil && p.Kind == instance.KindEvent {
		begins := id.Time().AddDate(0, 0, t.random.IntN(60))
		_, err = tx.Exec(ctx, `INSERT INTO events (post_id, starts_at, ends_at, status) VALUES ($1, $2, $3, 'confirmed')`,
			p.ID, store.Millis(begins), store.Millis(begins.Add(2*time.Hour)))
	}
	if err == nil && p.Audience == instance.ToPublic { // the place passes it on
		_, err = tx.Exec(ctx, `INSERT INTO boosts (id, uri, actor_id, post_id) VALUES ($1, $2, $3, $1)`, p.ID, uri+"/passed", *group)
	}
	if err == nil && t.random.IntN(500) == 0 {
		_, err = tx.Exec(ctx, `INSERT INTO notices (post_id, author_id, place_id, until) VALUES ($1, $2, $3, $4)`,
			p.ID, author, *group, store.Millis(id.Time().AddDate(0, 0, 30)))
	}
	if err != nil {
		return err
	}
	return t.Search.Hear(ctx, tx, instance.Deed{Kind: instance.Posted, Post: p})
}

// feed gives a reader what their neighbourhoods said lately.
func (t *benchTown) feed(reader instance.ActorID) {
	t.b.Helper()
	t.inTx(func(ctx context.Context, tx store.Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO home_entries (owner_id, id, post_id)
			SELECT $1, p.id, p.id
			  FROM posts p
			  JOIN memberships m ON m.group_id = p.group_id AND m.person_id = $1
			 ORDER BY p.id DESC
			 LIMIT 800`, reader)
		return err
	})
}
