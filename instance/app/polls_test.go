package app_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"palier/federation/federationtest"
	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/notifications"
	"palier/instance/store"
	"palier/specs/conformity"
)

// asks lets somebody ask for an hour.
func asks(t *testing.T, s *apptest.Server, who instance.Account, d instance.Draft, multiple bool) *instance.Post {
	t.Helper()
	d.Text, d.Poll = "Quel jour ?", &instance.PollDraft{Options: []string{"Samedi", "Dimanche"}, Multiple: multiple, Lasts: time.Hour}
	p, err := s.Posts.Publish(t.Context(), s.Viewer(who), d)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// tally returns the votes of each option of a poll, and its voters.
func tally(t *testing.T, s *apptest.Server, v instance.Viewer, id instance.PostID) []int {
	t.Helper()
	p, err := s.Posts.ByID(t.Context(), v, id)
	if err != nil || p.Poll == nil {
		t.Fatalf("poll %s: %+v, %v", id, p, err)
	}
	var n []int
	for _, o := range p.Poll.Options {
		n = append(n, o.Votes)
	}
	return append(n, p.Poll.Voters)
}

// past lets the end of a poll have come.
func past(t *testing.T, s *apptest.Server, id instance.PostID) {
	t.Helper()
	err := s.DB.InTx(t.Context(), func(tx store.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE polls SET ends_at = $2 WHERE post_id = $1`, id, store.Millis(time.Now().Add(-time.Second)))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func ended(t *testing.T, s *apptest.Server, id instance.PostID) {
	t.Helper()
	if left, err := s.Posts.EndPoll(t.Context(), id); err != nil || left > 0 {
		t.Fatalf("the poll still has %v, %v", left, err)
	}
}

// polled tells how often somebody was told of the end of a poll.
func polled(t *testing.T, s *apptest.Server, who instance.Account) int {
	t.Helper()
	list, err := s.Notifications.List(t.Context(), s.Viewer(who), notifications.Query{Limit: 20})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, notice := range list {
		if notice.Kind == notifications.Poll {
			n++
		}
	}
	return n
}

// A poll goes where its readers are; their votes come to its server, and only
// there, and what is counted goes back to them.
func TestAPollTravelsThroughTheNetwork(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		n := newNetwork(t, engine)
		p := asks(t, n.building, n.amina, instance.Draft{Audience: instance.ToPublic, Group: n.tilleuls.ID}, true)
		n.settle(t)
		there := postByURI(t, n.association, p.URI)
		if diff := cmp.Diff([]int{0, 0, 0}, tally(t, n.association, instance.Anyone, there)); diff != "" {
			t.Fatalf("elsewhere it came as (-want +got):\n%s", diff)
		}
		if _, err := n.association.Posts.Vote(t.Context(), n.association.Viewer(n.nadia), there, []int{0, 1}); err != nil {
			t.Fatal(err)
		}
		inTown := postByURI(t, n.town, p.URI)
		if _, err := n.town.Posts.Vote(t.Context(), n.town.Viewer(n.odette), inTown, []int{1}); err != nil {
			t.Fatal(err)
		}
		n.settle(t)
		if diff := cmp.Diff([]int{1, 2, 2}, tally(t, n.building, instance.Anyone, p.ID)); diff != "" {
			t.Errorf("counted (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]int{1, 1, 1}, tally(t, n.association, instance.Anyone, there)); diff != "" {
			t.Errorf("known elsewhere before it was told (-want +got):\n%s", diff)
		}
		if n.town.Came("#votes/") || n.association.Came("#votes/") {
			t.Error("a vote went to somebody else than the author of the poll")
		}
		for where, s := range map[string]*apptest.Server{"where it is from": n.building, "elsewhere": n.association, "in town": n.town} {
			var count int
			err := s.DB.Read().QueryRow(t.Context(), `SELECT COUNT(*) FROM posts`).Scan(&count)
			if err != nil || count != 1 {
				t.Errorf("%s a vote has become a post: %d posts, %v", where, count, err)
			}
		}

		if err := n.building.Posts.TellCounts(t.Context(), p.ID); err != nil {
			t.Fatal(err)
		}
		n.settle(t)
		for where, s := range map[string]*apptest.Server{"elsewhere": n.association, "in town": n.town} {
			held, err := s.Posts.ByID(t.Context(), instance.Anyone, postByURI(t, s, p.URI))
			if err != nil || !held.EditedAt.IsZero() {
				t.Errorf("%s a count counts as an edit: %+v, %v", where, held, err)
			}
			if diff := cmp.Diff([]int{1, 2, 2}, tally(t, s, instance.Anyone, held.ID)); diff != "" {
				t.Errorf("%s after it was told (-want +got):\n%s", where, diff)
			}
		}

		past(t, n.building, p.ID)
		ended(t, n.building, p.ID)
		n.settle(t)
		held, err := n.association.Posts.ByID(t.Context(), n.association.Viewer(n.nadia), there)
		if err != nil || !held.Poll.Over(time.Now()) || !held.Poll.Voted {
			t.Errorf("after its end it is elsewhere %+v, %v", held.Poll, err)
		}
		ended(t, n.association, there)
		if a, b, c := polled(t, n.building, n.amina), polled(t, n.association, n.nadia), polled(t, n.town, n.odette); a != 1 || b != 1 || c != 0 {
			t.Errorf("the end was told %d, %d and %d times", a, b, c)
		}
		status, body := n.building.Get(strings.TrimPrefix(p.URI, n.building.URL), "application/activity+json")
		if err := conformity.Check([]byte(body)); status != 200 || err != nil || !strings.Contains(body, `"closed"`) {
			t.Errorf("its document is %d %s: %v", status, body, err)
		}
	})
}

// What neighbours ask one another nobody else hears, votes and counts neither.
func TestAPollForNeighboursNeverLeaves(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		n := newNetwork(t, engine)
		p := asks(t, n.building, n.amina, instance.Draft{Audience: instance.ToBuilding, Group: n.tilleuls.ID}, false)
		lucie := n.building.Resident("lucie", n.tilleuls)
		if _, err := n.building.Posts.Vote(t.Context(), n.building.Viewer(lucie), p.ID, []int{0}); err != nil {
			t.Fatal(err)
		}
		if err := n.building.Posts.TellCounts(t.Context(), p.ID); err != nil {
			t.Fatal(err)
		}
		past(t, n.building, p.ID)
		ended(t, n.building, p.ID)
		asks(t, n.building, n.amina, instance.Draft{Audience: instance.ToPublic, Group: n.tilleuls.ID}, false)
		n.settle(t)
		for _, s := range []*apptest.Server{n.town, n.association} {
			if s.Came("/o/" + p.ID.String()) {
				t.Errorf("it came to %s", s.URL)
			}
		}
		if !n.town.Came("Samedi") {
			t.Error("no poll came to town at all: the test proves nothing")
		}
		if code, _ := n.building.Get("/o/"+p.ID.String(), "application/activity+json"); code != 404 {
			t.Errorf("its document answers %d", code)
		}
	})
}

// Servers of others vote in our polls their own way. What does not count is
// taken without a word.
func TestOthersVote(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		o := newOthers(t, engine)
		p := asks(t, o.ours, o.amina, instance.Draft{Audience: instance.ToPublic, Group: o.rue.ID}, false)
		several := asks(t, o.ours, o.amina, instance.Draft{Audience: instance.ToPublic, Group: o.rue.ID}, true)
		home := asks(t, o.ours, o.amina, instance.Draft{Audience: instance.ToNeighbourhood, Group: o.rue.ID}, false)
		followers := asks(t, o.ours, o.amina, instance.Draft{Audience: instance.ToFollowers}, false)
		plain := o.ours.Post(o.amina, o.rue.ID, instance.ToPublic, "Bonjour")
		masto, slow := o.Recorded(federationtest.Mastodon), o.Recorded(federationtest.GoToSocial)
		mel, max, gus := masto.Person("mel"), masto.Person("max"), slow.Person("gus")
		last := 0
		vote := func(who *federationtest.Actor, in *instance.Post, choice string) federationtest.Document {
			t.Helper()
			last++
			return o.send(who, o.amina.Inbox, "vote", federationtest.With{
				"Author": o.amina.URI, "ReplyTo": in.URI, "Choice": choice, "Other": "Dimanche", "Vote": strconv.Itoa(last),
			})
		}
		once := vote(mel, p, "Samedi")
		if code := got(mel.Send(o.ctx, o.amina.Inbox, once))(o); code >= 300 {
			t.Errorf("the same again was answered %d", code)
		}
		vote(mel, p, "Dimanche") // a second thought
		vote(max, p, "Jamais")   // no option
		vote(max, home, "Samedi")
		vote(max, followers, "Samedi")
		vote(max, plain, "Samedi")
		vote(max, &instance.Post{URI: o.ours.URL + "/o/7"}, "Samedi")
		vote(gus, several, "Samedi") // and Dimanche with it
		vote(mel, several, "Samedi")
		vote(mel, several, "Samedi")
		o.settle()
		for what, c := range map[*instance.Post][]int{p: {1, 0, 1}, several: {2, 1, 2}, home: {0, 0, 0}, followers: {0, 0, 0}} {
			if diff := cmp.Diff(c, tally(t, o.ours, o.ours.Viewer(o.amina), what.ID)); diff != "" {
				t.Errorf("poll for %s, several %t (-want +got):\n%s", what.Audience, what.Poll.Multiple, diff)
			}
		}
		past(t, o.ours, p.ID)
		vote(max, p, "Dimanche")
		o.settle()
		if diff := cmp.Diff([]int{1, 0, 1}, tally(t, o.ours, instance.Anyone, p.ID)); diff != "" {
			t.Errorf("after the end (-want +got):\n%s", diff)
		}
		for _, q := range []*instance.Post{p, several, plain} {
			if n := len(got(o.ours.Posts.Thread(o.ctx, instance.Anyone, q.ID, 0))(o)); n != 1 {
				t.Errorf("votes show as answers: %d posts in the thread", n)
			}
		}

		// Those who voted hear what is counted, also if they follow nobody here.
		o.must(o.ours.Posts.TellCounts(o.ctx, several.ID))
		ended(t, o.ours, p.ID)
		o.settle()
		update := o.await(slow, "Update", o.amina.URI, several.URI)
		if n, _ := update.At("object", "votersCount").(json.Number); n == "0" {
			t.Errorf("told %s", update.Body)
		}
		final := o.await(masto, "Update", o.amina.URI, p.URI)
		if closed, _ := final.At("object", "closed").(string); closed == "" {
			t.Errorf("the end was told as %s", final.Body)
		}
		o.must(o.ours.Posts.Delete(o.ctx, o.amina.ID, several.ID))
		o.settle()
		o.await(slow, "Delete", o.amina.URI, several.URI)
		o.approve(masto)
		o.approve(slow)
	})
}

// A poll of others shows with its counts, their counts are taken over, and a
// vote goes to its author alone.
func TestWeVoteElsewhere(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		o := newOthers(t, engine)
		masto := o.Recorded(federationtest.Mastodon)
		mel, max := masto.Person("mel"), masto.Person("max")
		for _, a := range []*federationtest.Actor{mel, max} {
			o.send(a, o.amina.Inbox, "follow", federationtest.With{"Target": o.amina.URI})
		}
		far := o.ours.Find(mel.Handle)
		got(o.ours.People.Follow(o.ctx, o.amina.ID, far.ID))(o)
		follow := o.await(masto, "Follow", o.amina.URI, mel.ID)
		o.must(o.ours.DB.InTx(o.ctx, func(tx store.Tx) error {
			return o.ours.People.GrantIn(o.ctx, tx, o.amina.Actor, far, follow.ID(), true)
		}))
		with := func(voters int, object string) federationtest.With {
			w := federationtest.With{"Content": "<p>Quand ?</p>", "EndTime": time.Now().UTC().Add(time.Hour).Format(time.RFC3339), "Voters": voters}
			if object != "" {
				w["Object"] = object
			}
			return w
		}
		doc := o.send(mel, o.amina.Inbox, "create_question", with(3, ""))
		o.settle()
		id := postByURI(t, o.ours, doc.ObjectID)
		if diff := cmp.Diff([]int{3, 0, 3}, tally(t, o.ours, instance.Anyone, id)); diff != "" {
			t.Fatalf("as it came (-want +got):\n%s", diff)
		}
		got(o.ours.Posts.Vote(o.ctx, o.ours.Viewer(o.amina), id, []int{0, 1}))(o)
		o.settle()
		names := map[any]bool{}
		for _, r := range masto.Received() {
			if r.At("type") != "Create" {
				continue
			}
			names[r.At("object", "name")] = true
			if to, _ := r.At("object", "to").([]any); len(to) != 1 || to[0] != mel.ID || r.At("object", "inReplyTo") != doc.ObjectID || r.At("object", "content") != nil {
				t.Errorf("the vote is %s", r.Body)
			}
		}
		if len(names) != 2 || !names["Samedi"] || !names["Dimanche"] {
			t.Errorf("votes for %v", names)
		}
		o.send(mel, o.amina.Inbox, "update_question", with(7, doc.ObjectID))
		o.settle()
		if diff := cmp.Diff([]int{7, 0, 7}, tally(t, o.ours, instance.Anyone, id)); diff != "" {
			t.Errorf("after its server counted (-want +got):\n%s", diff)
		}
		o.approve(masto)

		// When it has ended we ask once more ourselves.
		mel.Document("create_question", with(9, doc.ObjectID))
		past(t, o.ours, id)
		ended(t, o.ours, id)
		o.settle()
		if diff := cmp.Diff([]int{9, 0, 9}, tally(t, o.ours, instance.Anyone, id)); diff != "" {
			t.Errorf("after its end (-want +got):\n%s", diff)
		}
		if n := polled(t, o.ours, o.amina); n != 1 {
			t.Errorf("its end was told %d times", n)
		}
	})
}
