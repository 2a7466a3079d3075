package web_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"testing"

	"palier/instance/web"
	"palier/instance/web/pages"
	"palier/instance/web/stories"
)

// neighbourhoodPage is a neighbourhood with twenty posts, seen from home.
func neighbourhoodPage(tb testing.TB, set *pages.Set, signedIn bool) pages.Neighbourhood {
	tb.Helper()
	for _, s := range stories.All() {
		if s.Name != "neighbourhood/neighbour" && signedIn || s.Name != "neighbourhood/visitor" && !signedIn {
			continue
		}
		f := stories.Frame()
		f.Language = set.Languages().All()[0]
		p, ok := s.Tell(f).(pages.Neighbourhood)
		if !ok {
			tb.Fatalf("%s is a %T", s.Name, p)
		}
		p.Posts = stories.Posts(20)
		return p
	}
	tb.Fatal("no story of a neighbourhood")
	return pages.Neighbourhood{}
}

// BenchmarkNeighbourhoodPage lays out a neighbourhood with twenty posts. A
// page a second and core is 10⁹ ÷ ns/op.
func BenchmarkNeighbourhoodPage(b *testing.B) {
	set := newSet(b)
	for _, who := range []struct {
		name     string
		signedIn bool
	}{{"visitor", false}, {"neighbour", true}} {
		p := neighbourhoodPage(b, set, who.signedIn)
		b.Run(who.name, func(b *testing.B) {
			var page bytes.Buffer
			for b.Loop() {
				page.Reset()
				if err := set.Render(&page, p); err != nil {
					b.Fatal(err)
				}
			}
			b.SetBytes(int64(page.Len()))
		})
	}
}

// BenchmarkNeighbourhoodAnswer adds the headers, the entity tag and packing.
func BenchmarkNeighbourhoodAnswer(b *testing.B) {
	set := newSet(b)
	answer := web.NewPages(set)
	for _, encoding := range []string{"", "gzip"} {
		p := neighbourhoodPage(b, set, false)
		b.Run("encoding="+encoding, func(b *testing.B) {
			r := httptest.NewRequest(http.MethodGet, "/@centre_ville", nil)
			r.Header.Set("Accept-Encoding", encoding)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					w := httptest.NewRecorder()
					if err := answer.HTML(w, r, http.StatusOK, p); err != nil {
						b.Error(err)
						return
					}
				}
			})
		})
	}
}

// The first view of a neighbourhood is at most 50 kB on the wire.
func TestFirstViewIsSmall(t *testing.T) {
	t.Parallel()
	set := newSet(t)
	answer := web.NewPages(set)
	r := httptest.NewRequest(http.MethodGet, "/@centre_ville", nil)
	r.Header.Set("Accept-Encoding", "gzip")
	w := httptest.NewRecorder()
	if err := answer.HTML(w, r, http.StatusOK, neighbourhoodPage(t, set, true)); err != nil {
		t.Fatal(err)
	}
	total := w.Body.Len()
	for _, name := range []string{"palier.css", "icons.svg", "mark.svg", "main.js"} {
		total += set.Assets().Size(name)
	}
	t.Logf("page %d bytes, %d in all", w.Body.Len(), total)
	if total > 50_000 {
		t.Errorf("%d bytes, at most 50,000", total)
	}
}
