package pages

import (
	"slices"

	"palier/instance/web/view"
)

// Propose is where something is offered or asked for, one question a page.
type Propose struct {
	Frame

	Asks   bool
	Step   string // one of ProposeSteps
	Form   ProposeForm
	Kinds  []string
	Kept   []view.Picture // uploaded already
	Places []view.Option
	// Libraries are the associations one may lend for, by number.
	Libraries []view.Option
	// Ready are the beginnings made ready, by name.
	Ready    []string
	Choices  []view.Choice
	Readers  *view.Choice // who will read it, once that is chosen
	Phone    bool         // the text seems to hold a number or an address to reach somebody
	Widening bool         // the place has places beside it
	Walks    []int        // the distances on foot there are to choose from; none where nobody verified where one lives
	Hours    []string     // the words for the parts of a week
	Within   *view.CampaignWithin
	Problems []view.Problem
}

// Template is propose.tmpl.
func (Propose) Template() string { return "propose" }

// ProposeSteps are the questions in their order.
var ProposeSteps = []string{"kind", "category", "what", "when", "whom", "check"}

// Number is which question this is, from 1 on.
func (p Propose) Number() int { return slices.Index(ProposeSteps, p.Step) + 1 }

// Of is how many questions there are.
func (Propose) Of() int { return len(ProposeSteps) }

// Action is where the form is sent.
func (p Propose) Action() string {
	if p.Asks {
		return "/ask/new"
	}
	return "/offer/new"
}

// Purpose is the word for which way it goes.
func (p Propose) Purpose() string {
	if p.Asks {
		return "request"
	}
	return "offer"
}

// Categories are those there are for the kind that was chosen.
func (p Propose) Categories() []string { return p.Form.Categories }

// ProposeForm is what is filled in about it.
type ProposeForm struct {
	Kind, Category   string
	Categories       []string
	Title, Text      string
	Condition, Rules string
	Deposit, Shelf   string   // of what is lent: noted, no money is handled
	Library          string   // the association in whose library it lies, by number; empty for none
	Repeats          string   // weekly, fortnightly, monthly; empty for once
	Weekly           string   // how often a week at most
	Walk             string   // how many minutes on foot at most; empty for anywhere
	Hours            []string // words for when it suits; none for at any time
	Quantity         string
	Price, Return    string
	From, Until      string
	In               string // id of the place
	Audience         string
	Priority         bool
	Behalf           string
	Consent          bool
	Widens           bool
	Pictures         []string
	Once             string
	Campaign, Side   string // the campaign it is part of, and from which side
}

// Rhythms are how a service comes again.
func (ProposeForm) Rhythms() []string { return []string{"weekly", "fortnightly", "monthly"} }

// Suits tells whether a part of the week was chosen.
func (f ProposeForm) Suits(hours string) bool { return slices.Contains(f.Hours, hours) }

// Object tells whether it is about a thing.
func (f ProposeForm) Object() bool { return f.Kind != "service" }
