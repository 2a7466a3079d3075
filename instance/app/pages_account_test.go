package app_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/auth"
	"palier/instance/config"
	"palier/instance/store"
)

type goquerySelection = goquery.Selection

// attempt tries to sign in.
func attempt(b *apptest.Browser, email, password, back string) *apptest.Page {
	b.T.Helper()
	return b.Press(b.Open("/signin"), "form[action='/signin'] button", apptest.Fields{"email": {email}, "password": {password}, "back": {back}})
}

func TestG03_SigningInSaysNothingOfWhoHasAnAccount(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		closed := v.Resident("closed")
		if err := v.People.SetDisabled(t.Context(), closed.ID, true); err != nil {
			t.Fatal(err)
		}
		var answers []string
		for _, try := range [][2]string{
			{v.cem.Email, "pas le bon mot de passe"}, {"nobody@people.example", apptest.Password}, {closed.Email, apptest.Password},
			{v.cem.Email, strings.Repeat("x", 5000)},
		} {
			b := v.Browser()
			p := attempt(b, try[0], try[1], "/home")
			if p.Status != http.StatusUnprocessableEntity || p.Find("#email").AttrOr("value", "") != try[0] || p.Find("#password").AttrOr("value", "") != "" {
				t.Errorf("%s: %d, keeps %q", try[0], p.Status, p.Find("#email").AttrOr("value", ""))
			}
			if len(b.Cookies()) != 0 {
				t.Errorf("%s: cookies %v", try[0], b.Cookies())
			}
			answers = append(answers, strings.ReplaceAll(p.Body, try[0], "EMAIL"))
		}
		for _, a := range answers[1:] {
			if diff := cmp.Diff(answers[0], a); diff != "" {
				t.Errorf("answers differ:\n%s", diff)
			}
		}
		empty := attempt(v.Browser(), "", "", "/home")
		if empty.Status != http.StatusUnprocessableEntity || !empty.Has("#email-problem") || !empty.Has("#password-problem") {
			t.Errorf("an empty form: %d", empty.Status)
		}
	})
}

func TestSigningInLeadsBackAndNowhereElse(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		for back, want := range map[string]string{
			"/@centre": "/@centre", "/settings": "/settings", "": "/home", "/": "/home", "/signin?back=/signin": "/home",
			"https://loin.example/": "/home", "//loin.example/": "/home", `/\loin.example`: "/home", "/\tx": "/home", "javascript:alert(1)": "/home",
		} {
			if p := attempt(v.Browser(), v.cem.Email, apptest.Password, back); p.Status != http.StatusOK || p.Path != want {
				t.Errorf("back to %q: %d at %s, want %s", back, p.Status, p.Path, want)
			}
		}
		b := v.Browser()
		asked := b.Open("/settings")
		if asked.Path != "/signin?back=%2Fsettings" {
			t.Fatalf("a page for neighbours leads to %s", asked.Path)
		}
		if in := b.Press(asked, "form[action='/signin'] button", apptest.Fields{"email": {v.cem.Email}, "password": {apptest.Password}}); in.Path != "/settings" {
			t.Errorf("and then to %s", in.Path)
		}
		if again := b.Open("/signin"); again.Path != "/home" {
			t.Errorf("signing in while signed in: %s", again.Path)
		}
		if door := b.Open("/"); door.Path != "/home" {
			t.Errorf("the door for a neighbour: %s", door.Path)
		}
		out := b.Press(b.Open("/home"), "form[action='/signout'] button", nil)
		if out.Path != "/" || out.Find("[data-forget]").AttrOr("data-forget", "") != "*" {
			t.Errorf("after signing out: %s, forgets %q", out.Path, out.Find("[data-forget]").AttrOr("data-forget", ""))
		}
		if p := b.Open("/home"); !strings.HasPrefix(p.Path, "/signin") {
			t.Errorf("home after signing out: %s", p.Path)
		}
	})
}

