package mastodon_test

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"palier/instance"
	"palier/instance/apptest"
)

func on(p *instance.Post, deed string) string {
	return "/api/v1/statuses/" + p.ID.String() + "/" + deed
}

func TestWhatOneKeepsAndHushes(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *apptest.Server) {
		centre := s.Place("centre", "neighbourhood")
		amina, bo := s.Resident("amina", centre), s.Resident("bo", centre)
		stranger := s.Program(s.Resident("stranger"))
		a := s.Program(amina)
		var want []string
		var near *instance.Post
		for i := range 5 {
			near = s.Post(bo, centre.ID, instance.ToNeighbourhood, fmt.Sprintf("n%d", i))
			if kept := a.Post(on(near, "bookmark")).Object(); kept["bookmarked"] != true || kept["visibility"] != "private" {
				t.Errorf("kept: %v", kept)
			}
			if liked := a.Post(on(near, "favourite")).Object(); liked["favourited"] != true {
				t.Errorf("liked: %v", liked)
			}
			want = append([]string{near.ID.String()}, want...)
		}
		for _, path := range []string{"/api/v1/bookmarks", "/api/v1/favourites"} {
			down, up := linked(t, a, path+"?limit=2", "id")
			if diff := cmp.Diff(want, down); diff != "" {
				t.Errorf("down %s (-want +got):\n%s", path, diff)
			}
			if diff := cmp.Diff(want, up); diff != "" {
				t.Errorf("up %s (-want +got):\n%s", path, diff)
			}
			if list := stranger.Get(path).List(); len(list) != 0 {
				t.Errorf("%s of another: %v", path, list)
			}
		}
		for _, deed := range []string{"bookmark", "unbookmark", "mute", "unmute", "pin", "unpin"} {
			stranger.Post(on(near, deed)).Is(http.StatusNotFound)
		}
		for _, path := range []string{"favourited_by", "reblogged_by", "history", "source"} {
			stranger.Get(on(near, path)).Is(http.StatusNotFound)
		}
		if gone := a.Post(on(near, "unbookmark")).Object(); gone["bookmarked"] != false {
			t.Errorf("kept no longer: %v", gone)
		}
		if muted := a.Post(on(near, "mute")).Object(); muted["muted"] != true {
			t.Errorf("muted: %v", muted)
		}
		if muted := a.Post(on(near, "unmute")).Object(); muted["muted"] != false {
			t.Errorf("unmuted: %v", muted)
		}
		s.Program(amina, "read", "write:favourites").Post(on(near, "bookmark")).Is(http.StatusForbidden)
	})
}

func TestPinsHaveRoomForFive(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *apptest.Server) {
		centre := s.Place("centre", "neighbourhood")
		amina, bo := s.Resident("amina", centre), s.Resident("bo", centre)
		a, b := s.Program(amina), s.Program(bo)
		near := s.Post(amina, centre.ID, instance.ToNeighbourhood, "entre nous")
		if got := a.Post(on(near, "pin")).Is(http.StatusUnprocessableEntity).Sentence(); !strings.Contains(got, "épingle") {
			t.Errorf("pin what stays here: %q", got)
		}
		var last *instance.Post
		for i := range 5 {
			last = s.Post(amina, 0, instance.ToPublic, fmt.Sprintf("n%d", i))
			if pinned := a.Post(on(last, "pin")).Object(); pinned["pinned"] != true {
				t.Errorf("pinned: %v", pinned)
			}
		}
		b.Post(on(last, "pin")).Is(http.StatusUnprocessableEntity)
		b.Post(on(last, "unpin")).Is(http.StatusOK)
		sixth := s.Post(amina, 0, instance.ToPublic, "six")
		if got := a.Post(on(sixth, "pin")).Is(http.StatusUnprocessableEntity).Sentence(); !strings.Contains(got, "5") {
			t.Errorf("pin a sixth: %q", got)
		}
		if list := b.Get("/api/v1/accounts/" + amina.ID.String() + "/statuses?pinned=true").List(); len(list) != 5 || list[0]["id"] != last.ID.String() {
			t.Errorf("pinned, to another: %v", list)
		}
		if free := a.Post(on(last, "unpin")).Object(); free["pinned"] != false {
			t.Errorf("unpinned: %v", free)
		}
		a.Post(on(sixth, "pin")).Is(http.StatusOK)
	})
}

