package campaigns_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/exchange"
	"palier/instance/jobs"
	"palier/instance/store"
	"palier/instance/store/storetest"
	"palier/instance/timelines"
)

func TestMain(m *testing.M) { storetest.Main(m) }

const day = 24 * time.Hour

// feast is a village before a feast: amina lives there and plans, lucette looks
// after it.
type feast struct {
	*apptest.Village

	exchange              *exchange.Service
	town, rue             instance.Neighbourhood
	amina, bo, cem, elder instance.Account
	lucette               instance.Account
}

func newFeast(t *testing.T, db *store.DB) *feast {
	t.Helper()
	v := apptest.NewVillage(t, db)
	f := &feast{Village: v}
	f.town = v.Place("dinan", "commune")
	f.rue = v.Place("rue", "neighbourhood", f.town)
	f.amina, f.bo, f.cem, f.elder = v.Resident("amina", f.rue), v.Resident("bo", f.rue), v.Resident("cem", f.rue), v.Resident("elder", f.rue)
	f.lucette = v.Resident("lucette", f.rue)
	must(t, v.Places.SetModerator(t.Context(), f.rue.ID, f.lucette.ID, true))
	f.exchange = exchange.New(exchange.Options{
		DB: db, Site: v.Site, IDs: instance.NewIDs(v.Clock.Now, 1), Now: v.Clock.Now, Jobs: jobs.New(db, jobs.Options{}), Posts: v.Posts, Readers: v.Places,
		Tell: func(context.Context, store.Tx, instance.Deed) error { return nil },
	})
	return f
}

func (f *feast) plan() instance.CampaignPlan {
	now := f.Clock.Now()
	return instance.CampaignPlan{
		Template: "feast", Name: "Noël solidaire", Text: "Personne ne passe Noël seul sans l’avoir voulu.", Language: "fr", Tag: "NoelSolidaire",
		Starts: now, Ends: now.Add(15 * day), Places: []instance.ActorID{f.rue.ID}, Rules: []string{"mask", "outdoors"}, OwnRule: "On raccompagne chacun",
		Contacts: []instance.CampaignContact{{Name: "Mairie", Phone: "02 99 00 00 00"}}, Tables: true, Discreet: true,
	}
}

// begun is a campaign that runs.
func (f *feast) begun() instance.ID {
	f.T.Helper()
	ctx := f.T.Context()
	id, err := f.Campaigns.Draft(ctx, f.amina, f.Viewer(f.amina), f.plan(), "")
	if err == nil {
		err = f.Campaigns.AskCheck(ctx, f.amina, id)
	}
	if err == nil {
		err = f.Campaigns.Approve(ctx, f.lucette, id)
	}
	if err != nil {
		f.T.Fatal(err)
	}
	return id
}

// posts publishes what somebody invites to, or would come to.
func (f *feast) posts(who instance.Account, title string, part instance.CampaignPart) (*instance.Post, error) {
	q := &instance.Proposal{Purpose: instance.Offering, Category: "company", Status: instance.ProposalOpen, Action: "deliverService", Unit: "one"}
	if part.Side == instance.Joins {
		q.Purpose = instance.Asking
	}
	return f.exchange.Publish(f.T.Context(), f.Viewer(who), instance.Draft{
		Title: title, Text: "Le 24 au soir", Audience: instance.ToNeighbourhood, Group: f.rue.ID, Kind: instance.KindService, Proposal: q, Campaign: &part,
	}, exchange.Opening{})
}

