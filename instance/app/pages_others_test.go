package app_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/auth"
	"palier/instance/config"
	"palier/instance/people"
	"palier/instance/store"
)

func TestFollowingByHandle(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		n := newNetwork(t, engine)
		b := n.association.SignedIn(n.nadia)
		for _, query := range []string{"@tilleuls@" + n.building.Site.Host(), "tilleuls@" + n.building.Site.Host(), n.building.Site.GroupURI("tilleuls"), n.building.Site.Page("tilleuls")} {
			p := b.Press(b.Open("/follow"), "form[role=search] button", apptest.Fields{"address": {query}})
			if p.Words("section.sheet .handle") != "@tilleuls@"+n.building.Site.Host() || !p.Has("section.sheet button") {
				t.Errorf("%s finds %q", query, p.Words("section.sheet .handle"))
			}
		}
		// As another server sends people here (subscribe template of WebFinger).
		found := b.Open("/follow?uri=" + url.QueryEscape("acct:amina@"+n.building.Site.Host()))
		asked := b.Press(found, "section.sheet button", nil)
		if !strings.Contains(asked.Words(".flash"), "Demande envoyée") || !strings.HasPrefix(asked.Path, "/follow?uri=") {
			t.Errorf("asked: %q at %s", asked.Words(".flash"), asked.Path)
		}
		n.settle(t)

		// The other side says yes.
		amina := n.building.SignedIn(n.amina)
		if home := amina.Open("/home"); !home.Has("a[href='/requests']") {
			t.Error("home says nothing of a request")
		}
		requests := amina.Open("/requests")
		if got := requests.List("main .rows .name"); !slices.Equal(got, []string{"nadia"}) {
			t.Fatalf("requests: %q", got)
		}
		answered := amina.Press(requests, "button[value=accept]", nil)
		if answered.Path != "/requests" || !strings.Contains(answered.Words(".flash"), "acceptée") || answered.Has("button[value=accept]") {
			t.Errorf("answered: %s %q", answered.Path, answered.Words(".flash"))
		}
		n.settle(t)
		profile := b.Open("/@amina@" + n.building.Site.Host())
		if !profile.Has("form button[formaction$='/unfollow']") || profile.Words(".profile .handle") != "@amina@"+n.building.Site.Host() {
			t.Errorf("the profile after the yes: %d", profile.Status)
		}
		if got := b.Open("/follow").List("section .rows .name"); !slices.Contains(got, "amina") {
			t.Errorf("whom she follows: %q", got)
		}
		if got := b.Open("/notifications").List(".notice p:first-child"); len(got) == 0 || !strings.Contains(got[0], "amina accepte") {
			t.Errorf("notices: %q", got)
		}
		if p := b.Press(profile, "button[formaction$='/unfollow']", nil); !strings.Contains(p.Words(".flash"), "ne suivez plus") {
			t.Errorf("unfollowed: %q", p.Words(".flash"))
		}
		post := n.building.Post(n.amina, n.tilleuls.ID, instance.ToPublic, "Trouvez-moi")
		n.settle(t)
		if p := b.Open("/follow?address=" + url.QueryEscape(post.URL)); !strings.HasPrefix(p.Path, "/@amina@") || p.Words("article .post-text") != "Trouvez-moi" {
			t.Errorf("the address of a post leads to %s", p.Path)
		}
		for _, query := range []string{"@nobody@" + n.building.Site.Host(), "@nobody", "rubbish", "@x@127.0.0.1:1", "http://127.0.0.1:1/x"} {
			p := b.Open("/follow?address=" + url.QueryEscape(query))
			if p.Status != http.StatusOK || !p.Has("#address-problem") || p.Find("#address").AttrOr("value", "") != query {
				t.Errorf("%s: %d", query, p.Status)
			}
		}
	})
}

func TestLookUpsAreCounted(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, func(c *config.Config) { c.Limits.Lookup = auth.Limit{Burst: 2, Every: time.Hour} })
		b := v.SignedIn(v.cem)
		for i, want := range []int{http.StatusOK, http.StatusOK, http.StatusTooManyRequests} {
			if p := b.Open("/follow?address=@dora"); p.Status != want {
				t.Errorf("look-up %d: %d, want %d", i+1, p.Status, want)
			}
		}
		if p := b.Open("/follow"); p.Status != http.StatusOK {
			t.Errorf("the page without a look-up: %d", p.Status)
		}
		if p := v.SignedIn(v.dora).Open("/follow?address=@cem"); p.Status != http.StatusOK {
			t.Errorf("somebody else: %d", p.Status)
		}
	})
}

