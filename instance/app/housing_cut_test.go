package app_test

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/config"
	"palier/instance/housing"
	"palier/instance/store"
	"palier/instance/store/storetest"
	"palier/protocol/ledger"
)

// far is a bureau at the end of a cable, with a clock of its own.
type far struct {
	*bureau
	cable *apptest.Cable
	wrong *atomic.Int64 // by how much its clock is
}

// openFar opens a bureau that others reach by a cable.
func openFar(t *testing.T, engine store.Engine, name string) *far {
	t.Helper()
	f := &far{cable: apptest.NewCable(t), wrong: &atomic.Int64{}}
	now := func() time.Time { return time.Now().Add(time.Duration(f.wrong.Load())) }
	f.bureau = openBureau(t, apptest.OpenAt(t, storetest.URL(t, engine), now, func(c *config.Config) {
		f.cable.Plug(c.Listen)
		c.URL = f.cable.URL
	}), name)
	return f
}

// page opens what a caseworker sees of a hold, and tells its state and what it says.
func (b *bureau) page(t *testing.T, who *apptest.Browser, id instance.ID) (state, says string) {
	t.Helper()
	p := who.Open("/programmes/" + b.programme.Group.ID.String() + "/holds/" + id.String())
	if p.Status != 200 {
		t.Fatalf("the page of hold %s: %d", id, p.Status)
	}
	return p.Words(".badge"), p.Words("main")
}

// soon has what failed, and what nobody answered, be tried again now as it is in a while:
// until nothing is left to try, or as often as a server does within an hour.
func soon(t *testing.T, servers ...*apptest.Server) {
	t.Helper()
	for range 5 {
		left := 0
		for _, s := range servers {
			left += again(t, s)
		}
		apptest.Settle(t, servers...)
		if left == 0 {
			return
		}
	}
}

