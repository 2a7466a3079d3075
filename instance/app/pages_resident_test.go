package app_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/config"
	"palier/instance/store"
)

// titles are the headings of the posts on a page.
func titles(p *apptest.Page) []string {
	return p.List("article.post h1.post-title, article.post h2.post-title")
}

// texts are the words of the posts on a page.
func texts(p *apptest.Page) []string { return p.List("article.post .post-text") }

// village is one server with a town in it.
type village struct {
	*apptest.Server
	dinan, centre, port, tilleuls instance.Neighbourhood
	amina, bo, cem, dora          instance.Account // house, house, centre, port
}

func newVillage(t *testing.T, engine store.Engine, adjust func(*config.Config)) *village {
	t.Helper()
	return villageOn(apptest.Open(t, engine, adjust))
}

// villageOn has people live on a server.
func villageOn(s *apptest.Server) *village {
	s.T.Helper()
	v := &village{Server: s}
	v.dinan = v.Place("dinan", "commune")
	v.centre, v.port = v.Place("centre", "neighbourhood", v.dinan.URI), v.Place("port", "neighbourhood", v.dinan.URI)
	v.tilleuls = v.Place("tilleuls", "building", v.centre.URI)
	v.amina, v.bo = v.Resident("amina", v.tilleuls), v.Resident("bo", v.tilleuls)
	v.cem, v.dora = v.Resident("cem", v.centre), v.Resident("dora", v.port)
	return v
}