func TestKeepingSomebodyAway(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		v.Post(v.bo, v.tilleuls.ID, instance.ToPublic, "Bonjour de Bo")
		amina := v.SignedIn(v.amina)
		muted := amina.Press(amina.Open("/@bo"), "button[formaction$='/mute']", nil)
		if !strings.Contains(muted.Words(".flash"), "ne s’affichent plus") || !muted.Has("button[formaction$='/unmute']") {
			t.Errorf("muted: %q", muted.Words(".flash"))
		}
		confirm := amina.Open(muted.Find("a[href$='/block']").AttrOr("href", ""))
		if confirm.Words("h1") != "Bloquer bo ?" {
			t.Errorf("asked once more: %q", confirm.Words("h1"))
		}
		blocked := amina.Press(confirm, "main form button", nil)
		if blocked.Path != "/@bo" || len(texts(blocked)) != 0 || !blocked.Has("button[formaction$='/unblock']") {
			t.Errorf("blocked: %s %q", blocked.Path, texts(blocked))
		}
		if got := texts(v.SignedIn(v.bo).Open("/@amina")); len(got) != 0 {
			t.Errorf("who is blocked reads %q", got)
		}
		list := amina.Open("/settings/blocked")
		if got := list.List("main .name"); !slices.Equal(got, []string{"bo", "bo"}) {
			t.Errorf("the list: %q", got)
		}
		after := amina.Press(list, "form[action$='/unblock'] button", nil)
		after = amina.Press(after, "form[action$='/unmute'] button", nil)
		if after.Path != "/settings/blocked" || len(after.List("main .name")) != 0 {
			t.Errorf("let go: %s %q", after.Path, after.List("main .name"))
		}
	})
}

func TestLivingSomewhere(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		v.Post(v.cem, v.centre.ID, instance.ToNeighbourhood, "Entre nous")
		emil := v.Resident("emil")
		b := v.SignedIn(emil)
		if home := b.Open("/home"); !home.Has(".nothing") || home.Has("header .nav a[href='/@centre']") {
			t.Error("home of somebody new is not empty")
		}
		place := b.Open("/@centre")
		if place.Has("a[href='/@centre/members']") {
			t.Error("a stranger is offered the list of neighbours")
		}
		joined := b.Press(place, "button[formaction$='/join']", nil)
		if joined.Path != "/@centre" || !strings.Contains(joined.Words(".flash"), "confirmera") || !strings.Contains(joined.Words(".hero"), "Adresse à confirmer") {
			t.Errorf("joined: %s %q", joined.Path, joined.Words(".flash"))
		}
		if len(texts(joined)) != 0 {
			t.Errorf("before anyone confirmed: %q", texts(joined))
		}
		if got := b.Open("/@centre/members"); got.Status != http.StatusForbidden {
			t.Errorf("the neighbours, before anyone confirmed: %d", got.Status)
		}
		if err := v.Places.SetStanding(t.Context(), v.centre.ID, emil.ID, v.cem.ID, instance.Verified); err != nil {
			t.Fatal(err)
		}
		confirmed := b.Open("/@centre")
		if !slices.Equal(texts(confirmed), []string{"Entre nous"}) || !confirmed.Has("a[href='/compose?in="+v.centre.ID.String()+"']") || !confirmed.Has("header .nav a[href='/@centre'][aria-current]") {
			t.Errorf("confirmed: %q", texts(confirmed))
		}
		members := b.Open("/@centre/members")
		if got := members.List(".rows .name"); !slices.Equal(got, []string{"cem", "emil"}) {
			t.Errorf("neighbours: %q", got)
		}
		// Who lives where is not for everyone.
		if got := v.SignedIn(v.cem).Open("/@emil").List(".homes a"); !slices.Equal(got, []string{"centre"}) {
			t.Errorf("a neighbour sees him live in %q", got)
		}
		for name, other := range map[string]*apptest.Browser{"a visitor": v.Browser(), "somebody of another quarter": v.SignedIn(v.dora)} {
			if got := other.Open("/@emil").List(".homes a"); len(got) != 0 {
				t.Errorf("%s sees him live in %q", name, got)
			}
		}
		leave := b.Open(confirmed.Find("a[href$='/leave']").AttrOr("href", ""))
		left := b.Press(leave, "main form button", nil)
		if left.Path != "/@centre" || len(texts(left)) != 0 || !left.Has("button[formaction$='/join']") {
			t.Errorf("left: %s %q", left.Path, texts(left))
		}
		if got := v.SignedIn(v.amina).Open("/@centre"); got.Has("a[href$='/leave']") || !strings.Contains(got.Words(".hero"), "Vous habitez ici") {
			t.Errorf("who lives in a house of it: %q", got.Words(".hero"))
		}
		sure, err := v.People.Create(t.Context(), people.Newcomer{Username: "fleur", Name: "Fleur", Email: "fleur@people.example", Password: apptest.Password, Verified: true})
		if err != nil {
			t.Fatal(err)
		}
		fleur := v.SignedIn(sure)
		if got := fleur.Press(fleur.Open("/@port"), "button[formaction$='/join']", nil); !strings.Contains(got.Words(".flash"), "vous habitez ici") {
			t.Errorf("who is known to belong here: %q", got.Words(".flash"))
		}
	})
}

