// Command palier-conform tries a running server from outside and tells where it
// keeps the Palier protocol (specs/protocol.md) and where it does not.
//
//	palier-conform https://lyon.example
//	palier-conform http://127.0.0.1:8080 --handle @rue@127.0.0.1:8080 --json
//
// It asks what anyone may ask. A server on a loopback address is also spoken to
// by an actor that the checker stands up for itself, on loopback too; such a
// server has to be told to talk to it, as palier is with --peers-allow
// 127.0.0.0/8. It follows a group of the server and takes that back; what stays
// is that the server has met an actor that is no more.
//
// It ends with 0 if no check failed, with 1 if one did, and with 2 if it could
// not try.
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

	"palier/cmd/palier-conform/conform"
)

// arguments are what the program can be told.
type arguments struct {
	URL      string        `arg:"" help:"The server, such as https://lyon.example." optional:""`
	Handle   string        `help:"The group to look at; else the first that the server names." placeholder:"@GROUP@HOST"`
	Private  []string      `help:"Ids that nobody outside may read: they have to look as if they were not there." placeholder:"ID"`
	Only     []string      `help:"Make these checks only." placeholder:"CHECK"`
	Requests int           `help:"Make at most so many requests." default:"1000"`
	Timeout  time.Duration `help:"Wait so long for one answer." default:"10s"`
	Limit    time.Duration `help:"End whatever happens after this time." default:"5m"`
	JSON     bool          `help:"Write the report for programs." name:"json"`
	Checks   bool          `help:"List the checks there are, and make none."`
}

// How the program ends.
const (
	conforms = 0
	differs  = 1
	trouble  = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code, err := run(ctx, os.Args[1:], time.Now, os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "palier-conform: error:", err)
	}
	os.Exit(code)
}

var errNoURL = errors.New("which server? Tell its address, such as https://lyon.example")

func run(ctx context.Context, args []string, now func() time.Time, out, errOut io.Writer) (int, error) {
	var a arguments
	helped := false
	parser, err := kong.New(&a, kong.Name("palier-conform"), kong.Description("Tries a server against the Palier protocol."),
		kong.Writers(out, errOut), kong.Exit(func(int) { helped = true }))
	if err != nil {
		return trouble, err
	}
	if _, err := parser.Parse(args); helped || err != nil {
		return map[bool]int{true: conforms, false: trouble}[helped], err
	}
	if a.Checks {
		return conforms, list(out)
	}
	if a.URL == "" {
		return trouble, errNoURL
	}
	ctx, cancel := context.WithTimeout(ctx, a.Limit)
	defer cancel()
	report, err := conform.Check(ctx, a.URL, conform.Options{
		Handle: a.Handle, Private: a.Private, Only: a.Only, Requests: a.Requests, Timeout: a.Timeout, Now: now,
	})
	if err != nil {
		return trouble, err
	}
	write := report.Text
	if a.JSON {
		write = report.JSON
	}
	if err := write(out); err != nil {
		return trouble, err
	}
	if report.Count(conform.Fail) > 0 {
		return differs, nil
	}
	return conforms, nil
}

// list writes what checks there are.
func list(w io.Writer) error {
	for _, r := range conform.Rules() {
		if _, err := fmt.Fprintf(w, "%-22s %-5s %s\n", r.ID, r.Section, r.Says); err != nil {
			return err
		}
	}
	return nil
}
