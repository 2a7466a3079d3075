package app_test

import (
	"log/slog"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"palier/federation/federationtest"
	"palier/instance"
	"palier/instance/app"
	"palier/instance/apptest"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

// rubbish gives our inbox something to refuse, and returns once it did: its
// worker has looked at the clock by then.
func (o *others) rubbish(id string) {
	o.t.Helper()
	o.must(o.ours.DB.InTx(o.ctx, func(tx store.Tx) error {
		_, err := tx.Exec(o.ctx, `
			INSERT INTO inbox_items (id, actor_uri, activity_id, kind, body, received_at)
			VALUES ($1, 'https://nobody.example/u', $2, 'Like', '{}', 0)`, store.Millis(time.Now()), "https://nobody.example/"+id)
		if err != nil {
			return err
		}
		return o.ours.DB.Notify(o.ctx, tx, "inbox", "")
	}))
	o.settle()
}

// A clock that jumps signs nobody out, gives no id twice and none out of order,
// takes no message it cannot judge and all of them once it is right, and keeps
// nothing waiting for a time that is not to come.
func TestR14_ClockJumps(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		var wrong atomic.Int64 // by how much the clock is
		now := func() time.Time { return time.Now().Round(0).Add(time.Duration(wrong.Load())) }
		o := newOthersAt(t, apptest.OpenAt(t, storetest.URL(t, engine), now, nil))
		away, well := o.Recorded(federationtest.Mastodon), o.Recorded(federationtest.GoToSocial)
		mel, gus := away.Person("mel"), well.Person("gus")
		o.send(mel, o.rue.Inbox, "follow", federationtest.With{"Target": o.rue.URI})
		o.send(gus, o.rue.Inbox, "follow", federationtest.With{"Target": o.rue.URI})
		o.settle()
		browser := o.ours.SignedIn(o.amina)
		if p := browser.Open("/home"); p.Status != http.StatusOK || p.Path != "/home" {
			t.Fatalf("signed in: %d at %s", p.Status, p.Path)
		}
		first := o.ours.Post(o.amina, o.rue.ID, instance.ToPublic, "À l'heure")
		o.settle()
		last := first.ID
		reply := func() federationtest.Document {
			return gus.Document("create_note", federationtest.With{
				"Target": first.URI, "ReplyTo": first.URI, "Group": o.rue.URI, "Author": o.amina.URI, "Content": "<p>Bonjour</p>",
			})
		}
		for n, jump := range []time.Duration{time.Hour, -time.Hour, 48 * time.Hour, -48 * time.Hour} {
			away.Answer(func(federationtest.Received) int { return http.StatusServiceUnavailable })
			wrong.Store(int64(jump))
			if p := browser.Open("/home"); p.Status != http.StatusOK || p.Path != "/home" {
				t.Errorf("%s: signed out, %d at %s", jump, p.Status, p.Path)
			}
			audience := instance.ToNeighbourhood
			if jump > 0 { // jobs that wait go by the real clock and would not wait behind it
				audience = instance.ToPublic
			}
			p := o.ours.Post(o.amina, o.rue.ID, audience, "Après "+jump.String())
			if p.ID <= last {
				t.Errorf("%s: the id %s comes after %s", jump, p.ID, last)
			}
			last = p.ID
			o.rubbish(jump.String())
			late := reply()
			if code := got(gus.Send(o.ctx, o.rue.Inbox, late))(o); jump != time.Hour && code != http.StatusUnauthorized {
				t.Errorf("%s: a message from a right clock was answered %d", jump, code)
			}

			wrong.Store(0)
			away.Answer(func(federationtest.Received) int { return http.StatusAccepted })
			if code := got(gus.Send(o.ctx, o.rue.Inbox, late))(o); code != http.StatusAccepted {
				t.Errorf("after %s the same message was answered %d", jump, code)
			}
			after := o.ours.Post(o.amina, o.rue.ID, instance.ToPublic, "Remise")
			if after.ID <= last {
				t.Errorf("after %s: the id %s comes after %s", jump, after.ID, last)
			}
			last = after.ID
			for _, sent := range []*instance.Post{p, after} {
				if sent.Audience == instance.ToPublic {
					o.await(away, "Announce", o.rue.URI, sent.URI)
					o.await(well, "Announce", o.rue.URI, sent.URI)
				}
			}
			o.settle()
			if n == 0 {
				o.hear() // from then on they are heard
			}
			if now := o.post(first.ID); now.Replies != n+1 {
				t.Errorf("after %s there are %d replies, want %d", jump, now.Replies, n+1)
			}
			if held := got(o.ours.Federation.Held(o.ctx, away.Name, 0, 10))(o); len(held) != 0 {
				t.Errorf("after %s still held: %+v", jump, held)
			}
		}

		// Nor does a process that starts with the clock behind.
		behind, err := app.Open(o.ctx, o.ours.Config, app.Options{Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return time.Now().Add(-48 * time.Hour) }})
		o.must(err)
		p, err := behind.Posts.Publish(o.ctx, o.ours.Viewer(o.amina), instance.Draft{Text: "En retard", Audience: instance.ToNeighbourhood, Group: o.rue.ID})
		if err != nil || p.ID <= last {
			t.Errorf("a process behind posts %+v after %s, %v", p, last, err)
		}
		o.must(behind.Close())
	})
}
