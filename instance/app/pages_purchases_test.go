package app_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

// typedIn is a time that is a while off, as a form sends it.
func typedIn(d time.Duration) string {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		panic(err)
	}
	return time.Now().In(paris).Add(d).Format("2006-01-02T15:04")
}

func TestJ5_APurchaseGoesFromTheFormToThePickUpOnPages(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		host, bo := v.SignedIn(v.amina), v.SignedIn(v.bo)
		if place := host.Open("/@tilleuls"); !place.Has("a[href^='/purchases/new?in=']") {
			t.Error("the place does not lead to a purchase")
		}
		form := host.Open("/purchases/new?template=free&in=" + v.tilleuls.ID.String())
		filled := apptest.Fields{
			"title": {"Pommes <b>"}, "text": {"Du verger"}, "supplier": {"Verger du Val"}, "unit": {"kilogram"}, "lot": {"25"}, "least": {"2,5"}, "most": {"20"},
			"deadline": {typedIn(48 * time.Hour)}, "audience": {"building"}, "price": {"1 € le kilo"},
		}
		wrong := host.Press(form, "main form button.button", filled)
		if wrong.Status != http.StatusUnprocessableEntity || !wrong.Has("#most-problem") || wrong.Find("#title").AttrOr("value", "") != "Pommes <b>" {
			t.Fatalf("no room for a lot: %d %s", wrong.Status, wrong.Words(".problems"))
		}
		filled["most"] = []string{"100"}
		page := host.Press(wrong, "main form button.button", filled)
		if page.Status != http.StatusOK || !strings.HasPrefix(page.Path, "/purchases/") || !strings.Contains(page.Words("main .sheet"), "0 kg sur 25 kg. Encore 25 kg jusqu’au prochain lot.") {
			t.Fatalf("opened: %d at %s: %s", page.Status, page.Path, page.Words("main"))
		}
		path := page.Path
		if again := host.Press(wrong, "main form button.button", filled); again.Path != path {
			t.Errorf("pressed twice it leads to %s", again.Path)
		}

		if few := bo.Press(bo.Open(path), "#order button.button", apptest.Fields{"wanted": {"1"}}); few.Status != http.StatusUnprocessableEntity || !few.Has("#wanted-problem") || few.Find("#wanted").AttrOr("value", "") != "1" {
			t.Errorf("too little: %d", few.Status)
		}
		ordered := bo.Press(bo.Open(path), "#order button.button", apptest.Fields{"wanted": {"12,5"}, "at-most": {"15"}})
		if !strings.Contains(ordered.Words("main .sheet"), "12,5 kg sur 25 kg. Encore 12,5 kg jusqu’au prochain lot.") || !strings.Contains(ordered.Words("#order"), "Vous avez commandé 12,5 kg, au plus 15 kg.") ||
			ordered.Find("#wanted").AttrOr("value", "") != "12,5" {
			t.Errorf("ordered: %s", ordered.Words("main"))
		}
		host.Press(host.Open(path), "#order button.button", apptest.Fields{"wanted": {"10"}})
		seen := bo.Open(path)
		if got := seen.List("ul.rows li"); !slices.Equal(got, []string{"bo12,5 kg", "amina10 kg"}) || seen.Has("#organise") {
			t.Errorf("who takes part sees %q", got)
		}
		card := bo.Open("/@tilleuls")
		if !strings.Contains(card.Words(".together"), "22,5 kg sur 25 kg.") || !card.Has(".together a[href='"+path+"']") {
			t.Errorf("its card says %q", card.Words(".together"))
		}
		if away := v.SignedIn(v.cem).Open(path); away.Status != http.StatusNotFound {
			t.Errorf("somebody from away: %d", away.Status)
		}
		late := host.Press(host.Open(path), "form[action$='/extend'] button", apptest.Fields{"deadline": {typedIn(72 * time.Hour)}})
		if !strings.Contains(late.Words(".flash"), "repoussée") {
			t.Errorf("put off: %d %s", late.Status, late.Words(".problems"))
		}
		closed := host.Press(late, "form[action$='/close'] button", nil)
		if !strings.Contains(closed.Words("main .sheet"), "Commande fermée : 25 kg.") {
			t.Fatalf("closed: %s", closed.Words("main"))
		}
		if mine := bo.Open(path); !strings.Contains(mine.Words("#order"), "Vous recevez 15 kg : 12,5 kg et un peu plus") {
			t.Errorf("the part is explained as %q", mine.Words("#order"))
		}

		slot := apptest.Fields{"starts": {typedIn(96 * time.Hour)[:11] + "10:00"}, "ends": {"09:00"}, "place": {"Le hall"}, "capacity": {"1"}}
		before := host.Press(closed, "form[action$='/slots'] button", slot)
		if before.Status != http.StatusUnprocessableEntity || !before.Has("#ends-problem") || before.Find("#place").AttrOr("value", "") != "Le hall" {
			t.Errorf("an end before the start: %d", before.Status)
		}
		slot["ends"] = []string{"11:00"}
		host.Press(before, "form[action$='/slots'] button", slot)
		if notices := bo.Open("/notifications"); notices.Find(".notices a[href='"+path+"']").Length() != 3 {
			t.Errorf("told: %q", notices.List(".notices li"))
		}
		choose := bo.Open(path)
		id := choose.Find("input[name=slot]").AttrOr("value", "")
		chosen := bo.Press(choose, "form[action$='/slot'] button", apptest.Fields{"slot": {id}})
		if !strings.Contains(chosen.Words("#order"), "Vous venez") {
			t.Errorf("chosen: %s", chosen.Words("#order"))
		}
		if full := host.Post(path+"/slot", apptest.Fields{"slot": {id}}); full.Status != http.StatusUnprocessableEntity || !full.Has("#slot-problem") {
			t.Errorf("a full pick-up: %d", full.Status)
		}
		list := host.Open(path + "/list")
		if got := list.List("table tbody tr"); !slices.Equal(got, []string{"bo15 kg☐☐", "amina10 kg☐☐"}) {
			t.Errorf("the list says %q", got)
		}
		host.Press(host.Open(path), "form[action$='/collected'] button", nil)
		ticked := host.Press(host.Open(path), "form[action$='/settled'] button", nil)
		if !strings.Contains(ticked.Words("table tbody tr"), "remis Décocher bo") || !strings.Contains(ticked.Words("table tbody tr"), "réglé Décocher") {
			t.Errorf("ticked: %s", ticked.Words("table tbody tr"))
		}
		if over := bo.Open(path); over.Has("form[action$='/slot']") || !over.Has("#order .badge.ok") {
			t.Errorf("who has it is asked when they come: %s", over.Words("#order"))
		}
		csv := host.Open(path + "/sheet.csv")
		if csv.Header.Get("Content-Type") != "text/csv; charset=utf-8" || !strings.Contains(csv.Body, "bo,12.5,15,15,kilogram,") || !strings.Contains(csv.Body, ",yes,yes\n") {
			t.Errorf("the table is %q", csv.Body)
		}
		for _, private := range []string{"/sheet", "/list", "/sheet.csv"} {
			if p := bo.Open(path + private); p.Status != http.StatusNotFound {
				t.Errorf("%s is shown to others: %d", private, p.Status)
			}
		}
		if done := host.Press(host.Open(path), "form[action$='/finish'] button", nil); !strings.Contains(done.Words(".flash"), "terminée") || done.Has("form[action$='/slots']") {
			t.Errorf("done: %s", done.Words("main"))
		}
	})
}

