package pages

import (
	"slices"
	"time"

	"palier/instance/web/view"
)

// Cases is the board of the cases of a programme.
type Cases struct {
	Frame

	Programme view.CaseProgramme
	Stages    []view.CaseStage
	Stage     string
	Mine      bool
	Tonight   []view.CaseLine // who has no bed tonight, of all stages
	Lines     []view.CaseLine
	More      string // the address of those after these
	Overdue   []view.CaseFollowUp
	Incidents []view.CaseIncident
	Hosts     []view.ProgrammeCount // how far those are who lend homes
}

// Template is cases.tmpl.
func (Cases) Template() string { return "cases" }

// CaseForm is where a household is written down, by who keeps cases or by itself.
type CaseForm struct {
	Frame

	Programme    view.CaseProgramme
	Action, Back string
	Self         bool     // the household writes
	Paused       []string // "intake" while nobody is taken in
	Edit         bool     // the case is there already
	Came         string
	Rows         []view.GuestRow
	Languages    []view.Option
	NoGo         []view.Option
	StepFree     bool
	Pets         bool
	Smokes       bool
	Transport    bool
	Area         string
	From, Until  string
	First, Last  time.Time // the same, to be read
	Reach        string
	Referrer     string
	Needs        string
	Plan         string
	Notes        string
	Consent      bool
	Problems     []view.Problem
}

// Template is case_form.tmpl.
func (CaseForm) Template() string { return "case_form" }

// Ages and Sexes are what somebody can be.
func (CaseForm) Ages() []string { return []string{"infant", "child", "teen", "adult", "elder"} }

// Sexes are what somebody can say.
func (CaseForm) Sexes() []string { return []string{"female", "male", "unsaid"} }

// Case is a case with its file.
type Case struct {
	Frame

	Programme view.CaseProgramme
	Case      view.CaseLine
	Form      CaseForm // what stands in the file
	Names     []string
	Alone     bool   // nobody is of age
	Minors    string // whom to call for a child alone
	Bedrooms  int
	Signed    int  // who vetted
	Mine      bool // who reads has vetted, and waits for somebody else
	Unsigned  bool // the three did not all sign, and people are to move in
	Night     bool // there is a sheet of the first night
	MayMark   bool // that they have no bed tonight
	MayEscort bool // somebody can go with them to a bed of tonight
	Uninsured bool // an insurance was not seen, and people are to move in
	Steps     []view.CaseStep
	Consents  []view.CaseConsent
	Holds     []view.CaseHold
	Notes     []view.CaseEntry
	Team      []view.Option
	Code      string // shown once
	Reference string
	Erased    bool
	Text      string
	Leaving   string
	LeaveWhy  string
	Problems  []view.Problem
}

// Template is case.tmpl.
func (Case) Template() string { return "case" }

// Kinds are what the team writes for itself.
func (Case) Kinds() []string { return []string{"call", "visit", "note", "task", "closing"} }

// Reasons are why a stay ends.
func (Case) Reasons() []string { return leavingReasons() }

// Ends are why a case is closed.
func (Case) Ends() []string {
	return []string{"own-home", "other-programme", "family", "left-area", "no-longer-asks", "no-answer", "other"}
}

// CaseSheet is a case on paper: what is needed on the way, and no more.
type CaseSheet struct {
	Frame

	Case  view.CaseLine
	Form  CaseForm
	Names []string
	Calls []view.CaseFollowUp
}

// Template is case_sheet.tmpl.
func (CaseSheet) Template() string { return "case_sheet" }

// CaseHomes holds a household against homes, side by side.
type CaseHomes struct {
	Frame

	Case     view.CaseLine
	Form     CaseForm
	Bedrooms int
	Fits     []view.HomeFit
	Problems []view.Problem
}

// Template is case_homes.tmpl.
func (CaseHomes) Template() string { return "case_homes" }

// CaseTalk is what household, host and team say to one another.
type CaseTalk struct {
	Frame

	Case     view.CaseLine
	Talk     []view.CaseEntry
	HasHost  bool // whom it can be passed on to
	Contact  view.StayContact
	Text     string
	Problems []view.Problem
}

// Template is case_talk.tmpl.
func (CaseTalk) Template() string { return "case_talk" }

// Hearings are who can hear what the team says.
func (CaseTalk) Hearings() []string { return []string{"household", "all", "host"} }

// StayAgreement is what household, host and association sign, as one of the three
// reads it.
type StayAgreement struct {
	Frame

	Back     string
	Action   string
	Role     string // guest, host or team
	Written  bool
	MayDraft bool
	MaySign  bool
	Papers   []string // who may have signed a sheet
	Pact     view.StayAgreement
	Insured  []view.Insurance // that are asked for, of who reads; of all three to the team
	Tongues  []view.Option
	Problems []view.Problem
}

