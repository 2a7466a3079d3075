package app_test

import (
	"image/png"
	"net/http"
	"strings"
	"testing"

	"palier/instance/apptest"
	"palier/instance/store"
)

// TestH15_APosterLeadsToTheProgramme has a stranger print what a programme looks for: it
// leads to its public page by a code, and says nothing of any home.
func TestH15_APosterLeadsToTheProgramme(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		b := openBureau(t, apptest.Open(t, engine, nil), "toit")
		b.offer(2)
		path := "/programmes/" + b.programme.Group.ID.String()
		stranger := b.Browser()
		poster := stranger.Open(stranger.Open(path).Find("a[href$='/poster']").AttrOr("href", "/missing"))
		if poster.Status != http.StatusOK || !poster.Has("article svg") || !strings.Contains(poster.Words("article"), b.URL+path) {
			t.Fatalf("the poster: %d %s", poster.Status, poster.Words("main"))
		}
		for _, told := range []string{"Villeurbanne", "69266", "Casimir", "casimir"} {
			if strings.Contains(poster.Words("main"), told) {
				t.Errorf("the poster tells %q", told)
			}
		}
		if p := stranger.Open("/programmes/1/poster"); p.Status != http.StatusNotFound {
			t.Errorf("a programme that is not there: %d", p.Status)
		}
	})
}

// TestH15_OthersShowACardAndReadAFeed has other sites show the public page of a programme
// by a picture that the server draws, and a feed reader follow what it makes public:
// never a home, a host or anybody of the team.
func TestH15_OthersShowACardAndReadAFeed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		b := openBureau(t, apptest.Open(t, engine, nil), "toit")
		b.offer(2)
		path := "/programmes/" + b.programme.Group.ID.String()
		stranger := b.Browser()
		page := stranger.Open(path)
		of := func(property string) string {
			return page.Find("head meta[property='"+property+"']").AttrOr("content", "")
		}
		if of("og:title") == "" || of("og:description") == "" || of("og:url") != b.URL+path || of("og:image:alt") == "" || !page.Has("head link[href='"+path+".atom']") {
			t.Errorf("the page says of itself %q, %q, %q", of("og:title"), of("og:description"), of("og:url"))
		}
		card, ok := strings.CutPrefix(of("og:image"), b.URL)
		if !ok {
			t.Fatalf("the picture is on another server: %s", of("og:image"))
		}
		drawn := stranger.Open(card)
		picture, err := png.Decode(strings.NewReader(drawn.Body))
		if err != nil || drawn.Header.Get("Content-Type") != "image/png" {
			t.Fatalf("the picture: %s, %v", drawn.Header.Get("Content-Type"), err)
		}
		if size := picture.Bounds().Size(); size.X != 1200 || size.Y != 630 || of("og:image:width") != "1200" || of("og:image:height") != "630" {
			t.Errorf("it is %v", size)
		}
		dark := 0 // below the mark and left of the code stand the names
		for x := 70; x < 600; x++ {
			for y := 240; y < 400; y++ {
				if r, _, _, _ := picture.At(x, y).RGBA(); r < 0x8000 {
					dark++
				}
			}
		}
		if dark < 500 {
			t.Errorf("the names are drawn with %d dots", dark)
		}

		lead := b.SignedIn(b.lead)
		own := "/@toit_asso/notices"
		prepared := lead.Open(lead.Open(path+"/poster").Find("#share a[href^='"+own+"']").AttrOr("href", "/missing"))
		text := prepared.Find("textarea[name='text']").Text()
		if prepared.Status != http.StatusOK || !strings.Contains(text, b.URL+path) || prepared.Find("[name='title']").AttrOr("value", "") == "" {
			t.Fatalf("prepared: %d %q", prepared.Status, text)
		}
		feed := func() string {
			t.Helper()
			p := stranger.Open(path + ".atom")
			if p.Status != http.StatusOK || !strings.HasPrefix(p.Header.Get("Content-Type"), "application/atom+xml") {
				t.Fatalf("the feed: %d %s", p.Status, p.Header.Get("Content-Type"))
			}
			return p.Body
		}
		if n := strings.Count(feed(), "<entry>"); n != 1 { // two beds are too few to be counted in public
			t.Errorf("before anything was posted there are %d entries: %s", n, feed())
		}
		posted := lead.Press(prepared, "form[action$='/notices'] button.button", nil)
		if posted.Status != http.StatusOK || !strings.Contains(posted.Path, "/@toit_asso/") {
			t.Fatalf("posted: %d %s %s", posted.Status, posted.Path, posted.Words("main"))
		}
		lead.Press(lead.Open(own), "form[action$='/notices'] button.button", apptest.Fields{"title": {"Autre chose"}, "text": {"Une réunion de quartier."}})
		body := feed()
		if n := strings.Count(body, "<entry>"); n != 2 || strings.Contains(body, "Autre chose") {
			t.Errorf("after two notices there are %d entries: %s", n, body)
		}
		for _, told := range []string{"Villeurbanne", "69266", "69001", "Tournemire", "Casimir", "casimir", ">lea<", "@lea", "/h/", "/homes/"} {
			if strings.Contains(body, told) {
				t.Errorf("the feed tells %q", told)
			}
		}
		worker := b.SignedIn(b.worker)
		if p := worker.Open(path + "/poster"); p.Has("#share a[href^='" + own + "']") {
			t.Error("who does not act for the association is led to its notices")
		}
		if p := worker.Open(own + "?for=" + b.programme.Group.ID.String()); p.Status != http.StatusNotFound {
			t.Errorf("a caseworker at the notices of the association: %d", p.Status)
		}
		if p := lead.Open(own + "?for=1"); p.Status != http.StatusNotFound {
			t.Errorf("a notice for another programme: %d", p.Status)
		}
		for _, at := range []string{"/programmes/1/card.png", "/programmes/1.atom"} {
			if p := stranger.Open(at); p.Status != http.StatusNotFound {
				t.Errorf("%s: %d", at, p.Status)
			}
		}
	})
}
