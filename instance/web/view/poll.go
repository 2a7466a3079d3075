package view

import "time"

// Poll is what a post asks.
type Poll struct {
	Options       []PollOption
	Multiple      bool
	HideTotals    bool      // until it has ended
	Ends          time.Time // zero if it has no end
	Votes, Voters int
	Voted         bool // by the one who reads
}

// PollOption is one thing to choose.
type PollOption struct {
	Title  string
	Votes  int
	Share  int // of all votes, in hundredths
	Chosen bool
}

// Over tells whether it has ended by now.
func (p *Poll) Over(now time.Time) bool { return !p.Ends.IsZero() && !p.Ends.After(now) }

// PollWriting is what a person has typed to ask.
type PollWriting struct {
	Options    []string
	Multiple   bool
	HideTotals bool
	Lasts      string // 5m, 30m, 1h, 6h, 1d, 3d, 7d or 30d
	Kept       bool   // it stands already, and an edit of the post leaves it
}
