package pages

import (
	"palier/instance"
	"palier/instance/web/view"
)

// Space is what the people of a house share: works, the meeting, what is wrong,
// papers, polls and questions. Who only manages the house sees what is addressed
// to it.
type Space struct {
	Frame

	House     view.Person
	Kind      string // what people share it for
	Path      string // of this page
	Readers   int    // verified residents
	Resident  bool
	Manages   *view.Person // for who acts for the one who manages it
	Managers  []view.Person
	Names     bool // the one who reads may say who manages it
	Screens   bool // and look after its screens
	Works     []view.Works
	Meetings  []view.Assembly
	Incidents []view.Incident
	Polls     []view.Post
	Questions []view.Question
	Documents []view.Document
	Pager     view.Pager // of documents
	Once      string
	Text      string // of the question, as typed
	To        string
	Shared    bool
	Problems  []view.Problem
}

// Template is space.tmpl.
func (Space) Template() string { return "space" }

// SpaceForm is where something is put into the space of a house.
type SpaceForm struct {
	Frame

	House    view.Person
	Kind     string
	Sort     string // works, meetings, documents, incidents
	Path     string // of the space
	Readers  int
	Resident bool
	Managers []view.Person
	Meetings []view.Assembly // that papers can belong to
	Writing  view.HouseWriting
	Problems []view.Problem
}

// Template is space_form.tmpl.
func (SpaceForm) Template() string { return "space_form" }

// Cuts are what works can cut off, without nothing.
func (SpaceForm) Cuts() []string { return instance.Cuts[1:] }

// Managers is where it is said who manages a house.
type Managers struct {
	Frame

	House    view.Person
	Kind     string
	Managers []view.Person
	Typed    string
	Problems []view.Problem
}

// Template is managers.tmpl.
func (Managers) Template() string { return "managers" }

// houseKinds are what people can share a house for.
func houseKinds() []string {
	list := make([]string, len(instance.HouseKinds))
	for i, k := range instance.HouseKinds {
		list[i] = string(k)
	}
	return list
}
