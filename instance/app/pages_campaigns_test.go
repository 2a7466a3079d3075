package app_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/organisations"
	"palier/instance/store"
)

// daysOff is a day that is some days off, as a form sends it.
func daysOff(days int) string {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		panic(err)
	}
	return time.Now().In(paris).AddDate(0, 0, days).Format(time.DateOnly)
}

// tended makes dora somebody who looks after the centre.
func (v *village) tended(t *testing.T) {
	t.Helper()
	if err := v.App.Places.SetModerator(t.Context(), v.centre.ID, v.dora.ID, true); err != nil {
		t.Fatal(err)
	}
}

// campaign has amina plan a campaign of the centre, and dora check it; it runs.
func (v *village) campaign(t *testing.T, template string, filled apptest.Fields) string {
	t.Helper()
	v.tended(t)
	amina, dora := v.SignedIn(v.amina), v.SignedIn(v.dora)
	draft := amina.Press(amina.Open("/g/centre/campaigns/new?template="+template), "main form button.button", filled)
	if draft.Status != http.StatusOK || !strings.HasPrefix(draft.Path, "/campaigns/") {
		t.Fatalf("drafted: %d at %s: %s", draft.Status, draft.Path, draft.Words(".problems"))
	}
	amina.Press(draft, "#check form button.button", nil)
	begun := dora.Press(dora.Open(draft.Path), "form[action$='/approve'] button", nil)
	if begun.Status != http.StatusOK || !strings.Contains(begun.Words("main .band"), "En cours") {
		t.Fatalf("approved: %d %s", begun.Status, begun.Words("main"))
	}
	return draft.Path
}