func (f *feast) read(who instance.Account, id instance.PostID) error {
	_, err := f.Posts.ByID(f.T.Context(), f.Viewer(who), id)
	return err
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func invalid(err error, field, code string) bool {
	i, ok := errors.AsType[*instance.Invalid](err)
	return ok && i.Field == field && i.Code == code
}

func TestC8_ACampaignIsCheckedBySomebodyElseAndEndsByItself(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		f := newFeast(t, db)
		ctx := t.Context()
		p := f.plan()
		p.Starts, p.Ends = p.Starts.Add(day), p.Ends.Add(day)
		id, err := f.Campaigns.Draft(ctx, f.amina, f.Viewer(f.amina), p, "press")
		must(t, err)
		if again, err := f.Campaigns.Draft(ctx, f.amina, f.Viewer(f.amina), p, "press"); err != nil || again != id {
			t.Errorf("pressed twice: %s, %v", again, err)
		}
		for name, who := range map[string]*instance.Account{"a neighbour": &f.bo, "nobody": nil, "who could check it": &f.lucette} {
			if _, err := f.Campaigns.ByID(ctx, who, id); !errors.Is(err, instance.ErrNotFound) {
				t.Errorf("%s sees a draft: %v", name, err)
			}
		}
		if err := f.Campaigns.Approve(ctx, f.lucette, id); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("approved before it waits: %v", err)
		}
		must(t, f.Campaigns.AskCheck(ctx, f.amina, id))
		if err := f.Campaigns.Approve(ctx, f.bo, id); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("approved by a neighbour: %v", err)
		}
		if err := f.Campaigns.SendBack(ctx, f.lucette, id, " "); !invalid(err, "remark", "missing") {
			t.Errorf("sent back without a word: %v", err)
		}
		must(t, f.Campaigns.SendBack(ctx, f.lucette, id, "Il manque l’heure"))
		sight, err := f.Campaigns.ByID(ctx, &f.amina, id)
		if err != nil || sight.State != instance.CampaignDraft || sight.Remark != "Il manque l’heure" || !sight.Own || sight.Keeps {
			t.Fatalf("sent back: %+v, %v", sight, err)
		}
		must(t, f.Campaigns.AskCheck(ctx, f.amina, id))
		if waits, err := f.Campaigns.Planned(ctx, f.lucette, f.rue.ID); err != nil || len(waits) != 1 || waits[0].ID != id {
			t.Errorf("waits for lucette: %v, %v", waits, err)
		}
		must(t, f.Campaigns.Approve(ctx, f.lucette, id))
		if at, err := f.Campaigns.Begin(ctx, id); err != nil || !at.Equal(p.Starts.Truncate(time.Millisecond)) {
			t.Errorf("begins too early: %s, %v", at, err)
		}
		if _, err := f.posts(f.bo, "Venez", instance.CampaignPart{Campaign: id}); !invalid(err, "campaign", "closed") {
			t.Errorf("posted before it begins: %v", err)
		}
		f.Clock.Advance(day + time.Hour)
		if at, err := f.Campaigns.Begin(ctx, id); err != nil || !at.IsZero() {
			t.Errorf("does not begin: %s, %v", at, err)
		}
		running, err := f.Campaigns.Running(ctx, f.rue.ID)
		if err != nil || len(running) != 1 || running[0].ID != id {
			t.Fatalf("runs: %v, %v", running, err)
		}
		if diff := cmp.Diff(running[0].Contacts, p.Contacts); diff != "" {
			t.Errorf("contacts (-got +want):\n%s", diff)
		}
		if wider, err := f.Campaigns.Running(ctx, f.town.ID); err != nil || len(wider) != 0 {
			t.Errorf("runs in all the town: %v, %v", wider, err)
		}
		if at, err := f.Campaigns.End(ctx, id); err != nil || at.IsZero() {
			t.Errorf("ends too early: %s, %v", at, err)
		}
		_, err = f.posts(f.bo, "Venez", instance.CampaignPart{Campaign: id})
		must(t, err)
		// It is put off by those who may stop it, as far as half a year.
		if err := f.Campaigns.Extend(ctx, f.bo, id, p.Ends.Add(day)); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("put off by a neighbour: %v", err)
		}
		for code, ends := range map[string]time.Time{"not-later": p.Ends, "too-far": p.Starts.Add(400 * day)} {
			if err := f.Campaigns.Extend(ctx, f.lucette, id, ends); !invalid(err, "ends", code) {
				t.Errorf("put off to %s: %v", ends, err)
			}
		}
		must(t, f.Campaigns.Extend(ctx, f.lucette, id, p.Ends.Add(2*day)))
		f.Clock.Advance(15 * day)
		if at, err := f.Campaigns.End(ctx, id); err != nil || !at.Equal(p.Ends.Add(2*day).Truncate(time.Millisecond)) {
			t.Errorf("ends at its old end: %s, %v", at, err)
		}
		f.Clock.Advance(2 * day)
		if at, err := f.Campaigns.End(ctx, id); err != nil || !at.IsZero() {
			t.Errorf("does not end: %s, %v", at, err)
		}
		sight, err = f.Campaigns.ByID(ctx, nil, id)
		if err != nil || sight.State != instance.CampaignEnded || sight.Counts.Offers != 1 || sight.EndedAt.IsZero() {
			t.Errorf("archived: %+v, %v", sight, err)
		}
		if archived, err := f.Campaigns.Of(ctx, f.rue.ID, 0, 10); err != nil || len(archived) != 1 {
			t.Errorf("of the place: %v, %v", archived, err)
		}
	})
}

