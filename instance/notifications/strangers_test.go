package notifications_test

import (
	"fmt"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/apptest"
	"palier/instance/notifications"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// wave is a village that other servers can write to.
type wave struct {
	*apptest.Village
	yann, odette instance.Account
	ids          *instance.IDs
}

func newWave(t *testing.T, db *store.DB, wary notifications.Strangers) *wave {
	t.Helper()
	w := &wave{Village: apptest.NewVillage(t, db)}
	w.ids = instance.NewIDs(w.Clock.Now, 1)
	w.Notifications = notifications.New(notifications.Options{DB: db, IDs: w.ids, Now: w.Clock.Now, Posts: w.Posts, Strangers: wary})
	centre := w.Place("centre", "neighbourhood")
	w.yann, w.odette = w.Resident("yann", centre), w.Resident("odette", centre)
	return w
}

func (w *wave) in(do func(tx store.Tx) error) {
	w.T.Helper()
	if err := w.DB.InTx(w.T.Context(), do); err != nil {
		w.T.Fatal(err)
	}
}

// stranger is somebody on a server that we meet now, unless we know it.
func (w *wave) stranger(name, host string) instance.Actor {
	w.T.Helper()
	uri := "https://" + host + "/u/" + name
	a := instance.Actor{
		ID: instance.ActorID(w.ids.Next()), URI: uri, Kind: instance.Person, Username: name, Host: host,
		Inbox: uri + "/inbox", CreatedAt: w.Clock.Now(), UpdatedAt: w.Clock.Now(),
	}
	w.in(func(tx store.Tx) error {
		if err := actors.Save(w.T.Context(), tx, a, ""); err != nil {
			return err
		}
		_, err := tx.Exec(w.T.Context(), `
			INSERT INTO hosts (name, first_seen_at) VALUES ($1, $2) ON CONFLICT DO NOTHING`, host, store.Millis(w.Clock.Now()))
		return err
	})
	return a
}

// writes lets somebody elsewhere name people here, and returns the post.
func (w *wave) writes(from instance.Actor, to ...instance.Account) *instance.Post {
	w.T.Helper()
	p := &instance.Post{
		URI: fmt.Sprintf("%s/o/%s", from.URI, w.ids.Next()), Author: from, Kind: "post", Content: "<p>Bonjour</p>",
		Audience: instance.ToPublic, Reach: instance.DefaultReach, PublishedAt: w.Clock.Now(),
	}
	for _, a := range to {
		p.Mentions = append(p.Mentions, a.Actor)
	}
	w.in(func(tx store.Tx) error { return w.Posts.ReceiveIn(w.T.Context(), tx, p, "") })
	return p
}

func (w *wave) unread(a instance.Account) int {
	w.T.Helper()
	n, err := w.Notifications.Unread(w.T.Context(), a.ID)
	if err != nil {
		w.T.Fatal(err)
	}
	return n
}

func (w *wave) quiet() int {
	w.T.Helper()
	n, err := w.Notifications.CountQuiet(w.T.Context(), apptest.Start)
	if err != nil {
		w.T.Fatal(err)
	}
	return n
}

var wary = notifications.Strangers{New: 7 * 24 * time.Hour, PerSite: 3, Together: 5}

func TestI01_AWaveFromOneDomain(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWave(t, db, wary)
		var last *instance.Post
		for i := range 6 {
			// A host below one domain each, and a person each.
			last = w.writes(w.stranger("bot", fmt.Sprintf("s%d.spam-farm.com", i)), w.yann)
		}
		if got := w.unread(w.yann); got != 3 {
			t.Errorf("%d notices, want 3", got)
		}
		if got := w.quiet(); got != 3 {
			t.Errorf("%d are told to those who run the server, want 3", got)
		}
		// What calls nobody is there all the same.
		if p, err := w.Posts.ByID(t.Context(), instance.Anyone, last.ID); err != nil || p.Content == "" {
			t.Errorf("the last post: %+v, %v", p, err)
		}
		// An hour later it is another hour, and what was seen can be swept.
		w.Clock.Advance(time.Hour)
		w.writes(w.stranger("bot", "s9.spam-farm.com"), w.yann)
		if got := w.unread(w.yann); got != 4 {
			t.Errorf("%d notices an hour later, want 4", got)
		}
		w.in(func(tx store.Tx) error { return notifications.SweepStrangers(t.Context(), tx, w.Clock.Now()) })
		if got := w.quiet(); got != 0 {
			t.Errorf("%d are left after the sweep", got)
		}
	})
}

func TestI01_AWaveFromManyServers(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWave(t, db, wary)
		for i := range 10 {
			w.writes(w.stranger("bot", fmt.Sprintf("abandoned%d.com", i)), w.yann, w.odette)
		}
		if got := w.unread(w.yann) + w.unread(w.odette); got != 5 {
			t.Errorf("%d notices, want 5 for all", got)
		}
	})
}

// Who is known is heard in the middle of a wave.
func TestI01_HonestTrafficPasses(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWave(t, db, wary)
		ctx := t.Context()
		old := w.stranger("lena", "voisine.fr")
		w.Clock.Advance(wary.New + time.Hour)
		followed, named := w.stranger("ana", "nouveau.fr"), w.stranger("bo", "nouveau.fr")
		if _, err := w.People.Follow(ctx, w.yann.ID, followed.ID); err != nil {
			t.Fatal(err)
		}
		first := w.writes(named, w.yann)
		w.Reply(w.yann, first, "Bienvenue !")
		for i := range 10 {
			w.writes(w.stranger("bot", fmt.Sprintf("abandoned%d.com", i)), w.yann)
		}
		before := w.unread(w.yann)
		for i := range 8 {
			w.writes(old, w.yann)
			w.writes(w.stranger(fmt.Sprintf("marc%d", i), "voisine.fr"), w.yann) // new, but not his server
			w.writes(followed, w.yann)
			w.writes(named, w.yann)
		}
		if got := w.unread(w.yann) - before; got != 32 {
			t.Errorf("%d of 32 notices of people one knows", got)
		}
	})
}

func TestI01_NoLimitUnlessOneIsSet(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWave(t, db, notifications.Strangers{})
		for i := range 30 {
			w.writes(w.stranger(fmt.Sprintf("bot%d", i), "spam-farm.com"), w.yann)
		}
		if got := w.unread(w.yann); got != 30 {
			t.Errorf("%d notices, want 30", got)
		}
	})
}

// Bots that follow call nobody either, and a bot that follows again and again
// is one notice at most.
func TestI02_NoNoticePerBot(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWave(t, db, wary)
		ctx := t.Context()
		first := w.stranger("bot0", "spam-farm.com")
		for i := range 6 {
			bot := first
			if i > 0 {
				bot = w.stranger(fmt.Sprintf("bot%d", i), "spam-farm.com")
			}
			if _, err := w.People.Follow(ctx, bot.ID, w.yann.ID); err != nil {
				t.Fatal(err)
			}
		}
		if got := w.unread(w.yann); got != 3 {
			t.Errorf("%d notices of six bots, want 3", got)
		}
		for range 5 {
			if err := w.People.Unfollow(ctx, first.ID, w.yann.ID); err != nil {
				t.Fatal(err)
			}
			if _, err := w.People.Follow(ctx, first.ID, w.yann.ID); err != nil {
				t.Fatal(err)
			}
		}
		if got := w.unread(w.yann); got > 3 {
			t.Errorf("%d notices after one bot came and went", got)
		}
	})
}
