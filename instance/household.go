package instance

import (
	"slices"
	"strings"
	"time"

	"palier/protocol/ledger"
)

// CaseID is the id of a [Case].
type CaseID = ID

// Case is one household that a programme looks for a home for. What is known of
// the people stands in its file, which is sealed; this here names nobody.
type Case struct {
	ID         CaseID
	Programme  ActorID
	Stage      CaseStage
	Origin     CaseOrigin
	Keeper     ActorID      // the caseworker who has it; 0: nobody has
	Vetted     [2]Signature // that both sides of the table are what they say
	Person     ActorID      // the account by which the household reads of it; 0: none
	OpenedAt   time.Time
	StageSince time.Time
	FrozenAt   time.Time // nothing is asked or agreed to since; zero: it runs
	Closed     CaseEnd   // why, once it is closed
}

// Signature is that somebody put their name to something. By is 0 once their
// account is gone.
type Signature struct {
	By ActorID
	At time.Time
}

// SignedByTwo tells whether two people signed, who are not one.
func SignedByTwo(s [2]Signature) bool {
	return !s[0].At.IsZero() && !s[1].At.IsZero() && (s[0].By != s[1].By || s[0].By == 0)
}

// Ready tells whether beds may be asked for: two people have seen to the case, it
// is not frozen, and it is neither over nor somebody else's to help.
func (c Case) Ready() bool {
	if !SignedByTwo(c.Vetted) || !c.FrozenAt.IsZero() {
		return false
	}
	switch c.Stage {
	case CaseProposal, CaseMeeting, CaseAgreement, CaseActive, CaseEnding:
		return true
	}
	return false
}

// CaseOrigin is how a case came.
type CaseOrigin string

// How cases come. A form that a household fills in itself only opens one.
const (
	ByReferrer   CaseOrigin = "referrer"
	ByCaseworker CaseOrigin = "caseworker"
	BySelf       CaseOrigin = "self"
)

// CaseStage is how far a case is.
type CaseStage string

// The stages of a case, in the order of the board. What is referred is helped by
// somebody else: child protection, where no adult is with a child.
const (
	CaseIntake    CaseStage = "intake"
	CaseVetting   CaseStage = "vetting"
	CaseProposal  CaseStage = "proposal"
	CaseMeeting   CaseStage = "meeting"
	CaseAgreement CaseStage = "agreement"
	CaseActive    CaseStage = "active"
	CaseEnding    CaseStage = "ending"
	CaseClosed    CaseStage = "closed"
	CaseReferred  CaseStage = "referred"
)

// CaseStages are the columns of the board.
var CaseStages = []CaseStage{
	CaseIntake, CaseVetting, CaseProposal, CaseMeeting, CaseAgreement, CaseActive, CaseEnding, CaseClosed, CaseReferred,
}

// CaseStep is a step of a case from some stages to another. Those that there are
// stand below.
type CaseStep struct {
	name string
	from []CaseStage
	to   CaseStage
}

// What is done with a case. That it is vetted takes two people, and a home that
// they live in takes an agreement.
var (
	TakeCase      = CaseStep{"take", []CaseStage{CaseIntake}, CaseVetting}
	VetCase       = CaseStep{"vet", []CaseStage{CaseVetting}, CaseProposal}
	MeetCase      = CaseStep{"meet", []CaseStage{CaseProposal}, CaseMeeting}
	ThinkAgain    = CaseStep{"think-again", []CaseStage{CaseMeeting, CaseAgreement}, CaseProposal}
	SettleCase    = CaseStep{"settle", []CaseStage{CaseMeeting}, CaseAgreement}
	MoveIn        = CaseStep{"move-in", []CaseStage{CaseAgreement}, CaseActive}
	EndStay       = CaseStep{"end-stay", []CaseStage{CaseActive}, CaseEnding}
	RenewStay     = CaseStep{"renew", []CaseStage{CaseActive, CaseEnding}, CaseActive} // the nights after were placed
	PlaceAgain    = CaseStep{"place-again", []CaseStage{CaseActive, CaseEnding}, CaseProposal}
	LookAgainInto = CaseStep{"look-again", []CaseStage{CaseProposal, CaseMeeting, CaseAgreement}, CaseVetting}
	CloseCase     = CaseStep{"close", []CaseStage{CaseIntake, CaseVetting, CaseProposal, CaseMeeting, CaseAgreement, CaseEnding}, CaseClosed}
	ReferCase     = CaseStep{"refer", []CaseStage{CaseIntake, CaseVetting}, CaseReferred}
)

// CaseSteps are all the steps that there are.
var CaseSteps = []CaseStep{
	TakeCase, VetCase, MeetCase, ThinkAgain, SettleCase, MoveIn, EndStay, RenewStay, PlaceAgain, LookAgainInto, CloseCase, ReferCase,
}

// Name is the word for a step.
func (s CaseStep) Name() string { return s.name }

// To is the stage that a step leads to.
func (s CaseStep) To() CaseStage { return s.to }

// From are the stages that a step is taken from.
func (s CaseStep) From() []CaseStage { return slices.Clone(s.from) }

// CaseStepNamed returns the step of that name, and false if there is none.
func CaseStepNamed(name string) (CaseStep, bool) {
	for _, s := range CaseSteps {
		if s.name == name {
			return s, true
		}
	}
	return CaseStep{}, false
}

// CaseEnd is why a case was closed. No word of it judges anybody.
type CaseEnd string

// CaseEnds are why cases are closed.
var CaseEnds = []CaseEnd{"own-home", "other-programme", "family", "left-area", "no-longer-asks", "no-answer", "other"}

