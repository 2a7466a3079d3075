package app_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"palier/instance/apptest"
	"palier/instance/store"
)

// BenchmarkSurge has newcomers sign up, fifty at once, each as far as asking for a
// letter that proves where they live, and says how many do so in a second, how
// long the slowest twentieth of their requests takes at least, and how long the
// letters to all of them take (V8: nine times the newcomers of an hour in which a
// town of 12,000 begins are some 900). A request that fails, fails it.
func BenchmarkSurge(b *testing.B) {
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		b.Run(string(engine), func(b *testing.B) {
			s := apptest.Open(b, engine, nil)
			centre := s.Place("centre", "neighbourhood")
			surge := &surge{b: b, server: s}
			browsers := make([]*apptest.Browser, b.N)
			b.ResetTimer()
			surge.each(b.N, func(i int) []*apptest.Page {
				browsers[i] = s.Browser()
				p := surge.open(browsers[i], "/join?place="+centre.ID.String())
				p = surge.press(browsers[i], p, "form[action='/join'] button", apptest.Fields{"name": {fmt.Sprintf("Voisine Numéro %d", i)}})
				return []*apptest.Page{surge.press(browsers[i], p, "form[action='/join/email'] button", apptest.Fields{"email": {newcomerEmail(i)}})}
			})
			drained := surge.drain()
			surge.each(b.N, func(i int) []*apptest.Page {
				letters := s.Letters(newcomerEmail(i))
				if len(letters) != 1 {
					b.Errorf("%d letters to newcomer %d", len(letters), i)
					return nil
				}
				link := strings.TrimPrefix(linkInLetter.FindString(letters[0].Text), s.URL)
				p := surge.press(browsers[i], surge.open(browsers[i], link), "main form button", nil)
				if !p.Has("#password") {
					b.Errorf("%d at %s: %s", p.Status, p.Path, p.Words("main"))
					return nil
				}
				chosen := surge.press(browsers[i], p, "form:has(#password) button", apptest.Fields{"password": {apptest.Password}})
				asked := surge.press(browsers[i], surge.open(browsers[i], "/prove/letter?in="+centre.ID.String()), "form[action='/prove/letter'] button",
					apptest.Fields{"name": {"Voisine"}, "address": {fmt.Sprintf("%d rue du Port\r\n22100 Dinan", i)}})
				return []*apptest.Page{chosen, asked}
			})
			drained += surge.drain()
			b.StopTimer()
			sheets, err := s.Proofs.PrintLetters(b.Context())
			if err != nil || len(sheets) == 0 {
				b.Errorf("%d letters to print, %v", len(sheets), err)
			}
			slices.Sort(surge.took)
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "sign-ups/s")
			b.ReportMetric(float64(surge.took[len(surge.took)*95/100].Microseconds())/1000, "p95-ms")
			b.ReportMetric(float64(drained.Milliseconds()), "letters-ms")
		})
	}
}

func newcomerEmail(i int) string { return fmt.Sprintf("voisine%d@people.example", i) }

// surge is many newcomers at one server.
type surge struct {
	b      *testing.B
	server *apptest.Server

	mu   sync.Mutex
	took []time.Duration
}

func (s *surge) each(n int, do func(i int) []*apptest.Page) {
	var wg sync.WaitGroup
	turn := make(chan int)
	for range townReaders {
		wg.Go(func() {
			for i := range turn {
				for _, p := range do(i) {
					if p.Status != http.StatusOK {
						s.b.Errorf("newcomer %d: %d at %s: %s", i, p.Status, p.Path, p.Words("main"))
					}
				}
			}
		})
	}
	for i := range n {
		turn <- i
	}
	close(turn)
	wg.Wait()
}

func (s *surge) open(b *apptest.Browser, path string) *apptest.Page {
	at := time.Now()
	p := b.Open(path)
	s.note(time.Since(at))
	return p
}

func (s *surge) press(b *apptest.Browser, p *apptest.Page, button string, with apptest.Fields) *apptest.Page {
	at := time.Now()
	next := b.Press(p, button, with)
	s.note(time.Since(at))
	return next
}

func (s *surge) note(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.took = append(s.took, d)
}

// drain waits until all that was asked for is done.
func (s *surge) drain() time.Duration {
	at := time.Now()
	apptest.Settle(s.b, s.server)
	return time.Since(at)
}
