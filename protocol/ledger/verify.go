package ledger

import (
	"fmt"
	"time"
)

// Fault is the first entry of a ledger that cannot stand where it stands, and
// why.
type Fault struct {
	Number int
	Err    error
}

func (f *Fault) Error() string { return fmt.Sprintf("entry %d: %v", f.Number, f.Err) }

func (f *Fault) Unwrap() error { return f.Err }

// Evidence is what else is known when a ledger is verified. The zero Evidence
// is nothing.
type Evidence struct {
	// Now is the time; no entry may be later. Zero does not ask.
	Now time.Time
	// Receipts are entries of the ledger that somebody was given: each has to
	// stand in it still.
	Receipts []Entry
}

// Verify reads a whole ledger from its first entry on. If all of it holds it
// returns what stands in it; else a [*Fault] with the first bad entry, and what
// stood in it before that.
//
// That a ledger holds in itself shows that its keeper never promised a bed twice
// in it, and that every association named in it signed what it said. That
// nothing was cut off its end only a receipt can show, and that a seal is the
// association's only that association: its Group says so at its own address.
func Verify(entries []Entry, ev Evidence) (*Book, error) {
	b := &Book{}
	for i, e := range entries {
		if !ev.Now.IsZero() && e.At.After(ev.Now.Add(Skew)) {
			return b, &Fault{i + 1, fmt.Errorf("%w: made at %s", ErrClock, writeTime(e.At))}
		}
		if err := b.Admit(e); err != nil {
			return b, &Fault{i + 1, err}
		}
	}
	if b.id == "" {
		return b, &Fault{1, fmt.Errorf("%w: there is none", ErrMalformed)}
	}
	for _, r := range ev.Receipts {
		if r.Ledger != b.id {
			continue
		}
		if err := r.Verify(b.opened.Seal); err != nil {
			return b, fmt.Errorf("receipt of entry %d: %w", r.Number, err)
		}
		if err := b.Shows(r.Mark()); err != nil {
			return b, &Fault{min(r.Number, len(b.hashes)+1), err}
		}
	}
	return b, nil
}
