package vocab

import (
	"strconv"
	"strings"

	"palier/protocol/as2"
)

// Event is what we say of a meeting beyond a Note (FEP-8a8e, with the names that
// Mobilizon gave what that leaves open).
type Event struct {
	Zone     string // IANA
	Status   string // EventScheduled, EventCancelled, EventPostponed, EventTentative, …
	Repeats  string // an RRULE (RFC 5545) without its name
	Language string // BCP 47
	Category string
	// JoinMode is how one comes: free, restricted, external (see JoinURL), none.
	JoinMode string
	JoinURL  string
	Online   bool
	Capacity int // 0: no limit
	// Remaining is how many more may come, Participants how many do.
	Remaining, Participants int
	// Organiser is the id of the person who invites in the name of a Group.
	Organiser string
	Comments  bool
	Reach     Reach
}

// States of an event (FEP-8a8e).
const (
	EventScheduled = "EventScheduled"
	EventCancelled = "EventCancelled"
	EventPostponed = "EventPostponed"
	EventTentative = "EventTentative"
)

// maxPlaces bounds what is believed of a number of people.
const maxPlaces = 1_000_000

// PutEvent writes e into the document of an Event. What is empty is not written.
func PutEvent(doc *as2.Note, e Event) {
	doc.PutText("actor", e.Organiser)
	doc.PutText("timezone", e.Zone)
	doc.PutText("inLanguage", e.Language)
	doc.PutText("category", e.Category)
	doc.PutText("eventStatus", e.Status)
	doc.PutText("ical:status", calendarStatus(e.Status))
	doc.PutText("ical:rrule", e.Repeats)
	doc.PutText("joinMode", e.JoinMode)
	doc.PutText("externalParticipationUrl", e.JoinURL)
	doc.PutText(TermReach, e.Reach.String())
	doc.Put("isOnline", strconv.AppendBool(nil, e.Online))
	doc.Put("commentsEnabled", strconv.AppendBool(nil, e.Comments))
	doc.Put("maximumAttendeeCapacity", strconv.AppendInt(nil, int64(e.Capacity), 10))
	doc.Put("participantCount", strconv.AppendInt(nil, int64(e.Participants), 10))
	if e.Capacity > 0 {
		doc.Put("remainingAttendeeCapacity", strconv.AppendInt(nil, int64(e.Remaining), 10))
	}
}

// ReadEvent reads what is said of an Event beyond a Note. Of the two ways to say
// a status the one that says more counts; words that are none are left out.
func ReadEvent(o *as2.Object) Event {
	e := Event{
		Zone: zone(o.Line("timezone")), Status: status(o), Repeats: o.Line("ical:rrule"), Language: o.Line("inLanguage"),
		Category: category(o.Line("category")), JoinMode: joinMode(o.Line("joinMode")), JoinURL: o.URL("externalParticipationUrl"),
		Online: o.True("isOnline"), Capacity: places(o, "maximumAttendeeCapacity"), Participants: places(o, "participantCount"),
		Organiser: o.IRI("actor"), Comments: o.True("commentsEnabled"), Reach: reachOf(o.Line(name(o, TermReach))),
	}
	if len(e.Repeats) > 200 {
		e.Repeats = ""
	}
	e.Remaining = min(places(o, "remainingAttendeeCapacity"), e.Capacity)
	if e.Capacity > 0 && !o.Has("remainingAttendeeCapacity") {
		e.Remaining = max(0, e.Capacity-e.Participants)
	}
	return e
}

func places(o *as2.Object, property string) int {
	n, _ := o.Int(property)
	return int(min(max(n, 0), maxPlaces))
}

// calendarStatus is a status in the three words of a calendar (RFC 5545).
func calendarStatus(status string) string {
	switch status {
	case EventCancelled:
		return "CANCELLED"
	case EventTentative, EventPostponed:
		return "TENTATIVE"
	default:
		return "CONFIRMED"
	}
}

func status(o *as2.Object) string {
	word := strings.TrimPrefix(strings.TrimPrefix(o.Line("eventStatus"), "fep8a8e:"), "https://schema.org/")
	switch word {
	case EventCancelled, EventPostponed, EventTentative:
		return word
	}
	switch strings.ToUpper(o.Line("ical:status")) {
	case "CANCELLED":
		return EventCancelled
	case "TENTATIVE":
		return EventTentative
	default:
		return EventScheduled
	}
}

func joinMode(s string) string {
	switch s {
	case "free", "restricted", "external", "none":
		return s
	case "":
		return "none" // who does not say how one comes expects no answer
	default:
		return "restricted" // invite, and what is to come
	}
}

// zone returns s if it can be the name of a time zone.
func zone(s string) string {
	if !within(s, 1, 64, letters+strings.ToLower(letters)+numerals+"/_+-") {
		return ""
	}
	return s
}

func category(s string) string {
	if !within(s, 1, 40, letters+"_") {
		return ""
	}
	return s
}

// PutMessage writes what somebody says who comes into a Join.
func PutMessage(doc *as2.Activity, text string) { doc.PutText("participationMessage", text) }

// ReadMessage reads what somebody says who comes from a Join.
func ReadMessage(o *as2.Object) string { return o.Text("participationMessage") }
