package ledger

import (
	"fmt"
	"time"
)

// Night is the night that begins on a date: days since 1 January 1970. Homes
// are counted in nights of their own place, so that no time zone moves a stay.
type Night int64

const (
	day      = 24 * 60 * 60
	dateOnly = time.DateOnly
)

// NightOf returns the night that begins on the date that t shows, in t's own
// zone.
func NightOf(t time.Time) Night {
	y, m, d := t.Date()
	return Night(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / day)
}

// ParseNight reads a date as [Night.String] writes it. It returns
// [ErrMalformed] for anything else.
func ParseNight(s string) (Night, error) {
	t, err := time.Parse(dateOnly, s)
	if err != nil || t.Year() < 2000 || t.Year() > 2999 {
		return 0, fmt.Errorf("%w: date %q", ErrMalformed, clip(s))
	}
	return NightOf(t), nil
}

// String is the date on which the night begins: 2026-12-01.
func (n Night) String() string { return n.Date().Format(dateOnly) }

// Date is the midnight of UTC that begins its date.
func (n Night) Date() time.Time { return time.Unix(int64(n)*day, 0).UTC() }

// Stay is the nights from From to the one before Until: one sleeps there first
// in the night of From and leaves on the day of Until.
type Stay struct{ From, Until Night }

// Nights is how many nights it is.
func (s Stay) Nights() int { return int(s.Until - s.From) }

// Within tells whether all nights of s are in t.
func (s Stay) Within(t Stay) bool { return s.From >= t.From && s.Until <= t.Until }

// Meets tells whether s and t have a night in common.
func (s Stay) Meets(t Stay) bool { return s.From < t.Until && t.From < s.Until }

func (s Stay) String() string { return s.From.String() + "/" + s.Until.String() }

func (s Stay) check(most int) error {
	if n := s.Until - s.From; n < 1 || n > Night(most) {
		return fmt.Errorf("%w: stay of %d nights", ErrMalformed, n)
	}
	return nil
}

type stayJSON struct {
	From  string `json:"from"`
	Until string `json:"until"`
}

func (s Stay) json() *stayJSON { return &stayJSON{s.From.String(), s.Until.String()} }

func readStay(j *stayJSON, most int) (Stay, error) {
	if j == nil {
		return Stay{}, fmt.Errorf("%w: no stay", ErrMalformed)
	}
	from, err := ParseNight(j.From)
	if err != nil {
		return Stay{}, err
	}
	until, err := ParseNight(j.Until)
	if err != nil {
		return Stay{}, err
	}
	s := Stay{from, until}
	return s, s.check(most)
}

// BedNight is one bed in one night: what at most one household has.
type BedNight struct {
	Bed   int // from 1 on
	Night Night
}
