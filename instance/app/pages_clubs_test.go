package app_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"palier/instance/apptest"
	"palier/instance/store"
)

func TestAClubIsOpenedJoinedAndLeftInBrowsers(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		amina, cem, dora := v.SignedIn(v.amina), v.SignedIn(v.cem), v.SignedIn(v.dora)

		list := amina.Open("/g/centre/clubs")
		form := amina.Open("/g/centre/clubs/new")
		if list.Status != http.StatusOK || !list.Has("a[href='/g/centre/clubs/new']") || form.Status != http.StatusOK {
			t.Fatalf("the list: %d, the form: %d", list.Status, form.Status)
		}
		again := amina.Press(form, "main form.form button", apptest.Fields{"title": {""}, "username": {"echecs"}, "summary": {"Le mardi"}, "topic": {"games"}, "entry": {"approval"}})
		if again.Status != http.StatusUnprocessableEntity || !again.Has("#title-problem") || again.Find("#summary").Text() != "Le mardi" {
			t.Fatalf("without a name: %d", again.Status)
		}
		club := amina.Press(again, "main form.form button", apptest.Fields{"title": {"Échecs du centre"}})
		if club.Status != http.StatusOK || club.Path != "/@echecs" || !strings.Contains(club.Words("main"), "Vous en faites partie") {
			t.Fatalf("opened: %d at %s", club.Status, club.Path)
		}
		if page := dora.Open("/@centre"); !page.Has("aside a[href='/@echecs']") {
			t.Error("the place does not name it")
		}
		if p := dora.Open("/g/centre/clubs/new"); p.Status != http.StatusForbidden {
			t.Errorf("who lives elsewhere opens one: %d", p.Status)
		}

		compose := amina.Open("/compose?in=" + club.Find("a[href^='/compose?in=']").AttrOr("href", "?in=")[len("/compose?in="):])
		if got := compose.List(".choice-name"); !slices.Equal(got, []string{"Membres du groupe", "Public"}) {
			t.Errorf("one writes to %q", got)
		}
		posted := amina.Press(compose, "main form button.button", apptest.Fields{"text": {"La clé est sous le pot"}, "audience": {"members"}})
		if posted.Status != http.StatusOK || !strings.Contains(posted.Words("article.post"), "Membres du groupe") {
			t.Fatalf("posted: %d %s", posted.Status, posted.Words("article.post"))
		}

		asked := cem.Press(cem.Open("/@echecs"), "form.acts button.button", nil)
		if asked.Status != http.StatusOK || !strings.Contains(asked.Words("main"), "Votre demande attend") || len(texts(asked)) != 0 {
			t.Fatalf("asked: %d, reads %q", asked.Status, texts(asked))
		}
		if p := cem.Open("/g/echecs/members"); p.Status != http.StatusForbidden {
			t.Errorf("who only asked sees the members: %d", p.Status)
		}
		members := amina.Open("/g/echecs/members")
		if got := members.List("ul.rows .name"); !slices.Equal(got, []string{"cem", "amina"}) {
			t.Errorf("members: %q", got)
		}
		if p := amina.Press(members, "button[value='accept']", nil); p.Status != http.StatusOK {
			t.Errorf("accepted: %d", p.Status)
		}
		if got := texts(cem.Open("/@echecs")); !slices.Equal(got, []string{"La clé est sous le pot"}) {
			t.Errorf("a member reads %q", got)
		}
		if got := texts(dora.Open("/@echecs")); len(got) != 0 {
			t.Errorf("others read %q", got)
		}
		if p := amina.Press(amina.Open("/@echecs"), "button[formaction='/g/echecs/quit']", nil); p.Path != "/g/echecs/members" {
			t.Errorf("the only moderator leaves: %s", p.Path)
		}
		if p := cem.Press(cem.Open("/@echecs"), "button[formaction='/g/echecs/quit']", nil); p.Status != http.StatusOK || len(texts(p)) != 0 {
			t.Errorf("left: %d, reads %q", p.Status, texts(p))
		}
		edit := amina.Press(amina.Open("/g/echecs/edit"), "main form.form button", apptest.Fields{"entry": {"open"}})
		if edit.Path != "/@echecs" || !strings.Contains(edit.Words("main"), "Ouvert aux voisins") {
			t.Errorf("edited: %s", edit.Path)
		}
	})
}
