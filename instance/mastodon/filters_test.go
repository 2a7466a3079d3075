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
)

func TestFiltersOfAProgram(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *apptest.Server) {
		centre := s.Place("centre", "neighbourhood")
		amina, bo := s.Resident("amina", centre), s.Resident("bo", centre)
		a, b := s.Program(amina), s.Program(bo)
		made := a.Post("/api/v2/filters", "title", "Sport", "context[]", "home", "context[]", "public", "filter_action", "hide", "expires_in", "3600",
			"keywords_attributes[0][keyword]", "match", "keywords_attributes[0][whole_word]", "false", "keywords_attributes[1][keyword]", "foot").Object()
		path := "/api/v2/filters/" + made["id"].(string)
		words := made["keywords"].([]any)
		first := words[0].(map[string]any)
		if made["filter_action"] != "hide" || made["expires_at"] == nil || len(words) != 2 || first["whole_word"] != false || words[1].(map[string]any)["whole_word"] != true ||
			!cmp.Equal(made["context"], []any{"home", "public"}) || !cmp.Equal(made["statuses"], []any{}) {
			t.Errorf("made: %v", made)
		}
		p := s.Post(bo, centre.ID, instance.ToPublic, "Les matchs de foot")
		shown := a.Get("/api/v1/statuses/" + p.ID.String()).Object()["filtered"].([]any)
		if len(shown) != 1 {
			t.Fatalf("filtered: %v", shown)
		}
		result := shown[0].(map[string]any)
		of := result["filter"].(map[string]any)
		if !cmp.Equal(result["keyword_matches"], []any{"match", "foot"}) || !cmp.Equal(result["status_matches"], []any{}) || of["title"] != "Sport" || of["keywords"] != nil {
			t.Errorf("filtered: %v", result)
		}
		home := a.Get("/api/v1/timelines/home").List()
		if len(home) != 1 || len(home[0]["filtered"].([]any)) != 1 || len(home[0]["reblog"].(map[string]any)["filtered"].([]any)) != 1 {
			t.Errorf("home: what is hidden is for the program to leave out: %v", home)
		}
		if got := b.Get("/api/v1/statuses/" + p.ID.String()).Object()["filtered"]; !cmp.Equal(got, []any{}) {
			t.Errorf("for another: %v", got)
		}
		edited := a.JSON(http.MethodPut, path, map[string]any{
			"filter_action": "warn", "expires_in": "",
			"keywords_attributes": []map[string]any{{"id": first["id"], "whole_word": true}, {"id": words[1].(map[string]any)["id"], "_destroy": true}, {"keyword": "pluie"}},
		}).Object()
		if words := edited["keywords"].([]any); edited["expires_at"] != nil || edited["title"] != "Sport" || len(words) != 2 || words[0].(map[string]any)["whole_word"] != true ||
			words[0].(map[string]any)["keyword"] != "match" || words[1].(map[string]any)["keyword"] != "pluie" {
			t.Errorf("edited: %v", edited)
		}
		if got := a.Get("/api/v1/statuses/" + p.ID.String()).Object()["filtered"]; !cmp.Equal(got, []any{}) {
			t.Errorf("after the edit: %v", got)
		}

		word := a.Post(path+"/keywords", "keyword", "neige", "whole_word", "0").Object()
		one := "/api/v2/filters/keywords/" + word["id"].(string)
		if got := a.Form(http.MethodPut, one, "keyword", "grêle").Object(); got["keyword"] != "grêle" || got["whole_word"] != false {
			t.Errorf("a word edited: %v", got)
		}
		if got := a.Get(path + "/keywords").List(); len(got) != 3 {
			t.Errorf("words: %v", got)
		}
		named := a.Post(path+"/statuses", "status_id", p.ID.String()).Object()
		if got := a.Get(path + "/statuses").List(); len(got) != 1 || !cmp.Equal(got[0], named) || named["status_id"] != p.ID.String() {
			t.Errorf("posts: %v", got)
		}
		result = a.Get("/api/v1/statuses/" + p.ID.String()).Object()["filtered"].([]any)[0].(map[string]any)
		if !cmp.Equal(result["status_matches"], []any{p.ID.String()}) || !cmp.Equal(result["keyword_matches"], []any{}) {
			t.Errorf("named: %v", result)
		}
		post := "/api/v2/filters/statuses/" + named["id"].(string)
		for _, gone := range []*apptest.Answer{
			b.Get(path), b.Form(http.MethodPut, path, "title", "x"), b.Do(http.MethodDelete, path, "", nil), b.Get(path + "/keywords"),
			b.Post(path+"/keywords", "keyword", "x"), b.Get(one), b.Form(http.MethodPut, one, "keyword", "x"), b.Do(http.MethodDelete, one, "", nil),
			b.Get(path + "/statuses"), b.Post(path+"/statuses", "status_id", p.ID.String()), b.Get(post), b.Do(http.MethodDelete, post, "", nil),
			b.Get(strings.Replace(one, "/v2/filters/keywords", "/v1/filters", 1)), a.Get("/api/v2/filters/x"), a.Post(path+"/statuses", "status_id", "1"),
		} {
			if gone.Status != http.StatusNotFound || gone.Sentence() != "Record not found" {
				t.Errorf("%s: %d %s", gone.Asked, gone.Status, gone.Body)
			}
		}
		a.Do(http.MethodDelete, post, "", nil).Object()
		a.Do(http.MethodDelete, one, "", nil).Object()
		a.Do(http.MethodDelete, path, "", nil).Object()
		if got := a.Get("/api/v2/filters").List(); len(got) != 0 {
			t.Errorf("left: %v", got)
		}
	})
}

