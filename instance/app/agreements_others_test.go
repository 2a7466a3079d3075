package app_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"palier/federation/federationtest"
	"palier/instance"
	"palier/instance/store"
)

// offered is an Offer of an Agreement as any server may send it.
func offered(by *federationtest.Actor, id, proposal, quantity string) federationtest.Document {
	id = by.ID + "/offers/" + id
	return federationtest.Document{ID: id, Body: fmt.Appendf(nil, `{
		"@context":["https://www.w3.org/ns/activitystreams",{"vf":"https://w3id.org/valueflows/ont/vf#","om2":"http://www.ontology-of-units-of-measure.org/resource/om-2/",
			"Agreement":"vf:Agreement","Commitment":"vf:Commitment","stipulates":"vf:stipulates","satisfies":{"@id":"vf:satisfies","@type":"@id"},
			"resourceQuantity":"vf:resourceQuantity","hasUnit":"om2:hasUnit","hasNumericalValue":"om2:hasNumericalValue"}],
		"id":%q,"type":"Offer","actor":%q,"object":{"type":"Agreement","stipulates":{"type":"Commitment","satisfies":%q,"resourceQuantity":%s}}}`,
		id, by.ID, proposal, quantity)}
}

const oneOfIt = `{"hasUnit":"om2:one","hasNumericalValue":1}`

