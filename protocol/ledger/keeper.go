package ledger

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"time"
)

// Keeper writes a ledger: the association whose home it is. Everything it
// writes is admitted by its own book first.
type Keeper struct {
	Book *Book
	Key  ed25519.PrivateKey
	// Still has nothing granted, also to those who wait.
	Still bool
	// Expelled tells of who asked for a hold whether they may not see the home any
	// more. What they wait for and hold is dropped before anything else is written,
	// so that nothing is granted to them and nobody is placed; where somebody of
	// theirs lives, they stay. Nil tells so of nobody.
	Expelled func(Hold) bool
	// Limit tells why an ask is not granted although there are beds, nothing if it is.
	// Who waits is dropped where it is not any more, so that others come. Nil grants all.
	Limit func(by string, a Ask) Why
}

// Refusal is why a statement led to no entry. It binds nobody: whoever gets one
// may ask again.
type Refusal struct {
	Ledger    string
	Statement string // its id
	Why       Why
	// Free is when it may be worth asking again, for [Taken]; zero if that is not
	// known.
	Free time.Time
}

// Why is the reason of a [Refusal].
type Why string

// Why a statement is refused.
const (
	Taken     Why = "taken"     // the beds are somebody's
	QueueFull Why = "queue"     // too many wait
	BadDates  Why = "dates"     // the home is not offered then
	TooMany   Why = "places"    // it has fewer beds
	IsClosed  Why = "closed"    // no longer offered at all
	IsFrozen  Why = "frozen"    // stopped for now by who keeps it
	BadClock  Why = "clock"     // said too long ago, or in the future
	Again     Why = "again"     // another statement had that id
	Unlike    Why = "seen"      // the speaker has seen another ledger than this
	BadSeal   Why = "seal"      // not signed by the seal that is known of the speaker
	Elsewhere Why = "ledger"    // about another home
	NoHold    Why = "hold"      // no hold of the speaker's that this could follow on
	Different Why = "different" // other beds or nights than were granted
	LeaseOver Why = "lapsed"    // too late
	WasFreed  Why = "dropped"   // the keeper took it back
	TooBusy   Why = "busy"      // the speaker has too many holds with this association
	BadLength Why = "nights"    // nobody stays there for so short or so long
)

// Open begins a ledger.
func (k Keeper) Open(id string, at time.Time, o Opened) (Entry, error) {
	if k.Book.id != "" {
		return Entry{}, fmt.Errorf("open the ledger of %s: %w: it is open", id, ErrForbidden)
	}
	seal, err := SealOf(k.Key)
	if err != nil {
		return Entry{}, err
	}
	o.Seal = seal
	return k.write(id, at, o)
}

// Hear answers a statement: with the entries that it leads to, which may be
// none if it was heard before, or with a refusal. It returns [ErrClock] if our
// own clock is behind the ledger; then nothing can be promised.
func (k Keeper) Hear(s Statement, now time.Time) ([]Entry, *Refusal, error) {
	known, refusal := k.known(s)
	if known || refusal != nil {
		return nil, refusal, nil
	}
	written, err := k.Tidy(now)
	if err != nil {
		return written, nil, err
	}
	deed, refusal := k.deedOf(s, now)
	if refusal != nil {
		return written, refusal, nil
	}
	e, err := k.write(k.Book.id, now, deed)
	if errors.Is(err, ErrForbidden) || errors.Is(err, ErrSignature) {
		return written, k.refuse(s, NoHold), nil
	}
	if err != nil {
		return written, nil, err
	}
	after, err := k.Tidy(now)
	return append(append(written, e), after...), nil, err
}

func (k Keeper) refuse(s Statement, why Why) *Refusal {
	return &Refusal{Ledger: k.Book.id, Statement: s.ID, Why: why}
}

