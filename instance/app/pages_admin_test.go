package app_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/people"
	"palier/instance/store"
)

// wantFlash fails the test unless p says that something was done.
func wantFlash(t *testing.T, p *apptest.Page, words string) {
	t.Helper()
	if p.Status != http.StatusOK || !strings.Contains(p.Words(".flash"), words) {
		t.Errorf("%d at %s says %q, want %q", p.Status, p.Path, p.Words(".flash"), words)
	}
}

// wantProblem fails the test unless p is a form that says what is wrong with a
// field, and leads there.
func wantProblem(t *testing.T, p *apptest.Page, field, words string) {
	t.Helper()
	if p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.Words(".problems a[href='#"+field+"']"), words) {
		t.Errorf("%d at %s says %q, want %q about %s", p.Status, p.Path, p.Words(".problems"), words, field)
	}
}

func TestTheOverviewShowsWhatWaits(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		h := newHall(t, engine)
		h.must(h.Places.Join(t.Context(), h.port.ID, h.yann.ID))
		p := h.SignedIn(h.claire).Open("/admin")
		want := []string{
			"1 signalement à lire", "1 message à lire avant reprise", "1 lieu demande à suivre un des vôtres", "1 adresse à confirmer",
			"2 travaux n’ont pas pu être faits",
		}
		if diff := cmp.Diff(want, p.List(".todo li")); diff != "" {
			t.Errorf("to do (-want +got):\n%s", diff)
		}
		// Accounts, verified, places, posts, servers, deliveries.
		if diff := cmp.Diff([]string{"4", "2", "2", "2", "1", "0"}, p.List(".figures dd")); diff != "" {
			t.Errorf("numbers (-want +got):\n%s", diff)
		}
		if got := p.Words(".figures dt"); got != "Comptes, dont 4 nouveaux en 7 jours" {
			t.Errorf("accounts: %q", got)
		}
		if !strings.Contains(p.Words(".facts"), map[store.Engine]string{store.SQLite: "SQLite", store.Postgres: "PostgreSQL"}[engine]) {
			t.Errorf("the server: %q", p.Words(".facts"))
		}
	})
}

func TestPlacesAreMadeAndChangedInABrowser(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		h := newHall(t, engine)
		b := h.SignedIn(h.claire)
		form := b.Open("/admin/neighbourhoods/new")
		const button = "main form button.button"
		typed := apptest.Fields{
			"title": {"Les Capucins"}, "username": {"Les Capucins"}, "kind": {"residence"}, "within": {"@centre\n@nulle_part"},
			"summary": {"Autour de *l’école*"}, "territory": {"FR:COG:22050"}, "hold": {"yes"},
		}
		p := b.Press(form, button, typed)
		wantProblem(t, p, "within", "ne mène à aucun lieu")
		typed["within"] = []string{"@centre"}
		p = b.Press(form, button, typed)
		wantProblem(t, p, "username", "lettres sans accent")
		for field, want := range map[string]string{
			"#title": "Les Capucins", "#username": "Les Capucins", "#territory": "FR:COG:22050",
		} {
			if got := p.Find(field).AttrOr("value", ""); got != want {
				t.Errorf("%s holds %q, want %q", field, got, want)
			}
		}
		if p.Words("#summary") != "Autour de *l’école*" || p.Words("#within") != "@centre" || !p.Has("#hold[checked]") || !p.Has("#kind option[value='residence'][selected]") {
			t.Errorf("the form forgot what was typed: %s", p.Body)
		}
		p = b.Press(p, button, apptest.Fields{"username": {"capucins"}})
		wantFlash(t, p, "Créé")
		n, err := h.Places.Named(t.Context(), "capucins")
		if err != nil || n.Name != "Les Capucins" || n.Level != "residence" || !n.HoldNew || n.Summary != "<p>Autour de <em>l’école</em></p>" || !slices.Equal(n.Within, []string{h.centre.URI}) {
			t.Fatalf("the place: %+v, %v", n, err)
		}

		p = b.Press(p, button, apptest.Fields{"title": {" "}, "within": {"@centre@" + h.Site.Host() + "\n@capucins"}})
		wantProblem(t, p, "within", "pas dans lui-même")
		if p.Words("h1") != "Les Capucins" || !strings.Contains(p.Words("#within"), "@capucins") {
			t.Errorf("after a mistake: %q, %q", p.Words("h1"), p.Words("#within"))
		}
		p = b.Press(p, button, apptest.Fields{"title": {"Capucins"}, "within": {""}, "hold": nil})
		wantFlash(t, p, "Enregistré")
		if n, err = h.Places.ByID(t.Context(), n.ID); err != nil || n.Name != "Capucins" || n.HoldNew || len(n.Within) != 0 || n.Territory != "FR:COG:22050" || n.Source != "Autour de *l’école*" {
			t.Errorf("the place after it was changed: %+v, %v", n, err)
		}
		if got := b.Open("/admin/neighbourhoods").List("tbody th"); !slices.Equal(got, []string{"Capucins", "Centre", "port"}) {
			t.Errorf("places: %q", got)
		}
	})
}

