package app_test

import (
	"bytes"
	"encoding/xml"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/store"
)

// photograph is a small picture.
func photograph(t *testing.T) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 40, 30))
	for i := range 40 {
		img.Set(i, i%30, color.RGBA{R: uint8(6 * i), G: 90, B: 60, A: 255})
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestTheComposerSaysWhoWillRead(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		declared := v.Resident("emil")
		if err := v.Places.Join(t.Context(), v.centre.ID, declared.ID); err != nil {
			t.Fatal(err)
		}
		for name, test := range map[string]struct {
			who     instance.Account
			in      instance.Neighbourhood
			choices []string // with the one that is chosen first
		}{
			"from a house": {v.amina, v.tilleuls, []string{
				"building: Visible par les 2 voisins vérifiés de tilleuls. Ne sort pas de ce serveur.",
				"around: Visible par les 3 voisins vérifiés de tilleuls et des quartiers voisins. Ne sort pas de ce serveur.",
				"public: Visible par tout le monde : les 2 voisins vérifiés de tilleuls, les passants et les autres serveurs du réseau.",
			}},
			"from a neighbourhood": {v.cem, v.centre, []string{
				"neighbourhood: Visible par les 3 voisins vérifiés de centre. Ne sort pas de ce serveur.",
				"around: Visible par les 4 voisins vérifiés de centre et des quartiers voisins. Ne sort pas de ce serveur.",
				"public: Visible par tout le monde : les 3 voisins vérifiés de centre, les passants et les autres serveurs du réseau.",
			}},
			"before anyone confirmed": {declared, v.centre, []string{
				"public: Visible par tout le monde, ici et sur les autres serveurs du réseau.",
			}},
		} {
			p := v.SignedIn(test.who).Open("/compose?in=" + test.in.ID.String())
			var got []string
			p.Find("label.choice").Each(func(_ int, c *goquerySelection) {
				sentence := strings.Join(strings.Fields(c.Find(".choice-sentence").Text()), " ")
				got = append(got, c.Find("input").AttrOr("value", "")+": "+sentence)
			})
			if diff := cmp.Diff(test.choices, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
			chosen := p.Find("input[name=audience][checked]").AttrOr("value", "")
			if want, _, _ := strings.Cut(test.choices[0], ":"); len(test.choices) > 1 && chosen != want || len(test.choices) == 1 && chosen != "" {
				t.Errorf("%s: %q is chosen", name, chosen)
			}
		}
		for name, path := range map[string]string{"without a place": "/compose", "in a place of others": "/compose?in=" + v.port.ID.String()} {
			if got := v.SignedIn(v.cem).Open(path).Find("input[name=in]").AttrOr("value", ""); got != v.centre.ID.String() {
				t.Errorf("%s one writes in %q, want one's own", name, got)
			}
		}
		// What the form did not offer is not taken.
		emil := v.SignedIn(declared)
		for _, audience := range []string{"neighbourhood", "direct", "rubbish", ""} {
			form := emil.Open("/compose?in=" + v.centre.ID.String())
			p := emil.Press(form, "main form button.button", apptest.Fields{"text": {"gardé"}, "audience": {audience}})
			if p.Status != http.StatusUnprocessableEntity || !p.Has("#audience .problem") || p.Words("#text") != "gardé" {
				t.Errorf("for %q: %d, keeps %q", audience, p.Status, p.Words("#text"))
			}
		}
		if got := emil.Open("/compose?in=99"); got.Status != http.StatusNotFound {
			t.Errorf("in a place that is not there: %d", got.Status)
		}
	})
}

