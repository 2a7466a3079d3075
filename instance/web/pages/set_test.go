package pages

import (
	"bytes"
	"testing"

	"github.com/jba/templatecheck"
)

// every page there is; a template without one of these is not checked, which
// TestEveryTemplateHasAPage finds.
var every = []Page{
	AdminActor{},
	AdminBlocks{},
	AdminFailures{},
	AdminImport{},
	AdminLetters{},
	AdminLinks{},
	AdminMandates{},
	HomeFile{},
	HomeForm{},
	HomeFound{},
	ProgrammePoster{},
	HomeLedger{},
	HomeListing{},
	Programme{},
	ProgrammeCuts{},
	ProgrammeForm{},
	ProgrammeHold{},
	ProgrammeHolds{},
	ProgrammeSearch{},
	ProgrammeHomes{},
	ProgrammeLog{},
	ProgrammePartners{},
	ProgrammePublic{},
	ProgrammeTeam{},
	ProgrammeTonight{},
	HostForm{},
	HostReference{},
	Hosting{},
	HostingTonight{},
	CaseEscort{},
	Escort{},
	EscortWay{},
	HostStay{},
	StayAgreement{},
	StayNight{},
	StayInventory{},
	StayInventoryForm{},
	StayInventorySheet{},
	StayMediation{},
	HouseholdPhotographs{},
	ProgrammeHost{},
	ProgrammeHosts{},
	Programmes{},
	AdminMembers{},
	AdminNeighbourhoods{},
	AdminNeighbourhood{},
	AdminNewBlock{},
	AdminNewPerson{},
	AdminOverview{},
	AdminPeople{},
	AdminPerson{},
	AdminProofs{},
	AdminProving{},
	AdminRelay{},
	AdminReports{},
	AdminReport{},
	AdminServers{},
	AdminServer{},
	AdminWaitingPlaces{},
	AdminWaiting{},
	Apps{},
	AskLink{},
	AuthorizeCode{},
	AuthorizeFault{},
	Authorize{},
	Blocked{},
	Calendars{},
	Feeds{},
	News{},
	EventPhotos{},
	Library{},
	CouncilSignIn{},
	Market{},
	Stalls{},
	Tally{},
	Newcomers{},
	Cases{},
	CaseForm{},
	Case{},
	CaseSheet{},
	CaseHomes{},
	CaseTalk{},
	CaseFollowUps{},
	CaseReadings{},
	CaseStatistics{},
	DeskToday{},
	DeskRota{},
	DeskLetters{},
	CaseLetter{},
	CaseLetterSheet{},
	LawfulRequests{},
	Safety{},
	HomeVisited{},
	HostsImport{},
	Costs{},
	AdminCosts{},
	OpenData{},
	Agenda{},
	Minutes{},
	WriteMinutes{},
	IncidentForm{},
	Incident{},
	Households{},
	HouseholdCase{},
	Recipes{},
	Borders{},
	CampaignForm{},
	CampaignPoster{},
	Campaigns{},
	Campaign{},
	AnswerSheet{},
	CallSheet{},
	Care{},
	ConsentSheet{},
	DeskSlip{},
	Easy{},
	Helped{},
	NewHelped{},
	OneHelped{},
	OwnHelpers{},
	Slip{},
	Circle{},
	Informants{},
	InformantDesk{},
	InformantRequest{},
	HandOn{},
	PassOn{},
	Close{},
	ClubForm{},
	ClubMembers{},
	Clubs{},
	Shelf{},
	Club{},
	Compose{},
	Confirm{},
	DeskVisitor{},
	Desk{},
	EditFilter{},
	EditProfile{},
	Failure{},
	Filters{},
	Follow{},
	HelpNeighbours{},
	Help{},
	History{},
	Home{},
	JoinEmail{},
	JoinPlace{},
	JoinWay{},
	Join{},
	Kept{},
	LetterSheets{},
	LinkOpen{},
	LinkSent{},
	Members{},
	Messages{},
	Message{},
	Name{},
	Neighbourhood{},
	NewMessage{},
	NewPurchase{},
	Notifications{},
	Offline{},
	Password{},
	Profile{},
	ProveCode{},
	ProveDesk{},
	ProveLetter{},
	Directory{},
	Claim{},
	Claims{},
	Organisation{},
	OrganisationForm{},
	NewOrganisation{},
	Questions{},
	NewNotice{},
	AdminRules{},
	ProveSeen{},
	Prove{},
	PurchaseSheet{},
	Purchase{},
	Report{},
	Requests{},
	Search{},
	Seen{},
	Settings{},
	SignIn{},
	Tag{},
	Take{},
	Propose{},
	PlaceExchange{},
	Deals{},
	Thread{}, Take{},
	Welcome{},
	Digest{}, NoticeSettings{}, Stop{}, Board{},
	Welcome{}, SignIn{}, Home{}, Neighbourhood{}, Members{}, Thread{}, History{}, Compose{}, Profile{}, EditProfile{}, Follow{},
	Requests{}, Notifications{}, Settings{}, Password{}, Blocked{}, Filters{}, EditFilter{}, Messages{}, Message{}, NewMessage{}, Report{}, Confirm{}, Failure{}, Offline{}, Tag{}, Kept{}, Search{},
	NewPurchase{}, Purchase{}, PurchaseSheet{}, NewRide{}, Ride{}, Rides{}, Trip{}, NewErrand{}, Errand{},
	AdminOverview{}, AdminNeighbourhoods{}, AdminNeighbourhood{}, AdminMembers{}, AdminRelay{}, AdminWaiting{}, AdminLinks{},
	AdminPeople{}, AdminNewPerson{}, AdminPerson{}, AdminServers{}, AdminServer{}, AdminBlocks{}, AdminNewBlock{}, AdminImport{},
	AdminReports{}, AdminReport{}, AdminActor{}, AdminFailures{}, AdminWaitingPlaces{},
	JoinPlace{}, Join{}, JoinEmail{}, LinkSent{}, LinkOpen{}, AskLink{}, JoinWay{}, Invitations{}, Invitation{}, DoorCards{}, PlaceSheet{}, Dwellings{}, Passkeys{}, Seen{}, Name{},
	JoinPlace{}, Join{}, JoinEmail{}, LinkSent{}, LinkOpen{}, AskLink{}, JoinWay{}, Seen{}, Name{},
	Prove{}, ProveCouncil{}, ProveNeighbours{}, ProveHall{}, ProveList{}, Vouching{}, VouchFor{}, HallCode{}, ProveLetter{}, ProveCode{}, ProveDesk{}, ProveSeen{}, Desk{}, DeskVisitor{}, AdminLetters{}, LetterSheets{}, AdminProofs{}, AdminProving{},
	Apps{}, Authorize{}, AuthorizeCode{}, AuthorizeFault{},
	Event{}, Events{}, NewEvent{}, EditEvent{}, EventGuests{}, EventGuest{}, EventPoster{},
	Clubs{}, ClubForm{}, Club{}, ClubMembers{},
	Shelf{},
	Find{},
	Places{},
	AdminArea{},
	Space{},
	SpaceForm{},
	Managers{},
	Screen{},
	ScreenPairing{},
	Screens{},
}

