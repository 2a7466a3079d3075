package app_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"palier/instance/apptest"
	"palier/instance/store"
)

// A neighbour invites, one question after another, and another comes; who comes
// is told to those who come and to the host, and to others as a number.
func TestAnEventIsThoughtOutAndAnswered(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		s := apptest.Open(t, engine, nil)
		rue := s.Place("rue", "neighbourhood")
		amina, bo, cem := s.Resident("amina", rue), s.Resident("bo", rue), s.Resident("cem", rue)
		b := s.SignedIn(amina)
		day := time.Now().AddDate(0, 0, 9).Format("2006-01-02")
		next := "form[action='/events/new'] .submit button"
		p := b.Press(b.Open("/events/new?in="+rue.ID.String()), next, apptest.Fields{"template": {"apero"}})
		if p.Find("#title").AttrOr("value", "") != "Apéro entre voisins" {
			t.Fatalf("the title that is suggested: %s", p.Words("main"))
		}
		p = b.Press(p, next, apptest.Fields{"title": {"Apéro de la cour"}})
		past := b.Press(p, next, apptest.Fields{"date": {"2020-02-30"}})
		if !strings.Contains(past.Words(".problems"), "n’existe pas") {
			t.Errorf("a day that there is not: %s", past.Words("main"))
		}
		past = b.Press(p, next, apptest.Fields{"date": {"2020-02-03"}})
		if !strings.Contains(past.Words(".problems"), "à venir") {
			t.Errorf("a day that is over: %s", past.Words("main"))
		}
		past = b.Press(p, next, apptest.Fields{"date": {day}, "end-date": {"2020-01-01"}})
		if !strings.Contains(past.Words(".problems"), "après le début") {
			t.Errorf("an end before the beginning: %s", past.Words("main"))
		}
		p = b.Press(p, next, apptest.Fields{"date": {day}})
		p = b.Press(p, next, apptest.Fields{"venue": {"Cour des Tilleuls"}, "access": {"step-free"}})
		if bad := b.Press(p, next, apptest.Fields{"capacity": {"-1"}}); !strings.Contains(bad.Words(".problems"), "nombre de 1 à") {
			t.Errorf("minus one place: %s", bad.Words("main"))
		}
		p = b.Press(p, next, apptest.Fields{"capacity": {"2"}})
		if got := p.Find("#bring").Text(); !strings.Contains(got, "Boissons") {
			t.Errorf("what the template brings: %q", got)
		}
		p = b.Press(p, next, apptest.Fields{"audience": {"neighbourhood"}, "bring": {"Boissons\nUne table"}})
		if p.Status != http.StatusOK || !strings.HasPrefix(p.Path, "/e/") || p.Words("h1") != "Apéro de la cour" || !strings.Contains(p.Words("main"), "sans marche") {
			t.Fatalf("%d at %s: %s", p.Status, p.Path, p.Words("main"))
		}
		path, _, _ := strings.Cut(p.Path, "#")

		c := s.SignedIn(bo)
		if list := c.Open("/@rue/events"); !strings.Contains(list.Words("main"), "Apéro de la cour") {
			t.Errorf("the place's calendar: %s", list.Words("main"))
		}
		if list := s.Browser().Open("/@rue/events"); strings.Contains(list.Words("main"), "Apéro") {
			t.Errorf("a stranger reads of it: %s", list.Words("main"))
		}
		q := c.Press(c.Open(path), "button[value=yes]", apptest.Fields{"seats": {"2"}, "note": {"avec une tarte"}})
		if !strings.Contains(q.Words("#answer .note"), "Vous venez") || !strings.Contains(q.Words("main"), "complet") {
			t.Fatalf("after the answer: %s", q.Words("main"))
		}
		q = c.Press(q, "#bring button[value=take]", nil)
		if !strings.Contains(q.Words("#bring"), "bo") {
			t.Errorf("what is brought: %s", q.Words("#bring"))
		}
		d := s.SignedIn(cem)
		q = d.Press(d.Open(path), "button[value=yes]", nil)
		if !strings.Contains(q.Words("#answer .note"), "liste d’attente") {
			t.Errorf("who comes too late: %s", q.Words("#answer"))
		}
		if strings.Contains(strings.Join(q.List(".people"), " "), "bo") {
			t.Errorf("who does not come reads who does")
		}
		p = b.Open(path + "/guests")
		if !strings.Contains(p.Words("main"), "avec une tarte") || !strings.Contains(p.Words("main"), "attend une place") {
			t.Errorf("what the host reads: %s", p.Words("main"))
		}
		if d.Open(path+"/guests").Status != http.StatusNotFound || d.Open(path+"/edit").Status != http.StatusNotFound {
			t.Error("who is no host may do what hosts do")
		}

		// Fewer places than are taken are refused; a cancelled one is told.
		p = b.Press(b.Open(path+"/edit"), ".submit button", apptest.Fields{"capacity": {"1"}})
		if p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.Words(".problems"), "2 places sont déjà prises") {
			t.Errorf("fewer places than are taken: %d %s", p.Status, p.Words("main"))
		}
		p = b.Press(b.Open(path+"/edit"), ".submit button", apptest.Fields{"status": {"cancelled"}})
		if p.Status != http.StatusOK || !strings.Contains(p.Words("main"), "Annulé") {
			t.Errorf("cancelled: %d %s", p.Status, p.Words("main"))
		}
		if got := c.Open("/notifications"); !strings.Contains(got.Words("main"), "annule") {
			t.Errorf("who comes was not told: %s", got.Words("main"))
		}
	})
}
