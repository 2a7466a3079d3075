package housing_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"palier/instance"
	"palier/instance/housing"
	"palier/instance/store"
	"palier/instance/store/storetest"
	"palier/protocol/ledger"
)

// TestTheMinimumIsReadByTheOtherCaseworkerAndForgotten follows a file in which
// everything is a canary: nothing of it is on the wire or in a database in the
// clear, and nothing at all once the hold is over.
func TestTheMinimumIsReadByTheOtherCaseworkerAndForgotten(t *testing.T) {
	t.Parallel()
	w := newWorld()
	rhone := w.side(t, "rhone", storetest.Open(t, store.SQLite))
	isere := w.side(t, "isere", storetest.Open(t, store.SQLite))
	gard := w.side(t, "gard", storetest.Open(t, store.SQLite))
	isere.sees(rhone)
	gard.sees(rhone)
	ctx := t.Context()
	l := rhone.offer(1)
	h, err := isere.housing.Ask(ctx, isere.worker, isere.programme.Group.ID, l.URI, ledger.Ask{Places: 1, Stay: ledger.Stay{From: l.Stay.From, Until: l.Stay.From + 5}}, 0)
	must(t, err)

	m := housing.Minimum{Contact: "canari-telephone", Address: "12 rue du Canari", Household: "deux canaris", Needs: "canari-besoins"}
	r, err := rhone.housing.Send(ctx, rhone.worker, rhone.programme.Group.ID, l.URI, h.Number, m)
	must(t, err)
	if err := r.Verify(isere.programme.Seal); err != nil {
		t.Errorf("the receipt: %v", err)
	}
	onTheWire, err := json.Marshal(w.parcels)
	must(t, err)
	if strings.Contains(strings.ToLower(string(onTheWire)), "canari") || !strings.Contains(string(onTheWire), r.File) {
		t.Errorf("on the wire: %s", onTheWire)
	}
	if got := isere.one(`SELECT COUNT(*) FROM housing_files WHERE sealed LIKE '%anari%'`) + rhone.one(`SELECT COUNT(*) FROM housing_files WHERE sealed <> ''`); got != 0 {
		t.Errorf("%d files in the clear, or kept by who sent them", got)
	}

	got, err := isere.housing.Read(ctx, isere.worker, isere.programme.Group.ID, r.File)
	if err != nil || got != m {
		t.Errorf("read %+v, %v", got, err)
	}
	if n := isere.one(`SELECT COUNT(*) FROM housing_file_reads WHERE person_id = $1`, isere.worker.ID); n != 1 {
		t.Errorf("%d reads are noted", n)
	}
	stranger := instance.Account{Actor: instance.Actor{ID: 77}}
	if _, err := isere.housing.Read(ctx, stranger, isere.programme.Group.ID, r.File); !errors.Is(err, instance.ErrNotFound) {
		t.Errorf("read by who is not of the team: %v", err)
	}

	// Somebody who has nothing to do with it, and a file under an id that is used.
	other := w.parcels[0]
	other.By = gard.programme.Group.URI
	if _, err := isere.housing.Received(ctx, gard.programme.Group.URI, isere.programme.Group.URI, other); !errors.Is(err, instance.ErrNotFound) {
		t.Errorf("a file of a third: %v", err)
	}
	other = w.parcels[0]
	other.Sealed += "AAAA"
	if _, err := isere.housing.Received(ctx, rhone.programme.Group.URI, isere.programme.Group.URI, other); !errors.Is(err, instance.ErrNotFound) {
		t.Errorf("another file under its id: %v", err)
	}
	if again, err := isere.housing.Received(ctx, rhone.programme.Group.URI, isere.programme.Group.URI, w.parcels[0]); err != nil || len(again) == 0 {
		t.Errorf("the same file again: %v", err)
	}

	_, err = isere.housing.Withdraw(ctx, isere.worker, h.ID)
	must(t, err)
	must(t, isere.housing.SweepNow(ctx))
	if _, err := isere.housing.Read(ctx, isere.worker, isere.programme.Group.ID, r.File); !errors.Is(err, instance.ErrGone) {
		t.Errorf("after the hold was given up: %v", err)
	}
	if n := isere.one(`SELECT COUNT(*) FROM housing_files WHERE sealed <> ''`); n != 0 {
		t.Errorf("%d files are kept", n)
	}
	if _, err := rhone.housing.Send(ctx, rhone.worker, rhone.programme.Group.ID, l.URI, h.Number, m); !errors.Is(err, instance.ErrConflict) {
		t.Errorf("sent after it was over: %v", err)
	}
}

// TestFilesOfManyHomesAreForgottenInOneQuestion has files about homes of ours, of a partner
// and of one whose ledger does not hold, some of which are needed still.
func TestFilesOfManyHomesAreForgottenInOneQuestion(t *testing.T) {
	t.Parallel()
	storetest.EachCounted(t, func(t *testing.T, db *store.DB, reads *storetest.Reads) {
		ctx := t.Context()
		w := newWorld()
		isere, rhone := w.side(t, "isere", db), w.side(t, "rhone", storetest.Open(t, db.Engine()))
		isere.sees(rhone)
		rhone.sees(isere)
		send := func(from *side, l instance.Listing, hold int) string {
			t.Helper()
			r, err := from.housing.Send(ctx, from.worker, from.programme.Group.ID, l.URI, hold, housing.Minimum{Contact: "06 12"})
			must(t, err)
			return r.File
		}
		ask := func(s *side, l instance.Listing) instance.Hold {
			t.Helper()
			h, err := s.housing.Ask(ctx, s.worker, s.programme.Group.ID, l.URI, ledger.Ask{Places: 1, Stay: ledger.Stay{From: l.Stay.From, Until: l.Stay.From + 5}}, 0)
			must(t, err)
			return h
		}
		kept := map[string]bool{} // by the id of a file
		for i := range 4 {
			theirs, ours := rhone.offer(1), isere.offer(1)
			a, b := ask(isere, theirs), ask(rhone, ours)
			fileA, fileB := send(rhone, theirs, a.Number), send(rhone, ours, b.Number)
			kept[fileA], kept[fileB] = true, true
			switch i {
			case 1:
				_, err := isere.housing.Withdraw(ctx, isere.worker, a.ID)
				must(t, err)
				_, err = rhone.housing.Withdraw(ctx, rhone.worker, b.ID)
				must(t, err)
				kept[fileA], kept[fileB] = false, false
			case 2:
				isere.exec(`UPDATE housing_copies SET broken = 'it lied' WHERE uri = $1`, theirs.URI)
				kept[fileA] = false
			}
		}
		var ledgers int
		for _, sql := range reads.During(func() { must(t, isere.housing.SweepNow(ctx)) }) {
			if strings.Contains(sql, "housing_copy_entries") {
				ledgers++
			}
		}
		if ledgers != 1 {
			t.Errorf("the ledgers of partners are read %d times", ledgers)
		}
		for file, want := range kept {
			if got := isere.one(`SELECT COUNT(*) FROM housing_files WHERE id = $1 AND gone_at IS NULL AND sealed <> ''`, file) == 1; got != want {
				t.Errorf("the file %s is kept: %t, want %t", file, got, want)
			}
		}
	})
}