func TestAPostIsWrittenReadAnsweredAndTakenBackInBrowsers(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		n := newNetwork(t, engine)
		amina, visitor, nadia := n.building.SignedIn(n.amina), n.town.Browser(), n.association.SignedIn(n.nadia)

		form := amina.Open("/compose?in=" + n.tilleuls.ID.String())
		posted := amina.Press(form, "main form button.button", apptest.Fields{"title": {"Atelier vélo"}, "text": {"Dimanche dans la cour"}, "audience": {"public"}})
		if posted.Status != http.StatusOK || !slices.Equal(titles(posted), []string{"Atelier vélo"}) {
			t.Fatalf("after posting: %d %s %q", posted.Status, posted.Path, titles(posted))
		}
		secret := amina.Press(form, "main form button.button", apptest.Fields{"text": {"Le code de la porte a changé"}, "audience": {"building"}, "once": {"another"}})
		if secret.Status != http.StatusOK {
			t.Fatalf("post for the house: %d", secret.Status)
		}
		n.settle(t)
		for where, p := range map[string]*apptest.Page{
			"the neighbourhood in town": visitor.Open("/@centre?x=1"), "the commune": visitor.Open("/@dinan?x=1"), "a follower's home elsewhere": nadia.Open("/home"),
			"the house, for visitors": n.building.Browser().Open("/@tilleuls"),
		} {
			if diff := cmp.Diff([]string{"Atelier vélo"}, titles(p)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", where, diff)
			}
			if strings.Contains(p.Body, "code de la porte") {
				t.Errorf("%s shows what is for the house", where)
			}
		}

		// An answer comes back to where it began.
		there := nadia.Open("/home")
		thread := nadia.Open(there.Find("article.post .post-title a").AttrOr("href", ""))
		answered := nadia.Press(thread, "#reply button", apptest.Fields{"text": {"J’apporte des rustines"}})
		if answered.Status != http.StatusOK || !strings.Contains(answered.Words(".flash"), "Réponse publiée") {
			t.Fatalf("after answering: %d %q", answered.Status, answered.Words(".flash"))
		}
		n.settle(t)
		if got := texts(n.building.Browser().Open(posted.Path)); slices.Contains(got, "J’apporte des rustines") {
			t.Errorf("what waits is shown where it began: %q", got)
		}
		notices := amina.Open("/notifications")
		if got := notices.List(".notice p:first-child"); len(got) != 1 || !strings.Contains(got[0], "nadia attend votre accord") {
			t.Errorf("notices of the author: %q", got)
		}
		let := amina.Press(amina.Open(posted.Path), "form[action$='/waiting'] button[value=through]", nil)
		if got := texts(let); !slices.Contains(got, "J’apporte des rustines") {
			t.Errorf("let through, its author reads %q", got)
		}
		n.settle(t)
		if got := texts(n.building.Browser().Open(posted.Path + "?x=1")); !slices.Contains(got, "J’apporte des rustines") {
			t.Errorf("the thread where it began: %q", got)
		}

		// An edit and a deletion follow.
		edit := amina.Open(posted.Path + "/edit")
		if got := edit.Words("#text"); got != "Dimanche dans la cour" {
			t.Errorf("the editor holds %q", got)
		}
		amina.Press(edit, "main form button.button", apptest.Fields{"text": {"Samedi dans la cour"}})
		n.settle(t)
		for where, p := range map[string]*apptest.Page{"the commune": visitor.Open("/@dinan?x=2"), "the follower": nadia.Open("/home")} {
			if got := texts(p); !slices.Contains(got, "Samedi dans la cour") || slices.Contains(got, "Dimanche dans la cour") {
				t.Errorf("%s after the edit: %q", where, got)
			}
		}
		history := n.building.Browser().Open(posted.Path + "/history")
		if diff := cmp.Diff([]string{"Samedi dans la cour", "Dimanche dans la cour"}, texts(history)); diff != "" {
			t.Errorf("history (-want +got):\n%s", diff)
		}
		gone := amina.Press(amina.Open(posted.Path), ".post-more-menu button.harmful", nil)
		gone = amina.Press(gone, ".flash form[action$='/delete'] button", nil)
		if gone.Path != "/home" || !strings.Contains(gone.Words(".flash"), "supprimé") {
			t.Errorf("after deleting: %s %q", gone.Path, gone.Words(".flash"))
		}
		n.settle(t)
		for where, p := range map[string]*apptest.Page{"the commune": visitor.Open("/@dinan?x=3"), "the follower": nadia.Open("/home")} {
			if got := texts(p); slices.Contains(got, "Samedi dans la cour") {
				t.Errorf("%s after the deletion: %q", where, got)
			}
		}
		left := n.building.Browser().Open(posted.Path + "?x=2")
		if left.Status != http.StatusGone || strings.Contains(left.Body, "Samedi") || !strings.Contains(left.Body, "rustines") {
			t.Errorf("the place of the deleted post: %d", left.Status)
		}
	})
}

