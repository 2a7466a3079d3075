package app_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/store"
	"palier/instance/store/storetest"
	"palier/instance/timelines"
)

func TestMain(m *testing.M) {
	if database := os.Getenv(childDatabase); database != "" {
		begin := child
		if os.Getenv(childURL) != "" {
			begin = keeperChild
		}
		if err := begin(database); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	storetest.Main(m)
}

// each runs test on both engines.
func each(t *testing.T, test func(t *testing.T, engine store.Engine)) {
	for _, engine := range storetest.Engines() {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			test(t, engine)
		})
	}
}

// network is a building, a town and an association that follow one another.
type network struct {
	building, town, association *apptest.Server
	tilleuls, centre, dinan     instance.Neighbourhood
	accueil                     instance.Neighbourhood
	amina, odette, nadia        instance.Account
}

func newNetwork(t *testing.T, engine store.Engine) *network {
	t.Helper()
	n := &network{building: apptest.Open(t, engine, nil), town: apptest.Open(t, engine, nil), association: apptest.Open(t, engine, nil)}
	n.dinan = n.town.Place("dinan", "commune")
	n.centre = n.town.Place("centre", "neighbourhood", n.dinan.URI)
	n.tilleuls = n.building.Place("tilleuls", "building", n.centre.URI)
	n.accueil = n.association.Place("accueil", "wider")
	n.amina, n.odette = n.building.Resident("amina", n.tilleuls), n.town.Resident("odette", n.centre)
	n.nadia = n.association.Resident("nadia", n.accueil)
	n.town.Collect(n.centre.ID, n.building, "tilleuls")
	n.town.Collect(n.dinan.ID, n.town, "centre")
	if _, err := n.association.People.Follow(t.Context(), n.nadia.ID, n.association.Find(n.town.Handle("dinan")).ID); err != nil {
		t.Fatal(err)
	}
	n.settle(t)
	return n
}

func (n *network) settle(t *testing.T) {
	t.Helper()
	apptest.Settle(t, n.building, n.town, n.association)
}

// shown returns the plain words of what a place shows to anyone.
func shown(t *testing.T, s *apptest.Server, place instance.Neighbourhood) []string {
	t.Helper()
	entries, _, err := s.Timelines.Place(t.Context(), instance.Anyone, place.ID, timelines.Narrow{}, timelines.Page{})
	if err != nil {
		t.Fatal(err)
	}
	return words(entries)
}

func home(t *testing.T, s *apptest.Server, a instance.Account) []string {
	t.Helper()
	entries, _, err := s.Timelines.Home(t.Context(), s.Viewer(a), timelines.Page{})
	if err != nil {
		t.Fatal(err)
	}
	return words(entries)
}

func words(entries []timelines.Entry) []string {
	var list []string
	for _, e := range entries {
		list = append(list, strings.NewReplacer("<p>", "", "</p>", "").Replace(e.Post.Content))
	}
	return list
}

func want(t *testing.T, where string, got []string, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", where, diff)
	}
}

func TestAPostTravelsThroughTheNetwork(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		n := newNetwork(t, engine)
		p := n.building.Post(n.amina, n.tilleuls.ID, instance.ToPublic, "Atelier vélo dimanche")
		n.settle(t)
		want(t, "the neighbourhood in town", shown(t, n.town, n.centre), "Atelier vélo dimanche")
		want(t, "the commune", shown(t, n.town, n.dinan), "Atelier vélo dimanche")
		want(t, "a neighbour's home in town", home(t, n.town, n.odette), "Atelier vélo dimanche")
		want(t, "a follower's home elsewhere", home(t, n.association, n.nadia), "Atelier vélo dimanche")

		// A reply from the association comes back, and goes on to town.
		there := n.association.Find(n.building.Handle("amina"))
		entries, _, err := n.association.Timelines.Home(t.Context(), n.association.Viewer(n.nadia), timelines.Page{})
		if err != nil || len(entries) != 1 || entries[0].Post.Author.ID != there.ID {
			t.Fatalf("home of who answers: %+v, %v", entries, err)
		}
		_, err = n.association.Posts.Publish(t.Context(), n.association.Viewer(n.nadia), instance.Draft{Text: "J'apporte des rustines", ReplyTo: entries[0].Post.ID})
		if err != nil {
			t.Fatal(err)
		}
		n.settle(t)
		if thread, err := n.building.Posts.Thread(t.Context(), instance.Anyone, p.ID, 0); err != nil || len(thread) != 1 {
			t.Fatalf("an answer from elsewhere that waits: %d posts, %v", len(thread), err)
		}
		waiting, err := n.building.Groups.Waiting(t.Context(), n.tilleuls.ID, 0, 10)
		if err != nil || len(waiting) != 1 {
			t.Fatalf("%d answers wait, %v", len(waiting), err)
		}
		if err := n.building.Groups.LetThrough(t.Context(), n.amina, waiting[0].Post); err != nil {
			t.Fatal(err)
		}
		n.settle(t)
		thread, err := n.building.Posts.Thread(t.Context(), instance.Anyone, p.ID, 0)
		if err != nil || len(thread) != 2 || thread[1].Author.Acct() != n.association.Handle("nadia") {
			t.Fatalf("thread where it began: %d posts, %v", len(thread), err)
		}

		// An edit and a deletion follow everywhere.
		if _, err := n.building.Posts.Edit(t.Context(), n.amina.ID, p.ID, instance.Draft{Text: "Atelier vélo samedi"}); err != nil {
			t.Fatal(err)
		}
		n.settle(t)
		want(t, "the commune after the edit", shown(t, n.town, n.dinan), "Atelier vélo samedi")
		want(t, "the follower after the edit", home(t, n.association, n.nadia), "J&#39;apporte des rustines", "Atelier vélo samedi")
		if err := n.building.Posts.Delete(t.Context(), n.amina.ID, p.ID); err != nil {
			t.Fatal(err)
		}
		n.settle(t)
		want(t, "the neighbourhood after the deletion", shown(t, n.town, n.centre))
		want(t, "the commune after the deletion", shown(t, n.town, n.dinan))
		want(t, "the follower after the deletion", home(t, n.association, n.nadia), "J&#39;apporte des rustines")
	})
}

