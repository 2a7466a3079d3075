package app_test

import (
	"encoding/csv"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/config"
	"palier/instance/opendata"
	"palier/instance/organisations"
	"palier/instance/people"
	"palier/instance/places"
	"palier/instance/store"
)

// hidden stands in all that must not be in open data: names of people, addresses,
// names of houses, and what is said among neighbours.
const hidden = "Engoulevent"

// given is a server with places and what happens in them, of which a part is for
// everyone.
type given struct {
	*apptest.Server
	admin  instance.Account
	starts time.Time
}

func newGiven(t *testing.T, engine store.Engine) *given {
	t.Helper()
	g := &given{Server: apptest.Open(t, engine, nil), starts: time.Now().Truncate(time.Hour).AddDate(0, 0, 7).UTC()}
	must := g.must
	ctx := t.Context()
	commune, err := g.Places.Create(ctx, places.Plan{Username: "dinan", Title: "=Dinan", Kind: "commune", Territory: "FR:COG:22050"})
	must(err)
	port := g.Place("port", "neighbourhood", commune.URI)
	house, err := g.Places.Create(ctx, places.Plan{Username: "house", Title: hidden, Kind: "building", Within: []string{port.URI}})
	must(err)
	block, err := g.Places.Create(ctx, places.Plan{Username: "block", Title: hidden, Kind: "residence", Within: []string{port.URI}})
	must(err)
	square := func(at float64) places.Outline {
		return places.Outline{Shape: orb.MultiPolygon{{{{at, 48}, {at, 49}, {at - 1, 49}, {at - 1, 48}, {at, 48}}}}, Source: "IGN"}
	}
	must(g.Places.SetOutline(ctx, port.ID, square(-2)))
	for _, id := range []instance.ActorID{house.ID, block.ID} {
		o := square(-31.5)
		o.Source = hidden
		must(g.Places.SetOutline(ctx, id, o))
	}
	person := func(username string, found bool) instance.Account {
		a, err := g.People.Create(ctx, people.Newcomer{Username: username, Name: hidden + " " + username, Email: username + "@people.example", Password: apptest.Password})
		must(err)
		if found {
			must(g.People.EditProfile(ctx, a.ID, people.Profile{Name: a.Name, Indexable: true}))
		}
		for _, n := range []instance.Neighbourhood{commune, port, house} {
			must(g.Places.SetStanding(ctx, n.ID, a.ID, 0, instance.Verified))
		}
		return a
	}
	shy, found := person("shy", false), person("found", true)
	g.admin = found
	must(g.Places.SetModerator(ctx, port.ID, found.ID, true))
	must(g.Places.SetModerator(ctx, house.ID, found.ID, true))

	open := func(username, title string, sort instance.OrganisationSort, place instance.ActorID) instance.Organisation {
		o, err := g.Organisations.Open(ctx, organisations.Plan{
			Username: username, Title: title, Sort: sort, Place: place, Agent: found.ID,
			About: organisations.About{Summary: "Du *bon* pain", Hours: instance.Hours{{{From: 540, To: 750}}}, Needs: []string{"@bras"}},
		})
		must(err)
		return o
	}
	bakery := open("fournil", "Le Fournil", instance.Shop, port.ID)
	syndic := open("syndic", "Syndic de "+hidden, instance.Syndic, house.ID)

	g.invite(g.Viewer(found), "Repas de rue", port.ID, instance.ToPublic, false)
	g.invite(g.Viewer(found), "La fête du Port", port.ID, instance.ToPublic, true)
	g.invite(instance.Viewer{ID: bakery.ID}, "Portes ouvertes", port.ID, instance.ToPublic, false)
	g.invite(instance.Viewer{ID: syndic.ID}, "Chez "+hidden, house.ID, instance.ToPublic, false)
	g.invite(instance.Viewer{ID: syndic.ID}, "De chez "+hidden, 0, instance.ToPublic, false)
	g.invite(g.Viewer(shy), "De "+hidden, port.ID, instance.ToPublic, false)
	g.invite(g.Viewer(found), "Entre nous "+hidden, port.ID, instance.ToNeighbourhood, false)
	g.invite(g.Viewer(found), "Pas listé "+hidden, port.ID, instance.ToUnlisted, false)
	g.invite(g.Viewer(found), "Dans "+hidden, house.ID, instance.ToPublic, true)
	removed := g.invite(g.Viewer(found), "Retiré "+hidden, port.ID, instance.ToPublic, false)
	must(g.Posts.Delete(ctx, found.ID, removed.ID))

	g.campaign(found, "Noël solidaire", port.ID)
	g.campaign(found, "Noël de "+hidden, house.ID)
	return g
}

