package pages

import (
	"slices"

	"palier/instance/housing"
	"palier/instance/web/view"
	"palier/protocol/ledger"
)

// ProgrammeSearch looks for homes among those of a programme and its partners.
type ProgrammeSearch struct {
	Frame
	ProgrammeHead

	Form     SearchForm
	Asked    bool // something is looked for
	Homes    []view.FoundHome
	More     string // the id after which the list goes on
	Problems []view.Problem
}

// SearchForm is what one looks for. It is sent in the form and never stands in an
// address: it says something of a household.
type SearchForm struct {
	Area, From, Until        string
	Places, Adults, Children string
	Category                 string
	Smoke                    string // smokers, smoke-free
	Whose                    string // ours, theirs
	Company                  string // women, children, no-children
	Pets                     bool
	Features                 []string
	Languages                []string
}

// Template is programme_search.tmpl.
func (ProgrammeSearch) Template() string { return "programme_search" }

// Has are what a home can have.
func (p ProgrammeSearch) Has() []view.Option { return ticked(homeFeatures(), p.Form.Features) }

// Tongues are the languages one chooses from.
func (p ProgrammeSearch) Tongues() []view.Option { return ticked(view.Tongues, p.Form.Languages) }

// Categories are what can be lent, and either.
func (p ProgrammeSearch) Categories() []view.Option {
	return one([]string{"", "private-room", "entire-place"}, p.Form.Category)
}

// Smokes are what one may look for about smoking.
func (p ProgrammeSearch) Smokes() []view.Option {
	return one([]string{"", "smokers", "smoke-free"}, p.Form.Smoke)
}

// Companies are with whom one would live.
func (p ProgrammeSearch) Companies() []view.Option {
	return one([]string{"", "women", "children", "no-children"}, p.Form.Company)
}

// Whoses are whose homes one looks for.
func (p ProgrammeSearch) Whoses() []view.Option {
	return one([]string{"", "ours", "theirs"}, p.Form.Whose)
}

func one(all []string, chosen string) []view.Option {
	list := make([]view.Option, len(all))
	for i, v := range all {
		word := v
		if v == "" {
			word = "any"
		}
		list[i] = view.Option{Value: v, Label: word, Selected: v == chosen}
	}
	return list
}

// HomeFound is a home of a partner, as it was last told.
type HomeFound struct {
	Frame
	ProgrammeHead

	Abroad *view.Abroad // in another country
	Home   view.FoundHome
	Cases  []view.Option // for which beds may be asked, by their labels
}

// HoldAt is where under the home beds are asked for.
func (HomeFound) HoldAt() string { return "" }

// Template is home_found.tmpl.
func (HomeFound) Template() string { return "home_found" }

// ProgrammeHolds are what a programme asked for.
type ProgrammeHolds struct {
	Frame
	ProgrammeHead

	States []view.Option
	Holds  []view.Hold
	Pager  view.Pager
}

// Template is programme_holds.tmpl.
func (ProgrammeHolds) Template() string { return "programme_holds" }

// ProgrammeHold is one of them.
type ProgrammeHold struct {
	Frame
	ProgrammeHead

	Hold     view.Hold
	Case     string // where the case is, to those who keep cases
	Signed   int    // of two
	Mine     bool   // who reads has signed, and waits for somebody else
	Leaving  string
	Why      string
	Problems []view.Problem
}

// Template is programme_hold.tmpl.
func (ProgrammeHold) Template() string { return "programme_hold" }

// File tells whether there is another association to tell something.
func (p ProgrammeHold) File() bool {
	return !p.Hold.Ours && slices.Contains([]string{"held", "agreed", "placed", "ended"}, p.Hold.State)
}

// Reasons are why a stay ends.
func (ProgrammeHold) Reasons() []string { return leavingReasons() }

func leavingReasons() []string {
	list := make([]string, len(ledger.Reasons))
	for i, r := range ledger.Reasons {
		list[i] = string(r)
	}
	return list
}

// Refusals are why an ask can be refused.
func Refusals() []string {
	var list []string
	for _, w := range []ledger.Why{
		ledger.Taken, ledger.QueueFull, ledger.BadDates, ledger.TooMany, ledger.IsClosed, ledger.IsFrozen, ledger.BadClock, ledger.Again, ledger.Unlike,
		ledger.BadSeal, ledger.Elsewhere, ledger.NoHold, ledger.Different, ledger.LeaseOver, ledger.TooBusy, ledger.BadLength, "gone",
	} {
		list = append(list, string(w))
	}
	return list
}

// HomeFile is what the two caseworkers of a placement tell one another.
type HomeFile struct {
	Frame
	ProgrammeHead

	Path     string // of this page
	Back     string
	Area     string
	May      bool // something may be sent now
	Received []view.HousingFile
	Sent     []view.HousingFile
	Opened   *view.Minimum // just now
	Form     view.Minimum
	Problems []view.Problem
}

// Template is home_file.tmpl.
func (HomeFile) Template() string { return "home_file" }

// HomeLedger is the ledger of a home.
type HomeLedger struct {
	Frame
	ProgrammeHead

	Home  view.HomeLine
	Lines []view.LedgerLine // the newest first
	Holds bool              // every entry was checked just now
	More  int               // older entries that are only in the file
}

// Command is what checks the ledger that was downloaded.
func (p HomeLedger) Command() string {
	return "palier housing verify home-" + p.Home.ID + ".ledger.json"
}

// Template is home_ledger.tmpl.
func (HomeLedger) Template() string { return "home_ledger" }

// LedgerDeeds are what stands in a ledger.
func LedgerDeeds() []string {
	return []string{"opened", "asked", "granted", "withdrawn", "lapsed", "dropped", "agreed", "placed", "ended", "closed"}
}

// ProgrammeCuts is what is switched off in a programme, or on a whole server.
type ProgrammeCuts struct {
	Frame
	ProgrammeHead

	All      bool // of the server, for an administrator
	Action   string
	Cuts     []view.Cut
	Form     CutForm
	Problems []view.Problem
}

// CutForm is what is to be switched off.
type CutForm struct {
	Functions []string
	Areas     string
	Category  string
	Reason    string
}

// Template is programme_cuts.tmpl.
func (ProgrammeCuts) Template() string { return "programme_cuts" }

// Functions are what can be switched off.
func (p ProgrammeCuts) Functions() []view.Option {
	return ticked(cutFunctions(), p.Form.Functions)
}

func cutFunctions() []string {
	list := make([]string, len(housing.Functions))
	for i, f := range housing.Functions {
		list[i] = string(f)
	}
	return list
}

// Categories are the kinds of homes, and both.
func (p ProgrammeCuts) Categories() []view.Option {
	return one([]string{"", "private-room", "entire-place"}, p.Form.Category)
}
