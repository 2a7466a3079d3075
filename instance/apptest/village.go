// Package apptest puts an instance together for tests: real databases, a clock
// the test sets, and people and places to speak of.
package apptest

import (
	"context"
	"sync"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/auth"
	"palier/instance/buildings"
	"palier/instance/campaigns"
	"palier/instance/clubs"
	"palier/instance/conversations"
	"palier/instance/events"
	"palier/instance/filters"
	"palier/instance/france"
	"palier/instance/groups"
	"palier/instance/hashtags"
	"palier/instance/jobs"
	"palier/instance/lists"
	"palier/instance/live"
	"palier/instance/markers"
	"palier/instance/media"
	"palier/instance/moderation"
	"palier/instance/notifications"
	"palier/instance/organisations"
	"palier/instance/people"
	"palier/instance/places"
	"palier/instance/posts"
	"palier/instance/proofs"
	"palier/instance/purchases"
	"palier/instance/rides"
	"palier/instance/rules"
	"palier/instance/search"
	"palier/instance/store"
	"palier/instance/timelines"
)

// Village is the nouns of one instance on a database, without a network.
type Village struct {
	T             testing.TB
	DB            *store.DB
	Site          instance.Site
	Clock         *Clock
	People        *people.Service
	Places        *places.Service
	Posts         *posts.Service
	Groups        *groups.Service
	Clubs         *clubs.Service
	Organisations *organisations.Service
	Rules         *rules.Service
	Timelines     *timelines.Service
	Markers       *markers.Service
	Conversations *conversations.Service
	Events        *events.Service
	Filters       *filters.Service
	Lists         *lists.Service
	Search        *search.Service
	Hashtags      *hashtags.Service
	Notifications *notifications.Service
	Moderation    *moderation.Service
	Proofs        *proofs.Service
	Apps          *auth.Apps
	Live          *live.Hub
	Purchases     *purchases.Service
	Rides         *rides.Service
	Buildings     *buildings.Service
	Campaigns     *campaigns.Service

	// Sites are what web sites say.
	Sites Sites

	mu    sync.Mutex
	deeds []instance.Deed
}

// Sites are texts by the address at which they lie.
type Sites struct {
	Texts map[string]string
	// Leads are addresses that send whom asks on to another.
	Leads map[string]string
	// Down tells that none answers.
	Down bool
}

// Text returns what lies at an address.
func (s *Sites) Text(_ context.Context, url string) (text, from string, err error) {
	if s.Down {
		return "", "", instance.ErrUnreachable
	}
	if to, ok := s.Leads[url]; ok {
		url = to
	}
	text, ok := s.Texts[url]
	if !ok {
		return "", "", instance.ErrNotFound
	}
	return text, url, nil
}

// Clock is a clock that a test sets.
type Clock struct {
	mu sync.Mutex
	at time.Time
}

// Start is when the clock of a new village stands.
var Start = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// Now returns the time, a millisecond later each time it is asked.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(time.Millisecond)
	return c.at
}