func TestVisitorsReadWhatIsPublic(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		open := v.Post(v.cem, v.centre.ID, instance.ToPublic, "Marché #marché")
		local := v.Post(v.cem, v.centre.ID, instance.ToNeighbourhood, "Entre voisins #marché")
		b := v.Browser()

		welcome := b.Open("/")
		if got := welcome.List(".place-cards .name"); !slices.Equal(got, []string{"dinan", "centre", "port", "tilleuls"}) {
			t.Errorf("places at the door: %q", got)
		}
		if got := texts(welcome); !slices.Equal(got, []string{"Marché #marché"}) {
			t.Errorf("posts at the door: %q", got)
		}
		place := b.Open("/@centre")
		if got := texts(place); !slices.Equal(got, []string{"Marché #marché"}) {
			t.Errorf("the neighbourhood: %q", got)
		}
		for selector, want := range map[string]string{
			"h1": "centre", "#address": "@centre@" + v.Site.Host(), ".hero-text strong": "3 voisins vérifiés",
		} {
			if got := place.Words(selector); got != want {
				t.Errorf("%s of the neighbourhood is %q, want %q", selector, got, want)
			}
		}
		if got := b.Open("/@dinan").List(".rail .name"); !slices.Contains(got, "centre") || !slices.Contains(got, "port") {
			t.Errorf("what lies in the commune: %q", got)
		}
		if got := texts(b.Open("/tags/" + url.PathEscape("marché"))); !slices.Equal(got, []string{"Marché #marché"}) {
			t.Errorf("the hashtag: %q", got)
		}
		if got := b.Open("/tags/" + url.PathEscape("MARCHÉ")).Path; got != "/tags/march%C3%A9" {
			t.Errorf("the hashtag in capitals leads to %s", got)
		}
		for _, path := range []string{"/@CENTRE", "/@centre@" + v.Site.Host(), "/%40centre"} {
			if got := b.Open(path); got.Path != "/@centre" || got.Status != http.StatusOK {
				t.Errorf("%s leads to %s (%d)", path, got.Path, got.Status)
			}
		}

		path := "/@cem/" + open.ID.String()
		if got := b.Open("/@dora/" + open.ID.String()); got.Path != path || got.Status != http.StatusOK {
			t.Errorf("under another name the post is at %s (%d)", got.Path, got.Status)
		}
		thread := b.Open(path)
		if got := thread.Words("main > p.quiet"); !strings.Contains(got, "les 3 voisins vérifiés de centre") {
			t.Errorf("who reads it: %q", got)
		}
		if thread.Has("#reply") || !strings.EqualFold(thread.Find(".note a").AttrOr("href", ""), "/signin?back="+url.QueryEscape(path)) {
			t.Error("a visitor is not led to sign in before answering")
		}

		// C12: what is not for them is not there, to the letter but for its address.
		hidden, missing := b.Open("/@cem/"+local.ID.String()), b.Open("/@cem/12345")
		if hidden.Status != http.StatusNotFound || missing.Status != http.StatusNotFound {
			t.Errorf("hidden %d, missing %d", hidden.Status, missing.Status)
		}
		if diff := cmp.Diff(strings.ReplaceAll(missing.Body, "12345", "N"), strings.ReplaceAll(hidden.Body, local.ID.String(), "N")); diff != "" {
			t.Errorf("hidden and missing differ:\n%s", diff)
		}
		for _, path := range []string{"/@nobody", "/@nobody@loin.example", "/nothing", "/@cem/x", "/tags/123", "/@cem/" + local.ID.String() + "/history"} {
			if got := b.Open(path); got.Status != http.StatusNotFound {
				t.Errorf("%s: %d", path, got.Status)
			}
		}
		if got := v.SignedIn(v.amina).Open("/@centre"); !slices.Equal(texts(got), []string{"Entre voisins #marché", "Marché #marché"}) {
			t.Errorf("the neighbourhood for who lives in a house of it: %q", texts(got))
		}
	})
}

func TestListsGoOnAndEnd(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		const all = 45
		for i := range all {
			v.Post(v.cem, v.centre.ID, instance.ToNeighbourhood, "n"+string(rune('a'+i/26))+string(rune('a'+i%26)))
		}
		b := v.SignedIn(v.amina)
		var read []string
		p := b.Open("/@centre")
		for pages := 1; ; pages++ {
			read = append(read, texts(p)...)
			older, ok := p.Find(".pager a[rel=next]").Attr("href")
			if !ok {
				if pages != 3 || !p.Has(".done") {
					t.Errorf("the list ends on page %d, said so: %v", pages, p.Has(".done"))
				}
				break
			}
			p = b.Open(older)
		}
		if len(read) != all || !slices.IsSortedFunc(read, func(a, b string) int { return strings.Compare(b, a) }) || len(slices.Compact(slices.Clone(read))) != all {
			t.Fatalf("read %d posts: %q", len(read), read)
		}
		back := b.Open(p.Find(".pager a[rel=prev]").AttrOr("href", ""))
		if got := texts(back); len(got) != 20 || got[19] != read[39] {
			t.Errorf("back from the end: %q, want to end at %s", got, read[39])
		}
		top := b.Open(back.Find(".pager a[rel=prev]").AttrOr("href", ""))
		if got := texts(top); len(got) != 20 || got[0] != read[0] {
			t.Errorf("back at the beginning: %s %q", top.Path, got)
		}
		if end := b.Open(top.Find(".pager a[rel=prev]").AttrOr("href", "")); end.Path != "/@centre" || end.Has(".pager a[rel=prev]") {
			t.Errorf("further back than the beginning: %s", end.Path)
		}
		if got := b.Open("/@centre?before=rubbish"); got.Status != http.StatusOK || texts(got)[0] != read[0] {
			t.Errorf("an address that was cut off: %d", got.Status)
		}
	})
}

