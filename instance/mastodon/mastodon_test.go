package mastodon_test

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/places"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// each runs a test on a server on each engine.
func each(t *testing.T, test func(t *testing.T, s *apptest.Server)) {
	t.Helper()
	for _, engine := range storetest.Engines() {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			test(t, apptest.Open(t, engine, nil))
		})
	}
}

func TestAPostFromAProgramIsThereAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *apptest.Server) {
		centre := s.Place("centre", "neighbourhood")
		amina, bo := s.Resident("amina", centre), s.Resident("bo", centre)
		a, b := s.Program(amina), s.Program(bo)
		posted := a.Post("/api/v1/statuses", "status", "Bonjour @centre #vélo", "visibility", "public").Object()
		id := posted["id"].(string)
		if posted["visibility"] != "public" || posted["account"].(map[string]any)["acct"] != "amina" {
			t.Errorf("posted %v", posted)
		}
		if home := a.Get("/api/v1/timelines/home").List(); len(home) != 1 || home[0]["id"] != id {
			t.Errorf("home of the writer: %v", home)
		}
		home := b.Get("/api/v1/timelines/home").List()
		if len(home) != 1 || home[0]["reblog"].(map[string]any)["id"] != id || home[0]["account"].(map[string]any)["group"] != true {
			t.Fatalf("home of a neighbour: %v", home)
		}
		if liked := b.Post("/api/v1/statuses/" + home[0]["id"].(string) + "/favourite").Object(); liked["favourited"] != true || liked["favourites_count"] != 1.0 || liked["id"] != id {
			t.Errorf("liked: %v", liked)
		}
		notices := a.Get("/api/v1/notifications").List()
		if len(notices) != 1 || notices[0]["type"] != "favourite" || notices[0]["status"].(map[string]any)["id"] != id {
			t.Errorf("notices: %v", notices)
		}
		gone := a.Do(http.MethodDelete, "/api/v1/statuses/"+id, "", nil).Object()
		if gone["text"] != "Bonjour @centre #vélo" {
			t.Errorf("deleted: %v", gone)
		}
		if got := b.Get("/api/v1/statuses/" + id).Is(http.StatusNotFound).Sentence(); got != "Record not found" {
			t.Errorf("a deleted post: %q", got)
		}
		if home := b.Get("/api/v1/timelines/home").List(); len(home) != 0 {
			t.Errorf("home after the deletion: %v", home)
		}
	})
}

func TestWhatAProgramAsksNeverReachesFurtherThanItMay(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *apptest.Server) {
		centre, house := s.Place("centre", "neighbourhood"), s.Place("tilleuls", "building")
		amina, bo := s.Resident("amina", centre, house), s.Resident("bo", centre)
		among := s.Post(amina, centre.ID, instance.ToNeighbourhood, "entre nous")
		yard, err := s.Places.Create(t.Context(), places.Plan{Username: "cour", Title: "Cour", Kind: "neighbourhood", Keeps: true})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Places.SetStanding(t.Context(), yard.ID, amina.ID, 0, instance.Verified); err != nil {
			t.Fatal(err)
		}
		p := s.Program(amina)
		for _, test := range []struct {
			name, text, visibility, replyTo string
			want                            instance.Audience
			in                              instance.ActorID
			shown                           string
		}{
			{"public in a place", "@centre bonjour", "public", "", instance.ToPublic, centre.ID, "public"},
			{"private in a place is its circle", "@centre bonjour", "private", "", instance.ToNeighbourhood, centre.ID, "private"},
			{"private without a place, for one who writes to neighbours, is the circle at home", "bonjour", "private", "", instance.ToBuilding, house.ID, "private"},
			{"nothing said is what one does by default", "bonjour", "", "", instance.ToBuilding, house.ID, "private"},
			{"public without a place", "bonjour", "public", "", instance.ToPublic, 0, "public"},
			{"public in a place that keeps what is posted in it", "@cour bonjour", "public", "", instance.ToNeighbourhood, yard.ID, "private"},
			{"unlisted there", "@cour bonjour", "unlisted", "", instance.ToNeighbourhood, yard.ID, "private"},
			{"direct", "@bo bonjour", "direct", "", instance.ToMentioned, 0, "direct"},
			{"a public answer to neighbours stays with them", "d’accord", "public", among.ID.String(), instance.ToNeighbourhood, centre.ID, "private"},
			{"a private answer to neighbours too", "d’accord", "private", among.ID.String(), instance.ToNeighbourhood, centre.ID, "private"},
		} {
			form := []string{"status", test.text, "in_reply_to_id", test.replyTo}
			if test.visibility != "" {
				form = append(form, "visibility", test.visibility)
			}
			shown := p.Post("/api/v1/statuses", form...).Object()
			id, err := strconv.ParseInt(shown["id"].(string), 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			got, err := s.Posts.ByID(t.Context(), s.Viewer(amina), instance.PostID(id))
			if err != nil {
				t.Fatal(err)
			}
			var in instance.ActorID
			if got.Group != nil {
				in = got.Group.ID
			}
			if got.Audience != test.want || in != test.in || shown["visibility"] != test.shown {
				t.Errorf("%s: for %q in %d, shown as %v", test.name, got.Audience, in, shown["visibility"])
			}
		}
		if got := s.Program(bo).Post("/api/v1/statuses/" + among.ID.String() + "/reblog").Is(http.StatusNotFound).Sentence(); got == "" {
			t.Error("what is for neighbours was shared")
		}
		if got := s.Nobody().Get("/api/v1/statuses/" + among.ID.String()); got.Status != http.StatusNotFound {
			t.Errorf("nobody reads what is for neighbours: %d", got.Status)
		}
	})
}