func TestG08_TheSessionIsANewOneAfterSigningIn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		b := v.SignedIn(v.cem)
		name := auth.CookieName(v.Site, "session")
		session := func(b *apptest.Browser) string {
			i := slices.IndexFunc(b.Cookies(), func(c *http.Cookie) bool { return c.Name == name })
			if i < 0 {
				return ""
			}
			return b.Cookies()[i].Value
		}
		planted := v.Browser()
		planted.SetCookies([]*http.Cookie{{Name: name, Value: "planted", Path: "/"}})
		if attempt(planted, v.bo.Email, apptest.Password, ""); session(planted) == "planted" || session(planted) == "" {
			t.Errorf("after signing in the session is %q", session(planted))
		}

		// A new password ends every other session, this one goes on under another name.
		elsewhere, before := v.SignedIn(v.cem), session(b)
		form := b.Open("/settings/password")
		wrong := b.Press(form, "main form button", apptest.Fields{"current": {"pas le bon"}, "password": {"quatre mots sans lien"}})
		if wrong.Status != http.StatusUnprocessableEntity || !wrong.Has("#current-problem") {
			t.Errorf("with the wrong password: %d", wrong.Status)
		}
		short := b.Press(form, "main form button", apptest.Fields{"current": {apptest.Password}, "password": {"court"}})
		if short.Status != http.StatusUnprocessableEntity || !short.Has("#password-problem") {
			t.Errorf("with a short one: %d", short.Status)
		}
		done := b.Press(form, "main form button", apptest.Fields{"current": {apptest.Password}, "password": {"quatre mots sans lien"}})
		if done.Path != "/settings" || session(b) == before || !strings.Contains(done.Words(".flash"), "Mot de passe changé") {
			t.Errorf("changed: %s %q", done.Path, done.Words(".flash"))
		}
		if p := elsewhere.Open("/home"); !strings.HasPrefix(p.Path, "/signin") {
			t.Errorf("the other browser is at %s", p.Path)
		}
		stale := v.Browser()
		stale.SetCookies([]*http.Cookie{{Name: name, Value: before, Path: "/"}})
		if p := stale.Open("/home"); !strings.HasPrefix(p.Path, "/signin") {
			t.Errorf("the session before opens %s", p.Path)
		}
	})
}

func TestG02_TriesToSignInAreCounted(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, func(c *config.Config) {
			c.Limits.Login = auth.Limit{Burst: 3, Every: time.Hour}
			c.TrustedProxies = apptest.Loopback
		})
		try := func(from, email string) int {
			b := v.Browser()
			r := b.Request(http.MethodPost, "/signin", "application/x-www-form-urlencoded", []byte("email="+email+"&password=rate"))
			r.Header.Set("X-Forwarded-For", from)
			p := b.Do(r)
			if p.Status == http.StatusTooManyRequests && p.Header.Get("Retry-After") == "" {
				t.Error("429 without Retry-After")
			}
			return p.Status
		}
		for range 3 {
			if got := try("203.0.113.1", "somebody@people.example"); got != http.StatusUnprocessableEntity {
				t.Fatalf("a try: %d", got)
			}
		}
		if got := try("203.0.113.1", "other@people.example"); got != http.StatusTooManyRequests {
			t.Errorf("the fourth try of one address: %d", got)
		}
		for _, from := range []string{"203.0.113.2", "203.0.113.3", "203.0.113.4"} {
			try(from, "Cem@people.example")
		}
		if got := try("203.0.113.5", "cem@people.example"); got != http.StatusTooManyRequests {
			t.Errorf("the fourth try at one account: %d", got)
		}
	})
}

