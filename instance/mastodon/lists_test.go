package mastodon_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/people"
)

// befriend lets one follow another, who agrees.
func befriend(t *testing.T, s *apptest.Server, from, to instance.Account) {
	t.Helper()
	state, err := s.People.Follow(t.Context(), from.ID, to.ID)
	if err == nil && state == people.Requested {
		err = s.People.Grant(t.Context(), to.ID, from.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// walked returns the ids of every page from path on, following rel.
func walked(p *apptest.Program, path, rel string) []string {
	p.T.Helper()
	var ids []string
	for path != "" {
		a := p.Get(path)
		for _, one := range a.List() {
			ids = append(ids, one["id"].(string))
		}
		path = a.Linked(rel)
	}
	return ids
}

func TestListsOfAProgram(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *apptest.Server) {
		centre := s.Place("centre", "neighbourhood")
		amina, bo, cem := s.Resident("amina", centre), s.Resident("bo", centre), s.Resident("cem", centre)
		befriend(t, s, amina, bo)
		a, b := s.Program(amina), s.Program(bo)
		if got := a.Get("/api/v1/lists").List(); len(got) != 0 {
			t.Errorf("before: %v", got)
		}
		made := a.Post("/api/v1/lists", "title", " Amis ").Object()
		id := made["id"].(string)
		want := map[string]any{"id": id, "title": "Amis", "replies_policy": "list", "exclusive": false}
		if diff := cmp.Diff(want, made); diff != "" {
			t.Errorf("made (-want +got):\n%s", diff)
		}
		list := "/api/v1/lists/" + id
		want["replies_policy"], want["exclusive"] = "none", true
		if diff := cmp.Diff(want, a.JSON(http.MethodPut, list, map[string]any{"replies_policy": "none", "exclusive": true}).Object()); diff != "" {
			t.Errorf("edited (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]map[string]any{want}, a.Get("/api/v1/lists").List()); diff != "" {
			t.Errorf("all (-want +got):\n%s", diff)
		}
		if got := a.Form(http.MethodPost, list+"/accounts", "account_ids[]", bo.ID.String(), "account_ids[]", centre.ID.String()).Object(); len(got) != 0 {
			t.Errorf("added: %v", got)
		}
		if got := a.Get("/api/v1/accounts/" + bo.ID.String() + "/lists").List(); len(got) != 1 || got[0]["id"] != id {
			t.Errorf("lists with bo: %v", got)
		}
		members := walked(a, list+"/accounts?limit=1", "next")
		if diff := cmp.Diff([]string{bo.ID.String(), centre.ID.String()}, members); diff != "" {
			t.Errorf("members (-want +got):\n%s", diff)
		}
		if all := a.Get(list + "/accounts?limit=0"); len(all.List()) != 2 || all.Header.Get("Link") != "" {
			t.Errorf("all members: %s", all.Body)
		}
		p := s.Post(cem, centre.ID, instance.ToPublic, "du centre")
		timeline := a.Get("/api/v1/timelines/list/" + id).List()
		if len(timeline) != 1 || timeline[0]["reblog"].(map[string]any)["id"] != p.ID.String() || timeline[0]["account"].(map[string]any)["acct"] != "centre" {
			t.Errorf("timeline: %v", timeline)
		}
		if home := a.Get("/api/v1/timelines/home").List(); len(home) != 0 {
			t.Errorf("what the list holds is at home too: %v", home)
		}
		for _, gone := range []*apptest.Answer{
			b.Get(list), b.Form(http.MethodPut, list, "title", "x"), b.Do(http.MethodDelete, list, "", nil),
			b.Get(list + "/accounts"), b.Post(list+"/accounts", "account_ids[]", centre.ID.String()),
			b.Form(http.MethodDelete, list+"/accounts", "account_ids[]", bo.ID.String()), b.Get("/api/v1/timelines/list/" + id),
			a.Get("/api/v1/lists/zzz"), a.Get("/api/v1/lists/1"), a.Post(list+"/accounts", "account_ids[]", cem.ID.String()),
			a.Post(list+"/accounts", "account_ids[]", "x"),
		} {
			if gone.Status != http.StatusNotFound || gone.Sentence() != "Record not found" {
				t.Errorf("%s: %d %s", gone.Asked, gone.Status, gone.Body)
			}
		}
		for _, wrong := range []*apptest.Answer{
			a.Post("/api/v1/lists"), a.Post("/api/v1/lists", "title", ""), a.Post("/api/v1/lists", "title", "x", "replies_policy", "all"),
			a.Form(http.MethodPut, list, "title", " "), a.Post(list+"/accounts", "account_ids[]", bo.ID.String()),
		} {
			if wrong.Status != http.StatusUnprocessableEntity || wrong.Sentence() == "" {
				t.Errorf("%s: %d %s", wrong.Asked, wrong.Status, wrong.Body)
			}
		}
		a.Form(http.MethodDelete, list+"/accounts", "account_ids[]", bo.ID.String()).Object()
		if got := a.Get(list + "/accounts").List(); len(got) != 1 {
			t.Errorf("without bo: %v", got)
		}
		if got := a.Do(http.MethodDelete, list, "", nil).Object(); len(got) != 0 {
			t.Errorf("deleted: %v", got)
		}
		if a.Get(list).Status != http.StatusNotFound {
			t.Error("a list that was deleted is there")
		}
	})
}

func TestWalkingAListOfAProgram(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *apptest.Server) {
		centre := s.Place("centre", "neighbourhood")
		amina, bo := s.Resident("amina", centre), s.Resident("bo", centre)
		a := s.Program(amina)
		id := a.Post("/api/v1/lists", "title", "Centre").Object()["id"].(string)
		a.Post("/api/v1/lists/"+id+"/accounts", "account_ids[]", centre.ID.String()).Object()
		said := func(i int) string {
			to := instance.ToPublic
			if i%2 == 0 {
				to = instance.ToNeighbourhood
			}
			return s.Post(bo, centre.ID, to, fmt.Sprintf("n° %d", i)).ID.String()
		}
		var want []string
		for i := range 13 {
			want = append(want, said(i))
		}
		// While the first walk is under way, more is said.
		var got []string
		path, newest, later := "/api/v1/timelines/list/"+id+"?limit=4", "", []string{}
		for path != "" {
			page := a.Get(path)
			for _, one := range page.List() {
				of, ok := one["reblog"].(map[string]any)
				if !ok {
					of = one
				}
				got = append([]string{of["id"].(string)}, got...)
			}
			if newest == "" {
				newest = page.Linked("prev")
			}
			path = page.Linked("next")
			later = append(later, said(100+len(later)*2))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("backwards (-want +got):\n%s", diff)
		}
		var since []string
		for path := newest; path != ""; {
			page := a.Get(path)
			ids := []string{}
			for _, one := range page.List() {
				ids = append(ids, one["id"].(string))
			}
			slices.Reverse(ids)
			since = append(since, ids...)
			path = page.Linked("prev")
		}
		if diff := cmp.Diff(later, since); diff != "" {
			t.Errorf("forwards (-want +got):\n%s", diff)
		}
	})
}

