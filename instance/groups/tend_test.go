package groups_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/groups"
	"palier/instance/store"
	"palier/instance/store/storetest"
	"palier/protocol/vocab"
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
		mo, claire := v.Person("mo"), v.Person("claire")
		claire.Role = instance.Moderator
		if err := v.Places.SetModerator(ctx, agglo.ID, mo.ID, true); err != nil {
			t.Fatal(err)
		}
		for _, x := range []struct {
			by   instance.Account
			want int
		}{{claire, 1}, {mo, 1}, {amina, 0}} {
			list, err := v.Groups.WaitingFor(ctx, x.by)
			if err != nil || len(list) != x.want || x.want > 0 && (list[0].Group.ID != agglo.ID || list[0].Posts != 2) {
				t.Errorf("waiting for %s: %+v, %v", x.by.Username, list, err)
			}
		}
		rules, err := v.Groups.Rules(ctx, dinan.ID)
		if err != nil || len(rules) != 1 || rules[0].Today != 2 {
			t.Errorf("rules: %+v, %v, want 2 relayed today", rules, err)
		}
	})
}

func TestTermsOfARelay(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		dinan, centre := v.Place("dinan", "commune"), v.Place("centre", "neighbourhood")
		usual := groups.Terms{MinReach: vocab.ReachNeighbourhood, MaxPerDay: 50}
		strict := groups.Terms{Moderated: true, MinReach: vocab.ReachNational, MaxPerDay: 5}

		if err := v.Groups.ChangeRule(ctx, dinan.ID, centre.ID, strict); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("a rule that is not there: %v", err)
		}
		for _, step := range []struct {
			set  func() error
			want groups.Terms
		}{
			{func() error { return v.Groups.AddRule(ctx, dinan.ID, centre.ID, usual) }, usual},
			{func() error { return v.Groups.ChangeRule(ctx, dinan.ID, centre.ID, strict) }, strict},
			{func() error { return v.Groups.AddRule(ctx, dinan.ID, centre.ID, usual) }, strict}, // known already
		} {
			if err := step.set(); err != nil {
				t.Fatal(err)
			}
			rules, err := v.Groups.Rules(ctx, dinan.ID)
			if err != nil || len(rules) != 1 {
				t.Fatalf("rules: %+v, %v", rules, err)
			}
			r := rules[0]
			if diff := cmp.Diff(step.want, groups.Terms{Moderated: r.Moderated, MinReach: r.MinReach, MaxPerDay: r.MaxPerDay}); diff != "" {
				t.Errorf("terms (-want +got):\n%s", diff)
			}
		}
		for field, bad := range map[string]groups.Terms{
			"max-per-day": {MinReach: vocab.ReachCommune, MaxPerDay: 1001},
			"min-reach":   {MinReach: 9, MaxPerDay: 5},
		} {
			invalid, ok := errors.AsType[*instance.Invalid](v.Groups.ChangeRule(ctx, dinan.ID, centre.ID, bad))
			if !ok || invalid.Field != field {
				t.Errorf("bad %s: %+v", field, invalid)
			}
		}
	})
}
