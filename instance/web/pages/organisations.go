package pages

import (
	"palier/instance"
	"palier/instance/web/view"
)

// Organisation is the page of an association, a shop, a council or the like,
// readable without an account.
type Organisation struct {
	Frame

	Organisation view.Organisation
	Notices      []view.Post
	News         []view.News   // of its own site
	Markets      []view.Market // it is on next
	Posts        []view.Post
	Pager        view.Pager
}

// Template is organisation.tmpl.
func (Organisation) Template() string { return "organisation" }

// OrganisationForm is where those who act for an organisation tell of it.
type OrganisationForm struct {
	Frame

	Organisation view.Person
	Council      bool
	Summary      string
	Hours        []view.OpenDay
	Holidays     string
	Needs        string        // one a line
	Asks         []view.Option // categories of asks it can hear of
	Agents       []view.Person
	Elected      []view.Elected
	Problems     []view.Problem
}

// Template is organisation_form.tmpl.
func (OrganisationForm) Template() string { return "organisation_form" }

// NewOrganisation is where an administrator opens a page.
type NewOrganisation struct {
	Frame

	Place    view.Person
	Title    string
	Username string
	Sort     string
	Agent    string
	Problems []view.Problem
}

// Template is new_organisation.tmpl.
func (NewOrganisation) Template() string { return "new_organisation" }

// Sorts are what an organisation can be.
func (NewOrganisation) Sorts() []string {
	list := make([]string, len(instance.OrganisationSorts))
	for i, s := range instance.OrganisationSorts {
		list[i] = string(s)
	}
	return list
}

// Questions is where an organisation is asked, and answers.
type Questions struct {
	Frame

	Organisation view.Person
	Acts         bool // the one who reads answers
	Questions    []view.Question
	Text         string
	Once         string
	Pager        view.Pager
	Problems     []view.Problem
}

// Template is questions.tmpl.
func (Questions) Template() string { return "questions" }

// NewNotice is where an organisation lets everyone know something.
type NewNotice struct {
	Frame

	Organisation view.Person
	Place        view.Person
	Title        string
	Text         string
	Until        string // 2026-12-24
	Level        string // info, important, alert
	Official     bool   // it can be more than info
	Once         string
	Waiting      []view.WaitingAlert
	Holding      []HoldingNotice
	Problems     []view.Problem
}

// HoldingNotice is a notice that holds now.
type HoldingNotice struct {
	view.Alert
	End string // where it is ended
}

// Levels are what a notice can be.
func (n NewNotice) Levels() []view.Option {
	var list []view.Option
	for _, level := range instance.NoticeLevels {
		list = append(list, view.Option{Value: string(level), Selected: string(level) == n.Level || n.Level == "" && level == instance.LevelInfo})
	}
	return list
}

// Template is new_notice.tmpl.
func (NewNotice) Template() string { return "new_notice" }

// AdminRules is where the rules for those who write here are set.
type AdminRules struct {
	Frame

	PostsADay     string
	NoticesAMonth string
	ShopNotices   bool
	ElectionFrom  string
	ElectionUntil string
	Problems      []view.Problem
}

// Template is admin_rules.tmpl.
func (AdminRules) Template() string { return "admin_rules" }
