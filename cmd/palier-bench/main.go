// Command palier-bench makes load on an ActivityPub server and measures how it
// bears it. It works over the wire alone, with peers of its own on this machine,
// and so measures any server that speaks ActivityPub; only "all" knows how to
// start a palier.
//
//	palier-bench limits     what the machine itself can do
//	palier-bench inbox      signed notes that come in; with --kill-after, what a crash loses
//	palier-bench fanout     one post to many followers on many hosts
//	palier-bench follows    follows from actors nobody knew
//	palier-bench reads      one page or document, again and again
//	palier-bench start      start to first answer, memory at rest, size
//	palier-bench all        all of these on a palier it starts itself
//
// Everything it does is bounded in number and time, and only servers on loopback
// addresses are measured. A server that refuses to talk to private addresses has
// to be told to make an exception, as palier is with --peers-allow 127.0.0.0/8.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"palier/cmd/palier-bench/figures"
)

// commands is everything the program can be told on its command line.
type commands struct {
	JSON    string        `help:"Write the figures as JSON to this file too; - for standard output, instead of tables." placeholder:"FILE"`
	Limit   time.Duration `help:"End whatever happens after this time." default:"10m"`
	Limits  limits        `cmd:"" help:"What the machine itself can do."`
	Inbox   inbox         `cmd:"" help:"Signed notes that come in, and what a crash loses of them."`
	Fanout  fanout        `cmd:"" help:"One post to many followers on many hosts."`
	Follows follows       `cmd:"" help:"Follows from actors nobody knew."`
	Reads   reads         `cmd:"" help:"One page or document, again and again."`
	Start   start         `cmd:"" help:"Start to first answer, memory at rest, size of the program."`
	All     all           `cmd:"" help:"All of these, on a palier that is started for it."`
}

// console is where the program says what it found, and what it does meanwhile.
type console struct {
	out, err io.Writer
	json     string
}

// longest is the most that --limit may be.
const longest = time.Hour

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "palier-bench:", err)
		os.Exit(1)
	}
}

// errLimit is why everything ends when it takes too long.
var errLimit = errors.New("it took longer than --limit")

// run does what args say until it is done, ctx ends or the time is over.
func run(ctx context.Context, args []string, out, errOut io.Writer) error {
	var c commands
	parser, err := kong.New(&c,
		kong.Name("palier-bench"), kong.Description("Measures servers that speak ActivityPub, on this machine."),
		kong.Writers(out, errOut), kong.UsageOnError())
	if err != nil {
		return err
	}
	k, err := parser.Parse(args)
	if err != nil {
		return err
	}
	if c.Limit <= 0 || c.Limit > longest {
		return fmt.Errorf("--limit %s: more than nothing, at most %s", c.Limit, longest)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, c.Limit, errLimit)
	defer cancel()
	k.BindTo(ctx, (*context.Context)(nil))
	k.Bind(console{out: out, err: errOut, json: c.JSON})
	return k.Run()
}

// say tells whoever watches what is done now.
func (c console) say(format string, args ...any) {
	_, _ = fmt.Fprintf(c.err, format+"\n", args...) // nobody may be watching
}

// report tells what was found.
func (c console) report(rows ...figures.Row) (err error) {
	if c.json == "-" {
		return figures.JSON(c.out, rows)
	}
	if c.json != "" {
		f, err := os.Create(c.json)
		if err != nil {
			return err
		}
		if err := errors.Join(figures.JSON(f, rows), f.Close()); err != nil {
			return err
		}
	}
	return figures.Markdown(c.out, rows)
}
