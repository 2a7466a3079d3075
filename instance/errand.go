package instance

import (
	"strings"
	"time"
	"unicode/utf8"
)

// Errand is what somebody fetches or does for others: a run one takes others'
// lists on, a list for somebody who cannot go, a parcel, walks with a dog, a page
// to print.
type Errand struct {
	Post *Post // its Proposal is never nil
	ErrandPlan
	Parts []ErrandPart // as far as the viewer may know them
	File  string       // name of what is to be printed; empty for none, or for others
}

// ErrandPlan is what somebody plans. List and Budget are for the helper only.
type ErrandPlan struct {
	Mode   string
	Place  string // the shop, the parcel point
	List   string
	Budget string // words: no money is handled
	At     time.Time
	Most   int // how many lists one takes along on a run
	Urgent bool
	Walks  []Walk
}

// ErrandModes are the kinds of errands.
var ErrandModes = []string{"run", "list", "parcel", "walk", "print"}

// ErrandPart is somebody who asks to have something brought along, or who helps.
type ErrandPart struct {
	ID              ID
	Actor           Actor
	State           SeatState
	List, Budget    string // on a run, for the one who goes only
	Receipt, Handed time.Time
}

// Walk is one walk of a week: the day from Monday, 0, on.
type Walk struct {
	Day, Minute int
	Who         *Actor // nil for nobody yet
}

// Printout is what somebody wants printed.
type Printout struct {
	Name, Kind string
	Content    []byte
}

// Limits of an errand, in characters unless said otherwise.
const (
	MaxErrandList  = 2000
	MaxBudget      = 100
	MaxErrandLists = 20
	MaxWalks       = 21
	MaxPrintout    = 10 << 20 // bytes
)

// Check returns an [Invalid] for the first thing in a plan that cannot be, as of
// now.
func (p *ErrandPlan) Check(now time.Time) error {
	p.Place, p.List, p.Budget = strings.TrimSpace(p.Place), strings.TrimSpace(p.List), strings.TrimSpace(p.Budget)
	switch {
	case !Known(ErrandModes, p.Mode):
		return &Invalid{Field: "mode", Code: "unknown"}
	case utf8.RuneCountInString(p.Place) > MaxVenue:
		return &Invalid{Field: "place", Code: "too-long", Limit: MaxVenue}
	case p.Mode == "run" && p.Place == "":
		return &Invalid{Field: "place", Code: "missing"}
	case p.Mode == "run" && p.At.IsZero():
		return &Invalid{Field: "starts", Code: "missing"}
	case !p.At.IsZero() && !p.At.After(now):
		return &Invalid{Field: "starts", Code: "past"}
	case p.Mode == "run" && (p.Most < 1 || p.Most > MaxErrandLists):
		return &Invalid{Field: "lists", Code: "out-of-range", Limit: MaxErrandLists}
	case p.Mode == "walk" && len(p.Walks) == 0:
		return &Invalid{Field: "days", Code: "missing"}
	case len(p.Walks) > MaxWalks:
		return &Invalid{Field: "days", Code: "too-many", Limit: MaxWalks}
	}
	return CheckErrandList(p.List, p.Budget, p.Mode == "list")
}

// CheckErrandList returns an [Invalid] for a list and a budget that cannot be.
func CheckErrandList(list, budget string, needed bool) error {
	switch {
	case needed && strings.TrimSpace(list) == "":
		return &Invalid{Field: "list", Code: "no-list"}
	case utf8.RuneCountInString(list) > MaxErrandList:
		return &Invalid{Field: "list", Code: "too-long", Limit: MaxErrandList}
	case utf8.RuneCountInString(budget) > MaxBudget:
		return &Invalid{Field: "budget", Code: "too-long", Limit: MaxBudget}
	}
	return nil
}
