package feeds_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/calendars"
	"palier/instance/feeds"
	"palier/instance/jobs"
	"palier/instance/organisations"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

const site = "https://mairie.example/flux.xml"

// web answers for the sites of others, and keeps what it was asked.
type web struct {
	body  []byte
	err   error
	wait  time.Duration
	asked []feeds.Known
}

func (w *web) Feed(_ context.Context, _ string, known feeds.Known) (feeds.Answer, error) {
	w.asked = append(w.asked, known)
	tag := fmt.Sprintf("%q", fmt.Sprint(len(w.body)))
	switch {
	case w.err != nil:
		return feeds.Answer{Wait: w.wait}, w.err
	case known.ETag == tag:
		return feeds.Answer{Unchanged: true}, nil
	}
	return feeds.Answer{Known: feeds.Known{ETag: tag, Modified: "Sun, 01 Nov 2026 10:00:00 GMT"}, Body: w.body}, nil
}

// hall is a village whose places show what sites nearby say.
type hall struct {
	*apptest.Village
	feeds     *feeds.Service
	web       *web
	dinan     instance.Neighbourhood
	port      instance.Neighbourhood
	amina, bo instance.Account // amina looks after the port
}

func newHall(t *testing.T, db *store.DB) *hall {
	t.Helper()
	h := &hall{Village: apptest.NewVillage(t, db), web: &web{}}
	queue := jobs.New(db, jobs.Options{})
	owners := calendars.New(calendars.Options{DB: db, Site: h.Site, IDs: instance.NewIDs(h.Clock.Now, 6), Now: h.Clock.Now, Zone: time.UTC, Jobs: queue, Events: h.Events})
	h.feeds = feeds.New(feeds.Options{DB: db, IDs: instance.NewIDs(h.Clock.Now, 7), Now: h.Clock.Now, Jobs: queue, Owners: owners, Rules: h.Rules, Fetch: h.web})
	h.dinan = h.Place("dinan", "commune")
	h.port = h.Place("port", "neighbourhood", h.dinan)
	h.amina, h.bo = h.Resident("amina", h.port), h.Resident("bo", h.port)
	if err := h.Places.SetModerator(t.Context(), h.port.ID, h.amina.ID, true); err != nil {
		t.Fatal(err)
	}
	return h
}

func (h *hall) adds(name, url string) feeds.Feed {
	h.T.Helper()
	f, err := h.feeds.Add(h.T.Context(), h.amina.ID, name, url)
	if err != nil {
		h.T.Fatal(err)
	}
	return f
}

// after lets time pass and has a feed read.
func (h *hall) after(d time.Duration, f feeds.Feed) {
	h.T.Helper()
	h.Clock.Advance(d)
	if err := h.feeds.Work(h.T.Context(), f.ID); err != nil {
		h.T.Fatal(err)
	}
}

// news is what is shown in a place, the newest first.
func (h *hall) news(place instance.Neighbourhood) []string {
	h.T.Helper()
	list, err := h.feeds.At(h.T.Context(), place.ID, 0, 50)
	if err != nil {
		h.T.Fatal(err)
	}
	var all []string
	for _, e := range list {
		all = append(all, e.Title)
	}
	return all
}

func (h *hall) of(name string) feeds.Feed {
	h.T.Helper()
	all, _, err := h.feeds.Of(h.T.Context(), h.amina.ID, name)
	if err != nil || len(all) != 1 {
		h.T.Fatalf("feeds: %v, %v", all, err)
	}
	return all[0]
}

