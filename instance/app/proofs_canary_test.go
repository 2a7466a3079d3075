package app_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/app"
	"palier/instance/apptest"
	"palier/instance/config"
	"palier/instance/people"
	"palier/instance/places"
	"palier/instance/proofs"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

const canaryStreet = "4711 boulevard de la Chouette-Harfang"

// TestH02_NoProofLeavesTheServer has people prove where they live in a network
// of servers, and then looks through everything that other servers were sent
// and that programs and passers-by can read.
func TestH02_NoProofLeavesTheServer(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		n := newNetwork(t, engine)
		s, ctx := n.building, t.Context()
		eve := s.Resident("eve")
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		must(s.Places.Join(ctx, n.tilleuls.ID, eve.ID))
		must(s.Proofs.AskLetter(ctx, n.tilleuls.ID, eve.ID, proofs.Envelope{Name: "Ève", Address: canaryStreet}))
		sheets, err := s.Proofs.PrintLetters(ctx)
		must(err)
		must(s.Proofs.NewHallCodes(ctx, n.tilleuls.ID, n.amina.ID))
		onScreen, onPaper, err := s.Proofs.HallCodes(ctx, n.tilleuls.ID)
		must(err)
		_, err = s.Proofs.UseHall(ctx, n.tilleuls.ID, eve.ID, onScreen.Code)
		must(err)
		must(s.Proofs.AskNeighbours(ctx, n.tilleuls.ID, eve.ID, true))
		_, seal, err := s.Proofs.Asking(ctx, n.tilleuls.ID, eve.ID)
		must(err)
		_, err = s.Proofs.ReadList(ctx, n.tilleuls.ID, n.amina.ID, "Zénobie Tournemire; 12")
		must(err)
		_, err = s.Proofs.UseLetter(ctx, eve.ID, sheets[0].Code)
		must(err)
		s.Post(eve, n.tilleuls.ID, instance.ToPublic, "Bonjour à tous")
		n.settle(t)

		all, err := s.Proofs.Of(ctx, eve.ID)
		must(err)
		canaries := map[string]string{
			"code of a letter": sheets[0].Code, "grouped code": proofs.Grouped(sheets[0].Code), "address": canaryStreet, "code of the screen": onScreen.Code,
			"code on paper": onPaper.Code, "seal of a request": seal, "name on a list": "Tournemire", "a proof": all[0].ID.String(),
		}
		uri := strings.TrimPrefix(eve.URI, s.URL)
		for _, path := range []string{uri, uri + "/outbox", uri + "/followers", "/g/tilleuls", "/g/tilleuls/outbox", "/g/tilleuls/followers", "/@eve", "/@tilleuls", "/@eve.atom", "/nodeinfo/2.1",
			"/.well-known/webfinger?resource=acct:eve@" + s.Site.Host(), "/api/v1/accounts/" + eve.ID.String(), "/api/v1/accounts/lookup?acct=eve", "/api/v2/search?q=eve", "/api/v1/directory"} {
			s.Get(path, "application/activity+json")
			s.Get(path, "application/json")
		}
		own := s.Program(eve)
		for _, path := range []string{"/api/v1/accounts/verify_credentials", "/api/v1/notifications", "/api/v1/timelines/home", "/api/v1/preferences"} {
			own.Get(path)
		}
		s.Program(n.amina).Get("/api/v1/accounts/" + eve.ID.String())
		for what, canary := range canaries {
			if len(canary) < 6 {
				t.Fatalf("%s is %q", what, canary)
			}
			if s.Left(canary) {
				t.Errorf("%s was answered to somebody", what)
			}
			for _, other := range []*apptest.Server{n.town, n.association} {
				if other.Came(canary) {
					t.Errorf("%s came to another server", what)
				}
			}
		}
	})
}

// TestH02_NoCodeIsLogged has everything about proofs go well and fail, on a
// server that logs all it can.
func TestH02_NoCodeIsLogged(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		log := &heard{}
		c := config.Default()
		c.Database, c.Limits, c.MediaDir = storetest.URL(t, engine), config.Limits{}, filepath.Join(t.TempDir(), "media")
		a, err := app.Open(t.Context(), c, app.Options{
			Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})), Now: time.Now, Version: "test",
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := a.Close(); err != nil {
				t.Error(err)
			}
		})
		ctx := t.Context()
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		eve, err := a.People.Create(ctx, people.Newcomer{Username: "eve", Name: "eve", Email: "eve@people.example", Password: apptest.Password})
		must(err)
		house, err := a.Places.Create(ctx, places.Plan{Username: "tilleuls", Title: "Tilleuls", Kind: "building"})
		must(err)
		must(a.Places.Join(ctx, house.ID, eve.ID))
		must(a.Proofs.AskLetter(ctx, house.ID, eve.ID, proofs.Envelope{Name: "Ève", Address: canaryStreet}))
		sheets, err := a.Proofs.PrintLetters(ctx)
		must(err)
		var cookies []*http.Cookie
		send := func(path string, form url.Values) {
			r := httptest.NewRequestWithContext(ctx, http.MethodPost, path, strings.NewReader(form.Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("Sec-Fetch-Site", "same-origin")
			for _, cookie := range cookies {
				r.AddCookie(cookie)
			}
			w := httptest.NewRecorder()
			a.Handler().ServeHTTP(w, r)
			answer := w.Result()
			cookies = append(cookies, answer.Cookies()...)
			must(answer.Body.Close())
		}
		send("/signin", url.Values{"email": {eve.Email}, "password": {apptest.Password}})
		typed := sheets[0].Code
		everything := func() {
			send("/prove/code", url.Values{"code": {typed}})
			send("/prove/code", url.Values{"code": {"WRNGWRNG22"}})
			send("/prove/hall", url.Values{"code": {"HLLHLL22"}})
			send("/prove/list", url.Values{"person": {"Zénobie Tournemire"}, "door": {"porte-dérobée"}})
			send("/prove/letter", url.Values{"name": {"Zénobie Tournemire"}, "address": {canaryStreet}})
			send("/desk/see", url.Values{"number": {"918273"}, "document": {"bill"}})
		}
		everything()
		for _, table := range []string{"code_letters", "proofs", "hall_screens", "resident_list_lines", "proof_tries", "desk_agents"} {
			must(a.DB.InTx(ctx, func(tx store.Tx) error {
				_, err := tx.Exec(ctx, "ALTER TABLE "+table+" RENAME TO missing_"+table)
				return err
			}))
			everything()
		}
		if !strings.Contains(log.String(), "/prove/") {
			t.Fatalf("nothing failed:\n%s", log)
		}
		for _, canary := range []string{typed, "WRNGWRNG22", "HLLHLL22", "Tournemire", "dérobée", canaryStreet, "918273"} {
			if strings.Contains(log.String(), canary) || strings.Contains(log.String(), url.QueryEscape(canary)) {
				t.Errorf("%q stands in the log", canary)
			}
		}
	})
}