func TestFiltersThatCannotBeTaken(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *apptest.Server) {
		a := s.Program(s.Resident("amina"))
		many := url.Values{"title": {"x"}, "context[]": {"home"}}
		for i := range 10_000 {
			many.Add(fmt.Sprintf("keywords_attributes[%d][keyword]", i), fmt.Sprint("mot", i))
		}
		plenty := []map[string]any{}
		for i := range 600 {
			plenty = append(plenty, map[string]any{"keyword": fmt.Sprint("mot", i)})
		}
		for name, got := range map[string]*apptest.Answer{
			"10,000 keywords": a.Do(http.MethodPost, "/api/v2/filters", "application/x-www-form-urlencoded", []byte(many.Encode())),
			"600 keywords":    a.JSON(http.MethodPost, "/api/v2/filters", map[string]any{"title": "x", "context": []string{"home"}, "keywords_attributes": plenty}),
			"no title":        a.Post("/api/v2/filters", "context[]", "home"),
			"no context":      a.Post("/api/v2/filters", "title", "x"),
			"odd context":     a.Post("/api/v2/filters", "title", "x", "context[]", "mars"),
			"odd action":      a.Post("/api/v2/filters", "title", "x", "context[]", "home", "filter_action", "burn"),
			"odd time":        a.Post("/api/v2/filters", "title", "x", "context[]", "home", "expires_in", "9999999999999"),
			"empty keyword":   a.Post("/api/v2/filters", "title", "x", "context[]", "home", "keywords_attributes[][keyword]", " "),
			"old, no phrase":  a.Post("/api/v1/filters", "context[]", "home"),
			"old, no context": a.Post("/api/v1/filters", "phrase", "x"),
		} {
			if got.Status != http.StatusUnprocessableEntity || got.Sentence() == "" {
				t.Errorf("%s: %d %.200s", name, got.Status, got.Body)
			}
		}
		if got := a.Get("/api/v2/filters").List(); len(got) != 0 {
			t.Errorf("left: %v", got)
		}
	})
}

func TestOldFiltersAreTheWordsOfNewOnes(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *apptest.Server) {
		a := s.Program(s.Resident("amina"))
		old := a.Post("/api/v1/filters", "phrase", "match", "context[]", "home", "irreversible", "true").Object()
		id := old["id"].(string)
		want := map[string]any{"id": id, "phrase": "match", "context": []any{"home"}, "whole_word": true, "expires_at": nil, "irreversible": true}
		if diff := cmp.Diff(want, old); diff != "" {
			t.Errorf("old (-want +got):\n%s", diff)
		}
		all := a.Get("/api/v2/filters").List()
		if len(all) != 1 || all[0]["filter_action"] != "hide" || all[0]["title"] != "match" || all[0]["keywords"].([]any)[0].(map[string]any)["id"] != id {
			t.Fatalf("new: %v", all)
		}
		got := a.Form(http.MethodPut, "/api/v1/filters/"+id, "phrase", "foot", "context[]", "thread", "whole_word", "false", "irreversible", "false").Object()
		want["phrase"], want["context"], want["whole_word"], want["irreversible"] = "foot", []any{"thread"}, false, false
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("edited (-want +got):\n%s", diff)
		}
		path := "/api/v2/filters/" + all[0]["id"].(string)
		a.Post(path+"/keywords", "keyword", "rugby").Object()
		if list := a.Get("/api/v1/filters").List(); len(list) != 2 {
			t.Errorf("two words: %v", list)
		}
		if refused := a.Form(http.MethodPut, "/api/v1/filters/"+id, "phrase", "ski", "context[]", "home"); refused.Status != http.StatusUnprocessableEntity {
			t.Errorf("what concerns two words: %d", refused.Status)
		}
		a.Do(http.MethodDelete, "/api/v1/filters/"+id, "", nil).Object()
		list := a.Get("/api/v1/filters").List()
		if len(list) != 1 || list[0]["phrase"] != "rugby" {
			t.Fatalf("left: %v", list)
		}
		a.Do(http.MethodDelete, "/api/v1/filters/"+list[0]["id"].(string), "", nil).Object()
		if left := a.Get("/api/v2/filters").List(); len(left) != 0 {
			t.Errorf("a filter without words is left: %v", left)
		}
	})
}
