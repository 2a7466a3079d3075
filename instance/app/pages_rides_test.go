package app_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"palier/instance/apptest"
	"palier/instance/store"
)

func TestJ6_ARideGoesFromTheFormToATripSharedOnPages(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		driver, bo := v.SignedIn(v.amina), v.SignedIn(v.bo)
		form := driver.Open("/rides/new?in=" + v.tilleuls.ID.String())
		filled := apptest.Fields{
			"title": {"Vers Rennes"}, "mode": {"car"}, "from": {"22100 Dinan"}, "from-place": {"12 rue Haute"}, "to": {"Rennes"},
			"starts": {typedIn(48 * time.Hour)[:11] + "07:40"}, "seats": {"1"}, "audience": {"building"}, "day": {"1", "2", "3", "4", "5", "6", "7"},
		}
		wrong := driver.Press(form, "main form button.button", filled)
		if wrong.Status != http.StatusUnprocessableEntity || !wrong.Has("#from-place-problem") || wrong.Find("input[name=day][checked]").Length() != 7 {
			t.Fatalf("an address: %d %s", wrong.Status, wrong.Words(".problems"))
		}
		filled["from-place"] = []string{"Gare"}
		page := driver.Press(wrong, "main form button.button", filled)
		if page.Status != http.StatusOK || !strings.HasPrefix(page.Path, "/rides/") || !strings.Contains(page.Words("main .sheet"), "Départ : Gare, Dinan · arrivée : Rennes") {
			t.Fatalf("offered: %d at %s: %s", page.Status, page.Path, page.Words("main"))
		}
		path := page.Path
		found := bo.Press(bo.Open("/rides"), "main form button.button", apptest.Fields{"from": {"dinan"}, "to": {"35000"}, "starts": {"08:05"}, "day": {"1"}})
		if !found.Has(".together a[href='"+path+"']") || !strings.Contains(found.Words(".together"), "1 place libre") {
			t.Errorf("found: %s", found.Words("main"))
		}
		if late := bo.Open("/rides?from=Dinan&to=Rennes&starts=08:11"); late.Has(".together") || !strings.Contains(late.Body, "Aucun trajet") {
			t.Errorf("half an hour later: %s", late.Words("main"))
		}
		bo.Press(bo.Open(path), "form[action$='/ask'] button", nil)
		waiting := driver.Open(path)
		if !strings.Contains(waiting.Words("#seat li"), "bo") || !driver.Open("/notifications").Has(".notices a[href='"+path+"']") {
			t.Errorf("the driver sees %s", waiting.Words("#seat"))
		}
		driver.Press(waiting, "button[value=accept]", nil)
		agreed := bo.Open(path)
		if !strings.Contains(agreed.Words("#seat"), "Vous avez une place") || !strings.Contains(agreed.Words("main .sheet"), "Complet") {
			t.Errorf("agreed: %s", agreed.Words("main"))
		}
		trip := bo.Press(agreed, "form[action$='/trips'] button", nil)
		if !strings.HasPrefix(trip.Path, "/trips/") || trip.Header.Get("Cache-Control") != "private, no-store" {
			t.Fatalf("shared: %d at %s", trip.Status, trip.Path)
		}
		seen := v.Browser().Open(trip.Path)
		if seen.Status != http.StatusOK || !strings.Contains(seen.Words("main"), "Le trajet de bo") || !strings.Contains(seen.Words("main"), "Départ : Gare, Dinan · arrivée : Rennes") {
			t.Errorf("whom they trust sees %d: %s", seen.Status, seen.Words("main"))
		}
		if other := v.Browser().Open("/trips/AAAA"); other.Status != http.StatusNotFound {
			t.Errorf("another word: %d", other.Status)
		}
		if away := v.SignedIn(v.cem).Open(path); away.Status != http.StatusNotFound {
			t.Errorf("somebody from away: %d", away.Status)
		}
		if off := driver.Press(driver.Open(path), "form[action$='/cancel'] button", nil); !strings.Contains(off.Words("main .sheet"), "n’a pas lieu") {
			t.Errorf("cancelled: %s", off.Words("main"))
		}
	})
}
