package groups_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestWhoLooksAfterAGroup(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		dinan, centre := v.Place("dinan", "commune"), v.Place("centre", "neighbourhood")
		collects(t, v, dinan, centre, false, 50)
		amina, mo, claire, yann := v.Resident("amina", centre), v.Person("mo"), v.Person("claire"), v.Person("yann")
		claire.Role = instance.Moderator
		if err := v.Places.SetModerator(ctx, dinan.ID, mo.ID, true); err != nil {
			t.Fatal(err)
		}
		p := publish(t, v, amina, centre, "bon", 0)

		holding := func(by instance.Account) (names []string) {
			t.Helper()
			list, err := v.Groups.Holding(ctx, by, p)
			if err != nil {
				t.Fatal(err)
			}
			for _, g := range list {
				names = append(names, g.Username)
			}
			return names
		}
		for _, x := range []struct {
			who  string
			by   instance.Account
			want []string
		}{
			{"a moderator of the server", claire, []string{"centre", "dinan"}},
			{"a moderator of what relays it", mo, []string{"dinan"}},
			{"a passer-by", yann, nil},
			{"its author", amina, nil},
		} {
			if diff := cmp.Diff(x.want, holding(x.by)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", x.who, diff)
			}
		}
		if g, err := v.Groups.Tended(ctx, mo, dinan.ID); err != nil || g.ID != dinan.ID {
			t.Errorf("their own group: %v, %v", g.ID, err)
		}
		if _, err := v.Groups.Tended(ctx, mo, centre.ID); !errors.Is(err, instance.ErrForbidden) {
			t.Errorf("another group: %v", err)
		}
		if _, err := v.Groups.Tended(ctx, claire, mo.ID); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("no group at all: %v", err)
		}
	})
}

func TestWhatWaitsAndWhatWasRelayedIsCounted(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		dinan, agglo, centre := v.Place("dinan", "commune"), v.Place("agglo", "wider"), v.Place("centre", "neighbourhood")
		collects(t, v, dinan, centre, false, 50)
		collects(t, v, agglo, centre, true, 50)
		amina := v.Resident("amina", centre)
		publish(t, v, amina, centre, "un", 5)
		publish(t, v, amina, centre, "deux", 5)

		waiting, err := v.Groups.CountWaiting(ctx)
		if diff := cmp.Diff(map[instance.ActorID]int{agglo.ID: 2}, waiting); err != nil || diff != "" {
			t.Errorf("waiting (-want +got): %v\n%s", err, diff)
		}
		rules, err := v.Groups.Rules(ctx, dinan.ID)
		if err != nil || len(rules) != 1 || rules[0].Today != 2 {
			t.Errorf("rules: %+v, %v, want 2 relayed today", rules, err)
		}
	})
}
