package process_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"palier/cmd/palier-bench/loopback"
	"palier/cmd/palier-bench/process"
)

func TestCPUOfAProcess(t *testing.T) {
	t.Parallel()
	self := []int{os.Getpid()}
	before, err := process.CPU(self)
	if err != nil {
		t.Fatal(err)
	}
	// Work until the clock of the kernel moves.
	for now := before; now <= before; {
		if now, err = process.CPU(self); err != nil {
			t.Fatal(err)
		}
	}
	if gone, err := process.CPU([]int{1 << 30}); err != nil || gone != 0 {
		t.Errorf("CPU of no process = %s, %v", gone, err)
	}
}

func TestBusyGrowsWithWork(t *testing.T) {
	t.Parallel()
	before, _, err := process.Busy()
	if err != nil {
		t.Fatal(err)
	}
	for busy := before; busy <= before; {
		var all time.Duration
		if busy, all, err = process.Busy(); err != nil || busy > all {
			t.Fatalf("Busy = %s of %s, %v", busy, all, err)
		}
	}
}

func TestMemoryOfAProcess(t *testing.T) {
	t.Parallel()
	got, err := process.Memory([]int{os.Getpid()})
	if err != nil || got < 1<<20 || got > 1<<40 {
		t.Errorf("Memory = %d, %v", got, err)
	}
	if gone, err := process.Memory([]int{1 << 30}); err != nil || gone != 0 {
		t.Errorf("Memory of no process = %d, %v", gone, err)
	}
}

func TestProgramWithItsChildren(t *testing.T) {
	t.Parallel()
	p, err := process.Start(process.Shell("cat & cat /dev/zero >/dev/null & wait"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := p.Kill(); err != nil {
			t.Error(err)
		}
	}()
	for range 1_000_000 {
		used, err := process.CPU(p.Pids())
		if err != nil {
			t.Fatal(err)
		}
		if used > 0 {
			break
		}
	}
	pids := p.Pids()
	if len(pids) < 2 {
		t.Fatalf("Pids() = %v, want the shell and its children", pids)
	}
	busy, cancel := context.WithTimeout(t.Context(), 600*time.Millisecond)
	defer cancel()
	if _, err := process.Quiet(busy, p.Pids); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Quiet of a busy program: %v", err)
	}
	if err := p.Kill(); err != nil {
		t.Fatal(err)
	}
	// The kernel takes a moment to forget the grandchildren, which init reaps.
	for len(running(t, pids)) > 0 && t.Context().Err() == nil {
		continue
	}
}

// running returns which processes are more than a name that nobody asked after.
func running(t *testing.T, pids []int) []int {
	t.Helper()
	return slices.DeleteFunc(slices.Clone(pids), func(pid int) bool {
		memory, err := process.Memory([]int{pid})
		if err != nil {
			t.Fatal(err)
		}
		return memory == 0
	})
}

func TestQuietProgram(t *testing.T) {
	t.Parallel()
	p, err := process.Start(process.Command{"sleep", "60"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	used, err := process.Quiet(ctx, p.Pids)
	if err != nil || used > time.Second {
		t.Errorf("Quiet = %s, %v", used, err)
	}
	if name, err := p.Executable(); err != nil || !strings.Contains(name, "/") {
		t.Errorf("Executable() = %q, %v", name, err)
	}
	if err := p.Stop(10 * time.Second); err != nil {
		t.Errorf("Stop: %v", err)
	}
}

func TestProgramThatDoesNotStop(t *testing.T) {
	t.Parallel()
	p, err := process.Start(process.Shell("trap '' TERM; echo deaf; cat /dev/zero >/dev/null"))
	if err != nil {
		t.Fatal(err)
	}
	for used := time.Duration(0); used == 0; { // until the trap is set
		if used, err = process.CPU(p.Pids()); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Stop(100 * time.Millisecond); err == nil || !strings.Contains(err.Error(), "did not end") {
		t.Errorf("Stop: %v", err)
	}
}

func TestReadyWaitsForOK(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if asked.Add(1) < 4 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	defer s.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if took, err := process.Ready(ctx, s.URL); err != nil || took <= 0 || asked.Load() != 4 {
		t.Errorf("Ready = %s, %v after %d questions", took, err, asked.Load())
	}
	if _, err := process.Ready(ctx, "http://192.0.2.1"); !errors.Is(err, loopback.ErrElsewhere) {
		t.Errorf("Ready of another machine: %v", err)
	}
}

func TestReadyTellsWhyAProgramEnded(t *testing.T) {
	t.Parallel()
	p, err := process.Start(process.Shell("echo no such database; exit 3"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if _, err := p.Ready(ctx, "http://127.0.0.1:1/"); err == nil || !strings.Contains(err.Error(), "no such database") {
		t.Errorf("Ready: %v", err)
	}
	if err := p.Stop(time.Second); err == nil {
		t.Error("Stop tells nothing of the exit code")
	}
}

func TestRun(t *testing.T) {
	t.Parallel()
	out, err := process.Run(t.Context(), process.Shell("echo 42"))
	if err != nil || out != "42\n" {
		t.Errorf("Run = %q, %v", out, err)
	}
	if _, err := process.Run(t.Context(), process.Shell("echo sorry >&2; false")); err == nil || !strings.Contains(err.Error(), "sorry") {
		t.Errorf("Run: %v", err)
	}
}

func TestKillAllKeepsOffInit(t *testing.T) {
	t.Parallel()
	for _, pid := range []int{1, 0, -1} {
		if err := process.KillAll([]int{pid}); err == nil {
			t.Fatalf("KillAll(%d) does it", pid)
		}
	}
}