func TestMembersAndModeratorsOfAPlace(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		h := newHall(t, engine)
		lena := h.elsewhere(78, instance.Person, "lena")
		b := h.SignedIn(h.claire)
		path := "/admin/neighbourhoods/" + h.port.ID.String() + "/members"
		press := func(person, deed string) *apptest.Page {
			t.Helper()
			return b.Press(b.Open(path), ".inline-form button[value='"+deed+"']", apptest.Fields{"person": {person}})
		}
		p := press("quidam", "verify")
		wantProblem(t, p, "person", "Personne n’a ce nom")
		if got := p.Find("#person").AttrOr("value", ""); got != "quidam" {
			t.Errorf("the form forgot %q", got)
		}
		wantProblem(t, press("@lena@loin.example", "verify"), "person", "pas de compte ici")
		wantProblem(t, press("@centre", "moderator"), "person", "Personne n’a ce nom")
		wantFlash(t, press("Yann", "verify"), "Adresse confirmée")
		wantFlash(t, press("@lena@loin.example", "moderator"), "Enregistré")

		p = b.Open(path)
		if got := p.List("tbody tr"); len(got) != 2 || !strings.Contains(got[0], "yann") || !strings.Contains(got[0], "Vérifié") || !strings.Contains(got[1], "lena") || !strings.Contains(got[1], "Modère") {
			t.Errorf("members: %q", got)
		}
		if follows, err := h.People.Relationships(t.Context(), h.yann.ID, []instance.ActorID{h.port.ID}); err != nil || follows[h.port.ID].Follows != people.Following {
			t.Errorf("a new resident hears nothing of the place: %+v, %v", follows, err)
		}
		p = b.Press(p, "tr:contains('lena') button[value='no-moderator']", nil)
		p = b.Press(p, "tr:contains('yann') button[value='leave']", nil)
		wantFlash(t, p, "Retiré")
		if p.Has("tbody") {
			t.Errorf("left: %q", p.List("tbody tr"))
		}
		if yes, err := h.Places.Moderates(t.Context(), h.DB.Read(), h.port.ID, lena.ID); err != nil || yes {
			t.Errorf("lena still moderates: %v, %v", yes, err)
		}
	})
}

