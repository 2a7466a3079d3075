package view

import "time"

// ToDiscreet is what only those read whom a campaign brings together.
const ToDiscreet Audience = "discreet"

// Campaign is what neighbours do together for a while.
type Campaign struct {
	ID       string
	Path     string
	Name     string
	Language string
	Tag      string
	State    string // draft, waiting, ready, running, ended
	Starts   time.Time
	Ends     time.Time // the last moment of its last day, or when it was stopped
	Places   []PlaceLine
	Rules    []string // codes with words in the catalogues
	OwnRule  string
	Contacts []Contact
	Tables   bool
	Discreet bool
	Counts   CampaignCounts
}

// Ruled tells whether it asks anything of what is posted for it.
func (c Campaign) Ruled() bool { return len(c.Rules) > 0 || c.OwnRule != "" }

// LastDay is its last day as a form sends it.
func (c Campaign) LastDay() string { return c.Ends.Format(time.DateOnly) }

// Contact is whom one can call.
type Contact struct {
	Name  string
	Phone string
	Dial  string // the number as a telephone takes it
}

// CampaignCounts are how much was posted for a campaign and how much came of it.
type CampaignCounts struct{ Asks, Offers, Gatherings, Done int }

// Any tells whether there is something to tell.
func (c CampaignCounts) Any() bool { return c != CampaignCounts{} }

// PostCampaign is the campaign that a post belongs to.
type PostCampaign struct {
	Path string
	Name string
	Side string // invite, join, gather; empty for none
}

// CampaignWriting is what was filled in about a campaign.
type CampaignWriting struct {
	Template string
	Name     string
	Text     string
	Tag      string
	Starts   string // as browsers send a day
	Ends     string
	Rules    []string
	OwnRule  string
	Contacts []Contact // with empty ones to fill in
	Tables   bool
	Discreet bool
}

// CampaignWithin is the campaign that a form is part of.
type CampaignWithin struct {
	Campaign
	Side string // invite, join, gather; empty for none
}
