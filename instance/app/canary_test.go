package app_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/hosts"
	"palier/instance/people"
	"palier/instance/proofs"
	"palier/instance/store"
)

// mostPages is how many pages a reader opens that wanders about a server.
const mostPages = 400

// TestNothingThatIsKeptHereLeaves lives through everything that neighbours do,
// with words that nobody else may ever read in every field that is not for all,
// and looks for them in what other servers are sent, what the server logs, and
// all that a passer-by, a neighbour from elsewhere and a program of somebody on
// another server come to from link to link.
func TestNothingThatIsKeptHereLeaves(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		log := &heard{}
		v := villageOn(apptest.OpenHeard(t, engine, log))
		lyon := apptest.Open(t, engine, nil)
		eve := lyon.Resident("eve", lyon.Place("croixrousse", "neighbourhood"))
		for _, name := range []string{"dinan", "centre"} {
			if _, err := lyon.People.Follow(t.Context(), eve.ID, lyon.Find(v.Handle(name)).ID); err != nil {
				t.Fatal(err)
			}
		}
		apptest.Settle(t, v.Server, lyon)
		canaries := map[string]string{"what is Amina's alone": secret}
		maps.Copy(canaries, identify(v))
		hers, _ := belongingsOf(v, v.amina)
		maps.Copy(canaries, beHost(v))
		lent := lendHome(v, hers["programme"])
		maps.Copy(canaries, lent)
		v.Post(v.amina, v.centre.ID, instance.ToPublic, "Bonjour à tout le monde")
		apptest.Settle(t, v.Server, lyon)

		if got := home(t, lyon, eve); !slices.Contains(got, "Bonjour à tout le monde") {
			t.Fatalf("a follower elsewhere reads %q", got)
		}
		for what, canary := range canaries {
			if len(canary) < 6 {
				t.Fatalf("%s is %q", what, canary)
			}
			if lyon.Came(canary) || lyon.Came(url.QueryEscape(canary)) {
				t.Errorf("%s came to another server", what)
			}
		}
		dora, program := v.SignedIn(v.dora), lyon.Program(eve)
		if cmp.Equal(found(wander(dora), "introuvable"), found(wander(dora), "Bonjour")) {
			t.Error("nobody finds anything")
		}
		for who, open := range map[string]func(string) (int, string, []string){
			"a passer-by":                wander(v.Browser()),
			"somebody from the port":     wander(dora),
			"a passer-by at another":     wander(lyon.Browser()),
			"a program of somebody else": roamed(program),
		} {
			for what, canary := range canaries {
				if diff := cmp.Diff(found(open, "introuvable"), found(open, canary)); diff != "" {
					t.Errorf("%s finds %s:\n%s", who, what, diff)
				}
			}
			seen := roam(t, who, open)
			if len(seen) < 20 {
				t.Errorf("%s came to %d pages: %q", who, len(seen), slices.Sorted(maps.Keys(seen)))
			}
			for path, body := range seen {
				for what, canary := range canaries {
					if strings.Contains(body, canary) {
						t.Errorf("%s reads %s at %s", who, what, path)
					}
				}
			}
		}
		keptSealed(t, v.Server, lent)
		counted := metricsOf(t, v.Server)
		labelsAreListed(t, v.Server, counted)
		for what, canary := range canaries {
			if strings.Contains(counted, canary) {
				t.Errorf("%s stands in the metrics", what)
			}
		}
		for what, canary := range canaries {
			if strings.Contains(log.String(), canary) || strings.Contains(log.String(), url.QueryEscape(canary)) {
				t.Errorf("%s stands in the log", what)
			}
		}
	})
}

