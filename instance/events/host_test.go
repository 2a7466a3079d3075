package events_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/events"
	"palier/instance/jobs"
	"palier/instance/mail"
	"palier/instance/posts"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

// court is a village in which events remind and write.
type court struct {
	*apptest.Village
	events    *events.Service
	rue       instance.Neighbourhood
	amina, bo instance.Account
	cem       instance.Account
	told      []string      // kind and whom, as notices
	letters   []mail.Letter // as they are sent
}

// Send takes a letter.
func (c *court) Send(_ context.Context, _ store.Tx, l mail.Letter) error {
	c.letters = append(c.letters, l)
	return nil
}

func newCourt(t *testing.T, db *store.DB) *court {
	t.Helper()
	c := &court{Village: apptest.NewVillage(t, db)}
	c.events = events.New(events.Options{
		DB: db, Site: c.Site, IDs: instance.NewIDs(c.Clock.Now, 9), Now: c.Clock.Now, Jobs: jobs.New(db, jobs.Options{}), Posts: c.Posts, Places: c.Places, Post: posts.ByIDIn,
		Tell: func(context.Context, store.Tx, instance.Deed) error { return nil }, Mail: c,
		Say: func(_, key string, args ...any) string { return fmt.Sprint(key, args) },
		Notices: func(_ context.Context, _ store.Tx, kind string, _ instance.ActorID, _ instance.PostID, whom []instance.ActorID) error {
			for _, id := range whom {
				c.told = append(c.told, kind+" "+id.String())
			}
			return nil
		},
	})
	c.rue = c.Place("rue", "neighbourhood")
	c.amina, c.bo, c.cem = c.Resident("amina", c.rue), c.Resident("bo", c.rue), c.Resident("cem", c.rue)
	return c
}

// invites has amina invite to something in three days.
func (c *court) invites(adjust func(*instance.Event)) *instance.Post {
	c.T.Helper()
	e := &instance.Event{
		Starts: c.Clock.Now().Add(72 * time.Hour), Ends: c.Clock.Now().Add(74 * time.Hour), Zone: "Europe/Paris",
		Status: instance.EventConfirmed, JoinMode: "free", Venue: instance.Venue{Name: "La cour"},
	}
	if adjust != nil {
		adjust(e)
	}
	p, err := c.events.Invite(c.T.Context(), c.Viewer(c.amina), instance.Draft{Title: "Repas", Audience: instance.ToPublic, Group: c.rue.ID, Event: e}, false)
	if err != nil {
		c.T.Fatal(err)
	}
	return p
}

func (c *court) comes(who instance.Account, p *instance.Post) instance.RSVP {
	c.T.Helper()
	r, err := c.events.Come(c.T.Context(), c.Viewer(who), p.ID, events.Answer{})
	if err != nil {
		c.T.Fatal(err)
	}
	return r
}

// take returns what was told since, and the kinds of letters.
func (c *court) take() (told, letters []string) {
	for _, l := range c.letters {
		letters = append(letters, regexp.MustCompile(`letter\.[a-z-]+`).FindString(l.Text)+" "+l.To)
	}
	told, c.told, c.letters = c.told, nil, nil
	return told, letters
}

var token = regexp.MustCompile(`/e/guest/([A-Z2-7]+)`)

// guest has somebody without an account come, and returns their link.
func (c *court) guest(p *instance.Post, address string) string {
	c.T.Helper()
	link := c.letter(p, address)
	if _, err := c.events.Confirm(c.T.Context(), link, events.Answer{}); err != nil {
		c.T.Fatal(err)
	}
	return link
}

// letter has somebody without an account ask to come, and returns the link in
// the letter, empty if none came.
func (c *court) letter(p *instance.Post, address string) string {
	c.T.Helper()
	c.letters = nil
	if err := c.events.Register(c.T.Context(), p.ID, events.Guest{Name: "Gil", Email: address}); err != nil {
		c.T.Fatal(err)
	}
	if len(c.letters) == 0 {
		return ""
	}
	return token.FindStringSubmatch(c.letters[0].Text)[1]
}

func TestThoseWhoComeAreRemindedOnceAndWhenTheHostSays(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := newCourt(t, db)
		p := c.invites(nil)
		c.comes(c.bo, p)
		c.guest(p, "gil@example.org")
		remind := func() {
			t.Helper()
			c.take()
			if err := c.events.Remind(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		remind()
		if told, letters := c.take(); len(told)+len(letters) != 0 {
			t.Errorf("three days before: %v %v", told, letters)
		}
		if err := c.events.SetRemind(t.Context(), c.bo.ID, p.ID, 48); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("who is no host: %v", err)
		}
		if err := c.events.SetRemind(t.Context(), c.amina.ID, p.ID, 337); !errors.Is(err, instance.ErrInvalid) {
			t.Errorf("too early: %v", err)
		}
		if err := c.events.SetRemind(t.Context(), c.amina.ID, p.ID, 48); err != nil {
			t.Fatal(err)
		}
		c.Clock.Advance(25 * time.Hour)
		remind()
		told, letters := c.take()
		if !slices.Equal(told, []string{"event-reminder " + c.bo.ID.String()}) || !slices.Equal(letters, []string{"letter.event-reminder gil@example.org"}) {
			t.Errorf("two days before: %v %v", told, letters)
		}
		remind()
		if told, letters := c.take(); len(told)+len(letters) != 0 {
			t.Errorf("again: %v %v", told, letters)
		}
		quiet := c.invites(nil)
		c.comes(c.bo, quiet)
		if err := c.events.SetRemind(t.Context(), c.amina.ID, quiet.ID, 0); err != nil {
			t.Fatal(err)
		}
		c.Clock.Advance(71 * time.Hour)
		remind()
		if told, letters := c.take(); len(told)+len(letters) != 0 {
			t.Errorf("where the host wants none: %v %v", told, letters)
		}
	})
}

