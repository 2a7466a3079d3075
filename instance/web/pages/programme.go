package pages

import (
	"slices"

	"palier/instance"
	"palier/instance/housing"
	"palier/instance/web/view"
	"palier/protocol/vocab"
)

// Programmes lists the programmes of a server, for anyone.
type Programmes struct {
	Frame

	Mine    []view.Programme
	All     []view.Programme
	MayOpen bool
	Pager   view.Pager
	// Counters are what everyone may know of the homes there are.
	Counters []view.ProgrammeCount
}

// Template is programmes.tmpl.
func (Programmes) Template() string { return "programmes" }

// ProgrammeForm is where an association opens a programme.
type ProgrammeForm struct {
	Frame

	Organisations []view.Option
	Title         string
	Username      string
	Summary       string
	Problems      []view.Problem
}

// Template is programme_form.tmpl.
func (ProgrammeForm) Template() string { return "programme_form" }

// ProgrammePublic is a programme as visitors see it: nothing of any home.
type ProgrammePublic struct {
	Frame

	Programme view.Programme
	Numbers   []view.EmergencyNumber
}

// Template is programme_public.tmpl.
func (ProgrammePublic) Template() string { return "programme_public" }

// ProgrammeHead is what the pages of the team of a programme begin with.
type ProgrammeHead struct {
	Programme view.Programme
	Tab       string
	// Said is what came of a deed that could not be done: a word of Sayings.
	Said string
}

// Sayings are what can be said of a deed that could not be done.
func (ProgrammeHead) Sayings() []string {
	return []string{"overtaken", "unreachable", "clock", "own", "stopped", "last", "sealed", "case", "unready", "second"}
}

// Programme is how a programme stands, for its team.
type Programme struct {
	Frame
	ProgrammeHead

	Todo  []view.ProgrammeCount
	Homes []view.ProgrammeCount
	Holds []view.ProgrammeCount
}

// Template is programme.tmpl.
func (Programme) Template() string { return "programme" }

// Todos are what may wait for somebody.
func (Programme) Todos() []string { return []string{"vet", "offer", "asking", "sign", "held"} }

// HoldStates are how far a hold can be.
func HoldStates() []string {
	var list []string
	for _, s := range []instance.HoldState{
		instance.HoldSending, instance.HoldUnanswered, instance.HoldWaiting, instance.HoldHeld, instance.HoldAgreed, instance.HoldPlaced,
		instance.HoldRefused, instance.HoldLapsed, instance.HoldWithdrawn, instance.HoldDropped, instance.HoldEnded,
	} {
		list = append(list, string(s))
	}
	return list
}

// ProgrammeTeam is who does what in a programme.
type ProgrammeTeam struct {
	Frame
	ProgrammeHead

	Members  []view.TeamMember
	Escorts  []view.Escort
	Escort   string // who was typed
	Person   string
	Role     string
	Problems []view.Problem
}

// Template is programme_team.tmpl.
func (ProgrammeTeam) Template() string { return "programme_team" }

// Roles are what people do in a programme.
func (ProgrammeTeam) Roles() []string {
	list := make([]string, len(instance.TeamRoles))
	for i, r := range instance.TeamRoles {
		list[i] = string(r)
	}
	return list
}

// ProgrammePartners are the associations that a programme knows.
type ProgrammePartners struct {
	Frame
	ProgrammeHead

	Partners []view.ProgrammePartner
	Address  string // that others ask for
	Short    string // of our own seal, to be read to them
	Typed    string
	Problems []view.Problem
}

// Template is programme_partners.tmpl.
func (ProgrammePartners) Template() string { return "programme_partners" }

// PartnerStates are how far one direction is.
func PartnerStates() []string {
	return []string{"none", "asked", "agreed", "refused", "revoked", "unfitted"}
}

// ProgrammeLog is what was done in a programme, for its leads.
type ProgrammeLog struct {
	Frame
	ProgrammeHead

	Lines []view.ProgrammeLogLine
	Pager view.Pager
}

// Template is programme_log.tmpl.
func (ProgrammeLog) Template() string { return "programme_log" }

// ProgrammeHomes are the homes of a programme.
type ProgrammeHomes struct {
	Frame
	ProgrammeHead

	States []view.Option // tabs
	Homes  []view.HomeLine
	Pager  view.Pager
}

// Template is programme_homes.tmpl.
func (ProgrammeHomes) Template() string { return "programme_homes" }

// HomeStates are how far a home can be.
func HomeStates() []string {
	var list []string
	for _, s := range []instance.ListingState{
		instance.ListingDraft, instance.ListingSubmitted, instance.ListingVetted, instance.ListingAvailable,
		instance.ListingHeld, instance.ListingPlaced, instance.ListingEnding, instance.ListingClosed,
	} {
		list = append(list, string(s))
	}
	return list
}

