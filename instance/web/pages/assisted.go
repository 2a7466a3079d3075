package pages

import "palier/instance/web/view"

// Helped lists for whom somebody acts.
type Helped struct {
	Frame

	List []view.Helped
}

// Template is helped.tmpl.
func (Helped) Template() string { return "helped" }

// NewHelped is where an account is opened for somebody without internet.
type NewHelped struct {
	Frame

	Name, Locale, Phone, Place, Document, Helper string
	Consent                                      bool
	Desk                                         bool // the one who reads acts for a desk
	Places, Languages                            []view.Option
	Problems                                     []view.Problem
}

// Template is new_helped.tmpl.
func (NewHelped) Template() string { return "new_helped" }

// Documents are the kinds that say where somebody lives.
func (NewHelped) Documents() []string { return documents }

// Slip is what somebody keeps to end by telephone what others do for them.
type Slip struct {
	Frame

	Name, Code string
	Verified   bool
	Path       string
}

// Template is slip.tmpl.
func (Slip) Template() string { return "slip" }

// ConsentSheet is what somebody signs and keeps.
type ConsentSheet struct{ Frame }

// Template is consent_sheet.tmpl.
func (ConsentSheet) Template() string { return "consent_sheet" }

// OneHelped is where a helper chooses what to do for somebody.
type OneHelped struct {
	Frame

	Helped   view.Helped
	Home     *view.Person // nil where they are not verified yet
	Acts     []view.HelpedAct
	Helpers  []view.Helper
	Who      string
	Problems []view.Problem
}

// Template is one_helped.tmpl.
func (OneHelped) Template() string { return "one_helped" }

// AnswerSheet is what came back for somebody, on paper.
type AnswerSheet struct {
	Frame

	Helped  view.Helped
	Answers []view.HelpedAnswer
	Deals   []view.Agreement
	Acts    []view.HelpedAct
}

// Template is answer_sheet.tmpl.
func (AnswerSheet) Template() string { return "answer_sheet" }

// DeskSlip is where a desk types the code of a slip.
type DeskSlip struct {
	Frame

	Code     string
	Email    string
	Person   *view.Person // nil before a code was typed
	Helpers  []view.Helper
	Done     string // end, end-all, access
	Problems []view.Problem
}

// Template is desk_slip.tmpl.
func (DeskSlip) Template() string { return "desk_slip" }

// OwnHelpers shows somebody who acts for them.
type OwnHelpers struct {
	Frame

	Helpers []view.Helper
	Acts    []view.HelpedAct
}

// Template is own_helpers.tmpl.
func (OwnHelpers) Template() string { return "own_helpers" }

// HelpedDeeds are what is done for people.
var HelpedDeeds = []string{"ask", "offer", "come", "order", "answer", "other"}

// Easy is the home page of somebody who wants few things and large ones.
type Easy struct {
	Frame

	Waiting int // messages and notices that were not read
}

// Template is easy.tmpl.
func (Easy) Template() string { return "easy" }
