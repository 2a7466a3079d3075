package as2

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// Actor is a person, a group, an organisation or a program that acts.
type Actor struct {
	Context json.RawMessage

	ID                string
	Type              string // Person, Group, Organization, Application, Service
	PreferredUsername string
	WebFinger         string // name@host (FEP-2c59)
	Name              string
	Summary           string // HTML
	URL               string // its page

	Inbox, Outbox, Followers, Following, Liked string
	Featured, FeaturedTags                     string

	AttributedTo []Item // of a Group: its collection of moderators (FEP-1b12)
	SharedInbox  string // endpoints.sharedInbox
	Published    time.Time
	Updated      time.Time
	Icon, Image  *Media
	Location     *Place
	Fields       []PropertyValue // attachment
	Tags         []Tag           // emoji in its texts
	Generator    *Generator
	PublicKeys   []PublicKey // publicKey
	Assertion    []Multikey  // assertionMethod
	AlsoKnownAs  []string
	MovedTo      string
	Implements   []Link // FEP-844e, of an Application

	// Wishes. The first three are always written for an actor of our own.
	ManuallyApprovesFollowers bool
	Discoverable              bool
	Indexable                 bool
	PostingRestrictedToMods   bool // of a Group
	Suspended, Memorial       bool
	Extra
}

// PropertyValue is a line of an actor's profile.
type PropertyValue struct {
	Type  string // PropertyValue
	Name  string
	Value string // HTML
	Extra
}

// Generator is the software behind an actor and what it implements (FEP-844e).
type Generator struct {
	ID         string
	Type       string // Application
	Name       string
	Implements []Link
	Extra
}

// MaxFields is how many lines of a profile are read.
const MaxFields = 50

// ReadActor reads an actor. It returns [ErrWrongType] if it is none and
// [ErrNoID] if it has no id. Everything else may be missing.
func ReadActor(o *Object) (Actor, error) {
	i := slices.IndexFunc(o.Types(), IsActor)
	if i < 0 {
		return Actor{}, fmt.Errorf("%w: %q is no actor", ErrWrongType, o.Type())
	}
	if o.ID() == "" {
		return Actor{}, ErrNoID
	}
	r := read(o)
	a := Actor{
		Context:           r.context(),
		ID:                o.ID(),
		Type:              o.Types()[i],
		PreferredUsername: r.line("preferredUsername"),
		WebFinger:         r.line("webfinger"),
		Name:              r.line("name"),
		Summary:           r.text("summary"),
		URL:               r.url("url"),
		Inbox:             r.iri("inbox"),
		Outbox:            r.iri("outbox"),
		Followers:         r.iri("followers"),
		Following:         r.iri("following"),
		Liked:             r.iri("liked"),
		Featured:          r.iri("featured"),
		FeaturedTags:      r.iri("featuredTags"),
		AttributedTo:      r.items("attributedTo"),
		Published:         r.time("published"),
		Updated:           r.time("updated"),
		Icon:              r.picture("icon"),
		Image:             r.picture("image"),
		Location:          r.location("location"),
		Fields:            r.fields("attachment"),
		Tags:              r.tags("tag"),
		Generator:         r.generator("generator"),
		PublicKeys:        r.publicKeys("publicKey"),
		Assertion:         r.multikeys("assertionMethod"),
		AlsoKnownAs:       r.iris("alsoKnownAs"),
		MovedTo:           r.iri("movedTo"),
		Implements:        r.links("implements"),
		Suspended:         r.true("suspended"),
		Memorial:          r.true("memorial"),
		Discoverable:      r.true("discoverable"),
		Indexable:         r.true("indexable"),

		ManuallyApprovesFollowers: r.true("manuallyApprovesFollowers"),
		PostingRestrictedToMods:   r.true("postingRestrictedToMods"),
	}
	if e, ok := r.object("endpoints"); ok {
		a.SharedInbox = e.IRI("sharedInbox")
	}
	a.Extra = r.rest()
	return a, nil
}