func TestThreadsNest(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		b := v.SignedIn(v.cem)
		answer := func(to *instance.Post, by instance.Account, text string) *instance.Post {
			t.Helper()
			p, err := v.Posts.Publish(t.Context(), v.Viewer(by), instance.Draft{Text: text, ReplyTo: to.ID, Language: "fr"})
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		root := v.Post(v.cem, v.centre.ID, instance.ToNeighbourhood, "root")
		one := answer(root, v.amina, "1")
		two := answer(root, v.bo, "2")
		oneOne := answer(one, v.cem, "1.1")
		answer(two, v.cem, "2.1")
		answer(oneOne, v.amina, "1.1.1")
		shape := func(p *apptest.Page) []string {
			var list []string
			p.Find("ol.thread > li").Each(func(_ int, li *goquerySelection) {
				list = append(list, li.AttrOr("class", "")+" "+strings.TrimSpace(li.Find(".post-text").Text())+strings.TrimSpace(li.Find("article.gone").Text()))
			})
			return list
		}
		whole := b.Open("/@cem/" + root.ID.String())
		if diff := cmp.Diff([]string{"depth-1 1", "depth-2 1.1", "depth-3 1.1.1", "depth-1 2", "depth-2 2.1"}, shape(whole)); diff != "" {
			t.Errorf("the whole thread (-want +got):\n%s", diff)
		}
		if got := whole.List("ol.thread .post-by"); len(got) != 5 || got[1] != "En réponse à amina" {
			t.Errorf("who is answered: %q", got)
		}
		part := b.Open("/@cem/" + oneOne.ID.String())
		if got := texts(part); !slices.Equal(got, []string{"root", "1", "1.1", "1.1.1"}) {
			t.Errorf("around an answer: %q", got)
		}
		if err := v.Posts.Delete(t.Context(), v.amina.ID, one.ID); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"depth-1 Message supprimé par son auteur", "depth-2 1.1", "depth-3 1.1.1", "depth-1 2", "depth-2 2.1"}, shape(b.Open("/@cem/"+root.ID.String()))); diff != "" {
			t.Errorf("after a deletion (-want +got):\n%s", diff)
		}
		empty := b.Press(whole, "#reply button", apptest.Fields{"text": {"  "}})
		if empty.Status != http.StatusUnprocessableEntity || !empty.Has("#text-problem") || !empty.Has(".problems[autofocus]") {
			t.Errorf("an empty answer: %d", empty.Status)
		}
		long := strings.Repeat("é", instance.MaxText+1)
		tooLong := b.Press(whole, "#reply button", apptest.Fields{"text": {long}})
		if tooLong.Status != http.StatusUnprocessableEntity || tooLong.Find("#text").Text() != long {
			t.Errorf("too long an answer: %d, kept %d bytes of %d", tooLong.Status, len(tooLong.Find("#text").Text()), len(long))
		}
		first := b.Press(whole, "#reply button", apptest.Fields{"text": {"3"}})
		second := b.Press(whole, "#reply button", apptest.Fields{"text": {"3"}})
		if first.Status != http.StatusOK || second.Status != http.StatusOK || len(shape(second)) != 6 {
			t.Errorf("pressed twice: %d, %d, %q", first.Status, second.Status, shape(second))
		}
		undone := b.Press(first, ".flash button", nil)
		if undone.Path != "/home" || len(texts(b.Open("/@cem/"+root.ID.String()))) != 5 {
			t.Errorf("taken back: %s %q", undone.Path, texts(b.Open("/@cem/"+root.ID.String())))
		}
	})
}

