package search_test

import (
	"fmt"
	"slices"
	"testing"

	"palier/instance"
	"palier/instance/search"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestWhatWasHereBeforeTheIndexIsFound(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := newVillage(t, db)
		p := v.Post(v.amina, v.centre, instance.ToNeighbourhood, "Une échelle #prêt")
		for i := range 450 { // more than one step
			v.exec(`
				INSERT INTO posts (id, uri, author_id, content, audience, thread_id, local, published_at)
				VALUES ($1, $2, $3, '<p>bruit</p>', 'public', $1, TRUE, 0)`, i+1, fmt.Sprint(i), v.amina.ID)
		}
		gone := v.Post(v.amina, v.centre, instance.ToNeighbourhood, "Une échelle perdue")
		v.exec(`UPDATE posts SET deleted_at = 1 WHERE id = $1`, gone.ID)
		v.exec(`DELETE FROM post_words`)
		v.exec(`DELETE FROM actor_words`)
		v.exec(`DELETE FROM tags`)
		v.exec(`INSERT INTO word_backlog (noun, below) VALUES ('posts', $1), ('actors', $1)`, int64(1)<<62)
		if got := v.finds(&v.bo, "echelle"); len(got) != 0 {
			t.Fatalf("the index was not emptied: %v", got)
		}
		for range 2 { // the second time there is nothing to do
			if err := v.Search.Index(t.Context(), search.Backlog{}); err != nil {
				t.Fatal(err)
			}
		}
		for _, query := range []string{"echelle", "#pret"} {
			if got := v.finds(&v.bo, query); !slices.Equal(got, []instance.PostID{p.ID}) {
				t.Errorf("%q finds %v", query, got)
			}
		}
		if got, err := v.Search.Posts(t.Context(), v.Viewer(v.amina), "bruit", search.Page{Offset: 400, Limit: 40}); err != nil || len(got) != 40 {
			t.Errorf("deep in the old ones: %d, %v", len(got), err)
		}
		if got, err := v.Search.Posts(t.Context(), v.Viewer(v.amina), "bruit", search.Page{Offset: search.Deepest + 1}); err != nil || len(got) != 0 {
			t.Errorf("deeper than can be: %d, %v", len(got), err)
		}
		if got, err := v.Search.Accounts(t.Context(), v.Viewer(v.bo), "ami", false, search.Page{}); err != nil || len(got) != 1 {
			t.Errorf("people of before: %v, %v", got, err)
		}
		if got, err := v.Search.Tags(t.Context(), v.Viewer(v.bo), "pret", search.Page{}); err != nil || !slices.Equal(got, []string{"prêt"}) {
			t.Errorf("hashtags of before: %v, %v", got, err)
		}
		var left int
		if err := db.Read().QueryRow(t.Context(), `SELECT COUNT(*) FROM word_backlog`).Scan(&left); err != nil || left != 0 {
			t.Errorf("%d nouns are left, %v", left, err)
		}
	})
}
