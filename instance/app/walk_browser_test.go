//go:build browser

package app_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/apptest/chromium"
	"palier/instance/config"
	"palier/instance/places"
	"palier/instance/store"
)

// sitting is one way in which every journey is walked.
type sitting struct {
	engine store.Engine
	chromium.Sitting
}

// sittings are the ways in which every journey is walked: on a telephone without
// script, and at a wide window from right to left with it, each on the other
// database.
var sittings = []sitting{
	{store.SQLite, chromium.Sitting{Name: "fr-360", Language: "fr", Width: 360, NoScript: true}},
	{store.Postgres, chromium.Sitting{Name: "ar-1280", Language: "ar", Width: 1280}},
}

// walked has a journey walked in each of the ways.
func walked(t *testing.T, journey func(t *testing.T, sits sitting)) {
	for _, s := range sittings {
		t.Run(s.Name, func(t *testing.T) {
			s.Name = strings.ReplaceAll(t.Name(), "/", "-")
			journey(t, s)
		})
	}
}

// down opens a browser at a server for somebody who goes by the keyboard.
func (sits sitting) down(t *testing.T, s *apptest.Server) *chromium.Keyboard {
	t.Helper()
	sits.Site = s.URL
	return chromium.NewKeyboard(t, sits.Sitting)
}

// signIn makes the browser that of somebody who reads the language of the sitting.
func (sits sitting) signIn(k *chromium.Keyboard, s *apptest.Server, a instance.Account) {
	k.T.Helper()
	err := s.DB.InTx(k.T.Context(), func(tx store.Tx) error {
		_, err := tx.Exec(k.T.Context(), `UPDATE people SET locale = $2 WHERE actor_id = $1`, a.ID, sits.Language)
		return err
	})
	if err != nil {
		k.T.Fatal(err)
	}
	k.As(s.SignedIn(a).Cookies())
}

