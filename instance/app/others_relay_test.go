package app_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"palier/federation/federationtest"
	"palier/instance"
	"palier/instance/store"
)

// wraps matches a group's Announce of a whole activity of a kind about a post.
func wraps(kind, post string) func(federationtest.Received) bool {
	return func(r federationtest.Received) bool {
		return r.Wraps() && r.At("object", "type") == kind && r.ID("object", "object") == post
	}
}

// Whatever becomes of a reply, whoever wrote it: hosts that speak FEP-1b12 hear
// it whole from the group, and the others nothing of it.
func TestWhatBecomesOfAReplyIsPassedOnWhole(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		o := newOthers(t, engine)
		lemmy, _, rose := o.lemmy()
		plain, third := o.Peer(), o.Peer()
		o.follows(plain, plain.Person("ana"))
		o.send(rose, o.rue.Inbox, "follow", federationtest.With{"Target": o.rue.URI})
		o.await(lemmy, "Accept", o.rue.URI, "")
		p := o.ours.Post(o.amina, o.rue.ID, instance.ToPublic, "Prête une tondeuse")
		ours := got(o.ours.Posts.Publish(o.ctx, o.ours.Viewer(o.odette), instance.Draft{Text: "Moi", ReplyTo: p.ID}))(o)
		bo := third.Person("bo")
		theirs := got(bo.Reply(o.ctx, p.URI, o.amina.URI, o.rue.URI, "Moi aussi"))(o)
		o.settle()
		if n := lemmy.Count(wraps("Create", theirs)); n != 0 {
			t.Errorf("an answer that waits was passed on %d times", n)
		}
		o.hear()
		got(o.ours.Posts.Edit(o.ctx, o.odette.ID, ours.ID, instance.Draft{Text: "Moi, samedi"}))(o)
		o.settle()
		o.must(o.ours.Posts.Delete(o.ctx, o.odette.ID, ours.ID))
		got(bo.Delete(o.ctx, theirs))(o)
		o.settle()
		for what, matches := range map[string]func(federationtest.Received) bool{
			"our reply": wraps("Create", ours.URI), "its edit": wraps("Update", ours.URI), "its end": wraps("Delete", ours.URI),
			"their reply": wraps("Create", theirs), "its end too": wraps("Delete", theirs),
		} {
			if n := lemmy.Count(matches); n != 1 {
				t.Errorf("%s was passed on %d times: %v", what, n, lemmy.Received())
			}
			if n := plain.Count(matches); n != 0 {
				t.Errorf("%s was passed on to who never spoke FEP-1b12", what)
			}
		}
		o.approve(lemmy)
		o.approve(plain)
	})
}

// A host that never showed what it takes from groups is asked what it is when
// somebody there follows one of ours.
func TestTheNameOfASoftwareIsAFirstGuess(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		o := newOthers(t, engine)
		lemmy, masto := o.Recorded(federationtest.Lemmy), o.Recorded(federationtest.Mastodon)
		for _, server := range []*federationtest.Recorded{lemmy, masto} {
			o.send(server.Person("rose"), o.rue.Inbox, "follow", federationtest.With{"Target": o.rue.URI})
			o.await(server, "Accept", o.rue.URI, "")
		}
		o.settle()
		p := o.ours.Post(o.amina, o.rue.ID, instance.ToPublic, "Prête une tondeuse")
		o.settle()
		if n := lemmy.Count(wraps("Create", p.URI)); n != 1 {
			t.Errorf("Lemmy got the whole activity %d times: %v", n, lemmy.Received())
		}
		if n := masto.Count(func(r federationtest.Received) bool { return r.Is("Announce", o.rue.URI, p.URI) && !r.Wraps() }); n != 1 {
			t.Errorf("Mastodon got the post's id %d times: %v", n, masto.Received())
		}
		if known := got(o.ours.Federation.Server(o.ctx, lemmy.Name))(o); known.Software != "lemmy 1.0.0" {
			t.Errorf("Lemmy's host is kept as %q", known.Software)
		}
	})
}

