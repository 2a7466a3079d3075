package view

import "time"

// CaseProgramme is a programme as the pages of its cases name it.
type CaseProgramme struct {
	ID    string
	Name  string
	Path  string
	Keeps bool // the one who reads keeps cases
	Leads bool
}

// CaseStage is a column of the board.
type CaseStage struct {
	Name  string
	Count int
	Now   bool
}

// CaseLine is a case on the board. It names nobody but who keeps it.
type CaseLine struct {
	ID      string
	Path    string
	Label   string
	Stage   string
	Came    string
	Since   time.Time
	Keeper  *Person
	Frozen  bool
	Tasks   int
	Overdue int
	Open    int
	Tonight bool // they have no bed tonight
	Beds    int  // that are held for tonight
	Ready   bool // two have vetted it
}

// CaseStep is something that can be done with a case now.
type CaseStep struct {
	Name string
	Ends bool // it asks for why
}

// GuestRow is somebody in the form of a household.
type GuestRow struct {
	N                int
	Age, Sex, Name   string
	Partner          string
	Parent1, Parent2 string
}

// HomeFit is a home beside a household.
type HomeFit struct {
	ID       string // of what was kept about it; empty before
	Home     string // its address, which stays in forms
	Number   int    // on the page
	Card     HomeCard
	State    string
	May      bool
	Ready    bool // beds can be asked for
	Against  []HomeRule
	Talk     []HomeRule
	Shared   bool // somebody lives there
	Known    bool
	Women    int
	Men      int
	Children int
}

// HomeRule is what a rule says of a household in a home.
type HomeRule struct {
	Rule       string
	What       string
	Need, Have int
	Theirs     bool // the household may say otherwise
	Chosen     bool
	Heard      bool // by one
}

// HomeCard is a home as a household is told of it.
type HomeCard struct {
	Country   string // another than the reader's; empty for none
	Category  string
	Area      string // where, as it is told of a home, or a département by its code
	Bare      bool   // Area is such a code
	From      time.Time
	Until     time.Time
	Bedrooms  int
	Places    int
	Smoking   string
	Languages []string
	Features  []string
}

// CaseHold is a hold with who signed it.
type CaseHold struct {
	ID       string
	State    string
	From     time.Time
	Until    time.Time
	Lease    time.Time
	There    time.Time // the same by the clock where the home is, if that shows another hour
	Signed   int
	Mine     bool // who reads has signed, and waits for somebody else
	CanSign  bool
	CanRenew bool
	GuestAt  time.Time
	HostAt   time.Time
	Path     string    // of the hold
	Next     time.Time // to which it would go on
	// Renews tells that it is of the nights after those of another; CanExtend that
	// household and host agreed, and its keeper can be asked. Refused is why it was
	// refused, and Free when it may be worth asking again.
	Renews    bool
	CanExtend bool
	Refused   string
	Abroad    *Abroad // in another country
	Free      time.Time
}

// CaseFollowUp is a time to ask how people are.
type CaseFollowUp struct {
	ID      string
	Path    string // of its case, in lists of several
	Label   string
	Kind    string
	Due     time.Time
	Tries   int
	Done    time.Time
	Overdue bool
	Text    string
}

// CaseEntry is something that was written or said.
type CaseEntry struct {
	ID     string
	Kind   string
	By     string // empty for who left
	Own    bool
	At     time.Time
	Due    time.Time
	Done   time.Time
	Text   string
	Taken  []string
	Lang   string
	Heard  string // by whom, of what is said
	Side   string // whose, of a closing talk
	Letter bool   // it was sent
}

// CaseConsent is somebody who may be told of a household.
type CaseConsent struct {
	To    string
	Given time.Time // zero: not agreed to
}

// CaseReading is that somebody opened a file.
type CaseReading struct {
	By    *Person
	What  string
	Label string
	Path  string
	At    time.Time
}

// CaseIncident is what went wrong or was noticed.
type CaseIncident struct {
	ID       string
	Path     string
	Case     string // its label
	CasePath string
	Kind     string
	Side     string
	Severity int
	State    string
	Outcome  string
	Frozen   bool
	Moved    bool
	At       time.Time
	Answer   string // for who complained
	Entries  []CaseIncidentEntry
	Missing  int // how many people have to join the team before it can be decided
	CanLook  bool
	CanJudge bool
	CanEnd   bool
	Appeals  bool
	HostPath string // of the host it is about
	Keeper   string // where one writes to the association whose home it is, if another's
	Appealed bool   // who it is about asked for it to be looked at again
}

