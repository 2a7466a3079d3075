package instance

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Campaign is what neighbours of some places do together for a while: a crisis
// they get through, a feast nobody spends alone. Somebody drafts it, somebody
// else checks it, and it ends by itself.
type Campaign struct {
	ID ID
	CampaignPlan
	State   CampaignState
	At      []Actor // the places of its plan
	Author  ActorID
	Checker ActorID // 0 before it was checked
	Remark  string  // why it was sent back; empty if it was not
	EndedAt time.Time
	Counts  CampaignCounts
}

// CampaignState is how far a campaign has come.
type CampaignState string

// A campaign is drafted, waits for somebody else to check it, is ready until it
// begins, runs, and has ended.
const (
	CampaignDraft   CampaignState = "draft"
	CampaignWaiting CampaignState = "waiting"
	CampaignReady   CampaignState = "ready"
	CampaignRunning CampaignState = "running"
	CampaignEnded   CampaignState = "ended"
)

// Shown tells whether everyone may know of a campaign.
func (s CampaignState) Shown() bool {
	return s == CampaignReady || s == CampaignRunning || s == CampaignEnded
}

// CampaignPlan is what somebody wants a campaign to be.
type CampaignPlan struct {
	Template string // one of [CampaignTemplates]
	Name     string
	Text     string // Markdown-lite
	Language string
	Tag      string // the hashtag of what belongs to it, without "#"
	Starts   time.Time
	Ends     time.Time
	Places   []ActorID
	Rules    []string // of [CampaignRules]
	OwnRule  string   // one more, in words
	Contacts []CampaignContact
	// Tables tells that it has two sides: who invites to their table, and who
	// would like to come. Discreet lets the second be read by the first alone.
	Tables   bool
	Discreet bool
}

// CampaignContact is whom one can call, as whoever is in charge says.
type CampaignContact struct {
	Name  string `json:"name"`
	Phone string `json:"phone"`
}

// CampaignCounts are how much was posted for a campaign and how much came of it.
type CampaignCounts struct{ Asks, Offers, Gatherings, Done int }

// CampaignTemplates are what a campaign can begin from.
var CampaignTemplates = []string{"feast", "heatwave", "epidemic", "flood", "welcome", "give-away", "free"}

// CampaignRules are what a campaign can ask of all that is posted for it.
var CampaignRules = []string{"contact-free", "mask", "outdoors", "distance", "few", "call-first", "water", "free-of-charge", "no-photos"}

// Side is from which side something is posted for a campaign that has two.
type Side string

// The sides: who invites to their table, who would like to come to one, and who
// wants to meet at a place for all. Everything else has none.
const (
	NoSide  Side = ""
	Invites Side = "invite"
	Joins   Side = "join"
	Gathers Side = "gather"
)

// Sides are the sides there are.
var Sides = []Side{Invites, Joins, Gathers}

// CampaignPart is what a post is to a campaign.
type CampaignPart struct {
	Campaign ID
	Name     string // of the campaign
	Tag      string // its hashtag, without "#"
	Side     Side
	// Discreet tells that only those who invite to their table read it, and those
	// who look after the place. It never leaves this server.
	Discreet bool
	Rules    string // in words; kept with the post
}

// Limits of what is written about a campaign, in characters, and of how many
// there are of anything.
const (
	MaxCampaignName     = 80
	MaxCampaignText     = 2000
	MaxCampaignRule     = 200
	MaxCampaignRemark   = 500
	MaxCampaignContacts = 6
	MaxContactName      = 60
	MaxContactPhone     = 24
	MaxCampaignPlaces   = 40
	// MaxCampaignDrafts is how many somebody can have drafted or waiting,
	// MaxCampaignsAt how many can run or be ready in one place.
	MaxCampaignDrafts = 5
	MaxCampaignsAt    = 3
	// MaxSidePosts is how many open posts of one side one person has in a campaign.
	MaxSidePosts = 3
)

// A campaign lasts an hour at least and half a year at most, and is planned a
// year ahead at most.
const (
	MinCampaignTime   = time.Hour
	MaxCampaignTime   = 184 * 24 * time.Hour
	farthestCampaigns = 366 * 24 * time.Hour
)

// Check returns an [Invalid] for the first thing in p that cannot be, as of now.
func (p *CampaignPlan) Check(now time.Time) error {
	p.Text = strings.TrimSpace(p.Text)
	switch {
	case !slices.Contains(CampaignTemplates, p.Template):
		return &Invalid{Field: "template", Code: "unknown"}
	case p.Name == "":
		return &Invalid{Field: "name", Code: "unnamed"}
	case utf8.RuneCountInString(p.Name) > MaxCampaignName:
		return &Invalid{Field: "name", Code: "too-long", Limit: MaxCampaignName}
	case utf8.RuneCountInString(p.Text) > MaxCampaignText:
		return &Invalid{Field: "text", Code: "too-long", Limit: MaxCampaignText}
	case !utf8.ValidString(p.Text):
		return &Invalid{Field: "text", Code: "malformed"}
	case p.Tag == "":
		return &Invalid{Field: "tag", Code: "malformed"}
	case utf8.RuneCountInString(p.OwnRule) > MaxCampaignRule:
		return &Invalid{Field: "own-rule", Code: "too-long", Limit: MaxCampaignRule}
	case len(p.Places) == 0:
		return &Invalid{Field: "places", Code: "missing"}
	case len(p.Places) > MaxCampaignPlaces:
		return &Invalid{Field: "places", Code: "too-many", Limit: MaxCampaignPlaces}
	}
	for _, rule := range p.Rules {
		if !slices.Contains(CampaignRules, rule) {
			return &Invalid{Field: "rules", Code: "unknown"}
		}
	}
	if err := p.checkTimes(now); err != nil {
		return err
	}
	p.Discreet = p.Discreet && p.Tables
	return p.checkContacts()
}

func (p *CampaignPlan) checkTimes(now time.Time) error {
	switch {
	case p.Starts.IsZero():
		return &Invalid{Field: "starts", Code: "missing"}
	case p.Ends.IsZero():
		return &Invalid{Field: "ends", Code: "missing"}
	case p.Ends.Before(p.Starts.Add(MinCampaignTime)):
		return &Invalid{Field: "ends", Code: "before-start"}
	case !p.Ends.After(now):
		return &Invalid{Field: "ends", Code: "past"}
	case p.Ends.Sub(p.Starts) > MaxCampaignTime:
		return &Invalid{Field: "ends", Code: "too-far", Limit: int(MaxCampaignTime / (24 * time.Hour))}
	case p.Starts.After(now.Add(farthestCampaigns)):
		return &Invalid{Field: "starts", Code: "too-late"}
	}
	return nil
}

func (p *CampaignPlan) checkContacts() error {
	if len(p.Contacts) > MaxCampaignContacts {
		return &Invalid{Field: "contacts", Code: "too-many", Limit: MaxCampaignContacts}
	}
	for _, c := range p.Contacts {
		switch {
		case c.Name == "" || utf8.RuneCountInString(c.Name) > MaxContactName:
			return &Invalid{Field: "contacts", Code: "name", Limit: MaxContactName}
		case !dialled(c.Phone):
			return &Invalid{Field: "contacts", Code: "phone"}
		}
	}
	return nil
}

// dialled tells whether something can be dialled: digits with what people put
// between them.
func dialled(phone string) bool {
	digits := 0
	for i, r := range phone {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case r == '+' && i == 0, r == ' ', r == '.', r == '-', r == '(', r == ')':
		default:
			return false
		}
	}
	return digits >= 2 && digits <= 15 && len(phone) <= MaxContactPhone
}
