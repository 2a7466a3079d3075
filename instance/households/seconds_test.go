package households_test

import (
	"slices"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/households"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

// TestWhoMaySignNextIsToldThatSomethingWaits signs cases and beds once and a second time,
// and looks at who is told: once, and neither who signed nor who cannot.
func TestWhoMaySignNextIsToldThatSomethingWaits(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o, ctx := newOffice(t, db), t.Context()
		heard := o.hears()
		told := func(what string, whom ...instance.Account) {
			t.Helper()
			var want []instance.ActorID
			for _, a := range whom {
				want = append(want, a.ID)
			}
			slices.Sort(want)
			if !slices.Equal(heard.whom, want) || slices.ContainsFunc(heard.kinds, func(k string) bool { return k != households.NoticeWaits }) {
				t.Errorf("%s: %v are told of %v, want %v", what, heard.whom, heard.kinds, want)
			}
			heard.whom, heard.kinds = nil, nil
		}
		vet := func(id instance.CaseID, by instance.Account) error { return o.Step(ctx, by, id, instance.VetCase, "") }
		taken := func(by instance.Account) instance.CaseID {
			t.Helper()
			c, err := o.Open(ctx, by, o.programme, instance.ByReferrer, o.file("w"))
			must(t, err)
			must(t, o.Step(ctx, by, c.ID, instance.TakeCase, ""))
			heard.whom, heard.kinds = nil, nil
			return c.ID
		}
		id := taken(o.worker)
		must(t, vet(id, o.worker))
		told("who keeps the case signed first", o.lead)
		if err := vet(id, o.worker); err == nil {
			t.Error("the same signs twice")
		}
		told("the same again")
		must(t, vet(id, o.other))
		told("the second")

		must(t, vet(taken(o.worker), o.other))
		told("somebody else signed first", o.worker)
		must(t, vet(taken(o.lead), o.lead))
		told("the one lead signed first", o.worker, o.other)
		must(t, o.Plan(ctx, o.lead, o.programme, o.other.ID, o.now().Add(-time.Minute), o.now().Add(time.Hour)))
		heard.whom, heard.kinds = nil, nil
		must(t, vet(taken(o.worker), o.worker))
		told("somebody is on duty", o.other)
		must(t, vet(taken(o.worker), o.lead))
		told("somebody is on duty, and another keeps the case", o.worker, o.other)

		o.homes = []households.Home{o.flat("1")}
		must(t, o.NeedsBed(ctx, o.worker, id, true))
		heard.whom, heard.kinds = nil, nil
		h, err := o.AskTonight(ctx, o.worker, id, o.homes[0].URI, 1)
		must(t, err)
		_, err = o.Sign(ctx, o.worker, h.ID)
		must(t, err)
		told("beds for tonight", o.other)
		seconds, err := o.Seconds(ctx, o.other, o.programme)
		if err != nil || !slices.ContainsFunc(seconds, func(x households.Second) bool { return x.Beds && x.Case == id }) {
			t.Errorf("at the desk they find %+v, %v", seconds, err)
		}
		_, err = o.Sign(ctx, o.other, h.ID)
		must(t, err)
		told("beds with both signatures")
	})
}