func TestModeratorsTakeARelayBackEverywhere(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		n := newNetwork(t, engine)
		p := n.building.Post(n.amina, n.tilleuls.ID, instance.ToPublic, "Vends tout")
		n.settle(t)
		held, err := n.town.Posts.Held(t.Context(), n.town.DB.Read(), postByURI(t, n.town, p.URI))
		if err != nil {
			t.Fatal(err)
		}
		moderator := n.odette
		if err := n.town.Places.SetModerator(t.Context(), n.dinan.ID, moderator.ID, true); err != nil {
			t.Fatal(err)
		}
		if err := n.town.Groups.Remove(t.Context(), moderator, n.dinan.ID, held.ID, "publicité"); err != nil {
			t.Fatal(err)
		}
		n.settle(t)
		want(t, "the commune", shown(t, n.town, n.dinan))
		want(t, "the neighbourhood keeps it", shown(t, n.town, n.centre), "Vends tout")
		want(t, "who only followed the commune", home(t, n.association, n.nadia))
	})
}

func TestWhatIsForNeighboursNeverLeaves(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		n := newNetwork(t, engine)
		const secret, open = "Le code est sous le pot", "Bonjour tout le monde"
		p := n.building.Post(n.amina, n.tilleuls.ID, instance.ToBuilding, secret)
		lucie := n.building.Resident("lucie", n.tilleuls)
		reply, err := n.building.Posts.Publish(t.Context(), n.building.Viewer(lucie), instance.Draft{
			Text: secret + " @nadia@" + n.association.Site.Host() + " #" + "secretdelacour", ReplyTo: p.ID,
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := n.building.Posts.Like(t.Context(), n.building.Viewer(lucie), p.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := n.building.Posts.Edit(t.Context(), n.amina.ID, p.ID, instance.Draft{Text: secret + " bleu"}); err != nil {
			t.Fatal(err)
		}
		n.building.Post(n.amina, n.tilleuls.ID, instance.ToPublic, open)
		n.settle(t)
		if err := n.building.Posts.Delete(t.Context(), lucie.ID, reply.ID); err != nil {
			t.Fatal(err)
		}
		n.settle(t)

		id := p.ID.String()
		for _, path := range []string{
			"/", "/@tilleuls", "/@tilleuls.atom", "/@amina", "/@amina/" + id, "/@amina/" + id + "/history", "/o/" + id, "/o/" + id + "/replies",
			"/t/" + id, "/a/" + id, "/g/tilleuls", "/g/tilleuls/outbox", "/g/tilleuls/outbox?before=9223372036854775807", "/g/tilleuls/featured",
			"/u/" + n.amina.ID.String() + "/outbox", "/u/" + n.amina.ID.String() + "/outbox?before=9223372036854775807",
			"/tags/secretdelacour", "/nodeinfo/2.1", "/.well-known/webfinger?resource=acct:tilleuls@" + n.building.Site.Host(),
		} {
			for _, accept := range []string{"text/html", "application/activity+json"} {
				n.building.Get(path, accept)
			}
		}
		// The same, signed by another server that follows.
		for _, uri := range []string{p.URI, p.URI + "/replies", p.Context, n.tilleuls.Outbox + "?before=9223372036854775807"} {
			if f, err := n.town.Federation.Fetch(t.Context(), uri); err == nil && strings.Contains(string(f.Body), secret) {
				t.Errorf("signed fetch of %s gives it away", uri)
			}
		}
		if n.building.Left(secret) || n.building.Left(p.URI) {
			t.Error("the building gave it away")
		}
		for _, other := range []*apptest.Server{n.town, n.association} {
			if other.Came(secret) || other.Came("/o/"+id) {
				t.Errorf("it came to %s", other.URL)
			}
			if !other.Came(open) && other == n.town {
				t.Error("nothing came to town at all: the test proves nothing")
			}
		}
	})
}

func postByURI(t *testing.T, s *apptest.Server, uri string) instance.PostID {
	t.Helper()
	var id instance.PostID
	if err := s.DB.Read().QueryRow(t.Context(), `SELECT id FROM posts WHERE uri = $1`, uri).Scan(&id); err != nil {
		t.Fatal(err)
	}
	return id
}
