package app_test

import (
	"bytes"
	"encoding/json"
	"image/png"
	"net/http"
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/outreach/outreachtest"
	"palier/instance/store"
)

// C14: the pages can be put beside a device's programs.
func TestC14_ThePagesCanBeInstalled(t *testing.T) {
	t.Parallel()
	s := apptest.Open(t, store.SQLite, nil)
	b := s.Browser()
	home := b.Open("/")
	if !home.Has(`link[rel=manifest][href="/manifest.webmanifest"]`) {
		t.Error("no page names the manifest")
	}
	_, body := s.Get("/manifest.webmanifest", "*/*")
	var m struct {
		Name, Display, Lang string
		Start               string `json:"start_url"`
		Icons               []struct{ Src, Sizes, Type string }
	}
	if err := json.Unmarshal([]byte(body), &m); err != nil || m.Display != "standalone" || m.Lang != "fr" || m.Start != "/home" || len(m.Icons) != 3 {
		t.Fatalf("manifest %s: %v", body, err)
	}
	for _, icon := range m.Icons {
		status, body := s.Get(icon.Src, "*/*")
		if status != http.StatusOK {
			t.Errorf("%s: %d", icon.Src, status)
		}
		if icon.Type != "image/png" {
			continue
		}
		picture, err := png.Decode(bytes.NewReader([]byte(body)))
		if err != nil {
			t.Fatal(err)
		}
		size := picture.Bounds().Dx()
		seen := make(map[any]bool)
		for x := range size {
			for y := range size {
				seen[picture.At(x, y)] = true
			}
		}
		if !strings.HasPrefix(icon.Sizes, "192") && size != 512 || len(seen) != 4 {
			t.Errorf("%s: %d px of %d colours", icon.Src, size, len(seen))
		}
	}
	if status, body := s.Get("/sw.js", "*/*"); status != http.StatusOK || !strings.Contains(body, "skipWaiting") {
		t.Errorf("the script for no connection: %d", status)
	}
}

func TestABrowserIsToldOfWhatConcernsItsPerson(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		service := outreachtest.NewPushService(t)
		v := newVillage(t, engine, nil)
		eve := v.Resident("eve", v.centre)
		keys := outreachtest.NewProgram(t)
		b := v.SignedIn(eve)
		form := b.Open("/settings/notices").Find("form[data-push]")
		if key, _ := form.Attr("data-push"); len(key) < 80 {
			t.Errorf("key of the server: %q", key)
		}
		at := service.URL + "/1"
		subscribe := apptest.Fields{"endpoint": {at}, "p256dh": {keys.P256DH()}, "auth": {keys.Secret()}}
		if p := b.Post("/settings/notices/push", subscribe); p.Status != http.StatusOK || p.Path != "/settings/notices" {
			t.Fatalf("subscribed: %d %s", p.Status, p.Words("main"))
		}
		mine := v.Post(eve, v.centre.ID, instance.ToNeighbourhood, "Qui a une échelle ?")
		other := v.SignedIn(v.cem)
		other.Post("/@eve/"+mine.ID.String()+"/like", nil)
		other.Post("/@eve/"+mine.ID.String()+"/reply", apptest.Fields{"text": {"@eve moi"}})
		apptest.Settle(t, v.Server)
		select {
		case m := <-service.Came:
			plain, err := keys.Open(m.Header, m.Body)
			if err != nil || !strings.Contains(string(plain), "cem vous a répondu") {
				t.Errorf("told %s, %v", plain, err)
			}
		case <-time.After(10 * time.Second):
			t.Fatal("nothing came")
		}
		b.Post("/settings/notices/push", apptest.Fields{"endpoint": {at}})
		other.Post("/@eve/"+mine.ID.String()+"/reply", apptest.Fields{"text": {"@eve et lui"}})
		apptest.Settle(t, v.Server)
		select {
		case m := <-service.Came:
			t.Errorf("told after it was told to stop: %v", m.Header)
		default:
		}
		bad := apptest.Fields{"endpoint": {"javascript:alert(1)"}, "p256dh": {keys.P256DH()}, "auth": {keys.Secret()}}
		if p := b.Post("/settings/notices/push", bad); p.Status < 400 || p.Status > 499 {
			t.Errorf("an address that is none: %d", p.Status)
		}
	})
}
