package app_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"palier/instance/apptest"
	"palier/instance/store"
)

func TestR9_NumbersComeFirstThenNeighboursWhoSaidYes(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		stranger := v.Browser().Open("/help")
		var numbers []string
		for _, href := range stranger.Find(".emergency a").EachIter() {
			numbers = append(numbers, href.AttrOr("href", ""))
		}
		if want := []string{"tel:15", "tel:17", "tel:18", "tel:112", "sms:114", "tel:115", "tel:119", "tel:3919"}; !slices.Equal(numbers, want) {
			t.Errorf("whoever comes by can dial %q, want %q", numbers, want)
		}
		if !strings.Contains(stranger.Words("main"), "n’est pas un service de secours") || stranger.Has("form[action='/help/call']") {
			t.Error("the page passes for more than it is")
		}

		amina, bo := v.SignedIn(v.amina), v.SignedIn(v.bo)
		if p := amina.Press(amina.Open("/help/neighbours"), "form.form button.button", apptest.Fields{"who": {"personne"}}); p.Status != http.StatusUnprocessableEntity || !p.Has("#who-problem") {
			t.Errorf("somebody unknown: %d", p.Status)
		}
		if p := amina.Press(amina.Open("/help/neighbours"), "form.form button.button", apptest.Fields{"who": {"dora"}}); p.Status != http.StatusOK {
			t.Errorf("somebody of the same commune: %d", p.Status)
		}
		amina.Press(amina.Open("/help/neighbours"), "form.form button.button", apptest.Fields{"who": {"Bo"}})
		if got := bo.Open("/notifications").Words(".notice a"); !strings.Contains(got, "amina aimerait pouvoir vous appeler") {
			t.Errorf("who is asked reads %q", got)
		}
		agreed := bo.Press(bo.Open("/help/neighbours"), "button[value=yes]", apptest.Fields{"phone": {"06 12 34 56 78"}})
		if !strings.Contains(agreed.Words(".flash"), "C’est d’accord") {
			t.Errorf("after the yes: %d %q", agreed.Status, agreed.Words(".flash"))
		}
		if v.SignedIn(v.cem).Open("/help").Has("a[href='tel:0612345678']") || !amina.Open("/help").Has("a[href='tel:0612345678']") {
			t.Error("the number is for the one it was given to")
		}

		called := amina.Press(amina.Open("/help"), "form[action='/help/call'] button", nil)
		if !strings.Contains(called.Words("#neighbours"), "Personne n’a encore répondu") {
			t.Errorf("after calling: %d %q", called.Status, called.Words("#neighbours"))
		}
		coming := bo.Press(bo.Open("/help"), "button[value=coming]", nil)
		if coming.Status != http.StatusOK || !strings.Contains(amina.Open("/help").Words("#neighbours"), "Arrive : bo") {
			t.Errorf("who called reads %q", amina.Open("/help").Words("#neighbours"))
		}
		amina.Press(amina.Open("/help"), "form[action='/help/end'] button", nil)
		if bo.Open("/help").Has("button[value=coming]") {
			t.Error("what is over still calls")
		}
		for range 2 {
			amina.Post("/help/call", nil)
			amina.Post("/help/end", nil)
		}
		if p := amina.Post("/help/call", nil); p.Status != http.StatusTooManyRequests || !p.Has(".emergency a[href='tel:15']") || !p.Has("#who-problem") {
			t.Errorf("one call too many: %d", p.Status)
		}
	})
}
