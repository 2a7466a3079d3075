package instance

import (
	"slices"
	"time"

	"palier/protocol/ledger"
	"palier/protocol/vocab"
)

// ListingID is the id of a [Listing].
type ListingID = ID

// Programme is what an association with a mandate runs to find homes for people
// who need shelter. Its Group is the programme as other associations know it: it
// follows theirs, and they follow it, once a person has agreed to that.
type Programme struct {
	Group        Actor
	Organisation ActorID
	Seal         ledger.Seal // with which it signs in ledgers
	FrozenAt     time.Time   // nothing is held or placed since; zero: it runs
	OpenedAt     time.Time
}

// TeamRole is what somebody does in a programme.
type TeamRole string

// What people do in a programme. A lead does everything and says who does what;
// a caseworker keeps homes, holds and placements; a visitor sees homes to be
// visited; a reader reads what has no names in it.
const (
	Lead       TeamRole = "lead"
	Caseworker TeamRole = "caseworker"
	Visitor    TeamRole = "visitor"
	TeamReader TeamRole = "reader"
)

// TeamRoles are what people can do in a programme.
var TeamRoles = []TeamRole{Lead, Caseworker, Visitor, TeamReader}

// Keeps tells whether a role may change homes, holds and placements.
func (r TeamRole) Keeps() bool { return r == Lead || r == Caseworker }

// Partner is another association as one programme knows it. Each direction is
// agreed to by itself: that they see our homes says nothing of ours seeing
// theirs.
type Partner struct {
	Programme ActorID
	Group     Actor
	SeesOurs  PartnerState
	WeSee     PartnerState
	// Seal and Recipient are what it signs and what is encrypted for it, as they
	// were when a person agreed. A partner that shows others later is not heard
	// until a person has agreed again.
	Seal      ledger.Seal
	Recipient string
	Since     time.Time
}

// PartnerState is how far one direction between two associations is.
type PartnerState string

// How far one direction is.
const (
	PartnerNone     PartnerState = ""
	PartnerAsked    PartnerState = "asked"
	PartnerAgreed   PartnerState = "agreed"
	PartnerRefused  PartnerState = "refused"
	PartnerRevoked  PartnerState = "revoked"
	PartnerUnfitted PartnerState = "unfitted" // its server does not keep the rules
)

// ListingState is how far a home is.
type ListingState string

// The states of a home, in their order.
const (
	ListingDraft     ListingState = "draft"
	ListingSubmitted ListingState = "submitted"
	ListingVetted    ListingState = "vetted"
	ListingAvailable ListingState = "available"
	ListingHeld      ListingState = "held"
	ListingPlaced    ListingState = "placed"
	ListingEnding    ListingState = "ending"
	ListingClosed    ListingState = "closed"
)

// Shown tells whether other associations may see a home.
func (s ListingState) Shown() bool {
	return s == ListingAvailable || s == ListingHeld || s == ListingPlaced || s == ListingEnding
}

// ListingStep is a step of a home from one state to the next. Those that there
// are stand below, and no others can be made: what is not among them does not
// happen.
type ListingStep struct {
	name   string
	from   []ListingState
	to     ListingState
	reason bool
}

// What people do with a home. What its ledger does to it, from available to held
// and on, nobody does by hand.
var (
	SubmitListing = ListingStep{"submit", []ListingState{ListingDraft}, ListingSubmitted, false}
	ReturnListing = ListingStep{"return", []ListingState{ListingSubmitted}, ListingDraft, true}
	VetListing    = ListingStep{"vet", []ListingState{ListingSubmitted}, ListingVetted, false}
	OfferListing  = ListingStep{"offer", []ListingState{ListingVetted}, ListingAvailable, false}
	CloseListing  = ListingStep{"close", []ListingState{ListingDraft, ListingSubmitted, ListingVetted, ListingAvailable, ListingEnding}, ListingClosed, true}
	listingHold   = ListingStep{"hold", []ListingState{ListingAvailable, ListingEnding}, ListingHeld, false}
	listingFree   = ListingStep{"free", []ListingState{ListingHeld, ListingEnding}, ListingAvailable, false}
	listingPlace  = ListingStep{"place", []ListingState{ListingHeld}, ListingPlaced, false}
	listingEnd    = ListingStep{"end", []ListingState{ListingPlaced}, ListingEnding, false}
)

// ListingSteps are the steps that people take.
var ListingSteps = []ListingStep{SubmitListing, ReturnListing, VetListing, OfferListing, CloseListing}

// Name is the word for a step.
func (s ListingStep) Name() string { return s.name }

// To is the state that a step leads to.
func (s ListingStep) To() ListingState { return s.to }

