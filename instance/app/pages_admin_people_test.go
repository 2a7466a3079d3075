package app_test

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/moderation"
	"palier/instance/store"
)

func TestAccountsAreMadeInABrowser(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		h := newHall(t, engine)
		b := h.SignedIn(h.claire)
		const button = "main form button.button"
		typed := apptest.Fields{
			"name": {"Léa Petit"}, "username": {"léa"}, "email": {"lea@people.example"}, "password": {apptest.Password},
			"home": {h.port.ID.String()}, "verified": nil,
		}
		p := b.Press(b.Open("/admin/people/new"), button, typed)
		wantProblem(t, p, "username", "lettres sans accent")
		if p.Find("#name").AttrOr("value", "") != "Léa Petit" || p.Find("#email").AttrOr("value", "") != "lea@people.example" ||
			!p.Has("#home option[value='"+h.port.ID.String()+"'][selected]") || p.Has("#verified[checked]") {
			t.Errorf("the form forgot what was typed")
		}
		if strings.Contains(p.Body, apptest.Password) {
			t.Error("the form shows the password")
		}
		typed["username"] = []string{"lea"}
		typed["email"] = []string{"yann@people.example"}
		wantProblem(t, b.Press(p, button, typed), "email", "utilise déjà cette adresse")
		typed["email"] = []string{"lea@people.example"}
		typed["password"] = []string{"court"}
		wantProblem(t, b.Press(p, button, typed), "password", "10 caractères au moins")
		typed["password"] = []string{apptest.Password}
		p = b.Press(p, button, typed)
		wantFlash(t, p, "Créé")
		if got := p.Words(".rows li"); !strings.Contains(got, "port") || !strings.Contains(got, "Déclaré") {
			t.Errorf("where they live: %q", got)
		}
		p = b.Press(p, ".rows button[value='verify']", nil)
		wantFlash(t, p, "Adresse confirmée")
		p = b.Press(p, ".inline-form button[value='verify']", apptest.Fields{"place": {h.centre.ID.String()}})
		if got := p.List(".rows li"); len(got) != 2 || !strings.Contains(got[0], "Vérifié") || !strings.Contains(got[1], "Vérifié") {
			t.Errorf("homes: %q", got)
		}
		p = b.Press(p, "li:contains('Centre') button[value='leave']", nil)
		if got := p.List(".rows li"); len(got) != 1 || !strings.Contains(got[0], "port") {
			t.Errorf("homes after one was left: %q", got)
		}
	})
}

func TestRolesAndAccess(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		h := newHall(t, engine)
		admin, yann := h.SignedIn(h.claire), h.SignedIn(h.yann)
		path := "/admin/people/" + h.yann.ID.String()

		p := admin.Press(admin.Open(path), "form[action$='/role'] button", apptest.Fields{"role": {"moderator"}})
		wantFlash(t, p, "Rôle enregistré")
		if again := yann.Do(yann.Request(http.MethodGet, "/home", "", nil)); again.Status != http.StatusSeeOther {
			t.Errorf("a new role keeps the old session (G08): %d", again.Status)
		}
		yann = h.SignedIn(h.yann)
		if got := yann.Open("/admin/reports"); got.Status != http.StatusOK {
			t.Errorf("the new moderator reads reports: %d", got.Status)
		}

		p = admin.Press(admin.Open(path+"/disable"), "main form button", nil)
		wantFlash(t, p, "Accès fermé")
		if again := yann.Do(yann.Request(http.MethodGet, "/home", "", nil)); again.Status != http.StatusSeeOther {
			t.Errorf("a closed account keeps its session (G06): %d", again.Status)
		}
		if !p.Has(".badge.alert") {
			t.Errorf("the account after it was closed: %q", p.Words("main"))
		}
		p = admin.Press(p, "form[action$='/enable'] button", nil)
		wantFlash(t, p, "Accès rouvert")
		h.SignedIn(h.yann)

		// Whoever runs the server cannot shut themself out.
		self := "/admin/people/" + h.claire.ID.String()
		if own := admin.Open(self); own.Has("form[action$='/role']") || own.Has("a[href$='/disable']") {
			t.Error("one's own account offers what would shut one out")
		}
		for path, fields := range map[string]apptest.Fields{self + "/role": {"role": {"resident"}}, self + "/disable": {}} {
			if p := admin.Post(path, fields); p.Status != http.StatusForbidden {
				t.Errorf("%s on oneself: %d", path, p.Status)
			}
		}
		if p := admin.Open("/admin/people/" + h.centre.ID.String()); p.Status != http.StatusNotFound {
			t.Errorf("the account of a place: %d", p.Status)
		}
	})
}

