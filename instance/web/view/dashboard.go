package view

import "time"

// Dashboard is what a place shows above its posts: finite sections, each with
// its own next act.
type Dashboard struct {
	Notices, Needs, Week, Offers, Closing []DashboardLine
	News                                  []News   // of sites nearby
	Markets                               []Market // of the next days
	Near                                  []PlaceLine
	Month                                 Month
	Season                                Prompt
	Informants                            []Informant
	PassedOn                              []PassedOn
	Empty                                 bool
}

// DashboardLine is one thing of a dashboard: enough to know whether to open it.
type DashboardLine struct {
	Path     string
	Title    string
	Language string
	By       string // who asks, offers or invites
	Kind     string // kind of the post
	Category string
	Priority bool
	At       time.Time // when it happens or closes; zero for no time
	Now      time.Time
	Where    string
	Share    int // of the lot that is being filled, in hundredths; 0 where nothing is bought
}

// Month counts what neighbours did together in thirty days.
type Month struct {
	Helps, Loans, Meetings, Newcomers int
}

// Any tells whether there is something to tell.
func (m Month) Any() bool { return m != Month{} }

// Prompt is something that neighbours lend or ask for at this time of the year.
type Prompt struct {
	Name string // empty for none
	Path string // where one begins to
}
