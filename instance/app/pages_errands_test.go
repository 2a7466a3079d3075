package app_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"palier/instance/apptest"
	"palier/instance/store"
)

func TestErrandsAreRunOnPages(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		amina, bo := v.SignedIn(v.amina), v.SignedIn(v.bo)
		in := "&in=" + v.tilleuls.ID.String()
		post := func(mode string, with apptest.Fields, files ...apptest.File) *apptest.Page {
			t.Helper()
			with["title"], with["audience"] = []string{"Un service"}, []string{"building"}
			p := amina.Press(amina.Open("/errands/new?mode="+mode+in), "main form button.button", with, files...)
			if p.Status != http.StatusOK || !strings.HasPrefix(p.Path, "/errands/") {
				t.Fatalf("%s: %d at %s: %s", mode, p.Status, p.Path, p.Words("main"))
			}
			return p
		}
		past := amina.Press(amina.Open("/errands/new?mode=run"+in), "main form button.button", apptest.Fields{"title": {"Courses"}, "starts": {"2020-01-01T10:00"}, "place": {"Marché"}, "audience": {"building"}})
		if past.Status != http.StatusUnprocessableEntity || !past.Has("#starts-problem") || past.Find("#place").AttrOr("value", "") != "Marché" {
			t.Errorf("a run in the past: %d", past.Status)
		}
		run := post("run", apptest.Fields{"place": {"La pharmacie"}, "starts": {typedIn(24 * time.Hour)}, "lists": {"2"}}).Path
		bo.Press(bo.Open(run), "form[action$='/ask'] button", apptest.Fields{"list": {"aspirine"}, "budget": {"10 €"}})
		listed := amina.Open(run)
		if !strings.Contains(listed.Words("#part"), "aspirine") || v.SignedIn(v.cem).Open(run).Status != http.StatusNotFound {
			t.Errorf("who goes sees %s", listed.Words("#part"))
		}
		agreed := amina.Press(listed, "button[value=agree]", nil)
		if done := amina.Press(amina.Press(agreed, "button[value=receipt]", nil), "button[value=handed]", nil); !strings.Contains(done.Words("#part"), "ticket donné · remis") {
			t.Errorf("handed over: %s", done.Words("#part"))
		}

		list := post("list", apptest.Fields{"list": {"lait"}, "urgent": {"yes"}}).Path
		if seen := bo.Open(list); strings.Contains(seen.Body, "lait") || !seen.Has(".badge.alert") {
			t.Errorf("before it is agreed: %s", seen.Words("main"))
		}

		parcel := post("parcel", apptest.Fields{"place": {"Le relais"}}).Path
		bo.Press(bo.Open(parcel), "form[action$='/ask'] button", nil)
		shown := amina.Press(amina.Open(parcel), "button[value=agree]", nil)
		code := shown.Words("strong.code")
		if len(code) != 6 || strings.Contains(amina.Open(parcel).Body, code) {
			t.Errorf("the code is %q", code)
		}
		if wrong := bo.Press(bo.Open(parcel), "button[value=handed]", apptest.Fields{"code": {"x"}}); wrong.Status != http.StatusUnprocessableEntity || !wrong.Has("#code-problem") {
			t.Errorf("a wrong code: %d", wrong.Status)
		}
		if right := bo.Press(bo.Open(parcel), "button[value=handed]", apptest.Fields{"code": {code}}); !strings.Contains(right.Words("main .sheet"), "Terminé") {
			t.Errorf("the right code: %s", right.Words("main"))
		}

		walk := post("walk", apptest.Fields{"day": {"1", "3"}, "at": {"08:00"}}).Path
		if taken := bo.Press(bo.Open(walk), "form[action$='/walks'] button", nil); !strings.Contains(taken.Words("#part li"), "lundi · 8 h · bo") {
			t.Errorf("the week says %s", taken.Words("#part"))
		}

		page := post("print", apptest.Fields{}, apptest.File{Field: "file", Name: "attestation.pdf", Content: []byte("%PDF-1.7 oui")}).Path
		bo.Press(bo.Open(page), "form[action$='/ask'] button", nil)
		if early := bo.Open(page + "/file"); early.Status != http.StatusNotFound {
			t.Errorf("before it is agreed: %d", early.Status)
		}
		amina.Press(amina.Open(page), "button[value=agree]", nil)
		file := bo.Open(page + "/file")
		if file.Body != "%PDF-1.7 oui" || file.Header.Get("Cache-Control") != "private, no-store" || file.Header.Get("Content-Disposition") != "attachment" {
			t.Errorf("the file: %d %v", file.Status, file.Header)
		}
		bo.Press(bo.Open(page), "button[value=handed]", nil)
		if late := bo.Open(page + "/file"); late.Status != http.StatusNotFound {
			t.Errorf("after it was handed over: %d", late.Status)
		}
		for _, where := range []string{"/@tilleuls", "/@tilleuls.atom"} {
			if p := bo.Open(where); strings.Contains(p.Body, "attestation") || strings.Contains(p.Body, "lait") {
				t.Errorf("%s tells what is only for the helper", where)
			}
		}
	})
}
