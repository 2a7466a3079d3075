package timelines_test

import (
	"testing"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/store"
	"palier/instance/store/storetest"
	"palier/instance/timelines"
)

func TestWhoIsMutedOrLimitedStandsInNoListOfStrangers(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		amina, bo, cem := v.Person("amina"), v.Person("bo"), v.Person("cem")
		v.Post(amina, instance.Neighbourhood{}, instance.ToPublic, "à tous #vélo")
		reads := func(who instance.Viewer) int {
			t.Helper()
			public, _, err := v.Timelines.Public(t.Context(), who, timelines.Narrow{}, timelines.Page{})
			if err != nil {
				t.Fatal(err)
			}
			tagged, _, err := v.Timelines.Tag(t.Context(), who, "vélo", timelines.Narrow{}, timelines.Page{})
			if err != nil {
				t.Fatal(err)
			}
			if len(public) != len(tagged) {
				t.Errorf("%d public, %d with the hashtag", len(public), len(tagged))
			}
			return len(public)
		}
		if n := reads(v.Viewer(bo)); n != 1 {
			t.Errorf("before anything: %d", n)
		}
		if err := v.People.Mute(t.Context(), bo.ID, amina.ID); err != nil {
			t.Fatal(err)
		}
		if n := reads(v.Viewer(bo)); n != 0 {
			t.Errorf("muted: %d", n)
		}
		if n := reads(v.Viewer(cem)); n != 1 {
			t.Errorf("to another: %d", n)
		}
		if _, err := v.People.Follow(t.Context(), cem.ID, amina.ID); err != nil {
			t.Fatal(err)
		}
		if err := v.People.Grant(t.Context(), amina.ID, cem.ID); err != nil {
			t.Fatal(err)
		}
		err := db.InTx(t.Context(), func(tx store.Tx) error {
			_, err := tx.Exec(t.Context(), `UPDATE actors SET limited_at = 1 WHERE id = $1`, amina.ID)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for name, test := range map[string]struct {
			who  instance.Viewer
			want int
		}{"anyone": {instance.Anyone, 0}, "a follower": {v.Viewer(cem), 1}, "oneself": {v.Viewer(amina), 1}} {
			if n := reads(test.who); n != test.want {
				t.Errorf("limited, to %s: %d, want %d", name, n, test.want)
			}
		}
	})
}
