package ledger

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"time"
)

// Standing is how far a hold has come.
type Standing string

// A hold waits or is held, is agreed by who asked and placed by who keeps the
// ledger; it ends in one of four ways.
const (
	Waiting      Standing = "waiting"
	Held         Standing = "held"
	Agreeing     Standing = "agreed"
	Living       Standing = "placed"
	HasLapsed    Standing = "lapsed"
	WasWithdrawn Standing = "withdrawn"
	WasDropped   Standing = "dropped"
	HasEnded     Standing = "ended"
)

// Leased tells whether time may still run out on a hold.
func (s Standing) Leased() bool { return s == Waiting || s == Held || s == Agreeing }

// Takes tells whether a hold keeps its beds from others.
func (s Standing) Takes() bool { return s == Held || s == Agreeing || s == Living }

// Hold is what became of an ask.
type Hold struct {
	Number   int // of its [Asked]
	By       string
	Seal     Seal
	Ask      Ask
	Beds     []int     // once granted
	Stay     Stay      // once granted; ends earlier when a household leaves
	Lease    time.Time // until when it waits or is held
	Standing Standing
}

// Book is what stands in a ledger, up to its newest entry. The zero Book is
// that of a ledger which is not begun.
type Book struct {
	id     string
	opened Opened
	at     time.Time // of the newest entry
	hashes []Hash    // of all entries
	closed bool
	holds  []*Hold
	nights map[BedNight]int // who has a bed: the number of a hold
	said   map[[2]string]uttered
}

// uttered is a statement that was heard.
type uttered struct {
	text   Hash
	number int // of the entry that holds it
}

// ID returns the id of the home.
func (b *Book) ID() string { return b.id }

// Opened returns how the ledger begins.
func (b *Book) Opened() Opened { return b.opened }

// Heard returns the number of the entry that holds a statement, and false if
// none does.
func (b *Book) Heard(by, statement string) (number int, ok bool) {
	u, ok := b.said[[2]string{by, statement}]
	return u.number, ok
}

// Closed tells whether the ledger was ended.
func (b *Book) Closed() bool { return b.closed }

// Newest returns the mark of the newest entry.
func (b *Book) Newest() Mark {
	if len(b.hashes) == 0 {
		return Mark{}
	}
	return Mark{len(b.hashes), b.hashes[len(b.hashes)-1]}
}

// At returns when the newest entry was made.
func (b *Book) At() time.Time { return b.at }

// Holds returns all holds in the order in which they were asked for.
func (b *Book) Holds() []Hold {
	list := make([]Hold, len(b.holds))
	for i, h := range b.holds {
		list[i] = *h
	}
	return list
}

// Queue returns the holds that wait, first come first.
func (b *Book) Queue() []Hold {
	return slices.DeleteFunc(b.Holds(), func(h Hold) bool { return h.Standing != Waiting })
}

// Hold returns the hold of that number, and false if there is none.
func (b *Book) Hold(number int) (Hold, bool) {
	if h := b.hold(number); h != nil {
		return *h, true
	}
	return Hold{}, false
}

func (b *Book) hold(number int) *Hold {
	i, found := slices.BinarySearchFunc(b.holds, number, func(h *Hold, n int) int { return h.Number - n })
	if !found {
		return nil
	}
	return b.holds[i]
}

// Taker returns which hold has a bed in a night, 0 for none.
func (b *Book) Taker(n BedNight) int { return b.nights[n] }

// Free returns the beds that are free in all nights of a stay.
func (b *Book) Free(s Stay) []int {
	var free []int
	for bed := 1; bed <= b.opened.Places; bed++ {
		if b.taker(bed, s) == 0 {
			free = append(free, bed)
		}
	}
	return free
}

// taker returns a hold that has a bed in one of the nights, 0 for none.
func (b *Book) taker(bed int, s Stay) int {
	for n := s.From; n < s.Until; n++ {
		if hold := b.nights[BedNight{bed, n}]; hold != 0 {
			return hold
		}
	}
	return 0
}

// FreeAfter returns the earliest moment at which that many beds may be free for
// a stay, as the leases and stays of others have it: what one who comes too late
// is told.
func (b *Book) FreeAfter(s Stay, places int) time.Time {
	until := make([]time.Time, b.opened.Places)
	for _, h := range b.holds {
		// Who leaves keeps the nights until then.
		stays := h.Standing == Living || h.Standing == HasEnded
		if !stays && !h.Standing.Takes() || !h.Stay.Meets(s) {
			continue
		}
		end := h.Lease
		if stays {
			end = h.Stay.Until.Date()
		}
		for _, bed := range h.Beds {
			if end.After(until[bed-1]) {
				until[bed-1] = end
			}
		}
	}
	slices.SortFunc(until, time.Time.Compare)
	return until[min(places, len(until))-1]
}

