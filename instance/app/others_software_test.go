package app_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"palier/federation/federationtest"
	"palier/instance"
	"palier/instance/store"
	"palier/instance/timelines"
)

// lemmy is a server that speaks FEP-1b12 and has shown it to us.
func (o *others) lemmy() (server *federationtest.Recorded, group, rose *federationtest.Actor) {
	o.t.Helper()
	server = o.Recorded(federationtest.Lemmy)
	group, rose = server.Group("jardins"), server.Person("rose")
	far := o.ours.Find(group.Handle)
	got(o.ours.People.Follow(o.ctx, o.amina.ID, far.ID))(o)
	follow := o.await(server, "Follow", o.amina.URI, group.ID)
	o.send(group, o.amina.Inbox, "accept", federationtest.With{"Follow": follow.ID(), "Follower": o.amina.URI})
	page := rose.Document("create_page", federationtest.With{"Group": group.ID, "Title": "Troc de plants", "Content": "<p>Samedi matin</p>"})
	o.send(group, o.amina.SharedInbox, "announce_activity", federationtest.With{"Inner": json.RawMessage(page.Body)})
	o.settle()
	return server, group, rose
}

// send lets somebody elsewhere send us something, which has to be taken.
func (o *others) send(from *federationtest.Actor, inbox, shape string, with federationtest.With) federationtest.Document {
	o.t.Helper()
	d := from.Document(shape, with)
	if code := got(from.Send(o.ctx, inbox, d))(o); code != http.StatusAccepted {
		o.t.Fatalf("%s of %s was answered %d", shape, from.Handle, code)
	}
	return d
}

// A server that speaks FEP-1b12 gets the whole activity, and never both forms.
func TestOthersThatSpeak1b12(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		o := newOthers(t, engine)
		lemmy, _, rose := o.lemmy()
		entries, _, err := o.ours.Timelines.Home(o.ctx, o.ours.Viewer(o.amina), timelines.Page{})
		o.must(err)
		if len(entries) != 1 || entries[0].Post.Title != "Troc de plants" {
			t.Fatalf("the follower of a community reads %+v", entries)
		}

		plain := o.Peer()
		o.follows(plain, plain.Person("ana"))
		o.send(rose, o.rue.Inbox, "follow", federationtest.With{"Target": o.rue.URI})
		o.await(lemmy, "Accept", o.rue.URI, "")
		p := o.ours.Post(o.amina, o.rue.ID, instance.ToPublic, "Prête une tondeuse")
		reply := got(o.ours.Posts.Publish(o.ctx, o.ours.Viewer(o.odette), instance.Draft{Text: "Avec plaisir", ReplyTo: p.ID}))(o)
		o.settle()

		for _, c := range []struct {
			at                 hears
			whole, byID, reply int
		}{{lemmy, 1, 0, 1}, {plain, 0, 1, 0}} {
			inner := func(kind, id string) func(federationtest.Received) bool {
				return func(r federationtest.Received) bool {
					return r.Wraps() && r.At("object", "type") == kind && r.ID("object", "object") == id
				}
			}
			seen := fmt.Sprint(c.at.Received())
			for what, n := range map[string][2]int{
				"whole posts":   {c.at.Count(inner("Create", p.URI)), c.whole},
				"posts by id":   {c.at.Count(func(r federationtest.Received) bool { return r.Is("Announce", o.rue.URI, p.URI) && !r.Wraps() }), c.byID},
				"whole replies": {c.at.Count(inner("Create", reply.URI)), c.reply},
			} {
				if n[0] != n[1] {
					t.Errorf("%T got %d %s, want %d: %s", c.at, n[0], what, n[1], seen)
				}
			}
		}
		o.approve(lemmy)
		o.approve(plain)
	})
}

// Both kinds of signature are taken from others, whoever makes them and wherever
// their keys are; and to who has given up the old kind we come with the new.
func TestOthersSign(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		o := newOthers(t, engine)
		for _, software := range []federationtest.Software{
			federationtest.Mastodon, federationtest.Lemmy, federationtest.Mobilizon, federationtest.GoToSocial, federationtest.Mastodon.Modern(),
		} {
			for _, scheme := range []string{federationtest.Cavage, federationtest.RFC9421} {
				server := o.Recorded(software)
				bo := server.Person("bo")
				follow := bo.Document("follow", federationtest.With{"Target": o.rue.URI})
				if code := got(bo.SendAs(o.ctx, scheme, o.rue.Inbox, follow))(o); code != http.StatusAccepted {
					t.Errorf("a follow from %s under %s was answered %d", software.Name, scheme, code)
					continue
				}
				o.await(server, "Accept", o.rue.URI, follow.ID)
			}
		}
	})
}

// Whatever the large kinds of servers send is taken, and none of it is too much
// for us: what we do not know we leave, and what we know shows.
func TestOthersSpeakTheirOwnWay(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		o := newOthers(t, engine)
		p := o.ours.Post(o.amina, o.rue.ID, instance.ToPublic, "Fête des voisins")
		_, group, rose := o.lemmy()
		masto, town, slow := o.Recorded(federationtest.Mastodon).Person("mel"), o.Recorded(federationtest.Mobilizon), o.Recorded(federationtest.GoToSocial).Person("gus")
		fete, lena := town.Group("fetes"), town.Person("lena")
		known := federationtest.With{
			"Target": p.URI, "Targets": []string{o.amina.URI, p.URI}, "Group": o.rue.URI, "Author": o.amina.URI, "ReplyTo": p.URI,
			"Organiser": fete.ID, "Title": "Repas de rue", "Content": "<p>Bonjour de loin</p>",
		}
		with := func(name string, v any) federationtest.With {
			all := federationtest.With{name: v}
			for n, v := range known {
				if n != name {
					all[n] = v
				}
			}
			return all
		}
		for _, a := range []*federationtest.Actor{masto, lena, slow} {
			o.send(a, o.rue.Inbox, "follow", with("Target", o.rue.URI))
		}
		for _, a := range []*federationtest.Actor{masto, slow, rose} {
			o.send(a, o.rue.Inbox, "create_note", known)
		}
		for _, shape := range []string{"like", "announce", "flag"} {
			o.send(masto, o.amina.Inbox, shape, known)
		}
		for _, shape := range []string{"create_event", "join"} {
			o.send(lena, o.rue.Inbox, shape, known)
		}
		for _, shape := range []string{"like", "dislike", "lock", "add_mod", "delete"} {
			inner := rose.Document(shape, with("Group", group.ID))
			o.send(group, o.amina.SharedInbox, "announce_activity", with("Inner", json.RawMessage(inner.Body)))
		}
		o.send(masto, o.amina.Inbox, "delete_person", known)
		o.settle()
		o.hear()

		var failed int
		err := o.ours.DB.Read().QueryRow(o.ctx, `SELECT COUNT(*) FROM inbox_items WHERE state NOT IN ('done', 'refused')`).Scan(&failed)
		if err != nil || failed != 0 {
			t.Errorf("%d of what came could not be worked (%v)", failed, err)
		}
		said := map[string]string{}
		for _, p := range got(o.ours.Posts.Thread(o.ctx, instance.Anyone, p.ID, 0))(o) {
			said[p.Author.URI] = p.Content
		}
		if said[rose.ID] != "<p>Bonjour de loin</p>" || said[slow.ID] != "<p>Bonjour de loin</p>" || said[masto.ID] != "" {
			t.Errorf("two answered and one has left, and the thread says %q", said)
		}
	})
}
