package activitypub

import (
	"cmp"
	"html"
	"strings"
	"time"

	"palier/instance"
	"palier/instance/writing"
	"palier/protocol/as2"
	"palier/protocol/vocab"
)

// maxSummary is how much of the words of an event stands in its summary, in
// characters: it is all that some readers show.
const maxSummary = 300

// invite writes whom a post invites to what into its document (protocol.md §8.6).
// When and where it is stands in its words too, for those who read no more.
func (s *Service) invite(doc *as2.Note, p *instance.Post) {
	e := p.Event
	facts := writing.Occasion(e, p.Language)
	doc.Name, doc.Sensitive = cmp.Or(p.Title, facts), false
	doc.Summary = strings.TrimSpace(facts + ". " + writing.Excerpt(p.Content, maxSummary))
	doc.Content = "<p>" + html.EscapeString(facts) + ".</p>" + p.Content
	doc.ContentMap = nil
	doc.StartTime, doc.EndTime = e.Local()
	if doc.Updated.IsZero() {
		doc.Updated = p.PublishedAt
	}
	doc.Location = location(e)
	vocab.PutPost(doc, vocab.Post{}) // an Event has a name, and says by its type what it is for
	vocab.PutEvent(doc, vocab.Event{
		Zone: e.Zone, Status: eventStatus(e.Status), Repeats: e.Repeats, Language: p.Language, Category: e.Category,
		JoinMode: e.JoinMode, JoinURL: e.JoinURL, Online: e.Online != "", Capacity: e.Capacity, Remaining: max(0, e.Left()),
		Participants: e.Taken, Organiser: e.Organiser, Comments: true, Reach: p.Reach,
	})
}

// location is where an event is, nil if it does not say.
func location(e *instance.Event) *as2.Place {
	v := e.Venue
	if v.Name == "" && v.Street == "" && v.Locality == "" {
		if e.Online == "" {
			return nil
		}
		return &as2.Place{Type: "VirtualLocation", Name: e.Online, URL: e.Online}
	}
	l := &as2.Place{Type: as2.TypePlace, Name: cmp.Or(v.Name, v.Street, v.Locality)}
	if v.Latitude != nil && v.Longitude != nil {
		l.Point = &as2.Point{Latitude: *v.Latitude, Longitude: *v.Longitude}
	}
	if v.Street != "" || v.PostalCode != "" || v.Locality != "" || v.Country != "" {
		l.Address = &as2.PostalAddress{Type: as2.TypePostalAddress, Street: v.Street, PostalCode: v.PostalCode, Locality: v.Locality, Country: v.Country}
	}
	return l
}

func eventStatus(s instance.EventStatus) string {
	switch s {
	case instance.EventCancelled:
		return vocab.EventCancelled
	case instance.EventPostponed:
		return vocab.EventPostponed
	case instance.EventTentative:
		return vocab.EventTentative
	default:
		return vocab.EventScheduled
	}
}

func statusOf(word string) instance.EventStatus {
	switch word {
	case vocab.EventCancelled:
		return instance.EventCancelled
	case vocab.EventPostponed:
		return instance.EventPostponed
	case vocab.EventTentative:
		return instance.EventTentative
	default:
		return instance.EventConfirmed
	}
}

// invited reads when and where those meet whom a document invites, nil if it is
// no Event or says of no time when.
func (s *Service) invited(o *as2.Object, doc as2.Note) *instance.Event {
	if doc.Type != as2.TypeEvent || !sensible(doc.StartTime) {
		return nil
	}
	words := vocab.ReadEvent(o)
	e := &instance.Event{
		Starts: doc.StartTime.UTC().Truncate(time.Second), Zone: cmp.Or(known(words.Zone), "UTC"), Repeats: words.Repeats, Status: statusOf(words.Status),
		JoinMode: words.JoinMode, JoinURL: web(words.JoinURL, ""), Capacity: words.Capacity, Taken: words.Participants, Category: words.Category,
	}
	if sensible(doc.EndTime) && doc.EndTime.After(doc.StartTime) {
		e.Ends = doc.EndTime.UTC().Truncate(time.Second)
	}
	if words.Capacity > 0 {
		e.Taken = words.Capacity - words.Remaining
	}
	if _, err := instance.ParseRepeats(e.Repeats); err != nil {
		e.Repeats = ""
	}
	if words.Organiser != "" && len(doc.AttributedTo) == 1 && words.Organiser != doc.AttributedTo[0].IRI {
		e.Organiser = own(words.Organiser, doc.ID)
	}
	if e.JoinMode == "external" && e.JoinURL == "" {
		e.JoinMode = "none"
	}
	e.Venue, e.Online = venue(doc.Location)
	return e
}

// sensible tells whether something can be meant by a time of an event.
func sensible(t time.Time) bool { return t.Year() >= 1970 && t.Year() < 2200 }

// known returns the name of a time zone if there is one of that name.
func known(zone string) string {
	if _, err := time.LoadLocation(zone); err != nil || zone == "" || zone == "Local" {
		return ""
	}
	return zone
}

const maxVenue = 200 // characters of each line

func venue(l *as2.Place) (v instance.Venue, online string) {
	if l == nil {
		return v, ""
	}
	line := func(s string) string { return cut(writing.CleanLine(writing.Plain(s, maxVenue), maxVenue), maxVenue) }
	if l.Type == "VirtualLocation" {
		return v, web(l.URL, "")
	}
	v.Name = line(l.Name)
	if l.Point != nil {
		v.Latitude, v.Longitude = &l.Point.Latitude, &l.Point.Longitude
	}
	if a := l.Address; a != nil {
		v.Street, v.PostalCode, v.Locality, v.Country = line(a.Street), line(a.PostalCode), line(a.Locality), line(a.Country)
	}
	return v, ""
}

// withoutFacts takes the line out of the words of an event that says when and
// where it is, if it has one of ours: pages say that themselves.
func withoutFacts(words string, doc as2.Note) string {
	first, rest, ok := strings.Cut(words, "</p>")
	facts := writing.Plain(first, maxSummary)
	if !ok || facts == "" || !strings.HasPrefix(doc.Summary, facts) {
		return words
	}
	return rest
}
