package ledger_test

import (
	"crypto/ed25519"
	"errors"
	"strings"
	"testing"
	"time"

	"palier/protocol/ledger"
)

func TestH22_AVisitIsSignedAndCheckedElsewhere(t *testing.T) {
	t.Parallel()
	key := ed25519.NewKeyFromSeed([]byte(strings.Repeat("7", 32)))
	seal, err := ledger.SealOf(key)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 28, 15, 4, 5, 0, time.UTC)
	v, err := ledger.SignVisited(key, ledger.Visited{Home: "https://rhone.example/h/7", By: "https://rhone.example/g/toit", At: at, Until: at.AddDate(1, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	b, err := v.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(b), "15:04") {
		t.Errorf("it tells the hour: %s", b)
	}
	got, err := ledger.DecodeVisited(b)
	if err != nil || got.Home != v.Home || got.Seal() != seal {
		t.Fatalf("read %+v, %v", got, err)
	}
	if err := got.Verify(seal, at); err != nil {
		t.Errorf("the day after it was signed: %v", err)
	}
	if err := got.Verify(seal, at.AddDate(1, 0, 1)); !errors.Is(err, ledger.ErrClock) {
		t.Errorf("a year later: %v", err)
	}
	other, err := ledger.SealOf(ed25519.NewKeyFromSeed([]byte(strings.Repeat("8", 32))))
	if err != nil {
		t.Fatal(err)
	}
	if err := got.Verify(other, at); !errors.Is(err, ledger.ErrSignature) {
		t.Errorf("under the seal of another: %v", err)
	}
	for what, change := range map[string][2]string{"another home": {"/h/7", "/h/8"}, "longer": {"2027-11-28", "2027-11-29"}, "earlier": {"2026-11-28", "2026-11-27"}} {
		forged, err := ledger.DecodeVisited([]byte(strings.Replace(string(b), change[0], change[1], 1)))
		if err == nil {
			err = forged.Verify(seal, at)
		}
		if err == nil {
			t.Errorf("%s: it holds", what)
		}
	}
	for what, bad := range map[string]string{"more than it has": strings.Replace(string(b), "{", `{"address":"x",`, 1), "nothing": "{}", "another list": strings.Replace(string(b), "housing-1", "housing-2", 1)} {
		if _, err := ledger.DecodeVisited([]byte(bad)); !errors.Is(err, ledger.ErrMalformed) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := ledger.SignVisited(key, ledger.Visited{Home: v.Home, By: v.By, At: at, Until: at.AddDate(3, 0, 0)}); !errors.Is(err, ledger.ErrMalformed) {
		t.Errorf("for three years: %v", err)
	}
}