func TestTheComposerKeepsWhatCannotBeTaken(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		b := v.SignedIn(v.cem)
		form := b.Open("/compose?in=" + v.centre.ID.String())
		if p := b.Press(form, "main form button.button", apptest.Fields{"text": {" "}}); p.Status != http.StatusUnprocessableEntity || !p.Has("#text-problem") {
			t.Errorf("nothing at all: %d", p.Status)
		}
		typed := apptest.Fields{
			"title": {"<Titre>"}, "text": {"\nUne ligne\n\n**gras**"}, "warning": {strings.Repeat("é", instance.MaxWarning+1)}, "language": {"br"},
			"audience": {"around"}, "description": {"Un dégradé vert"},
		}
		p := b.Press(form, "main form button.button", typed,
			apptest.File{Field: "pictures", Name: "a.png", Content: photograph(t)}, apptest.File{Field: "pictures", Name: "b.heic", Content: []byte("ftypheic is not read here")})
		if p.Status != http.StatusUnprocessableEntity || !p.Has("#pictures-problem") {
			t.Fatalf("with a file that is no picture: %d", p.Status)
		}
		if got := p.Find("#once, input[name=once]").AttrOr("value", "1"); got != form.Find("input[name=once]").AttrOr("value", "2") {
			t.Errorf("the form is another one: %s", got)
		}
		// The picture that could be read is kept, with its words.
		if got := p.Find("textarea[name=kept-description]").Text(); got != "Un dégradé vert" || len(p.List("li.shot")) < 1 {
			t.Errorf("the picture that could be read says %q", got)
		}
		shown := strings.TrimPrefix(p.Find("li.shot img[src]").First().AttrOr("src", ""), v.URL)
		if got := b.Open(shown); got.Status != http.StatusOK || got.Header.Get("Content-Type") != "image/jpeg" {
			t.Errorf("its preview %q: %d", shown, got.Status)
		}
		if got := v.SignedIn(v.dora).Open(shown); got.Status != http.StatusNotFound {
			t.Errorf("its preview for others: %d", got.Status)
		}
		p = b.Press(p, "main form button.button", nil)
		if p.Status != http.StatusUnprocessableEntity || !p.Has("#warning-problem") || !p.Has("details.more[open]") {
			t.Fatalf("with too long a warning: %d", p.Status)
		}
		for selector, want := range map[string]string{"#title": "<Titre>", "#warning": typed["warning"][0]} {
			if got := p.Find(selector).AttrOr("value", ""); got != want {
				t.Errorf("%s keeps %q", selector, got)
			}
		}
		if got := p.Find("#text").Text(); got != "\nUne ligne\n\n**gras**" && got != "Une ligne\n\n**gras**" {
			t.Errorf("the text keeps %q", got)
		}
		if p.Find("#language option[selected]").AttrOr("value", "") != "br" || p.Find("input[name=audience][checked]").AttrOr("value", "") != "around" {
			t.Error("language or circle are not kept")
		}
		p = b.Press(p, "main form button.button", apptest.Fields{"warning": {"Long"}})
		if p.Status != http.StatusOK || p.Words("h1.post-title") != "<Titre>" || p.Find(".pictures img").AttrOr("alt", "") != "Un dégradé vert" || p.Words(".post-veil summary span") != "Long" {
			t.Errorf("posted at last: %d %q", p.Status, p.Words("h1.post-title"))
		}
		if got := p.Find(".post-text").AttrOr("lang", ""); got != "br" {
			t.Errorf("in %q", got)
		}
	})
}

func TestPressingTwiceInABrowserPostsOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		b := v.SignedIn(v.cem)
		form := b.Open("/compose?in=" + v.centre.ID.String())
		file := apptest.File{Field: "pictures", Name: "a.png", Content: photograph(t)}
		var paths []string
		for range 2 {
			p := b.Press(form, "main form button.button", apptest.Fields{"text": {"Une fois"}, "audience": {"public"}}, file)
			paths = append(paths, p.Path)
		}
		if paths[0] != paths[1] {
			t.Errorf("led to %q", paths)
		}
		if got := texts(b.Open("/@centre")); !slices.Equal(got, []string{"Une fois"}) {
			t.Errorf("the place shows %q", got)
		}
		undone := b.Press(b.Open(paths[0]), ".post-more-menu button.harmful", nil)
		if undone.Status != http.StatusOK || len(texts(b.Open("/@centre"))) != 0 {
			t.Errorf("taken back: %d", undone.Status)
		}
		// Going back and pressing once more does not bring it back.
		if p := b.Press(form, "main form button.button", apptest.Fields{"text": {"Une fois"}, "audience": {"public"}}); p.Status != http.StatusGone {
			t.Errorf("pressed after it was taken back: %d at %s", p.Status, p.Path)
		}
	})
}

func TestPicturesOfAPost(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		b := v.SignedIn(v.cem)
		form := b.Open("/compose?in=" + v.centre.ID.String())
		shot := apptest.File{Field: "pictures", Name: "a.png", Content: photograph(t)}
		five := b.Press(form, "main form button.button", apptest.Fields{"text": {"Cinq"}, "audience": {"public"}}, shot, shot, shot, shot, shot)
		if five.Status != http.StatusUnprocessableEntity || !five.Has("#pictures-problem") {
			t.Errorf("five pictures: %d", five.Status)
		}
		p := b.Press(form, "main form button.button", apptest.Fields{"text": {"Deux"}, "audience": {"neighbourhood"}, "description": {"Une porte", "Un chat"}}, shot, shot)
		if got := p.Find(".pictures img"); got.Length() != 2 || got.Eq(0).AttrOr("alt", "") != "Une porte" || got.Eq(1).AttrOr("alt", "") != "Un chat" {
			t.Fatalf("posted: %d with %d pictures", p.Status, got.Length())
		}
		file := strings.TrimPrefix(p.Find(".pictures a").AttrOr("href", ""), v.URL)
		for name, test := range map[string]struct {
			b    *apptest.Browser
			want int
		}{
			"a neighbour": {v.SignedIn(v.amina), http.StatusOK}, "somebody of another quarter": {v.SignedIn(v.dora), http.StatusNotFound}, "a visitor": {v.Browser(), http.StatusNotFound},
		} {
			got := test.b.Open(file)
			if got.Status != test.want {
				t.Errorf("%s: %d, want %d", name, got.Status, test.want)
			}
			if got.Status == http.StatusOK && !strings.Contains(got.Header.Get("Cache-Control"), "private") {
				t.Errorf("%s may keep it for others: %q", name, got.Header.Get("Cache-Control"))
			}
		}
		edit := b.Open(p.Path[:strings.IndexAny(p.Path+"#", "#")] + "/edit")
		first := edit.Find("input[name=picture]").First().AttrOr("value", "")
		edited := b.Press(edit, "main form button.button", apptest.Fields{"drop": {first}, "kept-description": {"", "Un chat roux"}, "description": {"Une cour"}}, shot)
		if got := edited.Find(".pictures img"); got.Length() != 2 || got.Eq(0).AttrOr("alt", "") != "Un chat roux" || got.Eq(1).AttrOr("alt", "") != "Une cour" {
			t.Errorf("edited: %d with %d pictures, the first %q", edited.Status, got.Length(), got.Eq(0).AttrOr("alt", ""))
		}
		if got := v.SignedIn(v.amina).Open(file); got.Status != http.StatusNotFound {
			t.Errorf("the picture that was taken out: %d", got.Status)
		}
	})
}