func (g *given) must(err error) {
	g.T.Helper()
	if err != nil {
		g.T.Fatal(err)
	}
}

// invite has somebody invite to something at an address; where they do so as a
// person, that is theirs.
func (g *given) invite(v instance.Viewer, title string, in instance.ActorID, audience instance.Audience, speaks bool) *instance.Post {
	g.T.Helper()
	venue := instance.Venue{Name: "La halle", Street: "1 quai de la Rance", PostalCode: "22100", Locality: "Dinan", Country: "FR"}
	text := "Venez"
	if v.ID != 0 && !speaks && len(v.Inner) > 0 {
		lat, lon := 48.123456, -2.654321
		venue.Name, venue.Street, text = "Chez "+hidden, "7 rue "+hidden, "Sonnez chez "+hidden
		venue.Latitude, venue.Longitude = &lat, &lon
	}
	p, err := g.App.Events.Invite(g.T.Context(), v, instance.Draft{
		Title: title, Text: text, Language: "fr", Audience: audience, Group: in,
		Event: &instance.Event{Starts: g.starts, Ends: g.starts.Add(2 * time.Hour), Zone: "Europe/Paris", Status: instance.EventConfirmed, Venue: venue},
	}, speaks)
	g.must(err)
	return p
}

func (g *given) campaign(by instance.Account, name string, place instance.ActorID) {
	g.T.Helper()
	ctx := g.T.Context()
	checker, err := g.People.Create(ctx, people.Newcomer{Username: "checker" + place.String(), Name: hidden, Email: place.String() + "@people.example", Password: apptest.Password})
	g.must(err)
	g.must(g.Places.SetModerator(ctx, place, checker.ID, true))
	id, err := g.App.Campaigns.Draft(ctx, by, g.Viewer(by), instance.CampaignPlan{
		Template: "feast", Name: name, Text: "Un repas", Language: "fr", Tag: "Noel", Starts: time.Now(), Ends: time.Now().Add(240 * time.Hour), Places: []instance.ActorID{place},
		Contacts: []instance.CampaignContact{{Name: hidden, Phone: "02 96 00 00 17"}},
	}, "")
	g.must(err)
	g.must(g.App.Campaigns.AskCheck(ctx, by, id))
	g.must(g.App.Campaigns.Approve(ctx, checker, id))
}

// table is a table by the titles or names of its rows.
func (g *given) table(set *opendata.Set, by string) map[string]map[string]any {
	g.T.Helper()
	status, body := g.Get("/data/"+set.Name+".json", "*/*")
	var doc struct{ Records []map[string]any }
	if err := json.Unmarshal([]byte(body), &doc); status != http.StatusOK || err != nil {
		g.T.Fatalf("%s: %d %s, %v", set.Name, status, body, err)
	}
	rows := map[string]map[string]any{}
	for _, r := range doc.Records {
		rows[r[by].(string)] = r
	}
	return rows
}

