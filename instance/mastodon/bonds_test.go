package mastodon_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"palier/instance"
	"palier/instance/apptest"
)

// loose is an account that everyone may follow at once.
func loose(s *apptest.Server, name string, in ...instance.Neighbourhood) instance.Account {
	s.T.Helper()
	a := s.Resident(name, in...)
	p, err := s.People.Profile(s.T.Context(), a.ID)
	if err != nil {
		s.T.Fatal(err)
	}
	p.Locked, p.Discoverable = false, true
	if err := s.People.EditProfile(s.T.Context(), a.ID, p); err != nil {
		s.T.Fatal(err)
	}
	return a
}

func to(a instance.Account, deed string) string {
	return "/api/v1/accounts/" + a.ID.String() + "/" + deed
}

// TestARelationshipIsWhole: programs refuse one that lacks a flag.
func TestARelationshipIsWhole(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *apptest.Server) {
		amina, bo, shy := loose(s, "amina"), loose(s, "bo"), s.Resident("shy")
		a, b := s.Program(amina), s.Program(bo)
		none := func(id string) map[string]any {
			return map[string]any{
				"id": id, "following": false, "showing_reblogs": false, "notifying": false, "languages": nil, "followed_by": false,
				"blocking": false, "blocked_by": false, "muting": false, "muting_notifications": false, "requested": false,
				"requested_by": false, "domain_blocking": false, "endorsed": false, "note": "",
			}
		}
		with := func(m map[string]any, pairs ...any) map[string]any {
			for i := 0; i < len(pairs); i += 2 {
				m[pairs[i].(string)] = pairs[i+1]
			}
			return m
		}
		want := none(bo.ID.String())
		check := func(what string, got map[string]any) {
			t.Helper()
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", what, diff)
			}
		}
		ids := "/api/v1/accounts/relationships?id[]="
		check("before", a.Get(ids + bo.ID.String()).List()[0])
		with(want, "following", true, "showing_reblogs", true)
		check("followed", a.Post(to(bo, "follow")).Object())
		with(want, "notifying", true, "showing_reblogs", false, "languages", []any{"fr"})
		check("tuned", a.JSON(http.MethodPost, to(bo, "follow"), map[string]any{"reblogs": false, "notify": true, "languages": []string{"fr"}}).Object())
		check("followed again", a.Post(to(bo, "follow")).Object())
		with(want, "note", "a une échelle")
		check("noted", a.Post(to(bo, "note"), "comment", "a une échelle").Object())
		with(want, "muting", true)
		check("muted", a.Post(to(bo, "mute"), "notifications", "false", "duration", "3600").Object())
		with(want, "muting_notifications", true)
		check("muted for good", a.Post(to(bo, "mute")).Object())
		with(want, "muting", false, "muting_notifications", false)
		check("heard again", a.Post(to(bo, "unmute")).Object())
		b.Post(to(amina, "follow")).Object()
		with(want, "followed_by", true)
		check("followed back", a.Get(ids + bo.ID.String()).List()[0])
		with(want, "followed_by", false)
		check("sent away", a.Post(to(bo, "remove_from_followers")).Object())
		with(want, "following", false, "notifying", false, "languages", nil, "blocking", true)
		check("blocked", a.Post(to(bo, "block")).Object())
		check("blocked again", a.Post(to(bo, "block")).Object())
		b.Post(to(amina, "follow")).Is(http.StatusForbidden)
		if r := b.Get(ids + amina.ID.String()).List()[0]; r["blocked_by"] != true || r["note"] != "" {
			t.Errorf("who is blocked sees %v", r)
		}
		with(want, "blocking", false)
		check("let in again", a.Post(to(bo, "unblock")).Object())
		check("let in twice", a.Post(to(bo, "unblock")).Object())

		// A request waits, and is taken back or answered.
		asked := a.Post(to(shy, "follow")).Object()
		if diff := cmp.Diff(with(none(shy.ID.String()), "requested", true, "showing_reblogs", true), asked); diff != "" {
			t.Errorf("asked (-want +got):\n%s", diff)
		}
		c := s.Program(shy)
		if list := c.Get("/api/v1/follow_requests").List(); len(list) != 1 || list[0]["acct"] != "amina" {
			t.Errorf("requests: %v", list)
		}
		if r := c.Get(ids + amina.ID.String()).List()[0]; r["requested_by"] != true {
			t.Errorf("who is asked sees %v", r)
		}
		if notices := c.Get("/api/v1/notifications").List(); len(notices) != 1 || notices[0]["type"] != "follow_request" {
			t.Errorf("notices of who is asked: %v", notices)
		}
		if got := c.Post("/api/v1/follow_requests/" + amina.ID.String() + "/authorize").Object(); got["followed_by"] != true {
			t.Errorf("granted: %v", got)
		}
		c.Post("/api/v1/follow_requests/" + bo.ID.String() + "/authorize").Is(http.StatusNotFound)
		if notices := c.Get("/api/v1/notifications").List(); len(notices) != 0 {
			t.Errorf("the request is still to be answered: %v", notices)
		}
		if got := a.Post(to(shy, "unfollow")).Object(); got["following"] != false {
			t.Errorf("unfollowed: %v", got)
		}
		a.Post(to(shy, "follow")).Object()
		if got := c.Post("/api/v1/follow_requests/" + amina.ID.String() + "/reject").Object(); got["requested_by"] != false {
			t.Errorf("rejected: %v", got)
		}

		many := a.Get(ids + shy.ID.String() + "&id[]=404&id[]=x&id[]=" + bo.ID.String() + "&id[]=" + bo.ID.String()).List()
		if len(many) != 2 || many[0]["id"] != shy.ID.String() {
			t.Errorf("of several: %v", many)
		}
		if once := a.Get("/api/v1/accounts/relationships?id=" + bo.ID.String()).List(); len(once) != 1 {
			t.Errorf("without brackets: %v", once)
		}
	})
}

