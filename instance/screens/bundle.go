package screens

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/writing"
)

// Keeps is how long a device may show a bundle without a connection.
const Keeps = 7 * 24 * time.Hour

// News is where a screen gets what it shows.
type News interface {
	// Public returns what everybody may read in a place and in what it lies
	// within: notices that hold, what happens soon, what is asked for and offered.
	Public(ctx context.Context, place instance.ActorID) (PublicNews, error)
	// Tagged returns what everybody may read there under a hashtag, the newest
	// first; under that of the campaign that runs there if tag is empty.
	Tagged(ctx context.Context, place instance.ActorID, tag string) (Tagged, error)
	// Weather returns what is warned of where a place lies, in a language.
	Weather(ctx context.Context, place instance.ActorID, language string) ([]Item, error)
	// Hall returns what the people of a house put up in their hall.
	Hall(ctx context.Context, place instance.ActorID) (HallNews, error)
}

// PublicNews is what everybody may read, each list in its order.
type PublicNews struct{ Notices, Events, Asks []*instance.Post }

// Tagged is what stands under a hashtag; an empty one for nothing.
type Tagged struct {
	Tag   string
	Posts []*instance.Post
}

// HallNews is what the people of a house put up in their hall.
type HallNews struct {
	Works     []instance.Works
	Meetings  []instance.Assembly
	Incidents []instance.Incident
}

// Bundle is everything a screen shows, as its place signs it. What is not named
// here never stands on a screen: the list is the rule.
type Bundle struct {
	Type    string    `json:"type"`
	Place   string    `json:"attributedTo"` // id of the place that signs
	Name    string    `json:"name"`
	Made    time.Time `json:"published"`
	Expires time.Time `json:"expires"` // it is shown no longer
	Cards   []Card    `json:"cards"`
}

// Card is one thing that is shown at a time.
type Card struct {
	Section string `json:"section"` // one of [instance.ScreenSections] but codes
	URL     string `json:"url"`     // where one acts, in a square code
	Items   []Item `json:"items"`
}

// Item is one line of a card.
type Item struct {
	Kind     string    `json:"kind"` // notice, weather, works, meeting, incident, event, ask, offer, post
	Title    string    `json:"title"`
	Text     string    `json:"text,omitzero"`
	Language string    `json:"language,omitzero"`
	By       string    `json:"by,omitzero"` // an organisation, or the first name of who agreed
	Starts   time.Time `json:"starts,omitzero"`
	Ends     time.Time `json:"ends,omitzero"`
	Where    string    `json:"where,omitzero"`
	Cut      string    `json:"cut,omitzero"`
	State    string    `json:"state,omitzero"`
}

// bundleType is what a bundle says it is.
const bundleType = "PalierScreenBundle"

// How much stands on a screen: no card is too full to be read from three metres,
// and all have their turn within four minutes.
const (
	mostAlerts, mostBuilding, mostLines = 3, 5, 4
	titleLength, textLength             = 110, 220
)

// Bundle returns what a screen shows now.
func (s *Service) Bundle(ctx context.Context, x instance.Screen) (Bundle, error) {
	b, err := s.bundle(ctx, x)
	if err != nil {
		return Bundle{}, fmt.Errorf("bundle of screen %s: %w", x.ID, err)
	}
	return b, nil
}

func (s *Service) bundle(ctx context.Context, x instance.Screen) (Bundle, error) {
	place, err := actors.ByID(ctx, s.db.Read(), x.Place)
	if err != nil {
		return Bundle{}, err
	}
	now := s.now().UTC().Truncate(time.Second)
	b := Bundle{Type: bundleType, Place: place.URI, Name: place.Shown(), Made: now, Expires: now.Add(Keeps), Cards: []Card{}}
	if x.Blank {
		return b, nil
	}
	news, err := s.news.Public(ctx, x.Place)
	if err != nil {
		return b, err
	}
	var tagged Tagged
	if x.Shows("campaign") {
		if tagged, err = s.news.Tagged(ctx, x.Place, x.Tag); err != nil {
			return b, err
		}
	}
	names, err := s.names(ctx, news.Notices, news.Events, news.Asks, tagged.Posts)
	if err != nil {
		return b, err
	}
	var hall HallNews
	if place.Level.House() && x.Shows("building") {
		if hall, err = s.news.Hall(ctx, x.Place); err != nil {
			return b, err
		}
	}
	home := s.site.Page(place.Username)
	if x.Shows("alerts") {
		warnings, err := s.news.Weather(ctx, x.Place, x.Language)
		if err != nil {
			return b, err
		}
		for _, i := range warnings[:min(len(warnings), mostAlerts)] {
			b.Cards = append(b.Cards, Card{"alerts", home, []Item{i}})
		}
		for _, p := range s.public(news.Notices, mostAlerts) {
			b.Cards = append(b.Cards, Card{"alerts", s.urlOf(p), []Item{s.item(p, "notice", names)}})
		}
	}
	for _, i := range hall.items(mostBuilding) {
		b.Cards = append(b.Cards, Card{"building", home, []Item{i}})
	}
	for _, part := range []struct {
		section string
		posts   []*instance.Post
		url     string
	}{
		{"events", news.Events, home + "/events"},
		{"asks", news.Asks, home + "/exchange"},
		{"campaign", tagged.Posts, s.site.Base() + "/tags/" + tagged.Tag},
	} {
		lines := s.public(part.posts, mostLines)
		if !x.Shows(part.section) || len(lines) == 0 {
			continue
		}
		c := Card{Section: part.section, URL: part.url}
		if len(lines) == 1 && (lines[0].Event != nil || official(lines[0].Author) != "") {
			c.URL = s.urlOf(lines[0]) // the page of what a person wrote names them
		}
		for _, p := range lines {
			c.Items = append(c.Items, s.item(p, kindOf(p), names))
		}
		b.Cards = append(b.Cards, c)
	}
	return b, nil
}

