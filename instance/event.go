package instance

import (
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// KindEvent is the kind of a post that is an invitation.
const KindEvent = "event"

// EventStatus is whether an event takes place.
type EventStatus string

// What becomes of an event.
const (
	EventConfirmed EventStatus = "confirmed"
	EventTentative EventStatus = "tentative"
	EventPostponed EventStatus = "postponed"
	EventCancelled EventStatus = "cancelled"
)

// Event is when and where the people meet whom a post invites (FEP-8a8e): the
// part that may be read by whoever reads the post. Who comes stands elsewhere.
type Event struct {
	Template string // apero, fete-des-voisins, flea-market, work-day, …; a plain word
	Starts   time.Time
	Ends     time.Time // zero: open end
	Zone     string    // IANA
	Repeats  string    // an RRULE (RFC 5545) without DTSTART; empty for once
	Status   EventStatus
	Venue    Venue
	Online   string // address of where to meet online; empty for none
	// JoinMode is how one comes: free, restricted (the host says yes), external
	// (see JoinURL), none.
	JoinMode  string
	JoinURL   string
	Capacity  int      // 0: no limit
	Taken     int      // places taken, people brought along included
	Waiting   int      // on the waiting list
	Category  string   // COMMUNITY and others, as other servers read it
	Access    []string // step-free, toilets, hearing-loop, seats, quiet; plain words
	Organiser string   // URI of the person who invites in the name of a group; empty: the author
}

// Venue is where an event is: a place anyone may know.
type Venue struct {
	Name                string
	Street              string // of a public place, never of somebody's home unless they typed it here
	PostalCode          string
	Locality            string
	Country             string // ISO 3166, two letters
	Latitude, Longitude *float64
}

// Local returns when it begins and ends by the clocks of where it is; the end is
// zero if it is open. In a zone nobody knows it is UTC.
func (e *Event) Local() (from, to time.Time) {
	zone, err := time.LoadLocation(e.Zone)
	if err != nil {
		zone = time.UTC
	}
	from = e.Starts.In(zone)
	if !e.Ends.IsZero() {
		to = e.Ends.In(zone)
	}
	return from, to
}

// Left is how many places are free; -1 for no limit.
func (e *Event) Left() int {
	if e.Capacity == 0 {
		return -1
	}
	return max(0, e.Capacity-e.Taken)
}

// Limits of an event.
const (
	MaxLine    = 200            // characters of each line of where it is
	MaxPlaces  = 10_000         // places
	MaxLasts   = 31             // days from beginning to end
	MaxAhead   = 5              // years to its beginning
	MaxAddress = 500            // bytes of an address on the web
	anHourAgo  = -1 * time.Hour // what began no longer ago can still be invited to
)

// Facilities are what can be said of how one gets there and stays there.
func Facilities() []string {
	return []string{"step-free", "toilets", "hearing-loop", "sign-language", "seats", "quiet", "children", "dogs", "shade"}
}

// Check returns an [Invalid] for the first thing of e that cannot be, and fills
// in what was left open. What began long before now cannot be invited to; a zero
// now lets it.
func (e *Event) Check(now time.Time) error {
	if e.Zone == "" {
		e.Zone = "Europe/Paris"
	}
	if e.Status == "" {
		e.Status = EventConfirmed
	}
	if e.JoinMode == "" {
		e.JoinMode = "free"
	}
	if e.Category == "" {
		e.Category = "COMMUNITY"
	}
	for _, check := range []func() error{func() error { return e.checkTimes(now) }, e.checkVenue, e.checkJoining} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (e *Event) checkTimes(now time.Time) error {
	if _, err := time.LoadLocation(e.Zone); err != nil || e.Zone == "Local" {
		return &Invalid{Field: "zone", Code: "unknown"}
	}
	repeats, err := ParseRepeats(e.Repeats)
	switch {
	case e.Starts.IsZero():
		return &Invalid{Field: "starts", Code: "missing"}
	case e.Starts.Year() < 1970 || e.Starts.Year() > 2199 || !now.IsZero() && e.Starts.After(now.AddDate(MaxAhead, 0, 0)):
		return &Invalid{Field: "starts", Code: "too-far", Limit: MaxAhead}
	case !now.IsZero() && e.Starts.Before(now.Add(anHourAgo)):
		return &Invalid{Field: "starts", Code: "past"}
	case !e.Ends.IsZero() && !e.Ends.After(e.Starts):
		return &Invalid{Field: "ends", Code: "before-start"}
	case !e.Ends.IsZero() && e.Ends.Sub(e.Starts) > MaxLasts*24*time.Hour:
		return &Invalid{Field: "ends", Code: "too-long", Limit: MaxLasts}
	case err != nil:
		return err
	case !repeats.Until.IsZero() && repeats.Until.Before(e.Starts):
		return &Invalid{Field: "repeats", Code: "before-start"}
	}
	return nil
}

func (e *Event) checkVenue() error {
	v := &e.Venue
	for _, line := range []*string{&v.Name, &v.Street, &v.PostalCode, &v.Locality, &v.Country} {
		*line = strings.Join(strings.Fields(*line), " ")
		if utf8.RuneCountInString(*line) > MaxLine {
			return &Invalid{Field: "venue", Code: "too-long", Limit: MaxLine}
		}
		if !utf8.ValidString(*line) || strings.ContainsFunc(*line, unicode.IsControl) {
			return &Invalid{Field: "venue", Code: "malformed"}
		}
	}
	if v.Country != "" && len(v.Country) != 2 {
		return &Invalid{Field: "venue", Code: "malformed"}
	}
	if v.Latitude != nil && (*v.Latitude < -90 || *v.Latitude > 90) || v.Longitude != nil && (*v.Longitude < -180 || *v.Longitude > 180) {
		return &Invalid{Field: "venue", Code: "malformed"}
	}
	if e.Online != "" && !webAddress(e.Online) {
		return &Invalid{Field: "online", Code: "malformed"}
	}
	if v.Name == "" && e.Online == "" {
		return &Invalid{Field: "venue", Code: "missing"}
	}
	e.Access = slices.DeleteFunc(slices.Clone(e.Access), func(word string) bool { return !slices.Contains(Facilities(), word) })
	return nil
}

func (e *Event) checkJoining() error {
	switch {
	case e.Capacity < 0:
		return &Invalid{Field: "capacity", Code: "malformed", Limit: MaxPlaces}
	case e.Capacity > MaxPlaces:
		return &Invalid{Field: "capacity", Code: "too-many", Limit: MaxPlaces}
	case !slices.Contains([]string{"free", "restricted", "external", "none"}, e.JoinMode):
		return &Invalid{Field: "joinMode", Code: "unknown"}
	case e.JoinMode == "external" && !webAddress(e.JoinURL):
		return &Invalid{Field: "joinURL", Code: "malformed"}
	case e.JoinMode != "external":
		e.JoinURL = ""
	}
	return nil
}

// webAddress tells whether a browser can go to s.
func webAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && len(s) <= MaxAddress && u.Host != "" && u.User == nil && (u.Scheme == "https" || u.Scheme == "http")
}
