package places_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/places"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestCirclesCountTheReadersOfEachAudience(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		dinan := v.Place("dinan", "commune")
		centre, port := v.Place("centre", "neighbourhood", dinan), v.Place("port", "neighbourhood", dinan)
		tilleuls := v.Place("tilleuls", "building", centre)
		v.Resident("amina", tilleuls)
		v.Resident("bo", tilleuls)
		v.Resident("cem", centre)
		v.Resident("dora", port)
		if err := v.Places.Join(t.Context(), centre.ID, v.Person("emil").ID); err != nil {
			t.Fatal(err)
		}
		for _, test := range []struct {
			place instance.Neighbourhood
			want  places.Circles
		}{
			{tilleuls, places.Circles{Inner: 2, Around: 3}},
			{centre, places.Circles{Inner: 3, Around: 4}},
			{port, places.Circles{Inner: 1, Around: 4}},
			{dinan, places.Circles{Inner: 4, Around: 4}},
		} {
			got, err := v.Places.CountCircles(t.Context(), test.place.ID)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", test.place.Username, diff)
			}
			for audience, want := range map[instance.Audience]int{
				instance.ToBuilding: got.Inner, instance.ToNeighbourhood: got.Inner, instance.ToAround: got.Around,
			} {
				if n, err := v.Places.CountReaders(t.Context(), test.place.ID, audience); err != nil || n != want {
					t.Errorf("%s for %s: %d readers, %v; circles say %d", test.place.Username, audience, n, err, want)
				}
			}
		}
		for place, want := range map[instance.ActorID]places.Residents{
			dinan.ID: {Verified: 4}, centre.ID: {Verified: 3, Declared: 1}, tilleuls.ID: {Verified: 2}, port.ID: {Verified: 1},
		} {
			if got, err := v.Places.CountResidents(t.Context(), place); err != nil || got != want {
				t.Errorf("residents of %s: %+v, %v; want %+v", place, got, err, want)
			}
		}
	})
}
