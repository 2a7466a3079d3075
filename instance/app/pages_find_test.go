package app_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"palier/instance"
	"palier/instance/app"
	"palier/instance/apptest"
	"palier/instance/auth"
	"palier/instance/config"
	"palier/instance/people"
	"palier/instance/places"
	"palier/instance/store"
)

const dinanAddresses = "numero;rep;nom_voie;code_postal;code_insee;nom_commune;lon;lat\n" +
	"12;bis;Rue de la Lainerie;22100;22050;Dinan;-2.05;48.45\n" +
	"14;;Rue de la Lainerie;22100;22050;Dinan;-2.05;48.45\n" +
	"1;;Quai de la Rance;22100;22050;Dinan;-2.03;48.45\n" +
	"2;;<script>alert(1)</script>;22100;22050;Dinan;-2.03;48.45\n"

const dinanOutlines = `{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"code":"22050","nom":"Dinan"},"geometry":{"type":"Polygon","coordinates":[[[-2.1,48.4],[-2.0,48.4],[-2.0,48.5],[-2.1,48.5],[-2.1,48.4]]]}},
{"type":"Feature","properties":{"code_iris":"220500101","nom_iris":"Centre <b>"},"geometry":{"type":"Polygon","coordinates":[[[-2.06,48.44],[-2.04,48.44],[-2.04,48.46],[-2.06,48.46],[-2.06,48.44]]]}}]}`

func (v *village) take(name, text string) {
	v.T.Helper()
	report, err := v.Import(v.T.Context(), app.Imported{Name: name, From: strings.NewReader(text), Source: "IGN"})
	if err != nil || report.Bad != 0 {
		v.T.Fatalf("import %s: %s %v", name, report, err)
	}
}

// surveyed is a village with addresses, whose centre has an outline that an
// administrator chose on its page.
func surveyed(t *testing.T, engine store.Engine, adjust func(*config.Config)) *village {
	t.Helper()
	v := newVillage(t, engine, adjust)
	if err := v.Places.Edit(t.Context(), v.dinan.ID, placesPlan("Dinan", "FR:COG:22050")); err != nil {
		t.Fatal(err)
	}
	v.take("adresses.csv", dinanAddresses)
	v.take("contours.geojson", dinanOutlines)
	boss, err := v.People.Create(t.Context(), people.Newcomer{Username: "boss", Name: "boss", Email: "boss@people.example", Password: apptest.Password, Role: instance.Admin})
	if err != nil {
		t.Fatal(err)
	}
	b := v.SignedIn(boss)
	area := b.Open("/admin/neighbourhoods/" + v.centre.ID.String() + "/area?q=22050")
	if got := area.List("fieldset .choice-name"); !cmp.Equal(got, []string{"Centre <b>", "Dinan"}) {
		t.Fatalf("outlines: %q", got)
	}
	id, _ := area.Find("fieldset input").First().Attr("value")
	if p := b.Press(area, "button[value=outline]", apptest.Fields{"outline": {id}}); p.Status != http.StatusOK || !p.Has(".map") {
		t.Fatalf("outline chosen: %d at %s", p.Status, p.Path)
	}
	area = b.Open("/admin/neighbourhoods/" + v.tilleuls.ID.String() + "/area")
	if p := b.Press(area, "button[value=doors]", apptest.Fields{"doors": {"99 rue inconnue"}}); p.Status != http.StatusUnprocessableEntity {
		t.Errorf("a door nobody knows: %d", p.Status)
	}
	if p := b.Press(area, "button[value=doors]", apptest.Fields{"doors": {"12 bis rue de la Lainerie, Dinan\n"}}); p.Status != http.StatusOK || !strings.Contains(p.Words("main"), "1 porte mène ici") {
		t.Errorf("doors: %d %s", p.Status, p.Words("main"))
	}
	return v
}

func placesPlan(title, territory string) places.Plan {
	return places.Plan{Title: title, Territory: territory}
}

const findButton = "form[action='/find'] button"

