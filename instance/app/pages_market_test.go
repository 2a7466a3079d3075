package app_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/organisations"
	"palier/instance/store"
)

// A producer says when they are on the market; everyone finds them there, on the
// page of the market, the dashboard, their own page and in a calendar.
func TestP14_MarketDaysOnPages(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		if _, err := v.Organisations.Open(t.Context(), organisations.Plan{Username: "ferme", Title: "Ferme du Bois", Sort: instance.Shop, Place: v.centre.ID, Agent: v.bo.ID}); err != nil {
			t.Fatal(err)
		}
		bo, visitor := v.SignedIn(v.bo), v.Browser()
		if got := visitor.Open("/g/centre/market").Words("main"); !strings.Contains(got, "Personne n’a encore dit") {
			t.Errorf("at first: %q", got)
		}
		form := bo.Open("/@ferme/stalls")
		tomorrow := time.Now().AddDate(0, 0, 1).Format(time.DateOnly)
		page := bo.Press(form, ".submit button", apptest.Fields{"market": {""}, "date": {tomorrow}, "from": {"12:00"}, "to": {"08:00"}})
		if page.Status != http.StatusUnprocessableEntity || !page.Has("#market[aria-invalid]") {
			t.Errorf("without a market: %d", page.Status)
		}
		page = bo.Press(form, ".submit button", apptest.Fields{"market": {"Marché, place Duclos"}, "goods": {"Œufs"}, "date": {tomorrow}, "from": {"08:00"}, "to": {"13:00"}, "repeats": {"weekly"}})
		if page.Status != http.StatusOK || !page.Has(".flash") || !strings.Contains(page.Words("main"), "toutes les semaines") {
			t.Fatalf("announcing it: %d %q", page.Status, page.Words("main"))
		}
		for _, path := range []string{"/g/centre/market", "/@centre", "/@ferme"} {
			if got := visitor.Open(path).Words("main"); !strings.Contains(got, "Marché, place Duclos") {
				t.Errorf("%s says %q", path, got)
			}
		}
		for _, path := range []string{"/g/centre/market.ics", "/g/centre/dashboard.json"} {
			if body := visitor.Do(visitor.Request(http.MethodGet, path, "", nil)).Body; !strings.Contains(body, "place Duclos") || !strings.Contains(body, "Œufs") {
				t.Errorf("%s says %s", path, body)
			}
		}
		if page = v.SignedIn(v.cem).Open("/@ferme/stalls"); page.Status != http.StatusNotFound {
			t.Errorf("somebody else: %d", page.Status)
		}
		bo.Press(bo.Open("/@ferme/stalls"), "form[action*='/stalls/'] button", nil)
		if got := visitor.Open("/g/centre/market").Words("main"); strings.Contains(got, "Duclos") {
			t.Errorf("once it is removed: %q", got)
		}
	})
}
