package people_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/people"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestR25_FlappingBlocksEndWhereTheyShould(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		amina, bo := v.Person("amina"), v.Person("bo")
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		for range 5 {
			_, err := v.People.Follow(t.Context(), bo.ID, amina.ID)
			must(err)
			must(v.People.Grant(t.Context(), amina.ID, bo.ID))
			must(v.People.Block(t.Context(), amina.ID, bo.ID))
			if _, err := v.People.Follow(t.Context(), bo.ID, amina.ID); err == nil {
				t.Fatal("somebody who is blocked follows")
			}
			must(v.People.Unblock(t.Context(), amina.ID, bo.ID))
		}
		_, err := v.People.Follow(t.Context(), bo.ID, amina.ID)
		must(err)
		must(v.People.Grant(t.Context(), amina.ID, bo.ID))
		must(v.People.Unfollow(t.Context(), bo.ID, amina.ID))
		rel, err := v.People.Relationships(t.Context(), amina.ID, []instance.ActorID{bo.ID})
		must(err)
		if got := rel[bo.ID]; !cmp.Equal(got, people.Relationship{}) {
			t.Errorf("in the end: %+v", got)
		}
		a, err := v.People.Account(t.Context(), amina.ID)
		must(err)
		b, err := v.People.Account(t.Context(), bo.ID)
		must(err)
		if a.FollowersCount != 0 || b.FollowingCount != 0 {
			t.Errorf("counts in the end: %d followers, %d followed", a.FollowersCount, b.FollowingCount)
		}
	})
}