// Advance lets time pass.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// NewVillage returns the nouns on db.
func NewVillage(t testing.TB, db *store.DB) *Village {
	t.Helper()
	site, err := instance.NewSite("https://dinan.example")
	if err != nil {
		t.Fatal(err)
	}
	v := &Village{T: t, DB: db, Site: site, Clock: &Clock{at: Start}}
	ids := instance.NewIDs(v.Clock.Now, 0)
	v.Apps = auth.NewApps(auth.AppsOptions{DB: db, IDs: ids, Now: v.Clock.Now})
	v.People = people.New(people.Options{DB: db, Site: site, IDs: ids, Now: v.Clock.Now, Keys: noKeys{}, Tell: v.tell, SignOut: v.Apps.SignOutEverywhere, Cost: Cheap})
	v.Places = places.New(places.Options{DB: db, Site: site, IDs: ids, Now: v.Clock.Now, Keys: noKeys{}, Tell: v.tell})
	v.Proofs = proofs.New(proofs.Options{DB: db, IDs: ids, Now: v.Clock.Now, Key: []byte("only in tests"), Places: v.Places, Tell: v.tell})
	v.Rules = rules.New(rules.Options{DB: db, Initial: instance.Rules{ShopNotices: true}})
	v.Posts = posts.New(posts.Options{
		DB: db, Site: site, IDs: ids, Now: v.Clock.Now, Places: v.Places, Rules: v.Rules, Jobs: jobs.New(db, jobs.Options{}), Tell: v.tell,
		Hears: func(ctx context.Context, tx store.Tx, place, root instance.ActorID, author instance.Actor) (bool, error) {
			return v.Groups.Heard(ctx, tx, place, root, author)
		},
	})
	v.Campaigns = campaigns.New(campaigns.Options{DB: db, Site: site, IDs: ids, Now: v.Clock.Now, Posts: v.Posts, Jobs: jobs.New(db, jobs.Options{}), Tell: v.Private})
	v.Events = events.New(events.Options{DB: db, Site: site, IDs: ids, Now: v.Clock.Now, Posts: v.Posts, Places: v.Places, Post: posts.ByIDIn, Tell: v.tell})
	v.Groups = groups.New(groups.Options{DB: db, IDs: ids, Now: v.Clock.Now, Posts: v.Posts})
	v.Clubs = clubs.New(clubs.Options{DB: db, Site: site, IDs: ids, Now: v.Clock.Now, Keys: noKeys{}, Places: v.Places, Posts: v.Posts, Tell: v.tell})
	v.Organisations = organisations.New(organisations.Options{DB: db, Site: site, IDs: ids, Now: v.Clock.Now, Keys: noKeys{}, Posts: v.Posts, Rules: v.Rules, Key: []byte("a key of tests"), Tell: v.tell, Notify: v.Private, Fetch: &v.Sites})
	v.Timelines = timelines.New(timelines.Options{DB: db, Now: v.Clock.Now, Posts: v.Posts, Readers: places.Readers})
	v.Markers = markers.New(markers.Options{DB: db, Now: v.Clock.Now})
	v.Conversations = conversations.New(conversations.Options{DB: db, IDs: ids, Now: v.Clock.Now, Posts: v.Posts})
	v.Hashtags = hashtags.New(hashtags.Options{DB: db, IDs: ids, Now: v.Clock.Now, Tell: v.tell})
	v.Filters = filters.New(filters.Options{DB: db, IDs: ids, Now: v.Clock.Now, Posts: v.Posts})
	v.Lists = lists.New(lists.Options{DB: db, IDs: ids, Now: v.Clock.Now, Readers: places.Readers})
	v.Search = search.New(search.Options{DB: db, Site: site, Now: v.Clock.Now, Posts: v.Posts})
	v.Notifications = notifications.New(notifications.Options{DB: db, IDs: ids, Now: v.Clock.Now, Posts: v.Posts, Written: v.written})
	v.Moderation = moderation.New(moderation.Options{DB: db, Site: site, IDs: ids, Now: v.Clock.Now, Posts: v.Posts, Tell: v.tell, SignOut: v.Apps.SignOutEverywhere})
	v.Purchases = purchases.New(purchases.Options{DB: db, IDs: ids, Now: v.Clock.Now, Posts: v.Posts, Jobs: jobs.New(db, jobs.Options{}), Concern: v.Concern})
	v.Rides = rides.New(rides.Options{
		DB: db, IDs: ids, Now: v.Clock.Now, Zone: time.UTC, Posts: v.Posts, Communes: communes{}, Jobs: jobs.New(db, jobs.Options{}), Concern: v.Concern,
	})
	files, err := media.OpenFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = files.Close() })
	v.Buildings = buildings.New(buildings.Options{DB: db, IDs: ids, Now: v.Clock.Now, Posts: v.Posts, Files: files, Pictures: media.New(files, media.Options{}), Tell: v.Private})
	v.Live = live.New(live.Options{DB: db, Log: quiet(t), Now: v.Clock.Now, Readers: places.Readers})
	return v
}

func (v *Village) written(ctx context.Context, tx store.Tx, w notifications.Written) error {
	return v.Live.Notified(ctx, tx, w.Owner, w.ID)
}

// Concern tells people of something about a post.
func (v *Village) Concern(ctx context.Context, tx store.Tx, kind string, from instance.ActorID, post instance.PostID, whom []instance.ActorID) error {
	return v.Notifications.Concern(ctx, tx, notifications.Kind(kind), from, post, whom)
}

// Private tells people of something about no post.
func (v *Village) Private(ctx context.Context, tx store.Tx, kind string, from instance.ActorID, whom []instance.ActorID) error {
	return v.Concern(ctx, tx, kind, from, 0, whom)
}

func (v *Village) tell(ctx context.Context, tx store.Tx, d instance.Deed) error {
	v.mu.Lock()
	v.deeds = append(v.deeds, d)
	v.mu.Unlock()
	for _, hear := range []func(context.Context, store.Tx, instance.Deed) error{
		v.Conversations.Hear, v.Lists.Hear, v.Search.Hear, v.Timelines.Hear, v.Notifications.Hear, v.Live.Hear, v.Groups.Hear, v.Purchases.Hear, v.Rides.Hear,
		v.Clubs.Hear,
		v.Organisations.Hear,
		v.Campaigns.Hear,
	} {
		if err := hear(ctx, tx, d); err != nil {
			return err
		}
	}
	return nil
}

// Deeds returns what was told since the last call.
func (v *Village) Deeds() []instance.Deed {
	v.mu.Lock()
	defer v.mu.Unlock()
	d := v.deeds
	v.deeds = nil
	return d
}