func TestWhatCannotBeDoneBetweenPeople(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *apptest.Server) {
		amina, bo := loose(s, "amina"), loose(s, "bo")
		a, nobody, reader := s.Program(amina), s.Nobody(), s.Program(amina, "read")
		for _, c := range []struct {
			answer *apptest.Answer
			status int
			says   string
		}{
			{a.Post(to(amina, "follow")), 422, "oneself|soi-même"},
			{a.Post(to(amina, "block")), 422, ""},
			{a.Post(to(amina, "mute")), 422, ""},
			{a.Post("/api/v1/accounts/404/follow"), 404, ""},
			{a.Post("/api/v1/accounts/x/follow"), 404, ""},
			{a.Post(to(bo, "follow"), "languages[]", "klingon"), 422, ""},
			{a.Post(to(bo, "mute"), "duration", "-1"), 422, ""},
			{a.Post(to(bo, "mute"), "duration", "9999999999"), 422, ""},
			{a.Post(to(bo, "note"), "comment", strings.Repeat("é", 2001)), 422, "2000"},
			{a.Post(to(bo, "pin")), 404, ""},
			{a.Post(to(bo, "unpin")), 404, ""},
			{a.Post("/api/v1/domain_blocks", "domain", "pas un domaine"), 422, ""},
			{a.Post("/api/v1/domain_blocks"), 422, ""},
			{a.Post("/api/v1/domain_blocks", "domain", s.Site.Host()), 422, "lui-même"},
			{nobody.Post(to(bo, "follow")), 401, ""},
			{nobody.Get("/api/v1/blocks"), 401, ""},
			{reader.Post(to(bo, "follow")), 403, "scope"},
			{reader.Post(to(bo, "block")), 403, "scope"},
			{s.Program(amina, "write").Get("/api/v1/mutes"), 403, "scope"},
			{a.Get("/api/v1/blocks?max_id=x"), 422, ""},
			{a.Post("/api/v1/accounts", "username", "eve"), 403, "not allowed"},
		} {
			if got := c.answer.Sentence(); c.answer.Status != c.status || !slices.ContainsFunc(strings.Split(c.says, "|"), func(w string) bool { return strings.Contains(got, w) }) {
				t.Errorf("%s: %d %q, want %d %q", c.answer.Asked, c.answer.Status, got, c.status, c.says)
			}
		}
		s.Program(amina, "follow").Post(to(bo, "follow")).Is(http.StatusOK)
		s.Program(amina, "read:follows").Get("/api/v1/accounts/relationships?id=" + bo.ID.String()).Is(http.StatusOK)
		if list := a.Get("/api/v1/endorsements").List(); len(list) != 0 {
			t.Errorf("endorsements: %v", list)
		}
	})
}

// linked goes through a whole list by its Links and returns the names in it,
// from the top to the end and from the end to the top.
func linked(t *testing.T, p *apptest.Program, path, name string) (down, up []string) {
	t.Helper()
	names := func(a *apptest.Answer) []string {
		t.Helper()
		var list []any
		a.Into(&list)
		var found []string
		for _, line := range list {
			switch line := line.(type) {
			case string:
				found = append(found, line)
			case map[string]any:
				found = append(found, line[name].(string))
			}
		}
		return found
	}
	prev := ""
	for next := path; next != ""; {
		answer := p.Get(next)
		page := names(answer)
		if len(page) == 0 {
			break
		}
		if down = append(down, page...); len(page) > 2 || len(down) > 100 {
			t.Fatalf("%s does not end: %q", next, page)
		}
		next, prev, up = answer.Linked("next"), answer.Linked("prev"), page
	}
	for prev != "" {
		answer := p.Get(prev)
		page := names(answer)
		if len(page) == 0 {
			break
		}
		if up = append(page, up...); len(up) > 100 {
			t.Fatalf("%s does not end", prev)
		}
		prev = answer.Linked("prev")
	}
	return down, up
}

