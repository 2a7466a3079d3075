package federationtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/go-fed/activity/streams"
	"github.com/go-fed/activity/streams/vocab"
)

// database is go-fed's view of what a peer holds, in memory. Things are kept as
// JSON, so that what is handed out can be changed without a lock.
type database struct {
	base string

	mu     sync.Mutex
	locks  map[string]*lock
	things map[string][]byte
	lists  map[string][]string // inboxes, outboxes and other collections, newest first
	last   int                 // the number in the newest id
}

// lock is held for one id; waiting counts those who hold or want it.
type lock struct {
	sync.Mutex
	waiting int
}

func newDatabase(base string) *database {
	return &database{base: base, locks: map[string]*lock{}, things: map[string][]byte{}, lists: map[string][]string{}}
}

var errNothing = errors.New("nothing is stored there")

// Lock takes the lock of an id.
func (d *database) Lock(_ context.Context, id *url.URL) error {
	d.mu.Lock()
	l := d.locks[id.String()]
	if l == nil {
		l = &lock{}
		d.locks[id.String()] = l
	}
	l.waiting++
	d.mu.Unlock()
	l.Lock()
	return nil
}

// Unlock gives it back.
func (d *database) Unlock(_ context.Context, id *url.URL) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	l := d.locks[id.String()]
	if l.waiting--; l.waiting == 0 {
		delete(d.locks, id.String())
	}
	l.Unlock()
	return nil
}

// Owns tells whether a thing is ours. Collections do not count: go-fed would
// forward to their members what was addressed to them.
func (d *database) Owns(_ context.Context, id *url.URL) (bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return strings.HasPrefix(id.String(), d.base+"/") && d.things[id.String()] != nil, nil
}

// Exists tells whether anything is stored under an id.
func (d *database) Exists(_ context.Context, id *url.URL) (bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.things[id.String()] != nil, nil
}

// Get returns what is stored under an id.
func (d *database) Get(ctx context.Context, id *url.URL) (vocab.Type, error) {
	d.mu.Lock()
	doc := d.things[id.String()]
	d.mu.Unlock()
	if doc == nil {
		return nil, fmt.Errorf("%s: %w", id, errNothing)
	}
	return typed(ctx, doc)
}

// typed reads a document in go-fed's vocabulary.
func typed(ctx context.Context, doc []byte) (vocab.Type, error) {
	var m map[string]any
	if err := json.Unmarshal(doc, &m); err != nil {
		return nil, err
	}
	return streams.ToType(ctx, m)
}

// Create stores a thing under its id.
func (d *database) Create(_ context.Context, v vocab.Type) error {
	id, doc, err := plain(v)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.things[id] = doc
	return nil
}

func plain(v vocab.Type) (id string, doc []byte, err error) {
	m, err := streams.Serialize(v)
	if err != nil {
		return "", nil, err
	}
	doc, err = json.Marshal(m)
	return v.GetJSONLDId().Get().String(), doc, err
}

// Update stores a thing anew; a collection as its items.
func (d *database) Update(ctx context.Context, v vocab.Type) error {
	c, ok := v.(vocab.ActivityStreamsCollection)
	if !ok {
		return d.Create(ctx, v)
	}
	var ids []string
	if items := c.GetActivityStreamsItems(); items != nil {
		for i := items.Begin(); i != items.End(); i = i.Next() {
			ids = append(ids, i.GetIRI().String())
		}
	}
	d.setList(c.GetJSONLDId().Get().String(), ids)
	return nil
}

// Delete forgets a thing.
func (d *database) Delete(_ context.Context, id *url.URL) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.things, id.String())
	return nil
}

// InboxContains tells whether an activity came to an inbox before.
func (d *database) InboxContains(_ context.Context, inbox, id *url.URL) (bool, error) {
	return slices.Contains(d.list(inbox.String()), id.String()), nil
}

// GetInbox returns what came to an inbox.
func (d *database) GetInbox(_ context.Context, inbox *url.URL) (vocab.ActivityStreamsOrderedCollectionPage, error) {
	return d.page(inbox), nil
}

// SetInbox notes what came to an inbox.
func (d *database) SetInbox(_ context.Context, inbox vocab.ActivityStreamsOrderedCollectionPage) error {
	return d.setPage(inbox)
}

