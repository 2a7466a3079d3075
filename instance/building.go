package instance

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// HouseKind is what people share a house for, which decides the words that are
// used of it: a workplace has colleagues, a care home residents. It is empty for
// a place that is no house.
type HouseKind string

// The kinds of houses.
const (
	Homes     HouseKind = "homes"     // flats, which a syndic manages or a landlord lets
	Workplace HouseKind = "workplace" // whose neighbours are colleagues
	Hall      HouseKind = "hall"      // of residence, of students or young workers
	Care      HouseKind = "care"      // a home for the old or the ill
)

// HouseKinds are all kinds of houses.
var HouseKinds = []HouseKind{Homes, Workplace, Hall, Care}

// Limits of what is written of a house, in characters unless said otherwise.
const (
	MaxHouseTitle = 150
	MaxHouseText  = 2000
	MaxDocument   = 10 << 20 // bytes
	MaxDocuments  = 300      // of one house
)

// Addressed is who writes something in the space of a house and who reads it
// besides those who live there.
type Addressed struct {
	ID     ID
	Place  ActorID
	Author Actor   // a resident, or the one who manages the house
	To     ActorID // who manages the house reads it too; 0: residents only
	Hall   bool    // it is shown on the screen in the hall
}

// Works are what is done to a house.
type Works struct {
	Addressed
	WorksPlan
}

// WorksPlan is what somebody knows of works.
type WorksPlan struct {
	What     string
	Concerns string // who is concerned: a stair, a floor; empty for all
	Cut      string // one of [Cuts]
	From     time.Time
	Until    time.Time
}

// Cuts are what works can cut off; the first is nothing.
var Cuts = []string{"", "water", "power", "heating", "lift"}

// Check returns an [Invalid] for the first thing that cannot be, as of now.
func (p *WorksPlan) Check(now time.Time) error {
	if err := checkHouse("title", &p.What, MaxHouseTitle, true); err != nil {
		return err
	}
	if err := checkHouse("concerns", &p.Concerns, MaxHouseTitle, false); err != nil {
		return err
	}
	switch {
	case !slices.Contains(Cuts, p.Cut):
		return &Invalid{Field: "cut", Code: "unknown"}
	case p.From.IsZero():
		return &Invalid{Field: "starts", Code: "missing"}
	case p.Until.IsZero():
		return &Invalid{Field: "ends", Code: "missing"}
	case !p.Until.After(p.From):
		return &Invalid{Field: "ends", Code: "before-start"}
	case !p.Until.After(now):
		return &Invalid{Field: "ends", Code: "past"}
	case p.From.After(now.AddDate(2, 0, 0)):
		return &Invalid{Field: "starts", Code: "too-far", Limit: 2}
	}
	return nil
}

// Assembly is a meeting of those who decide about a house.
type Assembly struct {
	Addressed
	AssemblyPlan
	Documents []Document // as far as the reader may open them
}

// AssemblyPlan is when and where it is, and what about.
type AssemblyPlan struct {
	At     time.Time
	Where  string
	Agenda string
}

// Check returns an [Invalid] for the first thing that cannot be, as of now.
func (p *AssemblyPlan) Check(now time.Time) error {
	if err := checkHouse("where", &p.Where, MaxHouseTitle, true); err != nil {
		return err
	}
	if err := checkHouse("agenda", &p.Agenda, MaxHouseText, true); err != nil {
		return err
	}
	switch {
	case p.At.IsZero():
		return &Invalid{Field: "starts", Code: "missing"}
	case !p.At.After(now):
		return &Invalid{Field: "starts", Code: "past"}
	case p.At.After(now.AddDate(2, 0, 0)):
		return &Invalid{Field: "starts", Code: "too-far", Limit: 2}
	}
	return nil
}

// Document is a paper of a house.
type Document struct {
	Addressed
	Title    string
	Kind     string // media type
	Size     int64  // bytes
	Assembly ID     // 0 for none
}

// DocumentPlan is a document that somebody adds.
type DocumentPlan struct {
	Title    string
	Content  []byte
	Assembly ID
}

// Check returns an [Invalid] for the first thing that cannot be.
func (p *DocumentPlan) Check() error {
	if err := checkHouse("title", &p.Title, MaxHouseTitle, true); err != nil {
		return err
	}
	switch {
	case len(p.Content) == 0:
		return &Invalid{Field: "file", Code: "missing"}
	case len(p.Content) > MaxDocument:
		return &Invalid{Field: "file", Code: "too-big", Limit: MaxDocument >> 20}
	}
	return nil
}

// Incident is something wrong with a house.
type Incident struct {
	Addressed
	IncidentPlan
	State   IncidentState
	Note    string // what whoever took it up last said
	By      Actor  // who did; zero for nobody yet
	Since   time.Time
	Settled time.Time
}

// IncidentPlan is what somebody reports.
type IncidentPlan struct {
	What  string
	Where string
}

// Check returns an [Invalid] for the first thing that cannot be.
func (p *IncidentPlan) Check() error {
	if err := checkHouse("title", &p.What, MaxHouseTitle, true); err != nil {
		return err
	}
	return checkHouse("where", &p.Where, MaxHouseTitle, false)
}

// IncidentState is how far an incident is.
type IncidentState string

// The states, in their order.
const (
	IncidentReported IncidentState = "reported"
	IncidentTaken    IncidentState = "taken"
	IncidentSettled  IncidentState = "settled"
)

// checkHouse trims what somebody wrote and returns an [Invalid] if it cannot be.
func checkHouse(field string, text *string, most int, needed bool) error {
	*text = strings.TrimSpace(*text)
	switch {
	case needed && *text == "":
		return &Invalid{Field: field, Code: "missing"}
	case utf8.RuneCountInString(*text) > most:
		return &Invalid{Field: field, Code: "too-long", Limit: most}
	case !sound(*text):
		return &Invalid{Field: field, Code: "malformed"}
	}
	return nil
}
