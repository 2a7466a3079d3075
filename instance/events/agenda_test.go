package events_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"palier/instance"
	"palier/instance/clubs"
	"palier/instance/events"
	"palier/instance/store"
	"palier/instance/store/storetest"
	"palier/instance/timelines"
)

// committee is a club that meets: amina looks after it, bo takes part, cem does not.
type committee struct {
	*court
	club    instance.Club
	meeting *instance.Post
}

func newCommittee(t *testing.T, db *store.DB) *committee {
	t.Helper()
	c := &committee{court: newCourt(t, db)}
	ctx := t.Context()
	var err error
	if c.club, err = c.Clubs.Found(ctx, c.amina.ID, clubs.Plan{Username: "comite", Title: "Comité de la rue", Topic: "committee", Entry: instance.EntryOpen, Place: c.rue.ID}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Clubs.Enter(ctx, c.club.ID, c.bo.ID); err != nil {
		t.Fatal(err)
	}
	needs, err := events.ParseNeeds("agenda", "Le compte rendu d’avant\nLe banc")
	if err != nil {
		t.Fatal(err)
	}
	starts := c.Clock.Now().Add(72 * time.Hour)
	c.meeting, err = c.events.Invite(ctx, c.Viewer(c.amina), instance.Draft{
		Title: "Réunion de mai", Language: "fr", Audience: instance.ToNeighbourhood, Group: c.club.ID,
		Event: &instance.Event{Starts: starts, Ends: starts.Add(2 * time.Hour), Zone: "Europe/Paris", Status: instance.EventConfirmed, JoinMode: "free", Venue: instance.Venue{Name: "La cour"}},
	}, false, needs...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *committee) must(err error) {
	c.T.Helper()
	if err != nil {
		c.T.Fatal(err)
	}
}

// agenda is each point with what became of it.
func (c *committee) agenda() []string {
	c.T.Helper()
	list, err := c.events.Agenda(c.T.Context(), c.meeting.ID)
	c.must(err)
	var lines []string
	for _, p := range list {
		lines = append(lines, strings.TrimSpace(string(p.State)+" "+p.Title+" "+p.Reason))
	}
	return lines
}

// point is the point with a title.
func (c *committee) point(title string) instance.AgendaPoint {
	c.T.Helper()
	list, err := c.events.Agenda(c.T.Context(), c.meeting.ID)
	c.must(err)
	i := slices.IndexFunc(list, func(p instance.AgendaPoint) bool { return p.Title == title })
	if i < 0 {
		c.T.Fatalf("no point %q in %+v", title, list)
	}
	return list[i]
}

func TestR2_MembersProposePointsAndWhoLooksAfterTheGroupTakesOrDeclines(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := newCommittee(t, db)
		ctx, id, s := t.Context(), c.meeting.ID, c.events
		amina, bo, cem := c.Viewer(c.amina), c.Viewer(c.bo), c.Viewer(c.cem)
		c.must(s.Propose(ctx, bo, id, "  La  fontaine "))
		c.must(s.Propose(ctx, bo, id, "Le chien de cem"))
		c.must(s.Propose(ctx, amina, id, "Divers"))
		for name, v := range map[string]instance.Viewer{"a neighbour": cem, "nobody": instance.Anyone} {
			if err := s.Propose(ctx, v, id, "Moi"); !errors.Is(err, instance.ErrNotFound) {
				t.Errorf("%s proposes: %v", name, err)
			}
		}
		fountain, dog, bench := c.point("La fontaine"), c.point("Le chien de cem"), c.point("Le banc")
		if fountain.By == nil || fountain.By.ID != c.bo.ID {
			t.Errorf("it was proposed by %v", fountain.By)
		}
		for name, err := range map[string]error{
			"takes": s.Settle(ctx, bo, id, fountain.ID, true, ""), "declines": s.Settle(ctx, bo, id, fountain.ID, false, "Non"), "moves": s.Move(ctx, bo, id, bench.ID, true),
			"writes": s.Write(ctx, bo, id, nil), "publishes": s.PublishMinutes(ctx, bo, id, events.Publication{Version: 1, Audience: instance.ToPublic}),
		} {
			if !errors.Is(err, instance.ErrForbidden) {
				t.Errorf("a member %s: %v", name, err)
			}
		}
		if err := s.Settle(ctx, amina, id, dog.ID, false, " "); !errors.Is(err, instance.ErrInvalid) {
			t.Errorf("without a reason: %v", err)
		}
		c.must(s.Settle(ctx, amina, id, dog.ID, false, "C’est entre voisins"))
		c.must(s.Settle(ctx, amina, id, fountain.ID, true, ""))
		c.must(s.Move(ctx, amina, id, bench.ID, true))
		c.must(s.Move(ctx, amina, id, bench.ID, true)) // it is first already
		c.must(s.Move(ctx, amina, id, fountain.ID, true))
		want := []string{"taken Le banc", "taken Le compte rendu d’avant", "taken La fontaine", "taken Divers", "declined Le chien de cem C’est entre voisins"}
		if diff := cmp.Diff(want, c.agenda()); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		other := newCommitteeMeeting(c)
		if err := s.Settle(ctx, amina, other.ID, bench.ID, true, ""); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("a point of another meeting: %v", err)
		}
		for range 10 {
			c.must(s.Propose(ctx, bo, id, "Encore"))
		}
		if err := s.Propose(ctx, bo, id, "Encore"); !errors.Is(err, instance.ErrInvalid) {
			t.Errorf("an eleventh that waits: %v", err)
		}
	})
}