func TestGuestsAreWrittenToWhenItChanges(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := newCourt(t, db)
		p := c.invites(func(e *instance.Event) { e.Capacity = 1 })
		c.guest(p, "gil@example.org")
		c.guest(p, "ida@example.org")
		c.take()
		e := *p.Event
		e.Starts, e.Ends = e.Starts.Add(time.Hour), e.Ends.Add(time.Hour)
		change := func() {
			t.Helper()
			if _, err := c.events.Change(t.Context(), c.amina.ID, p.ID, instance.Draft{Title: "Repas", Event: &e}); err != nil {
				t.Fatal(err)
			}
		}
		change()
		if _, letters := c.take(); !slices.Equal(letters, []string{"letter.event-changed gil@example.org", "letter.event-changed ida@example.org"}) {
			t.Errorf("an hour later: %v", letters)
		}
		e.Capacity = 2
		change()
		if _, letters := c.take(); !slices.Equal(letters, []string{"letter.event-place ida@example.org"}) {
			t.Errorf("one more place: %v", letters)
		}
		e.Status = instance.EventCancelled
		change()
		if _, letters := c.take(); !slices.Equal(letters, []string{"letter.event-cancelled gil@example.org", "letter.event-cancelled ida@example.org"}) {
			t.Errorf("off: %v", letters)
		}
	})
}

func TestAHostSaysWhoComesToARestrictedEvent(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := newCourt(t, db)
		ctx := t.Context()
		p := c.invites(func(e *instance.Event) { e.JoinMode, e.Capacity = "restricted", 1 })
		bo, cem := c.comes(c.bo, p), c.comes(c.cem, p)
		if bo.State != instance.Pending || cem.State != instance.Pending {
			t.Fatalf("asked: %s, %s", bo.State, cem.State)
		}
		if err := c.events.Admit(ctx, c.cem.ID, p.ID, cem.ID); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("cem lets cem in: %v", err)
		}
		state := func(who instance.Account) instance.RSVPState {
			r, err := c.events.Mine(ctx, who.ID, p.ID)
			if err != nil {
				t.Fatal(err)
			}
			return r.State
		}
		for _, r := range []instance.RSVP{bo, cem} {
			if err := c.events.Admit(ctx, c.amina.ID, p.ID, r.ID); err != nil {
				t.Fatal(err)
			}
		}
		if state(c.bo) != instance.Comes || state(c.cem) != instance.Waits {
			t.Errorf("let in: %s, %s", state(c.bo), state(c.cem))
		}
		if err := c.events.Turn(ctx, c.amina.ID, p.ID, bo.ID); err != nil {
			t.Fatal(err)
		}
		if state(c.bo) != instance.Declined || state(c.cem) != instance.Comes {
			t.Errorf("once bo was turned away: %s, %s", state(c.bo), state(c.cem))
		}
	})
}

// The link of a guest is good for their own answer, until they or a host end it,
// and no longer than the event.
func TestALinkOfAGuestEnds(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := newCourt(t, db)
		ctx := t.Context()
		p := c.invites(nil)
		leads := func(link string) bool {
			t.Helper()
			_, _, err := c.events.Invited(ctx, link)
			if err != nil && !errors.Is(err, instance.ErrNotFound) {
				t.Fatal(err)
			}
			return err == nil
		}
		gil := c.guest(p, "gil@example.org")
		if again := c.letter(p, "gil@example.org"); leads(gil) || !leads(again) {
			t.Errorf("once there is a new one, the old leads on: %t", leads(gil))
		} else if gil = again; c.events.EndGuestLink(ctx, gil) != nil || leads(gil) {
			t.Error("a link that was ended leads on")
		}
		coming, err := c.events.Guests(ctx, c.amina.ID, p)
		if err != nil || len(coming) != 1 || coming[0].State != instance.Comes {
			t.Fatalf("who ended the link comes still: %v, %v", coming, err)
		}
		ida := c.guest(p, "ida@example.org")
		if coming, err = c.events.Guests(ctx, c.amina.ID, p); err != nil || len(coming) != 2 {
			t.Fatal(coming, err)
		}
		if err := c.events.Turn(ctx, c.amina.ID, p.ID, coming[1].ID); err != nil {
			t.Fatal(err)
		}
		if leads(ida) || c.letter(p, "ida@example.org") != "" {
			t.Error("who was turned away has a link")
		}
		last := c.guest(p, "lou@example.org")
		c.Clock.Advance(73 * time.Hour)
		if !leads(last) {
			t.Error("while it lasts the link leads nowhere")
		}
		c.Clock.Advance(2 * time.Hour)
		if leads(last) {
			t.Error("the link is good beyond the event")
		}
		if _, err := c.events.Confirm(ctx, last, events.Answer{}); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("and takes an answer: %v", err)
		}
	})
}