func TestSettingsAreKept(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		b := v.SignedIn(v.cem)
		form := b.Open("/settings")
		if got := form.List(".choice-sentence"); len(got) != 3 || !strings.Contains(got[0], "3 voisins vérifiés de centre") || !strings.Contains(got[1], "4 voisins") {
			t.Errorf("who reads: %q", got)
		}
		saved := b.Press(form, "main form button", apptest.Fields{"language": {"en"}, "appearance": {"contrast"}, "text": {"larger"}, "audience": {"around"}})
		root := saved.Find("html")
		if saved.Words(".flash") != "Settings saved." || root.AttrOr("lang", "") != "en" || root.AttrOr("data-appearance", "") != "contrast" || root.AttrOr("data-text", "") != "larger" {
			t.Errorf("saved: %q, %v", saved.Words(".flash"), root.Nodes[0].Attr)
		}
		compose := b.Open("/compose?in=" + v.centre.ID.String())
		if got := compose.Find("input[name=audience][checked]").AttrOr("value", ""); got != "around" {
			t.Errorf("the composer begins with %q", got)
		}
		nomad := v.SignedIn(v.Resident("emil"))
		if p := nomad.Press(nomad.Open("/settings"), "main form button", apptest.Fields{"appearance": {"dark"}}); p.Has("input[name=audience]") || p.Find("html").AttrOr("data-appearance", "") != "dark" {
			t.Errorf("who lives nowhere: %d %q", p.Status, p.List(".choice-sentence"))
		}
		wrong := b.Post("/settings", apptest.Fields{"language": {"xx"}, "appearance": {"auto"}, "text": {"normal"}, "audience": {"public"}})
		if wrong.Status != http.StatusUnprocessableEntity || !wrong.Has(".problems") {
			t.Errorf("a language we do not speak: %d", wrong.Status)
		}

		// The footer changes the language here and for good.
		back := b.Press(b.Open("/@centre"), "footer button[value=fr]", nil)
		if back.Path != "/@centre" || back.Find("html").AttrOr("lang", "") != "fr" {
			t.Errorf("by the footer: %s in %q", back.Path, back.Find("html").AttrOr("lang", ""))
		}
		if got := v.SignedIn(v.cem).Open("/home").Find("html").AttrOr("lang", ""); got != "fr" {
			t.Errorf("in another browser: %q", got)
		}
		visitor := v.Browser()
		if got := visitor.Press(visitor.Open("/@centre"), "footer button[value=en]", nil); got.Path != "/@centre" || got.Find("html").AttrOr("lang", "") != "en" {
			t.Errorf("a visitor by the footer: %s in %q", got.Path, got.Find("html").AttrOr("lang", ""))
		}
		if got := visitor.Open("/").Find("html").AttrOr("lang", ""); got != "en" {
			t.Errorf("the next page of the visitor: %q", got)
		}
		if got := visitor.Post("/language", apptest.Fields{"language": {"xx"}}).Status; got != http.StatusBadRequest {
			t.Errorf("a visitor's language we do not speak: %d", got)
		}
	})
}

func TestAProfileIsEdited(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		b := v.SignedIn(v.cem)
		form := b.Open("/settings/profile")
		typed := apptest.Fields{"name": {"Cem D."}, "summary": {"Je **répare**\ndes vélos"}, "field": {"Langues", "", "", ""}, "value": {"turc, *français*", "", "", ""}, "locked": nil}
		saved := b.Press(form, "main form button", typed, apptest.File{Field: "picture", Name: "moi.png", Content: photograph(t)})
		if saved.Path != "/@cem" || saved.Words("h1") != "Cem D." || saved.Words(".facts dt") != "Langues" || saved.Words(".facts dd") != "turc, français" || !saved.Has(".profile .post-text strong") {
			t.Fatalf("saved: %d %s %q %q", saved.Status, saved.Path, saved.Words("h1"), saved.Words(".facts"))
		}
		portrait := saved.Find(".profile img.avatar").AttrOr("src", "")
		first := strings.TrimPrefix(portrait, v.URL)
		if p := v.Browser().Open(first); p.Status != http.StatusOK || p.Header.Get("Content-Type") != "image/png" {
			t.Errorf("portrait %q: %d %s", portrait, p.Status, p.Header.Get("Content-Type"))
		}
		again := b.Open("/settings/profile")
		if got := again.Find("#summary").Text(); got != "Je **répare**\ndes vélos" || again.Find("#value-0").AttrOr("value", "") != "turc, *français*" || again.Has("#locked[checked]") {
			t.Errorf("found again: %q, %q", got, again.Find("#value-0").AttrOr("value", ""))
		}
		broken := b.Press(again, "main form button", apptest.Fields{"summary": {"gardé"}}, apptest.File{Field: "picture", Name: "x.png", Content: []byte("no picture")})
		if broken.Status != http.StatusUnprocessableEntity || !broken.Has("#picture-problem") || broken.Find("#summary").Text() != "gardé" {
			t.Errorf("with a broken picture: %d, keeps %q", broken.Status, broken.Find("#summary").Text())
		}
		unnamed := b.Press(again, "main form button", apptest.Fields{"name": {""}}, apptest.File{Field: "picture", Name: "moi.png", Content: photograph(t)})
		if unnamed.Status != http.StatusUnprocessableEntity || !unnamed.Has("#name-problem") {
			t.Errorf("without a name: %d", unnamed.Status)
		}
		if p := v.Browser().Open(first); p.Status != http.StatusOK {
			t.Errorf("the portrait after what was not taken: %d", p.Status)
		}
		b.Press(again, "main form button", nil, apptest.File{Field: "picture", Name: "neu.png", Content: photograph(t)})
		if p := v.Browser().Open(first); p.Status != http.StatusNotFound {
			t.Errorf("the portrait before: %d", p.Status)
		}
	})
}

