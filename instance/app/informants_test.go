package app_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/notifications"
	"palier/instance/organisations"
	"palier/instance/store"
)

// informs makes somebody an informant of a place, as somebody who looks after it
// says.
func informs(t *testing.T, s *apptest.Server, who, by instance.Account, place instance.ActorID) {
	t.Helper()
	err := s.Informants.Volunteer(t.Context(), s.Viewer(who), place, instance.Pledge{Hours: "le soir", Phone: "0687654321"})
	if err == nil {
		err = s.Informants.Accept(t.Context(), by.ID, place, who.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// kindsOf returns what kinds of notices somebody has, the newest first.
func kindsOf(t *testing.T, s *apptest.Server, who instance.Account) []notifications.Kind {
	t.Helper()
	list, err := s.Notifications.List(t.Context(), s.Viewer(who), notifications.Query{Limit: 40})
	if err != nil {
		t.Fatal(err)
	}
	var kinds []notifications.Kind
	for _, n := range list {
		kinds = append(kinds, n.Kind)
	}
	return kinds
}

func TestC24_AnInformantFromVolunteeringToGivingItBackOnPages(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		if err := v.Places.SetModerator(t.Context(), v.centre.ID, v.bo.ID, true); err != nil {
			t.Fatal(err)
		}
		amina, bo, cem, dora := v.SignedIn(v.amina), v.SignedIn(v.bo), v.SignedIn(v.cem), v.SignedIn(v.dora)
		const here = "/g/centre/informants"
		if p := cem.Open("/@centre"); !strings.Contains(p.Words("main"), "Vos voisins informateurs") || !p.Has("a[href='"+here+"']") {
			t.Errorf("the dashboard says nothing of informants: %q", p.Words("main"))
		}
		form := amina.Open(here)
		if p := amina.Press(form, "form:has(#consent) button", apptest.Fields{"phone": {"06 87 65 43 21"}}); p.Status != http.StatusUnprocessableEntity || !p.Has("#consent-problem") || p.Find("#phone").AttrOr("value", "") != "06 87 65 43 21" {
			t.Errorf("without the promise: %d %q", p.Status, p.Words("main"))
		}
		waits := amina.Press(form, "form:has(#consent) button", apptest.Fields{"consent": {"yes"}, "hours": {"le soir"}, "phone": {"06 87 65 43 21"}})
		if waits.Status != http.StatusOK || !strings.Contains(waits.Words("#volunteer"), "attend l’accord") {
			t.Errorf("after volunteering: %d %q", waits.Status, waits.Words("main"))
		}
		if p := bo.Open("/notifications"); !p.Has("a[href='/informants']") {
			t.Errorf("who accepts is told nothing: %q", p.Words("main"))
		}
		if p := dora.Post(here+"/"+v.amina.ID.String(), apptest.Fields{"deed": {"accept"}}); p.Status != http.StatusNotFound {
			t.Errorf("somebody else accepts: %d", p.Status)
		}
		bo.Press(bo.Open("/informants"), "button[value=accept]", nil)
		seen := cem.Open("/@centre")
		if !strings.Contains(seen.Words("main"), "aminale soir") || !seen.Has("a[href='tel:0687654321']") {
			t.Errorf("the dashboard shows %q", seen.Words("main"))
		}
		for who, b := range map[string]*apptest.Browser{"who lives beside": dora, "a visitor": v.Browser()} {
			for _, path := range []string{"/@centre", here} {
				if p := b.Open(path); strings.Contains(p.Body, "0687654321") || strings.Contains(p.Words("main"), "le soir") {
					t.Errorf("%s reads at %s how to reach her", who, path)
				}
			}
		}

		request := cem.Press(cem.Open(here), "form:has(#text) button", apptest.Fields{"text": {"Qui connaît un plombier ?"}})
		if request.Status != http.StatusOK || !strings.HasPrefix(request.Path, "/informants/requests/") || !strings.Contains(request.Words("main"), "Pas encore prise en charge") {
			t.Fatalf("a request: %d %s %q", request.Status, request.Path, request.Words("main"))
		}
		if p := amina.Open("/informants"); !strings.Contains(p.Words("main"), "Qui connaît un plombier ?") {
			t.Errorf("her desk shows %q", p.Words("main"))
		}
		amina.Press(amina.Open(request.Path), "form:has(#text) button", apptest.Fields{"text": {"Madame Rio, à la quincaillerie."}})
		if p := cem.Open(request.Path); !strings.Contains(p.Words("main"), "Madame Rio") || !strings.Contains(p.Words("main"), "amina s’en occupe") {
			t.Errorf("he reads %q", p.Words("main"))
		}
		for who, b := range map[string]*apptest.Browser{"who accepts informants": bo, "who lives beside": dora} {
			if p := b.Open(request.Path); p.Status != http.StatusNotFound {
				t.Errorf("%s reads a request: %d", who, p.Status)
			}
		}
		cem.Press(cem.Open(request.Path), "form[action$='/close'] button", nil)
		if p := amina.Open("/informants"); strings.Contains(p.Words("main"), "plombier") {
			t.Errorf("what is settled still waits: %q", p.Words("main"))
		}

		relay := amina.Open(here + "/pass-on")
		if p := amina.Press(relay, "form:has(#source) button", apptest.Fields{"text": {"Eau coupée jeudi."}, "source": {" "}}); p.Status != http.StatusUnprocessableEntity || !p.Has("#source-problem") {
			t.Errorf("without a source: %d %q", p.Status, p.Words("main"))
		}
		if p := amina.Press(relay, "form:has(#source) button", apptest.Fields{"title": {"Coupure d’eau"}, "text": {"Eau coupée jeudi."}, "source": {"Préfecture"}, "link": {"https://prefecture.example/eau"}}); p.Status != http.StatusOK || !strings.Contains(p.Words("article"), "Source : Préfecture") {
			t.Errorf("passed on: %d %q", p.Status, p.Words("main"))
		}
		if p := cem.Open("/@centre"); !strings.Contains(p.Words("main"), "Transmis par vos informateursCoupure d’eauSource : Préfecture") {
			t.Errorf("the dashboard shows %q", p.Words("main"))
		}
		if p := cem.Open(here + "/pass-on"); p.Status != http.StatusNotFound {
			t.Errorf("who is no informant passes on: %d", p.Status)
		}

		circle := cem.Press(cem.Open(here), "form[action$='/care'] button", apptest.Fields{"consent": {"yes"}})
		if circle.Status != http.StatusOK || !strings.HasPrefix(circle.Path, "/care/") {
			t.Fatalf("asked to be checked on: %d %s", circle.Status, circle.Path)
		}
		if p := amina.Open("/informants"); !strings.Contains(p.Words("main"), "Vous prenez des nouvelles") || !p.Has("a[href='/care']") {
			t.Errorf("on her desk: %q", p.Words("main"))
		}
		amina.Press(amina.Open(here), "button[value=give-back]", nil)
		if p := cem.Open(here); !strings.Contains(p.Words("main"), "Personne ne s’est encore proposé") {
			t.Errorf("after she gave it back: %q", p.Words("main"))
		}
	})
}

// What officials let a place know that matters, its informants are told; and an ask
// that nobody answers for a day, as far as they may read it.
func TestC24_InformantsHearOfOfficialsAndOfUnansweredAsks(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		s := newStreet(t, engine)
		ctx := t.Context()
		informs(t, s.Server, s.bo, s.odette, s.rue.ID)
		council, err := s.Organisations.Open(ctx, organisations.Plan{Username: "mairie", Title: "Mairie", Sort: instance.Council, Place: s.dinan.ID, Agent: s.yann.ID})
		if err != nil {
			t.Fatal(err)
		}
		for _, level := range []instance.NoticeLevel{instance.LevelInfo, instance.LevelImportant} {
			_, err := s.Organisations.Announce(ctx, s.yann, council.ID, organisations.Announcement{Title: "Eau " + string(level), Text: "Coupure", Language: "fr", Until: s.clock.Now().Add(90 * time.Hour), Level: level})
			if err != nil {
				t.Fatal(err)
			}
		}
		if n := s.told(s.bo, notifications.InformantOfficial); n != 1 {
			t.Errorf("an informant was told %d times of what officials say", n)
		}
		if p := s.SignedIn(s.bo).Open("/informants"); !strings.Contains(p.Words("main"), "Eau important") {
			t.Errorf("the desk shows %q", p.Words("main"))
		}
		ask := s.proposesBy(s.SignedIn(s.amina), "/ask/new?kind=service&category=diy", map[string]apptest.Fields{"what": {"title": {"Poser une étagère"}}, "whom": {"audience": {"neighbourhood"}}})
		id, err := instance.ParseID(ask.Path[strings.LastIndex(ask.Path, "/")+1:])
		if err != nil {
			t.Fatal(err)
		}
		for _, step := range []struct{ hours, bo int }{{5, 0}, {20, 1}, {30, 1}} {
			s.clock.Advance(time.Duration(step.hours) * time.Hour)
			for range 2 {
				if _, err := s.Exchange.WidenAsk(ctx, instance.PostID(id)); err != nil {
					t.Fatal(err)
				}
			}
			if got := s.told(s.bo, notifications.Unanswered); got != step.bo {
				t.Errorf("after %d hours more the informant was told %d times, want %d", step.hours, got, step.bo)
			}
			shown := strings.Contains(s.SignedIn(s.bo).Open("/informants").Words("main"), "Poser une étagère")
			if shown != (step.bo == 1) {
				t.Errorf("after %d hours more the desk shows it: %t", step.hours, shown)
			}
		}
		// What is for a house where they do not live they neither hear of nor see.
		house := s.Place("chalet", "building", s.rue.URI)
		lea := s.Resident("lea", house)
		inside := s.proposesBy(s.SignedIn(lea), "/ask/new?kind=service&category=diy&in="+house.ID.String(), map[string]apptest.Fields{
			"what": {"title": {"Entre nous"}}, "whom": {"audience": {"building"}, "widens": {"no"}},
		})
		if id, err = instance.ParseID(inside.Path[strings.LastIndex(inside.Path, "/")+1:]); err != nil {
			t.Fatal(err)
		}
		if err := s.DB.InTx(ctx, func(tx store.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE asks SET widens = FALSE WHERE post_id = $1`, id)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		s.clock.Advance(25 * time.Hour)
		if _, err := s.Exchange.WidenAsk(ctx, instance.PostID(id)); err != nil {
			t.Fatal(err)
		}
		if got := s.told(s.bo, notifications.Unanswered); got != 1 {
			t.Errorf("an informant was told of what is for a house: %d", got)
		}
		if p := s.SignedIn(s.bo).Open("/informants"); strings.Contains(p.Words("main"), "Entre nous") {
			t.Errorf("the desk shows what is for a house: %q", p.Words("main"))
		}
		if kinds := kindsOf(t, s.Server, s.amina); slices.Contains(kinds, notifications.InformantOfficial) {
			t.Errorf("a resident who is none is told %q", kinds)
		}
	})
}
