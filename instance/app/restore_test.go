package app_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"palier/federation/federationtest"
	"palier/instance"
	"palier/instance/app"
	"palier/instance/apptest"
	"palier/instance/config"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

// reopened is a server that stops, and starts again on another state of its
// database, at the same address.
type reopened struct {
	*apptest.Server
	host *federationtest.Host
}

// open starts the server on a database.
func (r *reopened) open(t *testing.T, database, media string) {
	t.Helper()
	c := config.Default()
	c.Database, c.URL, c.MediaDir = database, r.host.URL, media
	c.PeersAllow, c.FirstRetry, c.Limits = apptest.Loopback, 50*time.Millisecond, config.Limits{}
	a, err := app.Open(t.Context(), c, app.Options{Log: slog.New(slog.DiscardHandler), Now: time.Now, Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	r.Server = &apptest.Server{App: a, T: t, URL: c.URL}
	r.host.Serve(a.Handler())
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (r *reopened) stop(t *testing.T) {
	t.Helper()
	r.host.Serve(http.NotFoundHandler())
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := errors.Join(r.Stop(ctx), r.Close()); err != nil {
		t.Fatal(err)
	}
}

// A server that is put back to how it was yesterday names nothing new by an old
// id, sends nobody again what they have, takes what came since once more and
// what came before not twice. What it cannot know is in
// specs/decisions/0022-after-a-restore.md.
func TestR17_RestoredFromABackup(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		net := federationtest.NewNetwork(t, nil)
		r := &reopened{host: net.Host()}
		database, media := storetest.URL(t, engine), filepath.Join(t.TempDir(), "media")
		r.open(t, database, media)
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
		t.Cleanup(cancel)
		o := &others{Network: net, t: t, ctx: ctx, ours: r.Server}
		o.rue = o.ours.Place("rue", "neighbourhood")
		o.amina = o.ours.Resident("amina", o.rue)
		masto, away := o.Recorded(federationtest.Mastodon), o.Recorded(federationtest.GoToSocial)
		mel, max, gus := masto.Person("mel"), masto.Person("max"), away.Person("gus")
		o.send(mel, o.rue.Inbox, "follow", federationtest.With{"Target": o.rue.URI})
		o.send(gus, o.rue.Inbox, "follow", federationtest.With{"Target": o.rue.URI})
		o.settle()
		p := o.ours.Post(o.amina, o.rue.ID, instance.ToPublic, "Hier")
		about := federationtest.With{"Target": p.URI, "ReplyTo": p.URI, "Group": o.rue.URI, "Author": o.amina.URI, "Content": "<p>Avant</p>"}
		before := o.send(mel, o.rue.Inbox, "create_note", about)
		o.settle()
		o.hear()

		// Stopped, so that nothing is under way: that would be done once more.
		r.stop(t)
		backup := filepath.Join(t.TempDir(), "backup")
		if _, err := app.Backup(t.Context(), r.Config, backup, app.Options{Now: time.Now}); err != nil {
			t.Fatal(err)
		}
		r.open(t, database, media)
		o.ours = r.Server
		lost := o.ours.Post(o.amina, o.rue.ID, instance.ToPublic, "Ce matin")
		about["Content"] = "<p>Après</p>"
		after := o.send(mel, o.rue.Inbox, "create_note", about)
		o.send(max, o.rue.Inbox, "follow", federationtest.With{"Target": o.rue.URI})
		got(o.ours.Posts.Edit(o.ctx, o.amina.ID, p.ID, instance.Draft{Text: "Hier soir"}))(o)
		o.settle()
		left := received(masto)

		r.stop(t)
		to := r.Config
		to.Database, to.MediaDir = storetest.EmptyURL(t, engine), filepath.Join(t.TempDir(), "media")
		if _, err := app.Restore(t.Context(), to, backup, app.Options{Now: time.Now}); err != nil {
			t.Fatal(err)
		}
		r.open(t, to.Database, to.MediaDir)
		o.ours = r.Server
		t.Cleanup(func() { r.stop(t) })
		o.settle()
		if again := received(masto); !slices.Equal(again, left) {
			t.Errorf("after the restore was sent %q, before it %q", again, left)
		}
		if now := o.post(p.ID); now.Content != "<p>Hier</p>" || now.Replies != 1 {
			t.Errorf("the post of yesterday reads %q with %d replies", now.Content, now.Replies)
		}
		fresh := o.ours.Post(o.amina, o.rue.ID, instance.ToPublic, "Ce soir")
		o.settle()
		if fresh.ID <= lost.ID {
			t.Errorf("the new post is %s, a lost one was %s", fresh.ID, lost.ID)
		}
		for _, id := range received(masto)[len(left):] {
			if slices.Contains(left, id) {
				t.Errorf("%s names something new", id)
			}
		}
		o.await(masto, "Announce", o.rue.URI, fresh.URI)

		// What came before the backup has no second effect, what came since has.
		for _, d := range []federationtest.Document{before, after, after} {
			if code := got(mel.Send(o.ctx, o.rue.Inbox, d))(o); code != http.StatusAccepted {
				t.Errorf("sent again and answered %d", code)
			}
		}
		o.settle()
		if now := o.post(p.ID); now.Replies != 2 {
			t.Errorf("%d replies, want 2", now.Replies)
		}
		// Who began to follow since is unknown, and may follow again.
		o.send(max, o.rue.Inbox, "follow", federationtest.With{"Target": o.rue.URI})
		o.settle()
		if n := len(got(o.ours.People.Followers(o.ctx, o.rue.ID, 0, 10))(o)); n != 4 {
			t.Errorf("%d follow, want amina, mel, gus and max", n)
		}
	})
}

// received is the ids of what a server of others was sent, in order.
func received(at *federationtest.Recorded) (ids []string) {
	for _, r := range at.Received() {
		ids = append(ids, r.ID())
	}
	return ids
}