// again has a server try all of that now, and returns how much it was.
func again(t *testing.T, s *apptest.Server) (left int) {
	t.Helper()
	ctx := t.Context()
	open := listed[string](t, s, `SELECT id FROM housing_statements WHERE outcome = 'open'`)
	// One that is tried again within seconds is called available at once.
	failed := listed[int64](t, s, `SELECT id FROM river_job WHERE state = 'retryable' OR state = 'available' AND attempt > 0`)
	away := listed[string](t, s, `SELECT DISTINCT host FROM deliveries`)
	came := listed[int64](t, s, `SELECT COUNT(*) FROM inbox_items WHERE state = 'new'`)
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		for _, id := range open {
			if err := s.Jobs.Enqueue(ctx, tx, housing.SayAgain{Statement: id}); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, `UPDATE inbox_items SET next_at = 0 WHERE state = 'new'`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range failed {
		if err := s.Jobs.Retry(ctx, id); err != nil {
			t.Fatal(err)
		}
	}
	for _, host := range away {
		if err := s.Federation.RetryHost(ctx, host); err != nil {
			t.Fatal(err)
		}
	}
	return len(open) + len(failed) + len(away) + int(came[0])
}

// listed is all that a question of one column finds on a server.
func listed[T any](t *testing.T, s *apptest.Server, sql string) []T {
	t.Helper()
	rows, err := s.DB.Read().Query(t.Context(), sql)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		var one T
		if err := rows.Scan(&one); err != nil {
			t.Fatal(err)
		}
		all = append(all, one)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// ledgerOf is the whole ledger of a home, verified, in which no bed is two's.
func ledgerOf(t *testing.T, b *bureau, l instance.Listing) (*ledger.Book, []ledger.Entry) {
	t.Helper()
	page, err := b.Housing.Export(t.Context(), b.lead, l.ID)
	if err != nil {
		t.Fatal(err)
	}
	entries, err := ledger.DecodePage(page)
	if err != nil {
		t.Fatal(err)
	}
	book, err := ledger.Verify(entries, ledger.Evidence{})
	if err != nil {
		t.Fatal(err)
	}
	taken := map[ledger.BedNight]int{}
	for _, h := range book.Holds() {
		if !h.Standing.Takes() {
			continue
		}
		for _, bed := range h.Beds {
			for n := h.Stay.From; n < h.Stay.Until; n++ {
				if other := taken[ledger.BedNight{Bed: bed, Night: n}]; other != 0 {
					t.Errorf("bed %d in the night of %s is that of %d and %d", bed, n, other, h.Number)
				}
				taken[ledger.BedNight{Bed: bed, Night: n}] = h.Number
			}
		}
	}
	return book, entries
}

// cutsIn are where a cable is cut in so many bytes.
func cutsIn(n int) []int { return []int{0, 1, n / 3, n - 1} }

// TestJ19_CutBetweenGrantAndReceipt cuts the connection at many bytes of what is
// said and of what is answered, from the first ask to the departure. Nobody is told
// that something is held which was not answered; what was heard is not lost and not
// done twice; and the page says so.
func TestJ19_CutBetweenGrantAndReceipt(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		rhone, isere := openFar(t, engine, "rhone"), openFar(t, engine, "isere")
		isere.sees(rhone.bureau)
		l := rhone.offer(1)
		apptest.Settle(t, rhone.Server, isere.Server)
		needs, desk := ready(t, isere.bureau), isere.SignedIn(isere.worker)
		ctx := t.Context()
		ask := func(n int) instance.Hold {
			t.Helper()
			from := tonight() + ledger.Night(3*n)
			h, err := isere.Housing.Ask(ctx, isere.worker, isere.programme.Group.ID, l.URI, ledger.Ask{Places: 1, Stay: ledger.Stay{From: from, Until: from + 3}}, needs)
			if err != nil {
				t.Fatal(err)
			}
			return h
		}
		const said = "POST /h/"
		rhone.cable.Count(said)
		first := ask(0)
		asked, answered := rhone.cable.Counted()
		if asked == 0 || answered == 0 || first.State != instance.HoldHeld {
			t.Fatalf("%d bytes asked, %d answered, %s", asked, answered, first.State)
		}
		n := 0
		for _, answer := range []bool{false, true} {
			for _, after := range cutsIn(map[bool]int{false: asked, true: answered}[answer]) {
				n++
				what := fmt.Sprintf("answer %t cut after %d bytes", answer, after)
				before, _ := ledgerOf(t, rhone.bureau, l)
				rhone.cable.Cut(said, answer, after)
				h := ask(n)
				if rhone.cable.Mend() == 0 {
					t.Fatalf("%s: nothing was cut", what)
				}
				badge, says := isere.page(t, desk, h.ID)
				// What was granted may be known already: the keeper tells that the home has
				// less free, and its ledger was read for that.
				known := answer && badge == "Réservé"
				if !known && (h.State != instance.HoldUnanswered || badge != "Sans réponse" || !strings.Contains(says, "rien n’est réservé") && !strings.Contains(says, "Rien n’est réservé")) {
					t.Errorf("%s: %s, the page says %s: %s", what, h.State, badge, says)
				}
				heard, _ := ledgerOf(t, rhone.bureau, l)
				if got := len(heard.Holds()) - len(before.Holds()); answer && got != 1 || !answer && got != 0 {
					t.Errorf("%s: %d holds stand in the ledger", what, got)
				}
				soon(t, isere.Server, rhone.Server)
				after, _ := ledgerOf(t, rhone.bureau, l)
				now := isere.hold(h.ID)
				if badge, _ := isere.page(t, desk, h.ID); now.State != instance.HoldHeld || badge != "Réservé" || len(after.Holds())-len(before.Holds()) != 1 {
					t.Errorf("%s: once it was said again it is %s, %s, and %d are in the ledger", what, now.State, badge, len(after.Holds())-len(before.Holds()))
				}
			}
		}
		agreeAndLeave(t, rhone, isere, l, first, desk)
		if book, entries := ledgerOf(t, rhone.bureau, l); len(book.Holds()) != n+1 {
			t.Errorf("%d holds of %d asks in %d entries", len(book.Holds()), n+1, len(entries))
		}
	})
}

