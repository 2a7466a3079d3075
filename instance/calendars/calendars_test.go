package calendars_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/calendars"
	"palier/instance/events"
	"palier/instance/jobs"
	"palier/instance/organisations"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

// web answers for the calendars of others.
type web map[string]struct {
	body []byte
	err  error
}

func (w web) Calendar(_ context.Context, url string) ([]byte, error) {
	a, ok := w[url]
	if !ok {
		return nil, instance.ErrNotFound
	}
	return a.body, a.err
}

// hall is a village whose place shows calendars of others.
type hall struct {
	*apptest.Village
	calendars *calendars.Service
	web       web
	port      instance.Neighbourhood
	amina, bo instance.Account // amina looks after the port
}

func newHall(t *testing.T, db *store.DB) *hall {
	t.Helper()
	h := &hall{Village: apptest.NewVillage(t, db), web: web{}}
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	h.calendars = calendars.New(calendars.Options{
		DB: db, Site: h.Site, IDs: instance.NewIDs(h.Clock.Now, 7), Now: h.Clock.Now, Zone: paris, Jobs: jobs.New(db, jobs.Options{}), Events: h.Events, Fetch: h.web,
	})
	h.port = h.Place("port", "neighbourhood")
	h.amina, h.bo = h.Resident("amina", h.port), h.Resident("bo", h.port)
	if err := h.Places.SetModerator(t.Context(), h.port.ID, h.amina.ID, true); err != nil {
		t.Fatal(err)
	}
	return h
}

func (h *hall) serves(url string, events ...string) {
	h.web[url] = struct {
		body []byte
		err  error
	}{calendar(events...), nil}
}

func (h *hall) adds(src calendars.Source) calendars.Calendar {
	h.T.Helper()
	c, err := h.calendars.Add(h.T.Context(), h.amina.ID, "port", src)
	if err != nil {
		h.T.Fatal(err)
	}
	return c
}

func (h *hall) works(c calendars.Calendar) {
	h.T.Helper()
	if err := h.calendars.Work(h.T.Context(), c.ID); err != nil {
		h.T.Fatal(err)
	}
}

// shown is what stands in the calendar of the port, as somebody reads it.
func (h *hall) shown(v instance.Viewer) []string {
	h.T.Helper()
	all, err := h.Events.Upcoming(h.T.Context(), v, events.Query{Place: h.port.ID, From: h.Clock.Now(), To: h.Clock.Now().AddDate(0, 3, 0)})
	if err != nil {
		h.T.Fatal(err)
	}
	var list []string
	for _, o := range all {
		line := o.At.UTC().Format("01-02 15:04") + " " + o.Post.Title
		if o.Off || o.Post.Event.Status == instance.EventCancelled {
			line += " (off)"
		}
		list = append(list, line)
	}
	return list
}

func (h *hall) of() calendars.Calendar {
	h.T.Helper()
	all, err := h.calendars.Of(h.T.Context(), h.amina.ID, "port")
	if err != nil || len(all) != 1 {
		h.T.Fatalf("calendars: %v, %v", all, err)
	}
	return all[0]
}