// J1: a newcomer goes from their address to who they are here, and proves where
// they live in each of the six ways, by the keyboard alone.
func TestJ1_ByTheKeyboard(t *testing.T) {
	walked(t, func(t *testing.T, sits sitting) {
		hall := newTownHall(t)
		v := surveyed(t, sits.engine, func(c *config.Config) {
			c.OIDC = config.OIDC{Issuer: hall.URL, ClientID: "palier", Claim: "insee", AddressClaim: "address"}
		})
		k := sits.down(t, v.Server)

		// From the address to an account.
		k.Open("/")
		k.Press("a[href='/find']")
		k.Press("form[action='/find'] button", "#address", "12 bis rue de la lainerie dinan")
		if k.Has(".suggestion") {
			k.Press("a.suggestion")
		}
		if k.Has(".numbers a") {
			k.Press(".numbers a")
		}
		k.Press(".found a.button")
		k.Press("form[action='/join'] button", "#name", "Marie Le Goff")
		k.Press("form[action='/join/email'] button", "#email", "marie@exemple.fr")
		k.Open(linkIn(t, v.Server, "marie@exemple.fr"))
		k.Press("main form button")
		k.Press("form:has(#password) button", "#password", apptest.Password)
		k.Sees("a[href^='/prove']")
		k.Press("a[href^='/prove']")
		verified := func(how string) {
			t.Helper()
			k.Open("/prove")
			if !k.Has(".badge.ok") {
				t.Errorf("not verified by %s: %s", how, k.Words("main"))
			}
		}

		// By a letter.
		admin := v.SignedIn(clerk(v))
		k.Press("a[href^='/prove/letter']")
		k.Press("form[action='/prove/letter'] button", "#name", "Marie Le Goff", "#address", "12 bis rue de la Lainerie\n22100 Dinan")
		sheets := admin.Press(admin.Open("/admin/letters"), "form[action='/admin/letters/print'] button", nil)
		k.Press("a[href='/prove/code']")
		k.Press("form[action='/prove/code'] button", "#code", sheets.Words(".letter-code"))
		verified("a letter")

		// By two neighbours.
		eve := declared(v, "eve", v.centre)
		sits.signIn(k, v.Server, eve)
		k.Open("/prove/neighbours?in=" + v.centre.ID.String())
		k.Press("button[value=ask]")
		for i, name := range []string{"gwen", "hugo"} {
			sits.signIn(k, v.Server, settledIn(v, name, []string{"1", "2"}[i]+" rue du Port", v.centre))
			k.Open("/vouch")
			k.Press("a.name[href^='/vouch/']")
			k.Press("button[value=vouch]")
		}
		sits.signIn(k, v.Server, eve)
		verified("two neighbours")

		// By the code on the screen of the hall, and one neighbour.
		finn, kim := declared(v, "finn", v.tilleuls), v.Resident("kim", v.tilleuls)
		if err := v.Places.SetModerator(t.Context(), v.tilleuls.ID, kim.ID, true); err != nil {
			t.Fatal(err)
		}
		proving := "/admin/neighbourhoods/" + v.tilleuls.ID.String() + "/proving"
		sits.signIn(k, v.Server, kim)
		k.Open(proving)
		k.Press("button[value=screen]")
		k.Open("/")
		device := v.Browser()
		hang(v.SignedIn(kim), device, "tilleuls", nil)
		at := "?in=" + v.tilleuls.ID.String()
		sits.signIn(k, v.Server, finn)
		k.Open("/prove/hall" + at)
		k.Press("form[action='/prove/hall'] button", "#code", device.Open("/screen").Words(".hall-code"))
		k.Open("/prove/neighbours" + at)
		k.Press("button[value=ask]")
		sits.signIn(k, v.Server, settledIn(v, "ines", "3 rue du Port", v.tilleuls))
		k.Open("/vouch")
		k.Press("a.name[href^='/vouch/']")
		k.Press("button[value=vouch]")
		sits.signIn(k, v.Server, finn)
		verified("the code in the hall and a neighbour")

		// By a document at a desk.
		jean, anne := declared(v, "jean", v.centre), v.Resident("anne")
		admin.Press(admin.Open("/admin/neighbourhoods/"+v.centre.ID.String()+"/proving"), "button[value=agent]", apptest.Fields{"person": {"anne"}})
		sits.signIn(k, v.Server, jean)
		k.Open("/prove/desk?in=" + v.centre.ID.String())
		number := k.Words(".big-code")
		sits.signIn(k, v.Server, anne)
		k.Open("/desk")
		k.Press("form[action='/desk'] button", "#number", number)
		k.Press("form[action='/desk/see'] button", "input[name=document][value=rent]", "rent")
		sits.signIn(k, v.Server, jean)
		verified("a document at a desk")

		// By the list of a house.
		lena := declared(v, "lena", v.tilleuls)
		sits.signIn(k, v.Server, kim)
		k.Open(proving)
		k.Press("button[value=list]", "textarea[name=list]", "LE GALL Lena; Porte 12")
		sits.signIn(k, v.Server, lena)
		k.Open("/prove/list" + at)
		k.Press("form[action='/prove/list'] button", "#person", "Lena Le Gall", "#door", "12")
		verified("the list of the house")

		// By the account of a council.
		town, err := v.Places.Create(t.Context(), places.Plan{Username: "ville", Title: "Ville", Kind: "commune", Territory: "FR:COG:22050"})
		if err != nil {
			t.Fatal(err)
		}
		noe := declared(v, "noe", town)
		hall.leads(v.URL, map[string]any{"sub": "noe", "insee": "22050"})
		sits.signIn(k, v.Server, noe)
		k.Trusts(strings.TrimPrefix(hall.URL, "http://"))
		k.Open("/prove/council")
		k.Press("form[action='/prove/council'] button")
		verified("the account of the council")
	})
}

