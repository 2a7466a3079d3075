package view

import (
	"html/template"
	"slices"
	"time"
)

// Programme is a programme of homes as its pages tell of it.
type Programme struct {
	Person
	Path         string // /programmes/31
	Organisation Person
	Summary      template.HTML
	Role         string // of the one who reads; empty for a visitor
	Keeps        bool   // may change homes, holds and placements
	Leads        bool
	Frozen       bool
	Stopped      bool      // frozen, or without a mandate
	Until        time.Time // when its mandate ends; zero where nobody said
}

// HomeFacts are what is known of a home that is lent.
type HomeFacts struct {
	Area      string
	From      time.Time // the first night
	Until     time.Time // the day after the last
	Category  string    // private-room, entire-place
	Bedrooms  int
	Places    int
	Adults    int
	Children  int
	Pets      bool
	Smoking   string // no, outside, window, yes
	Company   string // women, family, men; empty for nobody said
	Languages []Tongue
	Features  []string
}

// Tongue is a language that is spoken somewhere.
type Tongue struct {
	Code string
	Name bool // the catalogues have a name for it
}

// Tongues are the languages one chooses from; those that the catalogues name.
var Tongues = []string{
	"fr", "en", "uk", "ar", "ru", "fa", "ps", "ti", "so", "tr", "ku", "ka", "hy", "sq", "ro", "pl", "es", "pt", "it", "de",
}

// TonguesOf are languages by their codes.
func TonguesOf(codes []string) []Tongue {
	list := make([]Tongue, len(codes))
	for i, code := range codes {
		list[i] = Tongue{code, slices.Contains(Tongues, code)}
	}
	return list
}

// HomeLine is a home of ours in a list.
type HomeLine struct {
	HomeFacts
	Path  string
	ID    string
	State string
	Since time.Time
}

// ProgrammeCount is a number with what is counted and where it is.
type ProgrammeCount struct {
	What  string
	Count int
	Path  string
}

// TeamMember is somebody of the team of a programme.
type TeamMember struct {
	Who   Person
	Role  string
	Since time.Time
}

// ProgrammePartner is another association as a programme knows it.
type ProgrammePartner struct {
	Who      Person
	SeesOurs string // none, asked, agreed, refused, revoked, unfitted
	WeSee    string
	Seal     string // what a lead agrees to
	Short    string // of the seal, to compare aloud
	Since    time.Time
	Homes    int
	HeardAt  time.Time
	Stale    bool // nothing was heard for long
}

// ProgrammeLogLine is what somebody did in a programme.
type ProgrammeLogLine struct {
	By     Person // without a name for an account that is gone
	Itself bool   // the server did it, and nobody
	Deed   string
	Whom   Person
	About  string
	Count  int       // of many at once
	Night  time.Time // that it is about; zero where it is about none
	Path   string    // of what it is about
	At     time.Time
}

// HomeDeed is a step that one may take with a home.
type HomeDeed struct {
	Name   string
	Reason bool // has to be given
}

// Mandate is that an organisation may run programmes.
type Mandate struct {
	Who        Person
	Given      time.Time
	Ended      time.Time
	Until      time.Time // the last day of it; zero where nobody said
	Wrong      bool      // what was typed for that day
	Programmes int
}

// FoundHome is a home of a programme or of a partner, as one looks for it.
type FoundHome struct {
	HomeFacts
	Path    string
	Ours    bool
	Partner Person
	State   string
	Free    int
	Heard   time.Time
	Stale   bool
}

// Hold is what a programme asked for.
type Hold struct {
	Path    string
	ID      string
	Area    string
	Home    string // path of the home, empty for one that is not told any more
	Ours    bool
	From    time.Time
	Until   time.Time
	Places  int
	State   string
	Beds    []int
	Ahead   int       // how many wait before
	Lease   time.Time // until when it waits or is held
	There   time.Time // the same by the clock where the home is, if that shows another hour
	Why     string    // of a refusal
	Unsaid  string    // open while what was done last is not answered, unanswered once that is given up
	Free    time.Time // when it may be worth asking again
	Asked   time.Time
	Arrived time.Time
}

// Twin is who seems to offer a home too.
type Twin struct {
	ID, Name string
	Ours     bool // another home of the same programme
}

// HoldAtHome is what somebody has at a home of ours.
type HoldAtHome struct {
	Number int
	Who    Person
	Ours   bool
	From   time.Time
	Until  time.Time
	Beds   []int
	Places int
	State  string
	Lease  time.Time
}

// HousingFile is a file between two caseworkers, unopened.
type HousingFile struct {
	ID   string
	At   time.Time
	Gone bool // deleted
}

// Minimum is what two caseworkers tell one another.
type Minimum struct{ Contact, Address, Household, Needs string }

// LedgerLine is an entry of the ledger of a home.
type LedgerLine struct {
	Number int
	Deed   string
	By     string // the association that said it, by its server
	Hold   int
	At     time.Time
	Hash   string
}

// Cut is one act that switched functions off.
type Cut struct {
	ID        string
	Functions []string
	Areas     string
	Category  string
	Reason    string
	Own       bool // of the programme itself; else of the server
	At        time.Time
	Ended     time.Time
}

// Share is what other sites show of a page.
type Share struct {
	Title, Text   string
	Link          string
	Image         string // its address, with that of the server
	Alt           string
	Width, Height int
}
