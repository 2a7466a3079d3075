package federationtest_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-fed/activity/streams/vocab"

	"palier/federation/federationtest"
)

func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// Two servers of go-fed's talk to one another: what the peer does is what any
// server does.
func TestPeersTalk(t *testing.T) {
	t.Parallel()
	ctx := within(t)
	n := federationtest.NewNetwork(t, nil)
	here, there := n.Peer(), n.Peer()
	ana, bo := here.Person("ana"), there.Person("bo")

	id := must(ana.Find(ctx, "@"+bo.Handle))(t)
	if id != bo.ID {
		t.Fatalf("found %s, want %s", id, bo.ID)
	}
	follow := must(ana.Follow(ctx, id))(t)
	accept := must(here.Await(ctx, func(r federationtest.Received) bool { return r.Is("Accept", bo.ID, follow) }))(t)
	if accept.Signer != bo.ID || accept.Scheme != federationtest.Cavage || accept.Status != 200 {
		t.Errorf("the Accept came as %s", accept)
	}
	if got := ana.Followed(); !slices.Equal(got, []string{bo.ID}) {
		t.Errorf("ana follows %v", got)
	}
	if got := bo.FollowedBy(); !slices.Equal(got, []string{ana.ID}) {
		t.Errorf("bo is followed by %v", got)
	}

	note := must(bo.Post(ctx, "", "Repas de rue dimanche"))(t)
	create := must(here.Await(ctx, func(r federationtest.Received) bool { return r.Is("Create", bo.ID, note) }))(t)
	if c, ok := create.Type.(vocab.ActivityStreamsCreate); !ok || c.GetJSONLDId() == nil {
		t.Errorf("the Create is typed %T, %v", create.Type, create.TypeErr)
	}
	if here.Holds(ctx, note) == nil {
		t.Error("the note was not stored")
	}

	like := must(ana.Like(ctx, note, bo.ID))(t)
	must(there.Await(ctx, func(r federationtest.Received) bool { return r.Is("Like", ana.ID, note) }))(t)
	undo := must(ana.Undo(ctx, like))(t)
	must(there.Await(ctx, func(r federationtest.Received) bool { return r.ID() == undo && r.ID("object") == like }))(t)

	reply := must(ana.Reply(ctx, note, bo.ID, "", "J'apporte une tarte"))(t)
	got := must(there.Await(ctx, func(r federationtest.Received) bool { return r.Is("Create", ana.ID, reply) }))(t)
	if to := got.ID("object", "inReplyTo"); to != note {
		t.Errorf("the reply answers %s", to)
	}
	must(bo.Announce(ctx, reply, ana.ID))(t)
	must(here.Await(ctx, func(r federationtest.Received) bool { return r.Is("Announce", bo.ID, reply) }))(t)

	gone := must(bo.Delete(ctx, note))(t)
	must(here.Await(ctx, func(r federationtest.Received) bool { return r.ID() == gone }))(t)
	if here.Holds(ctx, note) != nil {
		t.Error("the note is held after its end")
	}
	var refused *federationtest.Refused
	if _, err := ana.Fetch(ctx, note); !errors.As(err, &refused) || refused.Status != 410 {
		t.Errorf("what was deleted answers %v, want 410", err)
	}
}

func TestPeerRefuses(t *testing.T) {
	t.Parallel()
	ctx := within(t)
	n := federationtest.NewNetwork(t, nil)
	peer, other := n.Peer(), n.Recorded(federationtest.Mastodon)
	ana, eve, mel := peer.Person("ana"), other.Person("eve"), other.Person("mel")

	follow := eve.Document("follow", federationtest.With{"Target": ana.ID})
	if got := must(mel.Send(ctx, ana.ID+"/inbox", follow))(t); got != 401 {
		t.Errorf("a follow signed by somebody else is answered %d", got)
	}
	if got := must(eve.SendAs(ctx, "", ana.ID+"/inbox", follow))(t); got != 401 {
		t.Errorf("an unsigned follow is answered %d", got)
	}
	if got := must(eve.SendAs(ctx, federationtest.RFC9421, ana.ID+"/inbox", follow))(t); got != 200 {
		t.Errorf("a follow signed by RFC 9421 is answered %d", got)
	}
	foreign := eve.Document("create_note", federationtest.With{"Group": ana.ID, "Content": "moi", "Object": peer.URL + "/things/note-77"})
	foreign.Body = []byte(strings.Replace(string(foreign.Body), peer.URL+"/things/note-77/activity", other.URL+"/activities/77", 1))
	if got := must(eve.Send(ctx, ana.ID+"/inbox", foreign))(t); got != 400 {
		t.Errorf("a note of another server's is answered %d", got)
	}
	if peer.Holds(ctx, peer.URL+"/things/note-77") != nil {
		t.Error("a stranger has written on our server")
	}
	if got := peer.Count(func(r federationtest.Received) bool { return r.SignErr != nil }); got != 2 {
		t.Errorf("%d bad signatures are noted: %v", got, peer.Received())
	}
}

func TestPeerFetchesWhatIsAnnounced(t *testing.T) {
	t.Parallel()
	ctx := within(t)
	n := federationtest.NewNetwork(t, nil)
	peer, other := n.Peer(), n.Recorded(federationtest.GoToSocial)
	ana, group := peer.Person("ana"), n.Recorded(federationtest.Lemmy).Group("rue")
	bo := other.Person("bo")
	note := bo.Document("create_note", federationtest.With{"Group": group.ID, "Content": "<p>bonsoir</p>"})

	for _, d := range []federationtest.Document{
		group.Document("announce_page", federationtest.With{"Target": note.ObjectID}),
		group.Document("announce_activity", federationtest.With{"Inner": raw(note)}),
	} {
		if got := must(group.Send(ctx, ana.ID+"/inbox", d))(t); got != 200 {
			t.Errorf("answered %d: %v", got, peer.Received())
		}
	}
	if peer.Holds(ctx, note.ObjectID) == nil {
		t.Errorf("what was announced was not fetched: %v", peer.Received())
	}
	if got := peer.Count(federationtest.Received.Wraps); got != 1 {
		t.Errorf("%d wrapped announcements came", got)
	}
}

func TestAwaitEndsWithItsContext(t *testing.T) {
	t.Parallel()
	peer := federationtest.NewNetwork(t, nil).Peer()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := peer.Await(ctx, func(federationtest.Received) bool { return true }); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