// J2, J3, J4: somebody asks, offers, says, and lends something that comes back,
// by the keyboard alone.
func TestJ4_ByTheKeyboard(t *testing.T) {
	walked(t, func(t *testing.T, sits sitting) {
		s := newStreet(t, sits.engine)
		k := sits.down(t, s.Server)
		proposes := func(path string, answers map[string][]string) {
			t.Helper()
			k.Open(path)
			for range 8 {
				step := k.Step()
				if step == "" {
					return
				}
				k.Press("button[value=next]", answers[step]...)
			}
			t.Fatalf("the questions of %s do not end", path)
		}
		sits.signIn(k, s.Server, s.amina)
		k.Open("/home")
		k.Press(".three a[href^='/ask/new']")
		proposes("/ask/new", map[string][]string{
			"kind": {"input[name=kind][value=service]", "x"}, "category": {"input[name=category][value=errands]", "x"},
			"what": {"#title", "Des courses", "#text", "Du pain et du lait"}, "whom": {"input[name=audience][value=neighbourhood]", "x"},
		})
		if !strings.Contains(k.Words("h1"), "Des courses") {
			t.Errorf("what was asked for reads %q", k.Words("main"))
		}
		proposes("/offer/new", map[string][]string{
			"kind": {"input[name=kind][value=lending]", "x"}, "category": {"input[name=category][value=kitchen]", "x"},
			"what": {"#title", "Appareil à raclette", "#text", "Pour huit."}, "whom": {"input[name=audience][value=neighbourhood]", "x"},
		})
		offer := k.Path()
		from := time.Now().AddDate(0, 0, 1)
		sits.signIn(k, s.Server, s.bo)
		k.Open(offer)
		k.Press("a[href$='/take']")
		k.Press("form[action$='/take'] button", "#from", from.Format("2006-01-02"), "#until", from.AddDate(0, 0, 2).Format("2006-01-02"))
		sits.signIn(k, s.Server, s.amina)
		k.Open(offer)
		k.Press("button[formaction$='/accept']")
		k.Press("button[formaction$='/hand-over']")
		k.Press("button[formaction$='/return']")
		sits.signIn(k, s.Server, s.bo)
		k.Open("/exchange")
		k.Sees("a[href*='/agreements/'], a[href='" + offer + "']")
		var state string
		if err := s.DB.Read().QueryRow(t.Context(), `SELECT state FROM agreements`).Scan(&state); err != nil || state != "returned" && state != "done" {
			t.Errorf("the loan is %q, %v", state, err)
		}
		k.Open("/compose?in=" + s.rue.ID.String())
		k.Press("main form button.button", "#text", "Bonjour à tous", "input[name=audience][value=neighbourhood]", "x")
		if !strings.Contains(k.Words("main"), "Bonjour à tous") {
			t.Errorf("what was said reads %q", k.Words("main"))
		}
	})
}

// J5, J6: a purchase together to its pick-up and a seat in a car, by the keyboard
// alone.
func TestJ5_ByTheKeyboard(t *testing.T) {
	walked(t, func(t *testing.T, sits sitting) {
		v := newVillage(t, sits.engine, nil)
		k := sits.down(t, v.Server)
		sits.signIn(k, v.Server, v.amina)
		k.Open("/@tilleuls")
		k.Press("a[href^='/purchases/new?in=']")
		k.Open("/purchases/new?template=free&in=" + v.tilleuls.ID.String())
		k.Press("main form button.button", "#title", "Pommes", "#text", "Du verger", "#supplier", "Verger du Val", "#unit", "kilogram", "#lot", "25", "#most", "100",
			"#deadline", typedIn(48*time.Hour), "input[name=audience][value=building]", "x")
		path := k.Path()
		sits.signIn(k, v.Server, v.bo)
		k.Open(path)
		k.Press("#order button.button", "#wanted", "12,5", "#at-most", "15")
		sits.signIn(k, v.Server, v.amina)
		k.Open(path)
		k.Press("#order button.button", "#wanted", "10")
		k.Press("form[action$='/close'] button")
		k.Press("form[action$='/slots'] button", "#starts", typedIn(96 * time.Hour)[:11]+"10:00", "#ends", "11:00", "#place", "Le hall", "#capacity", "3")
		sits.signIn(k, v.Server, v.bo)
		k.Open(path)
		k.Press("form[action$='/slot'] button", "input[name=slot]", "x")
		sits.signIn(k, v.Server, v.amina)
		k.Open(path)
		k.Press("form[action$='/collected'] button")
		k.Press("form[action$='/settled'] button")
		var collected int
		if err := v.DB.Read().QueryRow(t.Context(), `SELECT COUNT(*) FROM purchase_orders WHERE collected_at IS NOT NULL AND settled_at IS NOT NULL`).Scan(&collected); err != nil || collected != 1 {
			t.Errorf("%d orders were picked up and settled, %v", collected, err)
		}

		k.Open("/rides/new?in=" + v.tilleuls.ID.String())
		k.Press("main form button.button", "#title", "Vers Rennes", "input[name=mode][value=car]", "x", "#from", "22100 Dinan", "#from-place", "Gare", "#to", "Rennes",
			"#starts", typedIn(48 * time.Hour)[:11]+"07:40", "#seats", "1", "input[name=audience][value=building]", "x")
		ride := k.Path()
		sits.signIn(k, v.Server, v.bo)
		k.Open(ride)
		k.Press("form[action$='/ask'] button")
		sits.signIn(k, v.Server, v.amina)
		k.Open(ride)
		k.Press("button[value=accept]")
		sits.signIn(k, v.Server, v.bo)
		k.Open(ride)
		k.Sees("form[action$='/trips'] button")
	})
}