func TestC6_FromAnAddressToAPlace(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := surveyed(t, engine, nil)
		b := v.Browser()
		p := b.Press(b.Open("/find"), findButton, apptest.Fields{"address": {"rue de la lainerie dinan"}})
		if p.Status != http.StatusOK || p.Path != "/find" || p.Words(".suggestion .name") != "Rue de la Lainerie" {
			t.Fatalf("a street: %d at %s, %q", p.Status, p.Path, p.Words(".suggestion"))
		}
		street, _ := p.Find(".suggestion").Attr("href")
		p = b.Open(street)
		if got := p.List(".numbers a"); !cmp.Equal(got, []string{"12 bis", "14"}) {
			t.Fatalf("numbers: %q", got)
		}
		number, _ := p.Find(".numbers a").First().Attr("href")
		p = b.Open(number)
		if got := p.List(".found .name"); p.Status != http.StatusOK || !cmp.Equal(got, []string{"tilleuls", "centre", "Dinan"}) {
			t.Fatalf("places: %d, %q", p.Status, got)
		}
		if p.Words("main .lead") != "12 bis Rue de la Lainerie, 22100 Dinan" || !p.Has(".found .map path.map-here") || p.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("shown: %q, %v", p.Words("main .lead"), p.Header)
		}
		join, _ := p.Find(".found a.button").Attr("href")
		u, err := url.Parse(join)
		if err != nil || u.Path != "/join" || u.Query().Get("place") != v.tilleuls.ID.String() {
			t.Errorf("on to %s", join)
		}
		id, err := v.Addresses.Open(u.Query().Get("address"))
		if a, byErr := v.Addresses.ByID(t.Context(), id); err != nil || byErr != nil || a.Line() != "12 bis Rue de la Lainerie" {
			t.Errorf("the address goes on as %+v, %v, %v", a, err, byErr)
		}
		p = b.Press(b.Open("/find"), findButton, apptest.Fields{"address": {"14 lainerie"}})
		if got := p.List(".found .name"); !strings.HasPrefix(p.Path, "/find?address=") || strings.Contains(p.Path, "lainerie") || !cmp.Equal(got, []string{"centre", "Dinan"}) {
			t.Errorf("a door typed whole: %s, %q", p.Path, got)
		}
		if p = b.Open("/find?address=forged"); p.Status != http.StatusNotFound {
			t.Errorf("a forged address: %d", p.Status)
		}
		if p = b.Press(b.Open("/find"), findButton, apptest.Fields{"address": {"2 script"}}); strings.Contains(p.Body, "<script>alert") || !strings.Contains(p.Body, "&lt;script&gt;alert(1)") {
			t.Error("a street with script in its name is not shown as words")
		}
		if p = b.Press(b.Open("/find"), findButton, apptest.Fields{"address": {"22630"}}); !strings.Contains(p.Words("main"), "pas encore de fichier d’adresses") || !p.Has("a[href='/find?commune=22056']") {
			t.Errorf("a commune without addresses: %s", p.Words("main"))
		}
		p = b.Open("/find?commune=22056")
		if p.Status != http.StatusOK || p.Words("main .lead:first-of-type") == "" || !p.Has("details a[href^='/join?place=']") {
			t.Errorf("its places to choose from: %d %s", p.Status, p.Words("main"))
		}
		if p = b.Open("/find?commune=22050"); !p.Has("details[open] a[href='/join?place="+v.port.ID.String()+"']") || !strings.Contains(p.Words("details summary"), "quartier") {
			t.Errorf("the neighbourhoods of a commune: %s", p.Words("main"))
		}
		if p = b.Open("/places"); !cmp.Equal(p.List(".rows > li > .line .name"), []string{"centre", "Dinan", "port", "tilleuls"}) || !strings.Contains(strings.ReplaceAll(p.Words("main"), "\u202f", " "), "14 764 habitants") {
			t.Errorf("directory: %q %s", p.List(".rows .name"), p.Words("main"))
		}
		if p = b.Open("/@dinan"); !p.Has(".map path.map-here") || !p.Has(".map path.map-inside") {
			t.Error("a place whose outline is known has no map")
		}
	})
}

func TestSuggestionsForTheScript(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := surveyed(t, engine, func(c *config.Config) { c.Limits.Addresses = auth.Limit{Burst: 3, Every: time.Minute} })
		b := v.Browser()
		ask := func(q string) *apptest.Page {
			r := b.Request(http.MethodGet, "/addresses?q="+url.QueryEscape(q), "", nil)
			r.Header.Set("Accept", "application/json")
			return b.Do(r)
		}
		p := ask("12bis lain")
		var got []struct{ Name, Town, Kind, Path string }
		if err := json.Unmarshal([]byte(p.Body), &got); err != nil || len(got) != 1 || got[0].Name != "12 bis Rue de la Lainerie" || got[0].Kind != "address" {
			t.Fatalf("%d %s: %v", p.Status, p.Body, err)
		}
		if p.Header.Get("Cache-Control") != "no-store" || p.Header.Get("Content-Type") != "application/json; charset=utf-8" {
			t.Errorf("headers: %v", p.Header)
		}
		if p = ask(strings.Repeat("a", 500)); p.Status != http.StatusBadRequest {
			t.Errorf("too long: %d %s", p.Status, p.Body)
		}
		for range 2 {
			p = ask("quai")
		}
		if p.Status != http.StatusTooManyRequests || p.Header.Get("Retry-After") == "" {
			t.Errorf("G02: the fourth is answered with %d", p.Status)
		}
	})
}

// P16: an address in a commune of which this server has no place leads to the
// server that is for it, by a list that anybody may have; the address is not told.
func TestP16_AnAddressLeadsToTheServerOfItsCommune(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		const list = "insee,server,name,note\n35238,https://Voisins.Rennes.example/,Ville de Rennes,x\n" +
			"22050," + "https://dinan.example,,\n35238,javascript:alert(1),x,\n35238,https://a@b.example,x,\nRennes,https://c.example,x,\n"
		report, err := v.Import(t.Context(), app.Imported{Name: "servers.csv", From: strings.NewReader(list)})
		if err != nil || report.Good != 2 || report.Bad != 3 {
			t.Fatalf("imported %s, %v", report, err)
		}
		b := v.Browser()
		p := b.Open("/find?commune=35238")
		link := p.Find("a[href^='https://']").AttrOr("href", "")
		if p.Status != http.StatusOK || link != "https://voisins.rennes.example/find?commune=35238" || !strings.Contains(p.Words("main"), "Ville de Rennes") {
			t.Errorf("Rennes leads to %q: %d %s", link, p.Status, p.Words("main"))
		}
		if p := b.Open("/find?commune=29019"); p.Has("a[href^='https://']") || !p.Has(".nothing") {
			t.Errorf("a commune of nobody: %s", p.Words("main"))
		}
		open := b.Open("/servers.csv")
		if got := open.Body; open.Status != http.StatusOK || got != "insee,server,name\n22050,https://dinan.example,\n35238,https://voisins.rennes.example,Ville de Rennes\n" {
			t.Errorf("the list is %d %q", open.Status, got)
		}
		if again, err := v.Import(t.Context(), app.Imported{Name: "servers.csv", From: strings.NewReader(open.Body)}); err != nil || again.Good != 2 || again.Bad != 0 {
			t.Errorf("what is passed on is read as %s, %v", again, err)
		}
	})
}