func TestP5_ASiteNearbyIsFollowed(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHall(t, db)
		h.web.body = rss(entry("2", "Travaux", 2, "<description>Rue fermée</description>"), entry("1", "Conseil", 5))
		f := h.adds("port", site)
		h.after(0, f)
		if diff := cmp.Diff([]string{"Travaux", "Conseil"}, h.news(h.port)); diff != "" {
			t.Errorf("at first (-want +got):\n%s", diff)
		}
		if got := h.news(h.dinan); len(got) != 2 {
			t.Errorf("the town reads %q", got)
		}
		// Nothing new: the other server is told what is known, and nothing comes twice.
		h.after(4*time.Hour, f)
		if last := h.web.asked[len(h.web.asked)-1]; last.ETag == "" || last.Modified == "" {
			t.Errorf("asked without what is known: %+v", last)
		}
		// What is changed there is changed here, under its own name or its own address.
		h.web.body = rss(entry("2", "Travaux finis", 2), `<item><guid>other</guid><link>https://mairie.example/1</link><title>Conseil reporté</title></item>`, entry("3", "Fête", 1))
		h.after(4*time.Hour, f)
		if diff := cmp.Diff([]string{"Fête", "Travaux finis", "Conseil reporté"}, h.news(h.port)); diff != "" {
			t.Errorf("once it changed (-want +got):\n%s", diff)
		}
		list, err := h.feeds.At(t.Context(), h.port.ID, 0, 1)
		if err != nil || len(list) != 1 || list[0].Source != "Mairie de Dinan" || list[0].Host != "mairie.example" || list[0].Link != "https://mairie.example/3" || list[0].By.Username != "port" {
			t.Errorf("the newest: %+v, %v", list, err)
		}
		if older, err := h.feeds.At(t.Context(), h.port.ID, list[0].ID, 50); err != nil || len(older) != 2 {
			t.Errorf("older: %+v, %v", older, err)
		}
		// None of it is a post, and what is hidden does not come back.
		if n := h.count(`SELECT COUNT(*) FROM posts`); n != 0 {
			t.Errorf("%d posts", n)
		}
		if err := h.feeds.Hide(t.Context(), h.amina.ID, "port", f.ID, list[0].ID); err != nil {
			t.Fatal(err)
		}
		h.web.body = append(h.web.body, ' ')
		h.after(4*time.Hour, f)
		if got := h.news(h.port); slices.Contains(got, "Fête") || len(got) != 2 {
			t.Errorf("with one hidden: %q", got)
		}
		// A month later it is no news any more; later still it is forgotten.
		h.Clock.Advance(31 * 24 * time.Hour)
		if got := h.news(h.port); len(got) != 0 {
			t.Errorf("a month later: %q", got)
		}
		h.Clock.Advance(30 * 24 * time.Hour)
		if err := h.feeds.Tend(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := h.count(`SELECT COUNT(*) FROM feed_entries`); n != 0 {
			t.Errorf("%d are known for ever", n)
		}
		// Without the feed there is nothing of it.
		h.web.body = rss(`<item><link>https://mairie.example/9</link><title>Neuf</title></item>`)
		h.after(0, f)
		if got := h.news(h.port); len(got) != 1 {
			t.Fatalf("something new: %q", got)
		}
		if err := h.feeds.Remove(t.Context(), h.amina.ID, "port", f.ID); err != nil {
			t.Fatal(err)
		}
		if n := h.count(`SELECT COUNT(*) FROM feed_entries`); n != 0 {
			t.Errorf("%d stay", n)
		}
		h.after(4*time.Hour, f) // a job that comes too late
	})
}

func (h *hall) count(sql string) int {
	h.T.Helper()
	var n int
	if err := h.DB.Read().QueryRow(h.T.Context(), sql).Scan(&n); err != nil {
		h.T.Fatal(err)
	}
	return n
}

func TestNoSiteTalksAllOthersDown(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHall(t, db)
		var many []string
		for i := range 12 {
			many = append(many, entry(fmt.Sprint(i), fmt.Sprint("N", i), i))
		}
		h.web.body = rss(many...)
		f := h.adds("port", site)
		h.after(0, f)
		if diff := cmp.Diff([]string{"N0", "N1", "N2", "N3", "N4"}, h.news(h.port)); diff != "" {
			t.Errorf("the first day (-want +got):\n%s", diff)
		}
		h.after(4*time.Hour, f)
		if got := h.news(h.port); len(got) != feeds.PerDay {
			t.Errorf("still the first day: %q", got)
		}
		h.after(21*time.Hour, f)
		if diff := cmp.Diff([]string{"N5", "N6", "N7", "N8", "N9", "N0", "N1", "N2", "N3", "N4"}, h.news(h.port)); diff != "" {
			t.Errorf("the second day (-want +got):\n%s", diff)
		}
		// The same through another of its addresses is there already.
		again := h.adds("port", "https://mairie.example/atom.xml")
		h.after(25*time.Hour, again)
		if got := h.news(h.port); len(got) != 12 {
			t.Errorf("by two addresses: %q", got)
		}
		h.after(0, f)
		if got := h.news(h.port); len(got) != 12 {
			t.Errorf("by two addresses: %q", got)
		}
	})
}

