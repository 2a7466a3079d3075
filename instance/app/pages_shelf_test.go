package app_test

import (
	"strings"
	"testing"

	"palier/instance/apptest"
	"palier/instance/store"
)

// A neighbour recommends a book and a page by a form without script; the others
// read both, nothing of the page is loaded, and who adds something takes it off.
func TestC19_NeighboursFillAShelf(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		s := newStreet(t, engine)
		amina, bo := s.SignedIn(s.amina), s.SignedIn(s.bo)
		place := amina.Open("/@rue")
		shelf := amina.Open(link(t, place, "a[href='/g/rue/shelf']"))
		add := "form[method=post][action='/g/rue/shelf'] button"
		wrong := amina.Press(shelf, add, apptest.Fields{"sort": {"link"}, "title": {"Exercices"}, "found": {"exercices"}})
		if wrong.Status != 422 || !wrong.Has("#found-problem") || wrong.Find("#title").AttrOr("value", "") != "Exercices" {
			t.Fatalf("an address that is none is %d: %s", wrong.Status, wrong.Words("main"))
		}
		if p := amina.Press(wrong, add, apptest.Fields{"found": {"https://exercices.example/tables"}}); p.Status != 200 || !strings.Contains(p.Words("ul.rows"), "exercices.example") {
			t.Fatalf("a page is %d: %s", p.Status, p.Words("main"))
		}
		if p := amina.Press(amina.Open("/g/rue/shelf"), add, apptest.Fields{"sort": {"book"}, "title": {"<b>Mangeclous</b>"}, "maker": {"Albert Cohen"}, "found": {"boîte à livres"}}); p.Status != 200 {
			t.Fatalf("a book is %d: %s", p.Status, p.Words("main"))
		}
		read := bo.Open("/g/rue/shelf")
		if text := read.Words("ul.rows"); !strings.Contains(text, "<b>Mangeclous</b>") || !strings.Contains(text, "Albert Cohen") || !strings.Contains(text, "Où le trouver : boîte à livres") {
			t.Errorf("the neighbour reads %q", text)
		}
		if read.Has("main img[src*='exercices']") || read.Has("form[action$='/take-off']") {
			t.Error("something is loaded from elsewhere, or is another's to take off")
		}
		if p := bo.Open("/g/rue/shelf?sort=book"); strings.Contains(p.Words("ul.rows"), "exercices.example") {
			t.Error("a page stands among the books")
		}
		if p := s.SignedIn(s.yann).Open("/g/rue/shelf"); p.Status != 404 {
			t.Errorf("who lives elsewhere reads it: %d", p.Status)
		}
		if p := s.Browser().Open("/g/rue/shelf"); strings.Contains(p.Body, "Mangeclous") {
			t.Error("who is not signed in reads it")
		}
		off := amina.Press(amina.Open("/g/rue/shelf?sort=book"), "form[action$='/take-off'] button", nil)
		if strings.Contains(off.Words("ul.rows"), "Mangeclous") {
			t.Errorf("taken off it stands there still: %s", off.Words("main"))
		}
	})
}