func TestPlacesFollowOneAnotherThroughTheirAdministrations(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		town, house := newHall(t, engine), apptest.Open(t, engine, nil)
		tilleuls := house.Place("tilleuls", "building")
		amina, err := house.People.Create(t.Context(), people.Newcomer{Username: "amina", Name: "Amina", Email: "amina@people.example", Password: apptest.Password, Role: instance.Admin})
		if err != nil {
			t.Fatal(err)
		}
		here, there := town.SignedIn(town.claire), house.SignedIn(amina)
		relay := "/admin/neighbourhoods/" + tilleuls.ID.String() + "/relay"
		add := func(address string) *apptest.Page {
			t.Helper()
			return there.Press(there.Open(relay), "form.sheet button.button", apptest.Fields{"address": {address}})
		}
		p := add("@personne@" + town.Site.Host())
		wantProblem(t, p, "address", "Personne n’a cette adresse")
		if got := p.Find("#address").AttrOr("value", ""); got != "@personne@"+town.Site.Host() {
			t.Errorf("the form forgot %q", got)
		}
		wantProblem(t, add("@yann@"+town.Site.Host()), "address", "l’adresse d’une personne")
		wantProblem(t, add("@tilleuls"), "address", "ce lieu lui-même")
		wantFlash(t, add("@centre@"+town.Site.Host()), "Demande envoyée")
		apptest.Settle(t, town.Server, house)

		// The town reads the request, says yes, and asks back.
		links := here.Open("/admin/links")
		asks := "li:contains('@tilleuls@" + house.Site.Host() + "')"
		if got := links.Words(asks); !strings.Contains(got, "demande à suivre Centre") {
			t.Fatalf("requests: %q", links.List("section li"))
		}
		if got := there.Open("/admin/links").Words("li:contains('@centre@')"); !strings.Contains(got, "tilleuls attend sa réponse") {
			t.Errorf("what was asked: %q", got)
		}
		p = here.Press(links, asks+" button[value='accept']", nil)
		wantFlash(t, p, "Demande acceptée. Vous pouvez suivre ce lieu en retour.")
		p = here.Press(p, asks+" button[value='back']", nil)
		wantFlash(t, p, "Demande envoyée")
		apptest.Settle(t, town.Server, house)
		p = there.Press(there.Open("/admin/links"), "li:contains('@centre@') button[value='accept']", nil)
		wantFlash(t, p, "Demande acceptée")
		apptest.Settle(t, town.Server, house)
		for where, p := range map[string]*apptest.Page{"the town": here.Open("/admin/links"), "the house": there.Open("/admin/links")} {
			if !strings.Contains(p.Words("main"), "Se suivent") {
				t.Errorf("%s: %q", where, p.Words("main"))
			}
		}
		if got := there.Open(relay).Words("li.sheet"); !strings.Contains(got, "Accepté") {
			t.Errorf("the rule in the house: %q", got)
		}

		// What is said in town is now read in the house, and not once the link ends.
		town.Post(town.kim, town.centre.ID, instance.ToPublic, "Fête samedi")
		apptest.Settle(t, town.Server, house)
		want(t, "the house", shown(t, house, tilleuls), "Fête samedi")
		p = here.Press(here.Open("/admin/links"), asks+" button[value='end']", nil)
		wantFlash(t, p, "Ce lien a pris fin")
		apptest.Settle(t, town.Server, house)
		town.Post(town.kim, town.centre.ID, instance.ToPublic, "Fête dimanche")
		apptest.Settle(t, town.Server, house)
		want(t, "the house after the end", shown(t, house, tilleuls), "Fête samedi")
	})
}

func TestTermsOfARelayAreChangedInABrowser(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		h := newHall(t, engine)
		b := h.SignedIn(h.claire)
		path := "/admin/neighbourhoods/" + h.port.ID.String() + "/relay"
		p := b.Press(b.Open(path), "form.sheet button.button", apptest.Fields{"address": {"@centre"}})
		wantFlash(t, p, "Enregistré") // both are ours: nobody else has to say yes
		rule := "form[action='" + path + "'] "
		most := "most-" + h.centre.ID.String()

		p = b.Press(p, rule+"button.plain-button", apptest.Fields{"most": {"5000"}, "mode": {"moderated"}, "reach": {"national"}})
		wantProblem(t, p, most, "entre 1 et 1000")
		if p.Find("#"+most).AttrOr("value", "") != "5000" || !p.Has("option[value='moderated'][selected]") || !p.Has("option[value='national'][selected]") {
			t.Errorf("the form forgot what was typed")
		}
		wantProblem(t, b.Press(p, rule+"button.plain-button", apptest.Fields{"most": {"beaucoup"}}), most, "entre 1 et 1000")
		p = b.Press(p, rule+"button.plain-button", apptest.Fields{"most": {"5"}})
		wantFlash(t, p, "Enregistré")
		rules, err := h.Groups.Rules(t.Context(), h.port.ID)
		if err != nil || len(rules) != 1 || rules[0].MaxPerDay != 5 || !rules[0].Moderated || rules[0].MinReach.String() != "national" || rules[0].State != "accepted" {
			t.Errorf("rules: %+v, %v", rules, err)
		}
		if p := b.Post(path, apptest.Fields{"source": {h.yann.ID.String()}, "most": {"5"}, "mode": {"auto"}, "reach": {"commune"}}); p.Status != http.StatusNotFound {
			t.Errorf("terms for somebody who is no source: %d", p.Status)
		}
		wantFlash(t, b.Press(p, rule+"button[value='remove']", nil), "Retiré")
		if rules, err = h.Groups.Rules(t.Context(), h.port.ID); err != nil || len(rules) != 0 {
			t.Errorf("rules after the end: %+v, %v", rules, err)
		}
		if l, err := h.People.LinksTo(t.Context(), people.Following, 0, 10); err != nil || len(l) != 0 {
			t.Errorf("links after the end: %+v, %v", l, err)
		}
	})
}

