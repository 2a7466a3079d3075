package app_test

import (
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/store"
	"palier/specs/conformity"
)

// proposes lets somebody offer something for everyone.
func proposes(t *testing.T, s *apptest.Server, who instance.Account, in instance.ActorID, quantity, step instance.Amount) *instance.Post {
	t.Helper()
	p, err := s.Posts.Publish(t.Context(), s.Viewer(who), instance.Draft{
		Title: "Vélo cargo", Text: "Gratuit, les week-ends.", Audience: instance.ToPublic, Group: in, Language: "fr", Kind: instance.KindLending,
		Proposal: &instance.Proposal{
			Purpose: instance.Offering, Category: "bicycle", Status: instance.ProposalOpen, Action: "transferCustody", Unit: "one",
			Quantity: quantity, Available: quantity, Step: step, Starts: time.Now().Add(-time.Hour).Truncate(time.Millisecond).UTC(),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// stands returns what is left of a proposal, and how it stands.
func stands(t *testing.T, s *apptest.Server, uri string) (instance.Amount, instance.ProposalStatus) {
	t.Helper()
	p, err := s.Posts.ByID(t.Context(), instance.Anyone, postByURI(t, s, uri))
	if err != nil || p.Proposal == nil {
		t.Fatalf("proposal %s: %+v, %v", uri, p, err)
	}
	return p.Proposal.Available, p.Proposal.Status
}

// asked returns what somebody knows of who takes what of a post.
func agreements(t *testing.T, s *apptest.Server, who instance.Account, uri string) []*instance.Agreement {
	t.Helper()
	all, err := s.Exchange.Of(t.Context(), who.ID, postByURI(t, s, uri))
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// What somebody offers on one server is taken from another: the whole way there
// and back over the wire.
func TestAnOfferIsTakenFromAnotherServer(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		n := newNetwork(t, engine)
		p := proposes(t, n.building, n.amina, n.tilleuls.ID, instance.One, instance.One)
		n.settle(t)
		status, body := n.building.Get(strings.TrimPrefix(p.URI, n.building.URL), "application/activity+json")
		if err := conformity.Check([]byte(body)); status != 200 || err != nil {
			t.Fatalf("its document is %d %s: %v", status, body, err)
		}
		there := postByURI(t, n.association, p.URI)
		held, err := n.association.Posts.ByID(t.Context(), instance.Anyone, there)
		if err != nil {
			t.Fatal(err)
		}
		q := held.Proposal
		if q == nil || held.Kind != instance.KindLending || q.Category != "bicycle" || q.Quantity != instance.One || q.Available != instance.One || q.Step != instance.One ||
			q.Purpose != instance.Offering || q.Action != "transferCustody" || !q.Starts.Equal(p.Proposal.Starts) {
			t.Fatalf("elsewhere it is %+v", q)
		}

		take := instance.Taking{From: time.Now().Add(time.Hour), Until: time.Now().Add(48 * time.Hour), Note: "Pour le marché"}
		first, err := n.association.Exchange.Take(t.Context(), n.association.Viewer(n.nadia), there, take)
		if err != nil {
			t.Fatal(err)
		}
		again, err := n.association.Exchange.Take(t.Context(), n.association.Viewer(n.nadia), there, take)
		if err != nil || again.ID != first.ID {
			t.Errorf("asking again made %v, %v", again, err)
		}
		n.settle(t)
		asked := agreements(t, n.building, n.amina, p.URI)
		if len(asked) != 1 || asked[0].URI != first.URI || asked[0].Note != take.Note || asked[0].Taker.Acct() != n.association.Handle("nadia") ||
			asked[0].State != instance.AgreementAsked || !asked[0].Until.Equal(take.Until.UTC().Truncate(time.Second)) && !asked[0].Until.Equal(take.Until.UTC().Truncate(time.Millisecond)) {
			t.Fatalf("it came as %+v", asked)
		}
		if n.town.Came(first.URI) {
			t.Error("somebody else heard of it")
		}

		yes, err := n.building.Exchange.Accept(t.Context(), n.building.Viewer(n.amina), asked[0].ID, "@"+asked[0].Taker.Acct()+" d’accord")
		if err != nil || yes.Thread == 0 {
			t.Fatalf("the yes is %+v, %v", yes, err)
		}
		if _, err := n.building.Exchange.Accept(t.Context(), n.building.Viewer(n.amina), asked[0].ID, "@"+asked[0].Taker.Acct()+" d’accord"); err != nil {
			t.Errorf("a second yes: %v", err)
		}
		n.settle(t)
		mine := agreements(t, n.association, n.nadia, p.URI)
		if len(mine) != 1 || mine[0].State != instance.AgreementAccepted {
			t.Fatalf("who asked knows of %+v", mine)
		}
		for where, s := range map[string]*apptest.Server{"here": n.building, "in town": n.town, "at the association": n.association} {
			if left, status := stands(t, s, p.URI); left != 0 || status != instance.ProposalAgreed {
				t.Errorf("%s %s are left, it is %s", where, left, status)
			}
		}
		if !n.association.Came("d’accord") || n.town.Came("d’accord") {
			t.Error("the first word of the two did not go to the other alone")
		}

		// Whoever asked takes it back, and it is there for others again.
		if err := n.association.Exchange.Cancel(t.Context(), n.nadia.ID, mine[0].ID); err != nil {
			t.Fatal(err)
		}
		n.settle(t)
		if left, status := stands(t, n.town, p.URI); left != instance.One || status != instance.ProposalOpen {
			t.Errorf("after it was taken back %s are left, it is %s", left, status)
		}
	})
}

// The same by the pages alone, without script: what is offered here is asked for
// there and accepted here, and both pages say so.
func TestPagesShowAnAgreementToTheTwo(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		n := newNetwork(t, engine)
		p := proposes(t, n.building, n.amina, n.tilleuls.ID, instance.One, instance.One)
		n.settle(t)
		nadia, amina, odette := n.association.SignedIn(n.nadia), n.building.SignedIn(n.amina), n.town.SignedIn(n.odette)
		there := "/@" + n.building.Handle("amina") + "/" + postByURI(t, n.association, p.URI).String()
		form := nadia.Open(link(t, nadia.Open(there), ".proposal a"))
		if form.Status != 200 || !strings.HasSuffix(form.Path, "/take") {
			t.Fatalf("the form is %d at %s", form.Status, form.Path)
		}
		wrong := nadia.Press(form, "form[action$='/take'] button", apptest.Fields{"from": {"hier"}, "until": {""}, "note": {"<b>Salut</b> \u202eadmin"}})
		if wrong.Status != 422 || wrong.Find("#from-problem").Length() != 1 || !strings.Contains(wrong.Find("#note").Text(), "<b>Salut</b>") {
			t.Errorf("a day that is none is %d: %s", wrong.Status, wrong.Find("main").Text())
		}
		day := time.Now().AddDate(0, 0, 1)
		sent := nadia.Press(wrong, "form[action$='/take'] button", apptest.Fields{"from": {day.Format("2006-01-02")}, "until": {day.AddDate(0, 0, 2).Format("02/01/2006")}})
		if sent.Status != 200 || !strings.Contains(sent.Find("#agreements").Text(), "Pas encore de réponse") {
			t.Fatalf("after asking: %d %s", sent.Status, sent.Find("main").Text())
		}
		n.settle(t)
		here := amina.Open("/@amina/" + p.ID.String())
		if text := here.Find("#agreements").Text(); !strings.Contains(text, "attend votre réponse") || !strings.Contains(text, "nadia") {
			t.Fatalf("the offer's page says %q", text)
		}
		if odette.Open("/@"+n.building.Handle("amina")+"/"+postByURI(t, n.town, p.URI).String()).Find("#agreements").Length() != 0 {
			t.Error("somebody else sees who asked")
		}
		if notices := amina.Open("/notifications").Find(".notices").Text(); !strings.Contains(notices, "répond à votre annonce") {
			t.Errorf("the notices are %q", notices)
		}
		yes := amina.Press(here, "button[formaction$='/accept']", nil)
		if text := yes.Find("#agreements").Text(); yes.Status != 200 || !strings.Contains(text, "convenu") {
			t.Fatalf("after the yes: %d %q", yes.Status, text)
		}
		if talk := amina.Open(link(t, yes, "#agreements a[href^='/messages/']")); talk.Status != 200 || !strings.Contains(talk.Body, "Vélo cargo") {
			t.Errorf("the conversation is %d", talk.Status)
		}
		n.settle(t)
		answered := nadia.Open(there)
		if text := answered.Find("#agreements").Text(); !strings.Contains(text, "C’est convenu") || answered.Find(".proposal a[href$='/take']").Length() != 0 {
			t.Errorf("where it was asked for the page says %q", text)
		}
		if strings.Contains(answered.Body, "modifié") {
			t.Error("that it was agreed counts as an edit")
		}
	})
}

// link is where a link of a page leads.
func link(t *testing.T, p *apptest.Page, selector string) string {
	t.Helper()
	href, ok := p.Find(selector).First().Attr("href")
	if !ok {
		t.Fatalf("%s holds no link %s: %s", p.Path, selector, p.Find("main").Text())
	}
	return href
}
