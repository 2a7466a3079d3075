package households_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/households"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

// TestJ17_AnEscortIsToldThatThereIsNowhereToGo freezes, lifts and gives back one after the
// other, after somebody said that they come, and looks at what the escort hears and reads.
func TestJ17_AnEscortIsToldThatThereIsNowhereToGo(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o, ctx := newOffice(t, db), t.Context()
		heard := o.hears()
		id, hold := o.housed()
		eve := o.volunteer("eve")
		o.at = start.Add(8 * time.Hour)
		walk := o.walk(id, hold, eve, "21:30")
		must(t, o.Says(ctx, eve, walk.ID, households.WalkComing))
		heard.kinds, heard.whom = nil, nil
		turn := func(what string, told int, state households.WalkState, stopped bool, own ...households.WalkState) {
			t.Helper()
			for range 2 { // once
				must(t, o.Unheard(ctx))
			}
			if n := len(heard.by(eve)); n != told || len(heard.whom) != told || slices.ContainsFunc(heard.kinds, func(k string) bool { return k != households.NoticeEscort }) {
				t.Errorf("%s: the escort is told %d times of %v, want %d", what, n, heard.kinds, told)
			}
			heard.kinds, heard.whom = nil, nil
			_, walks, err := o.OwnEscorting(ctx, eve)
			must(t, err)
			var read []households.WalkState
			for _, w := range walks {
				read = append(read, w.State)
				if w.Where != "" || w.Called != "" || w.State == households.WalkOff && (w.ID != 0 || w.Case != 0) {
					t.Errorf("%s: the list says %+v", what, w)
				}
			}
			if !slices.Equal(read, own) {
				t.Errorf("%s: the escort reads %v, want %v", what, read, own)
			}
			list, err := o.Walks(ctx, o.worker, id)
			if err != nil || list[0].State != state || state.Live() && list[0].GoneAt.IsZero() == stopped {
				t.Errorf("%s: the team reads %+v, %v", what, list[0], err)
			}
		}
		turn("nothing happened", 0, households.WalkComing, false, households.WalkComing)
		must(t, o.Freeze(ctx, o.worker, id, true))
		turn("the case is frozen", 1, households.WalkComing, true, households.WalkOff)
		o.exec(`UPDATE housing_cases SET frozen_at = NULL`)
		turn("it is lifted", 1, households.WalkComing, false, households.WalkComing)
		_, err := o.Report(ctx, o.worker, o.programme, households.Report{Home: o.homes[0].URI, Severity: households.SeveritySerious, Text: "une serrure ôtée", Freeze: true})
		must(t, err)
		heard.kinds, heard.whom = nil, nil
		turn("the home is frozen", 1, households.WalkComing, true, households.WalkOff)
		o.exec(`UPDATE housing_holds SET state = 'dropped' WHERE id = $1`, hold)
		turn("beds are taken back of a home that was frozen", 0, households.WalkOff, false, households.WalkOff)
		o.exec(`UPDATE housing_frozen_homes SET lifted_at = 1`)
		turn("it is lifted, but no bed is there", 0, households.WalkOff, false, households.WalkOff)

		o.exec(`UPDATE housing_holds SET state = 'placed' WHERE id = $1`, hold)
		walk = o.walk(id, hold, eve, "21:30")
		turn("asked anew", 1, households.WalkAsked, false, households.WalkAsked, households.WalkOff)
		o.exec(`UPDATE housing_holds SET state = 'withdrawn' WHERE id = $1`, hold)
		turn("beds are given back", 1, households.WalkOff, false, households.WalkOff, households.WalkOff)
		if _, err := o.OwnWay(ctx, eve, walk.ID); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("the page of what was called off: %v", err)
		}

		o.exec(`UPDATE housing_holds SET state = 'placed' WHERE id = $1`, hold)
		walk = o.walk(id, hold, eve, "21:45")
		must(t, o.Says(ctx, eve, walk.ID, households.WalkComing))
		must(t, o.Says(ctx, eve, walk.ID, households.WalkThere))
		heard.kinds, heard.whom = nil, nil
		o.exec(`UPDATE housing_holds SET state = 'dropped' WHERE id = $1`, hold)
		turn("beds are taken back of who is at the door", 1, households.WalkThere, true, households.WalkOff, households.WalkOff, households.WalkOff)

		// Who goes with people no more is told of nothing.
		o.exec(`UPDATE housing_holds SET state = 'placed' WHERE id = $1`, hold)
		o.exec(`UPDATE housing_escorts SET agreed_at = NULL`)
		must(t, o.Unheard(ctx))
		if len(heard.whom) != 0 {
			t.Errorf("%v are told", heard.whom)
		}
	})
}