// TestR7_OpenDataTellsOfNobody has every table read in every format, and looks for
// people, addresses, houses and what neighbours said among themselves.
func TestR7_OpenDataTellsOfNobody(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		g := newGiven(t, engine)
		paths := []string{"/data", "/data/catalog.jsonld"}
		for _, set := range opendata.Sets {
			for _, format := range set.Formats() {
				paths = append(paths, "/data/"+set.Name+"."+string(format))
			}
		}
		for _, path := range paths {
			status, body := g.Get(path, "*/*")
			if status != http.StatusOK {
				t.Errorf("%s: %d", path, status)
			}
			for _, word := range []string{hidden, "people.example", "02 96 00 00 17", "48.123456", "2.654321", "31.5", "shy", "found", "Sonnez", `"block"`, "@house"} {
				if strings.Contains(body, word) {
					t.Errorf("%s tells %q:\n%s", path, word, body)
				}
			}
		}
		names := func(rows map[string]map[string]any) []string {
			var list []string
			for name := range rows {
				list = append(list, name)
			}
			slices.Sort(list)
			return list
		}
		for _, tt := range []struct {
			set  *opendata.Set
			by   string
			want []string
		}{
			{opendata.Places, "name", []string{"=Dinan", "port"}},
			{opendata.Organisations, "name", []string{"Le Fournil"}},
			{opendata.Events, "title", []string{"La fête du Port", "Portes ouvertes", "Repas de rue"}},
			{opendata.Campaigns, "name", []string{"Noël solidaire"}},
			{opendata.Counts, "place", nil}, // too few took part
		} {
			if got := names(g.table(tt.set, tt.by)); !slices.Equal(got, tt.want) {
				t.Errorf("%s: %q, want %q", tt.set.Name, got, tt.want)
			}
		}
	})
}

// TestR7_OpenDataSaysWhatEveryoneMayRead holds each table to what was written.
func TestR7_OpenDataSaysWhatEveryoneMayRead(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		g := newGiven(t, engine)
		page := func(name string) string { return g.Site.Page(name) }
		at := func(after time.Duration) string {
			return g.starts.Add(after).In(zoneOf(t, "Europe/Paris")).Format(time.RFC3339)
		}
		port := g.table(opendata.Places, "name")["port"]
		if diff := cmp.Diff(map[string]any{
			"url": page("port"), "name": "port", "level": "neighbourhood", "territory": nil, "within": []any{page("dinan")},
			"latitude": 48.5, "longitude": -2.5, "outline_source": "IGN",
		}, port); diff != "" {
			t.Errorf("a place (-want +got):\n%s", diff)
		}
		bakery := g.table(opendata.Organisations, "name")["Le Fournil"]
		if diff := cmp.Diff(map[string]any{
			"url": page("fournil"), "name": "Le Fournil", "sort": "shop", "place": "port", "place_url": page("port"), "summary": "Du bon pain",
			"opening_hours": "Mo 09:00-12:30", "holidays": nil, "needs": []any{"@bras"},
		}, bakery); diff != "" {
			t.Errorf("a shop (-want +got):\n%s", diff)
		}
		events := g.table(opendata.Events, "title")
		for title, by := range map[string][2]any{"Repas de rue": {nil, nil}, "La fête du Port": {"port", page("port")}, "Portes ouvertes": {"Le Fournil", page("fournil")}} {
			e := events[title]
			want := map[string]any{
				"url": e["url"], "title": title, "status": "confirmed", "starts": at(0), "ends": at(2 * time.Hour), "zone": "Europe/Paris", "repeats": nil, "dates_off": nil,
				"place": "port", "place_url": page("port"), "by": by[0], "by_url": by[1], "venue": nil, "street": nil, "postal_code": nil, "locality": "Dinan", "country": "FR",
				"latitude": nil, "longitude": nil, "access": nil,
			}
			if by[0] != nil {
				want["venue"], want["street"], want["postal_code"] = "La halle", "1 quai de la Rance", "22100"
			}
			if diff := cmp.Diff(want, e); diff != "" {
				t.Errorf("%s (-want +got):\n%s", title, diff)
			}
			if status, _ := g.Get(strings.TrimPrefix(e["url"].(string), g.Site.Base()), "text/html"); status != http.StatusOK {
				t.Errorf("%s: the page is %d", title, status)
			}
		}
		campaign := g.table(opendata.Campaigns, "name")["Noël solidaire"]
		if campaign["kind"] != "feast" || campaign["text"] != "Un repas" || !cmp.Equal(campaign["places"], []any{"port"}) || campaign["tag"] != "Noel" {
			t.Errorf("a campaign: %v", campaign)
		}
		_, body := g.Get("/data/places.csv", "*/*")
		lines, err := csv.NewReader(strings.NewReader(body)).ReadAll()
		if err != nil || len(lines) != 3 || !slices.Equal(lines[0], opendata.Places.Fields) || lines[1][1] != "'=Dinan" || lines[2][6] != "-2.5" {
			t.Errorf("a table: %q, %v", lines, err)
		}
		_, body = g.Get("/data/places.geojson", "*/*")
		if strings.Count(body, `"Feature"`) != 1 || !strings.Contains(body, "[-2,48]") {
			t.Errorf("a map: %s", body)
		}
	})
}