func TestAWalkThroughAHomeFeedSkipsAndRepeatsNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *apptest.Server) {
		centre := s.Place("centre", "neighbourhood")
		amina, bo := s.Resident("amina", centre), s.Resident("bo", centre)
		var want []string
		for i := range 23 {
			p := s.Post(amina, centre.ID, instance.ToNeighbourhood, fmt.Sprint("entre nous ", i))
			want = append([]string{p.ID.String()}, want...)
		}
		p := s.Program(bo)
		for _, walk := range []string{"link", "id"} {
			var got []string
			for path := "/api/v1/timelines/home?limit=4"; path != ""; {
				a := p.Get(path)
				page := a.List()
				for _, status := range page {
					got = append(got, status["id"].(string))
				}
				switch {
				case walk == "link":
					path = a.Linked("next")
				case len(page) == 0:
					path = ""
				default:
					path = "/api/v1/timelines/home?limit=4&max_id=" + page[len(page)-1]["id"].(string)
				}
			}
			if strings.Join(got, " ") != strings.Join(want, " ") {
				t.Errorf("by %s: %d of %d: %v", walk, len(got), len(want), got)
			}
		}
		if got := p.Get("/api/v1/timelines/home?limit=2&min_id=" + want[10]).List(); len(got) != 2 || got[0]["id"] != want[8] || got[1]["id"] != want[9] {
			t.Errorf("min_id: %v", got)
		}
		if got := p.Get("/api/v1/timelines/home?limit=2&since_id=" + want[10]).List(); len(got) != 2 || got[0]["id"] != want[0] {
			t.Errorf("since_id: %v", got)
		}
		if got := p.Get("/api/v1/timelines/home?limit=40&min_id=" + want[10] + "&max_id=" + want[5]).List(); len(got) != 4 || got[0]["id"] != want[6] || got[3]["id"] != want[9] {
			t.Errorf("a window: %v", got)
		}
	})
}

