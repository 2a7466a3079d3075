package pages

import (
	"time"

	"palier/instance/households"
	"palier/instance/web/view"
)

// DeskToday is what waits at the desk of a programme for who reads.
type DeskToday struct {
	Frame
	ProgrammeHead

	OnDuty []view.Duty
	Next   *view.Duty
	Waits  []view.DeskWait
	Open   int // lawful requests that wait for two
}

// Template is desk_today.tmpl.
func (DeskToday) Template() string { return "desk_today" }

// DeskRota is who is on duty when.
type DeskRota struct {
	Frame
	ProgrammeHead

	Duties   []view.Duty
	Team     []view.Option
	From     string
	Until    string
	Handed   string
	Which    string // the duty whose hand-over was typed
	Problems []view.Problem
}

// Template is desk_rota.tmpl.
func (DeskRota) Template() string { return "desk_rota" }

// DeskLetters are the letters that a team writes often.
type DeskLetters struct {
	Frame
	ProgrammeHead

	Forms    []view.LetterForm
	Title    string
	Text     string
	Problems []view.Problem
}

// Template is desk_letters.tmpl.
func (DeskLetters) Template() string { return "desk_letters" }

// Placeholders are what is filled in when a letter is written.
func (DeskLetters) Placeholders() []string { return households.Placeholders }

// CaseLetter is where a letter is written in a case.
type CaseLetter struct {
	Frame

	Case     view.CaseLine
	Forms    []view.Option
	Title    string
	Text     string
	Problems []view.Problem
}

// Template is case_letter.tmpl.
func (CaseLetter) Template() string { return "case_letter" }

// CaseLetterSheet is a letter on paper.
type CaseLetterSheet struct {
	Frame

	Case  view.CaseLine
	Title string
	Text  string
}

// Template is case_letter_sheet.tmpl.
func (CaseLetterSheet) Template() string { return "case_letter_sheet" }

// LawfulRequests are what authorities asked for.
type LawfulRequests struct {
	Frame
	ProgrammeHead

	List     []view.LawfulRequest
	About    *view.Option // the case that a new one is about
	Typed    map[string]string
	Which    string // the request whose answer was typed
	Problems []view.Problem
}

// Template is lawful_requests.tmpl.
func (LawfulRequests) Template() string { return "lawful_requests" }

// Grounds are those on which something can be asked for.
func (LawfulRequests) Grounds() []string { return namesOf(households.Grounds) }

// Givings are how much can be given.
func (LawfulRequests) Givings() []string { return namesOf(households.Givings) }

func namesOf[T ~string](list []T) []string {
	names := make([]string, len(list))
	for i, x := range list {
		names[i] = string(x)
	}
	return names
}

// Safety is a sheet to keep: numbers, rights, and what nobody may ask.
type Safety struct {
	Frame

	Country   string
	Countries []view.Option
	Tongue    string // of the texts, where it is not the page's
	Numbers   []view.EmergencyNumber
	Rights    []string
	Never     []string
}

// Template is safety.tmpl.
func (Safety) Template() string { return "safety" }

// Costs is what running the server costs, for anyone.
type Costs struct {
	Frame

	Lines   []view.Cost
	Sum     int
	Text    string
	Changed time.Time
}

// Template is costs.tmpl.
func (Costs) Template() string { return "costs" }

// AdminCosts is where an administrator writes that down.
type AdminCosts struct {
	Frame

	Lines    []view.Cost
	Text     string
	Problems []view.Problem
}

// Template is admin_costs.tmpl.
func (AdminCosts) Template() string { return "admin_costs" }

// HostsImport is where a lead takes a list of offers into the queue.
type HostsImport struct {
	Frame
	ProgrammeHead

	Done     bool
	Taken    int
	Bad      int
	Refused  []view.RefusedLine
	Problems []view.Problem
}

// Template is hosts_import.tmpl.
func (HostsImport) Template() string { return "hosts_import" }

// HomeVisited is what a partner signed of the visit to a home of theirs.
type HomeVisited struct {
	Frame
	ProgrammeHead

	Home      view.FoundHome
	Came      string // of asking: one of VisitSayings
	At, Until time.Time
	Document  string
	Command   string
}

// VisitSayings are what can be said of it.
var VisitSayings = []string{"holds", "none", "unreachable", "forged", "over"}

// Template is home_visited.tmpl.
func (HomeVisited) Template() string { return "home_visited" }
