package app_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-fed/activity/streams/vocab"

	"palier/federation/federationtest"
	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/moderation"
	"palier/instance/store"
	"palier/specs/conformity"
)

// others is a neighbourhood on one server of ours, and a network of servers that
// are not ours.
type others struct {
	*federationtest.Network
	t      *testing.T
	ctx    context.Context
	ours   *apptest.Server
	rue    instance.Neighbourhood
	amina  instance.Account // lives there
	odette instance.Account // looks after it
}

func newOthers(t *testing.T, engine store.Engine) *others {
	t.Helper()
	return newOthersAt(t, apptest.Open(t, engine, nil))
}

// newOthersAt is [newOthers] around a server of ours that runs already.
func newOthersAt(t *testing.T, ours *apptest.Server) *others {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	t.Cleanup(cancel)
	o := &others{Network: federationtest.NewNetwork(t, nil), t: t, ctx: ctx, ours: ours}
	o.rue = o.ours.Place("rue", "neighbourhood")
	o.amina, o.odette = o.ours.Resident("amina", o.rue), o.ours.Resident("odette", o.rue)
	if err := o.ours.Places.SetModerator(ctx, o.rue.ID, o.odette.ID, true); err != nil {
		t.Fatal(err)
	}
	return o
}

func (o *others) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

// got returns what a call returned, if that is no error.
func got[T any](v T, err error) func(*others) T {
	return func(o *others) T {
		o.t.Helper()
		o.must(err)
		return v
	}
}

func (o *others) settle() {
	o.t.Helper()
	apptest.Settle(o.t, o.ours)
}

// hears is a server that tells what came to it.
type hears interface {
	Await(ctx context.Context, matches func(federationtest.Received) bool) (federationtest.Received, error)
	Received() []federationtest.Received
	Count(matches func(federationtest.Received) bool) int
}

// await returns an activity once it came, signed by its actor.
func (o *others) await(at hears, kind, actor, object string) federationtest.Received {
	o.t.Helper()
	r, err := at.Await(o.ctx, func(r federationtest.Received) bool {
		return r.Is(kind, actor, object) && r.Signer == actor && r.Status < 300
	})
	o.must(err)
	return r
}

// approve holds everything that a server of others was sent to what every
// server may expect: a good signature, a document in ActivityStreams' own words,
// and one that our schemas allow.
func (o *others) approve(at hears) {
	o.t.Helper()
	if len(at.Received()) == 0 {
		o.t.Error("nothing came at all")
	}
	for _, r := range at.Received() {
		if err := errors.Join(r.SignErr, r.TypeErr, r.Err, conformity.Check(r.Body)); err != nil {
			o.t.Errorf("%s: %v", r, err)
		}
	}
}

// follows lets somebody of a go-fed server follow our neighbourhood.
func (o *others) follows(p *federationtest.Peer, who *federationtest.Person) (follow string) {
	o.t.Helper()
	id := got(who.Find(o.ctx, "@"+o.ours.Handle("rue")))(o)
	follow = got(who.Follow(o.ctx, id))(o)
	o.await(p, "Accept", o.rue.URI, follow)
	return follow
}

// held returns the one post that waits for a moderator.
func (o *others) held() instance.ID {
	o.t.Helper()
	list := got(o.ours.Groups.Waiting(o.ctx, o.rue.ID, 0, 10))(o)
	if len(list) != 1 {
		o.t.Fatalf("%d posts wait, want one", len(list))
	}
	return list[0].ID
}

// hear lets every answer through that waits, by who began the thread.
func (o *others) hear() {
	o.t.Helper()
	n := 0
	for _, w := range got(o.ours.Groups.Waiting(o.ctx, o.rue.ID, 0, 50))(o) {
		held := got(o.ours.Posts.HeldAll(o.ctx, o.amina.ID, []instance.PostID{w.Post}))(o)
		if len(held) == 1 && held[0].Waits() {
			o.must(o.ours.Groups.LetThrough(o.ctx, o.amina, w.Post))
			n++
		}
	}
	if n == 0 {
		o.t.Error("no answer waits")
	}
	o.settle()
}

