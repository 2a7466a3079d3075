package pages

import (
	"html/template"
	"slices"

	"palier/instance"
	"palier/instance/web/view"
)

// Campaigns lists the campaigns of a place: those that run, what is planned, and
// the archive.
type Campaigns struct {
	Frame

	Place   view.Person
	Planned []view.Campaign // of one's own, and what waits to be checked
	Shown   []view.Campaign
	Pager   view.Pager
	May     bool // the one who reads can plan one
	Weather []view.Warning
}

// Template is campaigns.tmpl.
func (Campaigns) Template() string { return "campaigns" }

// CampaignForm is where a campaign is planned or changed.
type CampaignForm struct {
	Frame

	Place     *view.Person // where it was begun; nil when it is changed
	Campaign  string       // address of the one that is changed; empty for a new one
	Action    string
	Once      string
	Templates []view.Option // Value is the template, Label its address
	Places    []view.Option
	Writing   view.CampaignWriting
	Problems  []view.Problem
}

// Template is campaign_form.tmpl.
func (CampaignForm) Template() string { return "campaign_form" }

// Rules are what a campaign can ask.
func (f CampaignForm) Rules() []view.Option {
	list := make([]view.Option, len(instance.CampaignRules))
	for i, r := range instance.CampaignRules {
		list[i] = view.Option{Value: r, Selected: slices.Contains(f.Writing.Rules, r)}
	}
	return list
}

// Campaign is the page of a campaign: what it is, what was posted for it, and for
// those who keep it, what they can do.
type Campaign struct {
	Frame

	Campaign view.Campaign
	Text     template.HTML
	Remark   string
	Own      bool // the one who reads planned it
	Keeps    bool // they can stop it
	Checks   bool // they can check it
	Nobody   bool // nobody else could check it
	May      bool // they can post for it
	Tabs     []view.Option
	Posts    []view.Post
	Pager    view.Pager
	Problems []view.Problem
}

// Template is campaign.tmpl.
func (Campaign) Template() string { return "campaign" }

// Steers tells whether there is anything to decide about it.
func (c Campaign) Steers() bool { return c.Own || c.Keeps }

// CampaignPoster is a campaign on one sheet of paper.
type CampaignPoster struct {
	Frame

	Campaign view.Campaign
	Text     template.HTML
	Link     string
}

// Template is campaign_poster.tmpl.
func (CampaignPoster) Template() string { return "campaign_poster" }
