package app_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/people"
	"palier/instance/store"
)

// A neighbourhood where few live joins the one beside it by vote, on its pages.
// Whoever followed it, here or elsewhere, follows the other one from then on.
func TestANeighbourhoodJoinsAnotherAndItsFollowersGoAlong(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		s, away := apptest.Open(t, engine, nil), apptest.Open(t, engine, nil)
		dinan := s.Place("dinan", "commune")
		few, big := s.Place("few", "neighbourhood", dinan.URI), s.Place("big", "neighbourhood", dinan.URI)
		var five []instance.Account
		for i := range 5 {
			five = append(five, s.Resident(fmt.Sprintf("voisin%d", i), few))
		}
		s.Resident("cem", big)
		if err := s.Boundaries.CountAll(t.Context()); err != nil {
			t.Fatal(err)
		}
		far := away.Place("rennes", "commune")
		dora := away.Resident("dora", far)
		if _, err := away.People.Follow(t.Context(), dora.ID, away.Find(s.Handle("few")).ID); err != nil {
			t.Fatal(err)
		}
		apptest.Settle(t, s, away)
		said := s.Post(five[0], few.ID, instance.ToPublic, "Le premier mot")
		apptest.Settle(t, s, away)

		b := s.SignedIn(five[0])
		p := b.Open("/@few/borders")
		if !p.Has("form[action='/@few/borders/merge']") || p.Has("form[action='/@few/borders/split']") {
			t.Fatalf("five households could: %s", p.Words("main"))
		}
		p = b.Press(p, "form[action='/@few/borders/merge'] button", nil)
		if p.Status != http.StatusOK || !p.Has("form[action$='/vote']") {
			t.Fatalf("proposed: %d, %s", p.Status, p.Words("main"))
		}
		if visitor := s.Browser().Open("/@few/borders"); visitor.Has("form[action$='/vote']") || !strings.Contains(visitor.Words("main"), "Les habitants vérifiés votent") {
			t.Errorf("a visitor reads: %s", visitor.Words("main"))
		}
		for _, a := range five {
			b := s.SignedIn(a)
			p = b.Press(b.Open("/@few/borders"), "form[action$='/vote'] button[value=yes]", nil)
			if p.Status != http.StatusOK || !strings.Contains(p.Words("main"), "Vous avez répondu oui") {
				t.Fatalf("voted: %d, %s", p.Status, p.Words("main"))
			}
		}
		history, err := s.Boundaries.History(t.Context(), few.ID)
		if err != nil || len(history) != 1 {
			t.Fatalf("history is %v, %v", history, err)
		}
		err = s.DB.InTx(t.Context(), func(tx store.Tx) error { // two weeks pass
			_, err := tx.Exec(t.Context(), `UPDATE boundary_proposals SET closes_at = opened_at`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Boundaries.Close(t.Context(), history[0].ID); err != nil {
			t.Fatal(err)
		}
		apptest.Settle(t, s, away)

		here, there := away.Find(s.Handle("few")), away.Find(s.Handle("big"))
		if here.MovedTo != there.URI {
			t.Errorf("elsewhere it is known to have moved to %q, want %q", here.MovedTo, there.URI)
		}
		for name, c := range map[string]struct {
			on               *apptest.Server
			follower, before instance.ActorID
			now              instance.ActorID
		}{
			"elsewhere": {away, dora.ID, here.ID, there.ID},
			"here":      {s, five[0].ID, few.ID, big.ID},
		} {
			for followee, want := range map[instance.ActorID]bool{c.before: false, c.now: true} {
				r, err := c.on.People.Relationships(t.Context(), c.follower, []instance.ActorID{followee})
				if err != nil || (r[followee].Follows == people.Following) != want {
					t.Errorf("%s: bond to %s is %+v, %v; want to follow %t", name, followee, r[followee], err, want)
				}
			}
		}
		visitor := s.Browser().Open("/@few")
		if visitor.Status != http.StatusOK || !strings.Contains(visitor.Words("main"), "fait maintenant partie") || !strings.Contains(visitor.Words("main"), "Le premier mot") {
			t.Errorf("its page says %d, %s", visitor.Status, visitor.Words("main"))
		}
		if page := s.Browser().Open("/@" + said.Author.Username + "/" + said.ID.String()); page.Status != http.StatusOK {
			t.Errorf("what was said there: %d", page.Status)
		}
		if page := s.SignedIn(five[1]).Post("/@few/join", nil); page.Status != http.StatusGone {
			t.Errorf("moving into it: %d", page.Status)
		}
	})
}