// identify gives Amina a name and an address, has her prove them in several
// ways, and returns what of that nobody else may read.
func identify(v *village) map[string]string {
	t, ctx := v.T, v.T.Context()
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(v.People.Rename(ctx, v.amina.ID, people.Names{Full: "Zénobie Tournemire", Outer: "Amina T."}))
	must(v.Proofs.AskLetter(ctx, v.tilleuls.ID, v.amina.ID, proofs.Envelope{Name: "Zénobie Tournemire", Address: canaryStreet}))
	sheets, err := v.Proofs.PrintLetters(ctx)
	must(err)
	must(v.Proofs.NewHallCodes(ctx, v.tilleuls.ID, v.amina.ID))
	onScreen, onPaper, err := v.Proofs.HallCodes(ctx, v.tilleuls.ID)
	must(err)
	must(v.Proofs.AskNeighbours(ctx, v.tilleuls.ID, v.amina.ID, true))
	request, seal, err := v.Proofs.Asking(ctx, v.tilleuls.ID, v.amina.ID)
	must(err)
	gwen := settledIn(v, "gwen", "7 ruelle du Bruant-Fou", v.tilleuls)
	vouch, err := v.Proofs.VouchFor(ctx, gwen.ID, request.ID, seal)
	must(err)
	_, err = v.Proofs.ReadList(ctx, v.tilleuls.ID, v.amina.ID, "Philémon Cadichon; 4712")
	must(err)
	_, err = v.Proofs.UseLetter(ctx, v.amina.ID, sheets[0].Code)
	must(err)
	all, err := v.Proofs.Of(ctx, v.amina.ID)
	must(err)
	return map[string]string{
		"her name": "Tournemire", "her address": canaryStreet, "her e-mail address": v.amina.Email, "where a neighbour lives": "Bruant-Fou", "the e-mail address of a neighbour": v.bo.Email,
		"a code on paper": sheets[0].Code, "a code as it is printed": proofs.Grouped(sheets[0].Code), "a code of the hall": onScreen.Code, "its code on paper": onPaper.Code,
		"the seal of a request": seal, "the number of a vouch": vouch.ID.String(), "the number of a proof": all[0].ID.String(),
		"a name on a list": "Cadichon", "the number she can be called at": "0612345678",
	}
}