// communes are the few that a village knows.
type communes struct{}

func (communes) Called(_ context.Context, typed string) ([]france.Commune, error) {
	var found []france.Commune
	for _, c := range []france.Commune{{Code: "22050", Name: "Dinan", Latitude: 48.45, Longitude: -2.05}, {Code: "35238", Name: "Rennes", Latitude: 48.11, Longitude: -1.68}} {
		if c.Name == typed || typed == "partout" {
			found = append(found, c)
		}
	}
	return found, nil
}

// noKeys is a keyring for actors that never sign.
type noKeys struct{}

func (noKeys) Mint() (func(context.Context, store.Tx, instance.Actor) error, error) {
	return func(context.Context, store.Tx, instance.Actor) error { return nil }, nil
}

// Password is everyone's.
const Password = "un mot de passe"

// Person returns a new person called name.
func (v *Village) Person(name string) instance.Account {
	v.T.Helper()
	a, err := v.People.Create(v.T.Context(), people.Newcomer{
		Username: name, Name: name, Email: name + "@dinan.example", Password: Password,
	})
	if err != nil {
		v.T.Fatal(err)
	}
	return a
}

// Place returns a new neighbourhood called name, within others of ours.
func (v *Village) Place(name string, kind instance.Level, within ...instance.Neighbourhood) instance.Neighbourhood {
	v.T.Helper()
	var uris []string
	for _, w := range within {
		uris = append(uris, w.URI)
	}
	n, err := v.Places.Create(v.T.Context(), places.Plan{Username: name, Title: name, Kind: kind, Within: uris})
	if err != nil {
		v.T.Fatal(err)
	}
	return n
}

// Resident returns a new person who is a verified resident of a place.
func (v *Village) Resident(name string, place instance.Neighbourhood) instance.Account {
	v.T.Helper()
	a := v.Person(name)
	v.Verify(a, place)
	return a
}

// Verify makes somebody a verified resident of a place.
func (v *Village) Verify(a instance.Account, place instance.Neighbourhood) {
	v.T.Helper()
	if err := v.Places.SetStanding(v.T.Context(), place.ID, a.ID, 0, instance.Verified); err != nil {
		v.T.Fatal(err)
	}
}

// Viewer returns somebody as a reader.
func (v *Village) Viewer(a instance.Account) instance.Viewer {
	v.T.Helper()
	viewer, err := v.Places.Viewer(v.T.Context(), a.ID)
	if err != nil {
		v.T.Fatal(err)
	}
	return viewer
}

// Post lets somebody post in a place.
func (v *Village) Post(a instance.Account, place instance.Neighbourhood, audience instance.Audience, text string) *instance.Post {
	v.T.Helper()
	p, err := v.Posts.Publish(v.T.Context(), v.Viewer(a), instance.Draft{Text: text, Audience: audience, Group: place.ID, Language: "fr"})
	if err != nil {
		v.T.Fatal(err)
	}
	return p
}

// Poll lets somebody ask the people of a place something.
func (v *Village) Poll(a instance.Account, place instance.Neighbourhood, text string) *instance.Post {
	v.T.Helper()
	p, err := v.Posts.Publish(v.T.Context(), v.Viewer(a), instance.Draft{
		Text: text, Language: "fr", Audience: instance.ToBuilding, Group: place.ID, Poll: &instance.PollDraft{Options: []string{"oui", "non"}, Lasts: time.Hour},
	})
	if err != nil {
		v.T.Fatal(err)
	}
	return p
}

// Reply lets somebody answer a post.
func (v *Village) Reply(a instance.Account, to *instance.Post, text string) *instance.Post {
	v.T.Helper()
	p, err := v.Posts.Publish(v.T.Context(), v.Viewer(a), instance.Draft{Text: text, ReplyTo: to.ID, Language: "fr"})
	if err != nil {
		v.T.Fatal(err)
	}
	return p
}

// Home returns the sources of the posts in somebody's feed, newest first.
func (v *Village) Home(a instance.Account) []string {
	v.T.Helper()
	entries, _, err := v.Timelines.Home(v.T.Context(), v.Viewer(a), timelines.Page{})
	if err != nil {
		v.T.Fatal(err)
	}
	return texts(entries)
}

// Shown returns the sources of what a place shows to a viewer, newest first.
func (v *Village) Shown(place instance.Neighbourhood, to instance.Viewer) []string {
	v.T.Helper()
	entries, _, err := v.Timelines.Place(v.T.Context(), to, place.ID, timelines.Narrow{}, timelines.Page{})
	if err != nil {
		v.T.Fatal(err)
	}
	return texts(entries)
}

func texts(entries []timelines.Entry) []string {
	var list []string
	for _, e := range entries {
		list = append(list, e.Post.Source)
	}
	return list
}