func TestP5_ACalendarOfOthersIsFollowed(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHall(t, db)
		const url = "https://mairie.example/agenda.ics"
		council := event("1@m", "SUMMARY:Conseil", "DTSTART;TZID=Europe/Paris:20261201T190000", "DESCRIPTION:@bo vient")
		market := event("2@m", "SUMMARY:Marché", "DTSTART;TZID=Europe/Paris:20261107T080000", "DURATION:PT4H", "RRULE:FREQ=WEEKLY;COUNT=6", "EXDATE;TZID=Europe/Paris:20261205T080000")
		h.serves(url, council, market, event("3@m", "SUMMARY:Bal", "DTSTART:20261202T190000Z", "RRULE:FREQ=DAILY"))
		c := h.adds(calendars.Source{URL: "webcal://mairie.example/agenda.ics", Public: true, Language: "fr"})
		h.works(c)
		want := []string{"11-28 07:00 Marché", "12-01 18:00 Conseil", "12-05 07:00 Marché (off)", "12-12 07:00 Marché"}
		if got := h.shown(instance.Anyone); !slices.Equal(got, want) {
			t.Fatalf("shown: %q\nwant %q", got, want)
		}
		if at := h.of(); at.Shown != 2 || at.Waiting != 0 || len(at.Refused) != 1 || at.Refused[0] != (calendars.Refused{Title: "Bal", Why: "repeats"}) || at.Name != "Mairie" {
			t.Errorf("the calendar: %+v", at)
		}
		if got, err := h.Notifications.Unread(t.Context(), h.bo.ID); err != nil || got != 0 {
			t.Errorf("a calendar of others calls bo: %d, %v", got, err)
		}
		h.works(c) // too soon: nothing is asked
		posts := h.count(`SELECT COUNT(*) FROM posts`)
		h.Clock.Advance(7 * time.Hour)
		h.works(c)
		if got := h.count(`SELECT COUNT(*) FROM posts`); got != posts {
			t.Errorf("read again, there are %d posts, were %d", got, posts)
		}
		if got := h.count(`SELECT COUNT(*) FROM posts WHERE edited_at IS NOT NULL`); got != 0 {
			t.Errorf("what did not change was changed: %d", got)
		}

		h.serves(url, strings.ReplaceAll(strings.ReplaceAll(council, "T190000", "T200000"), "Conseil", "Conseil municipal"), market)
		h.Clock.Advance(7 * time.Hour)
		h.works(c)
		if got := h.shown(instance.Anyone); !slices.Contains(got, "12-01 19:00 Conseil municipal") || len(got) != 4 {
			t.Errorf("once it changed there: %q", got)
		}
		h.serves(url, market)
		h.Clock.Advance(7 * time.Hour)
		h.works(c)
		if got := h.shown(instance.Anyone); !slices.Contains(got, "12-01 19:00 Conseil municipal (off)") {
			t.Errorf("once it is gone there: %q", got)
		}
		edits := h.count(`SELECT COUNT(*) FROM post_edits`)
		h.Clock.Advance(7 * time.Hour)
		h.works(c)
		if got := h.count(`SELECT COUNT(*) FROM post_edits`); got != edits {
			t.Errorf("what is off is called off again: %d edits, were %d", got, edits)
		}
		if err := h.calendars.Remove(t.Context(), h.amina.ID, "port", c.ID); err != nil {
			t.Fatal(err)
		}
		if got := h.shown(instance.Anyone); len(got) != 4 {
			t.Errorf("without the calendar: %q", got)
		}
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

func TestP5_AFileComesOverInTurnAndOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHall(t, db)
		var all []string
		for i := range 25 {
			all = append(all, event(fmt.Sprint(i, "@m"), fmt.Sprint("SUMMARY:Atelier ", i), fmt.Sprintf("DTSTART:202612%02dT100000Z", i+1)))
		}
		c := h.adds(calendars.Source{File: calendar(all...)})
		h.works(c)
		if got := h.shown(h.Viewer(h.bo)); len(got) != 20 || got[0] != "12-01 10:00 Atelier 0" {
			t.Errorf("at first: %q", got)
		}
		h.works(c)
		if got := h.shown(h.Viewer(h.bo)); len(got) != 25 {
			t.Errorf("then: %d", len(got))
		}
		if got := h.shown(instance.Anyone); len(got) != 0 {
			t.Errorf("a visitor reads what is for neighbours: %q", got)
		}
		// The same again, from elsewhere, is there already.
		const url = "https://club.example/a.ics"
		h.serves(url, all...)
		h.works(h.adds(calendars.Source{URL: url}))
		if got := h.shown(h.Viewer(h.bo)); len(got) != 25 {
			t.Errorf("twice: %d", len(got))
		}
	})
}

