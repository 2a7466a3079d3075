package pages

import (
	"time"

	"palier/instance/web/view"
	"palier/instance/web/words"
)

// Frame is what every page has around it.
type Frame struct {
	Language   *words.Language
	Dir        string       // ltr or rtl; that of the language if empty
	Appearance string       // auto, light, dark, contrast
	TextSize   string       // normal, large, larger
	Easy       bool         // few things, and large ones
	ActsFor    *view.Person // for whom the one who reads acts, nil for themself
	Now        time.Time    // in the time zone of the place
	Server     Server
	Viewer     *Viewer // nil for somebody who is not signed in
	Here       string  // path and query of the page, where a deed leads back to
	Section    string  // which part of the navigation it belongs to
	Flash      *view.Flash
	Feed       string      // address of an Atom feed of what the page shows
	Canonical  string      // address for search engines; empty keeps them out
	Share      *view.Share // what other sites show of the page; nil for nothing
}

// Server is the server the page is on.
type Server struct {
	Name string // Mairie de Dinan
	Host string // as in handles
	Open bool   // it gives data away
}

// Viewer is who reads the page.
type Viewer struct {
	view.Person
	Home      *view.Person // the place they live in, if they said so
	Places    []view.PlaceLine
	Unread    int // notifications
	Messages  int // conversations with something new in them
	Requests  int // to follow
	Moderates bool
	Admin     bool
	Reports   int // open reports, for those who moderate
}

func (f Frame) frame() Frame { return f }

// Writes returns the address of the composer: for the place the viewer lives
// in, else for no place.
func (f Frame) Writes() string {
	if f.Viewer != nil && f.Viewer.Home != nil {
		return "/compose?in=" + f.Viewer.Home.ID
	}
	return "/compose"
}

// Back is where a deed leads back to.
func (f Frame) Back() string {
	if f.Here == "" {
		return "/"
	}
	return f.Here
}
