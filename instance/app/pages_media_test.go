package app_test

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/moderation"
	"palier/instance/people"
	"palier/instance/store"
	"palier/protocol/vocab"
)

// loads are the attributes by which a page has a browser load something at once.
var loads = map[string]string{
	"img": "src", "source": "srcset", "script": "src", "iframe": "src", "video": "src", "audio": "src", "embed": "src", "object": "data", "link": "href", "input": "src",
}

// strangers are what of a page would be loaded from another server.
func strangers(t *testing.T, s *apptest.Server, p *apptest.Page) []string {
	t.Helper()
	var found []string
	for element, attribute := range loads {
		for _, at := range p.Find(element + "[" + attribute + "]").EachIter() {
			address, err := url.Parse(at.AttrOr(attribute, ""))
			if err != nil || address.Host != "" && address.Host != s.Site.Host() || address.Scheme == "data" {
				found = append(found, element+" "+at.AttrOr(attribute, ""))
			}
		}
	}
	for _, at := range p.Find("[style*=url], [background], [srcset], [poster]").EachIter() {
		found = append(found, at.AttrOr("style", at.AttrOr("srcset", at.AttrOr("poster", "background"))))
	}
	return found
}

// pictured lets somebody post a picture for everyone.
func pictured(t *testing.T, s *apptest.Server, a instance.Account, in instance.Neighbourhood, alt string) instance.Picture {
	t.Helper()
	kept, err := s.Pictures.Add(t.Context(), bytes.NewReader(photograph(t)))
	if err != nil {
		t.Fatal(err)
	}
	m := instance.Picture{Type: kept.Type, File: kept.File, Thumb: kept.Thumb, Width: kept.Width, Height: kept.Height, Blurhash: kept.Blurhash, Description: alt}
	if m, err = s.Posts.AddPicture(t.Context(), a.ID, m, kept.Bytes); err != nil {
		t.Fatal(err)
	}
	p, err := s.Posts.Publish(t.Context(), s.Viewer(a), instance.Draft{
		Text: alt, Audience: instance.ToPublic, Group: in.ID, Reach: vocab.ReachIntercommunal, Pictures: []instance.ID{m.ID},
	})
	if err != nil {
		t.Fatal(err)
	}
	return p.Pictures[0]
}

// A neighbour with a portrait posts a picture; those who read on another server
// see both without their browsers ever asking the first.
func TestF05_PicturesOfOthersComeThroughUs(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		n := newNetwork(t, engine)
		amina := n.building.SignedIn(n.amina)
		profile := amina.Open("/settings/profile")
		amina.Press(profile, "main form button.button", nil, apptest.File{Field: "picture", Name: "moi.png", Content: photograph(t)})
		pictured(t, n.building, n.amina, n.tilleuls, "Un chat")
		n.settle(t)

		nadia := n.association.SignedIn(n.nadia)
		shown := map[string]string{} // what is loaded, by where
		home := nadia.Open("/home")
		post := home.Find(".pictures img")
		if post.Length() != 1 || post.AttrOr("alt", "") != "Un chat" {
			t.Fatalf("home shows %d pictures", post.Length())
		}
		thread := home.Find(".post-meta a").First().AttrOr("href", "")
		author := home.Find(".post-head a.name").First().AttrOr("href", "")
		for _, path := range []string{"/home", thread, author, "/notifications", "/follow?address=" + url.QueryEscape("@"+n.building.Handle("amina"))} {
			p := nadia.Open(path)
			if p.Status != http.StatusOK {
				t.Errorf("%s: %d", path, p.Status)
			}
			for _, s := range strangers(t, n.association, p) {
				t.Errorf("%s loads %s", path, s)
			}
			for _, img := range p.Find("img").EachIter() {
				shown[img.AttrOr("src", "")] = path
			}
		}
		if len(shown) < 2 {
			t.Fatalf("shown: %v", shown)
		}
		for src, path := range shown {
			local := strings.TrimPrefix(src, n.association.URL)
			if !strings.HasPrefix(local, "/media/others/") {
				t.Errorf("%s shows %s", path, src)
			}
			got := nadia.Open(local)
			if got.Status != http.StatusOK || got.Header.Get("Content-Type") != "image/jpeg" || got.Header.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("%s: %d, %v", local, got.Status, got.Header)
			}
			// Nobody makes such an address, nor takes one for another picture.
			at := local[:strings.LastIndexByte(strings.TrimSuffix(local, "/small"), '/')]
			for _, forged := range []string{at + "/AAAAAAAAAAAAAAAAAAAA", at + "/" + url.QueryEscape("https://evil.example/x.png"), strings.Replace(local, "/others/", "/others/card/", 1)} {
				if got := nadia.Open(forged); got.Status != http.StatusNotFound {
					t.Errorf("forged %s: %d", forged, got.Status)
				}
			}
		}
		if err := n.association.Moderation.SetDomain(t.Context(), 0, moderation.DomainRule{Domain: n.building.Site.Host(), Severity: moderation.Suspended}); err != nil {
			t.Fatal(err)
		}
		apptest.Settle(t, n.association)
		var kept int
		if err := n.association.DB.Read().QueryRow(t.Context(), `SELECT COUNT(*) FROM remote_pictures`).Scan(&kept); err != nil || kept != 0 {
			t.Errorf("%d are kept of a server that was shut out, %v", kept, err)
		}
		for src := range shown {
			if got := nadia.Open(strings.TrimPrefix(src, n.association.URL)); got.Status != http.StatusNotFound {
				t.Errorf("%s of a server that was shut out: %d", src, got.Status)
			}
		}
	})
}

