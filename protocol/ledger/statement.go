package ledger

import (
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"slices"
	"time"
)

// Statement is what an association says to the keeper of a ledger, under its
// seal.
type Statement struct {
	// ID is 16 random bytes in base64url: the same statement sent twice is one,
	// and no other may have its id.
	ID     string
	Ledger string // id of the home it is about
	By     string // id of the Group that says it
	Seal   Seal   // of that Group
	// Seen is the newest entry that the speaker has: proof for everyone who reads
	// the statement that the ledger went so far.
	Seen   Mark
	At     time.Time
	Saying Saying

	signature []byte
}

// Saying is what is said: an [Ask], a [Withdraw], an [Agree] or a [Leave].
type Saying interface {
	saying() sayingJSON
	check() error
}

// Ask asks that beds be held.
type Ask struct {
	Places int // beds
	Stay   Stay
	// Wait asks for a place in the queue if the beds are taken now.
	Wait bool
}

// Withdraw gives up what was asked or held.
type Withdraw struct{ Hold int }

// Agree says that a household comes into the beds and nights that were granted.
// It repeats them, so that both have signed the same ones.
type Agree struct {
	Hold int
	Beds []int
	Stay Stay
}

// Leave says that a household leaves, or never came: then Leaving is the first
// night of its stay.
type Leave struct {
	Hold    int
	Leaving Night
	Why     Reason
}

// Reason is why a stay ended, as far as everyone who reads a ledger may know.
// What happened between people is nobody else's business.
type Reason string

// Why stays end.
const (
	Finished    Reason = "finished"    // as agreed
	Earlier     Reason = "earlier"     // before that
	Transferred Reason = "transferred" // to another home
)

// Cause is why the keeper of a ledger gives back, by its own word, what it kept
// for somebody.
type Cause string

// Why holds are dropped.
const (
	Expelled Cause = "expelled" // who asked may not see the home any more
	Unfit    Cause = "unfit"    // nobody can be lodged there now, whoever asks
)

// Causes are why holds are dropped.
var Causes = []Cause{Expelled, Unfit}

// Reasons are why stays end.
var Reasons = []Reason{Finished, Earlier, Transferred}

func (a Ask) check() error {
	if a.Places < 1 || a.Places > MaxPlaces {
		return fmt.Errorf("%w: %d places", ErrMalformed, a.Places)
	}
	return a.Stay.check(MaxNights)
}

func (w Withdraw) check() error { return checkHold(w.Hold) }

func (a Agree) check() error {
	if err := checkHold(a.Hold); err != nil {
		return err
	}
	if err := checkBeds(a.Beds); err != nil {
		return err
	}
	return a.Stay.check(MaxNights)
}

func (l Leave) check() error {
	if !slices.Contains(Reasons, l.Why) {
		return fmt.Errorf("%w: reason %q", ErrMalformed, clip(string(l.Why)))
	}
	return checkHold(l.Hold)
}

func checkHold(n int) error {
	if n < 1 {
		return fmt.Errorf("%w: hold %d", ErrMalformed, n)
	}
	return nil
}

// checkBeds: numbers of beds in their order, none twice.
func checkBeds(beds []int) error {
	if len(beds) == 0 || len(beds) > MaxPlaces {
		return fmt.Errorf("%w: %d beds", ErrMalformed, len(beds))
	}
	last := 0
	for _, bed := range beds {
		if bed <= last || bed > MaxPlaces {
			return fmt.Errorf("%w: bed %d after %d", ErrMalformed, bed, last)
		}
		last = bed
	}
	return nil
}

// Speak signs what a Group says. The statement's own signature and seal are set
// by it.
func Speak(key ed25519.PrivateKey, s Statement) (Statement, error) {
	seal, err := SealOf(key)
	if err != nil {
		return Statement{}, fmt.Errorf("speak: %w", err)
	}
	s.Seal, s.At = seal, s.At.UTC().Truncate(time.Millisecond)
	if err := s.check(); err != nil {
		return Statement{}, fmt.Errorf("speak: %w", err)
	}
	unsigned, err := s.encode(nil)
	if err != nil {
		return Statement{}, fmt.Errorf("speak: %w", err)
	}
	s.signature = ed25519.Sign(key, signed(wordStatement, unsigned))
	return s, nil
}

// Encode returns the one form of a statement.
func (s Statement) Encode() ([]byte, error) { return s.encode(s.signature) }

// Verify returns [ErrSignature] unless the statement's seal signed it.
func (s Statement) Verify() error {
	unsigned, err := s.encode(nil)
	if err != nil {
		return err
	}
	return s.Seal.checked(wordStatement, unsigned, s.signature)
}

// Equal tells whether both are the same text.
func (s Statement) Equal(t Statement) bool {
	a, err := s.Encode()
	b, err2 := t.Encode()
	return err == nil && err2 == nil && string(a) == string(b)
}