// routesOfNeighbours are the forms that only those who are signed in may send.
func routesOfNeighbours(post *instance.Post) []string {
	path := "/@cem/" + post.ID.String()
	return []string{
		"/compose", path + "/edit", path + "/delete", path + "/withdraw", path + "/restore", path + "/reply", path + "/like", path + "/unlike", path + "/share", path + "/unshare", path + "/pin", path + "/unpin",
		"/@cem/follow", "/@cem/unfollow", "/@cem/block", "/@cem/unblock", "/@cem/mute", "/@cem/unmute", "/@centre/join", "/@centre/leave",
		"/requests/1", "/notifications/read", "/report", "/settings", "/settings/profile", "/settings/password",
	}
}

func TestG07_FormsOfOtherSitesDoNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		p := v.Post(v.cem, v.centre.ID, instance.ToPublic, "Bonjour")
		b := v.SignedIn(v.cem)
		for _, path := range append(routesOfNeighbours(p), "/signin", "/signout", "/language") {
			for _, header := range [][2]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://loin.example"}, {"Origin", "null"}} {
				r := b.Request(http.MethodPost, path, "application/x-www-form-urlencoded", []byte("text=x&audience=public"))
				r.Header.Del("Sec-Fetch-Site")
				r.Header.Set(header[0], header[1])
				if got := b.Do(r); got.Status != http.StatusForbidden {
					t.Errorf("%s with %s: %s is answered %d", path, header[0], header[1], got.Status)
				}
			}
		}
		if got := b.Open("/@cem/" + p.ID.String()); got.Status != http.StatusOK || !got.Has("form[action='/signout']") {
			t.Errorf("afterwards: %d", got.Status)
		}
	})
}

func TestFormsOfNeighboursAskVisitorsToSignIn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		p := v.Post(v.cem, v.centre.ID, instance.ToPublic, "Bonjour")
		b := v.Browser()
		for _, path := range routesOfNeighbours(p) {
			if got := b.Post(path, apptest.Fields{"text": {"x"}, "audience": {"public"}}); got.Status != http.StatusUnauthorized {
				t.Errorf("%s: %d", path, got.Status)
			}
		}
		for _, path := range []string{"/home", "/compose", "/follow", "/requests", "/notifications", "/settings", "/settings/profile", "/settings/password", "/settings/blocked", "/report?person=1", "/@centre/members", "/@cem/block", "/@centre/leave", "/@cem/" + p.ID.String() + "/edit"} {
			if got := b.Open(path); !strings.HasPrefix(got.Path, "/signin?back=") {
				t.Errorf("%s: %d at %s", path, got.Status, got.Path)
			}
		}
	})
}

func TestG10_PostsOfOthersStayAsTheyAre(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		p, local := v.Post(v.cem, v.centre.ID, instance.ToPublic, "Bonjour"), v.Post(v.cem, v.centre.ID, instance.ToNeighbourhood, "Entre nous")
		dora := v.SignedIn(v.dora)
		for _, path := range []string{"/@cem/" + p.ID.String() + "/edit", "/@cem/" + p.ID.String() + "/delete", "/@dora/" + p.ID.String() + "/delete", "/@cem/" + p.ID.String() + "/withdraw", "/@cem/" + p.ID.String() + "/restore"} {
			if got := dora.Post(path, apptest.Fields{"text": {"à moi"}}); got.Status != http.StatusNotFound {
				t.Errorf("%s: %d", path, got.Status)
			}
		}
		if got := dora.Post("/@cem/"+p.ID.String()+"/pin", nil); got.Status != http.StatusForbidden {
			t.Errorf("pin: %d", got.Status)
		}
		for _, deed := range []string{"reply", "like", "share", "pin", "edit", "delete"} {
			if got := dora.Post("/@cem/"+local.ID.String()+"/"+deed, apptest.Fields{"text": {"x"}}); got.Status != http.StatusNotFound {
				t.Errorf("%s what she cannot read: %d", deed, got.Status)
			}
		}
		if got := dora.Open("/report?post=" + local.ID.String()); got.Status != http.StatusNotFound {
			t.Errorf("report what she cannot read: %d", got.Status)
		}
		if got := texts(v.SignedIn(v.cem).Open("/@cem")); !slices.Equal(got, []string{"Entre nous", "Bonjour"}) {
			t.Errorf("afterwards: %q", got)
		}
	})
}
