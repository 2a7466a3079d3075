package places_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/places"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

func usernames(list []instance.Neighbourhood) (names []string) {
	for _, n := range list {
		names = append(names, n.Username)
	}
	return names
}

func TestPlacesArePagedByTitle(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		for _, name := range []string{"Port", "centre", "Argentel", "lehon"} {
			v.Place(name, "neighbourhood")
		}
		first, err := v.Places.Page(t.Context(), 0, 3)
		if err != nil || len(first) != 3 {
			t.Fatalf("first page: %v, %v", usernames(first), err)
		}
		rest, err := v.Places.Page(t.Context(), first[2].ID, 3)
		if diff := cmp.Diff([]string{"Argentel", "centre", "lehon", "Port"}, append(usernames(first), usernames(rest)...)); err != nil || diff != "" {
			t.Errorf("%v; (-want +got):\n%s", err, diff)
		}
		all, err := v.Places.All(t.Context())
		if err != nil || len(all) != 4 {
			t.Errorf("all: %v, %v", usernames(all), err)
		}
	})
}

func TestParentsHomesAndWardens(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		dinan := v.Place("dinan", "commune")
		centre, tilleuls := v.Place("centre", "neighbourhood", dinan), v.Place("tilleuls", "building", dinan)
		amina, yann, mo := v.Resident("amina", centre), v.Person("yann"), v.Person("mo")
		v.Verify(amina, tilleuls)
		if err := v.Places.SetStanding(ctx, centre.ID, yann.ID, 0, instance.Declared); err != nil {
			t.Fatal(err)
		}
		for _, a := range []instance.Account{amina, mo} {
			if err := v.Places.SetModerator(ctx, centre.ID, a.ID, true); err != nil {
				t.Fatal(err)
			}
		}

		parents, err := v.Places.Parents(ctx, []instance.ActorID{centre.ID, dinan.ID, tilleuls.ID})
		if err != nil || len(parents) != 2 || len(parents[centre.ID]) != 1 || parents[centre.ID][0].ID != dinan.ID {
			t.Errorf("parents: %+v, %v", parents, err)
		}
		homes, err := v.Places.Homes(ctx, []instance.ActorID{amina.ID, yann.ID, mo.ID})
		if err != nil || len(homes) != 2 {
			t.Fatalf("homes: %+v, %v", homes, err)
		}
		if h := homes[amina.ID]; len(h) != 2 || h[0].Place.ID != tilleuls.ID || h[1].Place.ID != centre.ID || h[1].Standing != instance.Verified {
			t.Errorf("homes of amina, the narrowest first: %+v", h)
		}
		if h := homes[yann.ID]; len(h) != 1 || h[0].Standing != instance.Declared {
			t.Errorf("homes of yann: %+v", h)
		}
		wardens, err := v.Places.Wardens(ctx, centre.ID)
		if err != nil || len(wardens) != 1 || wardens[0].Actor.ID != mo.ID || wardens[0].Since.IsZero() {
			t.Errorf("wardens: %+v, %v", wardens, err)
		}
		members, err := v.Places.Members(ctx, centre.ID, 0, 10)
		if err != nil || len(members) != 2 || members[0].Since.Before(apptest.Start) {
			t.Errorf("members: %+v, %v", members, err)
		}
		tally, err := v.Places.Tally(ctx)
		if diff := cmp.Diff(places.Tally{Places: 3, Verified: 1, Declared: 1}, tally); err != nil || diff != "" {
			t.Errorf("tally: %v (-want +got):\n%s", err, diff)
		}
	})
}

func TestASummaryIsKeptAsTyped(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		plan := places.Plan{Username: "centre", Title: "Centre", Summary: "Les **remparts**", Kind: "neighbourhood"}
		n, err := v.Places.Create(ctx, plan)
		if err != nil {
			t.Fatal(err)
		}
		plan.Summary, plan.Territory = "Le *port*", "FR:COG:22050"
		if err := v.Places.Edit(ctx, n.ID, plan); err != nil {
			t.Fatal(err)
		}
		got, err := v.Places.ByID(ctx, n.ID)
		if err != nil || got.Source != "Le *port*" || got.Summary != "<p>Le <em>port</em></p>" || got.Territory != "FR:COG:22050" {
			t.Errorf("place after the edit: %+v, %v", got, err)
		}
		for field, bad := range map[string]places.Plan{
			"title":     {Title: " \u200b", Kind: "neighbourhood"},
			"territory": {Title: "Centre", Territory: "Dinan", Kind: "neighbourhood"},
		} {
			invalid, ok := errors.AsType[*instance.Invalid](v.Places.Edit(ctx, n.ID, bad))
			if !ok || invalid.Field != field {
				t.Errorf("bad %s: %+v", field, invalid)
			}
		}
	})
}
