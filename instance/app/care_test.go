package app_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/app"
	"palier/instance/apptest"
	"palier/instance/care"
	"palier/instance/config"
	"palier/instance/people"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func newcomer(name string) people.Newcomer {
	return people.Newcomer{Username: name, Name: name, Email: name + "@elsewhere.example", Password: apptest.Password}
}

func TestR10_ACircleOfCareOnPages(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		amina, bo, cem := v.SignedIn(v.amina), v.SignedIn(v.bo), v.SignedIn(v.cem)
		if p := amina.Press(amina.Open("/care"), "form[action='/care'] button", nil); p.Status != http.StatusUnprocessableEntity || !p.Has("#consent-problem") {
			t.Errorf("without her consent: %d", p.Status)
		}
		circle := amina.Press(amina.Open("/care"), "form[action='/care'] button", apptest.Fields{"consent": {"yes"}})
		if circle.Status != http.StatusOK || !strings.HasPrefix(circle.Path, "/care/") {
			t.Fatalf("after her consent: %d %s", circle.Status, circle.Path)
		}
		amina.Press(circle, "form[action$='/members'] button", apptest.Fields{"who": {"bo"}, "role": {"volunteer"}})
		if p := bo.Open(circle.Path); p.Status != http.StatusNotFound {
			t.Errorf("before he said yes: %d", p.Status)
		}
		bo.Press(bo.Open("/care"), "button[value=yes]", nil)
		bo.Press(bo.Open(circle.Path), "form[action$='/did'] button", apptest.Fields{"what": {"visit"}, "how": {"company"}})
		planned := bo.Press(bo.Open(circle.Path), "form[action$='/plan'] button", apptest.Fields{"what": {"errand"}, "at": {typedIn(24 * time.Hour)}})
		if planned.Status != http.StatusOK || !strings.Contains(planned.Words("main"), "Des courses") {
			t.Errorf("planned: %d %q", planned.Status, planned.Words("main"))
		}
		if got := amina.Open(circle.Path).Words("main"); !strings.Contains(got, "Une visite · bo") || !strings.Contains(got, "Aimerait de la compagnie") {
			t.Errorf("she reads %q", got)
		}
		if cem.Open(circle.Path).Status != http.StatusNotFound || v.Browser().Open(circle.Path).Has("form[action$='/did']") {
			t.Error("somebody outside sees it")
		}
		amina.Press(amina.Open(circle.Path), "form[action='/care/withdraw'] button", nil)
		if p := bo.Open(circle.Path); p.Status != http.StatusNotFound {
			t.Errorf("after she took her consent back: %d", p.Status)
		}
	})
}

// called is when somebody wants to be called, with numbers that stand nowhere else.
var called = care.Calls{
	Days: []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday, time.Sunday}, At: 0,
	Phone: "02 96 11 22 33", Contact: "Zénobie", ContactPhone: "+33 6 98 11 22 33",
}