// atomFeed is as much of RFC 4287 as a reader needs.
type atomFeed struct {
	XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
	Title   string   `xml:"title"`
	ID      string   `xml:"id"`
	Updated string   `xml:"updated"`
	Entries []struct {
		Title     string `xml:"title"`
		ID        string `xml:"id"`
		Published string `xml:"published"`
		Updated   string `xml:"updated"`
		Author    string `xml:"author>name"`
		Link      struct {
			Href string `xml:"href,attr"`
			Rel  string `xml:"rel,attr"`
		} `xml:"link"`
		Content struct {
			Type string `xml:"type,attr"`
			HTML string `xml:",chardata"`
		} `xml:"content"`
	} `xml:"entry"`
}

func TestFeedsAreAtom(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		b := v.SignedIn(v.cem)
		form := b.Open("/compose?in=" + v.centre.ID.String())
		b.Press(form, "main form button.button", apptest.Fields{"title": {"Fête & <jardin>"}, "text": {"Venez **tous**"}, "audience": {"public"}})
		form = b.Open("/compose?in=" + v.centre.ID.String())
		b.Press(form, "main form button.button", apptest.Fields{"text": {"Voici la suite"}, "warning": {"Attention"}, "audience": {"public"}})
		v.Post(v.cem, v.centre.ID, instance.ToNeighbourhood, "Entre nous")
		for path, title := range map[string]string{"/@centre.atom": "centre", "/@cem.atom": "cem"} {
			p := v.Browser().Open(path)
			if p.Status != http.StatusOK || !strings.HasPrefix(p.Header.Get("Content-Type"), "application/atom+xml") || p.Header.Get("ETag") == "" {
				t.Fatalf("%s: %d %q", path, p.Status, p.Header.Get("Content-Type"))
			}
			var feed atomFeed
			if err := xml.Unmarshal([]byte(p.Body), &feed); err != nil {
				t.Fatalf("%s: %v", path, err)
			}
			if feed.Title != title || len(feed.Entries) != 2 || feed.ID != v.Site.GroupURI("centre") && feed.ID != v.cem.URI || feed.Updated != feed.Entries[0].Updated {
				t.Fatalf("%s: %q of %s with %d entries", path, feed.Title, feed.Updated, len(feed.Entries))
			}
			warned, open := feed.Entries[0], feed.Entries[1]
			if warned.Title != "Attention" || warned.Content.HTML != "" || strings.Contains(p.Body, "la suite") {
				t.Errorf("%s: what has a warning: %q", path, warned.Title)
			}
			if open.Title != "Fête & <jardin>" || open.Content.Type != "html" || open.Content.HTML != "<p>Venez <strong>tous</strong></p>" || open.Author != "cem" || open.Link.Rel != "alternate" {
				t.Errorf("%s: %+v", path, open)
			}
			if _, err := time.Parse(time.RFC3339, open.Published); err != nil {
				t.Error(err)
			}
			if page := v.Browser().Open(strings.TrimPrefix(open.Link.Href, v.URL)); page.Status != http.StatusOK {
				t.Errorf("%s: the entry leads to %d", path, page.Status)
			}
		}
		place := v.Browser().Open("/@centre")
		if got := place.Find("link[rel=alternate][type='application/atom+xml']").AttrOr("href", ""); got != "/@centre.atom" {
			t.Errorf("the page names the feed %q", got)
		}
		for _, path := range []string{"/@nobody.atom", "/@centre@loin.example.atom"} {
			if got := v.Browser().Open(path); got.Status != http.StatusNotFound {
				t.Errorf("%s: %d", path, got.Status)
			}
		}
	})
}
