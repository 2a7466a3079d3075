package app_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/store"
)

// The pages where one asks, offers and invites have beginnings made ready between
// generations; what is done with children is for verified neighbours alone.
func TestP15_BeginningsBetweenGenerations(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		amina := v.SignedIn(v.amina)
		for _, page := range []string{"/ask/new", "/offer/new"} {
			links := amina.Open(page).Find("main a[href*='template=']")
			if links.Length() != len(instance.Generations()) {
				t.Errorf("%s has %d", page, links.Length())
			}
			for _, e := range links.EachIter() {
				form := amina.Open(e.AttrOr("href", ""))
				if form.Status != http.StatusOK || form.Find("#title").AttrOr("value", "") == "" || form.Find("#text").Text() == "" {
					t.Errorf("%s leads to an empty form: %d", e.AttrOr("href", ""), form.Status)
				}
			}
		}
		homework := amina.Open("/ask/new?template=homework&in=" + v.centre.ID.String())
		if got := homework.Words("main"); !strings.Contains(got, "un parent demande") || homework.Find("input[name=category]").AttrOr("value", "") != "homework" {
			t.Errorf("homework says %q", got)
		}
		whom := homework
		for range 3 {
			if whom.Has("input[name=audience][type=radio]") {
				break
			}
			whom = amina.Press(whom, "button[value=next]", nil)
		}
		if !whom.Has("input[name=audience][type=radio]") || whom.Has("input[name=audience][value=public]") {
			t.Errorf("who may read it: %s", whom.Words("main"))
		}
		club := func(audience instance.Audience) error {
			starts := time.Now().Add(48 * time.Hour)
			_, err := v.Events.Invite(t.Context(), v.Viewer(v.amina), instance.Draft{
				Title: "Devoirs", Text: "Devoirs", Language: "fr", Audience: audience, Group: v.centre.ID, Kind: instance.KindEvent,
				Event: &instance.Event{Template: "homework-club", Starts: starts, Ends: starts.Add(time.Hour), Zone: "Europe/Paris", Status: instance.EventConfirmed, Venue: instance.Venue{Name: "Salle"}},
			}, false)
			return err
		}
		if err := club(instance.ToPublic); !errors.Is(err, instance.ErrInvalid) {
			t.Errorf("a homework club for everyone: %v", err)
		}
		if err := club(instance.ToNeighbourhood); err != nil {
			t.Errorf("a homework club for neighbours: %v", err)
		}
		if page := amina.Open("/events/new"); !page.Has("input[name=template][value=homework-club]") || !page.Has("input[name=template][value=recipes]") {
			t.Error("events have no beginnings between generations")
		}
	})
}