// agreeAndLeave goes on from a hold over the file to the end, and has each thing
// that is said be cut once before it is heard, and once after.
func agreeAndLeave(t *testing.T, rhone, isere *far, l instance.Listing, h instance.Hold, desk *apptest.Browser) {
	t.Helper()
	ctx := t.Context()
	const file = "POST /g/isere/files"
	for _, answer := range []bool{false, true} {
		isere.cable.Cut(file, answer, 40)
		keeper := rhone.SignedIn(rhone.worker)
		p := keeper.Open("/programmes/" + rhone.programme.Group.ID.String() + "/homes/" + l.ID.String() + "/holds/" + fmt.Sprint(h.Number) + "/file")
		p = keeper.Press(p, "form[action$='/file'] button.button", apptest.Fields{"home": {"12 rue du Lérot"}})
		if p.Status != 422 || !strings.Contains(p.Words("#contact-problem"), "Aucun reçu") || p.Find("#home").Text() != "12 rue du Lérot" {
			t.Errorf("a file without a receipt (answer cut: %t): %d %s", answer, p.Status, p.Words("main"))
		}
		if isere.cable.Mend() == 0 {
			t.Error("no file was cut")
		}
	}
	receipt, err := rhone.Housing.Send(ctx, rhone.worker, rhone.programme.Group.ID, l.URI, h.Number, housing.Minimum{Address: "12 rue du Lérot"})
	if err != nil {
		t.Fatal(err)
	}
	if m, err := isere.Housing.Read(ctx, isere.worker, isere.programme.Group.ID, receipt.File); err != nil || m.Address != "12 rue du Lérot" {
		t.Errorf("a file with a receipt reads %+v, %v", m, err)
	}
	if _, err := isere.Households.Sign(ctx, isere.worker, h.ID); err != nil {
		t.Fatal(err)
	}
	const said = "POST /h/"
	rhone.cable.Cut(said, true, 0) // it was heard, and nobody here knows
	if _, err := isere.Households.Sign(ctx, isere.lead, h.ID); err != nil {
		t.Fatal(err)
	}
	cut := rhone.cable.Mend()
	badge, says := isere.page(t, desk, h.ID)
	if cut == 0 || badge != "Confirmé" && (badge != "Réservé" || !strings.Contains(says, "n’a pas encore répondu")) {
		t.Errorf("agreed to without an answer: %s: %s", badge, says)
	}
	soon(t, isere.Server, rhone.Server)
	if badge, _ := isere.page(t, desk, h.ID); badge != "Confirmé" {
		t.Errorf("agreed to once it was said again: %s", badge)
	}
	if err := rhone.Housing.Place(ctx, rhone.worker, l.ID, h.Number); err != nil {
		t.Fatal(err)
	}
	soon(t, rhone.Server, isere.Server)
	if badge, _ := isere.page(t, desk, h.ID); badge != "Accueilli" {
		t.Errorf("placed: %s", badge)
	}
	rhone.cable.Cut(said, true, 0)
	if _, err := isere.Housing.Leave(ctx, isere.worker, h.ID, h.Stay.From+1, ledger.Earlier); err != nil {
		t.Fatal(err)
	}
	rhone.cable.Mend()
	if badge, says := isere.page(t, desk, h.ID); badge != "Accueilli" || !strings.Contains(says, "n’a pas encore répondu") {
		t.Errorf("left without an answer: %s: %s", badge, says)
	}
	soon(t, isere.Server, rhone.Server)
	if badge, _ := isere.page(t, desk, h.ID); badge != "Terminé" {
		t.Errorf("left: %s", badge)
	}
}
