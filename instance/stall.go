package instance

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Stall is where and when an organisation is on a market.
type Stall struct {
	ID           ID
	Organisation Actor
	Sort         OrganisationSort
	Market       string // which market, and where
	Goods        string // what there is; may be empty
	Starts, Ends time.Time
	Zone         string
	Repeats      string // RRULE without its name; empty for once
}

// maxStall is how long a stall stands at most.
const maxStall = 16 * time.Hour

// Check returns an [Invalid] for what cannot be announced at now.
func (s *Stall) Check(now time.Time) error {
	s.Market, s.Goods = strings.Join(strings.Fields(s.Market), " "), strings.Join(strings.Fields(s.Goods), " ")
	_, err := ParseRepeats(s.Repeats)
	switch {
	case s.Market == "":
		return &Invalid{Field: "market", Code: "missing"}
	case utf8.RuneCountInString(s.Market) > MaxLine:
		return &Invalid{Field: "market", Code: "too-long", Limit: MaxLine}
	case utf8.RuneCountInString(s.Goods) > MaxLine:
		return &Invalid{Field: "goods", Code: "too-long", Limit: MaxLine}
	case err != nil:
		return err
	case !s.Ends.After(s.Starts) || s.Ends.Sub(s.Starts) > maxStall:
		return &Invalid{Field: "ends", Code: "before-start"}
	case s.Repeats == "" && s.Ends.Before(now):
		return &Invalid{Field: "starts", Code: "past"}
	case s.Starts.After(now.AddDate(1, 0, 0)) || s.Starts.Before(now.AddDate(-1, 0, 0)):
		return &Invalid{Field: "starts", Code: "too-far", Limit: 1}
	}
	return nil
}

// MarketDay is one time at which a stall stands.
type MarketDay struct {
	Stall
	From, To time.Time // by the clocks of where it is
}

// Days returns when s stands between from and to, the next first.
func (s *Stall) Days(from, to time.Time) []MarketDay {
	e := Event{Starts: s.Starts, Ends: s.Ends, Zone: s.Zone, Repeats: s.Repeats}
	begins, ends := e.Local()
	lasts := ends.Sub(begins)
	var all []MarketDay
	for _, at := range e.Times(to, MaxOccurrences) {
		// By the clocks: a night on which they change makes no market longer.
		until := time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute()+int(lasts.Minutes()), 0, 0, at.Location())
		if until.After(from) {
			all = append(all, MarketDay{Stall: *s, From: at, To: until})
		}
	}
	return all
}

// Between returns when stalls stand from from to to, the next first, those of one
// market together.
func Between(list []Stall, from, to time.Time) []MarketDay {
	var all []MarketDay
	for _, stall := range list {
		all = append(all, stall.Days(from, to)...)
	}
	slices.SortStableFunc(all, func(a, b MarketDay) int {
		return cmp.Or(a.From.Compare(b.From), cmp.Compare(a.Market, b.Market), cmp.Compare(a.ID, b.ID))
	})
	return all
}