// Signed returns a bundle as the place of the screen signs it.
func (s *Service) Signed(ctx context.Context, x instance.Screen, b Bundle) ([]byte, error) {
	place, err := actors.ByID(ctx, s.db.Read(), x.Place)
	if err != nil {
		return nil, fmt.Errorf("sign for screen %s: %w", x.ID, err)
	}
	doc, err := json.Marshal(b)
	if err != nil {
		return nil, fmt.Errorf("sign for screen %s: %w", x.ID, err)
	}
	if doc, err = s.sign(ctx, place, doc); err != nil {
		return nil, fmt.Errorf("sign for screen %s: %w", x.ID, err)
	}
	return doc, nil
}

// public returns the first of some posts that everybody may read and that stand.
// What gives them to us asks for no others; that a screen shows none is looked at
// again here.
func (s *Service) public(posts []*instance.Post, most int) []*instance.Post {
	var kept []*instance.Post
	for _, p := range posts {
		if p.Audience == instance.ToPublic && !p.Gone() && p.Withdrawn.IsZero() && p.Warning == "" && len(kept) < most {
			kept = append(kept, p)
		}
	}
	return kept
}

// names returns how who wrote some posts is called on a screen: organisations by
// their names, people here who agreed by their first name, nobody else at all.
func (s *Service) names(ctx context.Context, lists ...[]*instance.Post) (map[instance.ActorID]string, error) {
	names := make(map[instance.ActorID]string)
	var people []instance.ActorID
	first := make(map[instance.ActorID]string)
	for _, posts := range lists {
		for _, p := range posts {
			switch {
			case official(p.Author) != "":
				names[p.Author.ID] = p.Author.Shown()
			case p.Author.Kind == instance.Person && p.Author.Local():
				if _, seen := first[p.Author.ID]; !seen {
					people = append(people, p.Author.ID)
				}
				first[p.Author.ID], _, _ = strings.Cut(strings.TrimSpace(p.Author.Shown()), " ")
			}
		}
	}
	agreed, err := s.agreed(ctx, people)
	for id := range agreed {
		names[id] = first[id]
	}
	return names, err
}

func (s *Service) urlOf(p *instance.Post) string {
	if p.Event != nil {
		return s.site.Base() + "/e/" + p.ID.String()
	}
	return s.site.Base() + "/@" + p.Author.Acct() + "/" + p.ID.String()
}

func kindOf(p *instance.Post) string {
	switch {
	case p.Event != nil:
		return "event"
	case p.Proposal != nil && p.Proposal.Purpose == instance.Asking:
		return "ask"
	case p.Proposal != nil:
		return "offer"
	case p.Notice != nil:
		return "notice"
	}
	return "post"
}

// item is a post as a screen shows it. Of what a person wrote no text but the
// title stands there, and nothing in it by which they can be reached.
func (s *Service) item(p *instance.Post, kind string, names map[instance.ActorID]string) Item {
	i := Item{Kind: kind, Title: p.Title, Language: p.Language, By: names[p.Author.ID]}
	ofPerson := official(p.Author) == ""
	text := writing.Plain(p.Content, textLength)
	switch {
	case i.Title == "":
		i.Title = writing.Plain(p.Content, titleLength)
	case !ofPerson:
		i.Text = text
	}
	if ofPerson {
		i.Title = withoutContacts(i.Title)
	}
	i.Title = short(i.Title, titleLength)
	if p.Event != nil {
		i.Starts, i.Where = p.Event.Starts, short(withoutContacts(p.Event.Venue.Name), titleLength)
	}
	if p.Notice != nil {
		i.Ends = p.Notice.Until
	}
	return i
}

// items are what stands in a hall: what is cut off and the works first, then what
// is broken, then the meeting.
func (h HallNews) items(most int) []Item {
	var list []Item
	said := func(text string) string { return short(withoutContacts(text), titleLength) }
	for _, w := range h.Works {
		list = append(list, Item{Kind: "works", Title: said(w.What), Text: said(w.Concerns), By: official(w.Author), Starts: w.From, Ends: w.Until, Cut: w.Cut})
	}
	for _, x := range h.Incidents {
		list = append(list, Item{Kind: "incident", Title: said(x.What), Text: said(x.Note), By: official(x.Author), Where: said(x.Where), State: string(x.State)})
	}
	for _, m := range h.Meetings {
		list = append(list, Item{Kind: "meeting", Title: said(m.Where), Text: short(withoutContacts(m.Agenda), textLength), By: official(m.Author), Starts: m.At})
	}
	return list[:min(len(list), most)]
}

// official is the name of an organisation or a place, nothing for a person.
func official(a instance.Actor) string {
	if a.Kind == instance.Organization || a.Kind == instance.Group {
		return a.Shown()
	}
	return ""
}

// contact is how people are reached: telephone numbers, addresses of mail,
// handles and links.
var contact = regexp.MustCompile(`(?i)https?://\S+|www\.\S+|[\p{L}\p{N}._%+-]*@[\p{L}\p{N}._-]+|\+?\(?\d(?:[\s.()/-]*\d){8,}`)

// withoutContacts takes out of what a person wrote by what they can be reached: a
// hall is no place for that, even if it is public elsewhere.
func withoutContacts(text string) string { return contact.ReplaceAllString(text, "…") }

// short is the beginning of a text, ended at a word.
func short(text string, most int) string {
	text = strings.TrimSpace(text)
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	cut := string([]rune(text)[:most-1])
	if i := strings.LastIndexByte(cut, ' '); i > most/2 {
		cut = cut[:i]
	}
	return cut + "…"
}
