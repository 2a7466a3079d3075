package app_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
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

// A search is narrowed by a form of links and fields, and goes on page by page;
// what a stranger gets of it, however it is narrowed, is the same page whether
// what is limited is there or not.
func TestASearchIsNarrowedInABrowser(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, func(c *config.Config) { c.Limits.PlacePosts = 0 })
		cem, visitor := v.SignedIn(v.cem), v.Browser()
		paths := []string{"/search?in=offers&at=centre&open=yes", "/search?q=perceuse&in=offers&category=tools", "/search?at=centre", "/search?in=people&at=centre", "/search?in=posts&at=centre&since=2020-01-01"}
		before := map[string]string{}
		for _, path := range paths {
			before[path] = strings.Join(visitor.Open(path).List("main"), "")
		}
		for i := range 25 {
			_, err := v.Posts.Publish(t.Context(), v.Viewer(v.cem), instance.Draft{
				Title: fmt.Sprint("Perceuse ", i), Kind: instance.KindLending, Audience: instance.ToNeighbourhood, Group: v.centre.ID,
				Proposal: &instance.Proposal{Purpose: instance.Offering, Category: "tools", Status: instance.ProposalOpen, Unit: "one", Quantity: instance.One, Available: instance.One},
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		for _, path := range paths {
			if got := strings.Join(visitor.Open(path).List("main"), ""); got != before[path] {
				t.Errorf("%s tells a visitor of what is for neighbours:\n%s", path, got)
			}
		}
		page := cem.Open("/search?q=perceuse&in=offers&category=tools&at=centre&open=yes")
		first := len(page.List("article"))
		if !page.Has(`option[value="centre"][selected]`) || first != 20 {
			t.Errorf("the first page has %d", first)
		}
		page = cem.Open(page.Find(`a[rel="next"]`).AttrOr("href", ""))
		if got := len(page.List("article")); got != 5 || !page.Has(`a[rel="prev"]`) {
			t.Errorf("the second page has %d at %s", got, page.Path)
		}
		if got := cem.Open("/search?in=people&at=centre").List("#people + ul .name"); !slices.Contains(got, "cem") {
			t.Errorf("neighbours: %q", got)
		}
		if page := cem.Open("/search?in=events&since=gestern"); page.Status != http.StatusOK || len(page.List("#since[aria-invalid]")) != 1 {
			t.Errorf("a day that is none: %d", page.Status)
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
	if got := here.Browser().Open(handle).List("#places + ul .name"); len(got) != 0 {
		t.Errorf("a visitor has another server asked: %q", got)
	}
	if got := b.Open(handle).List("#places + ul .name"); !cmp.Equal(got, []string{"lyon"}) {
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
