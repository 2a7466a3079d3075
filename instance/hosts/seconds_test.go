package hosts_test

import (
	"slices"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

// TestWhoMayApproveIsToldThatSomethingWaits proposes hosts, and looks at who is told: the
// leads, or those who keep cases where the only lead proposed.
func TestWhoMayApproveIsToldThatSomethingWaits(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx, limits := t.Context(), instance.HostLimits{Places: 1, Nights: 30}
		for who, told := range map[string]func(*world) (by instance.Account, whom []instance.ActorID){
			"who keeps cases": func(w *world) (instance.Account, []instance.ActorID) { return w.worker, []instance.ActorID{w.lead.ID} },
			"the only lead": func(w *world) (instance.Account, []instance.ActorID) {
				return w.lead, []instance.ActorID{w.worker.ID, w.second.ID}
			},
		} {
			w := newWorld(t, storetest.Open(t, db.Engine()))
			id, _ := w.ready()
			by, whom := told(w)
			w.told = nil
			must(t, w.Propose(ctx, by, id))
			slices.Sort(whom)
			if !slices.Equal(w.told, whom) {
				t.Errorf("%s proposed: %v are told, want %v", who, w.told, whom)
			}
			list, err := w.Proposals(ctx, w.second, w.programme)
			if err != nil || len(list) != 1 || list[0].Host != id {
				t.Errorf("at the desk they find %+v, %v", list, err)
			}
			w.told = nil
			must(t, w.Approve(ctx, w.second, id, limits, w.now().Add(24*time.Hour)))
			if len(w.told) != 0 {
				t.Errorf("once two agree %v are told", w.told)
			}
		}
	})
}
