//go:build browser

package app_test

import (
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/organisations"
)

// J12: the people of a house share its works and its meeting, speak of what is
// wrong to whoever manages it, ask and vote, by the keyboard alone.
func TestJ12_ByTheKeyboard(t *testing.T) {
	walked(t, func(t *testing.T, sits sitting) {
		v := newVillage(t, sits.engine, nil)
		marc := v.Resident("marc")
		syndic, err := v.Organisations.Open(t.Context(), organisations.Plan{Username: "cabinet", Title: "Cabinet Martin", Sort: instance.Syndic, Place: v.tilleuls.ID, Agent: marc.ID})
		if err != nil {
			t.Fatal(err)
		}
		const space, send = "/g/tilleuls/space", "main form.form button.button"
		k := sits.down(t, v.Server)
		sits.signIn(k, v.Server, v.amina)
		k.Open("/@tilleuls")
		k.Press("a[href='" + space + "']")
		k.Press("#works a[href$='sort=works']")
		k.Press(send, "#title", "Colonne d’eau", "#starts", typedIn(24*time.Hour), "#ends", typedIn(26*time.Hour), "#cut", "water", "#concerns", "Escalier B")
		if !strings.Contains(k.Words("#works"), "Colonne d’eau") {
			t.Errorf("the works read %q", k.Words("#works"))
		}
		k.Press("#incidents a[href$='sort=incidents']")
		k.Press(send, "#title", "Fuite au parking", "#where", "Niveau -1", "input[name=to][value='"+syndic.ID.String()+"']", "x")
		k.Press("#questions form button.button", "#text", "Quand viendra le plombier ?", "#shared", "yes")
		k.Press("#polls a[href^='/compose']")
		k.Press(send, "#text", "Repeindre la cage ?", "#option-0", "oui", "#option-1", "non")

		sits.signIn(k, v.Server, marc)
		k.Open("/@cabinet")
		k.Press("a[href='" + space + "']")
		k.Press("#incidents button[value=taken]")
		k.Press("#meetings a[href$='sort=meetings']")
		k.Press(send, "#starts", typedIn(72*time.Hour), "#where", "Salle du port", "#agenda", "1. Comptes, 2. Toiture")
		k.Press("#questions a[href$='/questions']")
		k.Press("form[action*='/questions/'] button.button", "textarea[name=answer]", "Mardi matin.")

		sits.signIn(k, v.Server, v.bo)
		k.Open(space)
		for part, want := range map[string]string{"#works": "Colonne d’eau", "#meetings": "Salle du port", "#incidents": "Fuite au parking", "#questions": "Mardi matin.", "#polls": "Repeindre la cage"} {
			if got := k.Words(part); !strings.Contains(got, want) {
				t.Errorf("%s reads %q, want %q in it", part, got, want)
			}
		}
		k.Press("#polls .poll button", "#polls .poll input[type=radio]", "x")
		var votes int
		if err := v.DB.Read().QueryRow(t.Context(), `SELECT COUNT(*) FROM poll_votes`).Scan(&votes); err != nil || votes != 1 {
			t.Errorf("%d votes, %v", votes, err)
		}
	})
}

// J21: somebody on another server finds a neighbourhood, follows it, reads what it
// says to all, shares, answers and comes to an event; by the keyboard alone.
func TestJ21_ByTheKeyboard(t *testing.T) {
	walked(t, func(t *testing.T, sits sitting) {
		town, away := apptest.Open(t, sits.engine, nil), apptest.Open(t, sits.engine, nil)
		centre, far := town.Place("centre", "neighbourhood"), away.Place("rennes", "commune")
		odette, nadia := town.Resident("odette", centre), away.Resident("nadia", far)
		if err := town.Places.SetModerator(t.Context(), centre.ID, odette.ID, true); err != nil {
			t.Fatal(err)
		}
		there := sits.down(t, away)
		sits.signIn(there, away, nadia)
		there.Open("/follow")
		there.Press("form[action='/follow'] button", "#address", "@"+town.Handle("centre"))
		there.Press("form[action$='/follow'][method=post] button")
		apptest.Settle(t, town, away)

		here := sits.down(t, town)
		here.Name += "-here"
		sits.signIn(here, town, odette)
		here.Open("/compose?in=" + centre.ID.String())
		here.Press("main form button.button", "#title", "Le marché revient", "#text", "Samedi, place du port.", "input[name=audience][value=public]", "x")
		d := meal(3)
		d.Group = centre.ID
		meets := invite(t, town, odette, d, true)
		apptest.Settle(t, town, away)

		there.Open("/home")
		if text := there.Words("main"); !strings.Contains(text, "Le marché revient") || !strings.Contains(text, "Repas de quartier") {
			t.Fatalf("what is followed from elsewhere reads %q", text)
		}
		there.Press("button[formaction$='/share']")
		there.Press("main a.post-act[href*='#reply']")
		there.Press("#reply button.button", "#text", "À quelle heure ?")
		apptest.Settle(t, town, away)

		there.Press("button[value=yes]")
		apptest.Settle(t, town, away)

		here.Open("/e/" + meets.ID.String())
		if text := here.Words("main"); !strings.Contains(text, "À quelle heure ?") {
			t.Errorf("the answer from elsewhere is not on the page of the event for who invites: %q", text)
		}
		if thread, err := town.Posts.Thread(t.Context(), instance.Anyone, meets.ID, 0); err != nil || len(thread) != 1 {
			t.Errorf("anyone reads %d posts before it is let through, %v", len(thread), err)
		}
		here.Press("form[action$='/waiting'] button[value=through]")
		if thread, err := town.Posts.Thread(t.Context(), instance.Anyone, meets.ID, 0); err != nil || len(thread) != 2 {
			t.Errorf("anyone reads %d posts once it is let through, %v", len(thread), err)
		}
		if got := taken(t, town, meets.ID); got != [2]int{1, 0} {
			t.Errorf("taken and waiting: %v", got)
		}
		var shares int
		if err := town.DB.Read().QueryRow(t.Context(), `SELECT COUNT(*) FROM boosts b JOIN actors a ON a.id = b.actor_id WHERE a.username = 'nadia'`).Scan(&shares); err != nil || shares != 1 {
			t.Errorf("shared %d times, %v", shares, err)
		}
	})
}
