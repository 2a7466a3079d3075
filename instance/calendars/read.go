package calendars

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"

	"palier/instance"
	"palier/instance/writing"
)

// Limits of a calendar of others.
const (
	// MaxBytes is how long one is.
	MaxBytes = 1 << 20
	// MaxItems is how many events to come are taken of one.
	MaxItems = 500

	maxParts = 5000 // things of any kind in it
	maxUID   = 200  // bytes
	maxOff   = 100  // dates on which a series is off
	maxDays  = 7
	// ahead is how far an event is that is taken already: what is later is taken
	// when it has come closer.
	ahead = 400 * 24 * time.Hour
)

// Item is one event of a calendar.
type Item struct {
	UID     string // among those of the calendar
	Title   string
	Text    string // Markdown-lite
	Event   instance.Event
	Off     []time.Time // dates on which a series does not take place
	Trouble string      // why it cannot be taken: zone, times, repeats, too-many; empty if it can
}

// Read is what a calendar holds of what is to come.
type Read struct {
	Name  string
	Items []Item
}

// Reading is what is known where a calendar is read.
type Reading struct {
	Now   time.Time
	Zone  *time.Location // of times without one
	Venue string         // where something is that does not say
	Host  string         // of this server: what is its own is not taken
}

// Parse reads a calendar (RFC 5545). What is over is left out, and what cannot
// be taken says why; it returns an [instance.Invalid] where nothing can be read:
// too-long, malformed, too-many.
func Parse(b []byte, o Reading) (Read, error) {
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	switch {
	case len(b) > MaxBytes:
		return Read{}, &instance.Invalid{Field: "calendar", Code: "too-large"}
	case !startsCalendar(b):
		return Read{}, &instance.Invalid{Field: "calendar", Code: "no-calendar"}
	case bytes.Count(b, []byte("BEGIN:")) > maxParts:
		return Read{}, &instance.Invalid{Field: "calendar", Code: "too-many", Limit: MaxItems}
	}
	c, err := ics.ParseCalendar(strings.NewReader(strings.ReplaceAll(strings.ToValidUTF8(string(b), ""), "\x00", "")))
	if err != nil {
		return Read{}, fmt.Errorf("%w: %w", &instance.Invalid{Field: "calendar", Code: "no-calendar"}, err)
	}
	r := reader{Reading: o, seen: map[string]int{}}
	var name string
	for _, p := range c.CalendarProperties {
		switch p.IANAToken {
		case "X-WR-CALNAME":
			name = p.Value
		case "X-WR-TIMEZONE":
			if zone, err := zoneOf(p.Value); err == nil {
				r.Zone = zone
			}
		}
	}
	for _, e := range c.Events() {
		r.take(e)
	}
	r.override()
	slices.SortStableFunc(r.items, func(a, b Item) int { return a.Event.Starts.Compare(b.Event.Starts) })
	if len(r.items) > MaxItems {
		return Read{}, &instance.Invalid{Field: "calendar", Code: "too-many", Limit: MaxItems}
	}
	return Read{Name: writing.CleanName(name), Items: r.items}, nil
}

func startsCalendar(b []byte) bool {
	b = bytes.TrimLeft(b, " \t\r\n")
	const begin = "BEGIN:VCALENDAR"
	return len(b) >= len(begin) && strings.EqualFold(string(b[:len(begin)]), begin)
}

// reader gathers the events of one calendar.
type reader struct {
	Reading
	items []Item
	seen  map[string]int // by UID
	// moved are the dates of series that have an entry of their own.
	moved map[string][]time.Time
}

// errPast tells that something is over, or too far away yet.
var errPast = errors.New("over, or far away")