// known tells whether a statement was heard before, and refuses one that is not
// what it says.
func (k Keeper) known(s Statement) (bool, *Refusal) {
	if s.Ledger != k.Book.id {
		return false, k.refuse(s, Elsewhere)
	}
	if err := s.Verify(); err != nil {
		return false, k.refuse(s, BadSeal)
	}
	before, heard := k.Book.said[[2]string{s.By, s.ID}]
	switch {
	case heard && before.text == textOf(s):
		return true, nil
	case heard:
		return false, k.refuse(s, Again)
	case k.Book.Shows(s.Seen) != nil:
		return false, k.refuse(s, Unlike)
	}
	return false, nil
}

// deedOf returns what a statement that is fresh and true leads to.
func (k Keeper) deedOf(s Statement, now time.Time) (Deed, *Refusal) {
	switch {
	case s.At.After(now.Add(Skew)), now.Sub(s.At) > Stale:
		return nil, k.refuse(s, BadClock)
	case k.Book.closed:
		return nil, k.refuse(s, IsClosed)
	}
	switch said := s.Saying.(type) {
	case Ask:
		return k.ask(s, said, now)
	case Withdraw:
		return Withdrawn{s}, nil
	case Agree:
		h := k.Book.hold(said.Hold)
		switch {
		case h == nil || h.By != s.By:
			return nil, k.refuse(s, NoHold)
		case h.Standing == HasLapsed:
			return nil, k.refuse(s, LeaseOver)
		case h.Standing == WasDropped:
			return nil, k.refuse(s, WasFreed)
		case h.Standing == Held && (!equal(said.Beds, h.Beds) || said.Stay != h.Stay):
			return nil, k.refuse(s, Different)
		}
		return Agreed{s}, nil
	case Leave:
		return Ended{said.Hold, said.Leaving, said.Why, &s}, nil
	}
	return nil, k.refuse(s, NoHold)
}

func (k Keeper) ask(s Statement, a Ask, now time.Time) (Deed, *Refusal) {
	b := k.Book
	switch {
	case !a.Stay.Within(b.opened.Stay), a.Stay.From < NightOf(now.UTC())-1:
		return nil, k.refuse(s, BadDates)
	case a.Places > b.opened.Places:
		return nil, k.refuse(s, TooMany)
	case k.limit(s.By, a) == Taken: // although beds are left: all have to be free
		r := k.refuse(s, Taken)
		r.Free = b.FreeAfter(a.Stay, b.opened.Places)
		return nil, r
	case k.limit(s.By, a) != "":
		return nil, k.refuse(s, k.limit(s.By, a))
	case len(b.Free(a.Stay)) >= a.Places:
		if len(b.Queue()) < MaxWaiting {
			return Asked{s}, nil
		}
		return nil, k.refuse(s, QueueFull)
	case a.Wait && len(b.Queue()) < MaxWaiting:
		return Asked{s}, nil
	}
	r := k.refuse(s, Taken)
	if a.Wait {
		r.Why = QueueFull
	}
	r.Free = b.FreeAfter(a.Stay, a.Places)
	return nil, r
}

func (k Keeper) limit(by string, a Ask) Why {
	if k.Limit == nil {
		return ""
	}
	return k.Limit(by, a)
}

func equal(a, b []int) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// Tidy writes what has come about by itself: holds of those who were expelled,
// leases that ended, and grants to those who waited for the beds.
func (k Keeper) Tidy(now time.Time) ([]Entry, error) {
	var written []Entry
	for _, h := range k.Book.holds {
		var d Deed
		switch {
		case !h.Standing.Leased():
			continue
		case k.Expelled != nil && k.Expelled(*h):
			d = Dropped{h.Number, Expelled}
		case !now.Before(h.Lease):
			d = Lapsed{h.Number}
		default:
			continue
		}
		e, err := k.write(k.Book.id, now, d)
		if err != nil {
			return written, err
		}
		written = append(written, e)
	}
	for {
		h := k.Book.next()
		if h == nil || k.Still {
			return written, nil
		}
		var d Deed = Granted{h.Number, k.Book.Free(h.Ask.Stay)[:h.Ask.Places], now.UTC().Truncate(time.Millisecond).Add(MaxLease)}
		if k.limit(h.By, h.Ask) != "" {
			d = Dropped{h.Number, Unfit}
		}
		e, err := k.write(k.Book.id, now, d)
		if err != nil {
			return written, err
		}
		written = append(written, e)
	}
}

