package view

import "time"

// ScreenCard is one thing that a screen shows at a time.
type ScreenCard struct {
	Section string // alerts, building, events, asks, campaign, codes
	URL     string // in the square code
	Items   []ScreenItem
	Code    string    // of the hall; empty for none
	Until   time.Time // when another follows
}

// ScreenItem is one line of a card.
type ScreenItem struct {
	Kind, Title, Text, Language, By, Where, Cut, State string
	Starts, Ends                                       time.Time
}

// HallScreen is a screen as who looks after it sees it.
type HallScreen struct {
	ID       string
	Name     string
	Playlist []string
	Tag      string
	Language string
	Easy     bool
	Blank    bool
	Restart  bool
	Seen     time.Time // when it last asked, zero for never
	Silent   bool      // it has not asked for a while
}

// ScreenWriting is what somebody typed to hang a screen.
type ScreenWriting struct {
	Code, Name, Tag, Language string
	Playlist                  map[string]bool
	Easy                      bool
}
