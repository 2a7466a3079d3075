package mastodon_test

import (
	"fmt"
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

// listed returns one field of each entry of a list in an answer.
func listed(answer map[string]any, list, field string) string {
	var got []string
	for _, e := range answer[list].([]any) {
		got = append(got, fmt.Sprint(e.(map[string]any)[field]))
	}
	return strings.Join(got, " ")
}

func TestSearchFromAProgram(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *apptest.Server) {
		centre := s.Place("centre", "neighbourhood")
		amina, bo := s.Resident("amina", centre), s.Resident("bo", centre)
		eve := s.Resident("eve")
		among := s.Post(amina, centre.ID, instance.ToNeighbourhood, "Une échelle #prêt")
		s.Post(amina, centre.ID, instance.ToPublic, "Une table #prêt")
		mine, theirs := s.Program(bo), s.Program(eve)
		all := mine.Get("/api/v2/search?q=pret").Object()
		if got := listed(all, "hashtags", "name"); got != "prêt" {
			t.Errorf("hashtags: %q", got)
		}
		if tag := all["hashtags"].([]any)[0].(map[string]any); tag["following"] != false || len(tag["history"].([]any)) != 7 || tag["url"] != s.URL+"/tags/pr%C3%AAt" {
			t.Errorf("hashtag: %v", tag)
		}
		if got := listed(mine.Get("/api/v2/search?q=ECHELLES&type=statuses").Object(), "statuses", "id"); got != among.ID.String() {
			t.Errorf("statuses: %q", got)
		}
		for _, p := range []*apptest.Program{theirs, s.Nobody()} {
			if got := listed(p.Get("/api/v2/search?q=echelle").Object(), "statuses", "id"); got != "" {
				t.Errorf("a stranger finds what is for neighbours: %q", got)
			}
		}
		old := mine.Get("/api/v1/search?q=pr%C3%AAt").Object()
		if diff := cmp.Diff([]any{"prêt"}, old["hashtags"]); diff != "" {
			t.Errorf("old hashtags (-want +got):\n%s", diff)
		}
		for query, want := range map[string]string{
			"q=ami":                        "amina",
			"q=@amina":                     "amina",
			"q=amina@" + s.Site.Host():     "amina",
			"q=centre":                     "centre",
			"q=ami&following=true":         "",
			"q=a&limit=1&offset=1":         "",
			"q=amina&limit=1&resolve=true": "amina",
		} {
			var got []string
			for _, a := range mine.Get("/api/v1/accounts/search?" + query).List() {
				got = append(got, a["acct"].(string))
			}
			if strings.Join(got, " ") != want {
				t.Errorf("accounts by %s: %v, want %q", query, got, want)
			}
		}
		if got := theirs.Get("/api/v1/accounts/search?q=ami").List(); len(got) != 0 {
			t.Errorf("a stranger finds one who did not agree: %v", got)
		}
		if got := listed(mine.Get("/api/v2/search?q="+url.QueryEscape("from:amina table")+"&account_id="+bo.ID.String()).Object(), "statuses", "id"); got != "" {
			t.Errorf("by another's id: %q", got)
		}
		if got := listed(mine.Get("/api/v2/search?resolve=true&q="+url.QueryEscape(among.URL)).Object(), "statuses", "id"); got != among.ID.String() {
			t.Errorf("by address: %q", got)
		}
		if got := theirs.Get("/api/v2/search?resolve=true&q=" + url.QueryEscape(among.URL)).Object(); len(got["statuses"].([]any)) != 0 {
			t.Errorf("a stranger by address: %v", got)
		}
	})
}