func newSet(t testing.TB) *Set {
	t.Helper()
	s, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// speaks is a set in one of its languages.
func speaks(t *testing.T, set *Set, tag string) *speaking {
	t.Helper()
	in, err := set.byTag[tag]()
	if err != nil {
		t.Fatalf("pages in %s: %v", tag, err)
	}
	return in
}

func french(t *testing.T, set *Set) *speaking {
	t.Helper()
	return speaks(t, set, "fr")
}

func TestTemplatesFitTheirPages(t *testing.T) {
	t.Parallel()
	set := newSet(t)
	for tag := range set.byTag {
		in := speaks(t, set, tag)
		for _, p := range every {
			page, err := in.pages[p.Template()]()
			if err != nil {
				t.Fatalf("%s in %s: %v", p.Template(), tag, err)
			}
			if err := templatecheck.CheckHTML(page, p); err != nil {
				t.Errorf("%s in %s: %v", p.Template(), tag, err)
			}
		}
		if err := templatecheck.CheckHTML(in.cards.layout, Card{}); err != nil {
			t.Errorf("post in %s: %v", tag, err)
		}
	}
}

func TestEveryTemplateHasAPage(t *testing.T) {
	t.Parallel()
	set := newSet(t)
	named := make(map[string]bool)
	for _, p := range every {
		named[p.Template()] = true
		if french(t, set).pages[p.Template()] == nil {
			t.Errorf("%T names the template %s, which is not there", p, p.Template())
		}
	}
	for name := range french(t, set).pages {
		if !named[name] {
			t.Errorf("no page uses %s.tmpl", name)
		}
	}
}

// BenchmarkNew is what the pages cost when the program starts.
func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		if _, err := New(Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkFirstRender adds what html/template does once for each page.
func BenchmarkFirstRender(b *testing.B) {
	for b.Loop() {
		set := newSet(b)
		var page bytes.Buffer
		if err := set.Render(&page, Home{Frame: Frame{Language: set.Languages().All()[0], Viewer: &Viewer{}}}); err != nil {
			b.Fatal(err)
		}
	}
}
