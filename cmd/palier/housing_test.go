package main

import (
	"crypto/ed25519"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/store"
	"palier/instance/vault"
	"palier/protocol/ledger"
)

// ledgerFile writes the ledger of a home on which one bed is held.
func ledgerFile(t *testing.T) (whole, cut string) {
	t.Helper()
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	const home, group = "https://rhone.example/h/1", "https://rhone.example/g/toit"
	at := time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC)
	nights := ledger.Stay{From: ledger.NightOf(at), Until: ledger.NightOf(at) + 30}
	k := ledger.Keeper{Book: &ledger.Book{}, Key: key}
	first, err := k.Open(home, at, ledger.Opened{Owner: group, Places: 1, Stay: nights})
	if err != nil {
		t.Fatal(err)
	}
	s, err := ledger.Speak(key, ledger.Statement{ID: "AAAAAAAAAAAAAAAAAAAAAA", Ledger: home, By: group, At: at, Saying: ledger.Ask{Places: 1, Stay: nights}})
	if err != nil {
		t.Fatal(err)
	}
	more, refusal, err := k.Hear(s, at)
	if err != nil || refusal != nil {
		t.Fatal(refusal, err)
	}
	all := append([]ledger.Entry{first}, more...)
	return written(t, all), written(t, all[:2])
}

func written(t *testing.T, entries []ledger.Entry) string {
	t.Helper()
	b, err := ledger.EncodePage(entries)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "ledger.json")
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestALedgerIsVerifiedFromAFile(t *testing.T) {
	t.Parallel()
	whole, cut := ledgerFile(t)
	verify := func(args ...string) (string, error) {
		var out strings.Builder
		err := run(t.Context(), append([]string{"housing", "verify"}, args...), &out, io.Discard)
		return out.String(), err
	}
	if got, err := verify(whole); err != nil || !strings.Contains(got, "holds: 3 entries") || !strings.Contains(got, "held, beds [1]") {
		t.Errorf("got %q, %v", got, err)
	}
	if got, err := verify(whole, "--receipt", whole); err != nil || !strings.Contains(got, "all of 3 receipts") {
		t.Errorf("with receipts: got %q, %v", got, err)
	}
	_, err := verify(cut, "--receipt", whole)
	if fault, ok := errors.AsType[*ledger.Fault](err); !ok || fault.Number != 3 || !errors.Is(err, ledger.ErrTruncated) {
		t.Errorf("cut off: got %v", err)
	}
	b, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	forged := filepath.Join(t.TempDir(), "forged.json")
	if err := os.WriteFile(forged, []byte(strings.Replace(string(b), `"beds":[1]`, `"beds":[2]`, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := verify(forged)
	if fault, ok := errors.AsType[*ledger.Fault](err); !ok || fault.Number != 3 || !strings.Contains(got, "entries 1 to 2 hold") {
		t.Errorf("forged: got %q, %v", got, err)
	}
	if _, err := verify("https://rhone.example/h/1"); err == nil {
		t.Error("asked for a ledger as nobody")
	}
}

// TestAnotherKeyIsToldWithWhatMayBeDeleted says what became of sealing everything anew.
func TestAnotherKeyIsToldWithWhatMayBeDeleted(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		what  string
		r     vault.Resealed
		says  []string
		fails bool
	}{
		{"all of it", vault.Resealed{Moved: 5, Newest: 7, Older: []string{"keys/age1a.key", "keys/age1b.key"}}, []string{"toit: 5 sealed anew, 7 opened", "keys/age1a.key\nkeys/age1b.key\n", "delete them yourself"}, false},
		{"with some that nobody opens", vault.Resealed{Moved: 5, Newest: 7, Lost: 2, First: "body of said 3"}, []string{"2 cannot be opened", "body of said 3"}, false},
		{"with one that came meanwhile", vault.Resealed{Moved: 5, Newest: 7, Left: 1, First: "body of said 3", Older: []string{"keys/age1a.key"}}, []string{"toit: 5 sealed anew"}, true},
	} {
		var out strings.Builder
		err := tellRekeyed(&out, "toit", x.r)
		if (err != nil) != x.fails || x.fails && strings.Contains(out.String(), ".key") {
			t.Errorf("%s: %v, and %q", x.what, err, out.String())
		}
		for _, words := range x.says {
			if !strings.Contains(out.String(), words) {
				t.Errorf("%s: %q does not say %q", x.what, out.String(), words)
			}
		}
	}
	missing := append([]string{"housing", "rekey", "nobody"}, (&copied{Server: apptest.Open(t, store.SQLite, nil)}).flags()...)
	if out, err := palier(t, missing...); !errors.Is(err, instance.ErrNotFound) || out != "" {
		t.Errorf("of a programme that is not there: %q, %v", out, err)
	}
}