func TestAwkwardSearchesFromAProgram(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *apptest.Server) {
		amina := s.Resident("amina")
		p, narrow := s.Program(amina), s.Program(amina, "read:statuses")
		for _, path := range []string{"/api/v2/search", "/api/v2/search?q=+", "/api/v2/search?q=" + strings.Repeat("a", 401), "/api/v1/accounts/search?q=" + strings.Repeat("a", 401), "/api/v1/directory?order=best"} {
			if got := p.Get(path).Is(http.StatusUnprocessableEntity).Sentence(); got == "" {
				t.Errorf("%.40s: no sentence", path)
			}
		}
		for _, path := range []string{"/api/v2/search?q=a&type=accounts&offset=20", "/api/v2/search?q=a&resolve=true", "/api/v1/accounts/search?q=a"} {
			s.Nobody().Get(path).Is(http.StatusUnauthorized)
		}
		for _, path := range []string{"/api/v2/search?q=a", "/api/v1/accounts/search?q=a", "/api/v1/followed_tags"} {
			narrow.Get(path).Is(http.StatusForbidden)
		}
		for _, q := range []string{`"`, `' OR 1=1 --`, "a\x00b", "\xff", "%", "&", "-", "*", "NEAR(", "from:'", "(((", strings.Repeat("\"a ", 100), "https://[", "@@@", "#"} {
			for _, path := range []string{"/api/v2/search?q=", "/api/v1/search?q=", "/api/v2/search?resolve=true&q=", "/api/v1/accounts/search?q="} {
				if got := p.Get(path + url.QueryEscape(q)); got.Status >= 500 {
					t.Errorf("%s%q: %d %s", path, q, got.Status, got.Body)
				}
			}
		}
		if got := p.Get("/api/v2/search?q=a&offset=-1&type=statuses&limit=-3").Object(); len(got["statuses"].([]any)) != 0 {
			t.Errorf("before the first: %v", got)
		}
		for _, path := range []string{"/api/v1/trends", "/api/v1/trends/tags", "/api/v1/trends/statuses", "/api/v1/trends/links", "/api/v1/directory"} {
			if got := s.Nobody().Get(path).List(); len(got) != 0 {
				t.Errorf("%s: %v", path, got)
			}
		}
	})
}

func TestHashtagsFromAProgram(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *apptest.Server) {
		centre := s.Place("centre", "neighbourhood")
		amina, bo := s.Resident("amina", centre), s.Resident("bo")
		a, b := s.Program(amina), s.Program(bo)
		if got := b.Post("/api/v1/tags/V%C3%A9lo/follow").Object(); got["name"] != "vélo" || got["following"] != true {
			t.Errorf("followed: %v", got)
		}
		b.Post("/api/v1/tags/caf%C3%A9/follow")
		id := a.Post("/api/v1/statuses", "status", "On roule #vélo #dinan", "visibility", "public").Object()["id"].(string)
		a.Post("/api/v1/statuses", "status", "On boit #café #dinan", "visibility", "public")
		home := b.Get("/api/v1/timelines/home").List()
		if len(home) != 2 || home[1]["id"] != id || home[1]["reblog"] != nil {
			t.Errorf("home: %v", home)
		}
		for query, want := range map[string]int{
			"/dinan": 2, "/Dinan?all[]=caf%C3%A9": 1, "/v%C3%A9lo?any[]=caf%C3%A9": 2, "/dinan?none[]=v%C3%A9lo": 1, "/dinan?local=true": 2,
			"/dinan?remote=true": 0, "/dinan?only_media=true": 0, "/dinan?max_id=" + id: 0, "/dinan?min_id=" + id: 1, "/autre": 0,
		} {
			if got := s.Nobody().Get("/api/v1/timelines/tag" + query).List(); len(got) != want {
				t.Errorf("tag%s: %d, want %d", query, len(got), want)
			}
		}
		s.Nobody().Get("/api/v1/timelines/tag/dinan?any[]=a&any[]=b&any[]=c&any[]=d&any[]=e").Is(http.StatusUnprocessableEntity)
		for _, path := range []string{"/api/v1/tags/2026", "/api/v1/timelines/tag/2026"} {
			b.Get(path).Is(http.StatusNotFound)
		}
		if got := s.Nobody().Get("/api/v1/tags/dinan").Object(); got["following"] != nil || got["history"].([]any)[0].(map[string]any)["uses"] != "2" {
			t.Errorf("a hashtag: %v", got)
		}
		var names []string
		for path := "/api/v1/followed_tags?limit=1"; path != ""; {
			answer := b.Get(path)
			for _, tag := range answer.List() {
				names = append(names, tag["name"].(string))
			}
			path = answer.Linked("next")
		}
		if got := strings.Join(names, " "); got != "café vélo" {
			t.Errorf("followed hashtags: %q", got)
		}
		if got := b.Post("/api/v1/tags/v%C3%A9lo/unfollow").Object(); got["following"] != false {
			t.Errorf("unfollowed: %v", got)
		}
		if home := b.Get("/api/v1/timelines/home").List(); len(home) != 1 {
			t.Errorf("home after: %v", home)
		}
		s.Program(bo, "read").Post("/api/v1/tags/caf%C3%A9/follow").Is(http.StatusForbidden)
		s.Nobody().Post("/api/v1/tags/caf%C3%A9/follow").Is(http.StatusUnauthorized)
	})
}

