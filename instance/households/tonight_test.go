package households_test

import (
	"errors"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/households"
	"palier/instance/store"
	"palier/instance/store/storetest"
	"palier/protocol/vocab"
)

func TestTonight_ABedIsAskedForAndNoRuleIsWeakened(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o, ctx := newOffice(t, db), t.Context()
		id := o.vetted("w")
		free, full, withMen, unknown, old := o.flat("1"), o.flat("2"), o.flat("3"), o.flat("4"), o.flat("5")
		full.URI, o.full = full.URI+"full", map[string]int{full.URI + "full": 4}
		withMen.Category, withMen.Residents = vocab.PrivateRoom, instance.Residents{Known: true, Men: 2}
		unknown.Category, unknown.Residents = vocab.PrivateRoom, instance.Residents{}
		old.URI, old.HeardAt = "https://other.example/h/5", o.now().Add(-households.FreshTonight-time.Hour)
		fresh := o.flat("6")
		fresh.URI, fresh.HeardAt = "https://other.example/h/6", o.now().Add(-time.Hour)
		lived := o.flat("7")
		lived.URI, lived.HeardAt, lived.Category, lived.Placed = "https://other.example/h/7", o.now(), vocab.EntirePlace, true
		o.homes = []households.Home{free, full, withMen, unknown, old, fresh, lived}
		ask := func(uri string, nights int) (instance.Hold, error) {
			return o.AskTonight(ctx, o.worker, id, uri, nights)
		}
		if _, err := ask(free.URI, 1); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("for a case that is not marked: %v", err)
		}
		must(t, o.NeedsBed(ctx, o.worker, id, true))
		list, err := o.Tonight(ctx, o.other, o.programme, 10)
		must(t, err)
		if len(list) != 1 || list[0].ID != id || !list[0].Tonight || list[0].Beds != 0 {
			t.Errorf("marked: %+v", list)
		}
		if board, err := o.Board(ctx, o.worker, o.programme, instance.CaseProposal, false, households.Line{}, 10); err != nil || len(board) != 1 || !board[0].Tonight {
			t.Errorf("the board: %+v, %v", board, err)
		}
		n, err := o.BedsTonight(ctx, o.worker, id, 1)
		must(t, err)
		if len(n.Fits) != 2 || len(n.Asking) != 1 || n.Asking[0].Home.URI != unknown.URI || n.Old != 1 || n.Not != 1 || !n.Ready {
			t.Errorf("tonight: %d fit, %d to be asked about, %d old, %d not", len(n.Fits), len(n.Asking), n.Old, n.Not)
		}
		if homes, left, err := o.FreeTonight(ctx, o.worker, o.programme); err != nil || len(homes) != 4 || left != 1 {
			t.Errorf("free tonight: %d homes, %d old, %v", len(homes), left, err)
		}
		for uri, want := range map[string]error{withMen.URI: instance.ErrForbidden, unknown.URI: instance.ErrForbidden} {
			if _, err := ask(uri, 1); !errors.Is(err, want) {
				t.Errorf("asked at %s: %v", uri, err)
			}
		}
		for _, uri := range []string{full.URI, old.URI, lived.URI, "https://asso.example/h/none"} {
			_, err := ask(uri, 1)
			invalid(t, err, "homes", "taken")
		}
		for _, nights := range []int{0, 4} {
			_, err := ask(free.URI, nights)
			invalid(t, err, "nights", "malformed")
		}
		_, err = ask(fresh.URI, 1)
		invalid(t, err, "consent", "partner") // the household did not agree that a partner be told
		h, err := ask(free.URI, 2)
		must(t, err)
		if h.Stay.From != o.tonight() || h.Stay.Nights() != 2 || h.State != instance.HoldHeld {
			t.Errorf("held %+v", h)
		}
		// Two sign, tonight as well.
		if both, err := o.Sign(ctx, o.worker, h.ID); err != nil || both {
			t.Errorf("signed by one: %t, %v", both, err)
		}
		if _, err := o.Sign(ctx, o.worker, h.ID); !errors.Is(err, instance.ErrForbidden) {
			t.Errorf("the same signs twice: %v", err)
		}
		if list, err := o.Tonight(ctx, o.worker, o.programme, 10); err != nil || list[0].Beds != 1 {
			t.Errorf("with a bed held: %+v, %v", list, err)
		}
		for who, by := range map[string]instance.Account{"a visitor": o.visitor, "a reader": o.reader, "a stranger": o.stranger} {
			_, a := o.Tonight(ctx, by, o.programme, 1)
			_, _, b := o.FreeTonight(ctx, by, o.programme)
			_, c := o.BedsTonight(ctx, by, id, 1)
			_, d := o.AskTonight(ctx, by, id, free.URI, 1)
			for deed, err := range map[string]error{"reads": a, "looks": b, "looks for a case": c, "asks": d, "marks": o.NeedsBed(ctx, by, id, true)} {
				if !errors.Is(err, instance.ErrNotFound) {
					t.Errorf("%s %s: %v", who, deed, err)
				}
			}
		}

		// Whoever was not vetted by two, or is frozen, is asked for by nobody.
		fast, err := o.Open(ctx, o.worker, o.programme, instance.ByCaseworker, o.file("w"))
		must(t, err)
		must(t, o.NeedsBed(ctx, o.worker, fast.ID, true))
		if _, err := o.AskTonight(ctx, o.worker, fast.ID, free.URI, 1); !errors.Is(err, instance.ErrForbidden) {
			t.Errorf("a case that nobody vetted: %v", err)
		}
		must(t, o.Freeze(ctx, o.worker, id, true))
		if _, err := ask(free.URI, 1); !errors.Is(err, instance.ErrForbidden) {
			t.Errorf("a case that is frozen: %v", err)
		}
		child, err := o.Open(ctx, o.worker, o.programme, instance.ByCaseworker, o.file("g"))
		must(t, err)
		if n, err := o.BedsTonight(ctx, o.worker, child.ID, 1); err != nil || !n.Alone || len(n.Fits)+len(n.Asking) != 0 {
			t.Errorf("a child alone: %+v, %v", n, err)
		}
	})
}

