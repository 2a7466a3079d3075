package shelves_test

import (
	"errors"
	"strings"
	"testing"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/shelves"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// A shelf is filled and read by neighbours, each takes their own off it, and what
// somebody recommended goes with them.
func TestC19_AShelfIsForNeighbours(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		v := apptest.NewVillage(t, db)
		rue := v.Place("rue", "neighbourhood")
		amina, bo, odette := v.Resident("amina", rue), v.Resident("bo", rue), v.Resident("odette", rue)
		if err := v.Places.SetModerator(ctx, rue.ID, odette.ID, true); err != nil {
			t.Fatal(err)
		}
		s := shelves.New(db, instance.NewIDs(v.Clock.Now, 1))
		book := instance.Recommendation{Place: rue.ID, Sort: "book", Title: " La Vie devant soi ", Maker: "Romain Gary", Found: "bibliothèque municipale", Why: "pour rire et pleurer"}
		link := instance.Recommendation{Place: rue.ID, Sort: "link", Title: "Tables de multiplication", Found: "https://exercices.example/tables"}
		for _, r := range []instance.Recommendation{book, book, link} {
			if err := s.Add(ctx, v.Viewer(amina), r, r.Sort); err != nil {
				t.Fatal(err)
			}
		}
		all, err := s.Page(ctx, v.Viewer(bo), rue.ID, "", 0, 10)
		if err != nil || len(all) != 2 || all[0].Host() != "exercices.example" || all[1].Title != "La Vie devant soi" || all[1].Author.ID != amina.ID {
			t.Fatalf("the shelf holds %+v, %v", all, err)
		}
		if games, err := s.Page(ctx, v.Viewer(bo), rue.ID, "game", 0, 10); err != nil || len(games) != 0 {
			t.Errorf("games are %+v, %v", games, err)
		}
		for what, r := range map[string]instance.Recommendation{
			"title missing":    {Place: rue.ID, Sort: "book"},
			"sort unknown":     {Place: rue.ID, Sort: "film", Title: "x"},
			"found no-address": {Place: rue.ID, Sort: "link", Title: "x", Found: "javascript:alert(1)"},
			"why too-long":     {Place: rue.ID, Sort: "book", Title: "x", Why: strings.Repeat("a", 501)},
			"maker malformed":  {Place: rue.ID, Sort: "book", Title: "x", Maker: "\xff"},
		} {
			var invalid *instance.Invalid
			if err := s.Add(ctx, v.Viewer(amina), r, ""); !errors.As(err, &invalid) || invalid.Error() != what {
				t.Errorf("%s: %v", what, err)
			}
		}
		stranger := v.Viewer(v.Person("loin"))
		if _, err := s.Page(ctx, stranger, rue.ID, "", 0, 10); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("a stranger reads it: %v", err)
		}
		if err := s.Add(ctx, stranger, book, ""); !errors.Is(err, instance.ErrForbidden) {
			t.Errorf("a stranger adds to it: %v", err)
		}
		if err := s.Remove(ctx, v.Viewer(bo), rue.ID, all[0].ID); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("a neighbour takes what is another's off: %v", err)
		}
		if err := s.Remove(ctx, v.Viewer(odette), rue.ID, all[0].ID); err != nil {
			t.Errorf("who looks after the place cannot take it off: %v", err)
		}
		err = db.InTx(ctx, func(tx store.Tx) error {
			return s.Hear(ctx, tx, instance.Deed{Kind: instance.Left, Actor: amina.Actor})
		})
		if err != nil {
			t.Fatal(err)
		}
		if left, err := s.Page(ctx, v.Viewer(bo), rue.ID, "", 0, 10); err != nil || len(left) != 0 {
			t.Errorf("after amina left the shelf holds %+v, %v", left, err)
		}
	})
}