// BenchmarkPurchasePage reads a purchase with 300 orders as its organiser and as
// a neighbour who takes part.
func BenchmarkPurchasePage(b *testing.B) {
	for _, engine := range storetest.Engines() {
		s := apptest.Open(b, engine, nil)
		centre := s.Place("centre", "neighbourhood")
		amina, bo := s.Resident("amina", centre), s.Resident("bo", centre)
		p, err := s.Purchases.Open(b.Context(), s.Viewer(amina), instance.Draft{
			Title: "Pommes", Audience: instance.ToNeighbourhood, Group: centre.ID,
			Proposal: &instance.Proposal{Unit: "kilogram", Quantity: instance.Whole(10_000), Step: instance.Whole(25), Ends: time.Now().Add(48 * time.Hour)},
		}, instance.Purchase{Template: "free"})
		if err != nil {
			b.Fatal(err)
		}
		err = s.DB.InTx(b.Context(), func(tx store.Tx) error {
			if err := s.Purchases.Order(b.Context(), tx, p.ID, bo.ID, instance.OrderPlan{Wanted: instance.One}); err != nil {
				return err
			}
			for i := range 299 {
				id := 1_000_000 + i
				if _, err := tx.Exec(b.Context(), `INSERT INTO actors (id, uri, kind, username, username_key, host, name, created_at, updated_at)
					VALUES ($1, $2, 'Person', $3, $3, 'rance.example', $3, 1, 1)`, id, fmt.Sprintf("https://rance.example/%d", i), fmt.Sprintf("n%d", i)); err != nil {
					return err
				}
				if err := s.Purchases.Order(b.Context(), tx, p.ID, instance.ActorID(id), instance.OrderPlan{Wanted: instance.Whole(1 + i%9)}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
		for name, who := range map[string]instance.Account{"organiser": amina, "neighbour": bo} {
			cookies := s.SignedIn(who).Cookies()
			b.Run(name+"/"+string(engine), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, "/purchases/"+p.ID.String(), nil)
					r.Header.Set("Accept", "text/html")
					for _, c := range cookies {
						r.AddCookie(c)
					}
					w := httptest.NewRecorder()
					s.Handler().ServeHTTP(w, r)
					if w.Code != http.StatusOK || w.Body.Len() < 2000 {
						b.Fatalf("%d with %d bytes", w.Code, w.Body.Len())
					}
				}
			})
		}
	}
}
