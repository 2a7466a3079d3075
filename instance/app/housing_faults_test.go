package app_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"palier/federation/federationtest"
	"palier/instance"
	"palier/instance/app"
	"palier/instance/apptest"
	"palier/instance/housing"
	"palier/instance/store"
	"palier/instance/store/storetest"
	"palier/protocol/ledger"
)

// lasting is a server that stops and begins again on what it kept, at one address.
type lasting struct {
	*keeper
	bureau *bureau
	server *apptest.Server
}

func newLasting(t *testing.T, n *federationtest.Network, engine store.Engine) *lasting {
	t.Helper()
	x := &lasting{keeper: &keeper{t: t, host: n.Host(), database: storetest.URL(t, engine), media: t.TempDir(), keys: filepath.Join(t.TempDir(), "keys")}}
	x.begin()
	t.Cleanup(x.end)
	return x
}

func (x *lasting) begin() {
	x.t.Helper()
	a, err := app.Open(context.WithoutCancel(x.t.Context()), keeping(x.database, x.host.URL, x.media, x.keys), app.Options{Log: slog.New(slog.DiscardHandler), Now: time.Now, Version: "test"})
	if err != nil {
		x.t.Fatal(err)
	}
	x.host.Serve(a.Handler())
	if err := a.Start(context.WithoutCancel(x.t.Context())); err != nil {
		x.t.Fatal(err)
	}
	x.server = &apptest.Server{App: a, T: x.t, URL: x.host.URL}
	if x.bureau != nil {
		x.bureau.Server = x.server
	}
}

func (x *lasting) end() {
	x.t.Helper()
	x.host.Serve(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := errors.Join(x.server.Stop(ctx), x.server.Close()); err != nil {
		x.t.Fatal(err)
	}
}

// TestJ19_BothServersBeginAgainInEitherOrder goes from an ask to a departure, and
// has both servers stop and begin again after each step, in all orders. What one
// of them says while the other is not there is said again.
func TestJ19_BothServersBeginAgainInEitherOrder(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		n, ctx := federationtest.NewNetwork(t, nil), t.Context()
		a, b := newLasting(t, n, engine), newLasting(t, n, engine)
		rhone, isere := openBureau(t, a.server, "rhone"), openBureau(t, b.server, "isere")
		a.bureau, b.bureau = rhone, isere
		isere.sees(rhone)
		l := rhone.offer(1)
		apptest.Settle(t, rhone.Server, isere.Server)
		needs := ready(t, isere)
		var h instance.Hold
		for i, step := range []struct {
			do   func() error
			want instance.HoldState
		}{
			{func() (err error) {
				h, err = isere.Housing.Ask(ctx, isere.worker, isere.programme.Group.ID, l.URI, ledger.Ask{Places: 1, Stay: ledger.Stay{From: tonight(), Until: tonight() + 9}}, needs)
				return err
			}, instance.HoldHeld},
			{func() error {
				_, err := rhone.Housing.Send(ctx, rhone.worker, rhone.programme.Group.ID, l.URI, h.Number, housing.Minimum{Address: "ici"})
				return err
			}, instance.HoldHeld},
			{func() error { _, err := isere.Households.Sign(ctx, isere.worker, h.ID); return err }, instance.HoldHeld},
			{func() error { _, err := isere.Households.Sign(ctx, isere.lead, h.ID); return err }, instance.HoldAgreed},
			{func() error { return rhone.Housing.Place(ctx, rhone.worker, l.ID, h.Number) }, instance.HoldPlaced},
			{func() error {
				_, err := isere.Housing.Leave(ctx, isere.worker, h.ID, tonight()+3, ledger.Earlier)
				return err
			}, instance.HoldEnded},
		} {
			if err := step.do(); err != nil {
				t.Fatalf("step %d: %v", i, err)
			}
			first, second := a, b
			if i%2 == 1 {
				first, second = b, a
			}
			first.end()
			second.end()
			if i%4 > 1 {
				first, second = second, first
			}
			first.begin()
			apptest.Settle(t, first.server) // it says all it has to who is not there
			second.begin()
			soon(t, rhone.Server, isere.Server)
			if got := isere.hold(h.ID); got.State != step.want {
				t.Fatalf("after step %d and a pause of both it is %s, want %s", i, got.State, step.want)
			}
			verified(t, rhone, l.ID)
		}
		_, entries := ledgerOf(t, rhone, l)
		isere.believes(t, l, entries)
	})
}

