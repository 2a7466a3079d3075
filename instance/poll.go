package instance

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Limits of a poll that is made here: how many options it has, how long each
// is in characters, and how long it lasts.
const (
	MinPollOptions = 2
	MaxPollOptions = 4
	MaxPollOption  = 50
	MinPollTime    = 5 * time.Minute
	MaxPollTime    = 2629746 * time.Second // a twelfth of a year, what client programs know as a month
)

// Poll is what a post asks its readers: to choose one of its options, or as
// many as they like. A vote is final and nobody's business: only counts are
// ever shown.
type Poll struct {
	Options    []PollOption
	Multiple   bool
	HideTotals bool      // until it has ended
	EndsAt     time.Time // zero for one from elsewhere that has no end
	Voters     int

	// Voted tells that the viewer voted, when it was read for one.
	Voted bool
}

// PollOption is one thing to choose.
type PollOption struct {
	Title  string // plain text
	Name   string // as the server of the poll calls it
	Votes  int
	Chosen bool // by the viewer
}

// Over tells whether a poll has ended by now.
func (p *Poll) Over(now time.Time) bool { return !p.EndsAt.IsZero() && !p.EndsAt.After(now) }

// ShowsTotals tells whether what each option has may be seen by now.
func (p *Poll) ShowsTotals(now time.Time) bool { return !p.HideTotals || p.Over(now) }

// Votes returns how often something was chosen.
func (p *Poll) Votes() int {
	n := 0
	for _, o := range p.Options {
		n += o.Votes
	}
	return n
}

// Chosen returns the positions of what the viewer chose.
func (p *Poll) Chosen() []int {
	chosen := []int{}
	for i, o := range p.Options {
		if o.Chosen {
			chosen = append(chosen, i)
		}
	}
	return chosen
}

// Check returns the choices in their order, each once, or an [Invalid] if
// nobody can vote so by now.
func (p *Poll) Check(choices []int, now time.Time) ([]int, error) {
	choices = slices.Compact(slices.Sorted(slices.Values(choices)))
	switch {
	case p.Over(now):
		return nil, &Invalid{Field: "poll", Code: "ended"}
	case len(choices) == 0:
		return nil, &Invalid{Field: "choices", Code: "missing"}
	case choices[0] < 0 || choices[len(choices)-1] >= len(p.Options):
		return nil, &Invalid{Field: "choices", Code: "unknown"}
	case len(choices) > 1 && !p.Multiple:
		return nil, &Invalid{Field: "choices", Code: "too-many", Limit: 1}
	}
	return choices, nil
}

// Same tells whether q asks the very same as p, so that votes for one are votes
// for the other.
func (p *Poll) Same(q *Poll) bool {
	return p.Multiple == q.Multiple && slices.EqualFunc(p.Options, q.Options, func(a, b PollOption) bool { return a.Name == b.Name })
}

// PollDraft is the poll a person wants in a post.
type PollDraft struct {
	Options    []string
	Multiple   bool
	HideTotals bool
	// Lasts is how long it is open from when it is posted. For a poll that
	// stands already, 0 leaves its end as it is.
	Lasts time.Duration
}

// check returns an [Invalid] for the first thing that cannot be taken.
func (d *PollDraft) check() error {
	for i, o := range d.Options {
		o = strings.Join(strings.Fields(o), " ")
		d.Options[i] = o
		switch {
		case o == "":
			return &Invalid{Field: "poll", Code: "option-missing"}
		case !utf8.ValidString(o) || strings.ContainsFunc(o, isControl):
			return &Invalid{Field: "poll", Code: "malformed"}
		case utf8.RuneCountInString(o) > MaxPollOption:
			return &Invalid{Field: "poll", Code: "option-too-long", Limit: MaxPollOption}
		case slices.Contains(d.Options[:i], o):
			return &Invalid{Field: "poll", Code: "option-twice"}
		}
	}
	switch {
	case len(d.Options) < MinPollOptions:
		return &Invalid{Field: "poll", Code: "too-few", Limit: MinPollOptions}
	case len(d.Options) > MaxPollOptions:
		return &Invalid{Field: "poll", Code: "too-many", Limit: MaxPollOptions}
	case d.Lasts != 0 && d.Lasts < MinPollTime:
		return &Invalid{Field: "poll", Code: "too-short", Limit: int(MinPollTime / time.Minute)}
	case d.Lasts > MaxPollTime:
		return &Invalid{Field: "poll", Code: "lasts-too-long", Limit: int(MaxPollTime / (24 * time.Hour))}
	}
	return nil
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f }

// poll is the poll that d asks for when it is posted at now.
func (d *PollDraft) poll(now time.Time) *Poll {
	p := &Poll{Multiple: d.Multiple, HideTotals: d.HideTotals}
	if d.Lasts > 0 {
		p.EndsAt = now.Add(d.Lasts)
	}
	for _, o := range d.Options {
		p.Options = append(p.Options, PollOption{Title: o, Name: o})
	}
	return p
}

// Open returns the poll of a draft that is posted at now. It returns an
// [Invalid] if nothing says when it ends.
func (d *PollDraft) Open(now time.Time) (*Poll, error) {
	if d.Lasts == 0 {
		return nil, &Invalid{Field: "poll", Code: "no-end"}
	}
	return d.poll(now), nil
}

// Revise returns how a poll that stands reads by a draft that is taken at now.
// What it had of votes it keeps if it asks the same.
func (d *PollDraft) Revise(held *Poll, now time.Time) (*Poll, error) {
	if held == nil {
		return d.Open(now)
	}
	p := d.poll(now)
	if p.EndsAt.IsZero() {
		p.EndsAt = held.EndsAt
	}
	if p.Same(held) {
		p.Options, p.Voters = held.Options, held.Voters
	}
	return p, nil
}

// Draft returns the draft that would make p again, for who edits the rest of
// its post.
func (p *Poll) Draft() *PollDraft {
	d := &PollDraft{Multiple: p.Multiple, HideTotals: p.HideTotals}
	for _, o := range p.Options {
		d.Options = append(d.Options, o.Title)
	}
	return d
}