func TestC8_NobodyChecksTheirOwnCampaign(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		f := newFeast(t, db)
		ctx := t.Context()
		id, err := f.Campaigns.Draft(ctx, f.lucette, f.Viewer(f.lucette), f.plan(), "")
		must(t, err)
		if err := f.Campaigns.AskCheck(ctx, f.lucette, id); !invalid(err, "check", "nobody") {
			t.Errorf("there is nobody else: %v", err)
		}
		if sight, err := f.Campaigns.ByID(ctx, &f.lucette, id); err != nil || !sight.Nobody {
			t.Errorf("that is not told: %+v, %v", sight, err)
		}
		// Whoever looks after the town around is somebody else.
		mayor := f.Person("mayor")
		must(t, f.Places.SetModerator(ctx, f.town.ID, mayor.ID, true))
		must(t, f.Campaigns.AskCheck(ctx, f.lucette, id))
		if err := f.Campaigns.Approve(ctx, f.lucette, id); !errors.Is(err, instance.ErrForbidden) {
			t.Errorf("checked by who drafted it: %v", err)
		}
		must(t, f.Campaigns.Approve(ctx, mayor, id))
		// What is changed is checked again.
		later := f.plan()
		later.Name = "Autre chose"
		if err := f.Campaigns.Redraft(ctx, f.lucette, f.Viewer(f.lucette), id, later); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("changed while it runs: %v", err)
		}
		must(t, f.Campaigns.Stop(ctx, f.lucette, id))
		if sight, err := f.Campaigns.ByID(ctx, nil, id); err != nil || sight.State != instance.CampaignEnded {
			t.Errorf("stopped: %+v, %v", sight, err)
		}
		soon := f.plan()
		soon.Starts = soon.Starts.Add(day)
		second, err := f.Campaigns.Draft(ctx, f.lucette, f.Viewer(f.lucette), soon, "")
		must(t, err)
		must(t, f.Campaigns.AskCheck(ctx, f.lucette, second))
		must(t, f.Campaigns.Approve(ctx, mayor, second))
		must(t, f.Campaigns.Redraft(ctx, f.lucette, f.Viewer(f.lucette), second, soon))
		if sight, err := f.Campaigns.ByID(ctx, &f.lucette, second); err != nil || sight.State != instance.CampaignDraft || sight.Checker != 0 {
			t.Errorf("changed after it was checked: %+v, %v", sight, err)
		}
		must(t, f.Campaigns.Drop(ctx, f.lucette, second))
		if _, err := f.Campaigns.ByID(ctx, &f.lucette, second); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("dropped: %v", err)
		}
	})
}