func TestJ8_ACampaignGoesFromATemplateToItsArchiveOnPages(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		v.tended(t)
		amina, bo, dora := v.SignedIn(v.amina), v.SignedIn(v.bo), v.SignedIn(v.dora)
		if place := amina.Open("/@centre"); !place.Has("a[href='/g/centre/campaigns']") {
			t.Error("the place does not lead to its campaigns")
		}
		form := amina.Open("/g/centre/campaigns/new?template=epidemic")
		if got := form.Find("#name").AttrOr("value", ""); got != "Épidémie" || !form.Has("#rule-mask[checked]") || form.Find("#phone-0").AttrOr("value", "") != "15" {
			t.Errorf("the template fills in %q: %s", got, form.Words("main"))
		}
		wrong := amina.Press(form, "main form button.button", apptest.Fields{"starts": {daysOff(3)}, "ends": {daysOff(1)}, "name": {"\u202eeimédipÉ <b>"}})
		if wrong.Status != http.StatusUnprocessableEntity || !wrong.Has("#ends-problem") || !strings.Contains(wrong.Find("#name").AttrOr("value", ""), "<b>") {
			t.Fatalf("an end before the start: %d %s", wrong.Status, wrong.Words(".problems"))
		}
		long := amina.Press(wrong, "main form button.button", apptest.Fields{"starts": {daysOff(0)}, "ends": {daysOff(400)}})
		if long.Status != http.StatusUnprocessableEntity || !strings.Contains(long.Words("#ends-problem"), "184 jours") {
			t.Errorf("400 days: %d %s", long.Status, long.Words(".problems"))
		}
		draft := amina.Press(long, "main form button.button", apptest.Fields{"ends": {daysOff(15)}, "own-rule": {"Deux mètres"}})
		if draft.Status != http.StatusOK || !strings.Contains(draft.Words("main"), "Brouillon") || strings.Contains(draft.Body, "\u202e") {
			t.Fatalf("drafted: %d at %s: %s", draft.Status, draft.Path, draft.Words("main"))
		}
		path := draft.Path
		for who, b := range map[string]*apptest.Browser{"a neighbour": bo, "a stranger": v.Browser(), "who could check it": dora} {
			if p := b.Open(path); p.Status != http.StatusNotFound {
				t.Errorf("%s sees the draft: %d", who, p.Status)
			}
		}
		asked := amina.Press(draft, "#check form button.button", nil)
		if asked.Has("form[action$='/approve']") || !strings.Contains(asked.Words("#check"), "attend qu’une autre personne") {
			t.Errorf("asked for a check: %s", asked.Words("#check"))
		}
		if place := dora.Open("/@centre"); !strings.Contains(place.Words("main"), "1 campagne attend une relecture") {
			t.Error("who looks after the place is not told")
		}
		if list := dora.Open("/g/centre/campaigns"); !list.Has("a[href='" + path + "']") {
			t.Error("the list does not lead to what waits")
		}
		empty := dora.Press(dora.Open(path), "form[action$='/return'] button", nil)
		if empty.Status != http.StatusUnprocessableEntity || !empty.Has("#remark-problem") {
			t.Errorf("given back without a word: %d", empty.Status)
		}
		dora.Press(dora.Open(path), "form[action$='/return'] button", apptest.Fields{"remark": {"Le 114 aussi"}})
		edit := amina.Open(path + "/edit")
		if again := amina.Open(path); !strings.Contains(again.Words("#check"), "Le 114 aussi") {
			t.Errorf("the word does not come back: %s", again.Words("#check"))
		}
		changed := amina.Press(edit, "main form button.button", apptest.Fields{"name": {"Épidémie d’hiver"}})
		amina.Press(changed, "#check form button.button", nil)
		begun := dora.Press(dora.Open(path), "form[action$='/approve'] button", nil)
		if begun.Status != http.StatusOK || !strings.Contains(begun.Words("main .band"), "En cours") {
			t.Fatalf("approved: %d %s", begun.Status, begun.Words("main"))
		}
		apptest.Settle(t, v.Server)

		// It is at the top of its place, of what lies within, and of the homes there.
		for where, p := range map[string]*apptest.Page{
			"the place": bo.Open("/@centre"), "for visitors": v.Browser().Open("/@centre?x=1"), "the house within": bo.Open("/@tilleuls"), "home": bo.Open("/home"),
		} {
			if !p.Has(".band a[href='" + path + "']") {
				t.Errorf("%s has no band", where)
			}
		}
		if other := v.Browser().Open("/@port"); other.Has(".band") {
			t.Error("another place has a band")
		}
		if p := v.Browser().Open("/@centre?x=2"); !slices.Contains(titles(p), "Épidémie d’hiver") {
			t.Errorf("the place does not tell of it: %q", titles(p))
		}

		// Rules are shown in each form, and stay with the post.
		for _, form := range []string{"/ask/new?campaign=", "/offer/new?campaign=", "/errands/new?campaign=", "/events/new?campaign="} {
			p := bo.Open(form + path[len("/campaigns/"):])
			if words := p.Words("main .note.sun"); !strings.Contains(words, "on porte un masque") || !strings.Contains(words, "Deux mètres") || !strings.Contains(words, "15") {
				t.Errorf("%s: %s", form, words)
			}
		}
		errand := bo.Press(bo.Open("/errands/new?mode=run&campaign="+path[len("/campaigns/"):]), "main form button.button", apptest.Fields{
			"title": {"Je vais au marché"}, "place": {"Le marché"}, "starts": {typedIn(48 * time.Hour)}, "lists": {"2"}, "audience": {"public"},
		})
		if errand.Status != http.StatusOK || !strings.HasPrefix(errand.Path, "/errands/") || !strings.Contains(errand.Words("main"), "Règles de « Épidémie d’hiver »") {
			t.Fatalf("an errand within: %d at %s: %s", errand.Status, errand.Path, errand.Words("main"))
		}
		page := v.Browser().Open(path)
		if got := titles(page); !slices.Contains(got, "Je vais au marché") || !strings.Contains(page.Words(".counts"), "1 proposition") {
			t.Errorf("the campaign shows %q, %s", got, page.Words(".counts"))
		}
		if asks := v.Browser().Open(path + "?only=asks"); slices.Contains(titles(asks), "Je vais au marché") {
			t.Error("an offer among the requests")
		}
		if offers := v.Browser().Open(path + "?only=offers"); !slices.Contains(titles(offers), "Je vais au marché") || !offers.Has("nav.tabs a[aria-current]") {
			t.Error("no offer among the offers")
		}
		feed := v.Browser().Open(path + ".atom")
		if feed.Status != http.StatusOK || !strings.Contains(feed.Body, "<title>Je vais au marché</title>") || !strings.Contains(feed.Header.Get("Content-Type"), "atom") {
			t.Errorf("the feed: %d %s", feed.Status, feed.Body)
		}
		if poster := v.Browser().Open(path + "/poster"); !poster.Has("svg.qr") || !strings.Contains(poster.Words("main"), "on porte un masque") {
			t.Errorf("the poster: %s", poster.Words("main"))
		}
		var screen struct {
			Campaigns []struct {
				URL      string
				Rules    []string
				Contacts []struct{ Name, Phone string }
			}
		}
		if err := json.Unmarshal([]byte(v.Browser().Open("/g/centre/dashboard.json").Body), &screen); err != nil || len(screen.Campaigns) != 1 ||
			!strings.HasSuffix(screen.Campaigns[0].URL, path) || len(screen.Campaigns[0].Contacts) != 2 || len(screen.Campaigns[0].Rules) != 4 {
			t.Errorf("for the screen: %+v, %v", screen, err)
		}

		back := amina.Press(amina.Open(path), "form[action$='/extend'] button", apptest.Fields{"ends": {daysOff(2)}})
		if back.Status != http.StatusUnprocessableEntity || !back.Has("#ends-problem") {
			t.Errorf("put off to earlier: %d", back.Status)
		}
		if later := amina.Press(back, "form[action$='/extend'] button", apptest.Fields{"ends": {daysOff(20)}}); later.Status != http.StatusOK || later.Find("#ends").AttrOr("value", "") != daysOff(20) {
			t.Errorf("put off: %d %s", later.Status, later.Words(".problems"))
		}

		// Who planned it stops it; it stays readable.
		open := bo.Open("/errands/new?mode=run&campaign=" + path[len("/campaigns/"):])
		over := amina.Press(amina.Open(path), "form[action$='/stop'] button", nil)
		if !strings.Contains(over.Words("#report"), "1 proposition") || over.Has("form[action$='/stop']") {
			t.Errorf("stopped: %s", over.Words("main"))
		}
		if p := bo.Open("/@centre"); p.Has(".band") {
			t.Error("the band outlives the campaign")
		}
		late := bo.Press(open, "main form button.button", apptest.Fields{
			"title": {"Encore"}, "place": {"Le marché"}, "starts": {typedIn(48 * time.Hour)}, "lists": {"2"}, "audience": {"public"},
		})
		if late.Status != http.StatusUnprocessableEntity || !strings.Contains(late.Words(".problems"), "terminée") {
			t.Errorf("posted after the end: %d %s", late.Status, late.Words(".problems"))
		}
	})
}