// GetOutbox returns what was sent from an outbox.
func (d *database) GetOutbox(_ context.Context, outbox *url.URL) (vocab.ActivityStreamsOrderedCollectionPage, error) {
	return d.page(outbox), nil
}

// SetOutbox notes what was sent from an outbox.
func (d *database) SetOutbox(_ context.Context, outbox vocab.ActivityStreamsOrderedCollectionPage) error {
	return d.setPage(outbox)
}

func (d *database) page(id *url.URL) vocab.ActivityStreamsOrderedCollectionPage {
	page := streams.NewActivityStreamsOrderedCollectionPage()
	page.SetJSONLDId(idProperty(id))
	items := streams.NewActivityStreamsOrderedItemsProperty()
	for _, item := range d.list(id.String()) {
		items.AppendIRI(iri(item))
	}
	page.SetActivityStreamsOrderedItems(items)
	return page
}

func (d *database) setPage(page vocab.ActivityStreamsOrderedCollectionPage) error {
	var ids []string
	items := page.GetActivityStreamsOrderedItems()
	for i := items.Begin(); i != items.End(); i = i.Next() {
		ids = append(ids, i.GetIRI().String())
	}
	d.setList(page.GetJSONLDId().Get().String(), ids)
	return nil
}

func (d *database) list(id string) []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.lists[id])
}

func (d *database) setList(id string, items []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lists[id] = items
}

// ActorForOutbox returns whose outbox it is; so do the next ones for the other
// addresses of a person, all of which begin with the person's id.
func (d *database) ActorForOutbox(_ context.Context, outbox *url.URL) (*url.URL, error) {
	return iri(strings.TrimSuffix(outbox.String(), "/outbox")), nil
}

// ActorForInbox returns whose inbox it is.
func (d *database) ActorForInbox(_ context.Context, inbox *url.URL) (*url.URL, error) {
	return iri(strings.TrimSuffix(inbox.String(), "/inbox")), nil
}

// OutboxForInbox returns the outbox of whom an inbox belongs to.
func (d *database) OutboxForInbox(_ context.Context, inbox *url.URL) (*url.URL, error) {
	return iri(strings.TrimSuffix(inbox.String(), "/inbox") + "/outbox"), nil
}

// InboxForActor knows nobody's inbox, so that go-fed asks the actor's server
// and reads the actor's document.
func (d *database) InboxForActor(context.Context, *url.URL) (*url.URL, error) { return nil, nil }

// NewID returns an id for something new.
func (d *database) NewID(_ context.Context, v vocab.Type) (*url.URL, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.last++
	return iri(d.base + "/things/" + strings.ToLower(v.GetTypeName()) + "-" + strconv.Itoa(d.last)), nil
}

// Followers returns who follows an actor.
func (d *database) Followers(_ context.Context, actor *url.URL) (vocab.ActivityStreamsCollection, error) {
	return d.collection(actor.String() + "/followers"), nil
}

// Following returns whom an actor follows.
func (d *database) Following(_ context.Context, actor *url.URL) (vocab.ActivityStreamsCollection, error) {
	return d.collection(actor.String() + "/following"), nil
}

// Liked returns what an actor likes.
func (d *database) Liked(_ context.Context, actor *url.URL) (vocab.ActivityStreamsCollection, error) {
	return d.collection(actor.String() + "/liked"), nil
}

func (d *database) collection(id string) vocab.ActivityStreamsCollection {
	c := streams.NewActivityStreamsCollection()
	c.SetJSONLDId(idProperty(iri(id)))
	items := streams.NewActivityStreamsItemsProperty()
	for _, item := range d.list(id) {
		items.AppendIRI(iri(item))
	}
	c.SetActivityStreamsItems(items)
	return c
}

func idProperty(id *url.URL) vocab.JSONLDIdProperty {
	p := streams.NewJSONLDIdProperty()
	p.Set(id)
	return p
}

// iri parses an id of ours or one that go-fed has parsed before.
func iri(id string) *url.URL {
	u, err := url.Parse(id)
	if err != nil {
		panic(err)
	}
	return u
}
