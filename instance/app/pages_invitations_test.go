package app_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/config"
	"palier/instance/joining"
	"palier/instance/store"
)

// TestR12_InvitationsAreHandedOverByTheirMaker makes one, joins by it, and takes
// it back; nothing is sent to anybody.
func TestR12_InvitationsAreHandedOverByTheirMaker(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		s := apptest.Open(t, engine, func(c *config.Config) { c.Registrations = joining.Invited })
		ctx := t.Context()
		centre, port := s.Place("centre", "neighbourhood"), s.Place("port", "neighbourhood")
		marc := s.Resident("marc", centre)
		b := s.SignedIn(marc)
		p := b.Press(b.Open("/settings/invitations"), "#invitations", nil)
		link, _ := strings.CutPrefix(linkInLetter.FindString(p.Find("#copy").Text()), s.URL)
		if p.Status != http.StatusOK || !strings.HasPrefix(link, "/join?invitation=") || !p.Has("svg.qr") {
			t.Fatalf("a new invitation: %d, %q: %s", p.Status, link, p.Words("main"))
		}
		if cards := b.Open(strings.SplitN(p.Path, "?", 2)[0] + "/cards"); cards.Find(".door-card svg.qr").Length() != 4 {
			t.Errorf("cards on a sheet: %d", cards.Find(".door-card").Length())
		}
		if b.Post("/settings/invitations", apptest.Fields{"place": {port.ID.String()}}).Status != http.StatusForbidden {
			t.Error("invites to a place where one does not live")
		}
		apptest.Settle(t, s)
		if all := s.Letters(""); len(all) != 0 {
			t.Errorf("letters sent by inviting: %+v", all)
		}

		guest := s.Browser()
		page := guest.Open(link)
		if !strings.Contains(page.Words("main"), "marc vous invite") {
			t.Errorf("who asks: %s", page.Words("main"))
		}
		page = guest.Press(page, "form[action='/join'] button", apptest.Fields{"name": {"Odette Riou"}})
		guest.Press(page, "form[action='/join/email'] button", apptest.Fields{"email": {"odette@exemple.fr"}})
		guest.Press(guest.Open(linkIn(t, s, "odette@exemple.fr")), "main form button", nil)
		odette, err := s.People.Named(ctx, "odette_r")
		if err != nil || odette.Inviter != marc.ID {
			t.Fatalf("who came: %+v, %v", odette, err)
		}
		list, err := s.Joining.Invitations(ctx, marc.ID)
		if err != nil || len(list) != 1 || list[0].Joined != 1 || list[0].Remaining != joining.PerLink-1 {
			t.Fatalf("counted: %+v, %v", list, err)
		}

		// Taken back between asking and confirming.
		late := s.Browser()
		page = late.Press(late.Open(link), "form[action='/join'] button", apptest.Fields{"name": {"Paul Le Bris"}})
		late.Press(page, "form[action='/join/email'] button", apptest.Fields{"email": {"paul@exemple.fr"}})
		confirm := linkIn(t, s, "paul@exemple.fr")
		if p := b.Press(b.Open("/settings/invitations"), "form[action$='/revoke'] button", nil); p.Status != http.StatusOK {
			t.Errorf("taken back: %d", p.Status)
		}
		if p := late.Press(late.Open(confirm), "main form button", nil); p.Status != http.StatusGone {
			t.Errorf("joins by what was taken back: %d", p.Status)
		}
		if s.Browser().Open(link).Has("#name") {
			t.Error("what was taken back still opens the door")
		}
		for i := range joining.MaxOpen + 1 {
			_, err := s.Joining.Invite(ctx, marc.ID, centre.ID)
			if full := errors.Is(err, instance.ErrInvalid); full != (i == joining.MaxOpen) {
				t.Errorf("invitation %d: %v", i+1, err)
			}
		}
	})
}

// TestR22_JoiningIsOneGesture reads the code in the hall.
func TestR22_JoiningIsOneGesture(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		s := apptest.Open(t, engine, nil)
		s.Place("centre", "neighbourhood")
		p := s.Browser().Open("/@centre/sheet")
		if !p.Has("svg.qr") || !strings.Contains(p.Words("main"), s.URL+"/join?place=centre") {
			t.Errorf("the sheet for the hall: %s", p.Words("main"))
		}
		b, a := joined(t, s, "centre", "Marie Le Goff", "marie@exemple.fr")
		home := b.Open("/home")
		for _, to := range []string{"/prove", "/compose", "/offer/new", "/ask/new", "/settings/notices"} {
			if !home.Has(".first-day a[href^='" + to + "']") {
				t.Errorf("the first day's card does not lead to %s", to)
			}
		}
		if p := b.Press(home, ".first-day button", nil); p.Path != "/home" || p.Has(".first-day") {
			t.Errorf("put away: %s", p.Path)
		}
		if p := s.SignedIn(s.Resident("marc")).Open("/home"); p.Has(".first-day") {
			t.Error("somebody who did not come by the door has the card")
		}
		if got, err := s.People.Account(t.Context(), a.ID); err != nil || got.FirstDay {
			t.Errorf("account: %+v, %v", got, err)
		}
	})
}

// TestJ1_Moving leaves one place for another: what one proved in the old one is
// not what one has in the new.
func TestJ1_Moving(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		s := apptest.Open(t, engine, nil)
		ctx := t.Context()
		dinan := s.Place("dinan", "commune")
		centre, port := s.Place("centre", "neighbourhood", dinan.URI), s.Place("port", "neighbourhood", dinan.URI)
		b, marie := joined(t, s, "centre", "Marie Le Goff", "marie@exemple.fr")
		if err := s.Places.SetStanding(ctx, centre.ID, marie.ID, 0, instance.Verified); err != nil {
			t.Fatal(err)
		}
		standing := func(n instance.Neighbourhood, want instance.Standing) {
			t.Helper()
			got, err := s.Places.Standing(ctx, n.ID, marie.ID)
			if err != nil || got != want {
				t.Errorf("standing in %s: %q, %v, want %q", n.Username, got, err, want)
			}
		}
		p := b.Open("/settings/places")
		if !strings.Contains(p.Words("main"), "Vérifié") {
			t.Errorf("places: %s", p.Words("main"))
		}
		if p = b.Press(p, "#places", apptest.Fields{"place": {"77"}}); p.Status != http.StatusUnprocessableEntity || !p.Has("#place-problem") {
			t.Errorf("a place that is none: %d", p.Status)
		}
		p = b.Press(p, "#places", apptest.Fields{"place": {port.ID.String()}, "kind": {"home"}})
		standing(port, instance.Declared)
		standing(centre, instance.Verified)
		p = b.Press(p, "form[action$='/leave'] button", nil)
		standing(centre, instance.Stranger)
		standing(port, instance.Declared)
		standing(dinan, instance.Declared)
		if got := p.Words("main"); !strings.Contains(got, "Lieux d’avant") {
			t.Errorf("the old place is not kept: %s", got)
		}
		list, err := s.Homes.Of(ctx, marie.ID)
		if err != nil || len(list) != 2 || list[0].Group != port.ID || list[1].Former.IsZero() {
			t.Errorf("homes: %+v, %v", list, err)
		}
	})
}
