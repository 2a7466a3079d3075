package app_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/people"
	"palier/instance/store"
)

// TestH8_TheDeskInBrowsers plans a duty, hands it over, writes a letter of a case
// and keeps it, and has a request of an authority decided by two.
func TestH8_TheDeskInBrowsers(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		log := &heard{}
		b := openBureau(t, apptest.OpenHeard(t, engine, log), "toit")
		centre := b.Place("port", "neighbourhood")
		worker, lead, stranger := b.SignedIn(b.worker), b.SignedIn(b.lead), b.SignedIn(b.Resident("ivo", centre))
		at := "/programmes/" + b.programme.Group.ID.String()
		if p := worker.Open(at + "/today"); p.Status != http.StatusOK || !p.Has(".note.sun") || !p.Has(".done") {
			t.Fatalf("the desk: %d %s", p.Status, p.Words("main"))
		}
		moment := func(d time.Duration) string { return time.Now().Add(d).Format("2006-01-02T15:04") }
		planned := worker.Press(worker.Open(at+"/rota"), "button[value='plan']", apptest.Fields{"from": {moment(-2 * time.Hour)}, "until": {moment(20 * time.Hour)}})
		if planned.Status != http.StatusOK || !strings.Contains(planned.Words("main ul.rows"), "maintenant") {
			t.Fatalf("planned: %d %s", planned.Status, planned.Words("main"))
		}
		if p := worker.Press(planned, "button[value='plan']", apptest.Fields{"from": {""}, "until": {""}}); p.Status != http.StatusUnprocessableEntity || !p.Has("#from-problem") {
			t.Errorf("without a time: %d", p.Status)
		}
		if p := lead.Open(at + "/today"); p.Has(".note.sun") {
			t.Error("nobody is on duty")
		}
		handed := worker.Press(planned, "button[value='hand']", apptest.Fields{"handed": {caseCanaries["what is noted of it"]}})
		if p := lead.Open(at + "/rota"); handed.Status != http.StatusOK || !strings.Contains(p.Words("main"), caseCanaries["what is noted of it"]) {
			t.Errorf("handed over: %d %s", handed.Status, p.Words("main"))
		}

		opened := worker.Press(worker.Open(at+"/cases/new"), "form.form p.submit button", filled())
		path := opened.Path
		kept := lead.Press(lead.Open(at+"/letters"), "button[value='keep']", apptest.Fields{"title": {"École"}, "letter": {"Madame {name}, dossier {case}"}})
		if kept.Status != http.StatusOK || !strings.Contains(kept.Words("main"), "École") {
			t.Fatalf("a letter: %d %s", kept.Status, kept.Words("main .problems"))
		}
		if p := lead.Press(kept, "button[value='keep']", apptest.Fields{"title": {"x"}, "letter": {"{adresse}"}}); p.Status != http.StatusUnprocessableEntity || !p.Has("#letter-problem") {
			t.Errorf("an unknown word in braces: %d", p.Status)
		}
		form := worker.Open(path + "/letter?form=papers")
		if !strings.Contains(form.Find("#letter").Text(), "Bonjour "+caseCanaries["the name of a household"]) || strings.Contains(form.Find("#letter").Text(), "{keeper}") {
			t.Errorf("filled: %s", form.Find("#letter").Text())
		}
		written := worker.Press(form, "form[method='post'].form button", nil)
		sheet := written.Find("#text a[href*='/letters/']").AttrOr("href", "")
		if p := worker.Open(sheet); p.Status != http.StatusOK || !strings.Contains(p.Words("article"), caseCanaries["the name of a household"]) {
			t.Fatalf("on paper at %q: %d, %d %s", sheet, written.Status, p.Status, p.Words("main"))
		}

		requests := worker.Open(written.Find("a[href*='/requests?case=']").AttrOr("href", ""))
		if p := worker.Press(requests, "button[value='take']", apptest.Fields{"law": {"art. 1"}, "asker": {"x"}, "wanted": {"y"}}); p.Status != http.StatusUnprocessableEntity || !p.Has("#ground-problem") {
			t.Errorf("without a ground: %d", p.Status)
		}
		taken := worker.Press(requests, "button[value='take']", apptest.Fields{"ground": {"court"}, "law": {"ordonnance 12"}, "asker": {"juge des enfants"}, "wanted": {caseCanaries["what it needs"]}})
		if taken.Status != http.StatusOK || !strings.Contains(taken.Words("main"), "à décider") {
			t.Fatalf("taken down: %d %s", taken.Status, taken.Words("main .problems"))
		}
		answered := worker.Press(taken, "button[value='answer']", apptest.Fields{"outcome": {"part"}, "given": {"la date"}})
		if answered.Status != http.StatusOK || answered.Has("button[value='decide']") {
			t.Errorf("one proposes and decides: %d", answered.Status)
		}
		if p := lead.Press(lead.Open(at+"/requests"), "button[value='decide']", nil); p.Status != http.StatusOK || !strings.Contains(p.Words("main"), "décidé par deux") {
			t.Errorf("decided: %d %s", p.Status, p.Words("main"))
		}
		if p := lead.Open(at + "/requests.csv"); p.Status != http.StatusOK || !strings.Contains(p.Body, "ordonnance 12") {
			t.Errorf("as a table: %d %s", p.Status, p.Body)
		}
		if p := worker.Open(at + "/requests.csv"); p.Status != http.StatusNotFound {
			t.Errorf("a caseworker takes it all: %d", p.Status)
		}
		for _, door := range []string{at + "/today", at + "/rota", at + "/letters", at + "/requests", at + "/requests.csv", path + "/letter", sheet} {
			if p := stranger.Open(door); p.Status != http.StatusNotFound {
				t.Errorf("a neighbour opens %s: %d", door, p.Status)
			}
		}
		for what, canary := range caseCanaries {
			if strings.Contains(log.String(), canary) {
				t.Errorf("%s stands in the log", what)
			}
		}
	})
}

