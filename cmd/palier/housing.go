package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"palier/cmd/palier/demo"
	"palier/instance/app"
	"palier/instance/vault"
	"palier/protocol/ledger"
)

type housingCommand struct {
	Verify  housingVerify  `cmd:"" help:"Check the whole ledger of a home and name the first bad entry."`
	Visited housingVisited `cmd:"" help:"Check what a programme signed of its visit to a home."`
	Renew   housingRenew   `cmd:"" help:"Give a programme one more key for its files: what is written from now on is sealed to that one."`
	Rekey   housingRekey   `cmd:"" help:"Give a programme another key and seal all of its files to that one, in small steps; begun again it goes on."`
}

// housingVerify checks a ledger from a file, or asks its keeper for it.
type housingVerify struct {
	server
	Ledger  string   `arg:"" help:"File with a ledger, - for standard input, or the address of a home: then a programme of this server asks for it." placeholder:"FILE|URL"`
	As      string   `help:"Name of the programme of this server that asks." placeholder:"NAME"`
	Receipt []string `help:"Files with entries that somebody was given: each has to stand in the ledger still." type:"existingfile" placeholder:"FILE"`
}

// housingVisited checks a file that somebody was shown.
type housingVisited struct {
	File string `arg:"" help:"File with what was signed, - for standard input." placeholder:"FILE"`
	Seal string `required:"" help:"The seal of the programme, as it stands at <group>/desk." placeholder:"SEAL"`
}

// Run says until when a visit holds, or returns why it does not.
func (c housingVisited) Run(console demo.Console) error {
	b, err := readFile(c.File)
	if err != nil {
		return fmt.Errorf("visited %s: %w", c.File, err)
	}
	v, err := ledger.DecodeVisited([]byte(strings.TrimSpace(string(b))))
	if err == nil {
		err = v.Verify(ledger.Seal(c.Seal), time.Now())
	}
	if err != nil {
		return fmt.Errorf("visited %s: %w", c.File, err)
	}
	_, err = fmt.Fprintf(console.Out, "%s was visited by %s and holds until %s\nwhether it was taken back since, its server tells partners at %s/visited\n", v.Home, v.By, v.Until.Format(time.DateOnly), v.Home)
	return err
}

// housingRenew is for when somebody may have seen a key.
type housingRenew struct {
	server
	Programme string `arg:"" help:"Name of a programme of this server." placeholder:"NAME"`
}

// Run makes the key and says where all of them are.
func (c housingRenew) Run(ctx context.Context, console demo.Console) error {
	err := c.with(ctx, console, func(a *app.App) error { return a.Housing.Renew(ctx, c.Programme) })
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(console.Out, "%s has another key; keep the ones before as long as what they sealed is needed\n", c.Programme)
	return err
}

// housingRekey is for when keys are to be changed: the one before is of use for copies of
// the database alone then.
type housingRekey struct {
	server
	Programme string `arg:"" help:"Name of a programme of this server." placeholder:"NAME"`
}

// Run seals everything anew, and names the files that nothing in the database needs any
// more. It deletes none. It returns an error for what is sealed to a key before still.
func (c housingRekey) Run(ctx context.Context, console demo.Console) error {
	var r vault.Resealed
	err := c.with(ctx, console, func(a *app.App) (err error) {
		r, err = a.Rekey(ctx, c.Programme, func(vault.Resealed) error { return ctx.Err() })
		return err
	})
	if err != nil && r.Moved > 0 {
		err = fmt.Errorf("%w; %d are sealed anew, and it goes on from there when it is begun again", err, r.Moved)
	}
	if err != nil {
		return err
	}
	return tellRekeyed(console.Out, c.Programme, r)
}

