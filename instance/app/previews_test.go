package app_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/moderation"
	"palier/instance/store"
)

// site is a web site that somebody links to.
type site struct {
	*httptest.Server
	mu    sync.Mutex
	asked map[string]int
	pages map[string]string
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{asked: map[string]int{}, pages: map[string]string{}}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.asked[r.URL.Path]++
		switch content, ok := s.pages[r.URL.Path]; {
		case r.URL.Path == "/busy":
			w.WriteHeader(http.StatusServiceUnavailable)
		case !ok:
			http.NotFound(w, r)
		case strings.HasSuffix(r.URL.Path, ".png"):
			w.Header().Set("Content-Type", "image/png")
			_, _ = w.Write([]byte(content))
		default:
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = w.Write([]byte(content))
		}
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *site) times(path string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked[path]
}

const hostile = `<!doctype html><html lang="fr"><title>non</title>
	<meta property="og:title" content="Le marché <script>alert(1)</script>">
	<meta property="og:description" content="&lt;img src=x onerror=alert(1)&gt; jeudi">
	<meta property="og:image" content="/i.png"><meta property="og:video" content="https://evil.example/v">
	<link rel="alternate" type="application/json+oembed" href="/oembed"><body><iframe src="https://evil.example/">`

// A page that a public post links to is shown in its words and with a picture
// from here, whatever it holds.
func TestF04_LinksAreShownAsWords(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v, far := newVillage(t, engine, nil), newSite(t)
		far.pages["/marche"], far.pages["/i.png"] = hostile, string(photograph(t))
		p := v.Post(v.amina, v.tilleuls.ID, instance.ToPublic, "Jeudi : "+far.URL+"/marche @bo #marché")
		apptest.Settle(t, v.Server)
		page := v.SignedIn(v.bo).Open("/@amina/" + p.ID.String())
		card := page.Find("a.post-card")
		if card.AttrOr("href", "") != far.URL+"/marche" || card.AttrOr("rel", "") != "nofollow noopener noreferrer" {
			t.Fatalf("the card leads to %q", card.AttrOr("href", ""))
		}
		if got := page.Words("a.post-card"); got != strings.TrimPrefix(far.URL, "http://")+"Le marché <script>alert(1)</script><img src=x onerror=alert(1)> jeudi" {
			t.Errorf("it says %q", got)
		}
		if card.Find("script, iframe, [onerror], img[src=x]").Length() > 0 || len(strangers(t, v.Server, page)) > 0 {
			t.Errorf("it holds %s", page.Body)
		}
		src := strings.TrimPrefix(card.Find("img").AttrOr("src", ""), v.URL)
		if got := v.Browser().Open(src); !strings.HasPrefix(src, "/media/others/card/") || got.Status != http.StatusOK || got.Header.Get("Content-Type") != "image/jpeg" {
			t.Errorf("its picture %s: %d, %v", src, got.Status, got.Header)
		}
		shown := v.Program(v.bo).Get("/api/v1/statuses/" + p.ID.String()).Object()["card"].(map[string]any)
		for name, want := range map[string]any{
			"url": far.URL + "/marche", "title": "Le marché <script>alert(1)</script>", "type": "link", "html": "", "embed_url": "", "provider_name": "",
			"image": v.URL + src, "language": "fr", "width": 40.0, "height": 30.0, "author_name": "", "published_at": nil,
		} {
			if got, ok := shown[name]; !ok || got != want {
				t.Errorf("to programs %s is %v, want %v", name, got, want)
			}
		}
		if n := far.times("/oembed"); n != 0 {
			t.Errorf("asked for more %d times although it said enough", n)
		}
		// Gone with its server, at once.
		if err := v.Moderation.SetDomain(t.Context(), 0, moderation.DomainRule{Domain: strings.TrimPrefix(far.URL, "http://"), Severity: moderation.Suspended}); err != nil {
			t.Fatal(err)
		}
		apptest.Settle(t, v.Server)
		if page := v.SignedIn(v.bo).Open("/@amina/" + p.ID.String()); page.Has(".post-card") {
			t.Error("the card outlives its server")
		}
		if got := v.Browser().Open(src); got.Status != http.StatusNotFound {
			t.Errorf("its picture too: %d", got.Status)
		}
		v.Post(v.amina, v.tilleuls.ID, instance.ToPublic, "Encore "+far.URL+"/marche")
		apptest.Settle(t, v.Server)
		if n := far.times("/marche"); n != 1 {
			t.Errorf("asked %d times, also after it was shut out", n)
		}
	})
}

func TestE09_APageIsAskedOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v, far := newVillage(t, engine, nil), newSite(t)
		far.pages["/un"] = `<title>Un</title>`
		far.pages["/vide"] = `<p>rien</p>`
		for i := range 5 {
			for _, path := range []string{"/un", "/vide", "/rien"} {
				v.Post(v.amina, v.tilleuls.ID, instance.ToPublic, fmt.Sprintf("%d %s%s", i, far.URL, path))
			}
		}
		apptest.Settle(t, v.Server)
		v.Post(v.bo, v.tilleuls.ID, instance.ToPublic, "et "+far.URL+"/vide")
		apptest.Settle(t, v.Server)
		for _, path := range []string{"/un", "/vide", "/rien"} {
			if n := far.times(path); n != 1 {
				t.Errorf("%s was asked for %d times", path, n)
			}
		}
		v.Post(v.bo, v.tilleuls.ID, instance.ToPublic, "et "+far.URL+"/busy")
		apptest.Settle(t, v.Server)
		if n := far.times("/busy"); n != 1 {
			t.Errorf("a busy one was asked for %d times at once", n)
		}
		if p := v.SignedIn(v.bo).Open("/@tilleuls"); p.Find(".post-card").Length() != 5 {
			t.Errorf("%d cards are shown", p.Find(".post-card").Length())
		}
	})
}

