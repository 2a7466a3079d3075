package app_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/buildings"
	"palier/instance/notifications"
	"palier/instance/organisations"
	"palier/instance/store"
)

// What is new in the space of a house its residents are told, on the page of
// notices and in the digest; nobody else is, nor is anybody written at once.
func TestR13_WhatIsNewInAHouseIsToldToItsResidents(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v, ctx := newVillage(t, engine, nil), t.Context()
		marc := v.Resident("marc")
		syndic, err := v.Organisations.Open(ctx, organisations.Plan{Username: "cabinet", Title: "Cabinet Martin", Sort: instance.Syndic, Place: v.tilleuls.ID, Agent: marc.ID})
		if err != nil {
			t.Fatal(err)
		}
		soon := time.Now().Add(24 * time.Hour)
		put := func(_ instance.ID, err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		amina, tilleuls := v.Viewer(v.amina), v.tilleuls.ID
		put(v.Buildings.Announce(ctx, amina, tilleuls, buildings.Telling{}, instance.WorksPlan{What: "Colonne d’eau", From: soon, Until: soon.Add(time.Hour)}))
		put(v.Buildings.Convene(ctx, amina, tilleuls, buildings.Telling{To: syndic.ID}, instance.AssemblyPlan{At: soon, Where: "Salle du port", Agenda: "Toiture"}))
		put(v.Buildings.Add(ctx, amina, tilleuls, 0, instance.DocumentPlan{Title: "Devis de toiture", Content: []byte("%PDF-1.7 devis")}))
		put(v.Buildings.Report(ctx, amina, tilleuls, buildings.Telling{To: syndic.ID}, instance.IncidentPlan{What: "Fuite au parking"}))
		apptest.Settle(t, v.Server)
		for who, want := range map[*instance.Account][]notifications.Kind{
			&v.bo:    {notifications.SpaceDocuments, notifications.SpaceMeetings, notifications.SpaceWorks},
			&marc:    {notifications.SpaceIncidents, notifications.SpaceMeetings},
			&v.amina: nil, &v.cem: nil, &v.dora: nil,
		} {
			if got := kindsOf(t, v.Server, *who); !slices.Equal(got, want) {
				t.Errorf("%s is told %q, want %q", who.Username, got, want)
			}
			if got := v.Letters(who.Email); who != &marc && len(got) != 0 {
				t.Errorf("%s is written to at once: %+v", who.Username, got)
			}
		}
		bo := v.SignedIn(v.bo)
		if p := bo.Open("/notifications"); !p.Has("a[href='/g/tilleuls/space#works']") || !strings.Contains(p.Words("main"), "tilleuls : des travaux sont annoncés") {
			t.Errorf("he reads %q", p.Words("main"))
		}
		digest := bo.Open("/digest").Words("main")
		for _, want := range []string{"Travaux : Colonne d’eau", "Une assemblée est convoquée", "Nouveau document : Devis de toiture"} {
			if !strings.Contains(digest, want) {
				t.Errorf("the digest says nothing of %q: %q", want, digest)
			}
		}
		if strings.Contains(digest, "Fuite") {
			t.Errorf("the digest tells what is for the syndic: %q", digest)
		}
		for who, a := range map[string]instance.Account{"who wrote it": v.amina, "who lives beside": v.dora, "who lives in the neighbourhood": v.cem, "the syndic": marc} {
			if got := v.SignedIn(a).Open("/digest").Words("main"); strings.Contains(got, "Colonne") || strings.Contains(got, "Devis") {
				t.Errorf("%s is told of it: %q", who, got)
			}
		}
		if got := v.Browser().Open("/g/tilleuls/print").Words("main"); strings.Contains(got, "Devis") || strings.Contains(got, "Colonne") {
			t.Errorf("the noticeboard tells %q", got)
		}
	})
}

// Who is invited into a circle of care is told that there is an invitation: the
// mail names neither the person nor what it is.
func TestR10_AnInvitationIsToldWithoutSayingToWhat(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v, ctx := newVillage(t, engine, nil), t.Context()
		circle, err := v.Care.Open(ctx, v.amina.ID)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := v.Care.Invite(ctx, v.amina.ID, circle, v.bo.ID, "volunteer"); err != nil {
				t.Fatal(err)
			}
		}
		if err := v.People.Block(ctx, v.cem.ID, v.amina.ID); err != nil {
			t.Fatal(err)
		}
		if err := v.Care.Invite(ctx, v.amina.ID, circle, v.cem.ID, "volunteer"); err != nil {
			t.Fatal(err)
		}
		apptest.Settle(t, v.Server)
		if got := kindsOf(t, v.Server, v.bo); !slices.Equal(got, []notifications.Kind{notifications.CareInvited}) {
			t.Errorf("he is told %q", got)
		}
		if got := kindsOf(t, v.Server, v.cem); len(got) != 0 || len(v.Letters(v.cem.Email)) != 0 {
			t.Errorf("who blocks her is told %q", got)
		}
		letters := v.Letters(v.bo.Email)
		if len(letters) != 1 || !strings.Contains(letters[0].Subject, "Une invitation vous attend") {
			t.Fatalf("letters: %+v", letters)
		}
		for _, word := range []string{"amina", "Amina", "cercle", "care", "entraide", circle.String()} {
			if strings.Contains(letters[0].Subject+letters[0].Text+letters[0].HTML, word) {
				t.Errorf("the letter says %q: %s", word, letters[0].Text)
			}
		}
		bo := v.SignedIn(v.bo)
		notices := bo.Open("/notifications")
		if strings.Contains(notices.Words("main"), "amina") || !notices.Has("main a[href='/care']") {
			t.Errorf("the page of notices reads %q", notices.Words("main"))
		}
		if p := bo.Open("/care"); !p.Has("button[value=yes]") {
			t.Errorf("it leads to %q", p.Words("main"))
		}
	})
}

