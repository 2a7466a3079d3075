package mastodon_test

import (
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/store"
)

func names(m map[string]any) []string {
	var list []string
	for name := range m {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}

func TestAProgramAsksAndVotes(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *apptest.Server) {
		amina, bo := s.Resident("amina"), s.Resident("bo")
		a, b := s.Program(amina), s.Program(bo)
		posted := a.JSON(http.MethodPost, "/api/v1/statuses", map[string]any{
			"status": "Quel jour ?", "visibility": "public",
			"poll": map[string]any{"options": []string{"samedi", "dimanche"}, "expires_in": 3600, "multiple": true, "hide_totals": true},
		}).Object()
		poll, ok := posted["poll"].(map[string]any)
		if !ok {
			t.Fatalf("posted %v", posted)
		}
		want := []string{"emojis", "expired", "expires_at", "id", "multiple", "options", "own_votes", "voted", "voters_count", "votes_count"}
		if diff := cmp.Diff(want, names(poll)); diff != "" {
			t.Errorf("what a poll says (-want +got):\n%s", diff)
		}
		at, err := time.Parse("2006-01-02T15:04:05.000Z", poll["expires_at"].(string))
		if left := time.Until(at); err != nil || left < 59*time.Minute || left > time.Hour {
			t.Errorf("it ends at %v, %v", poll["expires_at"], err)
		}
		hidden := []any{map[string]any{"title": "samedi", "votes_count": nil}, map[string]any{"title": "dimanche", "votes_count": nil}}
		if diff := cmp.Diff(hidden, poll["options"]); diff != "" {
			t.Errorf("options (-want +got):\n%s", diff)
		}
		if poll["voted"] != true || poll["multiple"] != true || poll["expired"] != false || poll["voters_count"] != 0.0 {
			t.Errorf("of one's own %v", poll)
		}
		path := "/api/v1/polls/" + poll["id"].(string)
		if nobody := s.Nobody().Get(path).Object(); nobody["voted"] != nil || nobody["own_votes"] != nil || nobody["id"] != poll["id"] {
			t.Errorf("nobody in particular sees %v", nobody)
		}
		if mine := b.Get(path).Object(); mine["voted"] != false || !reflect.DeepEqual(mine["own_votes"], []any{}) {
			t.Errorf("before a vote %v", mine)
		}
		voted := b.JSON(http.MethodPost, path+"/votes", map[string]any{"choices": []int{1, 0}}).Object()
		if voted["voted"] != true || !reflect.DeepEqual(voted["own_votes"], []any{0.0, 1.0}) || voted["votes_count"] != 2.0 || voted["voters_count"] != 1.0 {
			t.Errorf("after a vote %v", voted)
		}
		if shown := b.Get("/api/v1/statuses/" + posted["id"].(string)).Object(); !reflect.DeepEqual(shown["poll"], any(voted)) {
			t.Errorf("the post shows %v", shown["poll"])
		}

		single := a.Post("/api/v1/statuses", "status", "Et là ?", "visibility", "public", "poll[options][]", "oui", "poll[options][]", "non",
			"poll[expires_in]", "300", "poll[multiple]", "false").Object()
		once := "/api/v1/polls/" + single["id"].(string) + "/votes"
		if got := b.Post(once, "choices[]", "0").Object(); got["voters_count"] != 1.0 || got["options"].([]any)[0].(map[string]any)["votes_count"] != 1.0 {
			t.Errorf("by a form: %v", got)
		}
		plain := a.Post("/api/v1/statuses", "status", "Bonjour", "visibility", "public").Object()
		if plain["poll"] != nil {
			t.Errorf("what asks nothing shows %v", plain["poll"])
		}
		private := a.Post("/api/v1/statuses", "status", "Entre nous", "visibility", "direct", "poll[options][]", "a", "poll[options][]", "b", "poll[expires_in]", "300").Object()
		reads := s.Program(bo, "read")
		for _, c := range []struct {
			name   string
			answer *apptest.Answer
			status int
			says   string
		}{
			{"twice", b.Post(once, "choices[]", "1"), 422, "déjà répondu"},
			{"one's own", a.Post(once, "choices[]", "1"), 422, "ses propres"},
			{"two of one", s.Program(s.Resident("cem")).Post(once, "choices[]", "0", "choices[]", "1"), 422, "une seule"},
			{"none", b.Post(path + "/votes"), 422, ""},
			{"what cannot be", s.Program(s.Resident("dora")).Post(once, "choices[]", "x"), 422, "numéro"},
			{"what is none", s.Program(s.Resident("emil")).Post(once, "choices[]", "7"), 422, "n’existe pas"},
			{"a post without a poll", b.Post("/api/v1/polls/"+plain["id"].(string)+"/votes", "choices[]", "0"), 404, "Record not found"},
			{"a poll of others", b.Post("/api/v1/polls/"+private["id"].(string)+"/votes", "choices[]", "0"), 404, "Record not found"},
			{"to read a poll of others", b.Get("/api/v1/polls/" + private["id"].(string)), 404, "Record not found"},
			{"an unknown poll", b.Get("/api/v1/polls/12"), 404, "Record not found"},
			{"no poll at all", b.Get("/api/v1/polls/abc"), 404, "Record not found"},
			{"without leave", reads.Post(once, "choices[]", "1"), 403, "outside the authorized scopes"},
			{"by nobody", s.Nobody().Post(once, "choices[]", "1"), 401, "access token"},
			{"a poll of one option", a.Post("/api/v1/statuses", "status", "?", "poll[options][]", "a", "poll[expires_in]", "300"), 422, "au moins 2"},
			{"a poll of five", a.JSON(http.MethodPost, "/api/v1/statuses", map[string]any{"status": "?", "poll": map[string]any{"options": strings.Fields("a b c d e"), "expires_in": 300}}), 422, "4 choix"},
			{"a long option", a.Post("/api/v1/statuses", "status", "?", "poll[options][]", strings.Repeat("a", 51), "poll[options][]", "b", "poll[expires_in]", "300"), 422, "50 caractères"},
			{"the same twice", a.Post("/api/v1/statuses", "status", "?", "poll[options][]", "a", "poll[options][]", "a", "poll[expires_in]", "300"), 422, "deux fois"},
			{"without an end", a.Post("/api/v1/statuses", "status", "?", "poll[options][]", "a", "poll[options][]", "b"), 422, "combien de temps"},
			{"too short", a.Post("/api/v1/statuses", "status", "?", "poll[options][]", "a", "poll[options][]", "b", "poll[expires_in]", "299"), 422, "5 minutes"},
			{"for ever", a.Post("/api/v1/statuses", "status", "?", "poll[options][]", "a", "poll[options][]", "b", "poll[expires_in]", "99999999999"), 422, "30 jours"},
		} {
			if got := c.answer.Sentence(); c.answer.Status != c.status || !strings.Contains(got, c.says) {
				t.Errorf("%s: %d %q, want %d and %q", c.name, c.answer.Status, got, c.status, c.says)
			}
		}

		// An edit that leaves the words leaves the poll; one that says all but the
		// poll takes it out.
		edit := "/api/v1/statuses/" + single["id"].(string)
		if got := a.JSON(http.MethodPut, edit, map[string]any{"spoiler_text": "Vote"}).Object(); got["poll"].(map[string]any)["voters_count"] != 1.0 {
			t.Errorf("after other words: %v", got["poll"])
		}
		if got := a.JSON(http.MethodPut, edit, map[string]any{"status": "x", "poll": map[string]any{"options": []string{"a", "b"}, "expires_in": 600}}).Object(); got["poll"].(map[string]any)["voters_count"] != 0.0 {
			t.Errorf("after other options: %v", got["poll"])
		}
		if got := a.JSON(http.MethodPut, edit, map[string]any{"status": "x"}).Object(); got["poll"] != nil {
			t.Errorf("after it was taken out: %v", got["poll"])
		}
	})
}