func (s Statement) check() error {
	if s.Saying == nil {
		return fmt.Errorf("%w: nothing said", ErrMalformed)
	}
	if b, err := base64.RawURLEncoding.Strict().DecodeString(s.ID); err != nil || len(b) != 16 {
		return fmt.Errorf("%w: id %q of a statement", ErrMalformed, clip(s.ID))
	}
	if err := checkID("ledger", s.Ledger); err != nil {
		return err
	}
	if err := checkID("group", s.By); err != nil {
		return err
	}
	if _, err := s.Seal.key(); err != nil {
		return err
	}
	if s.Seen.Number < 0 || s.Seen.Number == 0 && s.Seen.Hash != (Hash{}) {
		return fmt.Errorf("%w: entry %d seen", ErrMalformed, s.Seen.Number)
	}
	return s.Saying.check()
}

type markJSON struct {
	Hash   string `json:"hash"`
	Number int    `json:"number"`
}

type sayingJSON struct {
	Beds    []int     `json:"beds,omitzero"`
	Hold    int       `json:"hold,omitzero"`
	Kind    string    `json:"kind"`
	Leaving string    `json:"leaving,omitzero"`
	Places  int       `json:"places,omitzero"`
	Stay    *stayJSON `json:"stay,omitzero"`
	Wait    bool      `json:"wait,omitzero"`
	Why     string    `json:"why,omitzero"`
}

// The members stand in the order of RFC 8785.
type statementJSON struct {
	At        string     `json:"at"`
	By        string     `json:"by"`
	ID        string     `json:"id"`
	Ledger    string     `json:"ledger"`
	Saying    sayingJSON `json:"saying"`
	Seal      string     `json:"seal"`
	Seen      *markJSON  `json:"seen,omitzero"`
	Signature string     `json:"signature,omitzero"`
}

func (a Ask) saying() sayingJSON {
	return sayingJSON{Kind: "ask", Places: a.Places, Stay: a.Stay.json(), Wait: a.Wait}
}

func (w Withdraw) saying() sayingJSON { return sayingJSON{Kind: "withdraw", Hold: w.Hold} }

func (a Agree) saying() sayingJSON {
	return sayingJSON{Kind: "agree", Hold: a.Hold, Beds: a.Beds, Stay: a.Stay.json()}
}

func (l Leave) saying() sayingJSON {
	return sayingJSON{Kind: "leave", Hold: l.Hold, Leaving: l.Leaving.String(), Why: string(l.Why)}
}

func (s Statement) json(signature []byte) statementJSON {
	j := statementJSON{
		At: writeTime(s.At), By: s.By, ID: s.ID, Ledger: s.Ledger, Saying: s.Saying.saying(), Seal: string(s.Seal),
		Signature: base64.RawURLEncoding.EncodeToString(signature),
	}
	if s.Seen.Number > 0 {
		j.Seen = &markJSON{s.Seen.Hash.String(), s.Seen.Number}
	}
	return j
}

func (s Statement) encode(signature []byte) ([]byte, error) {
	if s.Saying == nil {
		return nil, fmt.Errorf("%w: nothing said", ErrMalformed)
	}
	return write(s.json(signature))
}

// DecodeStatement reads a statement of a stranger. It returns [ErrMalformed]
// for bytes that are not the one form of one; who signed it is for
// [Statement.Verify] to say.
func DecodeStatement(b []byte) (Statement, error) {
	var j statementJSON
	if err := read(b, &j); err != nil {
		return Statement{}, err
	}
	s, err := j.statement()
	if err != nil {
		return Statement{}, err
	}
	return s, same(b, s.Encode)
}

func (j statementJSON) statement() (Statement, error) {
	s := Statement{ID: j.ID, Ledger: j.Ledger, By: j.By, Seal: Seal(j.Seal)}
	var err error
	if s.At, err = readTime("time of a statement", j.At); err != nil {
		return s, err
	}
	if j.Seen != nil {
		s.Seen.Number = j.Seen.Number
		if s.Seen.Hash, err = parseHash(j.Seen.Hash); err != nil {
			return s, err
		}
	}
	if s.signature, err = readSignature(j.Signature); err != nil {
		return s, err
	}
	if s.Saying, err = j.Saying.read(); err != nil {
		return s, err
	}
	return s, s.check()
}

func (j sayingJSON) read() (Saying, error) {
	switch j.Kind {
	case "ask":
		stay, err := readStay(j.Stay, MaxNights)
		return Ask{j.Places, stay, j.Wait}, err
	case "withdraw":
		return Withdraw{j.Hold}, nil
	case "agree":
		stay, err := readStay(j.Stay, MaxNights)
		return Agree{j.Hold, j.Beds, stay}, err
	case "leave":
		leaving, err := ParseNight(j.Leaving)
		return Leave{j.Hold, leaving, Reason(j.Why)}, err
	}
	return nil, fmt.Errorf("%w: saying %q", ErrMalformed, clip(j.Kind))
}

func readSignature(s string) ([]byte, error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil || len(b) != ed25519.SignatureSize {
		return nil, fmt.Errorf("%w: signature", ErrMalformed)
	}
	return b, nil
}