func TestFeaturedHashtagsFromAProgram(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *apptest.Server) {
		centre := s.Place("centre", "neighbourhood")
		amina, bo := s.Resident("amina", centre), s.Resident("bo")
		a, b := s.Program(amina), s.Program(bo)
		a.Post("/api/v1/statuses", "status", "#CroixRousse", "visibility", "public")
		if got := a.Get("/api/v1/featured_tags/suggestions").List(); len(got) != 1 || got[0]["name"] != "croixrousse" {
			t.Errorf("suggestions: %v", got)
		}
		f := a.Post("/api/v1/featured_tags", "name", "CroixRousse").Object()
		if f["name"] != "CroixRousse" || f["statuses_count"] != "1" || len(fmt.Sprint(f["last_status_at"])) != len("2026-11-23") {
			t.Errorf("featured: %v", f)
		}
		for _, bad := range []string{"", "2026", "!"} {
			a.Post("/api/v1/featured_tags", "name", bad).Is(http.StatusUnprocessableEntity)
		}
		if got := b.Get("/api/v1/accounts/" + amina.ID.String() + "/featured_tags").List(); len(got) != 1 {
			t.Errorf("to others: %v", got)
		}
		path := "/api/v1/featured_tags/" + f["id"].(string)
		b.Do(http.MethodDelete, path, "", nil).Is(http.StatusNotFound)
		a.Do(http.MethodDelete, path, "", nil)
		if got := a.Get("/api/v1/featured_tags").List(); len(got) != 0 {
			t.Errorf("afterwards: %v", got)
		}
	})
}

// TestAProgramFindsWhatIsOnAnotherServer resolves a handle and an address
// across servers, and is slowed down.
func TestAProgramFindsWhatIsOnAnotherServer(t *testing.T) {
	t.Parallel()
	here := apptest.Open(t, store.SQLite, func(c *config.Config) { c.Limits.Lookup.Burst, c.Limits.Lookup.Every = 4, 1<<40 })
	there := apptest.Open(t, store.SQLite, nil)
	lyon := there.Place("lyon", "neighbourhood")
	eve := there.Resident("eve", lyon)
	post := there.Post(eve, lyon.ID, instance.ToPublic, "Une péniche")
	among := there.Post(eve, lyon.ID, instance.ToNeighbourhood, "Une péniche entre nous")
	p := here.Program(here.Resident("amina"))
	handle := url.QueryEscape("@" + there.Handle("eve"))
	if got := listed(p.Get("/api/v2/search?q="+handle).Object(), "accounts", "acct"); got != "" {
		t.Errorf("without being asked the other server was: %q", got)
	}
	if got := listed(p.Get("/api/v2/search?resolve=true&q="+handle).Object(), "accounts", "acct"); got != there.Handle("eve") {
		t.Errorf("a handle: %q", got)
	}
	if got := p.Get("/api/v1/accounts/search?resolve=1&q=" + handle).List(); len(got) != 1 { // known by now: nobody is asked
		t.Errorf("a handle: %v", got)
	}
	if got := listed(p.Get("/api/v2/search?resolve=true&q="+url.QueryEscape(post.URL)).Object(), "statuses", "uri"); got != post.URI {
		t.Errorf("an address: %q, want %q", got, post.URI)
	}
	if got := p.Get("/api/v2/search?resolve=true&q=" + url.QueryEscape(among.URI)).Object(); len(got["statuses"].([]any)) != 0 {
		t.Errorf("what is for neighbours there: %v", got)
	}
	p.Get("/api/v2/search?resolve=true&q=" + url.QueryEscape(lyon.URI))
	p.Get("/api/v2/search?resolve=true&q=" + url.QueryEscape(lyon.URL)).Is(http.StatusTooManyRequests)
}
