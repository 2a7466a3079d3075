package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"palier/cmd/palier-bench/process"
)

// palier is a server of ours, started by its command line as an operator would.
type palier struct {
	program  string // its file
	database string
	address  string // host:port
	running  *process.Program
}

// findProgram returns the program that is measured: the one named, the one
// beside this program, else one that is built into dir.
func findProgram(ctx context.Context, c console, named, dir string) (string, error) {
	if named != "" {
		return filepath.Abs(named)
	}
	if self, err := os.Executable(); err == nil {
		beside := filepath.Join(filepath.Dir(self), "palier")
		if info, err := os.Stat(beside); err == nil && info.Mode().IsRegular() {
			return beside, nil
		}
	}
	built := filepath.Join(dir, "palier")
	c.say("building palier")
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", built, "palier/cmd/palier")
	if said, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build palier (or name one with --palier): %w: %s", err, said)
	}
	return built, nil
}

// freeAddress returns an address on which nobody listens.
func freeAddress(ctx context.Context) (string, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	return l.Addr().String(), l.Close()
}

func (p *palier) url() string   { return "http://" + p.address }
func (p *palier) ready() string { return p.url() + "/readyz" }

// serve is the command that runs the server.
func (p *palier) serve() process.Command {
	return process.Command{
		p.program, "serve", "--database", p.database, "--url", p.url(), "--listen", p.address, "--peers-allow", "127.0.0.0/8",
	}
}

// start starts the server and waits until it answers.
func (p *palier) start(ctx context.Context) error {
	program, err := process.Start(p.serve())
	if err != nil {
		return err
	}
	if _, err := program.Ready(ctx, p.ready()); err != nil {
		return errors.Join(err, program.Kill())
	}
	p.running = program
	return nil
}

// stop stops the server, if it runs.
func (p *palier) stop() error {
	if p.running == nil {
		return nil
	}
	program := p.running
	p.running = nil
	return program.Stop(grace)
}

// pids returns its processes.
func (p *palier) pids() []int {
	if p.running == nil {
		return nil
	}
	return p.running.Pids()
}

// kill ends it as a power cut does. It implements [reviver].
func (p *palier) kill() error { return p.running.Kill() }

// revive starts it again. It implements [reviver].
func (p *palier) revive(ctx context.Context) (end func() error, err error) {
	return func() error { return nil }, p.start(ctx) // it is stopped with all the others
}

// admin runs one of its admin commands and returns the id it prints.
func (p *palier) admin(ctx context.Context, args ...string) (string, error) {
	command := append(process.Command{p.program, "admin"}, args...)
	command = append(command, "--database", p.database, "--url", p.url())
	said, err := process.Run(ctx, command)
	if err != nil {
		return "", fmt.Errorf("palier admin %s: %w", strings.Join(args[:min(2, len(args))], " "), err)
	}
	id, _, _ := strings.Cut(strings.TrimSpace(said), "\t")
	if id == "" {
		return "", fmt.Errorf("palier admin %s prints no id", strings.Join(args[:min(2, len(args))], " "))
	}
	return id, nil
}