func TestWhatIsAskedWrongGetsASentence(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *apptest.Server) {
		amina := s.Resident("amina")
		p, reads := s.Program(amina), s.Program(amina, "read")
		for _, test := range []struct {
			name   string
			answer *apptest.Answer
			status int
			says   string
		}{
			{"nothing to post", p.Post("/api/v1/statuses", "status", " "), 422, "est à remplir"},
			{"too long", p.Post("/api/v1/statuses", "status", strings.Repeat("a", 5001)), 422, "5000"},
			{"an unknown visibility", p.Post("/api/v1/statuses", "status", "a", "visibility", "everyone"), 422, "La visibilité"},
			{"a picture of nobody", p.Post("/api/v1/statuses", "status", "a", "media_ids[]", "12"), 404, "Record not found"},
			{"a picture that cannot be", p.Post("/api/v1/statuses", "status", "a", "media_ids[]", "x"), 422, "Les images"},
			{"an answer to nothing", p.Post("/api/v1/statuses", "status", "a", "in_reply_to_id", "12"), 404, "Record not found"},
			{"no token", s.Nobody().Get("/api/v1/timelines/home"), 401, "The access token is invalid"},
			{"a wrong token", (&apptest.Program{T: t, URL: s.URL, Token: "none"}).Get("/api/v1/timelines/public"), 401, "The access token is invalid"},
			{"no leave to write", reads.Post("/api/v1/statuses", "status", "a"), 403, "outside the authorized scopes"},
			{"an unknown address", p.Get("/api/v1/nothing"), 404, "Record not found"},
			{"a wrong method", p.Do(http.MethodDelete, "/api/v1/timelines/home", "", nil), 404, "Record not found"},
			{"broken JSON", p.Do(http.MethodPost, "/api/v1/statuses", "application/json", []byte(`{"status":`)), 422, "illisible"},
			{"a deep JSON", p.Do(http.MethodPost, "/api/v1/statuses", "application/json", []byte(strings.Repeat(`{"a":`, 50)+"1"+strings.Repeat("}", 50))), 422, "illisible"},
			{"ten thousand parameters", p.Do(http.MethodPost, "/api/v1/statuses", "application/x-www-form-urlencoded", []byte(strings.Repeat("a=1&", 10_000))), 422, "1000"},
			{"a kind nobody reads", p.Do(http.MethodPost, "/api/v1/statuses", "text/plain", []byte("a")), 415, "ne peut pas être lu"},
			{"an id that cannot be", p.Get("/api/v1/statuses/abc"), 404, "Record not found"},
			{"a page from nowhere", p.Get("/api/v1/timelines/home?max_id=abc"), 422, "max_id"},
		} {
			if got := test.answer.Sentence(); test.answer.Status != test.status || !strings.Contains(got, test.says) {
				t.Errorf("%s: %d %q, want %d and %q", test.name, test.answer.Status, got, test.status, test.says)
			}
		}
	})
}

func TestProgramsInBrowsersMayAsk(t *testing.T) {
	t.Parallel()
	s := apptest.Open(t, store.SQLite, nil)
	a := s.Nobody().Do(http.MethodOptions, "/api/v1/statuses", "", nil, "Origin", "https://app.example", "Access-Control-Request-Method", "POST")
	if a.Status != http.StatusNoContent || a.Header.Get("Access-Control-Allow-Origin") != "*" || !strings.Contains(a.Header.Get("Access-Control-Expose-Headers"), "Link") {
		t.Errorf("preflight: %d %v", a.Status, a.Header)
	}
	if a.Header.Get("Access-Control-Allow-Credentials") != "" {
		t.Error("cookies would count")
	}
	for _, path := range []string{"/api/v1/instance", "/api/v2/instance", "/avatars/original/missing.png"} {
		if a := s.Nobody().Get(path); a.Status != http.StatusOK || a.Header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s: %d", path, a.Status)
		}
	}
}

func TestAPictureForNeighboursComesWithAPass(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *apptest.Server) {
		centre := s.Place("centre", "neighbourhood")
		amina, bo := s.Resident("amina", centre), s.Resident("bo", centre)
		var b bytes.Buffer
		if err := png.Encode(&b, image.NewRGBA(image.Rect(0, 0, 40, 30))); err != nil {
			t.Fatal(err)
		}
		m, err := s.Pictures.Add(t.Context(), &b)
		if err != nil {
			t.Fatal(err)
		}
		held, err := s.Posts.AddPicture(t.Context(), amina.ID, instance.Picture{Type: m.Type, File: m.File, Thumb: m.Thumb, Width: m.Width, Height: m.Height}, m.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		posted, err := s.Posts.Publish(t.Context(), s.Viewer(amina), instance.Draft{Text: "photo", Audience: instance.ToNeighbourhood, Group: centre.ID, Pictures: []instance.ID{held.ID}})
		if err != nil {
			t.Fatal(err)
		}
		shown := s.Program(bo).Get("/api/v1/statuses/" + posted.ID.String()).Object()
		address := shown["media_attachments"].([]any)[0].(map[string]any)["url"].(string)
		nobody := s.Nobody()
		if a := nobody.Get(address); a.Status != http.StatusOK || a.Header.Get("Cache-Control") != "private, max-age=3600" {
			t.Errorf("with its pass: %d %v", a.Status, a.Header)
		}
		plain, _, _ := strings.Cut(address, "?")
		for _, wrong := range []string{plain, plain + "?until=99999999999&pass=x", strings.Replace(address, "until=", "until=9", 1)} {
			if a := nobody.Get(wrong); a.Status != http.StatusNotFound {
				t.Errorf("%s: %d", wrong, a.Status)
			}
		}
		if err := s.Posts.Delete(t.Context(), amina.ID, posted.ID); err != nil {
			t.Fatal(err)
		}
		if a := nobody.Get(address); a.Status != http.StatusNotFound {
			t.Errorf("the pass outlived the post: %d", a.Status)
		}
	})
}
