//go:build browser

package app_test

import (
	"regexp"
	"strings"
	"testing"

	"palier/instance/apptest"
	"palier/instance/places"
	"palier/instance/store"
)

// J11: somebody finds their association in the public registers, claims its page by a
// letter to its seat, says its hours and needs; a neighbour follows it. By the keyboard alone.
func TestJ11_ByTheKeyboard(t *testing.T) {
	walked(t, func(t *testing.T, sits sitting) {
		s := apptest.Open(t, sits.engine, nil)
		dinan := s.Place("dinan", "commune")
		if err := s.Places.Edit(t.Context(), dinan.ID, places.Plan{Title: "Dinan", Territory: "FR:COG:22050"}); err != nil {
			t.Fatal(err)
		}
		amina, bo, odette := s.Resident("amina", dinan), s.Resident("bo", dinan), s.Resident("odette", dinan)
		err := s.DB.InTx(t.Context(), func(tx store.Tx) error {
			_, err := tx.Exec(t.Context(), `
				INSERT INTO register_entries (id, register, key, name, folded, street, postal_code, insee, commune, imported_at)
				VALUES (1, 'rna', 'W223000001', 'Amicale du port', 'amicale du port', '3 rue Haute', '22100', '22050', 'Dinan', 1)`)
			if err == nil {
				_, err = tx.Exec(t.Context(), `UPDATE people SET role = 'admin' WHERE actor_id = $1`, odette.ID)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}

		k := sits.down(t, s)
		sits.signIn(k, s, amina)
		k.Open("/g/dinan/directory")
		k.Press("main a[href$='/directory/1']")
		claim := k.Path()
		k.Press("form:has(#username) button", "#username", "amicale", "input[name=way][value=letter]", "x")
		sits.signIn(k, s, odette)
		k.Open("/admin/claims")
		k.Press("main form.acts button")
		code := regexp.MustCompile(`[A-Z0-9]{5} ?[A-Z0-9]{5}`).FindString(k.Words("main .mono output"))
		if code == "" {
			t.Fatalf("the letter reads %q", k.Words("main"))
		}
		sits.signIn(k, s, amina)
		k.Open(claim)
		k.Press("form[action$='/code'] button", "#code", code)
		k.Open("/@amicale/edit")
		k.Press("form[action$='/edit'] button.button", "#summary", "On se retrouve le jeudi.", "#hours-4", "14:00-18:00", "#needs", "Quatre chaises")
		k.Open("/@amicale")
		for _, want := range []string{"On se retrouve le jeudi.", "Quatre chaises", "14:00-18:00"} {
			if got := k.Words("body"); !strings.Contains(got, want) {
				t.Errorf("the page reads %q, want %q in it", got, want)
			}
		}
		sits.signIn(k, s, bo)
		k.Open("/@amicale")
		k.Press("main form[action$='/follow'] button")
		var follows int
		err = s.DB.Read().QueryRow(t.Context(), `
			SELECT COUNT(*) FROM follows f JOIN actors a ON a.id = f.followee_id
			 WHERE f.follower_id = $1 AND a.username = 'amicale' AND f.state = 'accepted'`, bo.ID).Scan(&follows)
		if err != nil || follows != 1 {
			t.Errorf("bo follows it %d times, %v", follows, err)
		}
	})
}