// To ask for a page tells its server that somebody here was sent the link: that
// is nobody's business where the post is for neighbours.
func TestLinksInPostsForNeighboursAreNotAskedFor(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v, far := newVillage(t, engine, nil), newSite(t)
		far.pages["/un"] = `<title>Un</title>`
		for _, audience := range []instance.Audience{instance.ToBuilding, instance.ToNeighbourhood, instance.ToAround} {
			v.Post(v.amina, v.tilleuls.ID, audience, "Entre nous "+far.URL+"/un")
		}
		if _, err := v.Posts.Publish(t.Context(), v.Viewer(v.amina), instance.Draft{Text: "@bo " + far.URL + "/un", Audience: instance.ToMentioned}); err != nil {
			t.Fatal(err)
		}
		v.Post(v.amina, v.tilleuls.ID, instance.ToPublic, "Moi : "+v.URL+"/@bo @bo #un")
		apptest.Settle(t, v.Server)
		var n int
		if err := v.DB.Read().QueryRow(t.Context(), `SELECT COUNT(*) FROM cards`).Scan(&n); err != nil || n != 0 || far.times("/un") != 0 {
			t.Errorf("%d cards, asked %d times, %v", n, far.times("/un"), err)
		}
		// Once somebody has said it to everyone, it is shown there, and there alone.
		public := v.Post(v.bo, v.tilleuls.ID, instance.ToPublic, "Pour tous "+far.URL+"/un")
		apptest.Settle(t, v.Server)
		page := v.SignedIn(v.amina).Open("/@tilleuls")
		if page.Find(".post-card").Length() != 1 || !page.Has("#p"+public.ID.String()+" .post-card") {
			t.Errorf("%d cards are shown", page.Find(".post-card").Length())
		}
		// An edit takes the link, and with it the card.
		if _, err := v.Posts.Edit(t.Context(), v.bo.ID, public.ID, instance.Draft{Text: "Pour tous"}); err != nil {
			t.Fatal(err)
		}
		if page := v.SignedIn(v.amina).Open("/@tilleuls"); page.Has(".post-card") {
			t.Error("the card outlives its link")
		}
	})
}

// Whatever address somebody sends as a picture or a link, nothing on our own
// network is ever asked.
func TestE01_PicturesAndLinksToAddressesOfOurOwn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		n := newNetwork(t, engine)
		odette := n.association.Find(n.town.Handle("odette"))
		far := newSite(t)
		far.pages["/un"] = `<title>Un</title><meta property="og:image" content="http://10.1.2.3/i.png">`
		post := &instance.Post{
			URI: n.town.URL + "/o/1", Author: odette, Kind: "post", Audience: instance.ToPublic, PublishedAt: odette.UpdatedAt,
			Pictures: []instance.Picture{
				{RemoteURL: "http://10.1.2.3/x.png", Type: "image/png"}, {RemoteURL: "http://[fd00::1]/x.png", Type: "image/png"},
				{RemoteURL: "http://169.254.169.254/latest", Type: "image/png"}, {RemoteURL: "file:///etc/passwd", Type: "image/png"},
			},
		}
		linked := &instance.Post{
			URI: n.town.URL + "/o/2", Author: odette, Kind: "post", Audience: instance.ToPublic, PublishedAt: odette.UpdatedAt,
			Content: `<p><a href="http://10.1.2.3/page">ici</a></p>`,
		}
		shown := &instance.Post{
			URI: n.town.URL + "/o/3", Author: odette, Kind: "post", Audience: instance.ToPublic, PublishedAt: odette.UpdatedAt,
			Content: `<p><a href="` + far.URL + `/un">ici</a></p>`,
		}
		for _, p := range []*instance.Post{post, linked, shown} {
			if err := n.association.DB.InTx(t.Context(), func(tx store.Tx) error { return n.association.Posts.ReceiveIn(t.Context(), tx, p, "{}") }); err != nil {
				t.Fatal(err)
			}
		}
		apptest.Settle(t, n.association)
		page := n.association.Browser().Open("/@" + odette.Acct())
		if page.Find(".post-card").Length() != 1 || page.Find(".pictures img").Length() != 4 {
			t.Fatalf("%d cards and %d pictures", page.Find(".post-card").Length(), page.Find(".pictures img").Length())
		}
		for _, img := range page.Find(".pictures img, .post-card img").EachIter() {
			got := n.association.Browser().Open(strings.TrimPrefix(img.AttrOr("src", ""), n.association.URL))
			if got.Status != http.StatusOK || got.Header.Get("Cache-Control") != "no-store" || got.Header.Get("Content-Type") != "image/png" {
				t.Errorf("%d, %v", got.Status, got.Header)
			}
		}
		var kept int
		if err := n.association.DB.Read().QueryRow(t.Context(), `SELECT COUNT(*) FROM remote_pictures WHERE file <> ''`).Scan(&kept); err != nil || kept != 0 {
			t.Errorf("%d pictures are kept, %v", kept, err)
		}
		var refused int
		if err := n.association.DB.Read().QueryRow(t.Context(), `SELECT COUNT(*) FROM remote_pictures WHERE failures = 1`).Scan(&refused); err != nil || refused != 5 {
			t.Errorf("%d pictures were refused, %v", refused, err)
		}
	})
}