func (o *others) shown(texts ...string) {
	o.t.Helper()
	want(o.t, "the neighbourhood's page", shown(o.t, o.ours, o.rue), texts...)
}

// post returns a post as anyone reads it.
func (o *others) post(id instance.PostID) *instance.Post {
	o.t.Helper()
	return got(o.ours.Posts.ByID(o.ctx, instance.Anyone, id))(o)
}

// thread returns the posts of a thread by their words.
func (o *others) thread(of instance.PostID) map[string]*instance.Post {
	o.t.Helper()
	posts := map[string]*instance.Post{}
	for _, p := range got(o.ours.Posts.Thread(o.ctx, instance.Anyone, of, 0))(o) {
		posts[strings.NewReplacer("<p>", "", "</p>", "").Replace(p.Content)] = p
	}
	return posts
}

// A server built on go-fed finds our neighbourhood by its handle, follows it,
// and hears what is said there: the post itself, once, to be fetched from us.
func TestOthersFollowTheNeighbourhood(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		o := newOthers(t, engine)
		peer := o.Peer()
		ana := peer.Person("ana")
		follow := o.follows(peer, ana)
		if got := ana.Followed(); !slices.Equal(got, []string{o.rue.URI}) {
			t.Errorf("go-fed has taken the Accept of %v", got)
		}

		p := o.ours.Post(o.amina, o.rue.ID, instance.ToPublic, "Repas de rue dimanche")
		announce := o.await(peer, "Announce", o.rue.URI, p.URI)
		if announce.Wraps() {
			t.Errorf("who never spoke FEP-1b12 got the whole activity: %s", announce.Body)
		}
		note, ok := peer.Holds(o.ctx, p.URI).(vocab.ActivityStreamsNote)
		if !ok || !strings.Contains(note.GetActivityStreamsContent().At(0).GetXMLSchemaString(), "Repas de rue dimanche") {
			t.Errorf("go-fed fetched %v", note)
		}

		// What is for neighbours stays at home, and so does a reply to strangers
		// of a group.
		o.ours.Post(o.amina, o.rue.ID, instance.ToNeighbourhood, "La clé est chez Odette")
		got(o.ours.Posts.Publish(o.ctx, o.ours.Viewer(o.odette), instance.Draft{Text: "J'y serai", ReplyTo: p.ID}))(o)
		got(o.ours.Posts.Edit(o.ctx, o.amina.ID, p.ID, instance.Draft{Text: "Repas de rue samedi"}))(o)
		update := o.await(peer, "Update", o.amina.URI, p.URI)
		if text, _ := update.At("object", "content").(string); !strings.Contains(text, "samedi") {
			t.Errorf("the edit says %q", text)
		}
		o.must(o.ours.Posts.Delete(o.ctx, o.amina.ID, p.ID))
		o.await(peer, "Delete", o.amina.URI, p.URI)
		if peer.Holds(o.ctx, p.URI) != nil {
			t.Error("go-fed holds the post after its end")
		}
		var refused *federationtest.Refused
		if _, err := ana.Fetch(o.ctx, p.URI); !errors.As(err, &refused) || refused.Status != http.StatusGone {
			t.Errorf("the deleted post answers %v, want 410", err)
		}

		got(ana.Undo(o.ctx, follow))(o)
		o.settle()
		before := len(peer.Received())
		o.ours.Post(o.amina, o.rue.ID, instance.ToPublic, "Après le départ d'Ana")
		o.settle()
		if after := peer.Received(); len(after) != before {
			t.Errorf("after the end of the follow came %v", after[before:])
		}
		if n := peer.Count(func(r federationtest.Received) bool { return r.Is("Announce", o.rue.URI, p.URI) }); n != 1 {
			t.Errorf("the post was announced %d times", n)
		}
		o.approve(peer)
	})
}

