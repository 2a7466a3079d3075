package instance

import (
	"time"
	"unicode/utf8"
)

// AgreementState is how far two have come with what one takes of the other's
// proposal.
type AgreementState string

// An agreement is asked for, and accepted or declined by whoever proposed. What
// is lent is handed over and comes back; everything ends as done, unless one of
// the two takes it back.
const (
	AgreementAsked      AgreementState = "asked"
	AgreementAccepted   AgreementState = "accepted"
	AgreementDeclined   AgreementState = "declined"
	AgreementHandedOver AgreementState = "handed-over"
	AgreementReturned   AgreementState = "returned"
	AgreementDone       AgreementState = "done"
	AgreementCancelled  AgreementState = "cancelled"
)

// Live tells whether something is still to come of it.
func (s AgreementState) Live() bool {
	return s == AgreementAsked || s == AgreementAccepted || s == AgreementHandedOver
}

// Agreement is how much somebody takes of what a post proposes. It is between
// the two of them.
type Agreement struct {
	ID       ID
	Post     PostID
	Proposer ActorID
	Taker    Actor
	URI      string // of the Offer that asked for it
	Quantity Amount
	Unit     string
	State    AgreementState
	From     time.Time // from when the taker wants it; zero: not said
	Until    time.Time
	Note     string // what the taker said to it
	Reason   string // why not, if anybody said
	Thread   PostID // where the two talk; 0 as long as they do not

	AnsweredAt, HandedAt, ClosedAt time.Time

	Code   string // what whoever lends shows whoever borrows; for the lender alone
	Met    bool   // it was handed over with the code that one showed the other
	Repair string // what has to be mended of what came back; for the two
}

// Between tells whether somebody is one of the two.
func (a *Agreement) Between(who ActorID) bool { return a.Proposer == who || a.Taker.ID == who }

// Late tells whether what was handed over should have come back before now.
func (a *Agreement) Late(now time.Time) bool {
	return a.State == AgreementHandedOver && !a.Until.IsZero() && a.Until.Before(now)
}

// MaxAgreementNote is how much can be said to an agreement, in characters.
const MaxAgreementNote = 1000

// MaxOpen is how many agreements somebody can wait for at a time, and how many
// proposals of theirs can be open.
const MaxOpen = 20

// Taking is what somebody asks of a proposal.
type Taking struct {
	Quantity Amount // 0: the least there is to take
	Unit     string // empty: that of the proposal
	From     time.Time
	Until    time.Time
	Note     string // plain text
}

// Check returns an [Invalid] for what of t cannot be taken from p at the time
// now, and fills in what is not said: how much, and the unit.
func (t *Taking) Check(p *Proposal, now time.Time) error {
	if t.Unit == "" {
		t.Unit = p.Unit
	}
	if t.Quantity == 0 {
		t.Quantity = max(p.Step, p.Minimum, One)
		if p.Quantity > 0 && p.Step == 0 {
			t.Quantity = min(t.Quantity, max(p.Available, 1)) // what is left may be less than one
		}
	}
	switch {
	case p.Gone(now):
		return &Invalid{Field: "proposal", Code: "gone"}
	case t.Unit != p.Unit:
		return &Invalid{Field: "quantity", Code: "unit"}
	case t.Quantity < 0 || t.Quantity > MaxAmount:
		return &Invalid{Field: "quantity", Code: "malformed"}
	case p.Step > 0 && t.Quantity%p.Step != 0:
		return &Invalid{Field: "quantity", Code: "step"}
	case t.Quantity < p.Minimum:
		return &Invalid{Field: "quantity", Code: "too-few"}
	case p.Quantity > 0 && t.Quantity > p.Available:
		return &Invalid{Field: "quantity", Code: "too-much"}
	case utf8.RuneCountInString(t.Note) > MaxAgreementNote:
		return &Invalid{Field: "note", Code: "too-long", Limit: MaxAgreementNote}
	case !utf8.ValidString(t.Note):
		return &Invalid{Field: "note", Code: "malformed"}
	}
	return t.checkDates(p, now)
}

// farthest is how far ahead dates can lie.
const farthest = 2 * 365 * 24 * time.Hour

func (t *Taking) checkDates(p *Proposal, now time.Time) error {
	switch {
	case t.From.IsZero() && !t.Until.IsZero():
		return &Invalid{Field: "from", Code: "missing"}
	case t.From.IsZero():
		return nil
	case t.From.Before(now.Add(-24*time.Hour)) || t.From.After(now.Add(farthest)):
		return &Invalid{Field: "from", Code: "out-of-time"}
	case !t.Until.IsZero() && t.Until.Before(t.From):
		return &Invalid{Field: "until", Code: "before-start"}
	case t.Until.After(now.Add(farthest)), !p.Ends.IsZero() && t.Until.After(p.Ends):
		return &Invalid{Field: "until", Code: "out-of-time"}
	}
	return nil
}
