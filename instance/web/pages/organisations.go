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
	Needs        string // one a line
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
	Once         string
	Problems     []view.Problem
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