// What is deleted is in no outbox, at no address of an activity, and is not
// sent any more to who was away.
func TestH09_DeletedIsInNoOutboxAndNoQueue(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		o := newOthers(t, engine)
		lemmy, _, rose := o.lemmy()
		o.send(rose, o.rue.Inbox, "follow", federationtest.With{"Target": o.rue.URI})
		o.await(lemmy, "Accept", o.rue.URI, "")
		away := o.Recorded(federationtest.Mastodon)
		o.send(away.Person("mel"), o.rue.Inbox, "follow", federationtest.With{"Target": o.rue.URI})
		o.send(away.Person("max"), o.amina.Inbox, "follow", federationtest.With{"Target": o.amina.URI})
		o.settle()
		away.Answer(func(federationtest.Received) int { return http.StatusServiceUnavailable })

		const secret = "Mon code est 4711"
		p := o.ours.Post(o.amina, o.rue.ID, instance.ToPublic, secret)
		got(o.ours.Posts.Edit(o.ctx, o.amina.ID, p.ID, instance.Draft{Text: secret + ", vraiment"}))(o)
		o.settle()
		stays := o.ours.Post(o.amina, o.rue.ID, instance.ToPublic, "Bonjour")
		o.settle()
		whole, err := lemmy.Await(o.ctx, wraps("Create", p.URI))
		o.must(err)
		addresses := []string{whole.ID(), whole.ID("object")}
		outboxes := []string{o.amina.Outbox + "?before=" + maxID, o.rue.Outbox + "?before=" + maxID}
		for _, at := range append(addresses, outboxes[0]) {
			if _, body := o.ours.Get(strings.TrimPrefix(at, o.ours.URL), "application/activity+json"); !strings.Contains(body, secret) {
				t.Errorf("%s does not hold the post while it stands: %s", at, body)
			}
		}

		o.must(o.ours.Posts.Delete(o.ctx, o.amina.ID, p.ID))
		for _, at := range addresses {
			if code, body := o.ours.Get(strings.TrimPrefix(at, o.ours.URL), "application/activity+json"); code != http.StatusNotFound || strings.Contains(body, secret) {
				t.Errorf("%s answers %d %s", at, code, body)
			}
		}
		for _, at := range outboxes {
			code, body := o.ours.Get(strings.TrimPrefix(at, o.ours.URL), "application/activity+json")
			if code != http.StatusOK || strings.Contains(body, secret) || strings.Contains(body, p.URI+`"`) || !strings.Contains(body, stays.URI) {
				t.Errorf("%s answers %d %s", at, code, body)
			}
		}
		var kept int
		err = o.ours.DB.Read().QueryRow(o.ctx, `
			SELECT (SELECT COUNT(*) FROM deliveries WHERE body LIKE $1) + (SELECT COUNT(*) FROM activities WHERE body LIKE $1)
			     + (SELECT COUNT(*) FROM posts WHERE content LIKE $1) + (SELECT COUNT(*) FROM post_edits WHERE content LIKE $1)`,
			"%4711%").Scan(&kept)
		if err != nil || kept != 0 {
			t.Errorf("%d rows still hold the words, %v", kept, err)
		}
	})
}

// TestH09_DeletedUnderWayWaitsNowhere deletes a post while a server that will not
// take it has it half read: what cannot be delivered then is not kept for later.
func TestH09_DeletedUnderWayWaitsNowhere(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		o := newOthers(t, engine)
		away := o.Recorded(federationtest.Mastodon)
		max := away.Person("max")
		o.send(max, o.amina.Inbox, "follow", federationtest.With{"Target": o.amina.URI})
		o.settle()
		o.must(o.ours.People.Grant(o.ctx, o.amina.ID, o.ours.Find(max.Handle).ID))
		o.settle()
		came, goOn := make(chan struct{}), make(chan struct{})
		var once sync.Once
		away.Answer(func(federationtest.Received) int {
			once.Do(func() { close(came) })
			<-goOn
			return http.StatusServiceUnavailable
		})

		p := o.ours.Post(o.amina, o.rue.ID, instance.ToPublic, "Mon code est 4711")
		<-came
		o.must(o.ours.Posts.Delete(o.ctx, o.amina.ID, p.ID))
		close(goOn)
		o.settle()
		var words, waiting int
		err := o.ours.DB.Read().QueryRow(o.ctx, `
			SELECT (SELECT COUNT(*) FROM deliveries WHERE body LIKE $1) + (SELECT COUNT(*) FROM activities WHERE body LIKE $1),
			       (SELECT COUNT(*) FROM deliveries)`, "%4711%").Scan(&words, &waiting)
		if err != nil || words != 0 || waiting == 0 {
			t.Errorf("%d rows still hold the words and %d deliveries wait, want none and the deletion: %v", words, waiting, err)
		}
	})
}

// maxID is past every id there can be.
const maxID = "9223372036854775807"
