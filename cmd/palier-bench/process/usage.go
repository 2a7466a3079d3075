// Package process starts, watches and ends the server that is measured: what
// processor time and memory it takes, when it answers, when it is quiet again.
// It reads /proc and so works on Linux.
package process

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of processor time in /proc, which is the same on every
// architecture Go runs on (USER_HZ).
const tick = time.Second / 100

// CPU returns the processor time that processes have taken since they began,
// their own and the kernel's for them, to a hundredth of a second. Processes
// that are gone count nothing.
func CPU(pids []int) (time.Duration, error) {
	var sum time.Duration
	for _, pid := range pids {
		fields, err := stat(pid)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return 0, err
		}
		for _, field := range fields[11:13] { // utime and stime
			n, err := strconv.ParseInt(field, 10, 64)
			if err != nil {
				return 0, fmt.Errorf("processor time of process %d: %w", pid, err)
			}
			sum += time.Duration(n) * tick
		}
	}
	return sum, nil
}

// stat returns the fields of /proc/PID/stat from the third, the state, on; the
// second is a name that may hold anything.
func stat(pid int) ([]string, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return nil, fmt.Errorf("look at process %d: %w", pid, err)
	}
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	if len(fields) < 20 {
		return nil, fmt.Errorf("look at process %d: %d fields", pid, len(fields))
	}
	return fields, nil
}

// Memory returns how much memory processes hold in RAM, in bytes.
func Memory(pids []int) (int64, error) {
	var sum int64
	for _, pid := range pids {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return 0, fmt.Errorf("memory of process %d: %w", pid, err)
		}
		for line := range strings.SplitSeq(string(text), "\n") {
			rest, ok := strings.CutPrefix(line, "VmRSS:")
			if !ok {
				continue
			}
			kib, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			if err != nil {
				return 0, fmt.Errorf("memory of process %d: %w", pid, err)
			}
			sum += kib << 10
		}
	}
	return sum, nil
}

// What counts as quiet: less than idleShare of one processor in each of calm
// windows that follow one another.
const (
	window    = 200 * time.Millisecond
	idleShare = 0.06
	calm      = 4
)

// Quiet waits until processes have nothing to do any more and returns the
// processor time they had taken when that began.
func Quiet(ctx context.Context, pids func() []int) (time.Duration, error) {
	ticker := time.NewTicker(window)
	defer ticker.Stop()
	last, err := CPU(pids())
	if err != nil {
		return 0, err
	}
	began, quiet := last, 0
	for quiet < calm {
		select {
		case <-ctx.Done():
			return 0, fmt.Errorf("wait for the server to be quiet: %w", context.Cause(ctx))
		case <-ticker.C:
		}
		now, err := CPU(pids())
		if err != nil {
			return 0, err
		}
		if now-last > time.Duration(idleShare*float64(window)) {
			began, quiet = now, 0
		} else {
			quiet++
		}
		last = now
	}
	return began, nil
}

// Busy returns how much time the processors of the machine have spent on
// anything since it was started, and how much they have had, together.
func Busy() (busy, all time.Duration, err error) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, 0, fmt.Errorf("look at the processors: %w", err)
	}
	line, _, _ := strings.Cut(string(text), "\n")
	fields := strings.Fields(line)
	if len(fields) < 9 {
		return 0, 0, fmt.Errorf("look at the processors: %q", line)
	}
	for i, field := range fields[1:9] { // user nice system idle iowait irq softirq steal
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return 0, 0, fmt.Errorf("look at the processors: %w", err)
		}
		all += time.Duration(n) * tick
		if i != 3 && i != 4 {
			busy += time.Duration(n) * tick
		}
	}
	return busy, all, nil
}