func TestTonight_TheMorningEndsItAndSomebodyAsks(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o, ctx := newOffice(t, db), t.Context()
		id := o.vetted("w")
		o.homes = []households.Home{o.flat("1"), o.flat("2")}
		must(t, o.NeedsBed(ctx, o.worker, id, true))
		unsigned, err := o.AskTonight(ctx, o.worker, id, o.homes[0].URI, 1)
		must(t, err)
		signed, err := o.AskTonight(ctx, o.worker, id, o.homes[1].URI, 1)
		must(t, err)
		_, err = o.Sign(ctx, o.other, signed.ID)
		must(t, err)
		state := func(h instance.Hold, want string) {
			t.Helper()
			var got string
			must(t, db.Read().QueryRow(ctx, `SELECT state FROM housing_holds WHERE id = $1`, h.ID).Scan(&got))
			if got != want {
				t.Errorf("the hold is %s, want %s", got, want)
			}
		}
		o.later(90 * time.Minute)
		must(t, o.Sweep(ctx))
		state(unsigned, "held")
		o.later(time.Hour)
		must(t, o.Sweep(ctx))
		state(unsigned, "withdrawn")
		state(signed, "held")

		o.at = start.Add(15 * time.Hour) // three in the morning
		must(t, o.Sweep(ctx))
		if list, err := o.Tonight(ctx, o.worker, o.programme, 10); err != nil || len(list) != 1 {
			t.Errorf("at three in the morning: %+v, %v", list, err)
		}
		o.later(4 * time.Hour)
		if list, err := o.Tonight(ctx, o.worker, o.programme, 10); err != nil || len(list) != 0 {
			t.Errorf("in the morning: %+v, %v", list, err)
		}
		for range 2 { // once
			must(t, o.Sweep(ctx))
		}
		calls, err := o.FollowUps(ctx, o.worker, id)
		must(t, err)
		if len(calls) != 1 || calls[0].Kind != households.FollowTonight || calls[0].Due != o.tonight() {
			t.Errorf("in the morning somebody asks %+v", calls)
		}
		waits, err := o.WaitingFor(ctx, o.worker, o.programme, 10)
		must(t, err)
		if len(waits) != 1 || waits[0].Kind != households.FollowTonight {
			t.Errorf("at the desk waits %+v", waits)
		}
		_, err = o.Asked(ctx, o.worker, calls[0].ID, true, households.Note{Text: "chez une amie"})
		must(t, err)
		must(t, o.NeedsBed(ctx, o.worker, id, true))
		must(t, o.NeedsBed(ctx, o.worker, id, false))
		if list, err := o.Tonight(ctx, o.worker, o.programme, 10); err != nil || len(list) != 0 {
			t.Errorf("taken back: %+v, %v", list, err)
		}
	})
}

// TestTonight_NobodyIsAskedIntoAHomeThatIsFrozen freezes a home of ours and one of a
// partner: neither is free tonight until two have looked.
func TestTonight_NobodyIsAskedIntoAHomeThatIsFrozen(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o, ctx := newOffice(t, db), t.Context()
		id := o.vetted("w")
		ours, theirs, free := o.flat("1"), o.flat("2"), o.flat("3")
		theirs.URI, theirs.HeardAt = "https://other.example/h/2", o.now()
		o.homes = []households.Home{ours, theirs, free}
		must(t, o.NeedsBed(ctx, o.worker, id, true))
		count := func(want int) {
			t.Helper()
			homes, _, err := o.FreeTonight(ctx, o.worker, o.programme)
			must(t, err)
			n, err := o.BedsTonight(ctx, o.worker, id, 1)
			must(t, err)
			if len(homes) != want || len(n.Fits) != want || n.Not != 0 {
				t.Errorf("%d homes are free, %d fit and %d do not, want %d of each that is not frozen", len(homes), len(n.Fits), n.Not, want)
			}
		}
		count(3)
		for _, home := range []households.Home{ours, theirs} {
			_, err := o.Report(ctx, o.worker, o.programme, households.Report{Home: home.URI, Severity: households.SeveritySerious, Text: "une porte forcée", Freeze: true})
			must(t, err)
		}
		count(1)
		for _, home := range []households.Home{ours, theirs} {
			_, err := o.AskTonight(ctx, o.worker, id, home.URI, 1)
			invalid(t, err, "homes", "taken")
		}
		o.exec(`UPDATE housing_frozen_homes SET lifted_at = 1`)
		count(3)
	})
}
