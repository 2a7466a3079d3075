package hosts_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/hosts"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestH20_VisitsAndApprovalsThatEndAreToldOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		ctx := t.Context()
		id, _ := w.approved()
		told := func() []instance.ActorID {
			t.Helper()
			w.told = nil
			must(t, w.SweepNow(ctx))
			return slices.Clone(w.told)
		}
		if got := told(); len(got) != 0 {
			t.Errorf("long before %v are told", got)
		}
		until := func() time.Time {
			t.Helper()
			var ms int64
			must(t, db.Read().QueryRow(ctx, `SELECT visit_until FROM housing_hosts WHERE id = $1`, id).Scan(&ms))
			return store.Time(ms)
		}
		w.later(until().Sub(w.now()) - hosts.Warned + time.Hour)
		if got := told(); !slices.Equal(got, []instance.ActorID{w.visitor.ID}) {
			t.Fatalf("a month before: %v, want who visited, %s", got, w.visitor.ID)
		}
		if got := told(); len(got) != 0 {
			t.Errorf("told twice: %v", got)
		}
		for _, by := range []instance.Account{w.lead, w.worker, w.visitor} {
			if list, err := w.EndingSoon(ctx, by, w.programme); err != nil || len(list) != 1 || list[0].Host != id {
				t.Errorf("%s reads %+v, %v", by.Username, list, err)
			}
		}
		if _, err := w.EndingSoon(ctx, w.stranger, w.programme); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("a stranger: %v", err)
		}
		if _, err := w.EndingSoon(ctx, w.reader, w.programme); !errors.Is(err, instance.ErrForbidden) {
			t.Errorf("a reader: %v", err)
		}
		must(t, w.Visited(ctx, w.visitor, id, good))
		if got := told(); len(got) != 1 || got[0] != w.worker.ID { // of the approval, who proposed it
			t.Errorf("after a new visit: %v", got)
		}
		w.exec(`DELETE FROM housing_team WHERE person_id = $1`, w.visitor.ID)
		w.exec(`UPDATE housing_hosts SET approved_until = visit_until WHERE id = $1`, id)
		w.later(until().Sub(w.now()) - hosts.Warned + time.Hour)
		if got := told(); !slices.Equal(got, []instance.ActorID{w.lead.ID}) {
			t.Errorf("of a visit by somebody who left: %v", got)
		}
	})
}
