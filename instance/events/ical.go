package events

import (
	"context"
	"fmt"
	"sort"
	"strconv"
	"strings"
	"time"
	"unicode"

	ics "github.com/arran4/golang-ical"

	"palier/instance"
	"palier/instance/store"
	"palier/instance/writing"
)

// CalendarType is the media type of a calendar.
const CalendarType = "text/calendar; charset=utf-8"

const (
	icsUTC   = "20060102T150405Z"
	icsLocal = "20060102T150405"
)

// Calendar writes events as a calendar (RFC 5545) under a name. What comes again
// keeps its hour when the clocks change.
func (s *Service) Calendar(ctx context.Context, name string, all []*instance.Post) ([]byte, error) {
	ids := make([]instance.PostID, len(all))
	for i, p := range all {
		ids[i] = p.ID
	}
	off, err := s.datesOff(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("calendar: %w", err)
	}
	sequences, err := s.sequences(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("calendar: %w", err)
	}
	c := ics.NewCalendar()
	c.SetProductId("-//Palier//Palier//FR")
	c.SetMethod(ics.MethodPublish)
	c.SetXWRCalName(legible(name))
	c.SetXPublishedTTL("PT1H")
	zones := map[string]time.Time{}
	for _, p := range all {
		from, _ := p.Event.Local()
		if first, ok := zones[p.Event.Zone]; p.Event.Repeats != "" && (!ok || from.Before(first)) {
			zones[p.Event.Zone] = from
		}
	}
	names := make([]string, 0, len(zones))
	for zone := range zones {
		names = append(names, zone)
	}
	sort.Strings(names)
	for _, zone := range names {
		addZone(c, zone, zones[zone])
	}
	for _, p := range all {
		s.addEvent(c, p, sequences[p.ID], off[p.ID])
	}
	return []byte(c.Serialize(ics.WithNewLineWindows)), nil
}

// legible is what somebody typed without what would end a line of a calendar.
func legible(text string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && unicode.IsControl(r) {
			return -1
		}
		return r
	}, text)
}

// UID is how calendars know an event, wherever they have it from.
func (s *Service) UID(p *instance.Post) string {
	if p.Local {
		return p.ID.String() + "@" + s.site.Host()
	}
	return p.URI
}

func (s *Service) addEvent(c *ics.Calendar, p *instance.Post, sequence int, off []time.Time) {
	e := p.Event
	v := c.AddEvent(s.UID(p))
	changed := p.PublishedAt
	if !p.EditedAt.IsZero() {
		changed = p.EditedAt
	}
	v.SetDtStampTime(changed.UTC())
	v.SetLastModifiedAt(changed.UTC())
	v.SetCreatedTime(p.PublishedAt.UTC())
	v.SetSequence(sequence)
	from, to := e.Local()
	if e.Repeats == "" {
		v.SetStartAt(from.UTC())
		if !to.IsZero() {
			v.SetEndAt(to.UTC())
		}
	} else {
		zone := ics.WithTZID(e.Zone)
		v.SetProperty(ics.ComponentPropertyDtStart, from.Format(icsLocal), zone)
		if !to.IsZero() {
			v.SetProperty(ics.ComponentPropertyDtEnd, to.Format(icsLocal), zone)
		}
		v.AddRrule(e.Repeats)
		for _, at := range off {
			v.AddExdate(at.In(from.Location()).Format(icsLocal), zone)
		}
	}
	v.SetSummary(legible(writing.CleanLine(p.Title, instance.MaxTitle)))
	v.SetDescription(legible(writing.Paragraphs(p.Content) + "\n\n" + p.URL))
	if where := whereOf(e); where != "" {
		v.SetLocation(legible(where))
	}
	if lat, lon := e.Venue.Latitude, e.Venue.Longitude; lat != nil && lon != nil {
		v.SetProperty(ics.ComponentPropertyGeo, strconv.FormatFloat(*lat, 'f', 5, 64)+";"+strconv.FormatFloat(*lon, 'f', 5, 64))
	}
	v.SetURL(p.URL)
	switch e.Status {
	case instance.EventCancelled:
		v.SetStatus(ics.ObjectStatusCancelled)
	case instance.EventTentative, instance.EventPostponed:
		v.SetStatus(ics.ObjectStatusTentative)
	default:
		v.SetStatus(ics.ObjectStatusConfirmed)
	}
}

