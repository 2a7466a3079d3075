// Command palier runs a neighbourhood server: for a building, a town, an
// association.
//
//	palier demo     four servers that talk to one another, on this machine
//	palier serve    one server
//	palier admin    people, neighbourhoods, blocks and deliveries of a server
//	palier screen   what screens in halls show
//	palier import   files of open data: addresses, outlines, associations
//	palier housing  ledgers of homes that associations share
//	palier backup   a copy of a server that runs, and whether it is whole
//	palier restore  a server of such a copy
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"os"
	"os/signal"
	"reflect"
	"runtime/debug"
	"strings"
	"syscall"
	_ "time/tzdata" // a container may have no time zones of its own

	"github.com/alecthomas/kong"

	"palier/cmd/palier/demo"
	"palier/instance"
)

// commands is everything the program can be told on its command line.
type commands struct {
	Demo    demo.Command     `cmd:"" help:"Run four servers that talk to one another, on this machine, with nothing to configure."`
	Serve   serve            `cmd:"" help:"Run one server."`
	Admin   admin            `cmd:"" help:"Look after a server, also while it runs."`
	Import  importer         `cmd:"" help:"Take over files of open data: addresses, communes, outlines, associations, shops, weather warnings."`
	Housing housingCommand   `cmd:"" help:"Homes for people who need shelter: check what associations keep."`
	Screen  screenCommands   `cmd:"" help:"What screens in halls show."`
	Backup  backupCommand    `cmd:"" help:"Copy a server, also while it runs, or check a copy."`
	Restore restoreCommand   `cmd:"" help:"Make a server of a backup, where there is none."`
	Version kong.VersionFlag `help:"Print the version."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "palier:", err)
		os.Exit(1)
	}
}

// run does what args say until it is done or ctx ends.
func run(ctx context.Context, args []string, out, errOut io.Writer) error {
	var c commands
	parser, err := kong.New(&c,
		kong.Name("palier"), kong.Description("A neighbourhood server that is part of a network."),
		kong.Vars{"version": version()}, kong.Writers(out, errOut), kong.UsageOnError(),
		kong.DefaultEnvars("PALIER"),
		kong.TypeMapper(reflect.TypeFor[netip.Prefix](), prefixMapper{}),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(demo.Console{Out: out, Err: errOut, Log: slog.New(slog.NewTextHandler(errOut, nil)), Version: version()}),
	)
	if err != nil {
		return err
	}
	k, err := parser.Parse(args)
	if err != nil {
		return err
	}
	err = k.Run()
	if errors.Is(err, context.Canceled) && ctx.Err() != nil {
		return nil //nolint:nilerr // being told to stop is no failure
	}
	if invalid, ok := errors.AsType[*instance.Invalid](err); ok {
		return fmt.Errorf("%w: %s is %s", err, invalid.Field, strings.ReplaceAll(invalid.Code, "-", " "))
	}
	return err
}

// prefixMapper reads an address range, or one address alone.
type prefixMapper struct{}

func (prefixMapper) Decode(ctx *kong.DecodeContext, target reflect.Value) error {
	var s string
	if err := ctx.Scan.PopValueInto("address range", &s); err != nil {
		return err
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		addr, addrErr := netip.ParseAddr(s)
		if addrErr != nil {
			return err
		}
		p = netip.PrefixFrom(addr, addr.BitLen())
	}
	target.Set(reflect.ValueOf(p))
	return nil
}

// version is what the program was built from.
func version() string {
	const released = "0.1.0"
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return released
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return released + "+" + s.Value[:12]
		}
	}
	return released
}
