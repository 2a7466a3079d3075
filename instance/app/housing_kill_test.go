package app_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"palier/federation/federationtest"
	"palier/instance"
	"palier/instance/app"
	"palier/instance/apptest"
	"palier/instance/config"
	"palier/instance/store"
	"palier/instance/store/storetest"
	"palier/protocol/ledger"
)

// What a child is told that keeps homes: the address under which it is known, and
// the folder of its keys.
const (
	childURL  = "PALIER_TEST_URL"
	childKeys = "PALIER_TEST_KEYS"
)

// keeping are the settings of a server whose process is killed and begins again.
func keeping(database, site, media, keys string) config.Config {
	c := config.Default()
	c.Database, c.URL, c.Listen, c.MediaDir, c.VaultDir = database, site, "127.0.0.1:0", media, keys
	c.PeersAllow, c.FirstRetry, c.LongestRetry, c.Limits = apptest.Loopback, 200*time.Millisecond, time.Second, config.Limits{}
	return c
}

// keeperChild answers about homes until it is killed.
func keeperChild(database string) error {
	ctx := context.Background()
	c := keeping(database, os.Getenv(childURL), os.Getenv("PALIER_TEST_MEDIA"), os.Getenv(childKeys))
	a, err := app.Open(ctx, c, app.Options{Log: slog.New(slog.DiscardHandler), Now: time.Now, Version: "test"})
	if err != nil {
		return err
	}
	return a.Run(ctx, func(at net.Addr) { fmt.Println("ready", at) })
}

// keeper is a server that keeps homes in a process of its own, at an address that
// stays. While it is dead nobody answers there: the line hangs up.
type keeper struct {
	t                     *testing.T
	host                  *federationtest.Host
	database, media, keys string
	child                 *process
}

func (k *keeper) start() {
	k.t.Helper()
	exe, err := os.Executable()
	if err != nil {
		k.t.Fatal(err)
	}
	cmd := exec.CommandContext(k.t.Context(), exe)
	cmd.Env = append(os.Environ(), childDatabase+"="+k.database, childURL+"="+k.host.URL, childKeys+"="+k.keys, "PALIER_TEST_MEDIA="+k.media)
	k.child = run(k.t, cmd)
	_, at, ok := strings.Cut(k.child.next(), "ready ")
	if !ok {
		k.t.Fatal("the child does not listen")
	}
	to, err := url.Parse("http://" + at)
	if err != nil {
		k.t.Fatal(err)
	}
	k.host.Serve(&httputil.ReverseProxy{
		Rewrite:      func(r *httputil.ProxyRequest) { r.SetURL(to); r.Out.Host = r.In.Host },
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
		ErrorLog:     slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
		Transport:    &http.Transport{DisableKeepAlives: true},
	})
}

// within runs the server in this process while something is done to it.
func (k *keeper) within(do func(*apptest.Server)) {
	k.t.Helper()
	a, err := app.Open(k.t.Context(), keeping(k.database, k.host.URL, k.media, k.keys), app.Options{Log: slog.New(slog.DiscardHandler), Now: time.Now, Version: "test"})
	if err != nil {
		k.t.Fatal(err)
	}
	k.host.Serve(a.Handler())
	if err := a.Start(k.t.Context()); err != nil {
		k.t.Fatal(err)
	}
	do(&apptest.Server{App: a, T: k.t, URL: k.host.URL})
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := errors.Join(a.Stop(ctx), a.Close()); err != nil {
		k.t.Fatal(err)
	}
}

// A keeper that is killed again and again in the middle of what partners ask of it
// promises no bed twice and loses nothing that it answered; who asked believes
// nothing that it did not.
func TestJ19_KilledAtAnyMomentNoBedIsPromisedTwice(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		k := &keeper{t: t, host: federationtest.NewNetwork(t, nil).Host(), database: storetest.URL(t, engine), media: t.TempDir(), keys: filepath.Join(t.TempDir(), "keys")}
		var home instance.Listing
		var isere *bureau
		k.within(func(s *apptest.Server) {
			rhone := openBureau(t, s, "rhone")
			isere = openBureau(t, apptest.Open(t, store.SQLite, nil), "isere")
			isere.sees(rhone)
			home = rhone.offer(2)
			apptest.Settle(t, s, isere.Server)
		})
		needs := ready(t, isere)
		random := rand.New(rand.NewPCG(3, 4))
		var kept []ledger.Entry
		for range 4 {
			k.start()
			isere.pester(t, home, needs, k, 2+random.IntN(8))
			k.child.kill()
			k.start()
			kept = isere.believes(t, home, kept)
			k.child.kill()
		}
		k.within(func(s *apptest.Server) { bedsAreThoseOf(t, s, home, kept) })
	})
}