// A site that does not answer is asked ever less often, not before it wants to
// be, and says that it is out of date.
func TestASiteThatCannotBeRead(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHall(t, db)
		h.web.body = rss(entry("1", "Conseil", 1))
		f := h.adds("port", site)
		h.after(0, f)
		h.web.err, h.web.wait = fmt.Errorf("no: %w", instance.ErrUnreachable), 10*time.Hour
		h.after(4*time.Hour, f)
		if got := h.of("port"); got.Trouble != "unreachable" || got.Stale(h.Clock.Now()) {
			t.Errorf("at first: %+v", got)
		}
		asked := len(h.web.asked)
		h.after(9*time.Hour, f)
		if len(h.web.asked) != asked {
			t.Error("asked before it wants to be")
		}
		h.web.wait = 0
		for range 5 {
			h.after(48*time.Hour, f)
		}
		if got := h.of("port"); !got.Stale(h.Clock.Now()) {
			t.Errorf("after ten days: %+v", got)
		}
		list, err := h.feeds.At(t.Context(), h.port.ID, 0, 50)
		if err != nil || len(list) != 1 || !list[0].Stale {
			t.Errorf("what is shown is not marked: %+v, %v", list, err)
		}
		for range 12 {
			h.after(8*24*time.Hour, f)
		}
		asked = len(h.web.asked)
		h.after(60*24*time.Hour, f)
		if len(h.web.asked) != asked {
			t.Error("asked for ever")
		}
		h.web.err, h.web.body = nil, []byte("<html>")
		if err := h.feeds.Refresh(t.Context(), h.amina.ID, "port", f.ID); err != nil {
			t.Fatal(err)
		}
		h.after(0, f)
		if got := h.of("port"); got.Trouble != "no-feed" {
			t.Errorf("a page: %+v", got)
		}
		h.web.body = rss()
		if err := h.feeds.Refresh(t.Context(), h.amina.ID, "port", f.ID); err != nil {
			t.Fatal(err)
		}
		h.after(0, f)
		if got := h.of("port"); got.Trouble != "" || got.Stale(h.Clock.Now()) {
			t.Errorf("once it answers: %+v", got)
		}
	})
}

func TestWhoMayFollowASite(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHall(t, db)
		ctx := t.Context()
		h.web.body = rss(entry("1", "Promotion", 1))
		for name, sort := range map[string]instance.OrganisationSort{"epicerie": instance.Shop, "mairie": instance.Council} {
			if _, err := h.Organisations.Open(ctx, organisations.Plan{Username: name, Title: name, Sort: sort, Place: h.port.ID, Agent: h.amina.ID}); err != nil {
				t.Fatal(err)
			}
		}
		f := h.adds("port", "feed://mairie.example/a.xml")
		for name, do := range map[string]func() error{
			"adds":                         func() error { _, err := h.feeds.Add(ctx, h.bo.ID, "port", site); return err },
			"nobody adds":                  func() error { _, err := h.feeds.Add(ctx, 0, "port", site); return err },
			"adds to a person":             func() error { _, err := h.feeds.Add(ctx, h.bo.ID, "bo", site); return err },
			"lists":                        func() error { _, _, err := h.feeds.Of(ctx, h.bo.ID, "port"); return err },
			"removes":                      func() error { return h.feeds.Remove(ctx, h.bo.ID, "port", f.ID) },
			"reads again":                  func() error { return h.feeds.Refresh(ctx, h.bo.ID, "port", f.ID) },
			"removes it by another's name": func() error { return h.feeds.Remove(ctx, h.amina.ID, "epicerie", f.ID) },
			"hides what is not there":      func() error { return h.feeds.Hide(ctx, h.amina.ID, "port", f.ID, 1) },
		} {
			if err := do(); !errors.Is(err, instance.ErrNotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
		for typed, code := range map[string]string{"": "missing", "file:///etc/passwd": "malformed", "https://a:b@mairie.example/": "malformed", "flux": "malformed", "https://mairie.example/a.xml": "taken"} {
			_, err := h.feeds.Add(ctx, h.amina.ID, "port", typed)
			if invalid, ok := errors.AsType[*instance.Invalid](err); !ok || invalid.Code != code {
				t.Errorf("%q: %v, want %s", typed, err, code)
			}
		}
		shop, council := h.adds("epicerie", site), h.adds("mairie", "https://mairie.example/b.xml")
		h.after(0, shop)
		if got := h.news(h.port); len(got) != 1 {
			t.Fatalf("of the shop: %q", got)
		}
		// Where shops have no notices, and while people vote, they say nothing here either.
		err := h.Rules.Set(ctx, instance.Rules{ElectionFrom: h.Clock.Now().Add(-time.Hour), ElectionUntil: h.Clock.Now().Add(time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		h.after(0, council)
		if got := h.news(h.port); len(got) != 0 {
			t.Errorf("while they are mute: %q", got)
		}
		_, err = h.feeds.Add(ctx, h.amina.ID, "epicerie", "https://epicerie.example/")
		if invalid, ok := errors.AsType[*instance.Invalid](err); !ok || invalid.Code != "no-shops" {
			t.Errorf("a shop adds one: %v", err)
		}
		for i := range feeds.MaxFeeds - 1 {
			h.adds("port", fmt.Sprint("https://mairie.example/", i))
		}
		_, err = h.feeds.Add(ctx, h.amina.ID, "port", "https://mairie.example/more")
		if invalid, ok := errors.AsType[*instance.Invalid](err); !ok || invalid.Code != "too-many" {
			t.Errorf("one too many: %v", err)
		}
	})
}