func TestEveryListOfPeopleCanBeWalked(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *apptest.Server) {
		amina := loose(s, "amina")
		a := s.Program(amina)
		said := s.Post(amina, 0, instance.ToPublic, "merci")
		shy := s.Resident("shy")
		var want []string
		for i := range 5 {
			o := loose(s, fmt.Sprintf("p%d", i))
			want = append([]string{o.Username}, want...)
			b := s.Program(o)
			b.Post(to(amina, "follow")).Is(http.StatusOK)
			b.Post(to(shy, "follow")).Is(http.StatusOK)
			b.Post("/api/v1/statuses/" + said.ID.String() + "/favourite").Is(http.StatusOK)
			b.Post("/api/v1/statuses/" + said.ID.String() + "/reblog").Is(http.StatusOK)
			a.Post(to(o, "follow")).Is(http.StatusOK)
			a.Post(to(o, "mute")).Is(http.StatusOK)
			a.Post(to(o, "unmute")).Is(http.StatusOK)
		}
		check := func(p *apptest.Program, path string) {
			t.Helper()
			down, up := linked(t, p, path+"?limit=2", "username")
			if diff := cmp.Diff(want, down); diff != "" {
				t.Errorf("down %s (-want +got):\n%s", path, diff)
			}
			if diff := cmp.Diff(want, up); diff != "" {
				t.Errorf("up %s (-want +got):\n%s", path, diff)
			}
		}
		check(a, to(amina, "followers"))
		check(a, to(amina, "following"))
		check(s.Program(shy), "/api/v1/follow_requests")
		check(a, "/api/v1/statuses/"+said.ID.String()+"/favourited_by")
		check(s.Nobody(), "/api/v1/statuses/"+said.ID.String()+"/reblogged_by")
		for _, o := range slices.Backward(want) {
			who, err := s.People.Named(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			a.Post(to(who, "mute"), "duration", "600").Is(http.StatusOK)
		}
		check(a, "/api/v1/mutes")
		if muted := a.Get("/api/v1/mutes").List(); muted[0]["mute_expires_at"] == nil || muted[0]["acct"] == nil {
			t.Errorf("muted: %v", muted[0])
		}
		for _, o := range slices.Backward(want) {
			who, err := s.People.Named(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			a.Post(to(who, "block")).Is(http.StatusOK)
		}
		check(a, "/api/v1/blocks")
		want = nil
		for i := range 5 {
			domain := fmt.Sprintf("d%d.example", i)
			a.Post("/api/v1/domain_blocks", "domain", domain).Is(http.StatusOK)
			want = append([]string{domain}, want...)
		}
		check(a, "/api/v1/domain_blocks")
		a.Form(http.MethodDelete, "/api/v1/domain_blocks", "domain", "d4.example").Is(http.StatusOK)
		want = want[1:]
		check(a, "/api/v1/domain_blocks")

		// Whom others follow is theirs to show.
		if list := s.Nobody().Get(to(amina, "following")).List(); len(list) != 0 {
			t.Errorf("anyone sees whom she follows: %v", list)
		}
	})
}

func TestSuggestionsAndFamiliarFollowers(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *apptest.Server) {
		centre, port := s.Place("centre", "neighbourhood"), s.Place("port", "neighbourhood")
		amina, bo := loose(s, "amina", centre), loose(s, "bo", centre)
		a := s.Program(amina)
		list := a.Get("/api/v2/suggestions").List()
		if len(list) != 2 || list[0]["source"] != "staff" || list[0]["account"].(map[string]any)["acct"] != "port" || list[1]["account"].(map[string]any)["acct"] != "bo" {
			t.Fatalf("suggested: %v", list)
		}
		if old := a.Get("/api/v1/suggestions?limit=1").List(); len(old) != 1 || old[0]["group"] != true {
			t.Errorf("suggested to an older program: %v", old)
		}
		a.Form(http.MethodDelete, "/api/v1/suggestions/"+port.ID.String()).Is(http.StatusOK)
		a.Form(http.MethodDelete, "/api/v1/suggestions/404").Is(http.StatusOK)
		if list := a.Get("/api/v2/suggestions").List(); len(list) != 1 {
			t.Errorf("suggested after: %v", list)
		}
		familiar := a.Get("/api/v1/accounts/familiar_followers?id[]=" + bo.ID.String()).List()
		if len(familiar) != 1 || familiar[0]["id"] != bo.ID.String() || len(familiar[0]["accounts"].([]any)) != 0 {
			t.Errorf("familiar: %v", familiar)
		}
		if list := a.Get("/api/v1/accounts/familiar_followers").List(); len(list) != 0 {
			t.Errorf("familiar of nobody: %v", list)
		}
	})
}
