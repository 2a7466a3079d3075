package opendata_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/organisations"
	"palier/instance/store"
	"palier/instance/store/storetest"
	"palier/instance/tally"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// aHandful is the most questions that a page of any table asks the database.
const aHandful = 12

// pages reads what tables are made of, a page at a time, and returns how much came.
func pages(v *apptest.Village, s *tally.Service) map[string]func(limit int) []string {
	ctx := v.T.Context()
	must := func(err error) {
		v.T.Helper()
		if err != nil {
			v.T.Fatal(err)
		}
	}
	places := func(limit int) (names []string, ids []instance.ActorID) {
		var after instance.ActorID
		for {
			list, err := v.Places.Open(ctx, after, limit)
			must(err)
			for _, n := range list {
				names, ids = append(names, n.Username), append(ids, n.ID)
			}
			if len(list) < limit {
				return names, ids
			}
			after = list[limit-1].ID
		}
	}
	return map[string]func(limit int) []string{
		"places": func(limit int) []string {
			names, ids := places(limit)
			_, err := v.Places.Outlines(ctx, ids)
			must(err)
			_, err = v.Places.Parents(ctx, ids)
			must(err)
			return names
		},
		"counts": func(limit int) []string {
			names, ids := places(limit)
			_, err := s.OfAll(ctx, ids)
			must(err)
			return names
		},
		"organisations": func(limit int) (names []string) {
			var after instance.ActorID
			for {
				list, err := v.Organisations.Page(ctx, after, limit)
				must(err)
				for _, o := range list {
					names, after = append(names, o.Username), o.ID
				}
				if len(list) < limit {
					return names
				}
			}
		},
		"events": func(limit int) (titles []string) {
			var after instance.PostID
			for {
				list, next, err := v.Events.Open(ctx, after, limit)
				must(err)
				for _, o := range list {
					titles = append(titles, o.Post.Title)
				}
				if next == 0 {
					return titles
				}
				after = next
			}
		},
		"campaigns": func(limit int) (names []string) {
			var before instance.ID
			for {
				list, err := v.Campaigns.Page(ctx, before, limit)
				must(err)
				for _, c := range list {
					names, before = append(names, c.Name), c.ID
				}
				if len(list) < limit {
					return names
				}
			}
		},
	}
}

