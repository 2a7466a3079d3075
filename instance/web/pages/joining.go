package pages

import "palier/instance/web/view"

// JoinPlace asks which place somebody lives in who wants to join.
type JoinPlace struct {
	Frame

	State  string // open, invited, closed; gone for an invitation that is none any more
	Places []view.PlaceLine
}

// Template is join_place.tmpl.
func (JoinPlace) Template() string { return "join_place" }

// Join asks somebody who wants to join what they are called.
type Join struct {
	Frame

	Place      view.PlaceLine
	Address    string // the postal line they chose; empty for none
	Sealed     string // the same, as the form carries it
	Invitation string // its code
	Inviter    *view.Person
	Name       string // as typed
	Hide       bool
	Alias      string
	Problems   []view.Problem
}

// Template is join.tmpl.
func (Join) Template() string { return "join" }

// JoinEmail asks somebody who wants to join for their address.
type JoinEmail struct {
	Frame

	Place    view.PlaceLine
	Name     string
	Email    string
	Problems []view.Problem
}

// Template is join_email.tmpl.
func (JoinEmail) Template() string { return "join_email" }

// LinkSent tells that a letter is on its way, whether it is or not.
type LinkSent struct {
	Frame

	Deed  string // join, signin, reset
	Email string // as typed
}

// Template is link_sent.tmpl.
func (LinkSent) Template() string { return "link_sent" }

// LinkOpen asks for the press that uses a link out of a letter: programs that
// look into letters follow links, and do not press.
type LinkOpen struct {
	Frame

	Deed     string // join, signin, reset
	Name     string // of who joins
	Place    *view.PlaceLine
	Email    string
	Action   string
	Problems []view.Problem
}

// Template is link_open.tmpl.
func (LinkOpen) Template() string { return "link_open" }

// AskLink asks for the address that a link is sent to.
type AskLink struct {
	Frame

	Deed     string // signin, reset
	Email    string
	Return   string
	Problems []view.Problem
}

// Template is ask_link.tmpl.
func (AskLink) Template() string { return "ask_link" }

// JoinWay asks somebody who has just joined how they will sign in.
type JoinWay struct {
	Frame

	Email    string
	Passkeys bool // this server can take keys of devices
	Problems []view.Problem
}

// Template is join_way.tmpl.
func (JoinWay) Template() string { return "join_way" }

// Seen shows somebody what others see of them, circle by circle.
type Seen struct {
	Frame

	First   bool // they have just joined
	Circles []view.SeenBy
	Hidden  bool // they are protected: nobody sees their full name
}

// Template is seen.tmpl.
func (Seen) Template() string { return "seen" }