func TestWhoLooksAfterAPlaceReadsWhatWaitsThere(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		h := newHall(t, engine)
		h.Post(h.yann, h.centre.ID, instance.ToPublic, "Troisième") // let through: one of yann's was
		cem := h.Resident("cem", h.centre)
		h.Post(cem, h.centre.ID, instance.ToPublic, "Publicité")
		b := h.SignedIn(h.kim)

		door := b.Open("/admin/waiting")
		if got := door.List(".rows li"); len(got) != 1 || !strings.Contains(got[0], "Centre") || !strings.Contains(got[0], "2 messages attendent") {
			t.Errorf("where something waits: %q", got)
		}
		p := b.Open(door.Find(".rows a.name").AttrOr("href", ""))
		if diff := cmp.Diff([]string{"Second", "Publicité"}, texts(p)); diff != "" {
			t.Fatalf("what waits (-want +got):\n%s", diff)
		}
		if got := p.List("nav.tabs li"); !slices.Equal(got, []string{"À lire", "Preuves"}) {
			t.Errorf("tabs of somebody who only looks after the place: %q", got)
		}
		p = b.Press(p, "li:contains('Second') button[value='relay']", nil)
		wantFlash(t, p, "Message repris")
		p = b.Press(p, "li:contains('Publicité') button[value='drop']", nil)
		wantFlash(t, p, "ne sera pas repris")
		if len(texts(p)) != 0 {
			t.Errorf("still waiting: %q", texts(p))
		}
		want(t, "the place", shown(t, h.Server, h.centre), "Second", "Troisième", "Premier")
		manage := b.Open("/@centre").Find("a.plain-button[href*='/admin/']").AttrOr("href", "")
		if manage != "/admin/neighbourhoods/"+h.centre.ID.String()+"/waiting" {
			t.Errorf("the place leads its moderator to %q", manage)
		}
	})
}

func TestAModeratorTakesAPostOut(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		h := newHall(t, engine)
		// port relays what centre shares, and is looked after by lena.
		lena := h.Resident("lena", h.port)
		h.must(h.Places.SetModerator(t.Context(), h.port.ID, lena.ID, true))
		admin := h.SignedIn(h.claire)
		admin.Press(admin.Open("/admin/neighbourhoods/"+h.port.ID.String()+"/relay"), "form.sheet button.button", apptest.Fields{"address": {"@centre"}})
		p := h.Post(h.kim, h.centre.ID, instance.ToPublic, "Vends tout")
		want(t, "the place that relays", shown(t, h.Server, h.port), "Vends tout")
		path := "/@kim/" + p.ID.String()

		// Those of the whole server are asked from where; where it was written
		// stands first.
		if got := h.SignedIn(h.marc).Open(path + "/remove").List("#in option"); !slices.Equal(got, []string{"Centre, où il a été écrit", "port, qui le reprend"}) {
			t.Errorf("places it can be taken out of: %q", got)
		}

		// The one takes it out of what they look after, no more.
		b := h.SignedIn(lena)
		confirm := b.Open(path + "/remove")
		if got := confirm.Words("h1"); got != "Ne plus reprendre ce message de kim ?" {
			t.Errorf("asked before a relay ends: %q", got)
		}
		gone := b.Press(confirm, "main form button", apptest.Fields{"reason": {"hors sujet"}})
		wantFlash(t, gone, "Message retiré")
		want(t, "the place that relayed it", shown(t, h.Server, h.port))
		want(t, "the place it was posted in", shown(t, h.Server, h.centre), "Vends tout", "Premier")
		if again := b.Open(path + "/remove"); again.Status != http.StatusNotFound {
			t.Errorf("taken out twice: %d", again.Status)
		}

		// The moderators of the server take it away.
		b = h.SignedIn(h.marc)
		confirm = b.Open(path + "/remove")
		if got := confirm.Words("h1"); got != "Retirer ce message de kim ?" {
			t.Errorf("asked before a post goes: %q", got)
		}
		if got := b.Post(path+"/remove", nil); got.Status != http.StatusNotFound {
			t.Errorf("taken out of no place: %d", got.Status)
		}
		b.Press(confirm, "main form button", apptest.Fields{"reason": {"publicité"}})
		want(t, "the place it was posted in", shown(t, h.Server, h.centre), "Premier")
		if left := h.Browser().Open(path + "?x=1"); left.Status != http.StatusGone || strings.Contains(left.Body, "Vends tout") {
			t.Errorf("its page: %d", left.Status)
		}
		if other := b.Open("/@yann/" + p.ID.String() + "/remove"); other.Status != http.StatusNotFound {
			t.Errorf("under another's name: %d", other.Status)
		}
	})
}
