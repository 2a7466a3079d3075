package app_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/hosts"
	"palier/instance/households"
	"palier/instance/store"
	"palier/protocol/ledger"
	"palier/protocol/vocab"
)

// TestH16_ManyAccountsAreCountedLookedAtByTwoAndAppealed has somebody offer a home twice
// and ask for one: it is counted, nobody is frozen by it, two people decide, and who it
// is about has others look again.
func TestH16_ManyAccountsAreCountedLookedAtByTwoAndAppealed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		b := openBureau(t, apptest.Open(t, engine, nil), "toit")
		ctx, p := t.Context(), b.programme.Group.ID
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		place := b.Place("port", vocab.LevelNeighbourhood)
		offer := func(name, phone, address string) (instance.Account, instance.HostID) {
			t.Helper()
			who := b.Resident(name, place)
			id, err := b.Hosts.Offer(ctx, &who, p, hosts.Interest{Name: "Zénobie Tournemire", Phone: phone, Born: 1970, Places: 1, Nights: 30, From: tonight().String(), Language: "fr"})
			must(err)
			must(b.Hosts.Change(ctx, hosts.Hand{Person: who.ID}, id, phone, address, ""))
			return who, id
		}
		incidents := func() []households.Incident {
			t.Helper()
			list, err := b.Households.Incidents(ctx, b.lead, p, 20)
			must(err)
			return list
		}
		const home, phone = "47 rue de la Chouette, 69001 Lyon", "06 12 34 56 78"
		offer("zenobie", phone, home)
		if _, partner := offer("yves", "06 99 99 99 99", home); len(incidents()) != 0 {
			t.Fatalf("two who live together: %+v", incidents())
		} else if list, err := b.Households.AlikeHost(ctx, b.worker, p, partner); err != nil || len(list) != 1 || list[0].Kind != "address" {
			t.Errorf("the page of the second says %+v, %v", list, err)
		}
		xenia, again := offer("xenia", "+33 6 12 34 56 78", "3 rue du Hibou, 69001 Lyon")
		if len(incidents()) != 0 {
			t.Fatalf("one telephone for two: %+v", incidents())
		}
		must(b.Hosts.Change(ctx, hosts.Hand{Person: xenia.ID}, again, "+33 6 12 34 56 78", home, ""))
		list := incidents()
		if len(list) != 1 || list[0].Host != again || list[0].Kind != households.KindSign || list[0].Side != households.SideHost {
			t.Fatalf("two things in common: %+v", list)
		}
		sign := list[0].ID
		must(b.Hosts.Change(ctx, hosts.Hand{Person: xenia.ID}, again, "+33 6 12 34 56 78", home, "Un chat."))
		if len(incidents()) != 1 {
			t.Errorf("the same is counted again: %+v", incidents())
		}
		_, entries, err := b.Households.Incident(ctx, b.worker, sign)
		if err != nil || len(entries) != 1 || len(entries[0].Body.Alike) < 2 || len(entries[0].Body.Signs) != 1 || entries[0].Body.Signs[0] != households.FlagManyAccounts {
			t.Errorf("its reasons are %+v, %v", entries, err)
		}
		page := b.SignedIn(b.worker).Open("/incidents/" + sign.String())
		if got := page.Words("main"); !strings.Contains(got, "Même téléphone") || !strings.Contains(got, "Même adresse") || strings.Contains(got, "12 34") {
			t.Errorf("the page of the sign says %q", got)
		}

		// Who offers a home and asks for one by the same telephone.
		asks, err := b.Households.Open(ctx, b.worker, p, instance.ByCaseworker, households.File{
			Household: instance.Household{Members: []instance.Guest{{Age: instance.Grown, Sex: instance.Female}}, Stay: ledger.Stay{From: tonight(), Until: tonight() + 30}},
			Reach:     "0612345678", Needs: "un lit",
		})
		must(err)
		var other instance.ID
		for _, i := range incidents() {
			if i.Case == asks.ID {
				other = i.ID
			}
		}
		if other == 0 {
			t.Fatalf("a household by the telephone of a host: %+v", incidents())
		}
		if c, err := b.Households.Case(ctx, b.worker, asks.ID); err != nil || !c.FrozenAt.IsZero() {
			t.Errorf("a count froze the case: %+v, %v", c, err)
		}

		// Two decide, and the host has others look again.
		zoe, third := b.Resident("zoe", place), b.Resident("theo", place)
		for _, who := range []instance.Account{zoe, third} {
			must(b.Housing.SetTeam(ctx, b.lead, p, who.ID, instance.Caseworker))
		}
		own := b.SignedIn(xenia)
		hosting := "/hosting/" + again.String()
		if own.Open(hosting).Has("#decided") {
			t.Error("a host reads of what nobody decided")
		}
		must(b.Households.Look(ctx, b.worker, sign, households.OutcomeTalk, "le même numéro"))
		if err := b.Households.Decide(ctx, b.worker, sign, households.OutcomeTalk, ""); !errors.Is(err, instance.ErrForbidden) {
			t.Errorf("one person looks and decides: %v", err)
		}
		must(b.Households.Decide(ctx, b.lead, sign, households.OutcomeTalk, "à voir"))
		told := own.Open(hosting)
		if got := told.Words("#decided"); !strings.Contains(got, "une conversation") || strings.Contains(got, "même numéro") || strings.Contains(got, "Léa") {
			t.Errorf("the host reads %q", got)
		}
		if empty := own.Press(told, "#decided button", apptest.Fields{"appeal": {" "}}); empty.Status != http.StatusUnprocessableEntity {
			t.Errorf("an appeal without why: %d", empty.Status)
		}
		if p := own.Press(told, "#decided button", apptest.Fields{"appeal": {"C’est le téléphone de ma sœur."}}); p.Status != http.StatusOK || !strings.Contains(p.Words("#decided"), "Vous avez demandé") {
			t.Fatalf("appealed: %d %s", p.Status, p.Words("main"))
		}
		if err := b.Households.HostAppeal(ctx, households.HostHand{Host: again, Person: xenia.ID}, sign, "encore"); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("appealed twice: %v", err)
		}
		if err := b.Households.HostAppeal(ctx, households.HostHand{Host: again, Person: xenia.ID}, other, "moi aussi"); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("a host appeals what is about somebody else: %v", err)
		}
		for what, err := range map[string]error{
			"looks again": b.Households.Look(ctx, b.lead, sign, households.OutcomeNothing, "non"),
			"decides what nobody looked at": func() error {
				err := b.Households.Decide(ctx, zoe, sign, households.OutcomeNothing, "")
				if errors.Is(err, instance.ErrConflict) {
					return instance.ErrForbidden
				}
				return err
			}(),
		} {
			if !errors.Is(err, instance.ErrForbidden) {
				t.Errorf("who decided %s: %v", what, err)
			}
		}
		must(b.Households.Look(ctx, zoe, sign, households.OutcomeNothing, "c’est sa sœur"))
		if err := b.Households.Decide(ctx, b.lead, sign, households.OutcomeTalk, ""); !errors.Is(err, instance.ErrForbidden) {
			t.Errorf("who decided decides the appeal: %v", err)
		}
		must(b.Households.Decide(ctx, third, sign, households.OutcomeNothing, ""))
		if got := own.Open(hosting).Words("#decided"); !strings.Contains(got, "rien à signaler") {
			t.Errorf("after the appeal the host reads %q", got)
		}

		// So does the household, of what is about it and of nothing else.
		oksana := b.Resident("oksana", place)
		code, err := b.Households.NewCode(ctx, b.worker, asks.ID)
		must(err)
		must(b.Households.Join(ctx, oksana, code))
		must(b.Households.Look(ctx, zoe, other, households.OutcomeWatch, "à suivre"))
		must(b.Households.Decide(ctx, third, other, households.OutcomeWatch, ""))
		if err := b.Households.OwnAppeal(ctx, oksana, asks.ID, sign, "non"); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("a household appeals what is about somebody else: %v", err)
		}
		hers := b.SignedIn(oksana)
		page = hers.Press(hers.Open("/household/"+asks.ID.String()), "#decided button", apptest.Fields{"appeal": {"Une amie m’a prêté son téléphone."}})
		if page.Status != http.StatusOK || !page.Has("#decided") {
			t.Errorf("the household appeals: %d %s", page.Status, page.Words("main"))
		}
		if err := b.Households.OwnAppeal(ctx, xenia, asks.ID, other, "non"); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("somebody else appeals: %v", err)
		}
		tags := listed[string](t, b.Server, `SELECT tag FROM housing_marks`)
		for _, tag := range tags {
			if len(tag) != 43 {
				t.Errorf("a tag is %q", tag)
			}
		}
		if len(tags) < 7 {
			t.Errorf("only %d tags", len(tags))
		}
	})
}