// newCommitteeMeeting is one more meeting of the same club.
func newCommitteeMeeting(c *committee) *instance.Post {
	c.T.Helper()
	starts := c.Clock.Now().Add(72 * time.Hour)
	p, err := c.events.Invite(c.T.Context(), c.Viewer(c.amina), instance.Draft{
		Title: "Réunion de juin", Language: "fr", Audience: instance.ToNeighbourhood, Group: c.club.ID,
		Event: &instance.Event{Starts: starts, Zone: "Europe/Paris", Status: instance.EventConfirmed, JoinMode: "free", Venue: instance.Venue{Name: "La cour"}},
	}, false)
	c.must(err)
	return p
}

func TestR2_MinutesArePublishedPutRightAndKept(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := newCommittee(t, db)
		ctx, id, s := t.Context(), c.meeting.ID, c.events
		amina, bo, cem := c.Viewer(c.amina), c.Viewer(c.bo), c.Viewer(c.cem)
		bench := c.point("Le banc")
		first := events.Publication{Version: 1, Audience: instance.ToNeighbourhood}
		write := func(decision string) {
			t.Helper()
			c.must(s.Write(ctx, amina, id, map[instance.ID]instance.MinutedPoint{bench.ID: {Said: "Deux devis.", Decision: decision}, 1: {Said: "ailleurs"}}))
		}
		refused := func(situation string, p events.Publication, code string) {
			t.Helper()
			err := s.PublishMinutes(ctx, amina, id, p)
			if i, ok := errors.AsType[*instance.Invalid](err); !ok || i.Code != code {
				t.Errorf("%s: %v", situation, err)
			}
		}
		refused("before it began", first, "not-yet")
		c.Clock.Advance(73 * time.Hour)
		refused("without a word", first, "empty")
		write("On prend le bois.")
		refused("for somebody else", events.Publication{Version: 1, Audience: instance.ToFollowers}, "unknown")
		if _, err := s.Minutes(ctx, amina, id, 0); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("a draft is read: %v", err)
		}
		c.must(s.PublishMinutes(ctx, amina, id, first))
		if err := s.PublishMinutes(ctx, amina, id, first); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("pressed twice: %v", err)
		}
		write("On prend le métal.")
		refused("without a reason", events.Publication{Version: 2}, "missing")
		c.must(s.PublishMinutes(ctx, amina, id, events.Publication{Version: 2, Audience: instance.ToPublic, Reason: "C’était l’autre devis"}))

		m, err := s.Minutes(ctx, bo, id, 0)
		c.must(err)
		want := []instance.MinutedPoint{{Title: "Le compte rendu d’avant"}, {Title: "Le banc", Said: "Deux devis.", Decision: "On prend le métal."}}
		if diff := cmp.Diff(want, m.Points); diff != "" || m.Title != "Réunion de mai" || m.Version != 2 || m.Audience != instance.ToNeighbourhood || m.Group.ID != c.club.ID {
			t.Errorf("%+v (-want +got):\n%s", m, diff)
		}
		if len(m.Versions) != 2 || m.Versions[0].Reason != "" || m.Versions[1].Reason != "C’était l’autre devis" {
			t.Errorf("versions: %+v", m.Versions)
		}
		if before, err := s.Minutes(ctx, bo, id, 1); err != nil || before.Points[1].Decision != "On prend le bois." {
			t.Errorf("the version before: %+v, %v", before, err)
		}
		for name, v := range map[string]instance.Viewer{"a neighbour": cem, "nobody": instance.Anyone} {
			if m, err := s.Minutes(ctx, v, id, 0); !errors.Is(err, instance.ErrNotFound) {
				t.Errorf("%s reads %+v, %v", name, m, err)
			}
		}
		if got := c.Home(c.cem); slices.ContainsFunc(got, func(text string) bool { return strings.Contains(text, "/minutes") }) {
			t.Errorf("a neighbour is told: %q", got)
		}
	})
}

func TestR2_WhatIsForEveryoneIsSaidInTheGroupAndReadWithoutAnAccount(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := newCommittee(t, db)
		ctx, id, s := t.Context(), c.meeting.ID, c.events
		amina := c.Viewer(c.amina)
		c.must(s.Write(ctx, amina, id, map[instance.ID]instance.MinutedPoint{c.point("Le banc").ID: {Decision: "Oui."}}))
		c.Clock.Advance(73 * time.Hour)
		c.must(s.PublishMinutes(ctx, amina, id, events.Publication{Version: 1, Audience: instance.ToPublic}))
		if m, err := s.Minutes(ctx, instance.Anyone, id, 0); err != nil || m.Points[1].Decision != "Oui." {
			t.Errorf("nobody in particular reads %+v, %v", m, err)
		}
		shown, _, err := c.Timelines.Place(ctx, instance.Anyone, c.club.ID, timelines.Narrow{}, timelines.Page{Limit: 5})
		c.must(err)
		if len(shown) != 1 || shown[0].Post.Source != c.Site.EventPage(id)+"/minutes" || shown[0].Post.Author.ID != c.club.ID {
			t.Errorf("the group says %+v", shown)
		}
		c.must(c.Posts.Delete(ctx, c.amina.ID, id))
		if _, err := s.Minutes(ctx, amina, id, 0); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("of a meeting that was deleted: %v", err)
		}
	})
}
