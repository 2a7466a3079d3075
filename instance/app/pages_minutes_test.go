package app_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/clubs"
	"palier/instance/store"
)

// TestR2_ACommitteeMeetsOnPages has a committee put its agenda together, write its
// minutes, publish them for everyone and put them right, in browsers without script.
func TestR2_ACommitteeMeetsOnPages(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v, ctx := newVillage(t, engine, nil), t.Context()
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		club, err := v.Clubs.Found(ctx, v.amina.ID, clubs.Plan{Username: "comite", Title: "Comité du centre", Topic: "committee", Entry: instance.EntryOpen, Place: v.centre.ID})
		must(err)
		_, err = v.Clubs.Enter(ctx, club.ID, v.cem.ID)
		must(err)
		amina, cem, dora, visitor := v.SignedIn(v.amina), v.SignedIn(v.cem), v.SignedIn(v.dora), v.Browser()
		plan := amina.Open("/@comite").Find("form.acts a[href^='/events/new?in=']").AttrOr("href", "")
		next := "form[action='/events/new'] .submit button"
		planned := amina.Open(plan)
		for _, answer := range []apptest.Fields{
			{"template": {"committee"}}, {"title": {"Réunion de juin"}}, {"date": {time.Now().AddDate(0, 0, 7).Format(time.DateOnly)}, "from": {"18:00"}}, {"venue": {"Mairie"}}, nil,
		} {
			planned = amina.Press(planned, next, answer)
		}
		planned = amina.Press(planned, next, apptest.Fields{"audience": {"members"}, "agenda": {"Les comptes\nLe jardin"}})
		if got := planned.List("ol.steps bdi"); !strings.HasPrefix(planned.Path, "/e/") || !slices.Equal(got, []string{"Les comptes", "Le jardin"}) || !planned.Has("a[href$='/agenda']") {
			t.Fatalf("planned at %s: %q %s", planned.Path, got, planned.Words("main"))
		}
		begun := time.Now().Add(-time.Minute)
		meeting, err := v.Events.Invite(ctx, v.Viewer(v.amina), instance.Draft{
			Title: "Réunion de mai", Language: "fr", Audience: instance.ToNeighbourhood, Group: club.ID,
			Event: &instance.Event{Starts: begun, Ends: begun.Add(30 * time.Second), Zone: "Europe/Paris", Status: instance.EventConfirmed, JoinMode: "free", Venue: instance.Venue{Name: "Mairie"}},
		}, false, instance.Need{Kind: "agenda", What: "Le banc"})
		must(err)
		path := "/e/" + meeting.ID.String()
		if p := cem.Open(path); !p.Has("a[href='"+path+"/agenda']") || !p.Has("a[href='"+path+"/minutes']") || p.Words("ol.steps") != "Le banc" {
			t.Errorf("the page of the meeting: %s", p.Words("main"))
		}

		// A member proposes, who looks after the group declines one and takes one.
		agenda := cem.Open(path + "/agenda")
		if agenda.Status != http.StatusOK || agenda.Has("button[value='take']") || agenda.Has("button[value='up']") {
			t.Fatalf("a member: %d %s", agenda.Status, agenda.Words("main"))
		}
		if p := cem.Press(agenda, "button[value='propose']", apptest.Fields{"point": {" "}}); p.Status != http.StatusUnprocessableEntity || !p.Has("#point-problem") {
			t.Errorf("nothing is proposed: %d", p.Status)
		}
		cem.Press(agenda, "button[value='propose']", apptest.Fields{"point": {"Le chien du 12"}})
		cem.Press(agenda, "button[value='propose']", apptest.Fields{"point": {"La fontaine"}})
		desk := amina.Open(path + "/agenda")
		wrong := amina.Press(desk, "main ul.rows li:first-child button[value='decline']", apptest.Fields{"reason": {""}})
		if wrong.Status != http.StatusUnprocessableEntity || !wrong.Has("details[open] #reason-problem") {
			t.Errorf("declined without a reason: %d %s", wrong.Status, wrong.Words("main"))
		}
		amina.Press(wrong, "details[open] button[value='decline']", apptest.Fields{"reason": {"Entre voisins"}})
		amina.Press(amina.Open(path+"/agenda"), "button[value='take']", nil)
		amina.Press(amina.Open(path+"/agenda"), "button[value='up']", nil)
		seen := cem.Open(path + "/agenda")
		if got := seen.List("ol.rows .line-text > p:first-child > bdi"); !slices.Equal(got, []string{"La fontaine", "Le banc"}) || !strings.Contains(seen.Words("main"), "Entre voisins") {
			t.Errorf("the agenda: %q %s", got, seen.Words("main"))
		}

		// Minutes: a draft, then published for everyone, then put right.
		for who, b := range map[string]*apptest.Browser{"a member": cem, "a visitor": visitor} {
			if p := b.Open(path + "/minutes"); p.Status != http.StatusNotFound {
				t.Errorf("%s before they are published: %d", who, p.Status)
			}
		}
		if p := cem.Open(path + "/minutes/write"); p.Status != http.StatusForbidden {
			t.Errorf("a member writes: %d", p.Status)
		}
		form := amina.Open(path + "/minutes/write")
		said := form.Find("textarea[name^='said-']").First().AttrOr("name", "")
		decision := strings.Replace(said, "said", "decision", 1)
		empty := amina.Press(form, "button[value='publish']", nil)
		if empty.Status != http.StatusUnprocessableEntity {
			t.Errorf("published without a word: %d", empty.Status)
		}
		draft := amina.Press(empty, "button[value='save']", apptest.Fields{said: {"Elle fuit."}, decision: {"On la répare."}})
		if draft.Status != http.StatusOK || draft.Find("textarea").First().Text() != "Elle fuit." {
			t.Fatalf("kept: %d %s", draft.Status, draft.Words("main"))
		}
		published := amina.Press(draft, "button[value='publish']", apptest.Fields{"audience": {"public"}})
		if published.Status != http.StatusOK || published.Path != path+"/minutes" {
			t.Fatalf("published: %d at %s", published.Status, published.Path)
		}
		read := visitor.Open(path + "/minutes")
		if words := read.Words("main"); read.Status != http.StatusOK || !strings.Contains(words, "On la répare.") || strings.Contains(words, "chien") || strings.Contains(words, v.cem.Username) {
			t.Errorf("a visitor reads: %d %s", read.Status, words)
		}
		if _, feed := v.Get("/@comite.atom", "*/*"); !strings.Contains(feed, path+"/minutes") || !strings.Contains(feed, "Compte rendu") {
			t.Errorf("the feed: %s", feed)
		}
		form = amina.Open(path + "/minutes/write")
		unsaid := amina.Press(form, "button[value='publish']", apptest.Fields{decision: {"On la remplace."}, "reason": {""}})
		if unsaid.Status != http.StatusUnprocessableEntity || !unsaid.Has("#reason-problem") || !strings.Contains(unsaid.Find("textarea[name='"+decision+"']").Text(), "remplace") {
			t.Errorf("put right without a reason: %d", unsaid.Status)
		}
		amina.Press(unsaid, "button[value='publish']", apptest.Fields{"reason": {"Mal noté"}})
		now, before := dora.Open(path+"/minutes"), dora.Open(path+"/minutes?version=1")
		if !strings.Contains(now.Words("main"), "On la remplace.") || !strings.Contains(now.Words("main"), "Mal noté") || !strings.Contains(before.Words("main"), "On la répare.") || !before.Has(".note a[href='"+path+"/minutes']") {
			t.Errorf("now: %s\nbefore: %s", now.Words("main"), before.Words("main"))
		}
	})
}