// Due returns when [Keeper.Tidy] has something to write next, the zero time for
// never.
func (b *Book) Due() time.Time {
	var due time.Time
	for _, h := range b.holds {
		if h.Standing.Leased() && (due.IsZero() || h.Lease.Before(due)) {
			due = h.Lease
		}
	}
	return due
}

// Place signs a placement to which who asked has agreed.
func (k Keeper) Place(hold int, now time.Time) ([]Entry, error) {
	written, err := k.Tidy(now)
	if err != nil {
		return written, err
	}
	e, err := k.write(k.Book.id, now, Placed{hold})
	if err != nil {
		return written, err
	}
	return append(written, e), nil
}

// Drop takes a hold back before anybody is placed, or ends its waiting. It
// returns [ErrForbidden] if there is nothing to take back.
func (k Keeper) Drop(hold int, why Cause, now time.Time) ([]Entry, error) {
	e, err := k.write(k.Book.id, now, Dropped{hold, why})
	if err != nil {
		return nil, err
	}
	after, err := k.Tidy(now)
	return append([]Entry{e}, after...), err
}

// End notes that a household leaves, by the keeper's own word.
func (k Keeper) End(hold int, leaving Night, why Reason, now time.Time) ([]Entry, error) {
	e, err := k.write(k.Book.id, now, Ended{Hold: hold, Leaving: leaving, Why: why})
	if err != nil {
		return nil, err
	}
	after, err := k.Tidy(now)
	return append([]Entry{e}, after...), err
}

// Close ends the ledger for good. It returns [ErrForbidden] as long as anybody
// has anything in it.
func (k Keeper) Close(now time.Time) (Entry, error) { return k.write(k.Book.id, now, Closed{}) }

// write adds a deed to the book.
func (k Keeper) write(id string, now time.Time, d Deed) (Entry, error) {
	at := now.UTC().Truncate(time.Millisecond)
	if at.Before(k.Book.at) {
		if k.Book.at.Sub(at) > Skew {
			return Entry{}, fmt.Errorf("write into %s: %w: the clock is %s behind the ledger", id, ErrClock, k.Book.at.Sub(at))
		}
		at = k.Book.at
	}
	newest := k.Book.Newest()
	e, err := Entry{Ledger: id, Number: newest.Number + 1, Previous: newest.Hash, At: at, Deed: d}.sign(k.Key)
	if err != nil {
		return Entry{}, fmt.Errorf("write into %s: %w", id, err)
	}
	if err := k.Book.Recall(e); err != nil {
		return Entry{}, fmt.Errorf("write into %s: %w", id, err)
	}
	return e, nil
}

type refusalJSON struct {
	Free      string `json:"free,omitzero"`
	Ledger    string `json:"ledger"`
	Statement string `json:"statement"`
	Why       string `json:"why"`
}

// Encode returns the one form of a refusal.
func (r Refusal) Encode() ([]byte, error) {
	j := refusalJSON{Ledger: r.Ledger, Statement: r.Statement, Why: string(r.Why)}
	if !r.Free.IsZero() {
		j.Free = writeTime(r.Free)
	}
	return write(j)
}

// DecodeRefusal reads what [Refusal.Encode] writes. It returns [ErrMalformed]
// for anything else.
func DecodeRefusal(b []byte) (Refusal, error) {
	var j refusalJSON
	if err := read(b, &j); err != nil {
		return Refusal{}, err
	}
	r := Refusal{Ledger: j.Ledger, Statement: j.Statement, Why: Why(j.Why)}
	if err := checkID("ledger", r.Ledger); err != nil {
		return r, err
	}
	for _, s := range []string{j.Statement, j.Why} {
		for i := range len(s) {
			if c := s[i]; c != '-' && c != '_' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
				return r, fmt.Errorf("%w: word %q", ErrMalformed, clip(s))
			}
		}
	}
	if j.Free != "" {
		var err error
		if r.Free, err = readTime("time", j.Free); err != nil {
			return r, err
		}
	}
	return r, same(b, r.Encode)
}
