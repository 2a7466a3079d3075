package app_test

import (
	"net/http"
	"strings"
	"testing"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/store"
)

func TestNeighboursAskAndVoteOnPages(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		asker, voter := v.SignedIn(v.cem), v.SignedIn(v.amina)
		form := asker.Open("/compose?in=" + v.centre.ID.String())
		typed := apptest.Fields{
			"text": {"Quel jour ?"}, "audience": {"neighbourhood"}, "option": {"Samedi <b>", "", " ", ""}, "poll-multiple": {"yes"}, "poll-lasts": {"1d"},
		}
		p := asker.Press(form, "main form button.button", typed)
		if p.Status != http.StatusUnprocessableEntity || !p.Has("#poll[open] .problem") || p.Find("#option-0").AttrOr("value", "") != "Samedi <b>" ||
			!p.Has("#poll-multiple[checked]") || p.Find("#poll-lasts option[selected]").AttrOr("value", "") != "1d" {
			t.Errorf("a poll of one option: %d keeps %q", p.Status, p.Find("#option-0").AttrOr("value", ""))
		}
		typed["option"] = []string{"Samedi <b>", "", "Dimanche", ""}
		page := asker.Press(p, "main form button.button", typed)
		if page.Status != http.StatusOK || page.Find(".poll-line").Length() != 2 || page.Has("form.poll") {
			t.Fatalf("who asks sees %d at %s: %s", page.Status, page.Path, page.Words(".poll"))
		}
		path := strings.Split(page.Path, "?")[0]

		seen := voter.Open(path)
		if n := seen.Find("form.poll input[type=checkbox][name=choice]").Length(); n != 2 || strings.Contains(seen.Body, "Samedi <b>") {
			t.Fatalf("a neighbour sees %d choices: %s", n, seen.Words(".poll"))
		}
		voted := voter.Press(seen, "form.poll button", apptest.Fields{"choice": {"1"}})
		if voted.Path != path || voted.Find(".poll-line.chosen .poll-title").Text() != "Dimanche" || voted.Find(".poll-line.chosen progress").AttrOr("value", "") != "100" ||
			!strings.Contains(voted.Words(".poll"), "1 personne a répondu") || voted.Has("form.poll") {
			t.Errorf("after the vote: %s: %s", voted.Path, voted.Words(".poll"))
		}
		if again := voter.Press(seen, "form.poll button", apptest.Fields{"choice": {"0"}}); !strings.Contains(again.Body, "déjà répondu") {
			t.Errorf("a second vote: %d at %s", again.Status, again.Path)
		}
		if none := v.SignedIn(v.bo).Press(v.SignedIn(v.bo).Open(path), "form.poll button", apptest.Fields{}); !strings.Contains(none.Body, "Choisissez une réponse, puis") {
			t.Errorf("no choice: %d at %s", none.Status, none.Path)
		}
		if own := asker.Post(path+"/vote", apptest.Fields{"choice": {"0"}}); !strings.Contains(own.Body, "son propre sondage") {
			t.Errorf("one's own: %d", own.Status)
		}
		for name, fields := range map[string]apptest.Fields{"no number": {"choice": {"x"}}, "no option": {"choice": {"9"}}} {
			if wrong := v.SignedIn(v.bo).Post(path+"/vote", fields); wrong.Status < 400 || wrong.Status >= 500 {
				t.Errorf("%s: %d", name, wrong.Status)
			}
		}
		if away := v.SignedIn(v.Resident("away")).Post(path+"/vote", apptest.Fields{"choice": {"0"}}); away.Status != http.StatusNotFound {
			t.Errorf("who may not read it: %d", away.Status)
		}
		if visitor := v.Browser().Post(path+"/vote", apptest.Fields{"choice": {"0"}}); visitor.Status != http.StatusUnauthorized {
			t.Errorf("nobody in particular: %d at %s", visitor.Status, visitor.Path)
		}

		// Its words change, what it asks stays.
		edit := asker.Open(path + "/edit")
		if !strings.Contains(edit.Body, "Le sondage et ses réponses") {
			t.Error("the editor does not say that the poll stays")
		}
		if edited := asker.Press(edit, "main form button.button", apptest.Fields{"text": {"Quel jour donc ?"}}); !strings.Contains(edited.Words(".poll"), "1 personne a répondu") {
			t.Errorf("after an edit: %d %s", edited.Status, edited.Words(".poll"))
		}

		all, err := v.Posts.Thread(t.Context(), v.Viewer(v.amina), postIn(t, path), 0)
		if err != nil || len(all) != 1 {
			t.Fatalf("the thread: %d posts, %v", len(all), err)
		}
		past(t, v.Server, all[0].ID)
		ended(t, v.Server, all[0].ID)
		if notices := voter.Open("/notifications"); !strings.Contains(notices.Words(".notices"), "Le sondage de cem est terminé") {
			t.Errorf("who voted is told %q", notices.Words(".notices"))
		}
		if over := v.SignedIn(v.bo).Open(path); over.Has("form.poll") || !strings.Contains(over.Words(".poll"), "Terminé le") {
			t.Errorf("after its end: %s", over.Words(".poll"))
		}
	})
}

// postIn is the post whose page is at a path.
func postIn(t *testing.T, path string) instance.PostID {
	t.Helper()
	id, err := instance.ParseID(path[strings.LastIndexByte(path, '/')+1:])
	if err != nil {
		t.Fatal(err)
	}
	return instance.PostID(id)
}
