package ledger

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"time"

	"palier/protocol/origin"
)

// Entry is one deed in a ledger, signed by who keeps it. An entry that was
// handed out is a receipt: it names, by the hash of the one before it,
// everything that stood in the ledger then.
type Entry struct {
	Ledger   string // id of the home
	Number   int    // from 1 on, without a gap
	Previous Hash   // of the entry before; zero for the first
	At       time.Time
	Deed     Deed

	signature []byte
}

// Deed is what was done: one of the types of this file.
type Deed interface {
	deed() deedJSON
	check() error
}

// Opened begins a ledger: whose home it is, which seal signs for it, how many
// beds there are, and in which nights.
type Opened struct {
	Owner  string // id of the Group
	Seal   Seal
	Places int
	Stay   Stay // up to three years
}

// Asked notes that somebody asks for beds. Its number is that of the hold, and
// its place in the queue. The statement is an [Ask].
type Asked struct{ Statement Statement }

// Granted keeps beds for who asked, until the lease ends.
type Granted struct {
	Hold  int
	Beds  []int
	Lease time.Time // at most [MaxLease] after the entry
}

// Withdrawn notes that who asked gives up. The statement is a [Withdraw].
type Withdrawn struct{ Statement Statement }

// Lapsed notes that a lease ended without a placement, or that an ask waited
// too long: the beds are free.
type Lapsed struct{ Hold int }

// Dropped notes that who keeps the ledger takes back what it kept for somebody
// who has not placed anybody, or ends their waiting: the beds are free.
type Dropped struct {
	Hold int
	Why  Cause
}

// Agreed notes that who asked says that a household comes. The statement is an
// [Agree].
type Agreed struct{ Statement Statement }

// Placed is the placement, which both have signed: who asked in the [Agreed]
// before, who keeps the ledger here.
type Placed struct{ Hold int }

// Ended notes that a household leaves, and from which night on its beds are
// free. Statement is the [Leave] of who placed it, nil if who keeps the ledger
// ends it.
type Ended struct {
	Hold      int
	Leaving   Night
	Why       Reason
	Statement *Statement
}

// Closed ends a ledger for good, once nobody has anything in it.
type Closed struct{}

func (o Opened) check() error {
	if err := checkID("owner", o.Owner); err != nil {
		return err
	}
	if _, err := o.Seal.key(); err != nil {
		return err
	}
	if o.Places < 1 || o.Places > MaxPlaces {
		return fmt.Errorf("%w: %d places", ErrMalformed, o.Places)
	}
	return o.Stay.check(MaxOpen)
}

func says[S Saying](s Statement) error {
	if _, ok := s.Saying.(S); !ok {
		return fmt.Errorf("%w: %T where something else is said", ErrMalformed, s.Saying)
	}
	return s.check()
}

func (a Asked) check() error     { return says[Ask](a.Statement) }
func (w Withdrawn) check() error { return says[Withdraw](w.Statement) }
func (a Agreed) check() error    { return says[Agree](a.Statement) }
func (l Lapsed) check() error    { return checkHold(l.Hold) }
func (p Placed) check() error    { return checkHold(p.Hold) }
func (Closed) check() error      { return nil }

func (g Granted) check() error {
	if err := checkHold(g.Hold); err != nil {
		return err
	}
	return checkBeds(g.Beds)
}

func (d Dropped) check() error {
	if !slices.Contains(Causes, d.Why) {
		return fmt.Errorf("%w: cause %q", ErrMalformed, clip(string(d.Why)))
	}
	return checkHold(d.Hold)
}

func (e Ended) check() error {
	if !slices.Contains(Reasons, e.Why) {
		return fmt.Errorf("%w: reason %q", ErrMalformed, clip(string(e.Why)))
	}
	if e.Statement != nil {
		if err := says[Leave](*e.Statement); err != nil {
			return err
		}
	}
	return checkHold(e.Hold)
}