func whereOf(e *instance.Event) string {
	var parts []string
	for _, part := range []string{e.Venue.Name, e.Venue.Street, strings.TrimSpace(e.Venue.PostalCode + " " + e.Venue.Locality)} {
		if part != "" && (len(parts) == 0 || parts[len(parts)-1] != part) {
			parts = append(parts, part)
		}
	}
	if len(parts) == 0 {
		return e.Online
	}
	return strings.Join(parts, ", ")
}

// addZone says when the clocks of a zone change, from the year before what first
// happens there until nothing is planned any more.
func addZone(c *ics.Calendar, zone string, first time.Time) {
	where, err := time.LoadLocation(zone)
	if err != nil {
		return
	}
	z := c.AddTimezone(zone)
	at := first.In(where).AddDate(-1, 0, 0)
	last := first.AddDate(instance.MaxAhead+1, 0, 0)
	for n := 0; n < 2*(instance.MaxAhead+3); n++ {
		begins, ends := at.ZoneBounds()
		name, offset := at.Zone()
		was := offset
		if begins.IsZero() {
			begins = at
		} else {
			_, was = begins.Add(-time.Second).Zone()
		}
		base := ics.NewComponent("")
		base.Properties = nil
		base.SetProperty(ics.ComponentPropertyDtStart, begins.In(time.FixedZone("", was)).Format(icsLocal))
		base.SetProperty("TZOFFSETFROM", offsetOf(was))
		base.SetProperty("TZOFFSETTO", offsetOf(offset))
		base.SetProperty("TZNAME", name)
		if at.IsDST() {
			z.Components = append(z.Components, &ics.Daylight{ComponentBase: base})
		} else {
			z.Components = append(z.Components, &ics.Standard{ComponentBase: base})
		}
		if ends.IsZero() || ends.After(last) {
			return
		}
		at = ends
	}
}

// offsetOf is a number of seconds east of Greenwich as a calendar writes it.
func offsetOf(seconds int) string {
	sign := "+"
	if seconds < 0 {
		sign, seconds = "-", -seconds
	}
	return fmt.Sprintf("%s%02d%02d", sign, seconds/3600, seconds/60%60)
}

// sequences returns how often events were changed.
func (s *Service) sequences(ctx context.Context, ids []instance.PostID) (map[instance.PostID]int, error) {
	found := map[instance.PostID]int{}
	if len(ids) == 0 {
		return found, nil
	}
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
	}
	rows, err := s.db.Read().Query(ctx, `
		SELECT post_id, sequence
		  FROM event_plans
		 WHERE post_id IN (`+store.Placeholders(1, len(ids))+`)`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id instance.PostID
		var n int
		if err := rows.Scan(&id, &n); err != nil {
			return nil, err
		}
		found[id] = n
	}
	return found, rows.Err()
}

// Kept returns the events of a calendar: those of the last month and all that
// come.
func (s *Service) Kept(ctx context.Context, v instance.Viewer, q Query) ([]*instance.Post, error) {
	now := s.now()
	q.From, q.To, q.Limit = now.AddDate(0, -1, 0), now.AddDate(instance.MaxAhead, 0, 0), MaxListed
	ids, err := s.within(ctx, v, q)
	if err != nil {
		return nil, fmt.Errorf("calendar: %w", err)
	}
	found, err := s.posts.Load(ctx, v, ids)
	if err != nil {
		return nil, fmt.Errorf("calendar: %w", err)
	}
	kept := found[:0]
	for _, p := range found {
		if p.Event != nil && !p.Gone() {
			kept = append(kept, p)
		}
	}
	return kept, nil
}
