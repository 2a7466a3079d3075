package app_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/notifications"
	"palier/instance/store"
)

// TestJ9_WhatATermLeavesIsHandedOnInOneAct has bo, an informant, be asked to call
// amina and see to what she wrote, and his time end.
func TestJ9_WhatATermLeavesIsHandedOnInOneAct(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		s := newStreet(t, engine)
		ctx := t.Context()
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		cem := s.Resident("cem", s.rue)
		informs(t, s.Server, s.bo, s.odette, s.rue.ID)
		informs(t, s.Server, cem, s.odette, s.rue.ID)
		const here = "/g/rue/informants"
		hand := here + "/" + s.bo.ID.String() + "/hand-on"
		amina, bo, cems, odette := s.SignedIn(s.amina), s.SignedIn(s.bo), s.SignedIn(cem), s.SignedIn(s.odette)

		circle := amina.Press(amina.Open(here), "form[action$='/"+s.bo.ID.String()+"/care'] button", apptest.Fields{"consent": {"yes"}})
		bo.Press(bo.Open("/care"), "button[value=yes]", nil)
		bo.Press(bo.Open(circle.Path), "form[action$='/plan'] button", apptest.Fields{"what": {"errand"}, "at": {s.clock.Now().AddDate(0, 0, 300).Format("2006-01-02T15:04")}})
		// A circle in which he is for himself is nobody else's to hand on.
		own, err := s.Care.Open(ctx, s.odette.ID)
		must(err)
		must(s.Care.Invite(ctx, s.odette.ID, own, s.bo.ID, "volunteer"))
		must(s.Care.Enter(ctx, s.bo.ID, own))
		request, err := s.Informants.Ask(ctx, s.Viewer(s.amina), s.rue.ID, "Mes papiers de retraite", "")
		must(err)
		must(s.Informants.Take(ctx, s.Viewer(s.bo), request))

		if p := amina.Open(hand); p.Status != http.StatusNotFound {
			t.Errorf("a resident sees what he leaves: %d", p.Status)
		}
		if p := amina.Post(hand, apptest.Fields{"to": {s.amina.ID.String()}}); p.Status != http.StatusNotFound {
			t.Errorf("a resident hands it on: %d", p.Status)
		}

		// His term ends; what he saw to waits for all, whom he calls is called on.
		must(s.DB.InTx(ctx, func(tx store.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE informants SET until = $2 WHERE person_id = $1`, s.bo.ID, store.Millis(s.clock.Now().Add(-time.Minute)))
			return err
		}))
		must(s.Informants.Tend(ctx))
		if kinds := kindsOf(t, s.Server, s.odette); !slices.Contains(kinds, notifications.InformantLeft) {
			t.Errorf("who accepts informants was told %v", kinds)
		}
		place := odette.Open(here)
		if place.Find("#left a[href='"+hand+"']").Length() != 1 {
			t.Errorf("the page of informants shows %s", place.Words("main"))
		}
		page := odette.Open(hand)
		if text := page.Words("main"); !strings.Contains(text, "1 personne appelée") || !strings.Contains(text, "amina") || !strings.Contains(text, "1 demande ouverte") || strings.Contains(text, "retraite") {
			t.Errorf("what he leaves reads %q", text)
		}
		if p := odette.Post(hand, apptest.Fields{"to": {s.amina.ID.String()}}); p.Status != http.StatusUnprocessableEntity {
			t.Errorf("handed on to who is no informant: %d", p.Status)
		}
		done := odette.Press(page, "form[action='"+hand+"'] button", apptest.Fields{"to": {cem.ID.String()}})
		wantFlash(t, done, "C’est transmis. Les personnes concernées le savent.")

		c, err := s.Care.ByID(ctx, s.amina.ID, mustID(t, circle.Path))
		if err != nil || len(c.Members) != 1 || c.Members[0].ID != cem.ID || !c.Members[0].Agreed || len(c.Planned) != 1 || c.Planned[0].By.ID != cem.ID {
			t.Errorf("her circle is %+v, %v", c, err)
		}
		if c, err := s.Care.ByID(ctx, s.odette.ID, own); err != nil || len(c.Members) != 1 || c.Members[0].ID != s.bo.ID {
			t.Errorf("the circle in which he is for himself: %+v, %v", c, err)
		}
		if r, informs, err := s.Informants.ByID(ctx, s.Viewer(cem), request); err != nil || !informs || r.Taken.ID != cem.ID {
			t.Errorf("the request is %+v, %v", r, err)
		}
		if p := bo.Open(circle.Path); p.Status != http.StatusNotFound {
			t.Errorf("who handed it on still reads her circle: %d", p.Status)
		}
		told := kindsOf(t, s.Server, s.amina)
		if !slices.Contains(told, notifications.CareHandedOn) || !slices.Contains(told, notifications.InformantHandedOn) {
			t.Errorf("who is called was told %v", told)
		}
		if kinds := kindsOf(t, s.Server, cem); !slices.Contains(kinds, notifications.InformantEntrusted) {
			t.Errorf("who took over was told %v", kinds)
		}
		if p := cems.Open("/informants"); !strings.Contains(p.Words("main"), "amina") || !strings.Contains(p.Words("main"), "retraite") {
			t.Errorf("the desk of who took over shows %s", p.Words("main"))
		}
		if left := odette.Open(here); left.Has("#left") || odette.Open(hand).Status != http.StatusNotFound {
			t.Errorf("what was handed on is still left: %s", left.Words("main"))
		}
		// The log has counts and no name of who is called, and she may say no.
		log, err := s.Informants.Handovers(ctx, s.odette.ID, s.rue.ID)
		if err != nil || len(log) != 1 || log[0].Called != 1 || log[0].Requests != 1 || log[0].From.ID != s.bo.ID || log[0].To.ID != cem.ID || log[0].By.ID != s.odette.ID {
			t.Errorf("the log says %+v, %v", log, err)
		}
		if log, err := s.Informants.Handovers(ctx, s.amina.ID, s.rue.ID); err != nil || len(log) != 0 {
			t.Errorf("a resident reads the log: %+v, %v", log, err)
		}
		amina.Press(amina.Open(circle.Path), "form[action$='/members/"+cem.ID.String()+"/part'] button", nil)
		if c, err := s.Care.ByID(ctx, s.amina.ID, mustID(t, circle.Path)); err != nil || len(c.Members) != 0 {
			t.Errorf("after she said no: %+v, %v", c, err)
		}
	})
}

func mustID(t *testing.T, path string) instance.ID {
	t.Helper()
	id, err := instance.ParseID(path[strings.LastIndex(path, "/")+1:])
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// TestJ9_ATermIsEndedAndHandedOnAtOnce has who looks after the place do both, and
// leaves alone whom the other is apart from.
func TestJ9_ATermIsEndedAndHandedOnAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		s := newStreet(t, engine)
		ctx := t.Context()
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		cem, eve := s.Resident("cem", s.rue), s.Resident("eve", s.rue)
		informs(t, s.Server, s.bo, s.odette, s.rue.ID)
		informs(t, s.Server, cem, s.odette, s.rue.ID)
		circles := map[instance.ActorID]instance.ID{}
		for _, who := range []instance.Account{s.amina, eve} {
			id, err := s.Care.Open(ctx, who.ID)
			must(err)
			must(s.Care.InviteInformant(ctx, who.ID, id, s.bo.ID, s.rue.ID))
			must(s.Care.Enter(ctx, s.bo.ID, id))
			circles[who.ID] = id
		}
		must(s.People.Block(ctx, eve.ID, cem.ID))
		odette := s.SignedIn(s.odette)
		hand := "/g/rue/informants/" + s.bo.ID.String() + "/hand-on"
		odette.Press(odette.Open(hand), "form[action='"+hand+"'] button", apptest.Fields{"to": {cem.ID.String()}, "end": {"yes"}})
		for who, want := range map[instance.ActorID]instance.ActorID{s.amina.ID: cem.ID, eve.ID: s.bo.ID} {
			c, err := s.Care.ByID(ctx, who, circles[who])
			if err != nil || len(c.Members) != 1 || c.Members[0].ID != want {
				t.Errorf("the circle of %s: %+v, %v", who, c, err)
			}
		}
		if seats, err := s.Informants.Of(ctx, s.bo.ID); err != nil || len(seats) != 0 {
			t.Errorf("his time is not over: %+v, %v", seats, err)
		}
		if kinds := kindsOf(t, s.Server, s.bo); !slices.Contains(kinds, notifications.InformantEnded) {
			t.Errorf("he was told %v", kinds)
		}
		if p := odette.Open(hand); p.Status != http.StatusOK || !strings.Contains(p.Words("main"), "eve") || strings.Contains(p.Words("main .rows"), "amina") {
			t.Errorf("what could not be handed on: %d %s", p.Status, p.Words("main"))
		}
	})
}