func (e Entry) check() error {
	switch {
	case e.Deed == nil:
		return fmt.Errorf("%w: nothing done", ErrMalformed)
	case e.Number < 1:
		return fmt.Errorf("%w: number %d", ErrMalformed, e.Number)
	case (e.Number == 1) != (e.Previous == Hash{}):
		return fmt.Errorf("%w: entry %d", ErrChain, e.Number)
	}
	if err := checkID("ledger", e.Ledger); err != nil {
		return err
	}
	if o, ok := e.Deed.(Opened); ok && !origin.Same(o.Owner, e.Ledger) {
		return fmt.Errorf("%w: the ledger of %q is kept elsewhere", ErrMalformed, clip(o.Owner))
	}
	return e.Deed.check()
}

// Encode returns the one form of an entry.
func (e Entry) Encode() ([]byte, error) { return e.encode(e.signature) }

// Hash names the entry. The zero Hash is that of what cannot be written.
func (e Entry) Hash() Hash {
	b, err := e.Encode()
	if err != nil {
		return Hash{}
	}
	return sha256.Sum256(b)
}

// Mark is what somebody who has the entry can say that they have seen.
func (e Entry) Mark() Mark { return Mark{e.Number, e.Hash()} }

// Statement returns what another association said and this entry holds, and
// false if it holds nothing of the kind.
func (e Entry) Statement() (Statement, bool) {
	switch d := e.Deed.(type) {
	case Asked:
		return d.Statement, true
	case Withdrawn:
		return d.Statement, true
	case Agreed:
		return d.Statement, true
	case Ended:
		if d.Statement != nil {
			return *d.Statement, true
		}
	}
	return Statement{}, false
}

// Verify returns [ErrSignature] unless seal signed the entry.
func (e Entry) Verify(seal Seal) error {
	unsigned, err := e.encode(nil)
	if err != nil {
		return err
	}
	return seal.checked(wordEntry, unsigned, e.signature)
}

// sign signs an entry that is complete.
func (e Entry) sign(key ed25519.PrivateKey) (Entry, error) {
	if err := e.check(); err != nil {
		return Entry{}, err
	}
	unsigned, err := e.encode(nil)
	if err != nil {
		return Entry{}, err
	}
	e.signature = ed25519.Sign(key, signed(wordEntry, unsigned))
	return e, nil
}

// The members stand in the order of RFC 8785.
type deedJSON struct {
	Beds      []int          `json:"beds,omitzero"`
	Hold      int            `json:"hold,omitzero"`
	Kind      string         `json:"kind"`
	Lease     string         `json:"lease,omitzero"`
	Leaving   string         `json:"leaving,omitzero"`
	Owner     string         `json:"owner,omitzero"`
	Places    int            `json:"places,omitzero"`
	Seal      string         `json:"seal,omitzero"`
	Statement *statementJSON `json:"statement,omitzero"`
	Stay      *stayJSON      `json:"stay,omitzero"`
	Why       string         `json:"why,omitzero"`
}

type entryJSON struct {
	At        string   `json:"at"`
	Deed      deedJSON `json:"deed"`
	Ledger    string   `json:"ledger"`
	Number    int      `json:"number"`
	Previous  string   `json:"previous,omitzero"`
	Signature string   `json:"signature,omitzero"`
}

func holding(kind string, s Statement) deedJSON {
	j := s.json(s.signature)
	return deedJSON{Kind: kind, Statement: &j}
}

