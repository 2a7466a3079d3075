package app_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/people"
	"palier/instance/store"
)

func TestAPageOfAShopInBrowsers(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		boss, err := v.People.Create(t.Context(), people.Newcomer{Username: "boss", Name: "Boss", Email: "boss@people.example", Password: apptest.Password, Role: instance.Admin})
		if err != nil {
			t.Fatal(err)
		}
		admin, dora, amina, visitor := v.SignedIn(boss), v.SignedIn(v.dora), v.SignedIn(v.amina), v.Browser()

		again := admin.Press(admin.Open("/admin/neighbourhoods/"+v.centre.ID.String()+"/organisations/new"), "main form.form button", apptest.Fields{"title": {"Épicerie"}, "username": {"epicerie"}, "sort": {"shop"}, "agent": {"nobody"}})
		if again.Status != http.StatusUnprocessableEntity || !again.Has("#agent-problem") {
			t.Fatalf("without anybody: %d", again.Status)
		}
		page := admin.Press(again, "main form.form button", apptest.Fields{"agent": {"dora"}})
		if page.Status != http.StatusOK || page.Path != "/@epicerie" {
			t.Fatalf("opened: %d at %s", page.Status, page.Path)
		}
		if p := amina.Open("/@epicerie/edit"); p.Status != http.StatusNotFound {
			t.Errorf("a neighbour edits it: %d", p.Status)
		}
		if p := admin.Open("/@epicerie/notices"); p.Status != http.StatusNotFound {
			t.Errorf("an administrator speaks as it: %d", p.Status)
		}

		form := dora.Open("/@epicerie/edit")
		open := []string{"0-24", "0-24", "0-24", "0-24", "0-24", "0-24", "0-24"}
		bad := dora.Press(form, "main form.form button", apptest.Fields{"summary": {"Du *pays*"}, "hours": append([]string{"le matin"}, open[1:]...), "needs": {"Des bocaux\n\n"}})
		if bad.Status != http.StatusUnprocessableEntity || !bad.Has("#hours-problem") || bad.Find("#hours-1").AttrOr("value", "") != "le matin" {
			t.Fatalf("with hours nobody understands: %d", bad.Status)
		}
		told := dora.Press(bad, "main form.form button", apptest.Fields{"hours": open})
		if told.Path != "/@epicerie" || !strings.Contains(told.Words("main"), "Ouvert en ce moment") || !strings.Contains(told.Words("main"), "Des bocaux") {
			t.Fatalf("told: %d at %s", told.Status, told.Path)
		}

		notice := dora.Press(dora.Open("/@epicerie/notices"), "main form.form button", apptest.Fields{"title": {"Huîtres"}, "text": {"Arrivage demain"}, "until": {time.Now().AddDate(0, 0, 3).Format(time.DateOnly)}})
		if notice.Status != http.StatusOK || !strings.Contains(notice.Words("article.post"), "Annonce · Commerce · jusqu’au") {
			t.Fatalf("notice: %d %s", notice.Status, notice.Words("article.post"))
		}
		at := notice.Path
		if got := titles(visitor.Open("/@centre?x=1")); !slices.Equal(got, []string{"Huîtres"}) {
			t.Errorf("the place shows %q", got)
		}
		if p := amina.Post(at+"/reply", apptest.Fields{"text": {"combien"}}); p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.Body, "On ne répond pas en public") {
			t.Errorf("answered in the open: %d", p.Status)
		}

		sent := amina.Press(amina.Open("/@epicerie/questions"), "main form.form button", apptest.Fields{"text": {"Ouverts le 24 ?"}})
		if sent.Status != http.StatusOK || !strings.Contains(sent.Words("main"), "Ouverts le 24") {
			t.Fatalf("asked: %d", sent.Status)
		}
		if p := v.SignedIn(v.bo).Open("/@epicerie/questions"); strings.Contains(p.Body, "Ouverts le 24") {
			t.Error("another neighbour reads the question")
		}
		if p := dora.Press(dora.Open("/@epicerie/questions"), "ul.rows form button", apptest.Fields{"answer": {"Jusqu’à midi."}}); p.Status != http.StatusOK {
			t.Errorf("answered: %d", p.Status)
		}
		if p := amina.Open("/@epicerie/questions"); !strings.Contains(p.Words("main"), "Jusqu’à midi.") {
			t.Error("who asked has no answer")
		}
		if p := dora.Post("/@epicerie/agents", apptest.Fields{"person": {"dora"}, "deed": {"remove"}}); p.Status != http.StatusUnprocessableEntity || !p.Has("#agent-problem") {
			t.Errorf("the last one goes: %d", p.Status)
		}
		if p := amina.Open("/messages/new?to=epicerie"); p.Status != http.StatusNotFound {
			t.Errorf("a message nobody reads: %d", p.Status)
		}

		rules := admin.Press(admin.Open("/admin/rules"), "main form.form button", apptest.Fields{"notices-a-month": {"1"}, "shops": {"yes"}})
		if rules.Status != http.StatusOK {
			t.Fatalf("rules: %d", rules.Status)
		}
		full := dora.Press(dora.Open("/@epicerie/notices"), "main form.form button", apptest.Fields{"text": {"Encore"}})
		if full.Status != http.StatusUnprocessableEntity || full.Find("#text").Text() != "Encore" || !strings.Contains(full.Words("#text-problem"), "c’est le maximum") {
			t.Errorf("one too many: %d %s", full.Status, full.Words("#text-problem"))
		}
	})
}
