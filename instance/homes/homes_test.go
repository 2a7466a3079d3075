package homes_test

import (
	"errors"
	"strings"
	"testing"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/homes"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestPlacesOfAPerson(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		s := homes.New(homes.Options{DB: db, IDs: instance.NewIDs(v.Clock.Now, 0), Now: v.Clock.Now})
		odette, marc, centre := v.Person("odette"), v.Person("marc"), v.Place("centre", "neighbourhood")
		add := func(p homes.Place) (homes.Place, error) {
			err := db.InTx(ctx, func(tx store.Tx) (err error) { p, err = s.Add(ctx, tx, p); return err })
			return p, err
		}
		home, err := add(homes.Place{Person: odette.ID, Kind: homes.Home, Group: centre.ID, Address: 7, Label: "3 rue de la Lainerie, 22100 Dinan", Door: "2e gauche"})
		if err != nil {
			t.Fatal(err)
		}
		work, err := add(homes.Place{Person: odette.ID, Kind: homes.Work, Group: centre.ID})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.ByID(ctx, marc.ID, home.ID); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("somebody else's: %v", err)
		}
		end := func(who instance.ActorID) error {
			return db.InTx(ctx, func(tx store.Tx) error { return s.End(ctx, tx, who, home.ID) })
		}
		if err := end(marc.ID); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("somebody else ends it: %v", err)
		}
		if err := end(odette.ID); err != nil {
			t.Fatal(err)
		}
		if err := end(odette.ID); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("ended twice: %v", err)
		}
		list, err := s.Of(ctx, odette.ID)
		if err != nil || len(list) != 2 || list[0].ID != work.ID || list[1].ID != home.ID {
			t.Fatalf("places: %+v, %v", list, err)
		}
		if left := list[1]; left.Former.IsZero() || left.Door != "" || left.Address != 7 {
			t.Errorf("left: %+v", left)
		}
		for i := 1; i < homes.MaxPlaces; i++ {
			if _, err := add(homes.Place{Person: odette.ID, Kind: homes.Second, Group: centre.ID}); err != nil {
				t.Fatal(err)
			}
		}
		for name, p := range map[string]homes.Place{
			"places":  {Person: odette.ID, Kind: homes.Second, Group: centre.ID},
			"kind":    {Person: marc.ID, Kind: "castle", Group: centre.ID},
			"door":    {Person: marc.ID, Kind: homes.Home, Group: centre.ID, Door: strings.Repeat("é", 61)},
			"address": {Person: marc.ID, Kind: homes.Home, Group: centre.ID, Label: "a\nb"},
		} {
			var invalid *instance.Invalid
			if _, err := add(p); !errors.As(err, &invalid) || invalid.Field != name {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := db.InTx(ctx, func(tx store.Tx) error { return s.Forget(ctx, tx, odette.ID) }); err != nil {
			t.Fatal(err)
		}
		if list, err := s.Of(ctx, odette.ID); err != nil || len(list) != 0 {
			t.Errorf("forgotten: %+v, %v", list, err)
		}
	})
}