// TestH20_ALetterSaysThatSomethingWaitsAndNothingElse works the hourly job and reads
// what goes out.
func TestH20_ALetterSaysThatSomethingWaitsAndNothingElse(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		b := openBureau(t, apptest.Open(t, engine, nil), "toit")
		ctx := t.Context()
		worker := b.SignedIn(b.worker)
		opened := worker.Press(worker.Open("/programmes/"+b.programme.Group.ID.String()+"/cases/new"), "form.form p.submit button", filled())
		if err := b.Households.Step(ctx, b.worker, caseID(t, opened.Path), instance.TakeCase, ""); err != nil {
			t.Fatal(err)
		}
		if err := b.Households.Note(ctx, b.worker, caseID(t, opened.Path), "task", caseCanaries["what is noted of it"], time.Now().Add(-time.Hour), 0); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := b.Households.Remind(ctx); err != nil {
				t.Fatal(err)
			}
			apptest.Settle(t, b.Server)
		}
		letters, err := b.Mail.Letters(ctx, b.worker.Email, 0, 10)
		if err != nil || len(letters) != 1 {
			t.Fatalf("got %d letters, %v", len(letters), err)
		}
		l := letters[0]
		if l.Subject != "Quelque chose vous attend au bureau" {
			t.Errorf("the subject is %q", l.Subject)
		}
		secrets := []string{"Toit", "toit", "Casimir Canari", "dossier", "hébergement", "famille"}
		for _, canary := range caseCanaries {
			secrets = append(secrets, canary)
		}
		for _, s := range secrets {
			if strings.Contains(l.Subject+l.Text+l.HTML, s) {
				t.Errorf("the letter says %q: %s", s, l.Text)
			}
		}
		notices := worker.Open("/notifications")
		if href := notices.Find("a[href$='/today']").AttrOr("href", ""); href == "" || worker.Open(href).Words("main ul.rows") == "" {
			t.Errorf("the notice leads to %q: %s", href, notices.Words("main"))
		}
	})
}

// TestH24_TheSafetySheetIsThereForAnyoneInFourLanguages reads it without an account.
func TestH24_TheSafetySheetIsThereForAnyoneInFourLanguages(t *testing.T) {
	t.Parallel()
	s := apptest.Open(t, store.SQLite, nil)
	for language, want := range map[string]string{"fr": "Votre accueil est gratuit", "en": "Your stay is free", "uk": "Проживання безкоштовне", "ar": "إقامتكم مجانية"} {
		browser := s.Browser()
		browser.Press(browser.Open("/safety"), "footer button[value='"+language+"']", nil)
		p := browser.Open("/safety")
		if p.Status != http.StatusOK || !strings.Contains(p.Words("article"), want) || !p.Has("a[href='tel:3919']") || !p.Has("a[href='sms:114']") {
			t.Errorf("%s: %d %s", language, p.Status, p.Words("article"))
		}
		if len(p.List("article ul:not(.emergency) li")) < 16 {
			t.Errorf("%s: %d lines", language, len(p.List("article ul li")))
		}
		if p := browser.Open("/safety?country=DE"); !p.Has("a[href='tel:116016']") || p.Has("a[href='tel:3919']") {
			t.Errorf("%s: Germany has other numbers", language)
		}
	}
	if p := s.Browser().Open("/safety?country=../x"); p.Status != http.StatusOK || p.Find("option[selected]").AttrOr("value", "") != "FR" {
		t.Errorf("another country: %d", p.Status)
	}
}

// TestH19_CostsAreOpen has an administrator write what the server costs and a
// visitor read it.
func TestH19_CostsAreOpen(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		s := apptest.Open(t, engine, nil)
		ada, err := s.People.Create(t.Context(), people.Newcomer{Username: "ada", Name: "Ada", Email: "ada@people.example", Password: apptest.Password, Role: instance.Admin})
		if err != nil {
			t.Fatal(err)
		}
		visitor, admin := s.Browser(), s.SignedIn(ada)
		if p := visitor.Open("/"); p.Find("footer a[href='/costs']").Length() != 1 {
			t.Error("nothing leads there")
		}
		if p := visitor.Open("/costs"); p.Status != http.StatusOK || p.Has("table") {
			t.Errorf("before: %d", p.Status)
		}
		form := admin.Open("/admin/costs")
		bad := admin.Press(form, "main form p.submit button", apptest.Fields{"what-1": {"Serveur"}, "amount-1": {"beaucoup"}, "who-1": {"la mairie"}})
		if bad.Status != http.StatusUnprocessableEntity || !bad.Has("#line-1-problem") || bad.Find("#amount-1").AttrOr("value", "") != "beaucoup" {
			t.Errorf("a word for a number: %d", bad.Status)
		}
		if p := admin.Press(bad, "main form p.submit button", apptest.Fields{"amount-1": {"1 240"}, "what-2": {"Nom"}, "amount-2": {"12"}}); p.Status != http.StatusOK {
			t.Fatalf("kept: %d %s", p.Status, p.Words("main .problems"))
		}
		p := visitor.Open("/costs")
		if words := p.Words("main"); !strings.Contains(words, "Serveur") || !strings.Contains(words, "la mairie") || !strings.Contains(words, "En tout : 1252") {
			t.Errorf("a visitor reads %s", words)
		}
		if p := visitor.Open("/admin/costs"); p.Status == http.StatusOK && p.Path == "/admin/costs" {
			t.Error("a visitor writes it")
		}
	})
}