// What somebody elsewhere sends to their followers is for them alone, also its
// picture; a video is told of and not loaded.
func TestF05_WhatIsNotForEveryone(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		n := newNetwork(t, engine)
		if _, err := n.association.People.Follow(t.Context(), n.nadia.ID, n.association.Find(n.town.Handle("odette")).ID); err != nil {
			t.Fatal(err)
		}
		n.settle(t)
		if err := n.town.People.Grant(t.Context(), n.odette.ID, n.town.Find(n.association.Handle("nadia")).ID); err != nil {
			t.Fatal(err)
		}
		n.settle(t)
		odette := n.association.Find(n.town.Handle("odette"))
		kept := pictured(t, n.town, n.odette, n.centre, "Le marché")
		post := &instance.Post{
			URI: n.town.URL + "/o/1", Author: odette, Kind: "post", Content: "<p>Entre nous</p>", Audience: instance.ToFollowers, Sensitive: true,
			Pictures: []instance.Picture{
				{RemoteURL: n.town.Site.MediaURL(kept.File), Type: "image/png"},
				{RemoteURL: "https://videos.example/1.mp4", Type: "video/mp4", Description: "Le marché"},
			},
		}
		if err := n.association.DB.InTx(t.Context(), func(tx store.Tx) error {
			return n.association.Posts.ReceiveIn(t.Context(), tx, post, "{}")
		}); err != nil {
			t.Fatal(err)
		}
		nadia := n.association.SignedIn(n.nadia)
		p := nadia.Open("/@" + odette.Acct() + "/" + post.ID.String())
		if p.Status != http.StatusOK || len(strangers(t, n.association, p)) != 0 {
			t.Fatalf("%d, loads %v", p.Status, strangers(t, n.association, p))
		}
		if !p.Has("details.post-veil .pictures img") || p.Words(".post-elsewhere a") != "Voir la vidéo sur videos.example" {
			t.Errorf("shows %q", p.Words(".post-text"))
		}
		if got := p.Find(".post-elsewhere a"); got.AttrOr("href", "") != "https://videos.example/1.mp4" || got.AttrOr("rel", "") != "nofollow noopener noreferrer" {
			t.Errorf("the video leads to %q", got.AttrOr("href", ""))
		}
		src := strings.TrimPrefix(p.Find(".pictures img").AttrOr("src", ""), n.association.URL)
		if got := nadia.Open(src); got.Status != http.StatusOK || got.Header.Get("Content-Type") != "image/jpeg" {
			t.Errorf("a follower: %d, %v", got.Status, got.Header)
		}
		if got := n.association.Browser().Open(src); got.Status != http.StatusNotFound {
			t.Errorf("a visitor: %d", got.Status)
		}
	})
}

// People and neighbourhoods show a portrait and a wide picture, change them and
// take them off again.
func TestPortraitsAndBannersInABrowser(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		boss, err := v.People.Create(t.Context(), people.Newcomer{Username: "mairie", Name: "Mairie", Email: "m@people.example", Password: apptest.Password, Role: instance.Admin})
		if err != nil {
			t.Fatal(err)
		}
		shot := func(field string) apptest.File {
			return apptest.File{Field: field, Name: "a.png", Content: photograph(t)}
		}
		for name, tt := range map[string]struct {
			b           *apptest.Browser
			form, shown string
		}{
			"a person":        {v.SignedIn(v.amina), "/settings/profile", "/@amina"},
			"a neighbourhood": {v.SignedIn(boss), "/admin/neighbourhoods/" + v.centre.ID.String(), "/@centre"},
		} {
			const save = "main form.form .submit button"
			tt.b.Press(tt.b.Open(tt.form), save, nil, shot("picture"), shot("header"))
			p := v.Browser().Open(tt.shown + "?now")
			banner := strings.TrimPrefix(p.Find("img.banner").AttrOr("src", ""), v.URL)
			if got := v.Browser().Open(banner); got.Status != http.StatusOK || got.Header.Get("Content-Type") != "image/png" {
				t.Errorf("%s shows the banner %q: %d", name, banner, got.Status)
			}
			form := tt.b.Open(tt.form)
			portrait := strings.TrimPrefix(form.Find("img.avatar.large").AttrOr("src", ""), v.URL)
			if got := v.Browser().Open(portrait); got.Status != http.StatusOK {
				t.Errorf("%s shows the portrait %q: %d", name, portrait, got.Status)
			}
			// Of two files one is none: nothing changes.
			refused := tt.b.Press(form, save, nil, shot("picture"), apptest.File{Field: "header", Name: "a.svg", Content: []byte("<svg/>")})
			if refused.Status != http.StatusUnprocessableEntity || !strings.Contains(refused.Words("#header-problem"), "PNG") {
				t.Errorf("%s with a drawing: %d, %q", name, refused.Status, refused.Words("#header-problem"))
			}
			if got := v.Browser().Open(portrait); got.Status != http.StatusOK {
				t.Errorf("%s lost its portrait: %d", name, got.Status)
			}
			tt.b.Press(form, save, apptest.Fields{"drop-picture": {"yes"}, "drop-header": {"yes"}})
			for _, file := range []string{banner, portrait} {
				if got := v.Browser().Open(file); got.Status != http.StatusNotFound {
					t.Errorf("%s is rid of %s: %d", name, file, got.Status)
				}
			}
			if p := v.Browser().Open(tt.shown + "?later"); p.Has("img.banner") {
				t.Errorf("%s still shows a banner", name)
			}
		}
	})
}