func TestWhoMayBringACalendarIn(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHall(t, db)
		ctx := t.Context()
		file := calendars.Source{File: calendar(event("1@m", "SUMMARY:x", "DTSTART:20261202T100000Z"))}
		if _, err := h.Organisations.Open(ctx, organisations.Plan{Username: "chorale", Title: "Chorale", Sort: instance.Association, Place: h.port.ID, Agent: h.bo.ID}); err != nil {
			t.Fatal(err)
		}
		c := h.adds(file)
		for name, do := range map[string]func() error{
			"adds":                         func() error { _, err := h.calendars.Add(ctx, h.bo.ID, "port", file); return err },
			"adds nobody's":                func() error { _, err := h.calendars.Add(ctx, h.bo.ID, "bo", file); return err },
			"nobody adds":                  func() error { _, err := h.calendars.Add(ctx, 0, "port", file); return err },
			"lists":                        func() error { _, err := h.calendars.Of(ctx, h.bo.ID, "port"); return err },
			"removes":                      func() error { return h.calendars.Remove(ctx, h.bo.ID, "port", c.ID) },
			"removes it by another's name": func() error { return h.calendars.Remove(ctx, h.bo.ID, "chorale", c.ID) },
			"refreshes":                    func() error { return h.calendars.Refresh(ctx, h.bo.ID, "port", c.ID) },
			"amina for the choir":          func() error { _, err := h.calendars.Add(ctx, h.amina.ID, "chorale", file); return err },
		} {
			if err := do(); !errors.Is(err, instance.ErrNotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
		own, err := h.calendars.Add(ctx, h.bo.ID, "chorale", calendars.Source{File: file.File, Public: true})
		if err != nil {
			t.Fatal(err)
		}
		h.works(own)
		if got := h.count(`SELECT COUNT(*) FROM posts p JOIN actors a ON a.id = p.author_id WHERE a.username = 'chorale'`); got != 1 {
			t.Errorf("the choir invites to %d", got)
		}
		for name, src := range map[string]calendars.Source{
			"file:///etc/passwd": {URL: "file:///etc/passwd"}, "with a password": {URL: "https://a:b@mairie.example/c.ics"},
			"no address": {URL: "agenda"}, "no calendar": {File: []byte("x")},
		} {
			if _, err := h.calendars.Add(ctx, h.amina.ID, "port", src); !errors.Is(err, instance.ErrInvalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// A server that does not answer is asked ever less often, and says so.
func TestACalendarThatCannotBeRead(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHall(t, db)
		const url = "https://mairie.example/agenda.ics"
		c := h.adds(calendars.Source{URL: url})
		h.works(c)
		if at := h.of(); at.Trouble != "not-there" {
			t.Errorf("trouble: %q", at.Trouble)
		}
		h.web[url] = struct {
			body []byte
			err  error
		}{nil, fmt.Errorf("no: %w", instance.ErrUnreachable)}
		h.Clock.Advance(7 * time.Hour)
		h.works(c)
		if at := h.of(); at.Trouble != "unreachable" {
			t.Errorf("trouble: %q", at.Trouble)
		}
		h.web[url] = struct {
			body []byte
			err  error
		}{[]byte("<html>"), nil}
		h.Clock.Advance(7 * time.Hour)
		h.works(c)
		if at := h.of(); at.Trouble != "unreachable" {
			t.Errorf("asked again too soon: %q", at.Trouble)
		}
		if err := h.calendars.Refresh(t.Context(), h.amina.ID, "port", c.ID); err != nil {
			t.Fatal(err)
		}
		h.works(c)
		if at := h.of(); at.Trouble != "no-calendar" || !at.ReadAt.IsZero() {
			t.Errorf("trouble: %q, read %s", at.Trouble, at.ReadAt)
		}
		h.serves(url, event("1@m", "SUMMARY:x", "DTSTART:20261202T100000Z"))
		if err := h.calendars.Refresh(t.Context(), h.amina.ID, "port", c.ID); err != nil {
			t.Fatal(err)
		}
		h.works(c)
		if at := h.of(); at.Trouble != "" || at.Shown != 1 {
			t.Errorf("once it answers: %+v", at)
		}
	})
}
