package instance

import (
	"slices"
	"time"
)

// Purpose is which way something goes: offer or request.
type Purpose string

// The purposes.
const (
	Offering Purpose = "offer"
	Asking   Purpose = "request"
)

// Kinds of posts that propose something, as a post's Kind says them (nb:kind).
const (
	KindService  = "service"  // an hour, a hand, advice
	KindLending  = "lending"  // it comes back
	KindGive     = "give"     // it does not
	KindSwap     = "swap"     // for something else
	KindRent     = "rent"     // lent for a modest sum, settled between the two
	KindErrand   = "errand"   // who goes takes along what others need
	KindCarpool  = "carpool"  // a seat
	KindPurchase = "purchase" // bought together
)

// ProposalStatus is how far a proposal has come.
type ProposalStatus string

// A proposal is open until nothing of it is left, agreed while it is carried
// out, done when it was, and closed when whoever made it took it back.
const (
	ProposalOpen   ProposalStatus = "open"
	ProposalAgreed ProposalStatus = "agreed"
	ProposalDone   ProposalStatus = "done"
	ProposalClosed ProposalStatus = "closed"
)

// Proposal is what a post offers or asks for (FEP-0837): the part that may be
// read by whoever reads the post. Who took what of it, and what they told each
// other, stands elsewhere and only between them.
type Proposal struct {
	Purpose  Purpose
	Category string // within the kind of the post: childcare, diy, errands, …; a plain word
	Status   ProposalStatus
	Starts   time.Time // zero: now
	Ends     time.Time // zero: no end
	Repeats  string    // an RRULE (RFC 5545) without DTSTART; empty for once
	// Action is what is done with it: transfer, transferCustody, deliverService, use.
	Action   string
	Resource string // IRI of what it is about; empty for no more than words
	Unit     string // one, hour, day, kilogram, litre
	Quantity Amount // how much there was; 0: not said
	// Available is how much is left. What is taken guards itself in the UPDATE.
	Available Amount
	Step      Amount  // it goes in multiples of this (a lot); 0: any
	Minimum   Amount  // the least one takes; 0: any
	Threshold Amount  // it comes about only from this on; 0: always
	Return    *Return // what is wanted for it; nil: nothing
	From, To  *Spot   // of a way; nil for none
	Priority  bool    // somebody vulnerable or on duty needs it
	ClosedAt  time.Time
	ToldAt    time.Time // when readers elsewhere were last told how it stands
}

// Return is what is wanted for something (the reciprocal Intent of FEP-0837).
type Return struct {
	What     string // plain text
	Resource string // IRI
	Unit     string
	Quantity Amount
}

// Spot is a place on a way, no finer than a public meeting point or a commune.
type Spot struct {
	Name                string
	Latitude, Longitude float64
}

// Gone tells whether nothing of it can be taken any more by now.
func (p *Proposal) Gone(now time.Time) bool {
	return p.Status != ProposalOpen || !p.Ends.IsZero() && !p.Ends.After(now) || p.Quantity > 0 && p.Available <= 0
}

// Takable tells whether a post is taken by asking its author. What is bought
// together, a seat and an errand are kept by rules of their own: taken so, they
// would be given away twice. Of another server's purchases and rides it is for
// that server to count what we ask for; errands stay where they are.
func (p *Post) Takable() bool {
	if p.Proposal == nil {
		return false
	}
	return slices.Contains(ExchangeKinds, p.Kind) || !p.Local && (p.Kind == KindPurchase || p.Kind == KindCarpool)
}