// Servers of others take what ours offer: once each, of what is there and theirs
// to take, whatever they send; the answer is the proposer's alone to give.
func TestOthersTakeWhatWeOffer(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		o := newOthers(t, engine)
		p := proposes(t, o.ours, o.amina, o.rue.ID, instance.One, instance.One)
		home, err := o.ours.Posts.Publish(o.ctx, o.ours.Viewer(o.amina), instance.Draft{
			Title: "Clé", Text: "Entre nous", Audience: instance.ToNeighbourhood, Group: o.rue.ID, Kind: instance.KindLending,
			Proposal: &instance.Proposal{Purpose: instance.Offering, Status: instance.ProposalOpen, Action: "use", Unit: "one", Quantity: instance.One, Available: instance.One},
		})
		o.must(err)
		plain := o.ours.Post(o.amina, o.rue.ID, instance.ToPublic, "Bonjour")
		masto := o.Recorded(federationtest.Mastodon)
		mel, max, eve := masto.Person("mel"), masto.Person("max"), masto.Person("eve")
		send := func(by *federationtest.Actor, d federationtest.Document) int {
			t.Helper()
			return got(by.Send(o.ctx, o.amina.Inbox, d))(o)
		}
		// What is none, of nothing, of what does not leave, of no amount there is.
		for what, d := range map[string]federationtest.Document{
			"a post that proposes nothing":  offered(eve, "1", plain.URI+"#primary", oneOfIt),
			"what is for neighbours":        offered(eve, "2", home.URI+"#primary", oneOfIt),
			"what is not there":             offered(eve, "3", o.ours.URL+"/o/7#primary", oneOfIt),
			"what is somebody else's":       offered(eve, "4", masto.URL+"/o/7#primary", oneOfIt),
			"the other side":                offered(eve, "5", p.URI+"#reciprocal", oneOfIt),
			"the proposal without its side": offered(eve, "6", p.URI, oneOfIt),
			"somebody else's name":          {Body: []byte(strings.Replace(string(offered(mel, "7", p.URI+"#primary", oneOfIt).Body), `"id":"`+mel.ID, `"id":"`+eve.ID, 1))},
		} {
			if code := send(eve, d); code >= 500 {
				t.Errorf("%s was answered %d", what, code)
			}
		}
		o.settle()
		if n := len(agreements(t, o.ours, o.amina, p.URI)); n != 0 {
			t.Fatalf("%d agreements came of what is none", n)
		}
		for i, quantity := range []string{`{"hasUnit":"hour","hasNumericalValue":"1"}`, `{"hasUnit":"one","hasNumericalValue":"2"}`, `{"hasUnit":"one","hasNumericalValue":"0"}`, `{"hasUnit":"one","hasNumericalValue":"99999999999999999999"}`} {
			d := offered(eve, fmt.Sprint(10+i), p.URI+"#primary", quantity)
			send(eve, d)
			o.settle()
			o.await(masto, "Reject", o.amina.URI, d.ID)
		}

		first, second := offered(mel, "1", p.URI+"#primary", oneOfIt), offered(mel, "2", p.URI+"#primary", oneOfIt)
		send(mel, first)
		send(mel, first)
		send(mel, second)
		send(max, offered(max, "1", p.URI+"#primary", `{"hasUnit":"http://www.ontology-of-units-of-measure.org/resource/om-2/one","hasNumericalValue":"1"}`))
		o.settle()
		asked := agreements(t, o.ours, o.amina, p.URI)
		byName := map[string]*instance.Agreement{}
		for _, g := range asked {
			byName[g.Taker.Username] = g
		}
		if byName["mel"] == nil || byName["max"] == nil || byName["mel"].URI != first.ID {
			t.Fatalf("asked by %v", byName)
		}
		if _, err := o.ours.Exchange.Accept(o.ctx, o.ours.Viewer(o.amina), byName["mel"].ID, "@"+byName["mel"].Taker.Acct()+" oui"); err != nil {
			t.Fatal(err)
		}
		o.settle()
		yes := o.await(masto, "Accept", o.amina.URI, first.ID)
		if id, _ := yes.At("result", "id").(string); !strings.HasPrefix(id, o.ours.URL+"/agreements/") || yes.At("result", "stipulates", "satisfies") != p.URI+"#primary" {
			t.Errorf("the yes is %s", yes.Body)
		}
		// Asked again under another name, the answer is the same.
		third := offered(mel, "3", p.URI+"#primary", oneOfIt)
		send(mel, third)
		o.settle()
		o.await(masto, "Accept", o.amina.URI, third.ID)
		if left, status := stands(t, o.ours, p.URI); left != 0 || status != instance.ProposalAgreed {
			t.Errorf("%s are left, it is %s", left, status)
		}
		if _, err := o.ours.Exchange.Accept(o.ctx, o.ours.Viewer(o.amina), byName["max"].ID, "@"+byName["max"].Taker.Acct()+" oui"); err == nil {
			t.Error("one thing was promised twice")
		}
		// Who comes too late hears why; who is told no in silence gets one word of it.
		late := offered(eve, "20", p.URI+"#primary", oneOfIt)
		send(eve, late)
		o.settle()
		if no := o.await(masto, "Reject", o.amina.URI, late.ID); no.At("content") != "gone" {
			t.Errorf("who comes late hears %s", no.Body)
		}
		o.must(o.ours.Exchange.Decline(o.ctx, o.amina.ID, byName["max"].ID))
		o.settle()
		o.await(masto, "Reject", o.amina.URI, byName["max"].URI)

		// Nobody but who asked takes it back.
		undo := func(by *federationtest.Actor, offer federationtest.Document) federationtest.Document {
			return federationtest.Document{Body: fmt.Appendf(nil, `{"@context":"https://www.w3.org/ns/activitystreams","id":%q,"type":"Undo","actor":%q,"object":{"id":%q,"type":"Offer"}}`,
				by.ID+"/undo/"+fmt.Sprint(time.Now().UnixNano()), by.ID, offer.ID)}
		}
		send(eve, undo(eve, first))
		o.settle()
		if left, _ := stands(t, o.ours, p.URI); left != 0 {
			t.Error("somebody else took it back")
		}
		// Each of the Offers stands until it is taken back itself.
		for _, offer := range []federationtest.Document{first, third} {
			send(mel, undo(mel, offer))
			o.settle()
			if left, _ := stands(t, o.ours, p.URI); left != 0 {
				t.Errorf("after %s was taken back %s are left", offer.ID, left)
			}
		}
		send(mel, undo(mel, second))
		o.settle()
		if left, status := stands(t, o.ours, p.URI); left != instance.One || status != instance.ProposalOpen {
			t.Errorf("taken back, %s are left and it is %s", left, status)
		}
		o.approve(masto)
	})
}

// Only who proposed can answer: a yes of anybody else is nothing.
func TestOnlyTheProposerAnswers(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		n := newNetwork(t, engine)
		p := proposes(t, n.building, n.amina, n.tilleuls.ID, instance.One, instance.One)
		n.settle(t)
		there := postByURI(t, n.association, p.URI)
		g, err := n.association.Exchange.Take(t.Context(), n.association.Viewer(n.nadia), there, instance.Taking{})
		if err != nil {
			t.Fatal(err)
		}
		n.settle(t)
		other := n.association.Find(n.town.Handle("odette"))
		err = n.association.DB.InTx(t.Context(), func(tx store.Tx) error {
			return n.association.Exchange.AnsweredIn(t.Context(), tx, other, g.URI, true, "", instance.Origin{Remote: true})
		})
		if err == nil {
			t.Error("somebody else said yes")
		}
		if mine := agreements(t, n.association, n.nadia, p.URI); len(mine) != 1 || mine[0].State != instance.AgreementAsked {
			t.Errorf("it is %+v", mine)
		}
	})
}
