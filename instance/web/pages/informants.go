package pages

import (
	"time"

	"palier/instance/web/view"
)

// Informants are those of a place, with what they do, where one writes to them,
// and where one volunteers.
type Informants struct {
	Frame

	Place    view.Person
	May      bool // they live there for sure: they read who it is, ask and volunteer
	List     []view.Informant
	Asks     bool             // there is somebody to ask
	Own      *view.Informant  // as the one who reads stands; nil for neither
	Keeps    bool             // they accept informants
	Waiting  []view.Informant // whom they can accept
	Left     []view.Person    // who is none any more and left something open
	PassedOn []view.PassedOn
	Text     string
	Hours    string
	Phone    string
	Once     string
	Problems []view.Problem
}

// Template is informants.tmpl.
func (Informants) Template() string { return "informants" }

// Duties are what informants promise.
func (Informants) Duties() []string {
	return []string{"listen", "pass-on", "unanswered", "calls", "quiet"}
}

// InformantDesk is what is for an informant, and what one wrote to informants.
type InformantDesk struct {
	Frame

	Alerts     []view.Alert
	Seats      []view.Informant // where the one who reads is one, or volunteers
	Waiting    []view.Informant // whom they can accept
	Open       []view.InformantLine
	Unanswered []view.DashboardLine
	Circles    []view.CareLine // whom they look after
	Asked      []view.InformantLine
	Homes      []view.PlaceLine // where they could ask and volunteer
}

// Informs tells whether the one who reads is an informant somewhere.
func (d InformantDesk) Informs() bool {
	for _, s := range d.Seats {
		if !s.Until.IsZero() {
			return true
		}
	}
	return false
}

// Template is informant_desk.tmpl.
func (InformantDesk) Template() string { return "informant_desk" }

// InformantRequest is one request to informants with what was said.
type InformantRequest struct {
	Frame

	Request  view.InformantLine
	Informs  bool // the one who reads is an informant, not who wrote it
	Words    []view.InformantWord
	Text     string
	Once     string
	Problems []view.Problem
}

// Template is informant_request.tmpl.
func (InformantRequest) Template() string { return "informant_request" }

// HandOn is where what an informant leaves is given to another.
type HandOn struct {
	Frame

	Place    view.Person
	Who      view.Person
	Until    time.Time     // of their term; zero for who is none any more
	Called   []view.Person // whom they look after
	Requests int           // they see to
	Others   []view.Person // who can take it over
	Done     []view.Handover
	Problems []view.Problem
}

// Template is hand_on.tmpl.
func (HandOn) Template() string { return "hand_on" }

// PassOn is where an informant passes on what officials say.
type PassOn struct {
	Frame

	Place    view.Person
	Readers  int
	Title    string
	Text     string
	Source   string
	Link     string
	Until    string
	Public   bool
	Once     string
	Problems []view.Problem
}

// Today is the first day until when something can hold.
func (p PassOn) Today() string { return p.Now.Format(time.DateOnly) }

// Template is pass_on.tmpl.
func (PassOn) Template() string { return "pass_on" }