// What others post in a neighbourhood waits for its moderator, once; then it is
// on the page, and all who follow hear of it and fetch it where it is from.
func TestOthersPostInTheNeighbourhood(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		o := newOthers(t, engine)
		peer, far := o.Peer(), o.Peer()
		ana, bo := peer.Person("ana"), far.Person("bo")
		o.follows(peer, ana)
		o.follows(far, bo)

		note := got(ana.Post(o.ctx, o.rue.URI, "Cherche un diable samedi"))(o)
		o.settle()
		o.shown()
		o.must(o.ours.Groups.Release(o.ctx, o.odette, o.held()))
		o.await(far, "Announce", o.rue.URI, note)
		o.shown("Cherche un diable samedi")
		if far.Holds(o.ctx, note) == nil {
			t.Error("who follows could not fetch it from its origin")
		}

		second := got(ana.Post(o.ctx, o.rue.URI, "Trouvé, merci"))(o)
		o.await(far, "Announce", o.rue.URI, second)
		o.shown("Trouvé, merci", "Cherche un diable samedi")

		got(ana.Delete(o.ctx, note))(o)
		o.settle()
		o.shown("Trouvé, merci")
		if n := far.Count(func(r federationtest.Received) bool {
			return r.At("type") == "Undo" && r.ID("actor") == o.rue.URI && r.ID("object", "object") == note
		}); n != 1 {
			t.Errorf("who follows heard %d times that it was taken back: %v", n, far.Received())
		}
		o.approve(peer)
		o.approve(far)
	})
}

// A stranger's reply stands in the thread, and thanks are counted, both ways.
func TestOthersAnswer(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		o := newOthers(t, engine)
		peer := o.Peer()
		ana := peer.Person("ana")
		p := o.ours.Post(o.amina, o.rue.ID, instance.ToPublic, "Qui vient ?")

		reply := got(ana.Reply(o.ctx, p.URI, o.amina.URI, o.rue.URI, "Moi"))(o)
		like := got(ana.Like(o.ctx, p.URI, o.amina.URI))(o)
		share := got(ana.Announce(o.ctx, p.URI, o.amina.URI))(o)
		o.settle()
		if n := o.post(p.ID).Replies; n != 0 || o.thread(p.ID)["Moi"] != nil {
			t.Errorf("an answer that waits is shown, or counted: %d", n)
		}
		o.hear()
		there := o.thread(p.ID)["Moi"]
		if there == nil || there.URI != reply {
			t.Fatalf("the thread is %v", o.thread(p.ID))
		}
		if now := o.post(p.ID); now.Likes != 1 || now.Replies != 1 {
			t.Errorf("counted %d likes and %d replies", now.Likes, now.Replies)
		}
		shares := o.post(p.ID).Boosts

		// The author answers, and the answer comes to who was answered.
		back := got(o.ours.Posts.Publish(o.ctx, o.ours.Viewer(o.amina), instance.Draft{Text: "Bien !", ReplyTo: there.ID}))(o)
		create := o.await(peer, "Create", o.amina.URI, back.URI)
		if create.ID("object", "inReplyTo") != reply {
			t.Errorf("the answer answers %s", create.ID("object", "inReplyTo"))
		}

		got(ana.Undo(o.ctx, like))(o)
		got(ana.Undo(o.ctx, share))(o)
		got(ana.Delete(o.ctx, reply))(o)
		o.settle()
		if now := o.post(p.ID); now.Likes != 0 || now.Boosts != shares-1 {
			t.Errorf("taken back, and counted %d likes and %d shares of %d", now.Likes, now.Boosts, shares)
		}
		if o.thread(p.ID)["Moi"] != nil {
			t.Error("the deleted reply still stands in the thread")
		}
		o.approve(peer)
	})
}