func TestAnEditIsRemembered(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *apptest.Server) {
		amina := s.Resident("amina")
		a := s.Program(amina)
		id := a.Post("/api/v1/statuses", "status", "un *mot*", "spoiler_text", "attention", "visibility", "public").Object()["id"].(string)
		if got := a.Get("/api/v1/statuses/" + id + "/history").List(); len(got) != 1 || got[0]["spoiler_text"] != "attention" {
			t.Errorf("before any edit: %v", got)
		}
		a.Form(http.MethodPut, "/api/v1/statuses/"+id, "status", "deux", "spoiler_text", "", "sensitive", "false").Is(http.StatusOK)
		history := s.Nobody().Get("/api/v1/statuses/" + id + "/history").List()
		if len(history) != 2 || history[0]["content"] != "<p>un <em>mot</em></p>" || history[0]["sensitive"] != true || history[1]["content"] != "<p>deux</p>" || history[1]["sensitive"] != false {
			t.Fatalf("history: %v", history)
		}
		for _, field := range []string{"created_at", "account", "media_attachments", "emojis"} {
			if history[0][field] == nil {
				t.Errorf("%s is missing", field)
			}
		}
		source := a.Get("/api/v1/statuses/" + id + "/source").Object()
		if diff := cmp.Diff(map[string]any{"id": id, "text": "deux", "spoiler_text": ""}, source); diff != "" {
			t.Errorf("source (-want +got):\n%s", diff)
		}
		s.Nobody().Get("/api/v1/statuses/" + id + "/source").Is(http.StatusUnauthorized)
	})
}

func TestAnAccountIsChangedInEveryForm(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *apptest.Server) {
		amina := s.Resident("amina")
		a := s.Program(amina)
		const path = "/api/v1/accounts/update_credentials"
		before := a.Get("/api/v1/accounts/verify_credentials").Object()
		if before["locked"] != true || before["hide_collections"] != true {
			t.Errorf("at first: %v", before)
		}
		got := a.Form(http.MethodPatch, path,
			"display_name", "Amina H.", "note", "Je **répare**.", "locked", "false", "bot", "1", "discoverable", "true", "indexable", "on",
			"hide_collections", "false", "fields_attributes[0][name]", "Langues", "fields_attributes[0][value]", "français",
			"source[privacy]", "unlisted", "source[sensitive]", "true", "source[language]", "en").Object()
		for field, want := range map[string]any{
			"display_name": "Amina H.", "note": "<p>Je <strong>répare</strong>.</p>", "locked": false, "bot": true, "discoverable": true,
			"indexable": true, "noindex": false, "hide_collections": false,
		} {
			if got[field] != want {
				t.Errorf("%s: got %v, want %v", field, got[field], want)
			}
		}
		source := got["source"].(map[string]any)
		want := map[string]any{
			"privacy": "unlisted", "sensitive": true, "language": "en", "note": "Je **répare**.", "follow_requests_count": 0.0,
			"fields":           []any{map[string]any{"name": "Langues", "value": "français", "verified_at": nil}},
			"hide_collections": false, "discoverable": true, "indexable": true,
		}
		if diff := cmp.Diff(want, source); diff != "" {
			t.Errorf("source (-want +got):\n%s", diff)
		}
		preferences := a.Get("/api/v1/preferences").Object()
		if diff := cmp.Diff(map[string]any{
			"posting:default:visibility": "unlisted", "posting:default:sensitive": true, "posting:default:language": "en",
			"reading:expand:media": "default", "reading:expand:spoilers": false,
		}, preferences); diff != "" {
			t.Errorf("preferences (-want +got):\n%s", diff)
		}
		if said := a.Post("/api/v1/statuses", "status", "bonjour").Object(); said["visibility"] != "unlisted" || said["sensitive"] != true || said["language"] != "en" {
			t.Errorf("said by default: %v", said)
		}
		// What is not named stays; a name that is emptied is the handle.
		got = a.JSON(http.MethodPatch, path, map[string]any{"display_name": "", "fields_attributes": []map[string]string{{"name": "Site", "value": "x"}}}).Object()
		if got["display_name"] != "amina" || got["bot"] != true || got["fields"].([]any)[0].(map[string]any)["name"] != "Site" {
			t.Errorf("after JSON: %v", got)
		}

		got = send(t, a, path, map[string]string{"note": "avec images"}, map[string][]byte{"avatar": drawing(t), "header": drawing(t)}).Object()
		for _, field := range []string{"avatar", "header"} {
			if at := got[field].(string); strings.HasSuffix(at, "missing.png") {
				t.Errorf("%s: %s", field, at)
			} else if picture := s.Nobody().Get(at); picture.Status != http.StatusOK {
				t.Errorf("%s at %s: %d", field, at, picture.Status)
			}
		}
		worn := got["avatar"].(string)
		for _, c := range []struct {
			answer *apptest.Answer
			says   string
		}{
			{send(t, a, path, nil, map[string][]byte{"avatar": []byte("no picture")}), "image"},
			{a.Form(http.MethodPatch, path, "note", strings.Repeat("é", 1001)), "1000"},
			{a.Form(http.MethodPatch, path, "source[privacy]", "everyone"), ""},
			{a.Form(http.MethodPatch, path, "source[language]", "klingon"), ""},
		} {
			if got := c.answer.Is(http.StatusUnprocessableEntity).Sentence(); !strings.Contains(got, c.says) {
				t.Errorf("%q, want %q", got, c.says)
			}
		}
		if now := a.Get("/api/v1/accounts/verify_credentials").Object(); now["avatar"] != worn || now["note"] != "<p>avec images</p>" {
			t.Errorf("after what could not be taken: %v", now)
		}
		if now := a.Form(http.MethodDelete, "/api/v1/profile/avatar").Object(); !strings.HasSuffix(now["avatar"].(string), "missing.png") {
			t.Errorf("without a portrait: %v", now["avatar"])
		}
		s.Nobody().Get(worn).Is(http.StatusNotFound)
		s.Program(amina, "read").Form(http.MethodPatch, path, "note", "x").Is(http.StatusForbidden)
	})
}

