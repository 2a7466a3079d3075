package care_test

import (
	"errors"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/care"
	"palier/instance/jobs"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

func TestACircleIsForThoseInItAndEndsWithItsConsent(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v, ctx := apptest.NewVillage(t, db), t.Context()
		rue := v.Place("rue", "neighbourhood")
		lucette, bo, nurse, eve := v.Resident("lucette", rue).ID, v.Resident("bo", rue).ID, v.Resident("nurse", rue).ID, v.Resident("eve", rue).ID
		s := care.New(care.Options{DB: db, IDs: instance.NewIDs(v.Clock.Now, 1), Now: v.Clock.Now, Zone: time.UTC, Jobs: jobs.New(db, jobs.Options{}), Tell: v.Private})
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		id, err := s.OpenOnPaper(ctx, lucette, bo)
		must(err)
		if _, err := s.Open(ctx, lucette); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("a second circle: %v", err)
		}
		if err := s.Invite(ctx, bo, id, eve, "volunteer"); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("somebody outside invites: %v", err)
		}
		must(s.Invite(ctx, lucette, id, bo, "volunteer"))
		if _, err := s.ByID(ctx, bo, id); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("who has not said yes reads: %v", err)
		}
		must(s.Enter(ctx, bo, id))
		must(s.Invite(ctx, bo, id, nurse, "professional"))
		must(s.Enter(ctx, nurse, id))
		if err := s.Enter(ctx, eve, id); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("who was not invited enters: %v", err)
		}

		must(s.Did(ctx, nurse, id, "visit", "company"))
		must(s.Plan(ctx, bo, id, "errand", v.Clock.Now().Add(24*time.Hour)))
		seen, err := s.ByID(ctx, lucette, id)
		must(err)
		if len(seen.Done) != 1 || seen.Done[0].By.ID != nurse || seen.Done[0].How != "company" || len(seen.Planned) != 1 || len(seen.Members) != 2 || seen.Seen == nil || seen.Seen.ID != bo {
			t.Errorf("she sees %+v", seen)
		}
		for _, wrong := range []error{s.Did(ctx, bo, id, "diagnosis", ""), s.Did(ctx, bo, id, "call", "diabète"), s.Plan(ctx, bo, id, "call", v.Clock.Now().Add(-48*time.Hour)), s.Invite(ctx, bo, id, eve, "doctor")} {
			if !errors.Is(wrong, instance.ErrInvalid) {
				t.Errorf("what has no word of ours was taken: %v", wrong)
			}
		}
		must(s.Finish(ctx, nurse, id, seen.Planned[0].ID, "well"))
		if err := s.Drop(ctx, bo, id, seen.Done[0].ID); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("took back what another did: %v", err)
		}
		must(s.Drop(ctx, lucette, id, seen.Done[0].ID))

		if err := s.Part(ctx, bo, id, nurse); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("sent another away: %v", err)
		}
		must(s.Part(ctx, lucette, id, bo))
		if list, err := s.Of(ctx, bo); err != nil || len(list) != 0 {
			t.Errorf("who was sent away still sees %+v, %v", list, err)
		}
		must(s.Withdraw(ctx, lucette))
		if _, err := s.ByID(ctx, nurse, id); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("after the consent was taken back: %v", err)
		}
		for _, table := range []string{"care_circles", "care_members", "care_entries"} {
			var n int
			must(db.Read().QueryRow(ctx, `SELECT COUNT(*) FROM `+table).Scan(&n))
			if n != 0 {
				t.Errorf("%d rows are left in %s", n, table)
			}
		}
	})
}