func TestV12_WhatACampaignCannotBe(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		f := newFeast(t, db)
		ctx := t.Context()
		elsewhere := f.Place("ailleurs", "neighbourhood")
		for _, c := range []struct {
			name        string
			bend        func(*instance.CampaignPlan)
			field, code string
		}{
			{"an end before the start", func(p *instance.CampaignPlan) { p.Ends = p.Starts.Add(-day) }, "ends", "before-start"},
			{"400 days", func(p *instance.CampaignPlan) { p.Ends = p.Starts.Add(400 * day) }, "ends", "too-far"},
			{"no start", func(p *instance.CampaignPlan) { p.Starts = time.Time{} }, "starts", "missing"},
			{"in ten years", func(p *instance.CampaignPlan) { p.Starts = p.Starts.Add(3650 * day); p.Ends = p.Starts.Add(day) }, "starts", "too-late"},
			{"over already", func(p *instance.CampaignPlan) { p.Starts = p.Starts.Add(-3 * day); p.Ends = p.Starts.Add(day) }, "ends", "past"},
			{"no name but controls", func(p *instance.CampaignPlan) { p.Name = "\u202e\u200b \u2066" }, "name", "unnamed"},
			{"a long name", func(p *instance.CampaignPlan) { p.Name = strings.Repeat("a", 81) }, "name", "too-long"},
			{"a hashtag of digits", func(p *instance.CampaignPlan) { p.Tag = "#2026" }, "tag", "malformed"},
			{"no place", func(p *instance.CampaignPlan) { p.Places = nil }, "places", "missing"},
			{"a person as a place", func(p *instance.CampaignPlan) { p.Places = append(p.Places, f.amina.ID) }, "places", "unknown"},
			{"an unknown rule", func(p *instance.CampaignPlan) { p.Rules = []string{"nationality"} }, "rules", "unknown"},
			{"an unknown template", func(p *instance.CampaignPlan) { p.Template = "x" }, "template", "unknown"},
			{"a contact without a number", func(p *instance.CampaignPlan) {
				p.Contacts = []instance.CampaignContact{{Name: "Mairie", Phone: "demain"}}
			}, "contacts", "phone"},
			{"a contact without a name", func(p *instance.CampaignPlan) { p.Contacts = []instance.CampaignContact{{Phone: "112"}} }, "contacts", "name"},
		} {
			p := f.plan()
			c.bend(&p)
			if _, err := f.Campaigns.Draft(ctx, f.amina, f.Viewer(f.amina), p, ""); !invalid(err, c.field, c.code) {
				t.Errorf("%s: got %v", c.name, err)
			}
		}
		p := f.plan()
		p.Places = []instance.ActorID{f.rue.ID, elsewhere.ID}
		if _, err := f.Campaigns.Draft(ctx, f.amina, f.Viewer(f.amina), p, ""); !errors.Is(err, instance.ErrForbidden) {
			t.Errorf("where one is no neighbour: %v", err)
		}
		p = f.plan()
		p.Name, p.Tag = "Noël\u202e erialos", "Noël solidaire !"
		id, err := f.Campaigns.Draft(ctx, f.amina, f.Viewer(f.amina), p, "")
		must(t, err)
		if sight, err := f.Campaigns.ByID(ctx, &f.amina, id); err != nil || sight.Name != "Noël erialos" || sight.Tag != "noëlsolidaire" {
			t.Errorf("a name that turns round: %+v, %v", sight, err)
		}
		for range instance.MaxCampaignDrafts - 1 {
			_, err = f.Campaigns.Draft(ctx, f.amina, f.Viewer(f.amina), f.plan(), "")
			must(t, err)
		}
		if _, err := f.Campaigns.Draft(ctx, f.amina, f.Viewer(f.amina), f.plan(), ""); !invalid(err, "name", "too-many-drafts") {
			t.Errorf("one draft too many: %v", err)
		}
	})
}

func TestV12_APlaceHasFewCampaignsAtATime(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		f := newFeast(t, db)
		ctx := t.Context()
		for range instance.MaxCampaignsAt {
			f.begun()
		}
		id, err := f.Campaigns.Draft(ctx, f.amina, f.Viewer(f.amina), f.plan(), "")
		must(t, err)
		must(t, f.Campaigns.AskCheck(ctx, f.amina, id))
		if err := f.Campaigns.Approve(ctx, f.lucette, id); !invalid(err, "check", "too-many") {
			t.Errorf("a fourth: %v", err)
		}
	})
}