func TestAccountsAreListedAndFound(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		h := newHall(t, engine)
		for i := range 20 {
			h.account("voisin"+strconv.Itoa(i), instance.Resident)
		}
		b := h.SignedIn(h.claire)
		first := b.Open("/admin/people")
		if got := first.List("tbody th"); len(got) != 20 || got[0] != "voisin19" {
			t.Errorf("first page: %q", got)
		}
		rest := b.Open(first.Find("a[rel='next']").AttrOr("href", ""))
		if diff := rest.List("tbody th"); !slices.Equal(diff, []string{"yann", "kim", "marc", "claire"}) {
			t.Errorf("second page: %q", diff)
		}
		if rest.Find("a[rel='prev']").AttrOr("href", "") == "" {
			t.Error("the second page leads nowhere back")
		}
		found := b.Press(first, "form[role='search'] button", apptest.Fields{"q": {"yann@"}})
		if got := found.List("tbody tr"); len(got) != 1 || !strings.Contains(got[0], "Centre") || !strings.Contains(got[0], "Vérifié") {
			t.Errorf("found: %q", got)
		}
		if none := b.Open("/admin/people?q=%25"); none.Has("tbody") {
			t.Errorf("a percent sign finds %q", none.List("tbody th"))
		}
	})
}

func TestReportsAreDecidedInABrowser(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		h := newHall(t, engine)
		b := h.SignedIn(h.marc)
		list := b.Open("/admin/reports")
		p := b.Open(list.Find(".rows a.name").AttrOr("href", ""))
		for _, want := range []string{"Signalement au sujet de yann", "publicité", "Signalé par kim", "encore lui", "Premier"} {
			if !strings.Contains(p.Words("main"), want) {
				t.Errorf("the report lacks %q: %q", want, p.Words("main"))
			}
		}
		const button = "form[action^='/admin/reports/'] button"
		wantProblem(t, b.Press(p, button, nil), "decision", "Choisissez")
		wrong := b.Press(p, button, apptest.Fields{"decision": {"delete"}, "reason": {""}})
		wantProblem(t, wrong, "reason", "une raison")
		if !wrong.Has("input[value='delete'][checked]") {
			t.Error("the form forgot the decision")
		}
		long := b.Press(p, button, apptest.Fields{"decision": {"limit"}, "reason": {strings.Repeat("é", 2001)}})
		wantProblem(t, long, "reason", "2000 caractères au plus")
		if len([]rune(long.Words("#reason"))) != 2001 {
			t.Error("the form forgot the reason")
		}
		wantFlash(t, b.Press(p, button, apptest.Fields{"decision": {"delete"}, "reason": {"publicité"}}), "Décision enregistrée")
		want(t, "the place", shown(t, h.Server, h.centre))
		if again := b.Press(p, button, apptest.Fields{"decision": {"dismiss"}}); again.Status != http.StatusConflict {
			t.Errorf("decided twice: %d", again.Status)
		}
		closed := b.Open("/admin/reports?state=closed")
		p = b.Open(closed.Find(".rows a.name").AttrOr("href", ""))
		if got := p.Words("main"); !strings.Contains(got, "Retirer les messages signalés") || p.Has("form[action^='/admin/reports/']") {
			t.Errorf("the closed report: %q", got)
		}
		if b.Open("/admin/reports").Has(".rows") {
			t.Error("an open report is left")
		}
	})
}

