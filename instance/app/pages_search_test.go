package app_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/config"
	"palier/instance/store"
)

func TestSearchInABrowser(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		cem, dora, visitor := v.SignedIn(v.cem), v.SignedIn(v.dora), v.Browser()
		for i := range 7 {
			v.Post(v.cem, v.centre.ID, instance.ToNeighbourhood, "Une échelle "+strings.Repeat("haute ", i)+"#prêt")
		}
		found := cem.Open("/search?q=echelle")
		if got := texts(found); len(got) != 5 || !strings.Contains(got[0], "haute haute haute haute haute haute") {
			t.Errorf("the first: %q", got)
		}
		all := cem.Open("/search?q=echelle&in=posts")
		if got := len(texts(all)); got != 7 {
			t.Errorf("all: %d", got)
		}
		if got := cem.Open("/search?q=pr%C3%AAt").List("#tags + ul a"); !cmp.Equal(got, []string{"#prêt"}) {
			t.Errorf("hashtags: %q", got)
		}
		if got := cem.Open("/search?q=cem").List("#people + ul .name"); !cmp.Equal(got, []string{"cem"}) {
			t.Errorf("people: %q", got)
		}
		for who, b := range map[string]*apptest.Browser{"from beside": dora, "a visitor": visitor} {
			page := b.Open("/search?q=echelle")
			if got := texts(page); len(got) != 0 || len(page.List(".nothing")) != 1 {
				t.Errorf("%s finds %q", who, got)
			}
		}
		for _, q := range []string{`"><script>`, "' OR 1=1", "\xff", "a\x00b", "(((", "-"} {
			if page := cem.Open("/search?q=" + url.QueryEscape(q)); page.Status != http.StatusOK {
				t.Errorf("%q: %d", q, page.Status)
			}
		}
		if page := cem.Open("/search?q=" + strings.Repeat("a", 401)); page.Status != http.StatusOK || len(page.List(".nothing")) != 1 || len(page.List("[aria-invalid]")) != 1 {
			t.Errorf("too long: %d", page.Status)
		}
	})
}

func TestASearchForAnAddressOnAnotherServer(t *testing.T) {
	t.Parallel()
	here := apptest.Open(t, store.SQLite, func(c *config.Config) { c.Limits.Lookup.Burst, c.Limits.Lookup.Every = 2, 1<<40 })
	there := apptest.Open(t, store.SQLite, nil)
	lyon := there.Place("lyon", "neighbourhood")
	post := there.Post(there.Resident("eve", lyon), lyon.ID, instance.ToPublic, "Une péniche")
	amina := here.Resident("amina")
	b := here.SignedIn(amina)
	handle := "/search?q=" + url.QueryEscape("@"+there.Handle("lyon"))
	if got := here.Browser().Open(handle).List("#people + ul .name"); len(got) != 0 {
		t.Errorf("a visitor has another server asked: %q", got)
	}
	if got := b.Open(handle).List("#people + ul .name"); !cmp.Equal(got, []string{"lyon"}) {
		t.Errorf("a handle: %q", got)
	}
	if got := texts(b.Open("/search?q=" + url.QueryEscape(post.URL))); len(got) != 1 || got[0] != "Une péniche" {
		t.Errorf("an address leads to %q", got)
	}
	if page := b.Open(handle); page.Status != http.StatusTooManyRequests {
		t.Errorf("once more: %d", page.Status)
	}
}

func TestAHashtagIsFollowedInABrowser(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, nil)
		dora := v.SignedIn(v.dora)
		if got := len(v.Browser().Open("/tags/v%C3%A9lo").List("form.acts")); got != 0 {
			t.Errorf("a visitor is offered to follow")
		}
		page := dora.Press(dora.Open("/tags/v%C3%A9lo"), `form[action$="/follow"] button`, nil)
		if !page.Has(`form[action$="/unfollow"]`) || !page.Has(".flash") {
			t.Errorf("after following: %s", page.Path)
		}
		v.Post(v.cem, v.centre.ID, instance.ToPublic, "En #vélo")
		if got := texts(dora.Open("/home")); len(got) != 1 {
			t.Errorf("home: %q", got)
		}
		dora.Press(page, `form[action$="/unfollow"] button`, nil)
		if got := texts(dora.Open("/home")); len(got) != 0 {
			t.Errorf("home after unfollowing: %q", got)
		}
	})
}