func TestC5_TheRulesOfACampaignAreKeptWithThePost(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		f := newFeast(t, db)
		ctx := t.Context()
		id := f.begun()
		p, err := f.posts(f.bo, "Venez", instance.CampaignPart{Campaign: id, Side: instance.Invites, Rules: "Règles : un masque, dehors.", Tag: "NoelSolidaire"})
		must(t, err)
		for _, text := range []string{"Le 24 au soir", "Le 25 à midi"} {
			p, err = f.Posts.ByID(ctx, f.Viewer(f.cem), p.ID)
			must(t, err)
			if !strings.Contains(p.Content, text) || !strings.Contains(p.Content, "Règles : un masque, dehors.") || !strings.Contains(p.Content, "#<span>NoelSolidaire") || strings.Contains(p.Source, "Règles") {
				t.Errorf("content %q of source %q", p.Content, p.Source)
			}
			if p.Campaign == nil || p.Campaign.Name != "Noël solidaire" || p.Campaign.Side != instance.Invites {
				t.Errorf("its campaign is %+v", p.Campaign)
			}
			_, err := f.Posts.Edit(ctx, f.bo.ID, p.ID, instance.Draft{Title: "Venez", Text: "Le 25 à midi", Language: "fr"})
			must(t, err)
		}
		tag, _, err := f.Timelines.Tag(ctx, f.Viewer(f.cem), "noelsolidaire", timelines.Narrow{}, timelines.Page{})
		if err != nil || len(tag) != 1 {
			t.Errorf("by its hashtag: %d, %v", len(tag), err)
		}
	})
}

func TestV13_WhoWouldComeIsReadByWhoInvitesAlone(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		f := newFeast(t, db)
		ctx := t.Context()
		id := f.begun()
		wish, err := f.posts(f.elder, "Je viendrais bien", instance.CampaignPart{Campaign: id, Side: instance.Joins, Discreet: true, Tag: "NoelSolidaire"})
		must(t, err)
		if wish.Audience.Local() || wish.Leaves() || len(wish.Tags) != 0 {
			t.Errorf("a discreet wish is for %s, leaves: %t, tags %q", wish.Audience, wish.Leaves(), wish.Tags)
		}
		for name, want := range map[string]struct {
			who  instance.Account
			read bool
		}{
			"its author": {f.elder, true}, "who looks after the place": {f.lucette, true}, "a neighbour": {f.cem, false}, "who drafted it": {f.amina, false},
			"a neighbour who does not invite yet": {f.bo, false},
		} {
			if err := f.read(want.who, wish.ID); (err == nil) != want.read {
				t.Errorf("%s reads it: %v", name, err)
			}
		}
		if list, _, err := f.Conversations.List(ctx, f.Viewer(f.elder), instance.Page{Limit: 10}); err != nil || len(list) != 0 {
			t.Errorf("a conversation with nobody: %v, %v", list, err)
		}
		invitation, err := f.posts(f.bo, "Venez chez nous", instance.CampaignPart{Campaign: id, Side: instance.Invites})
		must(t, err)
		if err := f.read(f.bo, wish.ID); err != nil {
			t.Errorf("who invites does not read it: %v", err)
		}
		c, err := f.Campaigns.ByID(ctx, &f.bo, id)
		must(t, err)
		joining, err := f.Campaigns.Posts(ctx, f.Viewer(f.bo), c.Campaign, "join", 0, 10)
		if err != nil || len(joining) != 1 || joining[0].ID != wish.ID {
			t.Errorf("who would come: %v, %v", joining, err)
		}
		if seen, err := f.Campaigns.Posts(ctx, f.Viewer(f.cem), c.Campaign, "", 0, 10); err != nil || len(seen) != 1 || seen[0].ID != invitation.ID {
			t.Errorf("a neighbour sees %v, %v", seen, err)
		}
		if inviting, tending, err := f.Campaigns.Readers(ctx, id, f.rue.ID); err != nil || inviting != 1 || tending != 1 {
			t.Errorf("readers: %d, %d, %v", inviting, tending, err)
		}
		// The match opens the usual agreement, which outlives the invitation.
		g, err := f.exchange.Take(ctx, f.Viewer(f.bo), wish.ID, instance.Taking{Note: "Venez à 19 h"})
		if err != nil || g.Proposer != f.elder.ID {
			t.Fatalf("the two agree: %+v, %v", g, err)
		}
		must(t, f.exchange.Close(ctx, f.bo.ID, invitation.ID))
		if err := f.read(f.bo, wish.ID); err != nil {
			t.Errorf("who asked does not read on: %v", err)
		}
		// Everybody else's invitation ends with the campaign, and so does the wish.
		_, err = f.posts(f.cem, "Chez nous aussi", instance.CampaignPart{Campaign: id, Side: instance.Invites})
		must(t, err)
		must(t, f.read(f.cem, wish.ID))
		f.Clock.Advance(16 * day)
		if _, err := f.Campaigns.End(ctx, id); err != nil {
			t.Fatal(err)
		}
		if err := f.read(f.cem, wish.ID); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("read after the end: %v", err)
		}
		if p, err := f.Posts.ByID(ctx, f.Viewer(f.elder), wish.ID); err != nil || p.Proposal.Status != instance.ProposalClosed {
			t.Errorf("still open after the end: %+v, %v", p, err)
		}
	})
}