// noRoom has a server have no room to keep anything about homes, as on a full disk,
// and returns what gives it room again.
func noRoom(t *testing.T, s *apptest.Server) (room func()) {
	t.Helper()
	ctx := t.Context()
	exec := func(sql string) {
		t.Helper()
		var err error
		if s.DB.Engine() == store.SQLite {
			_, err = s.DB.Writer().ExecContext(ctx, sql)
		} else {
			_, err = s.DB.Pool().Exec(ctx, sql)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if s.DB.Engine() == store.SQLite {
		exec(`PRAGMA max_page_count = 1`) // never less than there are
		return func() { exec(`PRAGMA max_page_count = 1000000`) }
	}
	exec(`CREATE OR REPLACE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no space left on device' USING ERRCODE = 'disk_full'; END $$`)
	tables := []string{"housing_entries", "housing_copy_entries"}
	for _, table := range tables {
		exec(`CREATE TRIGGER no_room BEFORE INSERT ON ` + table + ` FOR EACH ROW EXECUTE FUNCTION no_room()`)
	}
	return func() {
		for _, table := range tables {
			exec(`DROP TRIGGER no_room ON ` + table)
		}
	}
}

// TestJ19_ADiskThatIsFullLosesNothing fills the disk of who keeps a home, and then
// of who asks, until something cannot be kept. Nothing is half kept; nobody believes
// to hold what the ledger does not say; and once there is room it goes on by itself.
func TestJ19_ADiskThatIsFullLosesNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		rhone, isere := openFar(t, engine, "rhone"), openFar(t, engine, "isere")
		isere.sees(rhone.bureau)
		l := rhone.offer(20)
		apptest.Settle(t, rhone.Server, isere.Server)
		needs, desk := ready(t, isere.bureau), isere.SignedIn(isere.worker)
		ctx, asked := t.Context(), 0
		for _, full := range []*far{rhone, isere} {
			room := noRoom(t, full.Server)
			var failed bool
			var last instance.Hold
			for range 14 {
				h, err := isere.Housing.Ask(ctx, isere.worker, isere.programme.Group.ID, l.URI, ledger.Ask{Places: 1, Stay: ledger.Stay{From: tonight(), Until: tonight() + 60}}, needs)
				asked++
				if err != nil && !errors.Is(err, store.ErrDiskFull) {
					t.Fatal(err)
				}
				if last = h; err != nil || h.State != instance.HoldHeld {
					failed = true
					break
				}
			}
			if !failed {
				t.Fatalf("%s kept all of %d asks", full.URL, asked)
			}
			if full == rhone {
				if badge, says := isere.page(t, desk, last.ID); badge != "Sans réponse" || !strings.Contains(says, "rien n’est réservé") {
					t.Errorf("who asked is told %s: %s", badge, says)
				}
			}
			ledgerOf(t, rhone.bureau, l)
			room()
			soon(t, isere.Server, rhone.Server)
			_, entries := ledgerOf(t, rhone.bureau, l)
			isere.believes(t, l, entries)
			bedsAreThoseOf(t, rhone.Server, l, entries)
		}
		rows := isere.one(t, `SELECT COUNT(*) FROM housing_holds WHERE state NOT IN ('held')`)
		if book, _ := ledgerOf(t, rhone.bureau, l); rows != 0 || len(book.Holds()) != isere.one(t, `SELECT COUNT(*) FROM housing_holds`) {
			t.Errorf("%d holds are not held with room for all; %d in the ledger", rows, len(book.Holds()))
		}
	})
}

