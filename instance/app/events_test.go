package app_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"palier/federation/federationtest"
	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/store"
	"palier/specs/conformity"
)

// meal is an invitation to eat together in a week.
func meal(capacity int) instance.Draft {
	lat, lon := 48.4534, -2.0466
	starts := time.Now().AddDate(0, 0, 7).UTC().Truncate(time.Hour)
	return instance.Draft{
		Title: "Repas de quartier", Text: "Chacun apporte un plat.", Language: "fr", Audience: instance.ToPublic, Reach: instance.DefaultReach,
		Event: &instance.Event{
			Template: "apero", Starts: starts, Ends: starts.Add(4 * time.Hour), Zone: "Europe/Paris", Capacity: capacity,
			Venue: instance.Venue{Name: "Place des Merciers", Street: "Place des Merciers", PostalCode: "22100", Locality: "Dinan", Country: "FR", Latitude: &lat, Longitude: &lon},
		},
	}
}

func invite(t *testing.T, s *apptest.Server, who instance.Account, d instance.Draft, asPlace bool) *instance.Post {
	t.Helper()
	p, err := s.Events.Invite(t.Context(), s.Viewer(who), d, asPlace)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// come has somebody answer an invitation, and returns how it stands with them.
func come(t *testing.T, s *apptest.Server, who instance.Account, id instance.PostID) instance.RSVPState {
	t.Helper()
	r, err := s.Events.Come(t.Context(), s.Viewer(who), id, struct {
		Seats int
		Note  string
		Maybe bool
	}{Note: "avec une tarte"})
	if err != nil {
		t.Fatal(err)
	}
	return r.State
}

func answered(t *testing.T, s *apptest.Server, who instance.Account, id instance.PostID) instance.RSVPState {
	t.Helper()
	r, err := s.Events.Mine(t.Context(), who.ID, id)
	if err != nil {
		t.Fatal(err)
	}
	return r.State
}

func taken(t *testing.T, s *apptest.Server, id instance.PostID) [2]int {
	t.Helper()
	p, err := s.Posts.ByID(t.Context(), instance.Anyone, id)
	if err != nil || p.Event == nil {
		t.Fatalf("event %s: %+v, %v", id, p, err)
	}
	return [2]int{p.Event.Taken, p.Event.Waiting}
}

// An event goes where its readers are, and is read there with all that is said
// of it; who comes is asked for where it is from, and never more than there are
// places.
func TestAnEventTravelsThroughTheNetwork(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		n := newNetwork(t, engine)
		if err := n.town.Places.SetModerator(t.Context(), n.centre.ID, n.odette.ID, true); err != nil {
			t.Fatal(err)
		}
		d := meal(1)
		d.Group = n.centre.ID
		p := invite(t, n.town, n.odette, d, true)
		n.settle(t)
		if p.Author.ID != n.centre.ID || p.URL != n.town.Site.EventPage(p.ID) {
			t.Errorf("it is by %s, at %s", p.Author.URI, p.URL)
		}
		want(t, "the neighbourhood's page", shown(t, n.town, n.centre), "Chacun apporte un plat.")
		want(t, "the commune", shown(t, n.town, n.dinan), "Chacun apporte un plat.")
		there := postByURI(t, n.association, p.URI)
		held, err := n.association.Posts.ByID(t.Context(), instance.Anyone, there)
		if err != nil {
			t.Fatal(err)
		}
		sent := *p.Event
		sent.Template = ""
		if diff := cmp.Diff(&sent, held.Event); diff != "" || held.Title != "Repas de quartier" || held.Content != p.Content || held.Kind != instance.KindEvent || held.Language != "fr" {
			t.Errorf("elsewhere it is %q %q (-sent +came):\n%s", held.Title, held.Content, diff)
		}
		if held.Author.URI != n.centre.URI || held.Event.Organiser != n.odette.URI {
			t.Errorf("elsewhere it is by %s, %s", held.Author.URI, held.Event.Organiser)
		}

		// Two want the one place.
		if s := come(t, n.association, n.nadia, there); s != instance.Pending {
			t.Errorf("asked, it stands %s", s)
		}
		n.settle(t)
		if s := answered(t, n.association, n.nadia, there); s != instance.Comes {
			t.Errorf("after the answer it stands %s", s)
		}
		if s := come(t, n.town, n.odette, p.ID); s != instance.Waits {
			t.Errorf("who comes when all places are taken %s", s)
		}
		if got := taken(t, n.town, p.ID); got != [2]int{1, 1} {
			t.Errorf("taken and waiting: %v", got)
		}
		if err := n.association.Events.Leave(t.Context(), n.association.Viewer(n.nadia), there); err != nil {
			t.Fatal(err)
		}
		n.settle(t)
		if s := answered(t, n.town, n.odette, p.ID); s != instance.Comes {
			t.Errorf("who waited %s once there was a place", s)
		}
		if s := come(t, n.association, n.nadia, there); s != instance.Pending {
			t.Errorf("asked again, it stands %s", s)
		}
		n.settle(t)
		if got := taken(t, n.town, p.ID); got != [2]int{1, 1} || answered(t, n.association, n.nadia, there) != instance.Pending {
			t.Errorf("taken and waiting in the end: %v", got)
		}

		status, body := n.town.Get("/o/"+p.ID.String(), "application/activity+json")
		if err := conformity.Validate("event", []byte(body)); status != 200 || err != nil {
			t.Errorf("its document: %d, %v\n%s", status, err, body)
		}
		var doc map[string]any
		if err := json.Unmarshal([]byte(body), &doc); err != nil || doc["attributedTo"] != n.centre.URI || doc["actor"] != n.odette.URI {
			t.Errorf("its document is by %v, %v (%v)", doc["attributedTo"], doc["actor"], err)
		}
	})
}

