package posts_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestAPostKeepsWhatItProposesAndInvitesTo(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		rue := v.Place("rue", "neighbourhood")
		amina := v.Resident("amina", rue)
		at := time.Date(2026, 12, 6, 11, 0, 0, 0, time.UTC)
		north, east := 48.45, -2.05
		bike := &instance.Proposal{
			Purpose: instance.Offering, Category: "tools", Status: instance.ProposalOpen, Starts: at, Ends: at.Add(time.Hour), Repeats: "FREQ=WEEKLY",
			Action: "transferCustody", Unit: "one", Quantity: instance.One, Available: instance.One, Step: instance.One, Minimum: instance.One,
			Threshold: instance.Whole(2), Return: &instance.Return{What: "une tarte", Unit: "one", Quantity: instance.One},
			From: &instance.Spot{Name: "Dinan", Latitude: north, Longitude: east}, To: &instance.Spot{Name: "Rennes"}, Priority: true,
		}
		meal := &instance.Event{
			Template: "apero", Starts: at, Ends: at.Add(2 * time.Hour), Zone: "Europe/Paris", Status: instance.EventConfirmed,
			Venue:    instance.Venue{Name: "Place des Merciers", Locality: "Dinan", Country: "FR", Latitude: &north, Longitude: &east},
			JoinMode: "free", Capacity: 20, Category: "COMMUNITY", Access: []string{"step-free"},
		}
		publish := func(d instance.Draft) *instance.Post {
			t.Helper()
			d.Text, d.Audience, d.Group = "Bonjour", instance.ToNeighbourhood, rue.ID
			p, err := v.Posts.Publish(t.Context(), v.Viewer(amina), d)
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		lent := publish(instance.Draft{Kind: instance.KindLending, Proposal: bike})
		met := publish(instance.Draft{Kind: instance.KindEvent, Event: meal})
		said := publish(instance.Draft{})
		read, err := v.Posts.Load(t.Context(), v.Viewer(amina), []instance.PostID{lent.ID, met.ID, said.ID})
		if err != nil || len(read) != 3 {
			t.Fatalf("Load returned %d posts, %v", len(read), err)
		}
		if diff := cmp.Diff(bike, read[0].Proposal); diff != "" {
			t.Errorf("proposal (-said +kept):\n%s", diff)
		}
		if diff := cmp.Diff(meal, read[1].Event); diff != "" {
			t.Errorf("event (-said +kept):\n%s", diff)
		}
		if read[2].Proposal != nil || read[2].Event != nil || read[2].Kind != instance.KindPost {
			t.Errorf("just a post is %+v", read[2])
		}

		changed := *bike
		changed.Status, changed.Available = instance.ProposalAgreed, 0
		if _, err := v.Posts.Edit(t.Context(), amina.ID, lent.ID, instance.Draft{Text: "Bonjour", Proposal: &changed}); err != nil {
			t.Fatal(err)
		}
		if _, err := v.Posts.Edit(t.Context(), amina.ID, met.ID, instance.Draft{Text: "Bonsoir"}); err != nil {
			t.Fatal(err)
		}
		read, err = v.Posts.Load(t.Context(), v.Viewer(amina), []instance.PostID{lent.ID, met.ID})
		if err != nil || len(read) != 2 {
			t.Fatalf("Load returned %d posts, %v", len(read), err)
		}
		if diff := cmp.Diff(&changed, read[0].Proposal); diff != "" {
			t.Errorf("changed proposal (-said +kept):\n%s", diff)
		}
		if diff := cmp.Diff(meal, read[1].Event); diff != "" {
			t.Errorf("event after another word (-before +after):\n%s", diff)
		}
	})
}

func TestWhatStandsOnAPostComesWithItOrNotAtAll(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		rue := v.Place("rue", "neighbourhood")
		amina := v.Resident("amina", rue)
		full := errors.New("no more")
		draft := instance.Draft{Text: "Bonjour", Audience: instance.ToNeighbourhood, Group: rue.ID, Once: "this press"}
		_, err := v.Posts.PublishWith(t.Context(), v.Viewer(amina), draft, func(context.Context, store.Tx, *instance.Post) error { return full })
		if !errors.Is(err, full) {
			t.Fatalf("PublishWith returned %v, want %v", err, full)
		}
		if shown := v.Shown(rue, v.Viewer(amina)); len(shown) != 0 {
			t.Errorf("the place shows %q", shown)
		}
		done := 0
		for range 2 {
			if _, err := v.Posts.PublishWith(t.Context(), v.Viewer(amina), draft, func(context.Context, store.Tx, *instance.Post) error {
				done++
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		}
		if done != 1 {
			t.Errorf("one press did it %d times", done)
		}
	})
}