// J7: neighbours meet; one answers with an account and one by a letter without,
// by the keyboard alone. (Those of Mobilizon and Mastodon answer by their own
// programs: see TestSomebodyOnMobilizonComes and TestAReplyFromMastodonIsAnAnswer.)
func TestJ7_ByTheKeyboard(t *testing.T) {
	walked(t, func(t *testing.T, sits sitting) {
		s := apptest.Open(t, sits.engine, nil)
		rue := s.Place("rue", "neighbourhood")
		amina, bo := s.Resident("amina", rue), s.Resident("bo", rue)
		k := sits.down(t, s)
		next := "form[action='/events/new'] .submit button"
		sits.signIn(k, s, amina)
		k.Open("/events/new?in=" + rue.ID.String())
		k.Press(next, "input[name=template][value=apero]", "x")
		k.Press(next, "#title", "Apéro de la cour")
		k.Press(next, "#date", time.Now().AddDate(0, 0, 9).Format("2006-01-02"))
		k.Press(next, "#venue", "Cour des Tilleuls", "input[name=access][value=step-free]", "x")
		k.Press(next, "#capacity", "9")
		k.Press(next, "input[name=audience][value=public]", "x", "#bring", "Boissons\nUne table")
		path, _, _ := strings.Cut(k.Path(), "#")
		if !strings.HasPrefix(path, "/e/") {
			t.Fatalf("after the last question at %s: %s", path, k.Words("main"))
		}
		sits.signIn(k, s, bo)
		k.Open(path)
		k.Press("button[value=yes]", "#seats", "2")
		k.Press("#bring button[value=take]")
		k.As(nil)
		k.Open(path)
		k.Press("#guest .button", "#name", "Léa", "#email", "lea@example.org")
		letters, err := s.Mail.Letters(t.Context(), "lea@example.org", 0, 10)
		if err != nil || len(letters) != 1 {
			t.Fatalf("%d letters, %v", len(letters), err)
		}
		k.Open(regexp.MustCompile(`/e/guest/[A-Z2-7]+`).FindString(letters[0].Text))
		k.Press("button[value=yes]")
		sits.signIn(k, s, amina)
		k.Open(path + "/guests")
		if got := k.Words("main"); !strings.Contains(got, "Léa") || !strings.Contains(got, "bo") {
			t.Errorf("who comes: %s", got)
		}
	})
}

// leads has the town hall send everybody who comes back to a server, as the
// account of claims.
func (h *townHall) leads(site string, claims map[string]any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.authorize = func(w http.ResponseWriter, r *http.Request) {
		at := url.URL{Path: "/authorize", RawQuery: r.URL.RawQuery}
		http.Redirect(w, r, site+h.comes(at.String(), claims), http.StatusSeeOther)
	}
}
