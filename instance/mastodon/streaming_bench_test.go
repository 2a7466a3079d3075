package mastodon_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/store"
)

// listeners is how many sockets the benchmarks open, each of somebody else.
const listeners = 1000

// crowd is a place with many residents, each of whom listens.
func crowd(b *testing.B, engine store.Engine) (s *apptest.Server, author instance.Account, place instance.Neighbourhood, conns []net.Conn, megabytes float64) {
	b.Helper()
	s = apptest.Open(b, engine, nil)
	place = s.Place("centre", "neighbourhood")
	author = s.Resident("amina", place)
	tokens := make([]string, listeners)
	people := residents(b, s, place)
	for i := range tokens {
		tokens[i] = s.Program(people[i]).Token
	}
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for _, token := range tokens {
		conns = append(conns, raw(b, s, token))
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	return s, author, place, conns, (float64(after.HeapInuse+after.StackInuse) - float64(before.HeapInuse+before.StackInuse)) / (1 << 20)
}

// residents are people without a password: hashing a thousand takes minutes.
func residents(b *testing.B, s *apptest.Server, place instance.Neighbourhood) []instance.Account {
	b.Helper()
	ctx := b.Context()
	all := make([]instance.Account, listeners)
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		for i := range all {
			id := instance.ActorID(1<<40 + i)
			name := fmt.Sprintf("voisin%d", i)
			for _, row := range []struct {
				sql  string
				args []any
			}{
				{`INSERT INTO actors (id, uri, kind, username, username_key, created_at, updated_at) VALUES ($1, $2, 'Person', $3, $3, 1, 1)`, []any{id, s.Site.PersonURI(id), name}},
				{`INSERT INTO people (actor_id, email, email_key, password_hash, created_at, credentials_at) VALUES ($1, $2, $2, '', 1, 1)`, []any{id, name + "@people.example"}},
				{`INSERT INTO memberships (group_id, person_id, standing, joined_at) VALUES ($1, $2, 'verified', 1)`, []any{place.ID, id}},
			} {
				if _, err := tx.Exec(ctx, row.sql, row.args...); err != nil {
					return err
				}
			}
			all[i].ID = id
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return all
}

// raw opens a socket that costs this side next to nothing.
func raw(b *testing.B, s *apptest.Server, token string) net.Conn {
	b.Helper()
	var d net.Dialer
	conn, err := d.DialContext(b.Context(), "tcp", strings.TrimPrefix(s.URL, "http://"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = conn.Close() })
	_, err = fmt.Fprintf(conn, "GET /api/v1/streaming?stream=user&access_token=%s HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", token)
	if err != nil {
		b.Fatal(err)
	}
	head := make([]byte, 0, 1024)
	one := make([]byte, 1)
	for !bytes.HasSuffix(head, []byte("\r\n\r\n")) {
		if _, err := io.ReadFull(conn, one); err != nil {
			b.Fatal(err)
		}
		head = append(head, one...)
	}
	if !bytes.HasPrefix(head, []byte("HTTP/1.1 101")) {
		b.Fatalf("%s", head)
	}
	return conn
}

// BenchmarkLive measures what a thousand sockets cost, and how long a post to a
// thousand neighbours takes from the moment it is sent until the last has it.
func BenchmarkLive(b *testing.B) {
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		b.Run(string(engine), func(b *testing.B) {
			s, author, place, conns, megabytes := crowd(b, engine)
			viewer := s.Viewer(author)
			var took []time.Duration
			var posted, told []time.Duration
			for b.Loop() {
				began := time.Now()
				var wg sync.WaitGroup
				for _, conn := range conns {
					wg.Go(func() { readFrame(b, conn) })
				}
				_, err := s.Posts.Publish(context.WithoutCancel(b.Context()), viewer, instance.Draft{Text: "Qui a une échelle ?", Audience: instance.ToNeighbourhood, Group: place.ID, Language: "fr"})
				if err != nil {
					b.Fatal(err)
				}
				posted = append(posted, time.Since(began))
				wg.Wait()
				took = append(took, time.Since(began))
				told = append(told, time.Since(began)-posted[len(posted)-1])
			}
			for name, all := range map[string][]time.Duration{"p95-ms": took, "posted-p95-ms": posted, "told-p95-ms": told} {
				slices.Sort(all)
				b.ReportMetric(float64(all[len(all)*95/100])/1e6, name)
			}
			b.ReportMetric(megabytes, "MB/1000-sockets")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// readFrame reads one frame of a server (RFC 6455 §5.2), skipping pings.
func readFrame(b *testing.B, conn net.Conn) {
	for {
		head := make([]byte, 2)
		if _, err := io.ReadFull(conn, head); err != nil {
			b.Error(err)
			return
		}
		n := int64(head[1] & 0x7f)
		if n == 126 {
			long := make([]byte, 2)
			if _, err := io.ReadFull(conn, long); err != nil {
				b.Error(err)
				return
			}
			n = int64(long[0])<<8 | int64(long[1])
		}
		if _, err := io.CopyN(io.Discard, conn, n); err != nil {
			b.Error(err)
			return
		}
		if head[0]&0x0f == 1 {
			return
		}
	}
}
