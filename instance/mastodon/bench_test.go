package mastodon_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/store"
)

const benchPosts = 100_000

// BenchmarkTimelines reads timelines of twenty posts among a hundred thousand, as
// programs do, eight at a time: the same page while nothing changes, and pages
// that nobody has read before.
func BenchmarkTimelines(b *testing.B) {
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		s := apptest.Open(b, engine, nil)
		centre := s.Place("centre", "neighbourhood")
		amina := s.Resident("amina", centre)
		ids := fillTown(b, s, amina.ID)
		token := s.Program(amina).Token
		for name, path := range map[string]string{
			"home": "/api/v1/timelines/home?limit=20", "public": "/api/v1/timelines/public?limit=20", "account": "/api/v1/accounts/" + amina.ID.String() + "/statuses?limit=20",
		} {
			b.Run(string(engine)+"/"+name+"/same", func(b *testing.B) { readAgain(b, s, token, func() string { return path }) })
			b.Run(string(engine)+"/"+name+"/another", func(b *testing.B) {
				readAgain(b, s, token, func() string { return path + "&max_id=" + ids[1000+rand.IntN(len(ids)-1000)].String() })
			})
		}
	}
}

func readAgain(b *testing.B, s *apptest.Server, token string, path func() string) {
	var bytes atomic.Int64
	b.SetParallelism(4)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, path(), nil)
			r.Header.Set("Authorization", "Bearer "+token)
			w := httptest.NewRecorder()
			s.Handler().ServeHTTP(w, r)
			if w.Code != http.StatusOK {
				b.Errorf("%d: %s", w.Code, w.Body)
				return
			}
			bytes.Add(int64(w.Body.Len()))
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "pages/s")
	b.ReportMetric(float64(bytes.Load())/float64(b.N), "bytes/page")
}

// fillTown gives somebody many posts, and everything of them in their home feed.
// It returns their ids, the oldest first.
func fillTown(b *testing.B, s *apptest.Server, author instance.ActorID) []instance.ID {
	b.Helper()
	ids := make([]instance.ID, benchPosts)
	first := time.Now().Add(-benchPosts * time.Minute)
	for from := 0; from < benchPosts; from += 10_000 {
		err := s.DB.InTx(b.Context(), func(tx store.Tx) error {
			for i := from; i < from+10_000; i++ {
				id := instance.ID(first.Add(time.Duration(i)*time.Minute).UnixMilli()) << 16
				ids[i] = id
				uri := s.Site.PostURI(instance.PostID(id))
				_, err := tx.Exec(b.Context(), `
					INSERT INTO posts (id, uri, url, author_id, content, source, language, audience, thread_id, local, published_at)
					VALUES ($1, $2, $2, $3, $4, $4, 'fr', 'public', $1, TRUE, $5)`,
					id, uri, author, fmt.Sprintf("<p>Message %d : qui aurait une échelle à prêter samedi matin, rue des Tilleuls ?</p>", i), store.Millis(id.Time()))
				if err != nil {
					return err
				}
				if _, err := tx.Exec(b.Context(), `INSERT INTO home_entries (owner_id, id, post_id) VALUES ($1, $2, $2)`, author, id); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	return ids
}