// A blocked server hears nothing more, and is not heard.
func TestOthersAreBlocked(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		o := newOthers(t, engine)
		peer, friend := o.Peer(), o.Peer()
		ana, bo := peer.Person("ana"), friend.Person("bo")
		o.follows(peer, ana)
		o.follows(friend, bo)
		host, _, _ := strings.Cut(peer.Name, ":")
		o.must(o.ours.Moderation.SetDomain(o.ctx, o.odette.ID, moderation.DomainRule{Domain: host, Severity: moderation.Suspended}))
		o.settle()
		before := len(peer.Received())

		p := o.ours.Post(o.amina, o.rue.ID, instance.ToPublic, "Entre nous tous")
		o.await(friend, "Announce", o.rue.URI, p.URI)
		o.settle()
		if after := peer.Received(); len(after) != before {
			t.Errorf("who is blocked was sent %v", after[before:])
		}
		for deed, do := range map[string]func() (string, error){
			"a post":   func() (string, error) { return ana.Post(o.ctx, o.rue.URI, "Je crie") },
			"a reply":  func() (string, error) { return ana.Reply(o.ctx, p.URI, o.amina.URI, o.rue.URI, "Je réponds") },
			"a like":   func() (string, error) { return ana.Like(o.ctx, p.URI, o.amina.URI) },
			"a follow": func() (string, error) { return ana.Follow(o.ctx, o.rue.URI) },
		} {
			var refused *federationtest.Refused
			if _, err := do(); !errors.As(err, &refused) || refused.Status != http.StatusForbidden {
				t.Errorf("%s of who is blocked: %v, want 403", deed, err)
			}
		}
		o.settle()
		if thread := o.thread(p.ID); len(thread) != 1 {
			t.Errorf("who is blocked stands in the thread: %v", thread)
		}
		if o.post(p.ID).Likes != 0 {
			t.Error("the like of who is blocked was counted")
		}
		if waiting := got(o.ours.Groups.Waiting(o.ctx, o.rue.ID, 0, 10))(o); len(waiting) != 0 {
			t.Errorf("%d posts of who is blocked wait", len(waiting))
		}
	})
}

// A person whom a resident blocks does not get at the resident.
func TestSomebodyElsewhereIsBlocked(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		o := newOthers(t, engine)
		peer := o.Peer()
		ana := peer.Person("ana")
		id := got(ana.Find(o.ctx, o.ours.Handle("amina")))(o)
		follow := got(ana.Follow(o.ctx, id))(o)
		o.settle()
		there := o.ours.Find(ana.Handle)
		if err := o.ours.People.Grant(o.ctx, o.amina.ID, there.ID); err != nil && !errors.Is(err, instance.ErrNotFound) {
			t.Fatal(err)
		}
		o.await(peer, "Accept", o.amina.URI, follow)
		o.must(o.ours.People.Block(o.ctx, o.amina.ID, there.ID))
		o.settle()
		before := len(peer.Received())

		p := o.ours.Post(o.amina, o.rue.ID, instance.ToPublic, "Sans Ana")
		got(ana.Reply(o.ctx, p.URI, o.amina.URI, o.rue.URI, "Si"))(o)
		got(ana.Like(o.ctx, p.URI, o.amina.URI))(o)
		got(ana.Follow(o.ctx, o.amina.URI))(o)
		o.settle()
		for _, r := range peer.Received()[before:] {
			if r.ID("actor") == o.amina.URI {
				t.Errorf("the one who blocks sends %s", r)
			}
		}
		if o.post(p.ID).Likes != 0 {
			t.Error("the like of who is blocked was counted")
		}
		followers := got(o.ours.People.Followers(o.ctx, o.amina.ID, 0, 10))(o)
		for _, f := range followers {
			if f.From.ID == there.ID {
				t.Error("who is blocked follows again")
			}
		}
	})
}