// take takes an event up. Of two with one UID the later one counts.
func (r *reader) take(v *ics.VEvent) {
	uid := writing.CleanLine(value(v, ics.ComponentPropertyUniqueId), maxUID)
	if uid == "" || strings.HasSuffix(strings.ToLower(uid), "@"+strings.ToLower(r.Host)) {
		return // what says no name cannot be known again, and what is ours is there
	}
	it := Item{UID: uid, Title: writing.CleanLine(value(v, ics.ComponentPropertySummary), instance.MaxTitle), Text: textOf(v)}
	if it.Title == "" {
		it.Title = "…"
	}
	it.Event = instance.Event{
		Status: instance.EventConfirmed, JoinMode: "none", Category: "COMMUNITY",
		Venue: instance.Venue{Name: writing.CleanLine(value(v, ics.ComponentPropertyLocation), instance.MaxLine)},
	}
	if it.Event.Venue.Name == "" {
		it.Event.Venue.Name = r.Venue
	}
	switch strings.ToUpper(value(v, ics.ComponentPropertyStatus)) {
	case "CANCELLED":
		it.Event.Status = instance.EventCancelled
	case "TENTATIVE":
		it.Event.Status = instance.EventTentative
	}
	err := r.times(v, &it)
	if at := v.GetProperty(ics.ComponentPropertyRecurrenceId); at != nil && err == nil {
		r.instead(&it, at)
	}
	if errors.Is(err, errPast) {
		return
	}
	var invalid *instance.Invalid
	switch {
	case errors.As(err, &invalid):
		it.Trouble = invalid.Code
	case err != nil:
		it.Trouble = "times"
	}
	for _, one := range r.days(v, it) {
		if at, ok := r.seen[one.UID]; ok {
			r.items[at] = one
			continue
		}
		r.seen[one.UID] = len(r.items)
		r.items = append(r.items, one)
	}
}

// value is the text of a property, as far as it is kept.
func value(v *ics.VEvent, name ics.ComponentProperty) string {
	p := v.GetProperty(name)
	if p == nil {
		return ""
	}
	return strings.TrimSpace(p.Value)
}

// named are words that would call somebody by their handle: a calendar of others
// calls nobody.
var named = regexp.MustCompile(`(^|[^\pL\pN])@`)

const (
	maxText = 3000 // characters
	joiner  = "\u2060"
)

// textOf is what an event says of itself, in plain words.
func textOf(v *ics.VEvent) string {
	text := value(v, ics.ComponentPropertyDescription)
	if strings.ContainsRune(text, '<') {
		text = writing.Paragraphs(text)
	}
	if runes := []rune(text); len(runes) > maxText {
		text = string(runes[:maxText]) + "…"
	}
	if link := value(v, ics.ComponentPropertyUrl); (strings.HasPrefix(link, "https://") || strings.HasPrefix(link, "http://")) && len(link) <= instance.MaxAddress {
		text += "\n\n" + link
	}
	return strings.TrimSpace(named.ReplaceAllString(text, "${1}@"+joiner))
}

// times reads when an event takes place. It returns [errPast] for what is over
// and an [instance.Invalid] for what Palier cannot keep.
func (r *reader) times(v *ics.VEvent, it *Item) error {
	begins := v.GetProperty(ics.ComponentPropertyDtStart)
	if begins == nil {
		return &instance.Invalid{Field: "calendar", Code: "times"}
	}
	starts, zone, day, err := r.at(begins)
	if err != nil {
		return err
	}
	e := &it.Event
	e.Starts, e.Zone = starts, zone
	if ends := v.GetProperty(ics.ComponentPropertyDtEnd); ends != nil {
		if e.Ends, _, _, err = r.at(ends); err != nil {
			return err
		}
	} else if d := value(v, ics.ComponentPropertyDuration); d != "" {
		lasts, err := duration(d)
		if err != nil {
			return err
		}
		e.Ends = starts.Add(lasts)
	} else if day {
		e.Ends = starts.AddDate(0, 0, 1)
	}
	if !e.Ends.After(e.Starts) {
		e.Ends = time.Time{}
	}
	if e.Repeats, err = rule(value(v, ics.ComponentPropertyRrule), starts.In(location(zone))); err != nil {
		return err
	}
	if v.GetProperty("RDATE") != nil {
		return &instance.Invalid{Field: "calendar", Code: "repeats"}
	}
	for _, p := range v.GetProperties(ics.ComponentPropertyExdate) {
		if it.Off, err = r.off(it.Off, p); err != nil {
			return err
		}
	}
	if err := e.Check(time.Time{}); err != nil {
		return &instance.Invalid{Field: "calendar", Code: "times"}
	}
	if e.Over(r.Now) || e.Repeats == "" && e.Starts.After(r.Now.Add(ahead)) || e.Starts.After(r.Now.AddDate(instance.MaxAhead, 0, 0)) {
		return errPast
	}
	return nil
}

// location returns a zone that was found before.
func location(zone string) *time.Location {
	where, err := time.LoadLocation(zone)
	if err != nil {
		return time.UTC
	}
	return where
}