func TestV13_WhatIsDiscreetNamesNobody(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		f := newFeast(t, db)
		ctx := t.Context()
		id := f.begun()
		wish, err := f.posts(f.elder, "Je viendrais bien", instance.CampaignPart{Campaign: id, Side: instance.Joins, Discreet: true})
		must(t, err)
		_, err = f.Posts.Edit(ctx, f.elder.ID, wish.ID, instance.Draft{Title: "Je viendrais bien", Text: "Avec @cem ?", Language: "fr"})
		must(t, err)
		if err := f.read(f.cem, wish.ID); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("whom it names reads it: %v", err)
		}
		for name, part := range map[string]instance.CampaignPart{
			"an invitation": {Campaign: id, Side: instance.Invites, Discreet: true}, "no side": {Campaign: id, Discreet: true},
		} {
			if _, err := f.posts(f.bo, "Venez", part); !invalid(err, "campaign", "unknown") {
				t.Errorf("%s is discreet: %v", name, err)
			}
		}
	})
}

func TestV13_FewPostsOfOneSide(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		f := newFeast(t, db)
		id := f.begun()
		for i := range instance.MaxSidePosts {
			_, err := f.posts(f.bo, fmt.Sprint("Venez ", i), instance.CampaignPart{Campaign: id, Side: instance.Invites})
			must(t, err)
		}
		if _, err := f.posts(f.bo, "Venez encore", instance.CampaignPart{Campaign: id, Side: instance.Invites}); !invalid(err, "title", "too-many-open") {
			t.Errorf("one more: %v", err)
		}
	})
}

func TestC20_WhatHasTheHashtagBelongsToIt(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		f := newFeast(t, db)
		ctx := t.Context()
		f.Post(f.bo, f.rue, instance.ToPublic, "trop tôt #NoelSolidaire")
		id := f.begun()
		with := f.Post(f.bo, f.rue, instance.ToPublic, "des guirlandes #noelsolidaire")
		f.Post(f.bo, f.rue, instance.ToPublic, "rien à voir #autre")
		f.Post(f.bo, f.town, instance.ToPublic, "dans toute la ville #NoelSolidaire")
		c, err := f.Campaigns.ByID(ctx, nil, id)
		must(t, err)
		seen, err := f.Campaigns.Posts(ctx, instance.Anyone, c.Campaign, "", 0, 10)
		if err != nil || len(seen) != 1 || seen[0].ID != with.ID {
			t.Errorf("anyone sees %v, %v", seen, err)
		}
	})
}

// A house lies within a street, and a campaign of the street is one of the house.
func TestV12_ACampaignCoversWhatLiesWithin(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		f := newFeast(t, db)
		ctx := t.Context()
		house := f.Place("maison", "building", f.rue)
		dora := f.Resident("dora", house)
		id := f.begun()
		running, err := f.Campaigns.Running(ctx, house.ID)
		if err != nil || len(running) != 1 || running[0].ID != id {
			t.Errorf("in the house: %v, %v", running, err)
		}
		p, err := f.Posts.Publish(ctx, f.Viewer(dora), instance.Draft{
			Title: "Café", Text: "au rez-de-chaussée", Audience: instance.ToBuilding, Group: house.ID, Campaign: &instance.CampaignPart{Campaign: id},
		})
		if err != nil || p.Campaign.Name == "" {
			t.Errorf("posted in the house: %v", err)
		}
	})
}
