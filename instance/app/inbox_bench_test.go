package app_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"palier/federation/signature"
	"palier/instance"
	"palier/instance/actors"
	"palier/instance/apptest"
	"palier/instance/store"
)

// BenchmarkInbox takes in signed notes that somebody here follows, 32 at a time,
// and works them: from the request to the reader's feed. The signatures are made
// beforehand; the key is known.
func BenchmarkInbox(b *testing.B) {
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		b.Run(string(engine), func(b *testing.B) {
			s := apptest.Open(b, engine, nil)
			reader := s.Resident("amina", s.Place("centre", "neighbourhood"))
			far, key := stranger(b, s, reader)
			requests := make([]*http.Request, b.N)
			for i := range requests {
				requests[i] = signedNote(b, s, far, key, i)
			}
			var next atomic.Int64
			b.SetParallelism(16)
			b.ReportAllocs()
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					w := httptest.NewRecorder()
					s.Handler().ServeHTTP(w, requests[next.Add(1)-1])
					if w.Code != http.StatusAccepted {
						b.Errorf("answered %d: %s", w.Code, w.Body)
						return
					}
				}
			})
			stored := b.Elapsed()
			if _, err := s.App.Settle(b.Context()); err != nil {
				b.Fatal(err)
			}
			b.StopTimer()
			b.ReportMetric(float64(b.N)/stored.Seconds(), "stored/s")
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "worked/s")
			var n int
			if err := s.DB.Read().QueryRow(b.Context(), `SELECT COUNT(*) FROM home_entries WHERE owner_id = $1`, reader.ID).Scan(&n); err != nil || n != b.N {
				b.Fatalf("%d of %d notes in the feed (%v)", n, b.N, err)
			}
		})
	}
}

// stranger is an actor of another server whom reader follows, with its key.
func stranger(b *testing.B, s *apptest.Server, reader instance.Account) (instance.Actor, *signature.PrivateKey) {
	b.Helper()
	const uri = "https://loin.example/u/1"
	key, err := signature.Generate(signature.RSA, uri+"#main-key", uri)
	if err != nil {
		b.Fatal(err)
	}
	far := instance.Actor{
		ID: 7, URI: uri, Kind: instance.Person, Username: "zoe", Host: "loin.example", Inbox: uri + "/inbox", Followers: uri + "/followers",
		CreatedAt: time.Now(), UpdatedAt: time.Now(), FetchedAt: time.Now(),
	}
	err = s.DB.InTx(b.Context(), func(tx store.Tx) error {
		if err := actors.Save(b.Context(), tx, far, "{}"); err != nil {
			return err
		}
		_, err := tx.Exec(b.Context(), `
			INSERT INTO follows (id, uri, follower_id, followee_id, state, created_at)
			VALUES (1, 'https://here.example/f/1', $1, $2, 'accepted', 1)`, reader.ID, far.ID)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	if err := s.Federation.KnowKey(b.Context(), key.Public(), time.Now()); err != nil {
		b.Fatal(err)
	}
	return far, key
}

func signedNote(b *testing.B, s *apptest.Server, far instance.Actor, key *signature.PrivateKey, i int) *http.Request {
	b.Helper()
	now := time.Now().UTC()
	body := fmt.Appendf(nil, `{"@context":"https://www.w3.org/ns/activitystreams","id":"%[1]s/a/%[2]d","type":"Create","actor":"%[1]s",`+
		`"to":["https://www.w3.org/ns/activitystreams#Public"],"cc":["%[1]s/followers"],"published":"%[3]s",`+
		`"object":{"id":"%[1]s/o/%[2]d","type":"Note","attributedTo":"%[1]s","published":"%[3]s","content":"<p>Bonjour %[2]d, %[4]s</p>",`+
		`"to":["https://www.w3.org/ns/activitystreams#Public"],"cc":["%[1]s/followers"],"tag":[{"type":"Hashtag","name":"#quartier"}]}}`,
		far.URI, i, now.Format(time.RFC3339), strings.Repeat("comment allez-vous ? ", 20))
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, s.URL+"/inbox", bytes.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/activity+json")
	if err := signature.Sign(r, key, signature.Cavage, signature.DigestOf(body), now); err != nil {
		b.Fatal(err)
	}
	r.RequestURI = "/inbox"
	r.RemoteAddr = "192.0.2.1:1"
	return r
}
