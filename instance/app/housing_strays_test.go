package app_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"palier/federation/federationtest"
	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/store"
)

// TestJ19_AListingThatStraysIsShownNowhere has a home be told, by a mistake in the
// database, to servers that know nothing of homes: one that looks like Mastodon and
// one of ours whose people never asked. They are sent the card, and nothing of it is
// anything that is shown.
func TestJ19_AListingThatStraysIsShownNowhere(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		ctx := t.Context()
		rhone := openBureau(t, apptest.Open(t, engine, nil), "rhone")
		lyon := apptest.Open(t, engine, nil)
		eve := lyon.Resident("eve", lyon.Place("croixrousse", "neighbourhood"))
		masto := federationtest.NewNetwork(t, nil).Recorded(federationtest.Mastodon)
		mel := masto.Person("mel")
		for _, who := range []instance.Actor{rhone.Find(lyon.Handle("eve")), rhone.Find(mel.Handle)} {
			err := rhone.DB.InTx(ctx, func(tx store.Tx) error {
				_, err := tx.Exec(ctx, `
					INSERT INTO housing_partners (programme_id, partner_id, sees_ours, seal, recipient, decided_at, since)
					VALUES ($1, $2, 'agreed', $3, 'age1', 1, 1)`, rhone.programme.Group.ID, who.ID, string(rhone.programme.Seal))
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		l := rhone.offer(1)
		apptest.Settle(t, rhone.Server, lyon)

		if !lyon.Came(l.URI) {
			t.Fatal("nothing came to the other server of ours")
		}
		program, browser := lyon.Program(eve), lyon.SignedIn(eve)
		for _, path := range []string{
			"/api/v1/timelines/home", "/api/v1/timelines/public", "/api/v1/notifications", "/api/v1/conversations", "/api/v2/search?resolve=true&q=" + l.URI,
			"/api/v2/search?q=Villeurbanne",
		} {
			if a := program.Get(path); a.Status != http.StatusOK || strings.Contains(string(a.Body), l.URI) || strings.Contains(string(a.Body), "Villeurbanne") {
				t.Errorf("%s: %d %s", path, a.Status, a.Body)
			}
		}
		for _, path := range []string{"/home", "/notifications", "/find", "/programmes", "/search?q=Villeurbanne", "/@rhone@" + strings.TrimPrefix(rhone.URL, "http://")} {
			if p := browser.Open(path); p.Status >= 500 || strings.Contains(p.Words("main"), l.URI) || p.Has("main a[href*='"+strings.TrimPrefix(l.URI, rhone.URL)+"']") {
				t.Errorf("%s: %d %s", path, p.Status, p.Words("main"))
			}
		}
		for table, column := range map[string]string{"posts": "uri", "housing_homes": "uri", "notifications": "CAST(id AS TEXT)"} {
			var n int
			if err := lyon.DB.Read().QueryRow(ctx, `SELECT COUNT(*) FROM `+table+` WHERE `+column+` LIKE $1`, l.URI+"%").Scan(&n); err != nil || n != 0 {
				t.Errorf("%s keeps %d of it, %v", table, n, err)
			}
		}

		// What Mastodon makes a post of, and whom it shows it to.
		shown := []any{"Note", "Question", "Article", "Page", "Image", "Audio", "Video", "Event"}
		seen := 0
		for _, r := range masto.Received() {
			if r.ID("object") != l.URI {
				continue
			}
			seen++
			kinds, ok := r.At("object", "type").([]any)
			if !ok {
				kinds = []any{r.At("object", "type")}
			}
			for _, kind := range kinds {
				if slices.Contains(shown, kind) {
					t.Errorf("a home is a %s", kind)
				}
			}
			for _, name := range []string{"content", "contentMap", "name", "nameMap", "summary", "attachment", "tag", "url"} {
				if r.At("object", name) != nil {
					t.Errorf("a home has %s", name)
				}
			}
			if text := string(r.Body); strings.Contains(text, "as:Public") || strings.Contains(text, "#Public") || strings.Contains(r.Path, "shared") {
				t.Errorf("it is for everybody: %s at %s", text, r.Path)
			}
		}
		if seen == 0 {
			t.Errorf("nothing came to Mastodon: %v", masto.Received())
		}
	})
}