func drawing(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewRGBA(image.Rect(0, 0, 900, 400))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// send sends a form with files.
func send(t *testing.T, p *apptest.Program, path string, fields map[string]string, files map[string][]byte) *apptest.Answer {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for name, text := range fields {
		if err := w.WriteField(name, text); err != nil {
			t.Fatal(err)
		}
	}
	for name, content := range files {
		part, err := w.CreateFormFile(name, name+".png")
		if err == nil {
			_, err = part.Write(content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return p.Do(http.MethodPatch, path, w.FormDataContentType(), b.Bytes())
}

func TestAReportReachesTheModerators(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *apptest.Server) {
		centre := s.Place("centre", "neighbourhood")
		amina, bo, mod := s.Resident("amina", centre), s.Resident("bo", centre), s.Resident("mod")
		near, other := s.Post(bo, centre.ID, instance.ToNeighbourhood, "vilain"), s.Post(amina, 0, instance.ToPublic, "d’une autre")
		a := s.Program(amina)
		got := a.JSON(http.MethodPost, "/api/v1/reports", map[string]any{
			"account_id": bo.ID.String(), "status_ids": []string{near.ID.String()}, "comment": "il exagère", "category": "violation", "forward": true,
		}).Object()
		for field, want := range map[string]any{"category": "violation", "comment": "il exagère", "forwarded": false, "action_taken": false, "action_taken_at": nil} {
			if v, there := got[field]; v != want || !there {
				t.Errorf("%s: got %v, want %v", field, v, want)
			}
		}
		if !cmp.Equal(got["status_ids"], []any{near.ID.String()}) || got["target_account"].(map[string]any)["acct"] != "bo" || got["rule_ids"] == nil {
			t.Errorf("reported: %v", got)
		}
		open, err := s.Moderation.Reports(t.Context(), mod.ID, true, 0, 10)
		if err != nil || len(open) != 1 || open[0].Category != "violation" || open[0].ID.String() != got["id"] {
			t.Errorf("open: %+v, %v", open, err)
		}
		stranger := s.Program(s.Resident("stranger"))
		for _, c := range []struct {
			answer *apptest.Answer
			status int
		}{
			{a.Post("/api/v1/reports", "comment", "de qui ?"), 404},
			{a.Post("/api/v1/reports", "account_id", "404"), 404},
			{a.Post("/api/v1/reports", "account_id", bo.ID.String(), "status_ids[]", other.ID.String()), 404},
			{stranger.Post("/api/v1/reports", "account_id", bo.ID.String(), "status_ids[]", near.ID.String()), 404},
			{a.Post("/api/v1/reports", "account_id", bo.ID.String(), "category", "laid"), 422},
			{a.Post("/api/v1/reports", "account_id", bo.ID.String(), "comment", strings.Repeat("é", 2001)), 422},
			{a.JSON(http.MethodPost, "/api/v1/reports", map[string]any{"account_id": bo.ID.String(), "status_ids": slices.Repeat([]string{near.ID.String()}, 21)}), 422},
			{s.Program(amina, "read").Post("/api/v1/reports", "account_id", bo.ID.String()), 403},
		} {
			if c.answer.Status != c.status {
				t.Errorf("%s: %d %s, want %d", c.answer.Asked, c.answer.Status, c.answer.Body, c.status)
			}
		}
	})
}

// TestDeedsBetweenPeopleReachTheOtherServer: what is done from a program here is
// done there as well.
func TestDeedsBetweenPeopleReachTheOtherServer(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, here *apptest.Server) {
		there := apptest.Open(t, here.DB.Engine(), nil)
		amina, lena := loose(here, "amina"), loose(there, "lena")
		a, l := here.Program(amina), there.Program(lena)
		far := here.Find(there.Handle("lena"))
		near := there.Find(here.Handle("amina"))
		id := far.ID.String()
		settle := func() { apptest.Settle(t, here, there) }
		bond := func() (h, th map[string]any) {
			t.Helper()
			settle()
			return a.Get("/api/v1/accounts/relationships?id=" + id).List()[0], l.Get("/api/v1/accounts/relationships?id=" + near.ID.String()).List()[0]
		}
		a.Post("/api/v1/accounts/" + id + "/follow").Is(http.StatusOK)
		l.Post("/api/v1/accounts/" + near.ID.String() + "/follow").Is(http.StatusOK)
		if h, th := bond(); h["following"] != true || h["followed_by"] != true || th["following"] != true || th["followed_by"] != true {
			t.Fatalf("followed: here %v, there %v", h, th)
		}
		a.Post("/api/v1/accounts/" + id + "/remove_from_followers").Is(http.StatusOK)
		if h, th := bond(); h["followed_by"] != false || th["following"] != false {
			t.Errorf("sent away: here %v, there %v", h, th)
		}
		a.Post("/api/v1/accounts/" + id + "/unfollow").Is(http.StatusOK)
		if h, th := bond(); h["following"] != false || th["followed_by"] != false {
			t.Errorf("unfollowed: here %v, there %v", h, th)
		}
		l.Post("/api/v1/accounts/" + near.ID.String() + "/follow").Is(http.StatusOK)
		a.Post("/api/v1/accounts/" + id + "/follow").Is(http.StatusOK)
		settle()
		a.Post("/api/v1/domain_blocks", "domain", far.Host).Is(http.StatusOK)
		if h, th := bond(); h["domain_blocking"] != true || h["following"] != false || h["followed_by"] != false || th["following"] != false || th["followed_by"] != false {
			t.Errorf("their server kept away: here %v, there %v", h, th)
		}
		a.Post("/api/v1/accounts/" + id + "/follow").Is(http.StatusForbidden)
		a.Form(http.MethodDelete, "/api/v1/domain_blocks", "domain", far.Host).Is(http.StatusOK)
		l.Post("/api/v1/accounts/" + near.ID.String() + "/follow").Is(http.StatusOK)
		settle()
		a.Post("/api/v1/accounts/" + id + "/block").Is(http.StatusOK)
		if h, th := bond(); h["blocking"] != true || h["followed_by"] != false || th["blocked_by"] != true || th["following"] != false {
			t.Errorf("blocked: here %v, there %v", h, th)
		}
		a.Post("/api/v1/accounts/" + id + "/unblock").Is(http.StatusOK)
		if _, th := bond(); th["blocked_by"] != false {
			t.Errorf("let in again: there %v", th)
		}
	})
}