// Somebody on a Mobilizon server comes, with the very documents it sends: they
// are told yes, told nothing while all places are taken, and no where there is
// nothing to come to.
func TestSomebodyOnMobilizonComes(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		o := newOthers(t, engine)
		d := meal(1)
		d.Group = o.rue.ID
		p := invite(t, o.ours, o.amina, d, false)
		server := o.Recorded(federationtest.Mobilizon)
		lena, mael := server.Person("lena"), server.Person("mael")
		with := federationtest.With{"Target": p.URI, "Organiser": o.amina.URI}
		first := o.send(lena, o.amina.Inbox, "join", with)
		o.await(server, "Accept", o.amina.URI, first.ID)
		second := o.send(mael, o.amina.Inbox, "join", with)
		o.settle()
		if got := taken(t, o.ours, p.ID); got != [2]int{1, 1} {
			t.Errorf("taken and waiting: %v", got)
		}
		about := func(kind, id string) int {
			return server.Count(func(r federationtest.Received) bool { return r.Is(kind, o.amina.URI, id) })
		}
		if n := about("Accept", second.ID) + about("Reject", second.ID); n != 0 {
			t.Errorf("who waits was answered %d times", n)
		}
		o.send(lena, o.amina.Inbox, "leave", with)
		o.await(server, "Accept", o.amina.URI, second.ID)
		guests := got(o.ours.Events.Guests(o.ctx, o.amina.ID, p))(o)
		if len(guests) != 2 || guests[0].Note != "Nous serons deux" {
			t.Errorf("guests %+v", guests)
		}

		// What was asked can be undone instead of left.
		o.send(mael, o.amina.Inbox, "undo_join", federationtest.With{"Join": second.ID, "Target": p.URI, "Organiser": o.amina.URI})
		o.settle()
		if got := taken(t, o.ours, p.ID); got != [2]int{0, 0} {
			t.Errorf("after the Join was undone: %v", got)
		}
		// Nobody undoes what another asked.
		fourth := o.send(lena, o.amina.Inbox, "join", with)
		o.await(server, "Accept", o.amina.URI, fourth.ID)
		o.send(mael, o.amina.Inbox, "undo_join", federationtest.With{"Join": fourth.ID, "Target": p.URI, "Organiser": o.amina.URI})
		o.settle()
		if got := taken(t, o.ours, p.ID); got != [2]int{1, 0} {
			t.Errorf("after another undid her Join: %v", got)
		}

		closed := meal(0)
		closed.Group, closed.Event.JoinMode = o.rue.ID, "none"
		q := invite(t, o.ours, o.amina, closed, false)
		third := o.send(lena, o.amina.Inbox, "join", federationtest.With{"Target": q.URI, "Organiser": o.amina.URI})
		o.await(server, "Reject", o.amina.URI, third.ID)
		o.approve(server)
	})
}

// What a Mobilizon server says of an event is read: by its group, if somebody
// organises it for one, with where and when it is and how many come.
func TestAnEventOfMobilizonIsRead(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		o := newOthers(t, engine)
		server := o.Recorded(federationtest.Mobilizon)
		fete, lena := server.Group("fetes"), server.Person("lena")
		far := o.ours.Find(fete.Handle)
		got(o.ours.People.Follow(o.ctx, o.amina.ID, far.ID))(o)
		o.settle()
		starts := time.Now().Truncate(time.Second).AddDate(0, 0, 7).UTC()
		with := federationtest.With{"Starts": starts.In(time.FixedZone("", 60*60)).Format(time.RFC3339), "Ends": starts.Add(4 * time.Hour).Format(time.RFC3339), "Group": o.rue.URI, "Organiser": fete.ID, "Title": "Repas de rue", "Content": "<p>Bonjour de loin</p>"}
		created := o.send(lena, o.rue.Inbox, "create_event", with)
		o.settle()
		var doc struct{ Object struct{ ID string } }
		o.must(json.Unmarshal(created.Body, &doc))
		p := o.post(postByURI(t, o.ours, doc.Object.ID))
		lat, lon := 48.4534, -2.0466
		expected := &instance.Event{
			Starts: starts, Ends: starts.Add(4 * time.Hour), Zone: "Europe/Paris",
			Status: instance.EventConfirmed, JoinMode: "free", Capacity: 80, Taken: 12, Category: "FOOD_DRINK", Organiser: lena.ID,
			Venue: instance.Venue{Name: "Place du Champ", Street: "Place du Champ", PostalCode: "22100", Locality: "Dinan", Country: "France", Latitude: &lat, Longitude: &lon},
		}
		if diff := cmp.Diff(expected, p.Event); diff != "" || p.Author.URI != fete.ID || p.Title != "Repas de rue" {
			t.Errorf("%q by %s (-want +got):\n%s", p.Title, p.Author.URI, diff)
		}
		if s := come(t, o.ours, o.amina, p.ID); s != instance.Pending {
			t.Errorf("asked, it stands %s", s)
		}
		joined := o.await(server, "Join", o.amina.URI, p.URI)
		if joined.At("participationMessage") != "avec une tarte" {
			t.Errorf("it was asked with %s", joined.Body)
		}
	})
}