// pester has the programme ask for beds and give them back, several at once, until
// the keeper has answered so often; then it is killed.
func (b *bureau) pester(t *testing.T, home instance.Listing, needs instance.CaseID, k *keeper, answers int) {
	t.Helper()
	ctx := t.Context()
	var answered atomic.Int64
	var once sync.Once
	var asking sync.WaitGroup
	for i := range 4 {
		asking.Go(func() {
			for n := range 8 {
				from := tonight() + ledger.Night((i*8+n)%5)
				h, err := b.Housing.Ask(ctx, b.worker, b.programme.Group.ID, home.URI, ledger.Ask{Places: 1, Stay: ledger.Stay{From: from, Until: from + 3}, Wait: n%2 == 0}, needs)
				if err == nil && n%3 == 0 && h.State == instance.HoldHeld {
					_, err = b.Housing.Withdraw(ctx, b.worker, h.ID)
				}
				expected := errors.Is(err, instance.ErrUnreachable) || errors.Is(err, instance.ErrConflict)
				if err != nil && !expected {
					t.Errorf("ask: %v", err)
					return
				}
				if err == nil && answered.Add(1) == int64(answers) {
					once.Do(k.child.kill) // while the others are asking
				}
			}
		})
	}
	asking.Wait()
}

// believes fetches the whole ledger and holds to it all that was fetched before and
// all that the programme believes to hold.
func (b *bureau) believes(t *testing.T, home instance.Listing, before []ledger.Entry) []ledger.Entry {
	t.Helper()
	ctx := t.Context()
	entries, err := b.Housing.Fetch(ctx, "isere", home.URI)
	if err != nil {
		t.Fatal(err)
	}
	book, err := ledger.Verify(entries, ledger.Evidence{Now: time.Now().Add(time.Minute), Receipts: before})
	if err != nil {
		t.Fatalf("after it was killed: %v", err)
	}
	rows, err := b.DB.Read().Query(ctx, `SELECT id, state, number, statement FROM housing_holds`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id instance.ID
		var state, statement string
		var number int
		if err := rows.Scan(&id, &state, &number, &statement); err != nil {
			t.Fatal(err)
		}
		heard, ok := book.Heard(b.programme.Group.URI, statement)
		switch {
		case number != 0 && heard != number:
			t.Errorf("hold %s was answered as %d, the ledger has it as %d", id, number, heard)
		case number == 0 && (state == string(instance.HoldHeld) || state == string(instance.HoldWaiting)):
			t.Errorf("hold %s is believed to be %s and was never answered (in the ledger: %t)", id, state, ok)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return entries
}

// bedsAreThoseOf holds the beds in a keeper's database to a ledger.
func bedsAreThoseOf(t *testing.T, s *apptest.Server, home instance.Listing, entries []ledger.Entry) {
	t.Helper()
	book, err := ledger.Verify(entries, ledger.Evidence{})
	if err != nil {
		t.Fatal(err)
	}
	want, held := map[ledger.BedNight]int{}, 0
	for _, h := range book.Holds() {
		if !h.Standing.Takes() {
			continue
		}
		held++
		for _, bed := range h.Beds {
			for n := h.Stay.From; n < h.Stay.Until; n++ {
				want[ledger.BedNight{Bed: bed, Night: n}] = h.Number
			}
		}
	}
	rows, err := s.DB.Read().Query(t.Context(), `SELECT bed, night, hold FROM housing_nights WHERE listing_id = $1`, home.ID)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	got := 0
	for rows.Next() {
		var bed, hold int
		var night int64
		if err := rows.Scan(&bed, &night, &hold); err != nil {
			t.Fatal(err)
		}
		got++
		if at := (ledger.BedNight{Bed: bed, Night: ledger.Night(night)}); want[at] != hold {
			t.Errorf("bed %d in the night of %s is that of %d, in the ledger of %d", bed, at.Night, hold, want[at])
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	if got != len(want) || held == 0 {
		t.Errorf("%d nights in the database, %d of %d holds in the ledger", got, len(want), held)
	}
}
