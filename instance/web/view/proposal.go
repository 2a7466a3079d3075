package view

import "time"

// Proposal is what a post offers or asks for.
type Proposal struct {
	Purpose  string // offer, request
	Kind     string // service, lending, give, swap, rent; other for anything else
	Category string // with words in the catalogues; empty for none
	Status   string // open, agreed, done, closed
	Starts   time.Time
	Ends     time.Time
	Left     string // how much is left, as a decimal; empty where one does not count
	Total    string
	Unit     string
	Return   string // what is wanted for it
	Priority bool
	Repeats  string // weekly, fortnightly, monthly; empty for once
}

// Over tells whether its time has passed.
func (p *Proposal) Over(now time.Time) bool { return !p.Ends.IsZero() && !p.Ends.After(now) }

// Agreement is what one takes of a proposal, as one of the two sees it.
type Agreement struct {
	ID     string
	Code   string // what whoever lends it shows; empty where it is not theirs to
	Scan   string // address that a camera finds in it
	Typed  string // code that the address of the page says
	Met    bool   // it was handed over with that code
	Repair string // what has to be mended
	Path   string // where what is done with it is posted to
	Who    Person // the other of the two
	Mine   bool   // the one who reads takes it
	About  string // title of the proposal
	Where  string // address of the proposal's page
	State  string
	Amount string // how much; empty for the one thing there is
	Unit   string
	From   time.Time
	Until  time.Time
	Note   string
	Reason string // code of why not; empty for none
	Talk   string // address of the conversation; empty for none yet
	Late   bool
	Asks   bool // the proposal asks for help
	Lends  bool // it is lent, and comes back
	May    AgreementDeeds
}

// AgreementDeeds are what the one who reads may do with an agreement.
type AgreementDeeds struct {
	Meet                                                   bool // with the code that the other shows
	Accept, Decline, Cancel, HandOver, Return, Done, Thank bool
}

// Any tells whether there is anything to do.
func (d AgreementDeeds) Any() bool { return d != AgreementDeeds{} }

// Ask is what the author of an ask may know besides.
type Ask struct {
	Behalf           string
	Widens           bool
	Widened, Alerted time.Time
	Partner          time.Time // when associations were told
}

// Rest is how much somebody gives of what they offer, to whom and when, or who hears
// of what they ask and when it suits.
type Rest struct {
	Asks   bool // it is asked for
	Own    bool // the one who reads offers it
	Paused bool
	Weekly int      // how often in seven days at most; 0: as often as they are asked
	Walk   int      // how many minutes on foot at most; 0: anywhere
	Far    bool     // the one who reads lives farther away, or nobody verified where
	Hours  []string // words for when it suits; none: at any time
}

// Reason is why somebody was told of an ask.
type Reason struct {
	Offer string   // address of their own offer
	Walk  int      // within how many minutes on foot the two live; 0: that was nothing to them
	Hours []string // words for when both can; none: that was nothing to them
}