// HomeListing is one home of a programme, for its team.
type HomeListing struct {
	Frame
	ProgrammeHead

	Home    view.HomeLine
	Reason  string
	Moved   string // "closed" or "lived" where its host wrote another address
	Deeds   []view.HomeDeed
	Own     bool // the one who reads wrote it down, and cannot vet it
	Drafted view.Person
	Changed view.Person
	Vetted  view.Person
	// Holds are what somebody has there, Cases for whom beds may be asked, and
	// Photographs the addresses of those that the one who reads is shown.
	Holds       []view.HoldAtHome
	Cases       []view.Option
	Photographs []string
	// Host is where the file of who lends the home is, Hosts whose it can be.
	Host  string
	Hosts []view.Option
	// Twins are who seems to offer the same home.
	Twins    []view.Twin
	Problems []view.Problem
}

// HoldAt is where under the home beds are asked for.
func (HomeListing) HoldAt() string { return "hold" }

// Ledger tells whether the home has a ledger.
func (p HomeListing) Ledger() bool {
	return slices.Contains([]string{"available", "held", "placed", "ending"}, p.Home.State) || p.Home.State == "closed" && len(p.Holds) > 0
}

// Reasons are why a stay ends.
func (HomeListing) Reasons() []string { return leavingReasons() }

// Most is how many photographs a home has.
func (HomeListing) Most() int { return housing.MostPhotographs }

// Template is home_listing.tmpl.
func (HomeListing) Template() string { return "home_listing" }

// HomeForm asks what is to be known of a home, one question after another.
type HomeForm struct {
	Frame
	ProgrammeHead

	Action   string
	Step     string
	Form     HomeWriting
	Found    []view.Option // communes that may be meant
	Facts    view.HomeFacts
	Problems []view.Problem
}

// HomeWriting is what was filled in about a home until now.
type HomeWriting struct {
	Commune, From, Until               string
	Category                           string
	Bedrooms, Places, Adults, Children string
	Pets                               string // yes, no
	Smoking                            string
	Company                            string
	Languages                          []string
	Features                           []string
}

// Template is home_form.tmpl.
func (HomeForm) Template() string { return "home_form" }

// HomeSteps are the questions about a home, in their order.
var HomeSteps = []string{"where", "what", "rules", "has", "check"}

// Number is the number of the question.
func (p HomeForm) Number() int { return slices.Index(HomeSteps, p.Step) + 1 }

// Of is how many there are.
func (HomeForm) Of() int { return len(HomeSteps) }

// Categories are what can be lent.
func (HomeForm) Categories() []string {
	return []string{string(vocab.PrivateRoom), string(vocab.EntirePlace)}
}

// Smokings are where one may smoke.
func (HomeForm) Smokings() []string { return homeSmokings() }

func homeSmokings() []string {
	return []string{string(vocab.SmokingNo), string(vocab.SmokingOutside), string(vocab.SmokingWindow), string(vocab.SmokingYes)}
}

// Companies are who else can live there.
func (HomeForm) Companies() []string {
	return []string{string(vocab.CompanyWomen), string(vocab.CompanyFamily), string(vocab.CompanyMen)}
}

// Tongues are the languages one chooses from.
func (p HomeForm) Tongues() []view.Option { return ticked(view.Tongues, p.Form.Languages) }

// Has are what a home can have.
func (p HomeForm) Has() []view.Option { return ticked(homeFeatures(), p.Form.Features) }

func homeFeatures() []string {
	list := make([]string, len(vocab.HomeFeatures))
	for i, f := range vocab.HomeFeatures {
		list[i] = string(f)
	}
	return list
}

func ticked(all, chosen []string) []view.Option {
	list := make([]view.Option, len(all))
	for i, v := range all {
		list[i] = view.Option{Value: v, Selected: slices.Contains(chosen, v)}
	}
	return list
}

// ProgrammePoster is what a programme looks for, on paper.
type ProgrammePoster struct {
	Frame

	Programme view.Programme
	Link      string // in whole, for paper
	Card      string // address of the picture to share
	Speaks    bool   // who reads acts for its association
}

// Template is programme_poster.tmpl.
func (ProgrammePoster) Template() string { return "programme_poster" }

// AdminMandates is where an administrator says which associations may run a
// programme.
type AdminMandates struct {
	Frame

	Mandates []view.Mandate
	Typed    string
	Wrong    string // the organisation of which a day was typed that cannot be
	Until    string // that day
	Problems []view.Problem
}

// Template is admin_mandates.tmpl.
func (AdminMandates) Template() string { return "admin_mandates" }
