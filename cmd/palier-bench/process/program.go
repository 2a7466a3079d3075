package process

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"syscall"
	"time"

	"palier/cmd/palier-bench/loopback"
)

// Command is a program and its arguments.
type Command []string

// Shell returns the command that runs a line of shell.
func Shell(line string) Command { return Command{"/bin/sh", "-c", line} }

// Program is a running program, with all the processes of its process group.
type Program struct {
	cmd   *exec.Cmd
	began time.Time
	said  *tail
	ended chan struct{}
	err   error // how it ended; set before ended is closed
}

// Start runs a command in a process group of its own. Stop or Kill has to be
// called in the end.
func Start(c Command) (*Program, error) {
	if len(c) == 0 {
		return nil, errors.New("start: no command")
	}
	p := &Program{cmd: exec.Command(c[0], c[1:]...), said: &tail{}, ended: make(chan struct{})} //nolint:noctx // Stop and Kill end it, and a context would only kill the first of its processes
	p.cmd.Stdout, p.cmd.Stderr = p.said, p.said
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	p.cmd.WaitDelay = time.Second
	p.began = time.Now()
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", c[0], err)
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.ended)
	}()
	return p, nil
}

// Ready asks url until it answers 200 and returns how long that took from the
// program's start. It returns an error if the program ends before.
func (p *Program) Ready(ctx context.Context, url string) (time.Duration, error) {
	took, err := await(ctx, url, p.began, p.ended)
	if err != nil {
		return 0, fmt.Errorf("%w; it said: %s", err, p.said)
	}
	return took, nil
}

// Ready asks url until it answers 200, for a server that somebody else starts.
func Ready(ctx context.Context, url string) (time.Duration, error) {
	return await(ctx, url, time.Now(), nil)
}

func await(ctx context.Context, url string, began time.Time, ended <-chan struct{}) (time.Duration, error) {
	client := loopback.Client(10 * time.Second)
	defer client.CloseIdleConnections()
	ticker := time.NewTicker(2 * time.Millisecond)
	defer ticker.Stop()
	for {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return 0, fmt.Errorf("ask %s: %w", url, err)
		}
		resp, err := client.Do(r)
		switch {
		case errors.Is(err, loopback.ErrElsewhere):
			return 0, err
		case err == nil:
			_ = resp.Body.Close() // the status is all that is asked for
			if resp.StatusCode == http.StatusOK {
				return time.Since(began), nil
			}
		}
		select {
		case <-ended:
			return 0, fmt.Errorf("the program ended before %s answered", url)
		case <-ctx.Done():
			return 0, fmt.Errorf("%s does not answer: %w", url, context.Cause(ctx))
		case <-ticker.C:
		}
	}
}

// Pids returns the processes of the program's group that run.
func (p *Program) Pids() []int {
	group := p.cmd.Process.Pid
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return []int{group}
	}
	var pids []int
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		// What ends between the listing and the look is none of ours any more.
		if fields, err := stat(pid); err == nil && fields[2] == strconv.Itoa(group) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// Executable returns the file that the program runs.
func (p *Program) Executable() (string, error) {
	return os.Readlink(fmt.Sprintf("/proc/%d/exe", p.cmd.Process.Pid))
}

// Kill ends every process of the program at once, as a power cut would, and
// waits for that.
func (p *Program) Kill() error {
	err := p.signal(syscall.SIGKILL)
	<-p.ended
	return err
}

// Stop asks the program to end, makes it after grace, and waits for that. It
// returns how it ended, if not well.
func (p *Program) Stop(grace time.Duration) error {
	if err := p.signal(syscall.SIGTERM); err != nil {
		return err
	}
	patience := time.NewTimer(grace)
	defer patience.Stop()
	select {
	case <-p.ended:
	case <-patience.C:
		if err := p.Kill(); err != nil {
			return err
		}
		return fmt.Errorf("the program did not end within %s", grace)
	}
	if exit, ok := errors.AsType[*exec.ExitError](p.err); ok && exit.ExitCode() == -1 {
		return nil // by our signal, which it does not handle
	}
	return p.err
}

func (p *Program) signal(s syscall.Signal) error {
	err := syscall.Kill(-p.cmd.Process.Pid, s)
	if err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("send %s to the program: %w", s, err)
	}
	return nil
}

// KillAll ends processes at once that somebody else started.
func KillAll(pids []int) error {
	for _, pid := range pids {
		if pid <= 1 {
			return fmt.Errorf("process %d is not a server", pid)
		}
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			return fmt.Errorf("kill process %d: %w", pid, err)
		}
	}
	return nil
}

// Run runs a command to its end and returns what it wrote to standard output.
func Run(ctx context.Context, c Command) (string, error) {
	said := &tail{}
	cmd := exec.CommandContext(ctx, c[0], c[1:]...)
	cmd.Stderr = said
	cmd.WaitDelay = time.Second
	out, err := cmd.Output()
	if err != nil {
		return string(out), fmt.Errorf("run %s: %w: %s", c[0], err, said)
	}
	return string(out), nil
}

// tail keeps the last of what a program says, for when it fails.
type tail struct {
	mu   sync.Mutex
	kept []byte
}

const maxTail = 2 << 10

// Write keeps the end of what was written so far.
func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = append(t.kept, b...)
	if n := len(t.kept) - maxTail; n > 0 {
		t.kept = append(t.kept[:0], t.kept[n:]...)
	}
	return len(b), nil
}

// String returns it.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.kept)
}