func TestI05_ReportsDoNotBetrayWhoReports(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		h, other := newHall(t, engine), apptest.Open(t, engine, nil)
		ctx := t.Context()
		place := other.Place("ailleurs", "neighbourhood")
		rose := other.Resident("rose", place)
		nadia := (&hall{Server: other}).account("nadia", instance.Admin)
		other.Post(rose, place.ID, instance.ToPublic, "Achetez")
		there := h.Find(other.Handle("rose"))
		h.must(h.Moderation.Report(ctx, h.kim.ID, moderation.Complaint{Target: there.ID, Category: moderation.Spam, Comment: "publicité", Forward: true}))
		apptest.Settle(t, h.Server, other)

		list := other.SignedIn(nadia)
		p := list.Open(list.Open("/admin/reports").Find(".rows a.name").AttrOr("href", ""))
		if got := p.Words("main"); !strings.Contains(got, "Signalé par le serveur "+h.Site.Host()) || strings.Contains(got, "kim") {
			t.Errorf("the report elsewhere: %q", got)
		}
		here := h.SignedIn(h.claire)
		reports := here.Open("/admin/reports")
		p = here.Open(reports.Find("a.name:contains('rose')").AttrOr("href", ""))
		if got := p.Words("main"); !strings.Contains(got, "transmis à l’autre serveur") {
			t.Errorf("the report here: %q", got)
		}

		// A moderator reads nothing of what was said about themself.
		h.must(h.Moderation.Report(ctx, h.kim.ID, moderation.Complaint{Target: h.marc.ID, Category: moderation.Attack, Comment: "il menace"}))
		marc := h.SignedIn(h.marc)
		if got := marc.Open("/admin/reports").Words("main"); strings.Contains(got, "menace") {
			t.Errorf("reports the target reads: %q", got)
		}
		about := here.Open("/admin/reports").Find("a.name:contains('marc')").AttrOr("href", "")
		if about == "" || marc.Open(about).Status != http.StatusNotFound || marc.Post(about, apptest.Fields{"decision": {"dismiss"}}).Status != http.StatusNotFound {
			t.Errorf("the report about a moderator is theirs to open, or to dismiss: %q", about)
		}
	})
}

func TestSomebodyElsewhereIsLimitedAndLetBackIn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		h := newHall(t, engine)
		lena := h.elsewhere(78, instance.Person, "lena")
		h.must(h.Moderation.Report(t.Context(), h.kim.ID, moderation.Complaint{Target: lena.ID, Category: moderation.Spam}))
		b := h.SignedIn(h.marc)
		report := b.Open(b.Open("/admin/reports").Find("a.name:contains('lena')").AttrOr("href", ""))
		path := report.Find("a[href^='/admin/actors/']").AttrOr("href", "")
		p := b.Open(path)
		wrong := b.Press(p, "button[value='suspend']", nil)
		wantProblem(t, wrong, "reason", "une raison")
		p = b.Press(p, "button[value='limit']", apptest.Fields{"reason": {"publicité"}})
		wantFlash(t, p, "Décision enregistrée")
		p = b.Press(p, "button[value='suspend']", apptest.Fields{"reason": {"encore"}})
		if got := p.Words("main"); !strings.Contains(got, "Compte exclu") || !strings.Contains(got, "Compte limité") {
			t.Errorf("what was decided: %q", got)
		}
		if a, err := h.Moderation.Subject(t.Context(), lena.ID); err != nil || a.SuspendedAt.IsZero() || a.LimitedAt.IsZero() {
			t.Errorf("lena: %+v, %v", a, err)
		}
		p = b.Press(p, "button[value='unsuspend']", nil)
		p = b.Press(p, "button[value='unlimit']", nil)
		if got := p.Words("main"); !strings.Contains(got, "Rien n’est décidé") {
			t.Errorf("after all was taken back: %q", got)
		}
		// Not about oneself, nor against who runs the server (G11).
		if own := b.Open("/admin/actors/" + h.marc.ID.String()); own.Has("main form") || !strings.Contains(own.Words("main"), "On ne décide pas de soi-même") {
			t.Errorf("about oneself: %q", own.Words("main"))
		}
		if p := b.Post("/admin/actors/"+h.claire.ID.String(), apptest.Fields{"deed": {"suspend"}, "reason": {"coup d’État"}}); p.Status != http.StatusForbidden {
			t.Errorf("against who runs the server: %d", p.Status)
		}
	})
}
