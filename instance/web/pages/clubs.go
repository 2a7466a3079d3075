package pages

import (
	"palier/instance"
	"palier/instance/web/view"
)

// Clubs lists the clubs that belong to a place.
type Clubs struct {
	Frame

	Place view.Person
	Clubs []view.ClubLine
	Pager view.Pager
	May   bool // the one who reads can open one
}

// Template is clubs.tmpl.
func (Clubs) Template() string { return "clubs" }

// ClubForm is where a club is opened or changed.
type ClubForm struct {
	Frame

	Place    view.Person
	Club     view.Person // zero for a new one
	Action   string
	Title    string
	Username string
	Summary  string
	Topic    string
	Entry    string
	Problems []view.Problem
}

// Template is club_form.tmpl.
func (ClubForm) Template() string { return "club_form" }

// Topics are what a club can be about.
func (ClubForm) Topics() []string {
	list := make([]string, len(instance.ClubTopics))
	for i, t := range instance.ClubTopics {
		list[i] = string(t)
	}
	return list
}

// Entries are how one can come in.
func (ClubForm) Entries() []string { return []string{"open", "approval"} }

// Club is the page of a club, readable without an account as far as it is public.
type Club struct {
	Frame

	Club  view.Club
	Posts []view.Post
	Pager view.Pager
	Live  string // address of the event stream; empty for none
}

// Template is club.tmpl.
func (Club) Template() string { return "club" }

// ClubMembers lists who takes part in a club, for its members, and who asks to,
// for those who look after it.
type ClubMembers struct {
	Frame

	Club      view.Person
	Members   []view.ClubMember
	Asking    []view.ClubMember
	Moderates bool
	Pager     view.Pager
}

// Template is club_members.tmpl.
func (ClubMembers) Template() string { return "club_members" }
