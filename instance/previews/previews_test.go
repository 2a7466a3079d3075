package previews_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/jobs"
	"palier/instance/previews"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// web is what others have to show.
type web struct {
	mu    sync.Mutex
	asked int
	err   error
	html  string
}

func (w *web) Page(_ context.Context, url string, _ int64, _ ...string) (previews.Answer, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked++
	if w.err != nil {
		return previews.Answer{}, w.err
	}
	return previews.Answer{URL: url, ContentType: "text/html; charset=utf-8", Body: io.NopCloser(strings.NewReader(w.html))}, nil
}

// answers sets what is answered from now on, and returns how often it was asked.
func (w *web) answers(err error, html string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.err, w.html = err, html
	return w.asked
}

// desk is the service on a clock that is set, with its jobs.
type desk struct {
	*apptest.Village
	*web
	service *previews.Service
	jobs    *jobs.Queue
	amina   instance.Account
	n       int
}

func newDesk(t *testing.T, db *store.DB) *desk {
	t.Helper()
	d := &desk{Village: apptest.NewVillage(t, db), web: &web{html: "<title>Un</title>"}}
	d.jobs = jobs.New(db, jobs.Options{Work: true, Queues: map[string]int{previews.Queue: 2}, Now: d.Clock.Now})
	d.service = previews.New(previews.Options{
		DB: db, Site: d.Site, IDs: instance.NewIDs(d.Clock.Now, 3), Now: d.Clock.Now, Log: slog.New(slog.DiscardHandler), Jobs: d.jobs, Fetch: d.web,
		Shut: func(context.Context, store.Tx, []string) (bool, error) { return false, nil },
	})
	if err := d.jobs.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if err := d.jobs.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
	d.amina = d.Person("amina")
	return d
}

// link lets a post link to a page, and returns it once what that brings about is
// done.
func (d *desk) link(address string) *instance.Post {
	d.T.Helper()
	d.n++
	p := &instance.Post{
		URI: fmt.Sprintf("https://loin.example/o/%d", d.n), Author: d.amina.Actor, Kind: "post", Audience: instance.ToPublic,
		Content: `<p><a href="` + address + `">ici</a></p>`, PublishedAt: d.Clock.Now(),
	}
	err := d.DB.InTx(d.T.Context(), func(tx store.Tx) error {
		if err := d.Posts.ReceiveIn(d.T.Context(), tx, p, "{}"); err != nil {
			return err
		}
		return d.service.Hear(d.T.Context(), tx, instance.Deed{Kind: instance.Posted, Actor: p.Author, Post: p})
	})
	if err != nil {
		d.T.Fatal(err)
	}
	d.idle()
	return p
}

func (d *desk) idle() {
	d.T.Helper()
	if err := d.jobs.Idle(d.T.Context()); err != nil {
		d.T.Fatal(err)
	}
}

// title is that of a post's card, "" without one.
func (d *desk) title(p *instance.Post) string {
	d.T.Helper()
	read, err := d.Posts.ByID(d.T.Context(), instance.Anyone, p.ID)
	if err != nil {
		d.T.Fatal(err)
	}
	if read.Card == nil {
		return ""
	}
	return read.Card.Title
}

func TestACardIsAskedForAgainAfterAWeek(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := newDesk(t, db)
		first := d.link("https://a.example/1")
		if got := d.title(first); got != "Un" {
			t.Fatalf("got %q", got)
		}
		d.answers(nil, "<title>Deux</title>")
		d.Clock.Advance(6 * 24 * time.Hour)
		d.link("https://a.example/1")
		if got, n := d.title(first), d.answers(nil, "<title>Deux</title>"); got != "Un" || n != 1 {
			t.Errorf("within the week: %q, asked %d times", got, n)
		}
		d.Clock.Advance(2 * 24 * time.Hour)
		d.link("https://a.example/1")
		if got, n := d.title(first), d.answers(instance.ErrNotFound, ""); got != "Deux" || n != 2 {
			t.Errorf("after it: %q, asked %d times", got, n)
		}
		// What is shown stays while its page is away.
		d.Clock.Advance(8 * 24 * time.Hour)
		if last := d.link("https://a.example/1"); d.title(last) != "Deux" {
			t.Errorf("its page is away: %q", d.title(last))
		}
	})
}

func TestE09_APageThatSaysNothingIsLeftAlone(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := newDesk(t, db)
		d.answers(instance.ErrNotFound, "")
		for range 3 {
			d.link("https://a.example/1")
		}
		d.Clock.Advance(25 * time.Hour)
		d.link("https://a.example/1")
		d.Clock.Advance(25 * time.Hour) // the second time it is two days
		d.link("https://a.example/1")
		if n := d.answers(nil, "<title>Un</title>"); n != 2 {
			t.Errorf("asked %d times", n)
		}
		d.Clock.Advance(24 * time.Hour)
		if p := d.link("https://a.example/1"); d.title(p) != "Un" {
			t.Errorf("once it speaks: %q", d.title(p))
		}
	})
}

func TestE15_OneHostIsNotPressed(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := newDesk(t, db)
		for i := range 65 {
			d.link(fmt.Sprintf("https://a.example/%d", i))
		}
		if n := d.answers(nil, "<title>Un</title>"); n != 60 {
			t.Errorf("asked %d times within the hour", n)
		}
		if p := d.link("https://b.example/1"); d.title(p) != "Un" {
			t.Error("another host has to wait too")
		}
	})
}

func TestE15_OnlySoManyPagesWait(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := newDesk(t, db)
		err := db.InTx(t.Context(), func(tx store.Tx) error {
			for i := range 1000 {
				_, err := tx.Exec(t.Context(), `
					INSERT INTO cards (id, url, host, created_at)
					VALUES ($1, $2, 'c.example', $3)`, i+1, fmt.Sprintf("https://c.example/%d", i), store.Millis(d.Clock.Now()))
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if p := d.link("https://a.example/1"); d.title(p) != "" {
			t.Errorf("a thousand wait already: %q", d.title(p))
		}
		// What waits for longer than a day was lost on the way: it bars nobody.
		d.Clock.Advance(25 * time.Hour)
		if p := d.link("https://a.example/1"); d.title(p) != "Un" {
			t.Errorf("a day later: %q", d.title(p))
		}
	})
}