// TestJ19_ClocksThatAreWrong has the clock of either be wrong: nothing is held
// then, the page says why, and once it is right all goes on.
func TestJ19_ClocksThatAreWrong(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		rhone, isere := openFar(t, engine, "rhone"), openFar(t, engine, "isere")
		isere.sees(rhone.bureau)
		l := rhone.offer(1)
		apptest.Settle(t, rhone.Server, isere.Server)
		needs, desk := ready(t, isere.bureau), isere.SignedIn(isere.worker)
		ask := func() (instance.Hold, error) {
			return isere.Housing.Ask(t.Context(), isere.worker, isere.programme.Group.ID, l.URI, ledger.Ask{Places: 1, Stay: ledger.Stay{From: tonight(), Until: tonight() + 9}}, needs)
		}
		before, _ := ledgerOf(t, rhone.bureau, l)
		for _, x := range []struct {
			whose *far
			by    time.Duration
		}{{isere, -3 * time.Hour}, {isere, -70 * time.Minute}, {isere, 20 * time.Minute}, {isere, 26 * time.Hour}, {rhone, -3 * time.Hour}, {rhone, 2 * time.Hour}} {
			x.whose.wrong.Store(int64(x.by))
			h, err := ask()
			switch {
			case errors.Is(err, instance.ErrClocks) && errors.Is(err, instance.ErrUnreachable):
			case err != nil:
				t.Errorf("%s by %s: %v", x.whose.URL, x.by, err)
			default:
				badge, says := isere.page(t, desk, h.ID)
				if h.State == instance.HoldHeld || badge != "Refusé" && badge != "Sans réponse" || badge == "Refusé" && !strings.Contains(says, "L’heure d’un des deux serveurs est fausse") {
					t.Errorf("%s by %s: %s, %s: %s", x.whose.URL, x.by, h.State, badge, says)
				}
			}
			if now, _ := ledgerOf(t, rhone.bureau, l); len(now.Holds()) != len(before.Holds()) {
				t.Errorf("%s by %s: something was granted", x.whose.URL, x.by)
			}
			x.whose.wrong.Store(0)
		}
		if h, err := ask(); err != nil || h.State != instance.HoldHeld {
			t.Errorf("once all clocks are right: %s %s, %v", h.State, h.Why, err)
		}
	})
}

// TestJ19_WhatWasHeardOnTheWayIsSaidAgainInVain has somebody who listened say the
// same bytes again, at once and after the beds were given back.
func TestJ19_WhatWasHeardOnTheWayIsSaidAgainInVain(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		rhone, isere := openFar(t, engine, "rhone"), openFar(t, engine, "isere")
		isere.sees(rhone.bureau)
		l := rhone.offer(1)
		apptest.Settle(t, rhone.Server, isere.Server)
		needs, ctx := ready(t, isere.bureau), t.Context()
		rhone.cable.Count("POST /h/")
		h, err := isere.Housing.Ask(ctx, isere.worker, isere.programme.Group.ID, l.URI, ledger.Ask{Places: 1, Stay: ledger.Stay{From: tonight(), Until: tonight() + 9}}, needs)
		if err != nil || h.State != instance.HoldHeld {
			t.Fatalf("%s, %v", h.State, err)
		}
		said := rhone.cable.Said()
		rhone.cable.Count("")
		unchanged := func(what string, n int) {
			t.Helper()
			to, err := url.Parse(rhone.URL)
			if err != nil {
				t.Fatal(err)
			}
			var d net.Dialer
			conn, err := d.DialContext(ctx, "tcp", to.Host)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if _, err := conn.Write(said); err != nil {
				t.Fatal(err)
			}
			answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := answer.Body.Close(); err != nil {
				t.Fatal(err)
			}
			if answer.StatusCode >= 500 {
				t.Errorf("%s: %s", what, answer.Status)
			}
			if _, entries := ledgerOf(t, rhone.bureau, l); len(entries) != n {
				t.Errorf("%s: %d entries, want %d", what, len(entries), n)
			}
		}
		_, entries := ledgerOf(t, rhone.bureau, l)
		unchanged("said again at once", len(entries))
		if _, err := isere.Housing.Withdraw(ctx, isere.worker, h.ID); err != nil {
			t.Fatal(err)
		}
		_, entries = ledgerOf(t, rhone.bureau, l)
		unchanged("said again once the beds were given back", len(entries))
		if book, _ := ledgerOf(t, rhone.bureau, l); book.Holds()[0].Standing.Takes() {
			t.Error("the beds are held again")
		}
	})
}

