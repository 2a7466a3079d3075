package help_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/help"
	"palier/instance/notifications"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

type street struct {
	*apptest.Village
	*help.Service
	lucette, bo, cem instance.Account
}

func newStreet(t *testing.T, db *store.DB) *street {
	t.Helper()
	v := apptest.NewVillage(t, db)
	rue := v.Place("rue", "neighbourhood")
	s := &street{Village: v, lucette: v.Resident("lucette", rue), bo: v.Resident("bo", rue), cem: v.Resident("cem", rue)}
	s.Service = help.New(help.Options{
		DB: db, IDs: instance.NewIDs(v.Clock.Now, 1), Now: v.Clock.Now,
		Tell: func(ctx context.Context, tx store.Tx, kind string, from instance.ActorID, whom []instance.ActorID) error {
			return v.Concern(ctx, tx, kind, from, 0, whom)
		},
	})
	return s
}

// told are the kinds of what somebody was told, the newest first.
func (s *street) told(who instance.Account) []string {
	s.T.Helper()
	list, err := s.Notifications.List(s.T.Context(), s.Viewer(who), notifications.Query{Limit: 50})
	must(s.T, err)
	var kinds []string
	for _, n := range list {
		kinds = append(kinds, string(n.Kind))
	}
	return kinds
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestOnlyWhoSaidYesIsCalled(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s, ctx := newStreet(t, db), t.Context()
		must(t, s.Ask(ctx, s.lucette.ID, s.bo.ID))
		must(t, s.Ask(ctx, s.lucette.ID, s.bo.ID))
		must(t, s.Ask(ctx, s.lucette.ID, s.cem.ID))
		if err := s.Call(ctx, s.lucette.ID); !errors.Is(err, instance.ErrInvalid) {
			t.Fatalf("called with nobody who said yes: %v", err)
		}
		if err := s.Agree(ctx, s.bo.ID, s.cem.ID, ""); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("said yes to who did not ask: %v", err)
		}
		must(t, s.Agree(ctx, s.bo.ID, s.lucette.ID, "06 12.34-56 78"))
		list, err := s.List(ctx, s.lucette.ID)
		must(t, err)
		if len(list) != 2 || !list[0].Agreed || list[0].Phone != "0612345678" || list[1].Agreed {
			t.Errorf("the list is %+v", list)
		}

		must(t, s.Call(ctx, s.lucette.ID))
		must(t, s.Call(ctx, s.lucette.ID)) // pressed twice
		if diff := cmp.Diff([]string{help.NoticeCall, help.NoticeAsk}, s.told(s.bo)); diff != "" {
			t.Errorf("who said yes was told (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{help.NoticeAsk}, s.told(s.cem)); diff != "" {
			t.Errorf("who did not was told (-want +got):\n%s", diff)
		}
		calls, err := s.Calling(ctx, s.bo.ID)
		must(t, err)
		if len(calls) != 1 || calls[0].Person.ID != s.lucette.ID || calls[0].Told != 1 {
			t.Fatalf("who said yes sees %+v", calls)
		}
		if calls, err := s.Calling(ctx, s.cem.ID); err != nil || len(calls) != 0 {
			t.Errorf("who did not sees %+v, %v", calls, err)
		}
		if err := s.Answer(ctx, s.cem.ID, calls[0].ID, true); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("who was not called answers: %v", err)
		}
		must(t, s.Answer(ctx, s.bo.ID, calls[0].ID, false))
		must(t, s.Answer(ctx, s.bo.ID, calls[0].ID, true))
		own, err := s.Standing(ctx, s.lucette.ID)
		must(t, err)
		if own == nil || len(own.Coming) != 1 || len(own.Unable) != 0 {
			t.Errorf("who called sees %+v", own)
		}

		must(t, s.End(ctx, s.lucette.ID))
		must(t, s.End(ctx, s.lucette.ID))
		if got := s.told(s.bo); len(got) != 3 || got[0] != help.NoticeOver {
			t.Errorf("after the end who was called was told %q", got)
		}
		if err := s.Answer(ctx, s.bo.ID, calls[0].ID, true); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("answered what is over: %v", err)
		}
		must(t, s.Part(ctx, s.lucette.ID, s.bo.ID))
		if err := s.Call(ctx, s.lucette.ID); !errors.Is(err, instance.ErrInvalid) {
			t.Errorf("called who takes no calls any more: %v", err)
		}
	})
}

func TestCallsAreFewEndByThemselvesAndAreForgotten(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s, ctx := newStreet(t, db), t.Context()
		must(t, s.Ask(ctx, s.lucette.ID, s.bo.ID))
		must(t, s.Agree(ctx, s.bo.ID, s.lucette.ID, ""))
		for range 3 {
			must(t, s.Call(ctx, s.lucette.ID))
			must(t, s.End(ctx, s.lucette.ID))
		}
		if err := s.Call(ctx, s.lucette.ID); !errors.Is(err, instance.ErrTooMany) {
			t.Errorf("the fourth call of an hour: %v", err)
		}
		s.Clock.Advance(61 * time.Minute)
		must(t, s.Call(ctx, s.lucette.ID))
		s.Clock.Advance(help.Lasts)
		if own, err := s.Standing(ctx, s.lucette.ID); err != nil || own != nil {
			t.Errorf("two hours later stands %+v, %v", own, err)
		}
		s.Clock.Advance(8 * 24 * time.Hour)
		must(t, db.InTx(ctx, func(tx store.Tx) error { return s.Sweep(ctx, tx) }))
		var n int
		must(t, db.Read().QueryRow(ctx, `SELECT COUNT(*) FROM help_calls`).Scan(&n))
		if n != 0 {
			t.Errorf("%d calls are known after a week", n)
		}
	})
}

func TestTelephoneNumbers(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{"": "", "06 12 34 56 78": "0612345678", "+33 (0)6.12": "+330612", "3919": "3919", "abc": "!", "12": "!", "0+612345": "!", "javascript:1234": "!", "0123456789012345678901": "!"} {
		got, err := help.ParsePhone(typed)
		if (err != nil) != (want == "!") || err == nil && got != want {
			t.Errorf("%q is dialled as %q, %v; want %q", typed, got, err, want)
		}
	}
}

func TestPressesAtOnceAreOneCall(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newStreet(t, db)
		must(t, s.Ask(t.Context(), s.lucette.ID, s.bo.ID))
		must(t, s.Agree(t.Context(), s.bo.ID, s.lucette.ID, ""))
		errs := make(chan error, 8)
		for range cap(errs) {
			go func() { errs <- s.Call(t.Context(), s.lucette.ID) }()
		}
		for range cap(errs) {
			must(t, <-errs)
		}
		var calls int
		must(t, db.Read().QueryRow(t.Context(), `SELECT COUNT(*) FROM help_calls WHERE person_id = $1`, s.lucette.ID).Scan(&calls))
		if calls != 1 {
			t.Errorf("%d calls stand, want one", calls)
		}
	})
}