func TestTheEndOfAPollIsANotice(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *apptest.Server) {
		amina, bo := s.Resident("amina"), s.Resident("bo")
		a, b := s.Program(amina), s.Program(bo)
		posted := a.Post("/api/v1/statuses", "status", "?", "visibility", "public", "poll[options][]", "a", "poll[options][]", "b", "poll[expires_in]", "300").Object()
		b.Post("/api/v1/polls/"+posted["id"].(string)+"/votes", "choices[]", "0").Is(200)
		expire(t, s, posted["id"].(string))
		for who, p := range map[string]*apptest.Program{"who asked": a, "who voted": b} {
			list := p.Get("/api/v1/notifications?types[]=poll").List()
			if len(list) != 1 || list[0]["type"] != "poll" || list[0]["account"].(map[string]any)["acct"] != "amina" ||
				list[0]["status"].(map[string]any)["poll"].(map[string]any)["expired"] != true {
				t.Errorf("%s has %v", who, list)
			}
		}
	})
}

func TestAProgramPublishesLater(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *apptest.Server) {
		amina, bo := s.Resident("amina"), s.Resident("bo")
		a, b := s.Program(amina), s.Program(bo)
		at := time.Now().UTC().Add(time.Hour).Truncate(time.Millisecond)
		kept := a.JSON(http.MethodPost, "/api/v1/statuses", map[string]any{
			"status": "Plus tard", "visibility": "unlisted", "spoiler_text": "patience", "language": "fr", "scheduled_at": at.Format(time.RFC3339Nano),
			"poll": map[string]any{"options": []string{"a", "b"}, "expires_in": 600},
		}).Object()
		if diff := cmp.Diff([]string{"id", "media_attachments", "params", "scheduled_at"}, names(kept)); diff != "" {
			t.Errorf("what waits says (-want +got):\n%s", diff)
		}
		want := map[string]any{
			"text": "Plus tard", "visibility": "unlisted", "spoiler_text": "patience", "sensitive": true, "language": "fr", "in_reply_to_id": nil,
			"media_ids": []any{}, "poll": map[string]any{"options": []any{"a", "b"}, "expires_in": 600.0, "multiple": false, "hide_totals": false},
		}
		if diff := cmp.Diff(any(want), kept["params"]); diff != "" {
			t.Errorf("what was asked (-want +got):\n%s", diff)
		}
		if kept["scheduled_at"] != at.Format("2006-01-02T15:04:05.000Z") {
			t.Errorf("at %v, want %v", kept["scheduled_at"], at)
		}
		path := "/api/v1/scheduled_statuses/" + kept["id"].(string)
		if diff := cmp.Diff(kept, a.Get(path).Object()); diff != "" {
			t.Errorf("by itself (-want +got):\n%s", diff)
		}
		later := at.Add(time.Hour).Format("2006-01-02T15:04:05.000Z")
		if moved := a.JSON(http.MethodPut, path, map[string]any{"scheduled_at": later}).Object(); moved["scheduled_at"] != later {
			t.Errorf("moved: %v", moved)
		}
		if now := a.Post("/api/v1/statuses", "status", "Tout de suite", "scheduled_at", "2020-01-01T00:00:00Z").Object(); now["content"] == nil {
			t.Errorf("at a time that has passed: %v", now)
		}
		reads := s.Program(amina, "read")
		for _, c := range []struct {
			name   string
			answer *apptest.Answer
			status int
			says   string
		}{
			{"too soon", a.Post("/api/v1/statuses", "status", "x", "scheduled_at", time.Now().Add(time.Minute).Format(time.RFC3339)), 422, "5 minutes"},
			{"at no time", a.Post("/api/v1/statuses", "status", "x", "scheduled_at", "demain"), 422, "La date"},
			{"nothing", a.Post("/api/v1/statuses", "status", " ", "scheduled_at", later), 422, "est à remplir"},
			{"moved to no time", a.Form(http.MethodPut, path), 422, "La date"},
			{"moved to the past", a.Form(http.MethodPut, path, "scheduled_at", "2020-01-01T00:00:00Z"), 422, "5 minutes"},
			{"somebody else's", b.Get(path), 404, "Record not found"},
			{"moved by somebody else", b.Form(http.MethodPut, path, "scheduled_at", later), 404, "Record not found"},
			{"let go by somebody else", b.Do(http.MethodDelete, path, "", nil), 404, "Record not found"},
			{"without leave", reads.Do(http.MethodDelete, path, "", nil), 403, "outside the authorized scopes"},
			{"none", a.Get("/api/v1/scheduled_statuses/12"), 404, "Record not found"},
		} {
			if got := c.answer.Sentence(); c.answer.Status != c.status || !strings.Contains(got, c.says) {
				t.Errorf("%s: %d %q, want %d and %q", c.name, c.answer.Status, got, c.status, c.says)
			}
		}
		if gone := a.Do(http.MethodDelete, path, "", nil).Object(); len(gone) != 0 {
			t.Errorf("let go: %v", gone)
		}
		a.Get(path).Is(404)

		// The same key twice waits once.
		var ids []string
		for range 2 {
			got := a.Do(http.MethodPost, "/api/v1/statuses", "application/x-www-form-urlencoded", []byte("status=x&scheduled_at="+later), "Idempotency-Key", "k").Object()
			ids = append(ids, got["id"].(string))
		}
		if ids[0] != ids[1] {
			t.Errorf("the same key waits as %v", ids)
		}
		a.Do(http.MethodDelete, "/api/v1/scheduled_statuses/"+ids[0], "", nil).Is(200)

		var all []string
		for i := range 7 {
			one := a.Post("/api/v1/statuses", "status", fmt.Sprint("n", i), "scheduled_at", later).Object()
			all = append([]string{one["id"].(string)}, all...)
		}
		var walked []string
		for next := "/api/v1/scheduled_statuses?limit=3"; next != ""; {
			page := a.Get(next)
			for _, k := range page.List() {
				walked = append(walked, k["id"].(string))
			}
			next = page.Linked("next")
		}
		if diff := cmp.Diff(all, walked); diff != "" {
			t.Errorf("walk (-want +got):\n%s", diff)
		}
		if got := a.Get("/api/v1/scheduled_statuses?limit=2&min_id=" + all[5]).List(); len(got) != 2 || got[0]["id"] != all[3] || got[1]["id"] != all[4] {
			t.Errorf("min_id: %v", got)
		}
		if got := b.Get("/api/v1/scheduled_statuses").List(); len(got) != 0 {
			t.Errorf("somebody else has %v", got)
		}
	})
}

// expire lets the end of a poll have come, and be told.
func expire(t *testing.T, s *apptest.Server, id string) {
	t.Helper()
	n, err := instance.ParseID(id)
	if err != nil {
		t.Fatal(err)
	}
	err = s.DB.InTx(t.Context(), func(tx store.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE polls SET ends_at = $2 WHERE post_id = $1`, n, store.Millis(time.Now().Add(-time.Second)))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if left, err := s.Posts.EndPoll(t.Context(), instance.PostID(n)); err != nil || left > 0 {
		t.Fatalf("the poll still has %v, %v", left, err)
	}
}