func zoneOf(t *testing.T, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// TestR7_OpenDataIsKeptByWhoeverStandsBetween asks for a table as portals, pages of
// others and programs do.
func TestR7_OpenDataIsKeptByWhoeverStandsBetween(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		g := newGiven(t, engine)
		signedIn := g.SignedIn(g.admin)
		ask := func(b *apptest.Browser, header ...string) *apptest.Page {
			r := b.Request(http.MethodGet, "/data/events.csv", "", nil)
			for i := 0; i < len(header); i += 2 {
				r.Header.Set(header[i], header[i+1])
			}
			return b.Do(r)
		}
		first := ask(g.Browser())
		h := first.Header
		for name, want := range map[string]string{
			"Content-Type": "text/csv; charset=utf-8", "Cache-Control": "public, max-age=600", "Access-Control-Allow-Origin": "*", "X-Content-Type-Options": "nosniff",
			"Content-Disposition": `inline; filename="events.csv"`, "Set-Cookie": "", "Vary": "Accept-Encoding",
		} {
			if got := h.Get(name); got != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
		if _, err := http.ParseTime(h.Get("Last-Modified")); err != nil || h.Get("ETag") == "" {
			t.Errorf("it is not dated: %v", h)
		}
		if again := ask(signedIn, "If-None-Match", h.Get("ETag")); again.Status != http.StatusNotModified {
			t.Errorf("the same again: %d", again.Status)
		}
		if plain := ask(signedIn, "Accept-Encoding", "identity"); plain.Body != first.Body || plain.Header.Get("ETag") != h.Get("ETag") || plain.Body == "" {
			t.Errorf("for somebody signed in it is another table: %q", plain.Body)
		}
		for path, want := range map[string]int{"/data/people.csv": 404, "/data/places.xml": 404, "/data/counts.geojson": 404} {
			if status, _ := g.Get(path, "*/*"); status != want {
				t.Errorf("%s: %d, want %d", path, status, want)
			}
		}
		p := g.Browser().Open("/")
		if p.Find("footer a[href='/data']").Length() != 1 {
			t.Error("nothing leads there")
		}
		p = g.Browser().Open("/data")
		if p.Find("main section[id] details").Length() != len(opendata.Sets) || p.Find("main a[href^='/data/']").Length() != 12 || p.Find("a[rel=license]").Text() != "Licence Ouverte 2.0" {
			t.Errorf("the page: %s", p.Words("main"))
		}
	})
}

func TestR7_AnOperatorGivesNothingAway(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		s := apptest.Open(t, engine, func(c *config.Config) { c.OpenData = opendata.Off })
		for _, path := range []string{"/data", "/data/catalog.jsonld", "/data/places.csv", "/data/events.json"} {
			if status, _ := s.Get(path, "*/*"); status != http.StatusNotFound {
				t.Errorf("%s: %d", path, status)
			}
		}
		if s.Browser().Open("/").Has("footer a[href='/data']") {
			t.Error("something leads there")
		}
	})
}
