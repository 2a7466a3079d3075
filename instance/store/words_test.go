package store_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"palier/instance/store"
	"palier/instance/store/storetest"
)

const actorWords store.Words = "actor_words"

func TestWords(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		texts := map[int64]string{1: "la grande echelle rouge #pret", 2: "grande table echelle", 3: "图 书 馆 echelles", 4: ""}
		err := db.InTx(t.Context(), func(tx store.Tx) error {
			for id, text := range texts {
				_, err := tx.Exec(t.Context(), `
					INSERT INTO actors (id, uri, kind, username, username_key, created_at, updated_at)
					VALUES ($1, $2, 'Person', $2, $2, 0, 0)`, id, strings.Repeat("a", int(id)))
				if err != nil {
					return err
				}
				for _, words := range []string{"something else", text} { // the second replaces the first
					if err := actorWords.Put(t.Context(), tx, id, strings.Fields(words)); err != nil {
						return err
					}
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		word := func(words ...string) []store.Phrase { return []store.Phrase{{Words: words}} }
		for situation, tt := range map[string]struct {
			sought store.Sought
			want   []int64
		}{
			"a word":              {store.Sought{All: word("echelle")}, []int64{1, 2}},
			"the beginning of it": {store.Sought{All: []store.Phrase{{Words: []string{"ech"}, Open: true}}}, []int64{1, 2, 3}},
			"a phrase":            {store.Sought{All: word("grande", "echelle")}, []int64{1}},
			"an open phrase":      {store.Sought{All: []store.Phrase{{Words: []string{"书", "馆", "ech"}, Open: true}}}, []int64{3}},
			"two words":           {store.Sought{All: append(word("echelle"), word("grande")...)}, []int64{1, 2}},
			"without one":         {store.Sought{All: word("grande"), None: append(word("rouge"), word("violet")...)}, []int64{2}},
			"without a phrase":    {store.Sought{All: word("grande"), None: word("grande", "table")}, []int64{1}},
			"one or the other":    {store.Sought{All: []store.Phrase{{Words: []string{"rouge"}, Or: []store.Phrase{{Words: []string{"tab"}, Open: true}}}}}, []int64{1, 2}},
			"a sign":              {store.Sought{All: word("#pret")}, []int64{1}},
			"what was replaced":   {store.Sought{All: word("something")}, nil},
		} {
			if diff := cmp.Diff(tt.want, matches(t, db, tt.sought)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", situation, diff)
			}
		}
		err = db.InTx(t.Context(), func(tx store.Tx) error { return actorWords.Drop(t.Context(), tx, 1) })
		if err != nil {
			t.Fatal(err)
		}
		if got := matches(t, db, store.Sought{All: word("echelle")}); !slices.Equal(got, []int64{2}) {
			t.Errorf("after the first was dropped: %v", got)
		}
	})
}

func matches(t *testing.T, db *store.DB, sought store.Sought) []int64 {
	t.Helper()
	m := actorWords.Match(db.Engine(), sought, "$1")
	rows, err := db.Read().Query(t.Context(), `SELECT `+m.Key+` FROM `+m.Table+` WHERE `+m.Where+` ORDER BY 1`, m.Arg)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var found []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			t.Fatal(err)
		}
		found = append(found, id)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return found
}
