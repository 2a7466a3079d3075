package app_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/store"
)

// BenchmarkNeighbourhoodPage reads a place with 20 posts as visitors do: the
// page they share for a moment, and one that is made for each.
func BenchmarkNeighbourhoodPage(b *testing.B) {
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		s := apptest.Open(b, engine, nil)
		centre := s.Place("centre", "neighbourhood")
		cem := s.Resident("cem", centre)
		for i := range 20 {
			s.Post(cem, centre.ID, instance.ToPublic, fmt.Sprintf("Annonce **%d** pour le quartier, avec un peu de texte. #marché", i))
		}
		for name, path := range map[string]string{"shared": "/@centre", "alone": "/@centre?before=9000000000000000000"} {
			b.Run(name+"/"+string(engine), func(b *testing.B) {
				b.ReportAllocs()
				b.RunParallel(func(pb *testing.PB) {
					for pb.Next() {
						r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, path, nil)
						r.Header.Set("Accept", "text/html")
						r.Header.Set("Accept-Encoding", "gzip")
						w := httptest.NewRecorder()
						s.Handler().ServeHTTP(w, r)
						if w.Code != http.StatusOK || w.Body.Len() < 2000 {
							b.Errorf("%d with %d bytes", w.Code, w.Body.Len())
							return
						}
					}
				})
			})
		}
	}
}
