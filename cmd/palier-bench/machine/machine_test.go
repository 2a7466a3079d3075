package machine_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"palier/cmd/palier-bench/loopback"
	"palier/cmd/palier-bench/machine"
)

const moment = 30 * time.Millisecond

func TestMeasureSigning(t *testing.T) {
	t.Parallel()
	s, err := machine.MeasureSigning(t.Context(), moment)
	if err != nil {
		t.Fatal(err)
	}
	for name, speed := range map[string]machine.Speed{
		"RSA sign": s.RSASign, "RSA verify": s.RSAVerify, "Ed25519 sign": s.Ed25519Sign, "Ed25519 verify": s.Ed25519Verify,
	} {
		if speed.PerSecond <= 0 {
			t.Errorf("%s: %g per second", name, speed.PerSecond)
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := machine.MeasureSigning(ended, time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %v", err)
	}
}

func TestSQLiteIsFreshEachTime(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for range 2 {
		rate, err := machine.SQLite(t.Context(), dir, moment)
		if err != nil || rate <= 0 {
			t.Fatalf("SQLite = %g, %v", rate, err)
		}
	}
}

func TestPostgreSQLOnlyHere(t *testing.T) {
	t.Parallel()
	if _, err := machine.PostgreSQL(t.Context(), "postgres://bench@192.0.2.1/bench", moment); !errors.Is(err, loopback.ErrElsewhere) {
		t.Errorf("PostgreSQL of another machine: %v", err)
	}
}

func TestMeasureWeb(t *testing.T) {
	t.Parallel()
	w, err := machine.MeasureWeb(t.Context(), moment, 4)
	if err != nil || w.Posts <= 0 || w.Gets <= 0 {
		t.Errorf("MeasureWeb = %+v, %v", w, err)
	}
}
