package pages

import (
	"time"

	"palier/instance/web/view"
)

// Prove shows somebody what was seen of where they live, and the routes by which
// they can prove it.
type Prove struct {
	Frame

	Homes []view.ProvenHome
	Desk  bool // the one who reads looks at documents themself
}

// Template is prove.tmpl.
func (Prove) Template() string { return "prove" }

// ProveAt is what the pages of all routes share: the place it is about.
type ProveAt struct {
	In       string // id of the place
	Place    view.Person
	Problems []view.Problem
}

// ProveLetter is where somebody asks for a letter with a code.
type ProveLetter struct {
	Frame
	ProveAt

	Name    string
	Address string
	Asked   time.Time // when they asked before, zero if they did not
}

// Template is prove_letter.tmpl.
func (ProveLetter) Template() string { return "prove_letter" }

// ProveCode is where somebody types the code of a letter.
type ProveCode struct {
	Frame

	Code     string
	Problems []view.Problem
}

// Template is prove_code.tmpl.
func (ProveCode) Template() string { return "prove_code" }

// ProveDesk shows the number that somebody says at the desk.
type ProveDesk struct {
	Frame
	ProveAt

	Number  string // in two groups of three
	Expires time.Time
}

// Template is prove_desk.tmpl.
func (ProveDesk) Template() string { return "prove_desk" }

// Documents are the kinds that are looked at.
func (ProveDesk) Documents() []string { return documents }

// ProveSeen says what was seen, by whom and until when it counts.
type ProveSeen struct {
	Frame

	Proof    view.Proof
	Standing view.Standing
}

// Template is prove_seen.tmpl.
func (ProveSeen) Template() string { return "prove_seen" }

// documents are the kinds of documents that say where somebody lives.
var documents = []string{"bill", "rent", "tax", "insurance", "hosted", "identity", "certificate"}

// Desk is where an agent looks somebody up by their number.
type Desk struct {
	Frame

	Places   []view.Person // the agent looks at documents for
	Number   string
	Done     []view.Proof  // what can still be undone
	Who      []view.Person // whom those are about
	Problems []view.Problem
}

// Template is desk.tmpl.
func (Desk) Template() string { return "desk" }

// DeskVisitor is who stands at the desk.
type DeskVisitor struct {
	Frame

	Name     string // in full, as it stands on their papers
	Place    view.Person
	Address  string // they say they live at; empty if they did not
	Number   string
	Chosen   string
	Problems []view.Problem
}

// Template is desk_visitor.tmpl.
func (DeskVisitor) Template() string { return "desk_visitor" }

// Documents are the kinds that can be ticked.
func (DeskVisitor) Documents() []string { return documents }

// AdminLetters lists the letters of the next batch.
type AdminLetters struct {
	Frame

	Waiting []view.Letter
	Printed int // of them, not in the post yet
}

// Template is admin_letters.tmpl.
func (AdminLetters) Template() string { return "admin_letters" }

// LetterSheets are letters with their codes, one on each page of paper.
type LetterSheets struct {
	Frame

	Letters []view.Letter
	URL     string // where the code is typed
}

// Template is letter_sheets.tmpl.
func (LetterSheets) Template() string { return "letter_sheets" }

// AdminProofs is what was seen of where somebody lives, for those who moderate.
type AdminProofs struct {
	Frame

	Person view.Person
	Homes  []view.ProvenHome
	Proofs []view.Proof
	Chain  []view.ChainLink
}

// Template is admin_proofs.tmpl.
func (AdminProofs) Template() string { return "admin_proofs" }

// Terms are how long somebody can be given to prove it again, in days.
func (AdminProofs) Terms() []int { return []int{14, 30, 60} }

// AdminProving is how people prove that they live in a place.
type AdminProving struct {
	Frame
	PlaceTabs

	VouchAfter int    // days that somebody is verified before they vouch
	House      bool   // has a hall, and a list of who lives there
	Screens    string // page of the screens of the house
	Sheet      string
	Listed     view.Listed
	Agents     []view.Person
	Adding     string
	Problems   []view.Problem
}

// Template is admin_proving.tmpl.
func (AdminProving) Template() string { return "admin_proving" }

// ProofLine is a proof as a line, with the day it is read.
type ProofLine struct {
	view.Proof
	Now time.Time
}

func proofLine(now time.Time, p view.Proof) ProofLine { return ProofLine{p, now} }

// routeSigns are the drawings of the routes.
var routeSigns = map[string]string{
	"letter": "direct", "neighbours": "followers", "hall": "building", "desk": "person", "list": "check", "council": "shield",
}

// ProveNeighbours is where somebody asks their neighbours to say that they know
// them.
type ProveNeighbours struct {
	Frame
	ProveAt

	Asking bool
	Shown  bool   // to all neighbours, and not only to who has the link
	Link   string // to give to a neighbour
	Until  time.Time
}

// Template is prove_neighbours.tmpl.
func (ProveNeighbours) Template() string { return "prove_neighbours" }

// ProveHall is where somebody types the code of their hall.
type ProveHall struct {
	Frame
	ProveAt
}

// Template is prove_hall.tmpl.
func (ProveHall) Template() string { return "prove_hall" }

// ProveList is where somebody says their name and door as they stand on a list.
type ProveList struct {
	Frame
	ProveAt

	Name string
	Door string
}

// Template is prove_list.tmpl.
func (ProveList) Template() string { return "prove_list" }

// Vouching lists the neighbours who ask, and those whom one vouches for.
type Vouching struct {
	Frame

	Asking []view.Asking
	Given  []view.Vouch
}

// Template is vouching.tmpl.
func (Vouching) Template() string { return "vouching" }

// VouchFor asks a neighbour whether they know somebody.
type VouchFor struct {
	Frame

	Asking   view.Asking
	Key      string // of the link; empty without one
	Barred   string // the rule by which the reader may not yet; empty if they may
	Limit    int    // of the rule
	Problems []view.Problem
}

// Template is vouch_for.tmpl.
func (VouchFor) Template() string { return "vouch_for" }

// HallCode is the code of a hall on a sheet of paper.
type HallCode struct {
	Frame

	Place view.Person
	Code  string
	Until time.Time
	URL   string // where the code is typed
}

// Template is hall_code.tmpl.
func (HallCode) Template() string { return "hall_code" }

// ProveCouncil leads to the accounts of a council.
type ProveCouncil struct {
	Frame

	Host     string // where they are
	Problems []view.Problem
}

// Template is prove_council.tmpl.
func (ProveCouncil) Template() string { return "prove_council" }