func TestV13_OneComesToATableDiscreetlyOnPages(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		path := v.campaign(t, "feast", nil)
		amina, bo, cem := v.SignedIn(v.amina), v.SignedIn(v.bo), v.SignedIn(v.cem)
		page := cem.Open(path)
		wish := cem.Open(page.Find("a[href*='side=join']").AttrOr("href", ""))
		if got := wish.Find("#title").AttrOr("value", ""); got != "Je viendrais volontiers" {
			t.Errorf("its title is %q", got)
		}
		for _, absent := range []string{"age", "alone", "birth"} {
			if wish.Has("[name='" + absent + "']") {
				t.Errorf("it asks for %s", absent)
			}
		}
		wish = cem.Press(wish, "main form button.button", apptest.Fields{"title": {"Une place pour ma tante"}})
		wish = cem.Press(wish, "main form button.button", nil)
		if !wish.Has("input[value='discreet'][checked]") || !strings.Contains(wish.Words("#audience"), "0 pour l’instant") {
			t.Fatalf("not discreet from the start: %s", wish.Words("main"))
		}
		alone := cem.Press(wish, "main form button.button", apptest.Fields{"behalf": {"Madeleine"}})
		if alone.Status != http.StatusUnprocessableEntity || !alone.Has("#consent-problem") {
			t.Errorf("for somebody without consent: %d", alone.Status)
		}
		wish = cem.Press(alone, "main form button.button", apptest.Fields{"behalf": {"Madeleine"}, "consent": {"yes"}})
		posted := cem.Press(wish, "main form button.button", nil)
		if posted.Status != http.StatusOK || !strings.Contains(posted.Words("article"), "Discret") || !strings.Contains(posted.Words("main"), "Madeleine") {
			t.Fatalf("posted: %d at %s: %s", posted.Status, posted.Path, posted.Words("main"))
		}
		for where, p := range map[string]*apptest.Page{
			"a neighbour on the campaign": bo.Open(path), "the place": bo.Open("/@centre"), "the author's page": bo.Open("/@cem"), "who planned it": amina.Open(path),
			"the exchange": bo.Open("/@centre/exchange"), "a search": bo.Open("/search?q=tante"), "visitors": v.Browser().Open(path), "the feed": v.Browser().Open(path + ".atom"),
			"the screen": bo.Open("/g/centre/dashboard.json"),
		} {
			if strings.Contains(p.Body, "ma tante") {
				t.Errorf("%s tells", where)
			}
		}
		if p := bo.Open(posted.Path); p.Status != http.StatusNotFound {
			t.Errorf("a neighbour opens it: %d", p.Status)
		}
		if p := v.SignedIn(v.dora).Open(path); !slices.Contains(titles(p), "Une place pour ma tante") {
			t.Errorf("who looks after the place sees %q", titles(p))
		}

		table := bo.Open(bo.Open(path).Find("a[href*='side=invite']").AttrOr("href", ""))
		table = bo.Press(table, "main form button.button", nil)
		table = bo.Press(table, "main form button.button", nil)
		if table.Has("input[value='discreet']") {
			t.Error("an invitation can be discreet")
		}
		table = bo.Press(table, "main form button.button", apptest.Fields{"audience": {"neighbourhood"}})
		if done := bo.Press(table, "main form button.button", nil); done.Status != http.StatusOK || !strings.Contains(done.Words("article"), "invite") {
			t.Fatalf("invited: %d %s", done.Status, done.Words("main"))
		}
		if p := bo.Open(path + "?only=join"); !slices.Contains(titles(p), "Une place pour ma tante") {
			t.Errorf("who invites sees %q", titles(p))
		}
		seen := bo.Open(posted.Path)
		if strings.Contains(seen.Body, "Madeleine") {
			t.Error("the name of who it is for is told")
		}
		take := bo.Press(bo.Open(posted.Path+"/take"), "main form button.button", apptest.Fields{"note": {"À 19 h chez nous"}})
		if take.Status != http.StatusOK {
			t.Fatalf("the two meet: %d %s", take.Status, take.Words("main"))
		}
		agreed := cem.Press(cem.Open(posted.Path), ".agreement button.button", nil)
		if !agreed.Has(".agreement a[href^='/messages/'], .agreement .linkish") {
			t.Errorf("no thread between the two: %s", agreed.Words("#agreements"))
		}
	})
}