func TestConversationsOfAProgram(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *apptest.Server) {
		centre := s.Place("centre", "neighbourhood")
		amina, bo, cem := s.Resident("amina", centre), s.Resident("bo", centre), s.Resident("cem", centre)
		a, b, c := s.Program(amina), s.Program(bo), s.Program(cem)
		var last string
		for i := range 5 {
			last = b.Post("/api/v1/statuses", "status", fmt.Sprintf("@amina n° %d", i), "visibility", "direct").Object()["id"].(string)
		}
		list := a.Get("/api/v1/conversations").List()
		if len(list) != 5 {
			t.Fatalf("conversations: %v", list)
		}
		one := list[0]
		if one["unread"] != true || one["last_status"].(map[string]any)["id"] != last || one["accounts"].([]any)[0].(map[string]any)["acct"] != "bo" {
			t.Errorf("the latest: %v", one)
		}
		if ids := walked(a, "/api/v1/conversations?limit=2", "next"); len(ids) != 5 || len(slices.Compact(slices.Sorted(slices.Values(ids)))) != 5 {
			t.Errorf("walked: %v", ids)
		}
		if ids := walked(a, "/api/v1/timelines/direct?limit=2", "next"); len(ids) != 5 || ids[0] != last {
			t.Errorf("private messages: %v", ids)
		}
		path := "/api/v1/conversations/" + one["id"].(string)
		if read := a.Post(path + "/read").Object(); read["unread"] != false || read["id"] != one["id"] {
			t.Errorf("read: %v", read)
		}
		for _, other := range []*apptest.Program{b, c} {
			for _, gone := range []*apptest.Answer{other.Post(path + "/read"), other.Do(http.MethodDelete, path, "", nil)} {
				if gone.Status != http.StatusNotFound || gone.Sentence() != "Record not found" {
					t.Errorf("%s by another: %d", gone.Asked, gone.Status)
				}
			}
		}
		a.Do(http.MethodDelete, path, "", nil).Object()
		if left := a.Get("/api/v1/conversations").List(); len(left) != 4 {
			t.Errorf("left: %v", left)
		}
		if theirs := b.Get("/api/v1/conversations").List(); len(theirs) != 5 || theirs[0]["unread"] != false {
			t.Errorf("of the other: %v", theirs)
		}
	})
}

