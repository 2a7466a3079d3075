package households_test

import (
	"errors"
	"testing"

	"palier/instance"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestH9_TheFirstNightIsToldOnceThreeHaveSigned(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o, ctx := newOffice(t, db), t.Context()
		zoe, yves := o.neighbour("zoe"), o.neighbour("yves")
		id, hold, zoes := o.agreedTo(zoe)
		yvess := o.lends(yves, "https://asso.example/h/9", "other")
		own, err := o.Own(ctx, o.family, id)
		must(t, err)
		if _, home, err := o.Pictured(ctx, o.family, id, own.Homes[0].ID); err != nil || home != o.homes[0].URI {
			t.Errorf("photographs of %q, %v", home, err)
		}
		if _, _, err := o.Pictured(ctx, o.stranger, id, own.Homes[0].ID); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("a stranger sees photographs: %v", err)
		}
		o.place(hold)
		if _, err := o.OwnFirstNight(ctx, o.family, id); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("before three have signed: %v", err)
		}
		o.agree(id)
		n, err := o.OwnFirstNight(ctx, o.family, id)
		must(t, err)
		if n.Door.Address != secretDoor || n.Door.Rules != houseRules || n.Home.Bedrooms != 2 || n.Places != 1 {
			t.Errorf("got %+v", n)
		}
		if _, err := o.HostFirstNight(ctx, hand(zoe, zoes), id); err != nil {
			t.Errorf("the host: %v", err)
		}
		if _, err := o.FirstNight(ctx, o.worker, id); err != nil {
			t.Errorf("the team: %v", err)
		}
		if n := o.one(`SELECT COUNT(*) FROM housing_case_reads WHERE what = 'first-night'`); n != 1 {
			t.Errorf("%d readings are noted", n)
		}
		for who, err := range map[string]error{
			"a stranger":   func() error { _, err := o.OwnFirstNight(ctx, o.stranger, id); return err }(),
			"another host": func() error { _, err := o.HostFirstNight(ctx, hand(yves, yvess), id); return err }(),
			"a visitor":    func() error { _, err := o.FirstNight(ctx, o.visitor, id); return err }(),
		} {
			if !errors.Is(err, instance.ErrNotFound) {
				t.Errorf("%s reads where it is: %v", who, err)
			}
		}
		must(t, o.Answer(ctx, o.family, id, own.Homes[0].ID, false))
		if _, _, err := o.Pictured(ctx, o.family, id, own.Homes[0].ID); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("photographs of a home to which it said no: %v", err)
		}
	})
}