// TestJ19_ExpelledOrTooLateThePageSaysSo has a partner be expelled between the two
// signatures, and a lease end that nobody signed in time. The beds are free for
// others then, and whoever asked is told.
func TestJ19_ExpelledOrTooLateThePageSaysSo(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		rhone, isere := openFar(t, engine, "rhone"), openFar(t, engine, "isere")
		isere.sees(rhone.bureau)
		late, soonOver := rhone.offer(1), rhone.offer(1)
		apptest.Settle(t, rhone.Server, isere.Server)
		needs, ctx := ready(t, isere.bureau), t.Context()
		ask := func(b *bureau, home string, id instance.CaseID) instance.Hold {
			t.Helper()
			h, err := b.Housing.Ask(ctx, b.worker, b.programme.Group.ID, home, ledger.Ask{Places: 1, Stay: ledger.Stay{From: tonight() + 10, Until: tonight() + 20}}, id)
			if err != nil {
				t.Fatal(err)
			}
			return h
		}
		h, lapses := ask(isere.bureau, soonOver.URI, needs), ask(isere.bureau, late.URI, needs)
		if _, err := isere.Households.Sign(ctx, isere.worker, h.ID); err != nil {
			t.Fatal(err)
		}

		for _, x := range []*far{rhone, isere} {
			x.wrong.Store(int64(ledger.MaxLease + time.Hour))
			err := x.DB.InTx(ctx, func(tx store.Tx) error { return x.Jobs.Enqueue(ctx, tx, housing.Sweep{}) })
			if err != nil {
				t.Fatal(err)
			}
		}
		apptest.Settle(t, rhone.Server, isere.Server)
		desk := isere.SignedIn(isere.worker)
		if badge, says := isere.page(t, desk, lapses.ID); badge != "Délai passé" || !strings.Contains(says, "les lits sont de nouveau libres") {
			t.Errorf("a lease that nobody signed: %s: %s", badge, says)
		}
		if book, _ := ledgerOf(t, rhone.bureau, late); book.Holds()[0].Standing.Takes() {
			t.Error("beds are held after the lease")
		}
		ours := ready(t, rhone.bureau)
		if got := ask(rhone.bureau, late.URI, ours); got.State != instance.HoldHeld {
			t.Errorf("beds that are free again: %s, %s", got.State, got.Why)
		}

		again := ask(isere.bureau, soonOver.URI, needs)
		if again.State != instance.HoldHeld {
			t.Fatalf("asked again: %s %s", again.State, again.Why)
		}
		if _, err := isere.Households.Sign(ctx, isere.worker, again.ID); err != nil {
			t.Fatal(err)
		}
		partners, err := rhone.Housing.Partners(ctx, rhone.lead, rhone.programme.Group.ID)
		if err != nil {
			t.Fatal(err)
		}
		if err := rhone.Housing.Expel(ctx, rhone.lead, rhone.programme.Group.ID, partners[0].Group.ID); err != nil {
			t.Fatal(err)
		}
		lead := isere.SignedIn(isere.lead)
		path := fmt.Sprintf("/programmes/%s/holds/%s", isere.programme.Group.ID, again.ID)
		p := lead.Open(path)
		if p.Has("button[value='sign']") {
			lead.Press(p, "button[value='sign']", nil)
		}
		soon(t, rhone.Server, isere.Server) // a server may rest since clocks were wrong
		p = lead.Open(path)
		said := []string{"n’est plus montré", "Annulé par l’autre", "a repris les lits", "Rien n’est réservé", "les lits sont de nouveau libres"}
		if !containsAny(p.Words("main"), said) || p.Has("button[value='sign']") {
			t.Errorf("expelled in the middle: %s", p.Words("main"))
		}
		if book, _ := ledgerOf(t, rhone.bureau, soonOver); len(book.Holds()) == 0 || book.Holds()[len(book.Holds())-1].Standing == ledger.Living {
			t.Error("somebody is placed who was expelled")
		}
		if got := ask(rhone.bureau, soonOver.URI, ours); got.State != instance.HoldHeld {
			t.Errorf("beds of who was expelled: %s, %s", got.State, got.Why)
		}
	})
}

func containsAny(text string, words []string) bool {
	for _, w := range words {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}
