package search_test

import (
	"slices"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/search"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

// What is found does not depend on how many posts are looked through first: page
// by page, by offset and before a post, it is the same as when all are.
func TestTheNewestFirstAreNoOthers(t *testing.T) {
	t.Parallel()
	const posts = 400
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		some, viewer := filled(t, db, posts, search.Options{Recently: 60})
		all := search.New(search.Options{DB: db, Now: time.Now, Posts: loader(db), Recently: posts + 1})
		for _, query := range []string{vocabulary[0], vocabulary[3], vocabulary[40], vocabulary[0] + " " + vocabulary[1], vocabulary[0] + " -" + vocabulary[1], "secretement " + vocabulary[0]} {
			var page, same search.Page
			page.Limit, same.Limit = 15, 15
			found := 0
			for range posts {
				got, want := find(t, some, viewer, query, page), find(t, all, viewer, query, same)
				if !slices.Equal(got, want) {
					t.Fatalf("%q on %s, page %+v: got %v, want %v", query, db.Engine(), page, got, want)
				}
				found += len(got)
				if len(got) < page.Limit {
					break
				}
				if page.Offset == 0 && page.Before == 0 {
					page.Offset, same.Offset = 15, 15 // once by offset, then from there on
					continue
				}
				page.Offset, same.Offset = 0, 0
				page.Before, same.Before = got[len(got)-1], got[len(got)-1]
			}
			if query == vocabulary[0] && found < 100 {
				t.Errorf("%q: only %d found", query, found)
			}
		}
	})
}

func find(t *testing.T, s *search.Service, v instance.Viewer, query string, page search.Page) []instance.PostID {
	t.Helper()
	found, err := s.Posts(t.Context(), v, query, page)
	if err != nil {
		t.Fatal(err)
	}
	ids := make([]instance.PostID, len(found))
	for i, p := range found {
		ids[i] = p.ID
	}
	return ids
}