// beHost has people come to what Amina gives for her house and for everyone,
// and returns what of that nobody else may read.
func beHost(v *village) map[string]string {
	t, ctx := v.T, v.T.Context()
	t.Helper()
	event := func(title string, audience instance.Audience, in instance.ActorID, street string) *instance.Post {
		t.Helper()
		starts := time.Now().Add(72 * time.Hour)
		p, err := v.Events.Invite(ctx, v.Viewer(v.amina), instance.Draft{
			Title: title, Text: title, Language: "fr", Audience: audience, Group: in, Kind: instance.KindEvent,
			Event: &instance.Event{Starts: starts, Ends: starts.Add(2 * time.Hour), Zone: "Europe/Paris", Status: instance.EventConfirmed, Venue: instance.Venue{Name: "Chez nous", Street: street}},
		}, false)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	event("Apéro de la maison", instance.ToBuilding, v.tilleuls.ID, "12 impasse du Courlis-Cendré")
	open := event("Fête des voisins", instance.ToPublic, v.centre.ID, "place du marché")
	guest := v.Browser()
	p := guest.Open("/e/" + open.ID.String())
	guest.Press(p, "form[action$='/guest'] button", apptest.Fields{"name": {"Ursuline Pomponnet"}, "email": {"courlis@guests.example"}})
	letters := v.Letters("courlis@guests.example")
	if len(letters) == 0 {
		t.Fatal("a guest was not written to")
	}
	return map[string]string{"the street of an event of the house": "Courlis-Cendré", "the name of a guest": "Pomponnet", "the e-mail address of a guest": "courlis@guests.example"}
}

// lendHome has a neighbour go most of the way of a host, and returns what of that nobody but the
// team of the programme may read.
func lendHome(v *village, programme string) map[string]string {
	t, ctx := v.T, v.T.Context()
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	id, err := instance.ParseID(programme)
	must(err)
	hermine := v.Resident("hermine", v.centre)
	host, err := v.Hosts.Offer(ctx, &hermine, instance.ActorID(id), hosts.Interest{
		Name: "Hermengarde Cassegrain", Phone: "0698765432", Born: 1961, Places: 2, From: tonight().String(), Nights: 60, Language: "fr",
	})
	must(err)
	hand := hosts.Hand{Person: hermine.ID}
	must(v.Hosts.Lead(ctx, v.bo, host, "inform"))
	must(v.Hosts.Change(ctx, hand, host, "0698765432", "19 sente du Grand-Duc", "Une chambre sur les toits du pigeonnier"))
	must(v.Hosts.Answer(ctx, hand, host, hosts.Questions))
	must(v.Hosts.LivesHere(ctx, hand, host, "Philibert Tancrède"))
	must(v.Hosts.AskReference(ctx, hand, host, "Wandrille Outremer", "wandrille@guests.example", false))
	link := linkTo(t, v.Server, "wandrille@guests.example")
	must(v.Hosts.Vouch(ctx, link[strings.LastIndexByte(link, '/')+1:], "du club de hautbois", strings.Repeat("Une main sur le coeur et un hautbois. ", 3), false))
	must(v.Hosts.Visited(ctx, v.bo, host, hosts.Checklist{Room: 9, People: "elle et une tortue-luth", Animals: "tortue-luth", Note: "escalier en colimaçon"}))
	_, err = v.Hosts.Open(ctx, v.bo, host)
	must(err)
	return map[string]string{
		"the name of who lends a home": "Cassegrain", "their number": "0698765432", "where the home is": "Grand-Duc", "what living there is like": "pigeonnier",
		"who else lives there": "Tancrède", "who vouched": "Outremer", "what they wrote": "hautbois", "what a visitor saw": "tortue-luth", "what a visitor noted": "colimaçon",
	}
}

// keptSealed reads the files of a database, and a backup of it, as whoever copies
// them would: nothing that is sealed stands there in the clear.
func keptSealed(t *testing.T, s *apptest.Server, canaries map[string]string) {
	t.Helper()
	for name, text := range backupOf(t, s) {
		for what, canary := range canaries {
			if inWords(text, canary) != "" {
				t.Errorf("%s stands in the backup, in %s", what, name)
			}
		}
	}
	path, ok := strings.CutPrefix(s.Config.Database, "sqlite:")
	if !ok {
		return
	}
	read := 0
	for _, name := range []string{path, path + "-wal"} {
		b, err := os.ReadFile(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		read += len(b)
		for what, canary := range canaries {
			if bytes.Contains(b, []byte(canary)) {
				t.Errorf("%s stands in %s", what, filepath.Base(name))
			}
		}
	}
	if read == 0 {
		t.Fatal("the database is nowhere")
	}
}

// wander returns how somebody at a browser opens a path, and the links there.
func wander(b *apptest.Browser) func(string) (int, string, []string) {
	return func(path string) (int, string, []string) {
		p := b.Do(b.Request(http.MethodGet, path, "", nil))
		links := []string{p.Header.Get("Location")}
		for _, e := range p.Find("a[href], link[href], img[src], form[method=get]").EachIter() {
			links = append(links, e.AttrOr("href", e.AttrOr("src", e.AttrOr("action", ""))))
		}
		return p.Status, p.Body, links
	}
}

// roamed returns how a program opens a path.
func roamed(p *apptest.Program) func(string) (int, string, []string) {
	return func(path string) (int, string, []string) {
		if path == "/" {
			return http.StatusOK, "", []string{
				"/api/v1/timelines/home", "/api/v1/timelines/public", "/api/v2/search?q=Bonjour", "/api/v1/notifications",
				"/api/v1/directory", "/api/v1/trends/tags", "/api/v1/conversations", "/api/v2/search?q=Amina", "/api/v1/accounts/search?q=amina", "/api/v1/preferences",
				"/api/v1/timelines/tag/potager", "/api/v1/instance", "/api/v2/instance", "/api/v1/favourites", "/api/v1/bookmarks", "/api/v1/followed_tags", "/api/v1/suggestions", "/api/v1/custom_emojis", "/api/v1/announcements",
			}
		}
		a := p.Get(path)
		return a.Status, string(a.Body), nil
	}
}

// found is where somebody is led who looks for words, and what a program is
// answered, which does not repeat the words. What is drawn may begin with a sign by
// which a search leaves words out.
func found(open func(string) (int, string, []string), words string) []string {
	words = strings.TrimLeft(words, "-")
	var all []string
	for _, path := range []string{"/search?q=", "/api/v2/search?q="} {
		status, body, links := open(path + url.QueryEscape(words))
		if strings.HasPrefix(body, "{") {
			links = append(links, body)
		}
		all = append(all, fmt.Sprint(path, status))
		for _, link := range links {
			if !strings.Contains(link, "q=") {
				all = append(all, link)
			}
		}
	}
	return all
}

// roam opens what leads on from the first page until nothing new is found, and
// returns what was read. An answer that is the server's fault fails the test.
func roam(t *testing.T, who string, open func(string) (int, string, []string)) map[string]string {
	t.Helper()
	seen := map[string]string{}
	waiting := []string{"/", "/places", "/find", "/@dinan", "/@centre", "/@tilleuls", "/@amina", "/search?q=Bonjour", "/events", "/exchange"}
	for len(waiting) > 0 && len(seen) < mostPages {
		path := waiting[0]
		waiting = waiting[1:]
		if _, known := seen[path]; known {
			continue
		}
		status, body, links := open(path)
		if status >= http.StatusInternalServerError {
			t.Errorf("%s at %s: %d", who, path, status)
		}
		seen[path] = body
		for _, link := range links {
			at, err := url.Parse(link)
			if err != nil || link == "" || at.IsAbs() || at.Host != "" || !strings.HasPrefix(at.Path, "/") || strings.HasPrefix(at.Path, "/static/") {
				continue
			}
			at.Fragment = ""
			waiting = append(waiting, at.String())
		}
	}
	return seen
}