func TestC23_AnOfficialAlertStandsOnTopUntilItIsOver(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		ctx := t.Context()
		town, err := v.App.Organisations.Open(ctx, organisations.Plan{Username: "mairie", Title: "Mairie", Sort: instance.Council, Place: v.dinan.ID, Agent: v.dora.ID})
		if err != nil {
			t.Fatal(err)
		}
		if err := v.App.Organisations.SetAgent(ctx, v.dora, town.ID, v.cem.ID, true); err != nil {
			t.Fatal(err)
		}
		amina, cem, dora := v.SignedIn(v.amina), v.SignedIn(v.cem), v.SignedIn(v.dora)
		written := apptest.Fields{"title": {"Crue de la Rance"}, "text": {"Ne descendez pas au port."}, "until": {daysOff(2)}, "level": {"alert"}}
		waits := dora.Press(dora.Open("/@mairie/notices"), "main form.form button", written)
		if waits.Status != http.StatusOK || waits.Has("form[action$='/publish'] button.button") || !strings.Contains(waits.Words("#waiting"), "Crue de la Rance") {
			t.Fatalf("written down: %d %s", waits.Status, waits.Words("main"))
		}
		if p := amina.Open("/home"); strings.Contains(p.Body, "Crue de la Rance") {
			t.Error("it is told before somebody else agrees")
		}
		published := cem.Press(cem.Open("/@mairie/notices"), "form[action$='/publish'] button.button", nil)
		if published.Status != http.StatusOK || !strings.Contains(published.Words("article.post"), "Alerte · Mairie") {
			t.Fatalf("published: %d %s", published.Status, published.Words("article.post"))
		}
		for where, p := range map[string]*apptest.Page{
			"a house in the town": amina.Open("/@tilleuls"), "home": amina.Open("/home"), "for visitors": v.Browser().Open("/@port?x=1"),
		} {
			if !strings.Contains(p.Words(".note.alert"), "Alerte Crue de la Rance") || !p.Has(".note.alert a[href='"+published.Path+"']") {
				t.Errorf("%s: %q", where, p.Words(".note.alert"))
			}
		}
		var screen struct {
			Alerts []struct{ Title, Level, Until string }
		}
		if err := json.Unmarshal([]byte(v.Browser().Open("/g/tilleuls/dashboard.json").Body), &screen); err != nil || len(screen.Alerts) != 1 || screen.Alerts[0].Level != "alert" || screen.Alerts[0].Until == "" {
			t.Errorf("for the screen: %+v, %v", screen, err)
		}
		over := dora.Press(dora.Open("/@mairie/notices"), "form[action$='/end'] button", nil)
		if over.Status != http.StatusOK {
			t.Fatalf("ended: %d", over.Status)
		}
		if p := amina.Open("/home"); p.Has(".note.alert") {
			t.Error("it outlives its end")
		}
	})
}