// Admit checks an entry with its signatures against everything before it, and
// takes it in. If it returns an error nothing has changed.
func (b *Book) Admit(e Entry) error {
	seal := b.opened.Seal
	if o, ok := e.Deed.(Opened); ok && len(b.hashes) == 0 {
		seal = o.Seal
	}
	if err := b.follows(e); err != nil {
		return err
	}
	if err := e.Verify(seal); err != nil {
		return fmt.Errorf("entry by its keeper: %w", err)
	}
	if s, ok := e.Statement(); ok {
		if err := s.Verify(); err != nil {
			return fmt.Errorf("statement of %s: %w", clip(s.By), err)
		}
	}
	return b.Recall(e)
}

// Recall is [Book.Admit] without its signatures, for entries that were admitted
// once and kept safe since.
func (b *Book) Recall(e Entry) error {
	if err := b.follows(e); err != nil {
		return err
	}
	text, err := e.Encode()
	if err != nil {
		return err
	}
	if s, ok := e.Statement(); ok {
		if err := b.mayBeSaid(s, e.At); err != nil {
			return err
		}
	}
	do, err := b.may(e)
	if err != nil {
		return err
	}
	do()
	if s, ok := e.Statement(); ok {
		if b.said == nil {
			b.said = map[[2]string]uttered{}
		}
		b.said[[2]string{s.By, s.ID}] = uttered{textOf(s), e.Number}
	}
	b.id, b.at = e.Ledger, e.At
	b.hashes = append(b.hashes, sha256.Sum256(text))
	return nil
}

func textOf(s Statement) Hash {
	text, err := s.Encode()
	if err != nil {
		return Hash{}
	}
	return sha256.Sum256(text)
}

// follows holds an entry to its place in the chain.
func (b *Book) follows(e Entry) error {
	if err := e.check(); err != nil {
		return err
	}
	newest := b.Newest()
	switch {
	case e.Number != newest.Number+1:
		return fmt.Errorf("%w: entry %d after %d", ErrChain, e.Number, newest.Number)
	case e.Previous != newest.Hash:
		return fmt.Errorf("%w: entry %d names another one", ErrChain, e.Number)
	case b.id != "" && e.Ledger != b.id:
		return fmt.Errorf("%w: entry of the ledger %s", ErrChain, clip(e.Ledger))
	case e.At.Before(b.at):
		return fmt.Errorf("%w: entry %d is older than the one before", ErrClock, e.Number)
	}
	return nil
}

// mayBeSaid holds a statement to the ledger it is said in, at the time it was
// heard.
func (b *Book) mayBeSaid(s Statement, heard time.Time) error {
	_, again := b.said[[2]string{s.By, s.ID}]
	switch {
	case s.Ledger != b.id:
		return fmt.Errorf("%w: a statement about %s", ErrForbidden, clip(s.Ledger))
	case again:
		return fmt.Errorf("%w: the statement %s was heard already", ErrForbidden, s.ID)
	case s.By == b.opened.Owner && s.Seal != b.opened.Seal:
		return fmt.Errorf("%w: the keeper's own statement under another seal", ErrSignature)
	case s.At.After(heard.Add(Skew)), heard.Sub(s.At) > Stale:
		return fmt.Errorf("%w: said at %s, heard at %s", ErrClock, writeTime(s.At), writeTime(heard))
	}
	return b.Shows(s.Seen)
}

// Shows returns nil if the ledger holds what somebody has seen, [ErrTruncated]
// if it does not go so far, and [ErrForked] if it holds something else there.
func (b *Book) Shows(seen Mark) error {
	switch {
	case seen == Mark{}:
		return nil
	case seen.Number > len(b.hashes):
		return fmt.Errorf("%w: entry %d was seen, there are %d", ErrTruncated, seen.Number, len(b.hashes))
	case seen.Number < 1 || b.hashes[seen.Number-1] != seen.Hash:
		return fmt.Errorf("%w: another entry %d was seen", ErrForked, seen.Number)
	}
	return nil
}

