package app_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/app"
	"palier/instance/notifications"
	"palier/instance/places"
	"palier/instance/screens"
	"palier/instance/store"
)

// A file of warnings that is imported shows on the page of the place and in its
// hall, tells who looks after it, and fills in the form of a campaign, which
// somebody confirms and somebody else checks: it begins nothing by itself.
func TestJ8_AWarningOfTheWeatherLeadsToACampaign(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v, ctx := newVillage(t, engine, nil), t.Context()
		rance, err := v.Places.Create(ctx, places.Plan{Username: "rance", Title: "Rance", Kind: "commune", Territory: "FR:COG:22050"})
		if err != nil {
			t.Fatal(err)
		}
		bourg := v.Place("bourg", "neighbourhood", rance.URI)
		house := v.Place("roseraie", "building", bourg.URI)
		lea, mona := v.Resident("lea", bourg), v.Resident("max", house)
		if err := v.Places.SetModerator(ctx, bourg.ID, lea.ID, true); err != nil {
			t.Fatal(err)
		}
		until := time.Now().Add(40 * 24 * time.Hour).UTC()
		report, err := v.Import(ctx, app.Imported{Name: "vigilance.json", Source: "Météo-France", From: strings.NewReader(fmt.Sprintf(
			`{"product":{"update_time":%q,"periods":[{"begin_validity_time":%q,"end_validity_time":%q,"timelaps":{"domain_ids":[{"domain_id":"22","phenomenon_items":[{"phenomenon_id":"6","phenomenon_max_color_id":4}]}]}}]}}`,
			time.Now().UTC().Format(time.RFC3339), time.Now().Add(-time.Hour).UTC().Format(time.RFC3339), until.Format(time.RFC3339)))})
		if err != nil || report.Good != 1 {
			t.Fatalf("imported: %v, %v", report, err)
		}
		if got := kindsOf(t, v.Server, lea); !slices.Equal(got, []notifications.Kind{notifications.WeatherWarning}) {
			t.Errorf("who looks after the place is told %q", got)
		}
		if got := kindsOf(t, v.Server, mona); len(got) != 0 {
			t.Errorf("a neighbour is told %q", got)
		}
		neighbour := v.SignedIn(mona)
		place := neighbour.Open("/@bourg")
		if text := place.Words("main"); !strings.Contains(text, "Vigilance rouge : canicule") || !strings.Contains(text, "Source : Météo-France") {
			t.Errorf("the place shows %q", text)
		}
		if p := v.Browser().Open("/@bourg"); !strings.Contains(p.Words("main"), "Vigilance rouge : canicule") || p.Has("a[href*='warning=heat']") {
			t.Errorf("a visitor reads %q", p.Words("main"))
		}
		if p := neighbour.Open("/@centre"); strings.Contains(p.Words("main"), "Vigilance") {
			t.Errorf("another commune shows %q", p.Words("main"))
		}
		form := neighbour.Open(place.Find("a[href*='warning=heat']").AttrOr("href", ""))
		if form.Status != http.StatusOK || !strings.Contains(form.Words("textarea[name=text]"), "Vigilance rouge : canicule") || form.Find("input[name=ends]").AttrOr("value", "") < until.AddDate(0, 0, -1).Format(time.DateOnly) {
			t.Fatalf("the form: %d %q", form.Status, form.Words("main"))
		}
		if running, err := v.Campaigns.Running(ctx, bourg.ID); err != nil || len(running) != 0 {
			t.Errorf("it began by itself: %v, %v", running, err)
		}
		draft := neighbour.Press(form, "main form button.button", nil)
		if draft.Status != http.StatusOK || !strings.HasPrefix(draft.Path, "/campaigns/") {
			t.Fatalf("drafted: %d at %s: %s", draft.Status, draft.Path, draft.Words(".problems"))
		}
		neighbour.Press(draft, "#check form button.button", nil)
		other := v.SignedIn(lea)
		if p := other.Press(other.Open(draft.Path), "form[action$='/approve'] button", nil); !strings.Contains(p.Words("main .band"), "En cours") {
			t.Errorf("checked: %d %q", p.Status, p.Words("main"))
		}

		code, err := v.Screens.Pair(ctx, screens.NewSecret())
		if err != nil {
			t.Fatal(err)
		}
		id, err := v.Screens.Bind(ctx, v.Viewer(mona), true, house.ID, code.Text, instance.ScreenPlan{Name: "Hall", Playlist: []string{"alerts"}, Language: "fr"})
		if err != nil {
			t.Fatal(err)
		}
		b, err := v.Screens.Bundle(ctx, instance.Screen{ID: id, Place: house.ID, ScreenPlan: instance.ScreenPlan{Playlist: []string{"alerts"}, Language: "fr"}})
		if err != nil || len(b.Cards) == 0 || b.Cards[0].Items[0].Kind != "weather" || b.Cards[0].Items[0].Title != "Vigilance rouge\u00a0: canicule" || b.Cards[0].Items[0].By != "Météo-France" {
			t.Errorf("the hall shows %+v, %v", b.Cards, err)
		}
	})
}
