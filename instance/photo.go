package instance

import (
	"strings"
	"unicode/utf8"
)

// EventPhoto is a photograph of an event.
type EventPhoto struct {
	ID       ID
	Adder    Actor
	Alt      string // what it shows, in words
	Language string
	Nobody   bool // nobody can be recognised on it
	Others   bool // people can who did not come as neighbours, or children
	People   int  // how many were named on it
	Agreed   int  // how many of them are here and agree
	On       bool // the one who reads is on it …
	Said     bool // … and agrees
}

// Waits tells whether somebody on it has not agreed, or is no longer here.
func (p *EventPhoto) Waits() bool { return p.Agreed < p.People }

// PhotoReader is how somebody stands to an event whose photographs they would see.
type PhotoReader struct {
	ID     ActorID
	Host   bool // of the event
	Circle bool // they belong to those it was for
}

// ShownTo tells whether r may see p: who added it and who is on it always, others
// once everybody on it agreed. On what shows people who cannot be asked, and
// children, that is no more than its hosts.
func (p *EventPhoto) ShownTo(r PhotoReader) bool {
	switch {
	case r.ID == 0:
		return false
	case p.Adder.ID == r.ID || p.On:
		return true
	case p.Waits():
		return false
	}
	return r.Host || r.Circle && !p.Others
}

// PhotoPlan is a photograph as somebody adds it.
type PhotoPlan struct {
	Content  []byte
	Alt      string
	Language string
	People   []ActorID // who is on it, of those who came
	Nobody   bool
	Others   bool
}

// Check returns an [Invalid] for what says too little of who is on it, or says
// two things at once.
func (p *PhotoPlan) Check() error {
	p.Alt = strings.TrimSpace(p.Alt)
	someone := len(p.People) > 0 || p.Others
	switch {
	case len(p.Content) == 0:
		return &Invalid{Field: "photo", Code: "missing"}
	case p.Alt == "":
		return &Invalid{Field: "alt", Code: "missing"}
	case utf8.RuneCountInString(p.Alt) > MaxDescription || !utf8.ValidString(p.Alt):
		return &Invalid{Field: "alt", Code: "too-long", Limit: MaxDescription}
	case p.Nobody && someone:
		return &Invalid{Field: "people", Code: "both"}
	case !p.Nobody && !someone:
		return &Invalid{Field: "people", Code: "missing"}
	}
	return nil
}

// Limits of photographs of an event.
const (
	MaxPhotos       = 100 // of one event
	MaxPhotosOfOne  = 20  // that one person adds to it
	MaxPhotoContent = 16 << 20
)