// may returns what an entry changes, or why it cannot be.
func (b *Book) may(e Entry) (do func(), err error) {
	if o, ok := e.Deed.(Opened); ok {
		if len(b.hashes) > 0 {
			return nil, fmt.Errorf("%w: the ledger was opened already", ErrForbidden)
		}
		return func() { b.opened, b.nights = o, map[BedNight]int{} }, nil
	}
	switch {
	case len(b.hashes) == 0:
		return nil, fmt.Errorf("%w: the ledger was never opened", ErrForbidden)
	case b.closed:
		return nil, fmt.Errorf("%w: the ledger is closed", ErrForbidden)
	}
	switch d := e.Deed.(type) {
	case Asked:
		return b.mayAsk(e, d.Statement)
	case Granted:
		return b.mayGrant(e, d)
	case Withdrawn:
		return b.mayWithdraw(d.Statement)
	case Lapsed:
		return b.mayLapse(e, d)
	case Dropped:
		return b.mayDrop(d)
	case Agreed:
		return b.mayAgree(e, d.Statement)
	case Placed:
		return b.mayPlace(e, d)
	case Ended:
		return b.mayEnd(d)
	case Closed:
		return b.mayClose()
	}
	return nil, fmt.Errorf("%w: %T", ErrForbidden, e.Deed)
}

func (b *Book) mayAsk(e Entry, s Statement) (func(), error) {
	ask, _ := s.Saying.(Ask)
	switch {
	case !ask.Stay.Within(b.opened.Stay):
		return nil, fmt.Errorf("%w: %s is not within %s", ErrForbidden, ask.Stay, b.opened.Stay)
	case ask.Places > b.opened.Places:
		return nil, fmt.Errorf("%w: %d places of %d", ErrForbidden, ask.Places, b.opened.Places)
	case ask.Stay.From < NightOf(e.At.UTC())-1: // it may still be yesterday where the home is
		return nil, fmt.Errorf("%w: a stay from %s asked on %s", ErrForbidden, ask.Stay.From, writeTime(e.At))
	case len(b.Queue()) >= MaxWaiting:
		return nil, fmt.Errorf("%w: %d wait already", ErrForbidden, MaxWaiting)
	}
	return func() {
		b.holds = append(b.holds, &Hold{
			Number: e.Number, By: s.By, Seal: s.Seal, Ask: ask, Lease: e.At.Add(MaxLease), Standing: Waiting,
		})
	}, nil
}

func (b *Book) mayGrant(e Entry, g Granted) (func(), error) {
	h, err := b.in(g.Hold, Waiting)
	if err != nil {
		return nil, err
	}
	switch {
	case !e.At.Before(h.Lease):
		return nil, fmt.Errorf("%w: hold %d waited until %s", ErrClock, g.Hold, writeTime(h.Lease))
	case !g.Lease.After(e.At), g.Lease.Sub(e.At) > MaxLease:
		return nil, fmt.Errorf("%w: a lease until %s granted at %s", ErrClock, writeTime(g.Lease), writeTime(e.At))
	case len(g.Beds) != h.Ask.Places, g.Beds[len(g.Beds)-1] > b.opened.Places:
		return nil, fmt.Errorf("%w: beds %v for %d places", ErrForbidden, g.Beds, h.Ask.Places)
	}
	for _, bed := range g.Beds {
		if taker := b.taker(bed, h.Ask.Stay); taker != 0 {
			return nil, fmt.Errorf("%w: bed %d in %s by hold %d", ErrTaken, bed, h.Ask.Stay, taker)
		}
	}
	if first := b.next(); first == nil || first.Number != h.Number {
		return nil, fmt.Errorf("%w: hold %d is not first in the queue", ErrForbidden, g.Hold)
	}
	return func() {
		h.Beds, h.Stay, h.Lease, h.Standing = slices.Clone(g.Beds), h.Ask.Stay, g.Lease, Held
		b.take(h)
	}, nil
}

// next returns the first of those who wait for whom there are beds now.
func (b *Book) next() *Hold {
	for _, h := range b.holds {
		if h.Standing == Waiting && len(b.Free(h.Ask.Stay)) >= h.Ask.Places {
			return h
		}
	}
	return nil
}

func (b *Book) mayWithdraw(s Statement) (func(), error) {
	w, _ := s.Saying.(Withdraw)
	h, err := b.theirs(w.Hold, s, Waiting, Held, Agreeing)
	if err != nil {
		return nil, err
	}
	return func() { b.free(h, h.Stay.From); h.Standing = WasWithdrawn }, nil
}

