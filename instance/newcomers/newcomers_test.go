package newcomers_test

import (
	"errors"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/newcomers"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestV4_WhoIsNewSaysHelloToNeighboursOnly(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		port, centre := v.Place("port", "neighbourhood"), v.Place("centre", "neighbourhood")
		amina, bo, cem := v.Resident("amina", port), v.Resident("bo", port), v.Resident("cem", centre)
		s := newcomers.New(newcomers.Options{DB: db, Now: v.Clock.Now, Posts: v.Posts})
		reads := func(viewer instance.Viewer) int {
			t.Helper()
			all, err := s.Of(ctx, viewer, port.ID)
			if err != nil {
				t.Fatal(err)
			}
			return len(all)
		}
		for name, viewer := range map[string]instance.Viewer{"from beside": v.Viewer(cem), "nobody": instance.Anyone} {
			if _, err := s.Introduce(ctx, viewer, port.ID, "Bonjour", "fr", ""); !errors.Is(err, instance.ErrForbidden) {
				t.Errorf("%s says hello: %v", name, err)
			}
		}
		p, err := s.Introduce(ctx, v.Viewer(amina), port.ID, "Bonjour, je viens d’arriver", "fr", "")
		if err != nil {
			t.Fatal(err)
		}
		if p.Audience.Leaves() || p.Audience != instance.ToNeighbourhood {
			t.Errorf("a hello is for %s", p.Audience)
		}
		if reads(v.Viewer(bo)) != 1 || reads(v.Viewer(cem)) != 0 || reads(instance.Anyone) != 0 {
			t.Errorf("bo reads %d, cem %d, a visitor %d", reads(v.Viewer(bo)), reads(v.Viewer(cem)), reads(instance.Anyone))
		}
		_, err = s.Introduce(ctx, v.Viewer(amina), port.ID, "Encore moi", "fr", "")
		if invalid, ok := errors.AsType[*instance.Invalid](err); !ok || invalid.Code != "said-hello" {
			t.Errorf("twice: %v", err)
		}
		// Who changes their mind takes it back, as any post.
		if err := v.Posts.Delete(ctx, amina.ID, p.ID); err != nil {
			t.Fatal(err)
		}
		if reads(v.Viewer(bo)) != 0 {
			t.Error("what was taken back stands there")
		}
		if _, err := s.Introduce(ctx, v.Viewer(amina), port.ID, "Bonjour", "fr", ""); err != nil {
			t.Errorf("once more after that: %v", err)
		}
		v.Clock.Advance(91 * 24 * time.Hour)
		if reads(v.Viewer(bo)) != 0 {
			t.Error("a hello of long ago stands there")
		}
	})
}