// tellRekeyed says what became of it.
func tellRekeyed(out io.Writer, programme string, r vault.Resealed) error {
	_, err := fmt.Fprintf(out, "%s: %d sealed anew, %d opened with the newest key alone\n", programme, r.Moved, r.Newest)
	if err == nil && r.Lost > 0 {
		_, err = fmt.Fprintf(out, "%d cannot be opened with any key that is here, such as %s; they stay as they are\n", r.Lost, r.First)
	}
	if err == nil && !r.Whole() {
		err = fmt.Errorf("%d were sealed to a key before meanwhile, such as %s: begin again", r.Left, r.First)
	}
	if err != nil || len(r.Older) == 0 {
		return err
	}
	_, err = fmt.Fprintf(out, "nothing in the database needs these keys any more, but every backup that was made before does:\n%s\nkeep them apart as long as there is one, and delete them yourself\n", strings.Join(r.Older, "\n"))
	return err
}

// mostLedger is more than any ledger has, in bytes.
const mostLedger = 64 << 20

// Run prints what stands in the ledger, or returns what is wrong with it.
func (c housingVerify) Run(ctx context.Context, console demo.Console) error {
	entries, err := c.entries(ctx, console)
	if err != nil {
		return fmt.Errorf("verify %s: %w", c.Ledger, err)
	}
	ev := ledger.Evidence{Now: time.Now()}
	for _, name := range c.Receipt {
		some, err := readLedger(name)
		if err != nil {
			return fmt.Errorf("receipt %s: %w", name, err)
		}
		ev.Receipts = append(ev.Receipts, some...)
	}
	book, err := ledger.Verify(entries, ev)
	if fault, ok := errors.AsType[*ledger.Fault](err); ok {
		fmt.Fprintf(console.Out, "entries 1 to %d hold\n", max(0, fault.Number-1))
	}
	if err != nil {
		return fmt.Errorf("verify %s: %w", c.Ledger, err)
	}
	return tellLedger(console.Out, book, len(ev.Receipts))
}

func (c housingVerify) entries(ctx context.Context, console demo.Console) (entries []ledger.Entry, err error) {
	if !strings.Contains(c.Ledger, "://") {
		return readLedger(c.Ledger)
	}
	if c.As == "" {
		return nil, errors.New("only partners are shown the ledger of a home: name the programme of this server that asks with --as")
	}
	err = c.with(ctx, console, func(a *app.App) error {
		entries, err = a.Housing.Fetch(ctx, c.As, c.Ledger)
		return err
	})
	return entries, err
}

// readLedger reads a file. Entries that cannot be read are a fault of the ledger
// like any other.
func readLedger(name string) ([]ledger.Entry, error) {
	b, err := readFile(name)
	if err != nil {
		return nil, err
	}
	return ledger.DecodePage([]byte(strings.TrimSpace(string(b))))
}

// readFile reads a file, or standard input for -.
func readFile(name string) ([]byte, error) {
	from := io.Reader(os.Stdin)
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer func() { _ = f.Close() }() // it was only read
		from = f
	}
	return io.ReadAll(io.LimitReader(from, mostLedger))
}

// tellLedger says what stands in a ledger that holds.
func tellLedger(out io.Writer, b *ledger.Book, receipts int) error {
	o, newest := b.Opened(), b.Newest()
	state := "open"
	if b.Closed() {
		state = "closed"
	}
	_, err := fmt.Fprintf(out, "%s holds: %d entries, %s\nkept by %s under the seal %s\n%d beds from %s to %s\nnewest entry %d, %s, made %s\n",
		b.ID(), newest.Number, state, o.Owner, o.Seal, o.Places, o.Stay.From, o.Stay.Until, newest.Number, newest.Hash, b.At().Format(time.RFC3339))
	if err != nil {
		return err
	}
	for _, h := range b.Holds() {
		if _, err := fmt.Fprintf(out, "hold %d of %s: %s, beds %v, %s\n", h.Number, h.By, h.Standing, h.Beds, h.Ask.Stay); err != nil {
			return err
		}
	}
	if receipts == 0 {
		_, err = fmt.Fprintln(out, "without a receipt nobody can tell whether something was cut off the end")
		return err
	}
	_, err = fmt.Fprintf(out, "all of %d receipts stand in it\n", receipts)
	return err
}