func TestMarkersOfAProgram(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *apptest.Server) {
		a := s.Program(s.Resident("amina"))
		if got := a.Get("/api/v1/markers?timeline[]=home").Object(); len(got) != 0 {
			t.Errorf("before: %v", got)
		}
		got := a.Post("/api/v1/markers", "home[last_read_id]", "12", "notifications[last_read_id]", "34").Object()
		home := got["home"].(map[string]any)
		if home["last_read_id"] != "12" || home["version"] != 1.0 || len(home["updated_at"].(string)) != len("2026-11-28T00:00:00.000Z") || len(got) != 2 {
			t.Errorf("moved: %v", got)
		}
		a.JSON(http.MethodPost, "/api/v1/markers", map[string]any{"home": map[string]any{"last_read_id": "56"}}).Object()
		read := a.Get("/api/v1/markers?timeline[]=home&timeline[]=mars").Object()
		if len(read) != 1 || read["home"].(map[string]any)["last_read_id"] != "56" || read["home"].(map[string]any)["version"] != 2.0 {
			t.Errorf("read: %v", read)
		}
		if late := a.Post("/api/v1/markers", "home[last_read_id]", "57", "home[version]", "1"); late.Status != http.StatusConflict || late.Sentence() == "" {
			t.Errorf("from an old version: %d", late.Status)
		}
		if odd := a.Post("/api/v1/markers", "home[last_read_id]", "x"); odd.Status != http.StatusUnprocessableEntity {
			t.Errorf("no id: %d", odd.Status)
		}
		if other := s.Program(s.Resident("bo")).Get("/api/v1/markers?timeline[]=home").Object(); len(other) != 0 {
			t.Errorf("of another: %v", other)
		}
		if got := a.Get("/api/v1/announcements").List(); len(got) != 0 {
			t.Errorf("announcements: %v", got)
		}
	})
}

func TestReadingAidsAskForTheirScopes(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *apptest.Server) {
		amina := s.Resident("amina")
		reads, writes := s.Program(amina, "read:accounts", "write:statuses"), s.Program(amina, "read:lists", "read:filters")
		for _, path := range []string{"/api/v1/lists", "/api/v2/filters", "/api/v1/filters", "/api/v1/conversations", "/api/v1/markers", "/api/v1/timelines/list/1"} {
			if got := reads.Get(path); got.Status != http.StatusForbidden {
				t.Errorf("%s: %d", path, got.Status)
			}
			if got := s.Nobody().Get(path); got.Status != http.StatusUnauthorized {
				t.Errorf("%s of nobody: %d", path, got.Status)
			}
		}
		for _, path := range []string{"/api/v1/lists", "/api/v2/filters", "/api/v1/filters", "/api/v1/markers", "/api/v1/conversations/1/read"} {
			if got := writes.Post(path, "title", "x"); got.Status != http.StatusForbidden {
				t.Errorf("POST %s: %d", path, got.Status)
			}
		}
	})
}