func TestThanksSharesAndPins(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		p := v.Post(v.cem, v.centre.ID, instance.ToPublic, "Bonjour")
		newer := v.Post(v.cem, v.centre.ID, instance.ToPublic, "Plus récent")
		dora, cem := v.SignedIn(v.dora), v.SignedIn(v.cem)
		path := "/@cem/" + p.ID.String()
		article := "#p" + p.ID.String()
		place := dora.Open("/@centre")
		for _, deed := range []string{"like", "share"} {
			there := dora.Press(place, article+" button[formaction$='/"+deed+"']", nil)
			if there.Path != "/@centre"+article || !there.Has(article+" button[formaction$='/un"+deed+"'][aria-pressed=true]") {
				t.Errorf("%s leads to %s", deed, there.Path)
			}
		}
		if got := texts(dora.Open("/@dora")); !slices.Equal(got, []string{"Bonjour"}) {
			t.Errorf("her page after sharing: %q", got)
		}
		notices := cem.Open("/notifications")
		if got := notices.List(".notice.unread p:first-child"); len(got) != 2 {
			t.Errorf("notices: %q", got)
		}
		if got := notices.Words("header .tally"); !strings.HasPrefix(got, "2") {
			t.Errorf("the header counts %q", got)
		}
		read := cem.Press(notices, "form[action='/notifications/read'] button", nil)
		if read.Has(".notice.unread") || read.Has("form[action='/notifications/read']") || len(read.List(".notice")) != 2 {
			t.Errorf("read: %q", read.List(".notice"))
		}
		for _, deed := range []string{"unlike", "unshare"} {
			if there := dora.Press(dora.Open(path), "button[formaction$='/"+deed+"']", nil); there.Path != path+article {
				t.Errorf("%s leads to %s", deed, there.Path)
			}
		}
		pinned := cem.Press(cem.Open("/@cem"), article+" button[formaction$='/pin']", nil)
		if got := texts(pinned); !slices.Equal(got, []string{"Bonjour", "Plus récent"}) {
			t.Errorf("pinned: %q", got)
		}
		if got := v.Browser().Open("/@cem"); !slices.Equal(texts(got), []string{"Bonjour", "Plus récent"}) || !got.Has(article+" .post-by") {
			t.Errorf("pinned, for visitors: %q", texts(got))
		}
		unpinned := cem.Press(pinned, article+" button[formaction$='/unpin']", nil)
		if got := texts(unpinned); !slices.Equal(got, []string{"Plus récent", "Bonjour"}) {
			t.Errorf("unpinned: %q (newer is %s)", got, newer.ID)
		}
		if got := dora.Post(path+"/like", apptest.Fields{"back": {"https://loin.example/"}}); !strings.HasPrefix(got.Path, "/home") {
			t.Errorf("led to %s", got.Path)
		}
	})
}

func TestReporting(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		p := v.Post(v.cem, v.centre.ID, instance.ToPublic, "Vends tout")
		dora := v.SignedIn(v.dora)
		form := dora.Open(dora.Open("/@cem/"+p.ID.String()).Find("a[href^='/report']").AttrOr("href", ""))
		if !strings.Contains(form.Words("blockquote"), "Vends tout") {
			t.Errorf("the form shows %q", form.Words("blockquote"))
		}
		missing := dora.Press(form, "main form button", apptest.Fields{"comment": {"gardé"}})
		if missing.Status != http.StatusUnprocessableEntity || !missing.Has("#category .problem") || missing.Words("#comment") != "gardé" {
			t.Errorf("without a reason: %d, keeps %q", missing.Status, missing.Words("#comment"))
		}
		done := dora.Press(missing, "main form button", apptest.Fields{"category": {"spam"}})
		if done.Path != "/@cem/"+p.ID.String() || !strings.Contains(done.Words(".flash"), "Merci") {
			t.Errorf("reported: %s %q", done.Path, done.Words(".flash"))
		}
		if n, err := v.Moderation.CountOpen(t.Context(), v.amina.ID); err != nil || n != 1 {
			t.Errorf("%d open reports, %v", n, err)
		}
		person := dora.Open("/report?person=" + v.cem.ID.String())
		if person.Words("h1") != "Signaler cem" {
			t.Errorf("about a person: %q", person.Words("h1"))
		}
		for _, path := range []string{"/report", "/report?person=1", "/report?post=1", "/report?person=x"} {
			if got := dora.Open(path); got.Status != http.StatusNotFound {
				t.Errorf("%s: %d", path, got.Status)
			}
		}
	})
}