// From are the states that a step is taken from.
func (s ListingStep) From() []ListingState { return slices.Clone(s.from) }

// Reasoned tells whether one has to say why.
func (s ListingStep) Reasoned() bool { return s.reason }

// StepNamed returns the step that people take under that name, and false if
// there is none.
func StepNamed(name string) (ListingStep, bool) {
	for _, s := range ListingSteps {
		if s.name == name {
			return s, true
		}
	}
	return ListingStep{}, false
}

// StepsByLedger returns the steps that bring a home from a state to that which
// its ledger shows tonight, none if it is there.
func StepsByLedger(now ListingState, b *ledger.Book, tonight ledger.Night) []ListingStep {
	want := shownBy(b, tonight)
	var steps []ListingStep
	for range 3 { // from placed to held it is three
		if now == want {
			return steps
		}
		step, ok := towards(now, want)
		if !ok {
			return steps
		}
		steps, now = append(steps, step), step.to
	}
	return steps
}

// towards is the next step from one state that a ledger shows to another.
func towards(now, want ListingState) (ListingStep, bool) {
	switch now {
	case ListingAvailable:
		return listingHold, true
	case ListingHeld:
		if want == ListingAvailable {
			return listingFree, true
		}
		return listingPlace, true
	case ListingPlaced:
		return listingEnd, true
	case ListingEnding:
		if want == ListingAvailable {
			return listingFree, true
		}
		return listingHold, true
	}
	return ListingStep{}, false
}

// shownBy is what a ledger shows of its home.
func shownBy(b *ledger.Book, tonight ledger.Night) ListingState {
	state := ListingAvailable
	for _, h := range b.Holds() {
		switch {
		case h.Standing == ledger.Living:
			return ListingPlaced
		case h.Standing == ledger.HasEnded && h.Stay.Until > tonight && state == ListingAvailable:
			state = ListingEnding
		case h.Standing == ledger.Held, h.Standing == ledger.Agreeing:
			state = ListingHeld
		}
	}
	return state
}

// ReasonMoved is why a home is closed whose host wrote another address.
const ReasonMoved = "moved"

// Listing is a home that somebody lends for a time. Where it is stands in it as
// a commune and no nearer: the address is not kept here.
type Listing struct {
	ID        ListingID
	Programme ActorID
	URI       string
	State     ListingState
	Reason    string // why it was returned or closed
	// MovedAt is when its host wrote another address: nobody comes any more, and it
	// closes. Zero for every other home.
	MovedAt time.Time
	ListingFacts
	CreatedAt, UpdatedAt time.Time
}

// ListingFacts are what is to be known of a home before anybody is asked into
// it. No word in it is free text, there is no price, and nothing asks where
// anybody is from.
type ListingFacts struct {
	Commune   string // INSEE code
	Stay      ledger.Stay
	Category  vocab.HomeCategory
	Bedrooms  int
	Places    int
	Adults    int
	Children  int
	Pets      bool
	Smoking   vocab.Smoking
	Languages []string
	Features  []vocab.HomeFeature
	Company   vocab.Company // who else lives there; of a room alone
}

// Hold is what a programme here asked for at a home, its own or a partner's.
type Hold struct {
	ID        ID
	Programme ActorID
	Home      string // id of the home
	Stay      ledger.Stay
	Places    int
	State     HoldState
	Number    int // in the ledger; 0 until it stands there
	Beds      []int
	Lease     time.Time
	Why       ledger.Why // of a refusal
	Free      time.Time  // when it may be worth asking again
	AskedAt   time.Time
}

// HoldState is how far a hold is, as the one who asked knows it.
type HoldState string

// How far a hold is: those of the ledger, and what there is before.
const (
	HoldSending    HoldState = "sending"
	HoldUnanswered HoldState = "unanswered" // nothing is held as far as anybody here knows
	HoldRefused    HoldState = "refused"
	HoldWaiting    HoldState = HoldState(ledger.Waiting)
	HoldHeld       HoldState = HoldState(ledger.Held)
	HoldAgreed     HoldState = HoldState(ledger.Agreeing)
	HoldPlaced     HoldState = HoldState(ledger.Living)
	HoldLapsed     HoldState = HoldState(ledger.HasLapsed)
	HoldWithdrawn  HoldState = HoldState(ledger.WasWithdrawn)
	HoldDropped    HoldState = HoldState(ledger.WasDropped)
	HoldEnded      HoldState = HoldState(ledger.HasEnded)
)

// Live tells whether something may still come of a hold, so that it is asked
// after.
func (s HoldState) Live() bool {
	switch s {
	case HoldSending, HoldUnanswered, HoldWaiting, HoldHeld, HoldAgreed, HoldPlaced:
		return true
	}
	return false
}
