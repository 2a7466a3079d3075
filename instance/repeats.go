package instance

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Repeats is how something comes again: every so many weeks or months, as the
// part of RFC 5545 that people ask for. The zero Repeats is once.
type Repeats struct {
	Monthly bool      // else weekly, if Every is not 0
	Every   int       // weeks or months from one to the next; 0: it does not
	Count   int       // how often in all; 0: no such limit
	Until   time.Time // no later than this; zero: no such limit
	// Weekday keeps a monthly one on its day of the week, such as the first
	// Monday; else it is on its day of the month.
	Weekday bool
}

// Limits of what comes again.
const (
	MaxOccurrences = 520 // how often anything comes at most
	maxEvery       = 12
)

// ParseRepeats reads an RRULE without its name. It returns an [Invalid] for what
// is none, or one that this does not know.
func ParseRepeats(rule string) (Repeats, error) {
	var r Repeats
	if rule == "" {
		return r, nil
	}
	bad := &Invalid{Field: "repeats", Code: "malformed"}
	r.Every = 1
	var freq string
	for part := range strings.SplitSeq(rule, ";") {
		name, value, ok := strings.Cut(part, "=")
		if !ok {
			return Repeats{}, bad
		}
		n, err := strconv.Atoi(value)
		switch strings.ToUpper(name) {
		case "FREQ":
			freq = strings.ToUpper(value)
		case "INTERVAL":
			if err != nil || n < 1 || n > maxEvery {
				return Repeats{}, bad
			}
			r.Every = n
		case "COUNT":
			if err != nil || n < 1 || n > MaxOccurrences {
				return Repeats{}, bad
			}
			r.Count = n
		case "UNTIL":
			if r.Until, err = parseUntil(value); err != nil {
				return Repeats{}, bad
			}
		case "BYDAY":
			r.Weekday = len(value) > 2 // 1MO; a plain MO says what the beginning says
		case "WKST", "BYMONTHDAY":
		default:
			return Repeats{}, bad
		}
	}
	switch freq {
	case "WEEKLY":
		r.Weekday = false
	case "MONTHLY":
		r.Monthly = true
	default:
		return Repeats{}, bad
	}
	return r, nil
}

func parseUntil(s string) (time.Time, error) {
	if t, err := time.Parse("20060102T150405Z", s); err == nil {
		return t, nil
	}
	t, err := time.Parse("20060102", s)
	if err != nil {
		return t, err
	}
	return t.Add(24*time.Hour - time.Second), nil
}

// Rule is the RRULE of r without its name, for something that begins at from,
// by the clocks of where it is.
func (r Repeats) Rule(from time.Time) string {
	if r.Every == 0 {
		return ""
	}
	parts := []string{"FREQ=WEEKLY"}
	if r.Monthly {
		parts[0] = "FREQ=MONTHLY"
	}
	if r.Every > 1 {
		parts = append(parts, "INTERVAL="+strconv.Itoa(r.Every))
	}
	if r.Monthly && r.Weekday {
		parts = append(parts, "BYDAY="+strconv.Itoa((from.Day()-1)/7+1)+strings.ToUpper(from.Weekday().String()[:2]))
	}
	if r.Count > 0 {
		parts = append(parts, "COUNT="+strconv.Itoa(r.Count))
	}
	if !r.Until.IsZero() {
		parts = append(parts, "UNTIL="+r.Until.UTC().Format("20060102T150405Z"))
	}
	return strings.Join(parts, ";")
}

// Times returns when e takes place, each by the clocks of where it is, from its
// first time to before end, at most most of them. Months that have no such day
// are left out. A time that the clocks skip is as much later.
func (e *Event) Times(end time.Time, most int) []time.Time {
	from, _ := e.Local()
	r, err := ParseRepeats(e.Repeats)
	if err != nil || r.Every == 0 {
		if from.Before(end) && most > 0 {
			return []time.Time{from}
		}
		return nil
	}
	var all []time.Time
	for i, n := 0, 0; i < MaxOccurrences && len(all) < most && (r.Count == 0 || n < r.Count); i++ {
		at, ok := r.nth(from, i)
		if !ok {
			continue
		}
		if !at.Before(end) || !r.Until.IsZero() && at.After(r.Until) {
			break
		}
		n++
		all = append(all, at)
	}
	return all
}

// nth is the i-th time from the first on, false if that month has none.
func (r Repeats) nth(from time.Time, i int) (time.Time, bool) {
	clock := func(year int, month time.Month, day int) time.Time {
		return time.Date(year, month, day, from.Hour(), from.Minute(), from.Second(), 0, from.Location())
	}
	if !r.Monthly {
		return clock(from.Year(), from.Month(), from.Day()+7*r.Every*i), true
	}
	month := from.Month() + time.Month(r.Every*i)
	if !r.Weekday {
		at := clock(from.Year(), month, from.Day())
		return at, at.Day() == from.Day()
	}
	first := clock(from.Year(), month, 1)
	day := 1 + (int(from.Weekday())-int(first.Weekday())+7)%7 + (from.Day()-1)/7*7
	at := clock(from.Year(), month, day)
	return at, at.Month() == first.Month()
}

// Next returns the first time of e, of those that skipped leaves, that has not
// ended by now; the last one if all have.
func (e *Event) Next(now time.Time, skipped []time.Time) time.Time {
	last := e.Starts
	lasts := time.Duration(0)
	if !e.Ends.IsZero() {
		lasts = e.Ends.Sub(e.Starts)
	}
	for _, at := range e.Times(now.AddDate(5, 0, 0), MaxOccurrences) {
		if slices.ContainsFunc(skipped, at.Equal) {
			continue
		}
		last = at
		if at.Add(lasts).After(now) {
			return at
		}
	}
	return last
}

// Over tells whether e has ended for good by now. What has an open end is over
// six hours after it began.
func (e *Event) Over(now time.Time) bool {
	lasts := openEnd
	if !e.Ends.IsZero() {
		lasts = e.Ends.Sub(e.Starts)
	}
	return !e.Next(now, nil).Add(lasts).After(now)
}

const openEnd = 6 * time.Hour