func (b *Book) mayLapse(e Entry, l Lapsed) (func(), error) {
	h, err := b.in(l.Hold, Waiting, Held, Agreeing)
	if err != nil {
		return nil, err
	}
	if e.At.Before(h.Lease) {
		return nil, fmt.Errorf("%w: hold %d lasts until %s", ErrClock, l.Hold, writeTime(h.Lease))
	}
	return func() { b.free(h, h.Stay.From); h.Standing = HasLapsed }, nil
}

func (b *Book) mayDrop(d Dropped) (func(), error) {
	h, err := b.in(d.Hold, Waiting, Held, Agreeing)
	if err != nil {
		return nil, err
	}
	return func() { b.free(h, h.Stay.From); h.Standing = WasDropped }, nil
}

func (b *Book) mayAgree(e Entry, s Statement) (func(), error) {
	a, _ := s.Saying.(Agree)
	h, err := b.theirs(a.Hold, s, Held)
	if err != nil {
		return nil, err
	}
	switch {
	case !e.At.Before(h.Lease):
		return nil, fmt.Errorf("%w: the lease of hold %d ended at %s", ErrClock, a.Hold, writeTime(h.Lease))
	case !slices.Equal(a.Beds, h.Beds), a.Stay != h.Stay:
		return nil, fmt.Errorf("%w: agreed to beds %v in %s, granted were %v in %s", ErrForbidden, a.Beds, a.Stay, h.Beds, h.Stay)
	}
	return func() { h.Standing = Agreeing }, nil
}

func (b *Book) mayPlace(e Entry, p Placed) (func(), error) {
	h, err := b.in(p.Hold, Agreeing)
	if err != nil {
		return nil, err
	}
	if !e.At.Before(h.Lease) {
		return nil, fmt.Errorf("%w: the lease of hold %d ended at %s", ErrClock, p.Hold, writeTime(h.Lease))
	}
	return func() { h.Standing = Living }, nil
}

func (b *Book) mayEnd(d Ended) (func(), error) {
	h, err := b.in(d.Hold, Living)
	if d.Statement != nil {
		h, err = b.theirs(d.Hold, *d.Statement, Living)
	}
	if err != nil {
		return nil, err
	}
	if d.Leaving < h.Stay.From || d.Leaving > h.Stay.Until {
		return nil, fmt.Errorf("%w: leaving on %s from a stay of %s", ErrForbidden, d.Leaving, h.Stay)
	}
	if d.Statement != nil {
		said, _ := d.Statement.Saying.(Leave)
		if said != (Leave{d.Hold, d.Leaving, d.Why}) {
			return nil, fmt.Errorf("%w: who placed said otherwise", ErrForbidden)
		}
	}
	return func() {
		b.free(h, d.Leaving)
		h.Stay.Until, h.Standing = d.Leaving, HasEnded
	}, nil
}

func (b *Book) mayClose() (func(), error) {
	for _, h := range b.holds {
		if h.Standing.Leased() || h.Standing.Takes() {
			return nil, fmt.Errorf("%w: hold %d is %s", ErrForbidden, h.Number, h.Standing)
		}
	}
	return func() { b.closed = true }, nil
}

// in returns the hold of that number if it stands in one of the ways.
func (b *Book) in(number int, ways ...Standing) (*Hold, error) {
	h := b.hold(number)
	switch {
	case h == nil:
		return nil, fmt.Errorf("%w: there is no hold %d", ErrForbidden, number)
	case !slices.Contains(ways, h.Standing):
		return nil, fmt.Errorf("%w: hold %d is %s", ErrForbidden, number, h.Standing)
	}
	return h, nil
}

// theirs is [Book.in] for a hold of the one who speaks.
func (b *Book) theirs(number int, s Statement, ways ...Standing) (*Hold, error) {
	h, err := b.in(number, ways...)
	if err != nil {
		return nil, err
	}
	if h.By != s.By || h.Seal != s.Seal {
		return nil, fmt.Errorf("%w: hold %d is not that of %s", ErrForbidden, number, clip(s.By))
	}
	return h, nil
}

func (b *Book) take(h *Hold) {
	for _, bed := range h.Beds {
		for n := h.Stay.From; n < h.Stay.Until; n++ {
			b.nights[BedNight{bed, n}] = h.Number
		}
	}
}

// free gives the beds of a hold back, from a night on.
func (b *Book) free(h *Hold, from Night) {
	for _, bed := range h.Beds {
		for n := from; n < h.Stay.Until; n++ {
			delete(b.nights, BedNight{bed, n})
		}
	}
}