// Household is what is to be known of people before they are asked into a home.
// Nothing asks where anybody is from, what they believe or how they came.
type Household struct {
	Members   []Guest  `json:"members"`
	Languages []string `json:"languages,omitempty"` // BCP 47
	StepFree  bool     `json:"step_free,omitempty"`
	Pets      bool     `json:"pets,omitempty"`
	Smokes    bool     `json:"smokes,omitempty"`
	Transport bool     `json:"transport,omitempty"` // needs it within reach
	NoGo      []NoGo   `json:"no_go,omitempty"`
	// Area are the départements in which they want to live; none: anywhere.
	Area []string    `json:"area,omitempty"`
	Stay ledger.Stay `json:"stay"`
}

// MaxMembers is how large a household can be. Larger ones are several cases.
const MaxMembers = 12

// Guest is one of a household. What they are called stands elsewhere in the
// file.
type Guest struct {
	Age Age `json:"age"`
	Sex Sex `json:"sex"`
	// Partner and Parents are places in the household's list, from 1 on; 0 and none
	// for who has none in it.
	Partner int   `json:"partner,omitempty"`
	Parents []int `json:"parents,omitempty"`
}

// Adult tells whether somebody is of age.
func (m Guest) Adult() bool { return m.Age == Grown || m.Age == Elder }

// Age is a band of ages, as fine as it is needed.
type Age string

// The bands: under 3, under 12, under 18, under 65, and above.
const (
	Infant Age = "infant"
	Child  Age = "child"
	Teen   Age = "teen"
	Grown  Age = "adult"
	Elder  Age = "elder"
)

// Ages are the bands, the youngest first.
var Ages = []Age{Infant, Child, Teen, Grown, Elder}

// Sex is what somebody says of themself, for who shares a room and for who wants
// to live with women. It never leaves the file.
type Sex string

// What somebody says.
const (
	Female Sex = "female"
	Male   Sex = "male"
	Unsaid Sex = "unsaid"
)

// Sexes are what somebody can say.
var Sexes = []Sex{Female, Male, Unsaid}

// NoGo is something that a household does not want, without having to say why.
type NoGo string

// What households say no to.
const (
	NoAnimals        NoGo = "animals"
	NoSmoke          NoGo = "smoke"
	NoMen            NoGo = "men" // living there
	NoChildren       NoGo = "children"
	NoSharedBathroom NoGo = "shared-bathroom"
	NoOpenDoor       NoGo = "no-lock"
	NoRemotePlace    NoGo = "remote"
)

// NoGos are what households can say no to.
var NoGos = []NoGo{NoAnimals, NoSmoke, NoMen, NoChildren, NoSharedBathroom, NoOpenDoor, NoRemotePlace}

// Check returns an [Invalid] for what cannot be a household.
func (h Household) Check() error {
	switch {
	case len(h.Members) == 0:
		return &Invalid{Field: "members", Code: "missing"}
	case len(h.Members) > MaxMembers:
		return &Invalid{Field: "members", Code: "too-many", Limit: MaxMembers}
	case len(h.Languages) > 10:
		return &Invalid{Field: "languages", Code: "too-many", Limit: 10}
	case h.Stay.Nights() < 1 || h.Stay.Nights() > ledger.MaxOpen:
		return &Invalid{Field: "stay", Code: "malformed", Limit: ledger.MaxOpen}
	}
	for i, m := range h.Members {
		if err := h.checkMember(i+1, m); err != nil {
			return err
		}
	}
	for _, n := range h.NoGo {
		if !slices.Contains(NoGos, n) {
			return &Invalid{Field: "no-go", Code: "unknown"}
		}
	}
	return nil
}

func (h Household) checkMember(i int, m Guest) error {
	there := func(j int) bool { return j >= 1 && j <= len(h.Members) && j != i }
	switch {
	case !slices.Contains(Ages, m.Age) || !slices.Contains(Sexes, m.Sex):
		return &Invalid{Field: "members", Code: "malformed"}
	case m.Partner != 0 && (!there(m.Partner) || h.Members[m.Partner-1].Partner != i || !m.Adult()):
		return &Invalid{Field: "partner", Code: "malformed"}
	case len(m.Parents) > 2:
		return &Invalid{Field: "parents", Code: "too-many", Limit: 2}
	}
	for _, j := range m.Parents {
		if !there(j) || !h.Members[j-1].Adult() || slices.Contains(h.Members[j-1].Parents, i) {
			return &Invalid{Field: "parents", Code: "malformed"}
		}
	}
	return nil
}

// Adults counts those who are of age, and Children those who are not.
func (h Household) Adults() (n int) {
	for _, m := range h.Members {
		if m.Adult() {
			n++
		}
	}
	return n
}

// Children counts those who are not of age.
func (h Household) Children() int { return len(h.Members) - h.Adults() }

// Alone tells whether no adult is with a child: then no home is looked for, and
// child protection is called.
func (h Household) Alone() bool { return h.Adults() == 0 }

// Women tells whether all who are of age are women, or have not said that they
// are not.
func (h Household) Women() bool {
	for _, m := range h.Members {
		if m.Adult() && m.Sex == Male {
			return false
		}
	}
	return h.Adults() > 0
}

// Residents are those who live in a home besides the household, for as long as
// it is lent. An association knows them of its own homes; of a partner's homes it
// has to ask.
type Residents struct {
	Known    bool
	Women    int // of age
	Men      int
	Children int
}

// Nobody lives in a home that is lent whole.
func (r Residents) Nobody() bool { return r.Known && r.Women+r.Men+r.Children == 0 }

// DepartementOf is the département of a commune in France: it stands at the
// beginning of its code.
func DepartementOf(commune string) string {
	n := 2
	if strings.HasPrefix(commune, "97") || strings.HasPrefix(commune, "98") {
		n = 3
	}
	return commune[:min(n, len(commune))]
}
