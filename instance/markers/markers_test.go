package markers_test

import (
	"errors"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/markers"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

func TestAMarkerIsWhereItWasPut(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		amina, bo := v.Person("amina"), v.Person("bo")
		none, err := v.Markers.Of(ctx, amina.ID)
		if err != nil || len(none) != 0 {
			t.Fatalf("before: %v, %v", none, err)
		}
		moved, err := v.Markers.Move(ctx, amina.ID, []markers.Step{{Timeline: markers.Home, LastRead: 10}, {Timeline: markers.Notifications, LastRead: 20}})
		if err != nil || moved[markers.Home].Version != 1 || moved[markers.Notifications].LastRead != 20 {
			t.Fatalf("first: %+v, %v", moved, err)
		}
		one := 1
		moved, err = v.Markers.Move(ctx, amina.ID, []markers.Step{{Timeline: markers.Home, LastRead: 8, From: &one}})
		if err != nil || moved[markers.Home].Version != 2 || len(moved) != 1 {
			t.Fatalf("back: %+v, %v", moved, err)
		}
		before, err := v.Markers.Of(ctx, amina.ID)
		if err != nil || !cmp.Equal(before[markers.Home], moved[markers.Home]) {
			t.Errorf("read again: %+v, %v", before, err)
		}
		_, err = v.Markers.Move(ctx, amina.ID, []markers.Step{{Timeline: markers.Notifications, LastRead: 30}, {Timeline: markers.Home, LastRead: 9, From: &one}})
		if !errors.Is(err, instance.ErrConflict) {
			t.Errorf("from an old version: %v", err)
		}
		if _, err := v.Markers.Move(ctx, amina.ID, []markers.Step{{Timeline: "mars", LastRead: 1}}); !errors.Is(err, instance.ErrInvalid) {
			t.Errorf("a timeline that is none: %v", err)
		}
		after, err := v.Markers.Of(ctx, amina.ID)
		if diff := cmp.Diff(before, after); diff != "" || err != nil {
			t.Errorf("half a step stayed (-want +got):\n%s%v", diff, err)
		}
		if others, err := v.Markers.Of(ctx, bo.ID); err != nil || len(others) != 0 {
			t.Errorf("somebody else's: %v, %v", others, err)
		}
	})
}

// Of many who move a marker from one version at once, one does.
func TestOneOfManyMovesAMarker(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		amina := v.Person("amina")
		var all sync.WaitGroup
		errs := make([]error, 8)
		for i := range errs {
			all.Go(func() {
				zero := 0
				_, errs[i] = v.Markers.Move(t.Context(), amina.ID, []markers.Step{{Timeline: markers.Home, LastRead: instance.ID(i + 1), From: &zero}})
			})
		}
		all.Wait()
		won := 0
		for _, err := range errs {
			switch {
			case err == nil:
				won++
			case !errors.Is(err, instance.ErrConflict):
				t.Error(err)
			}
		}
		if found, err := v.Markers.Of(t.Context(), amina.ID); won != 1 || err != nil || found[markers.Home].Version != 1 {
			t.Errorf("%d moved it: %+v, %v", won, found, err)
		}
	})
}