// TestR10_NoCircleLeavesTheServer has a circle of care live in a network of
// servers, and then looks through everything that others were sent, that
// programs, feeds, letters and notices hold, and that was logged.
func TestR10_NoCircleLeavesTheServer(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		n, ctx := newNetwork(t, engine), t.Context()
		s := n.building
		bo := s.Resident("bo", n.tilleuls)
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		circle, err := s.Care.Open(ctx, n.amina.ID)
		must(err)
		must(s.Care.Invite(ctx, n.amina.ID, circle, bo.ID, "professional"))
		must(s.Care.Enter(ctx, bo.ID, circle))
		must(s.Care.Did(ctx, bo.ID, circle, "visit", "absent"))
		must(s.Care.Plan(ctx, bo.ID, circle, "papers", time.Now().Add(time.Hour)))
		must(s.Care.SetCalls(ctx, n.amina.ID, circle, called))
		s.Post(n.amina, n.tilleuls.ID, instance.ToPublic, "Bonjour")
		n.settle(t)
		seen, err := s.Care.ByID(ctx, bo.ID, circle)
		must(err)
		canaries := []string{circle.String(), seen.Done[0].ID.String(), seen.Planned[0].ID.String(), "/care/", "professional", "Personne n’a répondu", "papers", called.Phone, called.Contact, called.ContactPhone}
		uri := strings.TrimPrefix(n.amina.URI, s.URL)
		for _, path := range []string{uri, uri + "/outbox", uri + "/followers", "/g/tilleuls", "/g/tilleuls/outbox", "/@amina", "/@tilleuls", "/@amina.atom", "/@tilleuls.atom", "/g/tilleuls/dashboard.json", "/g/tilleuls/print",
			"/search?q=amina", "/nodeinfo/2.1", "/api/v1/accounts/" + n.amina.ID.String(), "/api/v2/search?q=amina", "/api/v1/directory"} {
			s.Get(path, "application/activity+json")
			s.Get(path, "text/html")
		}
		for _, who := range []instance.Account{n.amina, bo} {
			for _, path := range []string{"/api/v1/accounts/verify_credentials", "/api/v1/notifications", "/api/v1/timelines/home", "/api/v1/conversations", "/api/v2/search?q=visit"} {
				s.Program(who).Get(path)
			}
			b := s.SignedIn(who)
			for _, path := range []string{"/home", "/notifications", "/search?q=amina", "/digest", "/exchange"} {
				b.Open(path)
			}
		}
		for _, canary := range canaries {
			if s.Left(canary) {
				t.Errorf("%q was answered to somebody", canary)
			}
			for _, other := range []*apptest.Server{n.town, n.association} {
				if other.Came(canary) {
					t.Errorf("%q came to another server", canary)
				}
			}
		}
		var told int
		must(s.DB.Read().QueryRow(ctx, `SELECT COUNT(*) FROM notifications WHERE owner_id IN ($1, $2)`, n.amina.ID, bo.ID).Scan(&told))
		if told != 2 {
			t.Errorf("%d notices, want those of the invitation and of the call of today", told)
		}
		for _, who := range []instance.Account{n.amina, bo} {
			for _, l := range s.Letters(who.Email) {
				for _, canary := range append(canaries, "amina", "cercle") {
					if strings.Contains(l.Subject+l.Text+l.HTML, canary) {
						t.Errorf("%q stands in a letter: %s", canary, l.Text)
					}
				}
			}
		}
	})
}

// TestR10_NoCircleIsLogged has everything in a circle go well and fail, on a
// server that logs all it can.
func TestR10_NoCircleIsLogged(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		var log bytes.Buffer
		c := config.Default()
		c.Database, c.Limits, c.MediaDir = storetest.URL(t, engine), config.Limits{}, filepath.Join(t.TempDir(), "media")
		a, err := app.Open(t.Context(), c, app.Options{Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})), Now: time.Now, Version: "test"})
		if err != nil {
			t.Fatal(err)
		}
		ctx := t.Context()
		lucette, err := a.People.Create(ctx, newcomer("lucette"))
		if err != nil {
			t.Fatal(err)
		}
		bo, err := a.People.Create(ctx, newcomer("bo"))
		if err != nil {
			t.Fatal(err)
		}
		circle, err := a.Care.Open(ctx, lucette.ID)
		if err != nil {
			t.Fatal(err)
		}
		var said strings.Builder
		for _, err := range []error{
			a.Care.Invite(ctx, bo.ID, circle, bo.ID, "volunteer"), a.Care.Enter(ctx, bo.ID, circle), a.Care.Did(ctx, bo.ID, circle, "visit", "absent"),
			a.Care.Drop(ctx, bo.ID, circle, 1), a.Care.Finish(ctx, bo.ID, circle, 1, ""), a.Care.Part(ctx, bo.ID, circle, bo.ID),
		} {
			if err == nil {
				t.Fatal("somebody outside did something inside")
			}
			said.WriteString(err.Error())
		}
		if err := a.Care.Did(ctx, lucette.ID, circle, "visit", "absent"); err != nil {
			t.Fatal(err)
		}
		if err := a.Care.SetCalls(ctx, lucette.ID, circle, called); err != nil {
			t.Fatal(err)
		}
		wrong := called
		wrong.ContactPhone = "06 98 11 22 33 chez Zénobie"
		if err := a.Care.SetCalls(ctx, lucette.ID, circle, wrong); err == nil {
			t.Fatal("a number of words is taken")
		} else {
			said.WriteString(err.Error())
		}
		if err := a.Care.SetCalls(ctx, bo.ID, circle, called); err == nil {
			t.Fatal("somebody outside says when to call")
		} else {
			said.WriteString(err.Error())
		}
		if err := a.Care.Withdraw(ctx, lucette.ID); err != nil {
			t.Fatal(err)
		}
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
		for _, canary := range []string{"lucette", lucette.ID.String(), bo.ID.String(), circle.String(), "absent", called.Phone, called.Contact, called.ContactPhone, "11 22 33"} {
			if strings.Contains(log.String(), canary) || strings.Contains(said.String(), canary) {
				t.Errorf("%q is said in the log or in an error", canary)
			}
		}
	})
}