func (a Actor) write(w *writer) {
	w.head(a.Context, a.ID, a.Type)
	w.text("preferredUsername", a.PreferredUsername)
	w.text("webfinger", a.WebFinger)
	w.text("name", a.Name)
	w.text("summary", a.Summary)
	w.text("url", a.URL)
	w.text("inbox", a.Inbox)
	w.text("outbox", a.Outbox)
	w.text("followers", a.Followers)
	w.text("following", a.Following)
	w.text("liked", a.Liked)
	w.text("featured", a.Featured)
	w.text("featuredTags", a.FeaturedTags)
	w.items("attributedTo", a.AttributedTo)
	if a.SharedInbox != "" {
		w.put("endpoints", func(b []byte) ([]byte, error) { return appendEncoded(b, endpoints{SharedInbox: a.SharedInbox}) })
	}
	w.time("published", a.Published)
	w.time("updated", a.Updated)
	w.bool("manuallyApprovesFollowers", a.ManuallyApprovesFollowers)
	w.bool("discoverable", a.Discoverable)
	w.bool("indexable", a.Indexable)
	if a.Type == TypeGroup {
		w.bool("postingRestrictedToMods", a.PostingRestrictedToMods)
	}
	w.yes("suspended", a.Suspended)
	w.yes("memorial", a.Memorial)
	embed(w, "icon", a.Icon)
	embed(w, "image", a.Image)
	embed(w, "location", a.Location)
	embedAll(w, "attachment", a.Fields)
	embedAll(w, "tag", a.Tags)
	embed(w, "generator", a.Generator)
	embedAll(w, "implements", a.Implements)
	w.list("alsoKnownAs", a.AlsoKnownAs)
	w.text("movedTo", a.MovedTo)
	embedSome(w, "publicKey", a.PublicKeys)
	embedAll(w, "assertionMethod", a.Assertion)
}

func (a Actor) again(o *Object) Encodable { return must(ReadActor(o)) }

// endpoints is how the shared inbox of an actor is written.
type endpoints struct {
	SharedInbox string
	Extra
}

func (e endpoints) write(w *writer)         { w.text("sharedInbox", e.SharedInbox) }
func (e endpoints) again(*Object) Encodable { return endpoints{} }

// fields reads the lines of a profile and passes over other attachments.
func (r *reader) fields(name string) []PropertyValue {
	var all []PropertyValue
	for _, o := range r.objects(name) {
		if o.Is(TypePropertyValue) && len(all) < MaxFields {
			all = append(all, readPropertyValue(o))
		}
	}
	return all
}

func readPropertyValue(o *Object) PropertyValue {
	r := read(o)
	f := PropertyValue{Type: TypePropertyValue, Name: r.line("name"), Value: r.text("value")}
	f.Extra = r.rest()
	return f
}

func (f PropertyValue) write(w *writer) {
	w.head(nil, "", f.Type)
	w.text("name", f.Name)
	w.text("value", f.Value)
}

func (f PropertyValue) again(o *Object) Encodable { return readPropertyValue(o) }

func (r *reader) generator(name string) *Generator {
	o, ok := r.object(name)
	if !ok {
		return nil
	}
	g := readGenerator(o)
	return &g
}

func readGenerator(o *Object) Generator {
	r := read(o)
	g := Generator{ID: o.ID(), Type: o.Type(), Name: r.line("name"), Implements: r.links("implements")}
	g.Extra = r.rest()
	return g
}

func (g Generator) write(w *writer) {
	w.head(nil, g.ID, g.Type)
	w.text("name", g.Name)
	embedAll(w, "implements", g.Implements)
}

func (g Generator) again(o *Object) Encodable { return readGenerator(o) }

// links reads the Links of a property; a bare IRI is one too.
func (r *reader) links(name string) []Link {
	var all []Link
	for v := range r.o.get(r.use(name)).each {
		if s, ok := v.text(); ok && plausible(s) {
			all = append(all, Link{Type: TypeLink, Href: s})
		}
		o, ok := v.object()
		if !ok {
			continue
		}
		if l, err := ReadLink(o); err == nil {
			all = append(all, l)
		}
	}
	return all
}
