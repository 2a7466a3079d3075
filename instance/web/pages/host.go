package pages

import (
	"time"

	"palier/instance"
	"palier/instance/hosts"
	"palier/instance/web/view"
)

// HostForm is where somebody says that they would lend a home.
type HostForm struct {
	Frame

	Paused []string // "intake" while nobody is taken in

	Programme view.Programme
	Sent      bool // a letter is on its way
	Where     bool // only where the home is, is asked now
	Place     string
	Found     []view.Option // communes that may be meant
	Already   bool          // they did before
	Form      HostWriting
	Problems  []view.Problem
}

// HostWriting is what was typed.
type HostWriting struct {
	Name, Email, Phone, Born, Places, Kind, From, Nights, Commune string
}

// Template is host_form.tmpl.
func (HostForm) Template() string { return "host_form" }

// Kinds are what can be lent.
func (HostForm) Kinds() []string { return []string{"room", "whole"} }

// Hosting is the page of a host: how far it is, and what comes next.
type Hosting struct {
	Frame

	Programme  view.Programme
	Action     string // where forms lead, without a slash at its end
	State      string
	Confirmed  bool
	Name       string
	Phone      string
	Address    string
	About      string
	Rules      string   // of the house
	Yes        []string // answers to the check
	Waiting    hosts.Waiting
	Meeting    *view.HostMeeting
	Adults     []view.HostAdult
	References []view.HostReference
	Wanting    []string
	Visit      *view.HostVisit
	Until      time.Time // of the approval
	Limits     instance.HostLimits
	Numbers    []view.EmergencyNumber
	Stays      []view.HostStay
	Lodged     []view.HostLodged   // by the word of partners
	Decided    []view.CaseIncident // about them
	Asked      bool                // each day, on nights of emergency, whether a bed is free
	Question   string              // where they answer it tonight; empty if they were not asked
	Typed      map[string]string
	Problems   []view.Problem
}

// Judged is what was decided about the host.
func (p Hosting) Judged() Judged { return Judged{p.Decided, p.Action + "/appeal", p.Problems} }

// Template is hosting.tmpl.
func (Hosting) Template() string { return "hosting" }

// Questions are what hosts ask themselves.
func (Hosting) Questions() []string { return hosts.Questions }

// Field is the name of the field of a question.
func (Hosting) Field(question string) string { return "check-" + question }

// Over tells whether nothing comes of it any more.
func (p Hosting) Over() bool { return instance.HostState(p.State).Over() }

// Takes are the steps that a host can take now.
func (p Hosting) Takes() []string {
	var list []string
	for _, s := range []instance.HostStep{instance.PauseHost, instance.ResumeHost, instance.RestHost, instance.WelcomeAgain, instance.EndHost} {
		if s.Takes(instance.HostState(p.State)) {
			list = append(list, s.Name())
		}
	}
	return list
}

// MayBeAsked tells whether they can be asked for tonight.
func (p Hosting) MayBeAsked() bool {
	return p.State == string(instance.HostApproved) || p.State == string(instance.HostPaused)
}

// HostingTonight is where a host answers whether a bed is free tonight.
type HostingTonight struct {
	Frame

	Action   string
	Night    time.Time
	Homes    []view.NightQuestion
	Over     bool
	Stopped  bool
	Stop     string // where they stop being asked
	Problems []view.Problem
}

// Template is hosting_tonight.tmpl.
func (HostingTonight) Template() string { return "hosting_tonight" }

// HostStay is a stay as its host sees it.
type HostStay struct {
	Frame

	Back      string
	Stay      view.HostStay
	Numbers   []view.EmergencyNumber
	Text, To  string
	Complaint string
	Closing   string
	Problems  []view.Problem
}

// Reach is what the page shows of direct contact.
func (p HostStay) Reach() view.StayReach {
	return view.StayReach{Contact: p.Stay.Contact, Yes: p.Stay.Contact.Host, Path: p.Stay.Path, Problems: p.Problems}
}

// Template is host_stay.tmpl.
func (HostStay) Template() string { return "host_stay" }

// HostReference is where somebody says what they know of a host.
type HostReference struct {
	Frame

	Action   string
	About    string
	Done     string // written, declined
	Known    string
	Text     string
	Family   bool
	Problems []view.Problem
}

// Template is host_reference.tmpl.
func (HostReference) Template() string { return "host_reference" }

// ProgrammeHosts are the hosts of a programme, for its team.
type ProgrammeHosts struct {
	Frame
	ProgrammeHead

	States   []view.Option
	Hosts    []view.HostLine
	Queue    []view.HostLine
	Waiting  int
	Meetings []view.HostMeeting
	Pager    view.Pager
	Typed    map[string]string
	Problems []view.Problem
}

// Template is programme_hosts.tmpl.
func (ProgrammeHosts) Template() string { return "programme_hosts" }

// ProgrammeHost is the file of a host, for those who vet and visit.
type ProgrammeHost struct {
	Frame
	ProgrammeHead

	Path       string
	State      string
	Name       string
	Email      string
	Phone      string
	Address    string
	Commune    string // as they said at first
	Born       int
	About      string
	Identity   bool
	Lawful     bool   // a record may be looked at
	Document   string // what the country calls it
	Adults     []view.HostAdult
	References []view.HostReference
	Visits     []view.HostVisit
	Wanting    []string
	Homes      []view.HostHome
	Drafts     []view.Option    // homes without a host
	Deeds      []string         // steps that are one press
	Own        bool             // the one who reads is the host, or proposed them
	ByLink     bool             // the host has no account, and comes by a link
	Alike      []view.CaseAlike // files that have something in common with this one
	Places     int
	Until      string
	Typed      map[string]string
	Problems   []view.Problem
}

// Template is programme_host.tmpl.
func (ProgrammeHost) Template() string { return "programme_host" }

// Musts are the points of a visit.
func (ProgrammeHost) Musts() []string {
	return []string{"smoke", "heating", "damp", "private", "lock", "exits", "water"}
}

// Worries are what a visitor can have felt.
func (ProgrammeHost) Worries() []string { return hosts.Worries }

// HostStateWords are how far a host can be.
func HostStateWords() []string {
	list := make([]string, len(instance.HostStates))
	for i, s := range instance.HostStates {
		list[i] = string(s)
	}
	return list
}

// HostDeeds are the steps of a host that somebody of the team takes with one press.
var HostDeeds = []string{"inform", "miss", "propose", "return", "pause", "resume", "lapse", "refuse", "end"}

// HostWants are what can be missing.
func HostWants() []string {
	list := make([]string, len(hosts.Wantings))
	for i, w := range hosts.Wantings {
		list[i] = string(w)
	}
	return list
}
