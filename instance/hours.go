package instance

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Hours are when an organisation is open, by the days of a week from Monday on.
type Hours [7][]Span

// Span is from when to when, in minutes from midnight. It ends on its own day.
type Span struct {
	From int `json:"from"`
	To   int `json:"to"`
}

func (s Span) String() string {
	return fmt.Sprintf("%d:%02d-%d:%02d", s.From/60, s.From%60, s.To/60, s.To%60)
}

// MaxSpans is how often one can open in a day.
const MaxSpans = 4

var span = regexp.MustCompile(`^([0-9]{1,2})(?:\s*[:hH]\s*([0-9]{2})?)?\s*[-–—]\s*([0-9]{1,2})(?:\s*[:hH]\s*([0-9]{2})?)?$`)

// ParseSpans reads the hours of one day as people type them: 9:00-12:30, 14h-19h.
// It returns an [Invalid] for what it cannot read and for what overlaps.
func ParseSpans(text string) ([]Span, error) {
	bad := &Invalid{Field: "hours", Code: "malformed"}
	var list []Span
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ';' }) {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		m := span.FindStringSubmatch(part)
		if m == nil || len(list) == MaxSpans {
			return nil, bad
		}
		s := Span{From: minutes(m[1], m[2]), To: minutes(m[3], m[4])}
		last := 0
		if len(list) > 0 {
			last = list[len(list)-1].To
		}
		if s.From < last || s.To <= s.From || s.To > 24*60 {
			return nil, bad
		}
		list = append(list, s)
	}
	return list, nil
}

// minutes of a time of the day; more than a day has for what is none.
func minutes(hours, rest string) int {
	h, err := strconv.Atoi(hours)
	if err != nil {
		return 25 * 60
	}
	if rest == "" {
		return 60 * h
	}
	m, err := strconv.Atoi(rest)
	if err != nil || m > 59 {
		return 25 * 60
	}
	return 60*h + m
}

// Day returns the spans of a day of the week.
func (h Hours) Day(d time.Weekday) []Span { return h[(int(d)+6)%7] }

// Any tells whether there are any hours at all.
func (h Hours) Any() bool {
	for _, day := range h {
		if len(day) > 0 {
			return true
		}
	}
	return false
}

// Open tells whether it is open at t, on the clock of t's zone.
func (h Hours) Open(t time.Time) bool {
	_, open := h.OpenUntil(t)
	return open
}

// OpenUntil tells whether it is open at t, on the clock of t's zone, and until
// when.
func (h Hours) OpenUntil(t time.Time) (until time.Time, open bool) {
	at := 60*t.Hour() + t.Minute()
	for _, s := range h.Day(t.Weekday()) {
		if s.From <= at && at < s.To {
			return time.Date(t.Year(), t.Month(), t.Day(), s.To/60, s.To%60, 0, 0, t.Location()), true
		}
	}
	return time.Time{}, false
}