// J9: who wants to be called says when; the sheet of the day is on the page of
// whoever calls, and what came of it is noted there. Nobody else reads a number.
// It is the same page before the hour of the call and after it.
func TestJ9_TheCallSheetOfADay(t *testing.T) {
	t.Parallel()
	for name, hour := range map[string]string{"before the hour": "23:59", "after it": "00:00"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, engine store.Engine) { callSheet(t, engine, hour) })
		})
	}
}

func callSheet(t *testing.T, engine store.Engine, hour string) {
	v := newVillage(t, engine, nil)
	amina, bo, cem := v.SignedIn(v.amina), v.SignedIn(v.bo), v.SignedIn(v.cem)
	circle := amina.Press(amina.Open("/care"), "form[action='/care'] button", apptest.Fields{"consent": {"yes"}})
	amina.Press(circle, "form[action$='/members'] button", apptest.Fields{"who": {"bo"}, "role": {"volunteer"}})
	bo.Press(bo.Open("/care"), "button[value=yes]", nil)
	every := apptest.Fields{"days": {"1", "2", "3", "4", "5", "6", "7"}, "hour": {hour}, "phone": {"02 96 39 00 00"}, "contact": {"Sa fille"}, "contact-phone": {"+33 6 12 34 56 78"}}
	if p := amina.Press(amina.Open(circle.Path), "form[action$='/calls'] button", every); p.Status != http.StatusUnprocessableEntity || !p.Has("#calls #consent-problem") || p.Find("#phone").AttrOr("value", "") != "02 96 39 00 00" {
		t.Errorf("without her consent: %d %s", p.Status, p.Words(".problems"))
	}
	every["consent"] = []string{"yes"}
	if p := amina.Press(amina.Open(circle.Path), "form[action$='/calls'] button", every); p.Status != http.StatusOK || !p.Has("#days-1[checked]") {
		t.Fatalf("with it: %d %s", p.Status, p.Words("main"))
	}
	if p := bo.Open(circle.Path); strings.Contains(p.Body, "02 96 39") || p.Has("#calls") {
		t.Error("whoever is in the circle reads her number on any day")
	}
	for who, b := range map[string]*apptest.Browser{"she": amina, "somebody outside": cem} {
		if p := b.Open("/care/calls"); p.Status != http.StatusOK || strings.Contains(p.Body, "02 96 39") {
			t.Errorf("%s has a sheet: %d %s", who, p.Status, p.Words("main"))
		}
	}
	sheet := bo.Open("/care/calls")
	if text := sheet.Words("main"); !strings.Contains(text, "02 96 39 00 00") || !strings.Contains(text, "Sa fille") || !strings.Contains(text, "amina") || sheet.Find(".boxes li").Length() != 4 {
		t.Errorf("the sheet reads %q", text)
	}
	if got := sheet.Header.Get("Cache-Control"); got != "private, no-store" {
		t.Errorf("the sheet may be kept: %s", got)
	}
	if p := cem.Post(circle.Path+"/called", apptest.Fields{"how": {"well"}}); p.Status != http.StatusNotFound {
		t.Errorf("somebody outside notes a call: %d", p.Status)
	}
	done := bo.Press(sheet, "button[name=how][value=well]", nil)
	if text := done.Words("main"); done.Status != http.StatusOK || !strings.Contains(text, "Quelqu’un lui a parlé") || strings.Contains(text, "02 96 39") {
		t.Errorf("once it is done: %d %q", done.Status, text)
	}
	if got := amina.Open(circle.Path).Words("main"); !strings.Contains(got, "Tout va bien") {
		t.Errorf("she reads %q", got)
	}
	if p := amina.Press(amina.Open(circle.Path), "button[name=deed][value=stop]", nil); p.Status != http.StatusOK || strings.Contains(p.Body, "02 96 39") {
		t.Errorf("stopped: %d", p.Status)
	}
	if p := bo.Open("/care/calls"); strings.Contains(p.Words("main"), "amina") {
		t.Errorf("after she stopped: %s", p.Words("main"))
	}
}