// CaseAlike is that another file has something in common with one.
type CaseAlike struct {
	Kind string
	Side string // host, household
	Path string
}

// CaseIncidentEntry is something that was written of an incident.
type CaseIncidentEntry struct {
	Alike   []CaseAlike
	Deed    string
	By      string
	At      time.Time
	Text    string
	Answer  string // to who complained
	Signs   []string
	Outcome string
}

// OwnCase is a case as its household sees it.
type OwnCase struct {
	ID      string
	Path    string
	Stage   string
	Since   time.Time
	Keeper  bool
	Until   time.Time
	Homes   []OwnHome
	Talk    []CaseEntry
	Called  string
	Told    []CaseIncident
	Decided []CaseIncident // about them
	Contact StayContact
	// Agreement tells that one is written, Night that there is a sheet of the first night.
	Agreement, Night bool
}

// Living are the homes in which a household lives, and Possible those that it may answer
// about.
func (c OwnCase) Living() []OwnHome { return c.where(true) }

// Possible is told at [OwnCase.Living].
func (c OwnCase) Possible() []OwnHome { return c.where(false) }

func (c OwnCase) where(lives bool) (list []OwnHome) {
	for _, h := range c.Homes {
		if h.Lives == lives {
			list = append(list, h)
		}
	}
	return list
}

// StayAgreement is what three agree to, in one language.
type StayAgreement struct {
	Version     int
	Hash        string
	Made        time.Time
	Lang        string
	Title       string
	Clauses     []string
	Programme   string
	From, Until time.Time
	Places      int
	Rules       string
	Elsewhere   bool // the home is a partner's, and its rules are told there
	Binds       bool // all three signed
	Signed      []StaySignature
}

// StaySignature is that one of the three signed, or did not yet.
type StaySignature struct {
	Party string
	At    time.Time // zero: not yet
	Paper bool
	Lang  string
}

// StayContact is how far direct contact is, for who reads.
type StayContact struct {
	May     bool
	Guest   bool
	Host    bool
	One     bool // one of the team opened it
	Halted  bool
	Open    bool
	Way     string
	MayOpen bool // the one of the team who reads
}

// StayReach is direct contact on the page of one of the two.
type StayReach struct {
	Contact  StayContact
	Yes      bool // they said so
	Path     string
	Problems []Problem
}

// StayNight is what is to be known on the first night.
type StayNight struct {
	Programme string
	From      time.Time
	Until     time.Time
	Places    int
	Called    string
	Name      string
	Address   string
	About     string
	Rules     string
	Features  []string
	Smoking   string
	Numbers   []EmergencyNumber
	With      *EscortWalk // who goes with them tonight
}

// HostStay is a stay as its host sees it.
type HostStay struct {
	Path    string
	State   string
	From    time.Time // zero before beds are held
	Until   time.Time
	Places  int
	Called  string
	Halted  bool
	Ends    bool
	Keeper  string
	Talk    []CaseEntry
	Next    []CaseFollowUp
	Told    []CaseIncident
	Contact StayContact
	// Agreement tells that one is written.
	Agreement bool
}

// OwnHome is a home that a household may answer about.
type OwnHome struct {
	ID    string
	State string
	Card  HomeCard
	Lives bool // they live there
	Gone  bool // nobody is to go there any more
}

// StatisticsTable is a table of counts; those that are not told are -1.
type StatisticsTable struct {
	Name    string
	Columns []string
	Rows    []StatisticsRow
}

// StatisticsRow is a row of counts.
type StatisticsRow struct {
	Name  string
	Cells []int
}

// Abroad is what holds for a home in another country.
type Abroad struct {
	Country string // as the reader calls it
	Code    string // ISO 3166
	Least   int    // nights
	Most    int
	Numbers []EmergencyNumber
	Points  []AcrossPoint
	There   time.Time // now, as clocks there show
}

// AcrossPoint is something to see to before a household goes there.
type AcrossPoint struct {
	Need string
	Text string
	Seen bool
}