// at reads a time or a day, and in which zone it is meant.
func (r *reader) at(p *ics.IANAProperty) (at time.Time, zone string, day bool, err error) {
	text := p.Value
	where := r.Zone
	if ids := p.ICalParameters["TZID"]; len(ids) > 0 {
		if where, err = zoneOf(ids[0]); err != nil {
			return at, "", false, &instance.Invalid{Field: "calendar", Code: "zone"}
		}
	}
	switch {
	case len(text) == len("20060102"):
		day = true
		at, err = time.ParseInLocation("20060102", text, where)
	case strings.HasSuffix(text, "Z"):
		at, err = time.Parse("20060102T150405Z", text)
	default:
		at, err = time.ParseInLocation("20060102T150405", text, where)
	}
	if err != nil || at.Year() < 1970 || at.Year() > 2199 {
		return at, "", day, &instance.Invalid{Field: "calendar", Code: "times"}
	}
	return at.UTC(), where.String(), day, nil
}

// windows are zones as programs on Windows call them, where neighbours live.
var windows = map[string]string{
	"Romance Standard Time": "Europe/Paris", "W. Europe Standard Time": "Europe/Berlin", "Central Europe Standard Time": "Europe/Budapest",
	"Central European Standard Time": "Europe/Warsaw", "GMT Standard Time": "Europe/London", "FLE Standard Time": "Europe/Kyiv", "E. Europe Standard Time": "Europe/Chisinau",
	"GTB Standard Time": "Europe/Bucharest",
}

// zoneOf finds a zone by its name, also where a program put its own name before
// it, such as /citadel.org/20260101_1/Europe/Paris.
func zoneOf(name string) (*time.Location, error) {
	name = strings.Trim(strings.TrimSpace(name), `"`)
	if iana := windows[name]; iana != "" {
		name = iana
	}
	if strings.HasPrefix(name, "/") {
		parts := strings.Split(name, "/")
		name = strings.Join(parts[max(0, len(parts)-2):], "/")
	}
	if name == "" || name == "Local" || len(name) > 60 {
		return nil, errors.New("no zone")
	}
	return time.LoadLocation(name)
}

// lasting is a duration of RFC 5545.
var lasting = regexp.MustCompile(`^\+?P(?:(\d{1,2})W)?(?:(\d{1,3})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:(\d{1,6})S)?)?$`)

func duration(text string) (time.Duration, error) {
	m := lasting.FindStringSubmatch(text)
	if m == nil {
		return 0, &instance.Invalid{Field: "calendar", Code: "times"}
	}
	var d time.Duration
	for i, unit := range []time.Duration{7 * 24 * time.Hour, 24 * time.Hour, time.Hour, time.Minute, time.Second} {
		n, err := strconv.Atoi("0" + m[i+1])
		if err != nil {
			return 0, err
		}
		d += time.Duration(n) * unit
	}
	return d, nil
}

// off adds the dates of an EXDATE.
func (r *reader) off(list []time.Time, p *ics.IANAProperty) ([]time.Time, error) {
	for text := range strings.SplitSeq(p.Value, ",") {
		one := *p
		one.Value = strings.TrimSpace(text)
		at, _, _, err := r.at(&one)
		if err != nil {
			return nil, err
		}
		if list = append(list, at); len(list) > maxOff {
			return nil, &instance.Invalid{Field: "calendar", Code: "repeats"}
		}
	}
	return list, nil
}

// instead makes it the one date of a series that is told apart: the series is
// off on the date it replaces.
func (r *reader) instead(it *Item, p *ics.IANAProperty) {
	at, _, _, err := r.at(p)
	if err != nil {
		return
	}
	if r.moved == nil {
		r.moved = map[string][]time.Time{}
	}
	r.moved[it.UID] = append(r.moved[it.UID], at)
	it.UID += " " + at.Format("20060102T150405Z")
	it.Event.Repeats = ""
}

// override takes out of the series the dates that are told apart.
func (r *reader) override() {
	for i := range r.items {
		it := &r.items[i]
		series, _, _ := strings.Cut(it.UID, " ")
		if it.Event.Repeats != "" && len(it.Off)+len(r.moved[series]) <= maxOff {
			it.Off = append(it.Off, r.moved[series]...)
		}
	}
}
