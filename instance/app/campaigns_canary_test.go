package app_test

import (
	"testing"
	"time"

	"palier/instance"
	"palier/instance/exchange"
	"palier/instance/store"
)

const discreetCanary = "Chevalier-gambette"

// TestV13_NothingDiscreetLeavesTheServer has somebody wish to come to a table
// discreetly, name a person elsewhere, change it, agree with who invites, and
// delete it; what is public in the same campaign goes out, and of the wish no
// byte does.
func TestV13_NothingDiscreetLeavesTheServer(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		n := newNetwork(t, engine)
		s, ctx := n.building, t.Context()
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		eve, checker := s.Resident("eve", n.tilleuls), s.Resident("checker", n.tilleuls)
		must(s.Places.SetModerator(ctx, n.tilleuls.ID, checker.ID, true))
		// eve is followed from elsewhere: what she says reaches those who read there.
		_, err := n.association.People.Follow(ctx, n.nadia.ID, n.association.Find(s.Handle("eve")).ID)
		must(err)
		n.settle(t)
		id, err := s.App.Campaigns.Draft(ctx, n.amina, s.Viewer(n.amina), instance.CampaignPlan{
			Template: "feast", Name: "Noël solidaire", Language: "fr", Tag: "NoelSolidaire", Starts: time.Now(), Ends: time.Now().Add(240 * time.Hour),
			Places: []instance.ActorID{n.tilleuls.ID}, Tables: true, Discreet: true,
		}, "")
		must(err)
		must(s.App.Campaigns.AskCheck(ctx, n.amina, id))
		must(s.App.Campaigns.Approve(ctx, checker, id))
		n.settle(t)
		propose := func(who instance.Account, title string, purpose instance.Purpose, part instance.CampaignPart, o exchange.Opening) *instance.Post {
			t.Helper()
			part.Campaign = id
			p, err := s.App.Exchange.Publish(ctx, s.Viewer(who), instance.Draft{
				Title: title, Text: "Avec @nadia@" + n.association.Site.Host() + " " + title, Language: "fr", Audience: instance.ToPublic, Group: n.tilleuls.ID, Kind: instance.KindService,
				Proposal: &instance.Proposal{Purpose: purpose, Category: "company", Status: instance.ProposalOpen, Action: "deliverService", Unit: "one"}, Campaign: &part,
			}, o)
			must(err)
			return p
		}
		propose(n.amina, "Venez à notre table", instance.Offering, instance.CampaignPart{Side: instance.Invites}, exchange.Opening{})
		wish := propose(eve, discreetCanary, instance.Asking, instance.CampaignPart{Side: instance.Joins, Discreet: true}, exchange.Opening{Behalf: discreetCanary, Consented: true, Widens: true})
		n.settle(t)
		_, err = s.Posts.Edit(ctx, eve.ID, wish.ID, instance.Draft{Title: discreetCanary, Text: discreetCanary + " @nadia@" + n.association.Site.Host(), Language: "fr"})
		must(err)
		g, err := s.App.Exchange.Take(ctx, s.Viewer(n.amina), wish.ID, instance.Taking{Note: "À 19 h"})
		must(err)
		_, err = s.App.Exchange.Accept(ctx, s.Viewer(eve), g.ID, "@amina d’accord")
		must(err)
		n.settle(t)
		for _, path := range []string{"/o/" + wish.ID.String(), "/@eve/" + wish.ID.String(), "/@eve", "/@tilleuls", "/campaigns/" + id.String(), "/campaigns/" + id.String() + ".atom"} {
			s.Get(path, "application/activity+json")
			s.Get(path, "text/html")
		}
		must(s.Posts.Delete(ctx, eve.ID, wish.ID))
		n.settle(t)

		if s.Left(discreetCanary) {
			t.Error("something discreet was answered to somebody")
		}
		if !n.town.Came("NoelSolidaire") || !n.association.Came("Venez à notre table") {
			t.Error("what is public stayed")
		}
		for name, other := range map[string]interface{ Came(string) bool }{"the town": n.town, "the association": n.association} {
			if other.Came(discreetCanary) || other.Came(wish.URI) {
				t.Errorf("something discreet came to %s", name)
			}
		}
	})
}