// Uninsured tells whether one was not seen yet.
func (p StayAgreement) Uninsured() bool {
	return slices.ContainsFunc(p.Insured, func(i view.Insurance) bool { return i.Seen.IsZero() })
}

// Template is stay_agreement.tmpl.
func (StayAgreement) Template() string { return "stay_agreement" }

// StayNight is a sheet for the first night.
type StayNight struct {
	Frame

	Back  string
	Role  string // guest, host or team
	Night view.StayNight
}

// Template is stay_night.tmpl.
func (StayNight) Template() string { return "stay_night" }

// HouseholdPhotographs are those of a home to which a household said yes.
type HouseholdPhotographs struct {
	Frame

	Back        string
	Photographs []string
	Silent      bool // the association of the home does not answer
	Theirs      bool // it is another's
}

// Template is household_photographs.tmpl.
func (HouseholdPhotographs) Template() string { return "household_photographs" }

// CaseFollowUps is when people are asked how they are, and what they said.
type CaseFollowUps struct {
	Frame

	Case     view.CaseLine
	List     []view.CaseFollowUp
	Signs    []string
	Problems []view.Problem
}

// Template is case_followups.tmpl.
func (CaseFollowUps) Template() string { return "case_followups" }

// CaseReadings is who opened which file.
type CaseReadings struct {
	Frame

	Programme view.CaseProgramme
	List      []view.CaseReading
	More      string
}

// Template is case_readings.tmpl.
func (CaseReadings) Template() string { return "case_readings" }

// IncidentForm is where somebody of the team reports what went wrong.
type IncidentForm struct {
	Frame

	Programme view.CaseProgramme
	Case      view.CaseLine
	Action    string
	Homes     []view.Option
	Severity  string
	Text      string
	Signs     []string
	Problems  []view.Problem
}

// Template is incident_form.tmpl.
func (IncidentForm) Template() string { return "incident_form" }

// Severities are how grave something is.
func (IncidentForm) Severities() []string { return []string{"1", "2", "3", "4"} }

// Incident is one of them, with what was written and what can be done.
type Incident struct {
	Frame

	Programme view.CaseProgramme
	Incident  view.CaseIncident
	Numbers   []view.EmergencyNumber
	Text      string
	Answer    string
	Problems  []view.Problem
}

// Template is incident.tmpl.
func (Incident) Template() string { return "incident" }

// Outcomes are what can come of it.
func (Incident) Outcomes() []string {
	return []string{"nothing", "talk", "watch", "move", "stop", "authority"}
}

// Households are the cases of who reads.
type Households struct {
	Frame

	List     []view.OwnCase
	Code     string
	Problems []view.Problem
}

// Template is households.tmpl.
func (Households) Template() string { return "households" }

// HouseholdCase is a case as its household sees it.
type HouseholdCase struct {
	Frame

	Own      view.OwnCase
	HasHost  bool     // whom something can be passed on to
	Paused   []string // what the programme has switched off
	Numbers  []view.EmergencyNumber
	Country  string // where they are, by its ISO 3166 code
	Text     string
	Problems []view.Problem
}

// Judged is what was decided about somebody, and where it is appealed.
type Judged struct {
	Decided  []view.CaseIncident
	AppealAt string
	Problems []view.Problem
}

// Judged is what was decided about the household.
func (p HouseholdCase) Judged() Judged { return Judged{p.Own.Decided, p.Own.Path, p.Problems} }

// Reach is what the page shows of direct contact.
func (p HouseholdCase) Reach() view.StayReach {
	return view.StayReach{Contact: p.Own.Contact, Yes: p.Own.Contact.Guest, Path: p.Own.Path, Problems: p.Problems}
}

// Template is household_case.tmpl.
func (HouseholdCase) Template() string { return "household_case" }

// Rights are what a household is told, in its language.
func (HouseholdCase) Rights() []string {
	return []string{"no-pay", "no-work", "no-papers", "alone", "leave", "no", "read"}
}

// CaseStatistics are the numbers of a programme that may be told.
type CaseStatistics struct {
	Frame

	Programme   view.CaseProgramme
	From, Until time.Time
	Tables      []view.StatisticsTable
	Nights      int
	Days        int
	Waiting     int
	Waited      int
	Free        []view.StatisticsRow // beds that nobody has tonight
	FreeInAll   int
	Ends        []view.StatisticsRow
	BySize      []view.StatisticsRow
	ByLanguage  []view.StatisticsRow
	Fewest      int
	Rounded     int
}

// Template is case_statistics.tmpl.
func (CaseStatistics) Template() string { return "case_statistics" }

// Months are the heads of the columns: twelve months, and their sum.
func (p CaseStatistics) Months() []string {
	if len(p.Tables) == 0 {
		return nil
	}
	return append(p.Tables[0].Columns[:len(p.Tables[0].Columns):len(p.Tables[0].Columns)], "")
}
