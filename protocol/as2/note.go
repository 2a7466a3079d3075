package as2

import (
	"encoding/json"
	"fmt"
	"time"
)

// Note is what people read: a Note or one of its relatives (Article, Page,
// Question, Event, Video, …). The fields are those of a Note; the rest is in
// Unknown.
type Note struct {
	Context json.RawMessage

	ID           string
	Type         string
	AttributedTo []Item
	InReplyTo    string
	Name         string
	Summary      string // of a Note: the content warning, plain text
	Content      string // HTML unless MediaType says otherwise
	ContentMap   map[string]string
	MediaType    string
	Source       *Source
	URL          string
	Published    time.Time
	Updated      time.Time
	StartTime    time.Time
	EndTime      time.Time

	To, CC, BTo, BCC []string
	Audience         []string
	Conversation     string // the id of its thread (FEP-7888): the property context

	Sensitive   bool
	Location    *Place
	Image       *Media
	Attachments []Media
	Tags        []Tag
	Poll        *Poll // of a Question

	Replies, Likes, Shares Item
	Extra
}

// Source is a text as its author typed it.
type Source struct {
	Content   string
	MediaType string
	Extra
}

// Poll is what a Question asks.
type Poll struct {
	Choices  []Choice
	Multiple bool      // anyOf rather than oneOf
	Closed   time.Time // when it ended; zero while it is open
	Voters   int
}

// Choice is one answer of a poll. Hidden tells that its votes are not said.
type Choice struct {
	Name   string
	Votes  int
	Hidden bool
}

// MaxChoices is how many answers of a poll are read.
const MaxChoices = 50

// ReadNote reads a post of any type but those of actors, activities and
// collections, for which it returns [ErrWrongType]; so it does for a Tombstone.
// It returns [ErrNoType] and [ErrNoID] if these are missing.
func ReadNote(o *Object) (Note, error) {
	typ := o.Type()
	switch {
	case typ == "":
		return Note{}, ErrNoType
	case IsActor(typ), IsActivity(typ) && !o.Is(TypeProposal), IsCollection(typ), typ == TypeTombstone:
		return Note{}, fmt.Errorf("%w: %q is no post", ErrWrongType, typ)
	case o.ID() == "":
		return Note{}, ErrNoID
	}
	r := read(o)
	p := Note{
		Context:      r.context(),
		ID:           o.ID(),
		Type:         typ,
		AttributedTo: r.items("attributedTo"),
		InReplyTo:    r.first("inReplyTo"),
		Name:         r.line("name"),
		Summary:      r.text("summary"),
		Content:      r.text("content"),
		ContentMap:   r.languages("contentMap"),
		MediaType:    r.line("mediaType"),
		URL:          r.url("url"),
		Published:    r.time("published"),
		Updated:      r.time("updated"),
		StartTime:    r.time("startTime"),
		EndTime:      r.time("endTime"),
		To:           r.iris("to"),
		CC:           r.iris("cc"),
		BTo:          r.iris("bto"),
		BCC:          r.iris("bcc"),
		Audience:     r.iris("audience"),
		Conversation: r.first("context"),
		Sensitive:    r.true("sensitive"),
		Location:     r.location("location"),
		Image:        r.picture("image"),
		Attachments:  r.media("attachment"),
		Tags:         r.tags("tag"),
		Replies:      r.item("replies"),
		Likes:        r.item("likes"),
		Shares:       r.item("shares"),
	}
	if s, ok := r.object("source"); ok {
		source := readSource(s)
		p.Source = &source
	}
	if o.Is(TypeQuestion) {
		p.Poll = r.poll()
	}
	p.Extra = r.rest()
	return p, nil
}

// Author returns the id of the one who wrote it: the only one attributedTo
// names, or the only Person among those. It returns [ErrNotOne] otherwise.
func (p Note) Author() (string, error) {
	people := p.AttributedTo
	if len(people) > 1 {
		people = nil
		for _, i := range p.AttributedTo {
			if i.Type == TypePerson {
				people = append(people, i)
			}
		}
	}
	if len(people) != 1 || people[0].IRI == "" {
		return "", fmt.Errorf("%w: attributedTo", ErrNotOne)
	}
	return people[0].IRI, nil
}

// Language returns the language of a post in one language, else nothing.
func (p Note) Language() string {
	if len(p.ContentMap) != 1 {
		return ""
	}
	for tag := range p.ContentMap {
		return tag
	}
	return ""
}

func (p Note) write(w *writer) {
	w.head(p.Context, p.ID, p.Type)
	w.items("attributedTo", p.AttributedTo)
	w.text("inReplyTo", p.InReplyTo)
	w.text("name", p.Name)
	w.text("summary", p.Summary)
	w.yes("sensitive", p.Sensitive)
	w.text("content", p.Content)
	w.languages("contentMap", p.ContentMap)
	w.text("mediaType", p.MediaType)
	embed(w, "source", p.Source)
	w.text("url", p.URL)
	w.time("published", p.Published)
	w.time("updated", p.Updated)
	w.time("startTime", p.StartTime)
	w.time("endTime", p.EndTime)
	w.list("to", p.To)
	w.list("cc", p.CC)
	w.list("bto", p.BTo)
	w.list("bcc", p.BCC)
	w.some("audience", p.Audience)
	w.text("context", p.Conversation)
	embed(w, "location", p.Location)
	embed(w, "image", p.Image)
	embedAll(w, "attachment", p.Attachments)
	embedAll(w, "tag", p.Tags)
	if p.Poll != nil {
		p.Poll.write(w)
	}
	w.item("replies", p.Replies)
	w.item("likes", p.Likes)
	w.item("shares", p.Shares)
}

func (p Note) again(o *Object) Encodable { return must(ReadNote(o)) }

func readSource(o *Object) Source {
	r := read(o)
	s := Source{Content: r.text("content"), MediaType: r.line("mediaType")}
	s.Extra = r.rest()
	return s
}

func (s Source) write(w *writer) {
	w.text("content", s.Content)
	w.text("mediaType", s.MediaType)
}

func (s Source) again(o *Object) Encodable { return readSource(o) }