// Who acts for an organisation is told of a question, and who asked of the answer;
// what it looks for leads on to a form that is filled in.
func TestJ11_QuestionsAreToldAndNeedsLeadOn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v, ctx := newVillage(t, engine, nil), t.Context()
		shop, err := v.Organisations.Open(ctx, organisations.Plan{Username: "epicerie", Title: "Epicerie", Sort: instance.Shop, Place: v.centre.ID, Agent: v.bo.ID})
		if err != nil {
			t.Fatal(err)
		}
		bo, cem := v.SignedIn(v.bo), v.SignedIn(v.cem)
		bo.Press(bo.Open("/@epicerie/edit"), "form[action$='/edit'] button", apptest.Fields{"needs": {"Deux bénévoles le samedi"}})

		page := cem.Open("/@epicerie")
		question := cem.Open(page.Find("a[href^='/@epicerie/questions?text=']").AttrOr("href", ""))
		if got := question.Words("#text"); question.Status != http.StatusOK || got != "Bonjour, je peux aider pour : Deux bénévoles le samedi" {
			t.Fatalf("the question that is filled in: %d %q", question.Status, got)
		}
		cem.Press(question, "form.form button", nil)
		apptest.Settle(t, v.Server)
		if got := kindsOf(t, v.Server, v.bo); !slices.Equal(got, []notifications.Kind{notifications.QuestionAsked}) {
			t.Errorf("who acts for it is told %q", got)
		}
		if l := v.Letters(v.bo.Email); len(l) != 1 || strings.Contains(l[0].Subject+l[0].Text, "bénévoles") || strings.Contains(l[0].Subject+l[0].Text, "cem") {
			t.Errorf("and written %+v", l)
		}
		if p := bo.Open("/notifications"); !p.Has("a[href='/@epicerie/questions']") {
			t.Errorf("it does not lead to the box: %q", p.Words("main"))
		}
		box := bo.Open("/@epicerie/questions")
		for range 2 {
			bo.Press(box, "form[action*='/questions/'] button", apptest.Fields{"answer": {"Avec plaisir"}})
		}
		if got := kindsOf(t, v.Server, v.cem); !slices.Equal(got, []notifications.Kind{notifications.QuestionAnswered}) {
			t.Errorf("who asked is told %q", got)
		}
		if err := v.Organisations.Ask(ctx, v.bo.ID, organisations.Ask{To: shop.ID, Text: "Moi-même ?"}); err != nil {
			t.Fatal(err)
		}
		if got := kindsOf(t, v.Server, v.bo); len(got) != 1 {
			t.Errorf("one is told of one's own question: %q", got)
		}

		own := bo.Open("/@epicerie")
		ask := bo.Open(own.Find("a[href^='/ask/new?']").AttrOr("href", "") + "&kind=service&category=advice")
		if got := ask.Find("#title").AttrOr("value", ""); got != "Deux bénévoles le samedi" || !strings.Contains(ask.Words("#text"), "Epicerie cherche") {
			t.Errorf("the ask that is filled in: %d %q %q", ask.Status, got, ask.Words("#text"))
		}
		event := bo.Open(own.Find("a[href^='/events/new?']").AttrOr("href", "") + "&step=kind&template=free")
		if got := event.Find("input[name=title]").AttrOr("value", ""); got != "Deux bénévoles le samedi" {
			t.Errorf("the meeting that is filled in: %d %q %q", event.Status, got, event.Words("main"))
		}
	})
}

func TestC8_WhoMayCheckACampaignIsTold(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		path := v.campaign(t, "heatwave", nil)
		if got := kindsOf(t, v.Server, v.dora); !slices.Contains(got, notifications.CampaignCheck) {
			t.Errorf("who looks after the place is told %q", got)
		}
		if p := v.SignedIn(v.dora).Open("/notifications"); !p.Has("a[href='/g/centre/campaigns']") {
			t.Errorf("it does not lead to the campaigns: %q", p.Words("main"))
		}
		if got := kindsOf(t, v.Server, v.amina); !slices.Contains(got, notifications.CampaignApproved) || slices.Contains(got, notifications.CampaignCheck) {
			t.Errorf("who planned it is told %q", got)
		}
		if got := kindsOf(t, v.Server, v.cem); slices.Contains(got, notifications.CampaignCheck) {
			t.Errorf("a neighbour is told of %s: %q", path, got)
		}
	})
}
