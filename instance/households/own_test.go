package households_test

import (
	"errors"
	"testing"

	"palier/instance"
	"palier/instance/households"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

// TestWhoLivesSomewhereIsAskedAboutNoHome shows a household the home it lives in as
// that, and none as possible until it looks for another.
func TestWhoLivesSomewhereIsAskedAboutNoHome(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o, ctx := newOffice(t, db), t.Context()
		id, hold := o.living("w")
		o.exec(`UPDATE housing_cases SET person_id = $2 WHERE id = $1`, id, o.family.ID)
		shown, err := o.Proposals(ctx, o.worker, id)
		must(t, err)
		own, err := o.Own(ctx, o.family, id)
		must(t, err)
		if len(own.Homes) != 1 || !own.Homes[0].Lives || own.Homes[0].ID != shown[0].ID {
			t.Errorf("while they live somewhere they see %+v", own.Homes)
		}
		for _, yes := range []bool{true, false} {
			if err := o.Answer(ctx, o.family, id, shown[0].ID, yes); !errors.Is(err, instance.ErrConflict) {
				t.Errorf("they answer about where they live: %v", err)
			}
		}
		must(t, o.Step(ctx, o.worker, id, instance.PlaceAgain, ""))
		o.homes = append(o.homes, o.flat("2"))
		must(t, o.Show(ctx, o.worker, id, o.homes[1].URI))
		if own, err = o.Own(ctx, o.family, id); err != nil || len(own.Homes) != 2 {
			t.Errorf("while another home is looked for they see %+v, %v", own.Homes, err)
		}
		must(t, o.Leave(ctx, o.worker, id, hold, o.tonight()+5, "finished"))
		if own, err = o.Own(ctx, o.family, id); err != nil || own.Homes[0].Lives || own.Homes[1].Lives {
			t.Errorf("once they left they live at %+v, %v", own.Homes, err)
		}
	})
}

// TestNoSheetOfTheFirstNightForTheHomeOfAPartner leads nobody to a page that is not
// there: where a partner's home is its association knows.
func TestNoSheetOfTheFirstNightForTheHomeOfAPartner(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o, ctx := newOffice(t, db), t.Context()
		id, _ := o.living("w")
		o.exec(`UPDATE housing_cases SET person_id = $2 WHERE id = $1`, id, o.family.ID)
		own, err := o.Own(ctx, o.family, id)
		must(t, err)
		a, err := o.Arriving(ctx, o.worker, id)
		must(t, err)
		if own.Night || a.Night || !a.Signed {
			t.Errorf("of a partner's home there is a sheet: %v, %+v", own.Night, a)
		}
		o.lends(o.neighbour("zoe"), o.homes[0].URI, "link")
		if own, err = o.Own(ctx, o.family, id); err != nil || !own.Night {
			t.Errorf("of a home here there is none, %v", err)
		}
		if a, err = o.Arriving(ctx, o.worker, id); err != nil || !a.Night {
			t.Errorf("nor for the team, %v", err)
		}
		if _, err := o.Arriving(ctx, o.stranger, id); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("a stranger asks: %v", err)
		}
	})
}

// TestWhoIsToComeCanStillSayNo lets a household say no until the day it comes.
func TestWhoIsToComeCanStillSayNo(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o, ctx := newOffice(t, db), t.Context()
		id, hold, _ := o.agreedTo(o.neighbour("zoe"))
		o.place(hold)
		own, err := o.Own(ctx, o.family, id)
		must(t, err)
		if len(own.Homes) != 1 || own.Homes[0].Lives {
			t.Fatalf("before it came it sees %+v", own.Homes)
		}
		must(t, o.Answer(ctx, o.family, id, own.Homes[0].ID, false))
	})
}

// TestS12_NobodyIsSentToAFrozenHome freezes a home after beds were placed there and all
// three signed: its household reads that it is not to go, and nobody notes that it came.
func TestS12_NobodyIsSentToAFrozenHome(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o, ctx := newOffice(t, db), t.Context()
		id, hold, _ := o.agreedTo(o.neighbour("zoe"))
		o.place(hold)
		o.agree(id)
		_, err := o.Report(ctx, o.worker, o.programme, households.Report{Home: o.homes[0].URI, Severity: households.SeveritySerious, Text: "une serrure ôtée", Freeze: true})
		must(t, err)
		own, err := o.Own(ctx, o.family, id)
		must(t, err)
		if len(own.Homes) != 1 || !own.Homes[0].Gone {
			t.Fatalf("they read %+v", own.Homes)
		}
		if err := o.Answer(ctx, o.family, id, own.Homes[0].ID, true); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("they say yes: %v", err)
		}
		for page, err := range map[string]error{"the case": o.Step(ctx, o.worker, id, instance.MoveIn, ""), "the hold": o.Arrived(ctx, o.worker, hold)} {
			var invalid *instance.Invalid
			if !errors.As(err, &invalid) || invalid.Field != "arrived" || invalid.Code != "frozen" {
				t.Errorf("they arrive by %s: %v", page, err)
			}
		}
		must(t, o.Answer(ctx, o.family, id, own.Homes[0].ID, false))
	})
}

// TestS12_AHomeDroppedByAPartnerIsTold has a partner drop beds, which is all that is heard
// of a home that is not fit.
func TestS12_AHomeDroppedByAPartnerIsTold(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o, ctx := newOffice(t, db), t.Context()
		id, hold, _ := o.agreedTo(o.neighbour("zoe"))
		for state, gone := range map[instance.HoldState]bool{instance.HoldWithdrawn: false, instance.HoldLapsed: false, instance.HoldDropped: true} {
			o.exec(`UPDATE housing_holds SET state = $2 WHERE id = $1`, hold, string(state))
			if own, err := o.Own(ctx, o.family, id); err != nil || len(own.Homes) != 1 || own.Homes[0].Gone != gone {
				t.Errorf("once they are %s they read %+v, %v", state, own.Homes, err)
			}
		}
	})
}