func (o Opened) deed() deedJSON {
	return deedJSON{Kind: "opened", Owner: o.Owner, Seal: string(o.Seal), Places: o.Places, Stay: o.Stay.json()}
}
func (a Asked) deed() deedJSON { return holding("asked", a.Statement) }
func (g Granted) deed() deedJSON {
	return deedJSON{Kind: "granted", Hold: g.Hold, Beds: g.Beds, Lease: writeTime(g.Lease)}
}
func (w Withdrawn) deed() deedJSON { return holding("withdrawn", w.Statement) }
func (l Lapsed) deed() deedJSON    { return deedJSON{Kind: "lapsed", Hold: l.Hold} }
func (d Dropped) deed() deedJSON {
	return deedJSON{Kind: "dropped", Hold: d.Hold, Why: string(d.Why)}
}
func (a Agreed) deed() deedJSON { return holding("agreed", a.Statement) }
func (p Placed) deed() deedJSON { return deedJSON{Kind: "placed", Hold: p.Hold} }
func (Closed) deed() deedJSON   { return deedJSON{Kind: "closed"} }

func (e Ended) deed() deedJSON {
	j := deedJSON{Kind: "ended", Hold: e.Hold, Leaving: e.Leaving.String(), Why: string(e.Why)}
	if e.Statement != nil {
		s := e.Statement.json(e.Statement.signature)
		j.Statement = &s
	}
	return j
}

func (e Entry) encode(signature []byte) ([]byte, error) {
	if e.Deed == nil {
		return nil, fmt.Errorf("%w: nothing done", ErrMalformed)
	}
	if s, ok := e.Statement(); ok && s.Saying == nil {
		return nil, fmt.Errorf("%w: nothing said", ErrMalformed)
	}
	j := entryJSON{
		At: writeTime(e.At), Deed: e.Deed.deed(), Ledger: e.Ledger, Number: e.Number,
		Signature: base64.RawURLEncoding.EncodeToString(signature),
	}
	if e.Previous != (Hash{}) {
		j.Previous = e.Previous.String()
	}
	return write(j)
}

// DecodeEntry reads an entry of a stranger. It returns [ErrMalformed] for bytes
// that are not the one form of one. Whether it may stand where it stands is for
// [Book.Admit] to say.
func DecodeEntry(b []byte) (Entry, error) {
	var j entryJSON
	if err := read(b, &j); err != nil {
		return Entry{}, err
	}
	e := Entry{Ledger: j.Ledger, Number: j.Number}
	var err error
	if e.At, err = readTime("time of an entry", j.At); err != nil {
		return Entry{}, err
	}
	if j.Previous != "" {
		if e.Previous, err = parseHash(j.Previous); err != nil {
			return Entry{}, err
		}
	}
	if e.signature, err = readSignature(j.Signature); err != nil {
		return Entry{}, err
	}
	if e.Deed, err = j.Deed.read(); err != nil {
		return Entry{}, err
	}
	if err := e.check(); err != nil {
		return Entry{}, err
	}
	return e, same(b, e.Encode)
}

func (j deedJSON) read() (Deed, error) {
	var said Statement
	if j.Statement != nil {
		var err error
		if said, err = j.Statement.statement(); err != nil {
			return nil, err
		}
	}
	switch j.Kind {
	case "opened":
		stay, err := readStay(j.Stay, MaxOpen)
		return Opened{j.Owner, Seal(j.Seal), j.Places, stay}, err
	case "asked":
		return Asked{said}, nil
	case "granted":
		lease, err := readTime("end of a lease", j.Lease)
		return Granted{j.Hold, j.Beds, lease}, err
	case "withdrawn":
		return Withdrawn{said}, nil
	case "lapsed":
		return Lapsed{j.Hold}, nil
	case "dropped":
		return Dropped{j.Hold, Cause(j.Why)}, nil
	case "agreed":
		return Agreed{said}, nil
	case "placed":
		return Placed{j.Hold}, nil
	case "ended":
		leaving, err := ParseNight(j.Leaving)
		e := Ended{Hold: j.Hold, Leaving: leaving, Why: Reason(j.Why)}
		if j.Statement != nil {
			e.Statement = &said
		}
		return e, err
	case "closed":
		return Closed{}, nil
	}
	return nil, fmt.Errorf("%w: deed %q", ErrMalformed, clip(j.Kind))
}