func TestProgramsAreLedToIDs(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		n := newNetwork(t, engine)
		p := n.building.Post(n.amina, n.tilleuls.ID, instance.ToPublic, "Bonjour")
		local := n.building.Post(n.amina, n.tilleuls.ID, instance.ToBuilding, "Entre nous")
		n.settle(t)
		for path, want := range map[string]string{
			"/@tilleuls":                     "/g/tilleuls",
			"/@amina":                        "/u/" + n.amina.ID.String(),
			"/@amina/" + p.ID.String():       "/o/" + p.ID.String(),
			"/@amina/" + local.ID.String():   "/o/" + local.ID.String(), // says nothing of whether it is there
			"/@amina/12345":                  "/o/12345",
			"/@nobody":                       "",
			"/@odette@" + n.town.Site.Host(): "", // others speak for themselves
		} {
			for _, accept := range []string{`application/activity+json`, `application/ld+json; profile="https://www.w3.org/ns/activitystreams"`} {
				r := n.building.Browser().Request(http.MethodGet, path, "", nil)
				r.Header.Set("Accept", accept)
				got := n.building.Browser().Do(r)
				if want == "" {
					if got.Status != http.StatusNotFound {
						t.Errorf("%s: %d, want 404", path, got.Status)
					}
					continue
				}
				if got.Status != http.StatusSeeOther || got.Header.Get("Location") != want || !strings.Contains(strings.Join(got.Header.Values("Vary"), ","), "Accept") {
					t.Errorf("%s as %s: %d to %q, Vary %q; want %s", path, accept, got.Status, got.Header.Get("Location"), got.Header.Values("Vary"), want)
				}
			}
		}
		if page := n.building.Browser().Open("/@amina"); page.Status != http.StatusOK || !strings.HasPrefix(page.Header.Get("Content-Type"), "text/html") {
			t.Errorf("a browser gets %d %s", page.Status, page.Header.Get("Content-Type"))
		}
		status, body := n.building.Get("/@amina/"+p.ID.String(), "application/activity+json")
		if status != http.StatusOK || !strings.Contains(body, `"type":"Note"`) {
			t.Errorf("followed to the end: %d %.80s", status, body)
		}
	})
}

func TestVisitorsShareAPageForAMoment(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		b := v.Browser()
		if got := texts(b.Open("/@centre")); len(got) != 0 {
			t.Fatalf("before anyone wrote: %q", got)
		}
		v.Post(v.cem, v.centre.ID, instance.ToPublic, "Neuf")
		if got := texts(v.SignedIn(v.dora).Open("/@centre")); !slices.Equal(got, []string{"Neuf"}) {
			t.Errorf("a neighbour reads %q at once", got)
		}
		deadline := time.Now().Add(5 * time.Second)
		for !slices.Equal(texts(b.Open("/@centre")), []string{"Neuf"}) {
			if time.Now().After(deadline) {
				t.Fatal("visitors never read what is new")
			}
		}
		first := b.Open("/@centre")
		r := b.Request(http.MethodGet, "/@centre", "", nil)
		r.Header.Set("If-None-Match", first.Header.Get("ETag"))
		if again := b.Do(r); again.Status != http.StatusNotModified && again.Header.Get("ETag") == first.Header.Get("ETag") {
			t.Errorf("the same page again: %d", again.Status)
		}
		head := b.Do(b.Request(http.MethodHead, "/@centre", "", nil))
		if head.Status != http.StatusOK || head.Body != "" || head.Header.Get("ETag") == "" {
			t.Errorf("HEAD: %d with %d bytes", head.Status, len(head.Body))
		}
	})
}
