package app_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/events"
	"palier/instance/store"
)

// Who came adds a photograph and says who is on it; it is shown once they agree,
// and anybody who sees it takes it down with one press.
func TestJ7_PhotographsWithConsentOnPages(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		starts := time.Now().Add(time.Hour)
		p, err := v.Events.Invite(t.Context(), v.Viewer(v.amina), instance.Draft{
			Title: "Apéro", Text: "Apéro", Language: "fr", Audience: instance.ToNeighbourhood, Group: v.centre.ID, Kind: instance.KindEvent,
			Event: &instance.Event{Starts: starts, Ends: starts.Add(2 * time.Hour), Zone: "Europe/Paris", Status: instance.EventConfirmed, Venue: instance.Venue{Name: "Cour"}},
		}, false)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := v.Events.Come(t.Context(), v.Viewer(v.bo), p.ID, events.Answer{Seats: 1}); err != nil {
			t.Fatal(err)
		}
		err = v.DB.InTx(t.Context(), func(tx store.Tx) error {
			_, err := tx.Exec(t.Context(), `UPDATE events SET starts_at = starts_at - 7200000 WHERE post_id = $1`, p.ID)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		amina, bo, cem, visitor := v.SignedIn(v.amina), v.SignedIn(v.bo), v.SignedIn(v.cem), v.Browser()
		event := "/e/" + p.ID.String()
		if !bo.Open(event).Has("a[href='" + event + "/photos']") {
			t.Error("the event does not lead to its photographs")
		}
		file := apptest.File{Field: "photo", Name: "IMG_1.png", Content: photograph(t)}
		form := bo.Open(event + "/photos")
		if page := bo.Press(form, ".submit button", apptest.Fields{"alt": {"La cour"}}, file); page.Status != http.StatusUnprocessableEntity || !page.Has("#people-problem") {
			t.Errorf("without saying who: %d %s", page.Status, page.Words("main"))
		}
		page := bo.Press(form, ".submit button", apptest.Fields{"alt": {"Amina rit dans la cour"}, "who": {v.amina.ID.String()}}, file)
		if page.Status != http.StatusOK || !page.Has(".flash") {
			t.Fatalf("adding it: %d %s", page.Status, page.Words("main"))
		}
		if got := cem.Open(event + "/photos"); got.Has("main img[alt^='Amina']") {
			t.Error("a neighbour sees it before she agreed")
		}
		if got := amina.Open("/notifications").Words("main"); !strings.Contains(got, "une photo où vous êtes") {
			t.Errorf("she is told %q", got)
		}
		asked := amina.Open(event + "/photos")
		src := asked.Find("main img[alt^='Amina']").AttrOr("src", "")
		if src == "" || !strings.Contains(asked.Words("main"), "Sans votre accord") {
			t.Fatalf("she is asked: %s", asked.Words("main"))
		}
		if got := cem.Do(cem.Request(http.MethodGet, src, "", nil)); got.Status != http.StatusNotFound {
			t.Errorf("its address before: %d", got.Status)
		}
		amina.Press(asked, "button[value='agree']", nil)
		shown := cem.Open(event + "/photos")
		if !shown.Has("main img[alt^='Amina']") {
			t.Errorf("once she agreed: %s", shown.Words("main"))
		}
		got := cem.Do(cem.Request(http.MethodGet, src, "", nil))
		if got.Status != http.StatusOK || got.Header.Get("Content-Type") != "image/png" || got.Header.Get("Cache-Control") != "private, no-store" {
			t.Errorf("its address then: %d %v", got.Status, got.Header)
		}
		if got := visitor.Do(visitor.Request(http.MethodGet, src, "", nil)); got.Status == http.StatusOK {
			t.Error("a visitor opens it")
		}
		cem.Press(shown, "button[value='remove']", nil)
		if got := amina.Do(amina.Request(http.MethodGet, src, "", nil)); got.Status != http.StatusNotFound {
			t.Errorf("once it was taken down: %d", got.Status)
		}
	})
}
