package instance

import (
	"net/url"
	"strings"
	"time"
	"unicode/utf8"
)

// Informant is a verified resident who volunteers for a while to be the one whom
// the others of a place ask: who gathers what is asked, passes on what officials
// say, and looks after those who want that. They read nothing that other verified
// residents do not, but what is written to informants.
type Informant struct {
	Person Actor
	Place  Actor
	Pledge
	Asked time.Time // since when it waits to be accepted, or to go on; zero for not
	Since time.Time // zero for who is not one yet
	Until time.Time
}

// Pledge is what somebody says who volunteers: when they can be reached, and at
// which number, if they like. Only verified residents of the place read it.
type Pledge struct {
	Hours string
	Phone string // as it is dialled
}

// How informants come and go.
const (
	// InformantTerm is how long somebody is an informant before they volunteer
	// again.
	InformantTerm = 183 * 24 * time.Hour
	// InformantRenewal is how long before the end they can, and are told.
	InformantRenewal = 30 * 24 * time.Hour
	// MaxInformants is how many a place has.
	MaxInformants = 12
)

// Limits of what is written to informants and by them, in characters, and of how
// many requests of one person can be open in a place.
const (
	MaxInformantHours   = 120
	MaxInformantRequest = 2000
	MaxInformantSource  = 120
	MaxOpenRequests     = 3
)

// Request is what a resident wrote to the informants of a place.
type Request struct {
	ID     ID
	Place  Actor
	Asker  Actor
	Taken  Actor // the informant who sees to it; zero for nobody yet
	Closed bool
	First  string // how it begins
	Last   time.Time
	Words  []RequestWord // oldest first; only where one request is read
}

// RequestWord is one thing that was said about a request.
type RequestWord struct {
	ID   ID
	By   Actor
	Text string
}

// PassedOn is what officials say, as an informant passes it on.
type PassedOn struct {
	Title  string
	Text   string
	Source string // whose word it is
	Link   string // where it can be read; empty for nowhere
	Until  time.Time
	// Line says whose word it is in the language of the text; it ends the text.
	Line     string
	Language string // BCP 47
	Public   bool   // for everyone, not for the neighbours alone
}

// longestPassedOn is how long what was passed on can hold.
const longestPassedOn = 92 * 24 * time.Hour

// Check returns an [Invalid] for what cannot be passed on, and trims what is
// written: whose word it is has to be said.
func (p *PassedOn) Check(now time.Time) error {
	p.Source, p.Link = strings.TrimSpace(p.Source), strings.TrimSpace(p.Link)
	switch {
	case strings.TrimSpace(p.Text) == "":
		return &Invalid{Field: "text", Code: "missing"}
	case p.Source == "":
		return &Invalid{Field: "source", Code: "missing"}
	case !utf8.ValidString(p.Source) || strings.ContainsAny(p.Source, "\x00\r\n"):
		return &Invalid{Field: "source", Code: "malformed"}
	case utf8.RuneCountInString(p.Source) > MaxInformantSource:
		return &Invalid{Field: "source", Code: "too-long", Limit: MaxInformantSource}
	case !p.Until.After(now) || p.Until.After(now.Add(longestPassedOn)):
		return &Invalid{Field: "until", Code: "malformed"}
	}
	if p.Link == "" {
		return nil
	}
	u, err := url.Parse(p.Link)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || len(p.Link) > 500 {
		return &Invalid{Field: "link", Code: "no-address"}
	}
	return nil
}