// TestR7_APageOfATableCostsAsManyQueriesHoweverLongItIs reads what tables are made
// of in one page and in pages of two, and counts what is asked.
func TestR7_APageOfATableCostsAsManyQueriesHoweverLongItIs(t *testing.T) {
	t.Parallel()
	storetest.EachCounted(t, func(t *testing.T, db *store.DB, reads *storetest.Reads) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		dinan := v.Place("dinan", "commune")
		port := v.Place("port", "neighbourhood", dinan)
		amina := v.Resident("amina", port)
		read := pages(v, tally.New(tally.Options{DB: db, Now: v.Clock.Now, Zone: time.UTC}))
		for i := range 9 {
			name := fmt.Sprint("n", i)
			v.Place(name, "neighbourhood", dinan)
			v.Place("house"+name, "building", port)
			o, err := v.Organisations.Open(ctx, organisations.Plan{Username: "o" + name, Title: name, Sort: instance.Shop, Place: port.ID, Agent: amina.ID})
			if err != nil {
				t.Fatal(err)
			}
			_, err = v.Events.Invite(ctx, instance.Viewer{ID: o.ID}, instance.Draft{
				Title: name, Audience: instance.ToPublic, Group: port.ID,
				Event: &instance.Event{Starts: v.Clock.Now().Add(time.Hour), Zone: "Europe/Paris", Status: instance.EventConfirmed, Venue: instance.Venue{Name: "Halle"}},
			}, false)
			if err != nil {
				t.Fatal(err)
			}
		}
		elder := v.Resident("elder", port)
		if err := v.Places.SetModerator(ctx, port.ID, elder.ID, true); err != nil {
			t.Fatal(err)
		}
		for i := range instance.MaxCampaignsAt {
			id, err := v.Campaigns.Draft(ctx, amina, v.Viewer(amina), instance.CampaignPlan{
				Template: "feast", Name: fmt.Sprint("n", i), Language: "fr", Tag: "Noel", Starts: v.Clock.Now(), Ends: v.Clock.Now().Add(24 * time.Hour), Places: []instance.ActorID{port.ID},
			}, "")
			if err == nil {
				err = v.Campaigns.AskCheck(ctx, amina, id)
			}
			if err == nil {
				err = v.Campaigns.Approve(ctx, elder, id)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		for name, want := range map[string]int{"places": 11, "counts": 11, "organisations": 9, "events": 9, "campaigns": instance.MaxCampaignsAt} {
			var whole, paged []string
			one := len(reads.During(func() { whole = read[name](50) }))
			many := len(reads.During(func() { paged = read[name](2) }))
			if len(whole) != want || !slices.Equal(whole, paged) {
				t.Errorf("%s: in one page %q, in pages of two %q", name, whole, paged)
			}
			if one == 0 || one > aHandful || many > one*(want/2+1) {
				t.Errorf("%s: one page costs %d queries, %d pages cost %d", name, one, want/2+1, many)
			}
		}
	})
}

// TestR7_WhatIsOverIsNoEventAnyMore has events go by, among them a series that ends.
func TestR7_WhatIsOverIsNoEventAnyMore(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		port := v.Place("port", "neighbourhood")
		amina := v.Resident("amina", port)
		if err := v.Places.SetModerator(ctx, port.ID, amina.ID, true); err != nil {
			t.Fatal(err)
		}
		for title, repeats := range map[string]string{"once": "", "twice": "FREQ=WEEKLY;COUNT=2", "always": "FREQ=WEEKLY"} {
			_, err := v.Events.Invite(ctx, v.Viewer(amina), instance.Draft{
				Title: title, Audience: instance.ToPublic, Group: port.ID,
				Event: &instance.Event{Starts: v.Clock.Now().Add(time.Hour), Zone: "Europe/Paris", Status: instance.EventConfirmed, Repeats: repeats, Venue: instance.Venue{Name: "Halle"}},
			}, true)
			if err != nil {
				t.Fatal(err)
			}
		}
		for _, tt := range []struct {
			later time.Duration
			want  []string
		}{{0, []string{"always", "once", "twice"}}, {33 * 24 * time.Hour, []string{"always", "twice"}}, {7 * 24 * time.Hour, []string{"always"}}} {
			v.Clock.Advance(tt.later)
			titles := pages(v, nil)["events"](50)
			slices.Sort(titles)
			if !slices.Equal(titles, tt.want) {
				t.Errorf("after %s there are %q, want %q", tt.later, titles, tt.want)
			}
		}
	})
}

// TestR7_CountsOfPlacesTogetherAreThoseOfEach asks for places one by one and all at
// once, of which one lies within another and in two at once.
func TestR7_CountsOfPlacesTogetherAreThoseOfEach(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		dinan, canton := v.Place("dinan", "commune"), v.Place("canton", "wider")
		port := v.Place("port", "neighbourhood", dinan, canton)
		empty := v.Place("empty", "neighbourhood", dinan)
		s := tally.New(tally.Options{DB: db, Now: v.Clock.Now, Zone: time.UTC})
		for i := range 6 {
			who := v.Resident(fmt.Sprint("n", i), port)
			if err := s.Tell(ctx, v.Viewer(who), port.ID, "door"); err != nil {
				t.Fatal(err)
			}
		}
		ids := []instance.ActorID{dinan.ID, canton.ID, port.ID, empty.ID}
		all, err := s.OfAll(ctx, ids)
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range ids {
			one, err := s.Of(ctx, id)
			if err != nil || one != all[id] || (id == empty.ID) != one.Empty() || !one.Empty() && one.Small != 6 {
				t.Errorf("place %s alone %+v, among others %+v, %v", id, one, all[id], err)
			}
		}
		if len(all) != 3 {
			t.Errorf("%d places are told of", len(all))
		}
	})
}
