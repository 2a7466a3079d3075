package mastodon_test

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/store"
)

// photo is a photograph of 1200 × 800 that says where it was taken.
func photo(t *testing.T) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 1200, 800))
	for i := range 1200 * 800 {
		m.SetRGBA(i%1200, i/1200, color.RGBA{R: uint8(i), G: uint8(i >> 8), B: uint8(i >> 4), A: 255})
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	place := []byte("Exif\x00\x00GPSLatitude 48.45")
	exif := append([]byte{0xff, 0xe1, 0, byte(len(place) + 2)}, place...)
	return append(b.Bytes()[:2:2], append(exif, b.Bytes()[2:]...)...)
}

// uploads sends a file, with fields as name, value, name, value….
func uploads(t *testing.T, p *apptest.Program, path, name string, content []byte, fields ...string) *apptest.Answer {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i+1 < len(fields); i += 2 {
		if err := w.WriteField(fields[i], fields[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if name != "" {
		part, err := w.CreateFormFile("file", name)
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
	return p.Do(http.MethodPost, path, w.FormDataContentType(), b.Bytes())
}

func TestAPictureIsUploadedDescribedAndPosted(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *apptest.Server) {
		centre := s.Place("centre", "neighbourhood")
		amina, bo := s.Resident("amina", centre), s.Resident("bo", centre)
		a, b, nobody := s.Program(amina), s.Program(bo), s.Nobody()
		for _, path := range []string{"/api/v1/media", "/api/v2/media"} {
			m := uploads(t, a, path, "IMG.jpg", photo(t), "description", " Un chat ", "focus", "-0.5,0.25").Object()
			meta := m["meta"].(map[string]any)
			original, small, focus := meta["original"].(map[string]any), meta["small"].(map[string]any), meta["focus"].(map[string]any)
			if m["type"] != "image" || m["description"] != "Un chat" || m["blurhash"] == nil || m["remote_url"] != nil ||
				original["width"] != 1200.0 || original["height"] != 800.0 || original["size"] != "1200x800" || original["aspect"] != 1.5 ||
				small["width"] != 640.0 || small["size"] != "640x426" || focus["x"] != -0.5 || focus["y"] != 0.25 {
				t.Errorf("%s: %v", path, m)
			}
			// Before it is posted it is lent to the one who sent it, and goes nowhere else.
			url, preview := m["url"].(string), m["preview_url"].(string)
			for _, address := range []string{url, preview} {
				got := nobody.Get(address).Is(http.StatusOK)
				if !bytes.HasPrefix(got.Body, []byte("\xff\xd8")) || bytes.Contains(got.Body, []byte("GPS")) || !strings.HasPrefix(got.Header.Get("Cache-Control"), "private") {
					t.Errorf("F08 %s: %v", address, got.Header)
				}
				bare, _, _ := strings.Cut(address, "?")
				nobody.Get(bare).Is(http.StatusNotFound)
			}
		}
		m := uploads(t, a, "/api/v2/media", "IMG.jpg", photo(t)).Object()
		id := m["id"].(string)
		path := "/api/v1/media/" + id
		if got := a.Form(http.MethodPut, path, "description", "Une porte", "focus", "0.1,0.2").Object(); got["description"] != "Une porte" {
			t.Errorf("described: %v", got)
		}
		if got := a.JSON(http.MethodPut, path, map[string]any{"description": "Une porte verte"}).Object(); got["description"] != "Une porte verte" || got["meta"].(map[string]any)["focus"].(map[string]any)["y"] != 0.2 {
			t.Errorf("described again: %v", got)
		}
		if got := a.Get(path).Object(); got["id"] != id {
			t.Errorf("got %v", got)
		}
		b.Get(path).Is(http.StatusNotFound)
		b.Form(http.MethodPut, path, "description", "à moi").Is(http.StatusNotFound)
		b.Do(http.MethodDelete, path, "", nil).Is(http.StatusNotFound)
		b.Post("/api/v1/statuses", "status", "volé", "media_ids[]", id).Is(http.StatusNotFound)
		s.Program(amina, "read").Get(path).Is(http.StatusForbidden)

		// For neighbours: whoever may read it is lent the picture, nobody else.
		posted := a.Post("/api/v1/statuses", "status", "@centre regardez", "visibility", "private", "media_ids[]", id).Object()
		read := b.Get("/api/v1/statuses/" + posted["id"].(string)).Object()["media_attachments"].([]any)[0].(map[string]any)
		address := read["url"].(string)
		nobody.Get(address).Is(http.StatusOK)
		nobody.Get(strings.Replace(address, "pass=", "pass=9", 1)).Is(http.StatusNotFound)
		a.Get(path).Is(http.StatusNotFound)
		if got := a.Do(http.MethodDelete, path, "", nil).Is(http.StatusUnprocessableEntity).Sentence(); !strings.Contains(got, "message") {
			t.Errorf("deleted while posted: %q", got)
		}
		a.Do(http.MethodDelete, "/api/v1/statuses/"+posted["id"].(string), "", nil).Is(http.StatusOK)
		// F09: also with a pass it is gone at once.
		nobody.Get(address).Is(http.StatusNotFound)

		open := uploads(t, a, "/api/v2/media", "IMG.jpg", photo(t)).Object()
		public := a.Post("/api/v1/statuses", "status", "@centre pour tous", "visibility", "public", "media_ids[]", open["id"].(string)).Object()
		if got := public["media_attachments"].([]any)[0].(map[string]any)["url"].(string); strings.Contains(got, "?") {
			t.Errorf("a public picture is at %s", got)
		} else {
			nobody.Get(got).Is(http.StatusOK)
		}

		loose := uploads(t, a, "/api/v2/media", "IMG.jpg", photo(t)).Object()
		a.Do(http.MethodDelete, "/api/v1/media/"+loose["id"].(string), "", nil).Is(http.StatusOK)
		nobody.Get(loose["url"].(string)).Is(http.StatusNotFound)
		a.Get("/api/v1/media/" + loose["id"].(string)).Is(http.StatusNotFound)
	})
}

func TestF06_WhatIsNoPictureIsRefusedWithWhatToDo(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *apptest.Server) {
		amina := s.Resident("amina")
		p := s.Program(amina)
		for name, tt := range map[string]struct {
			content string
			says    string
		}{
			"IMG_1.heic":  {"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00", "JPEG"},
			"a.avif":      {"\x00\x00\x00\x18ftypavif\x00\x00\x00\x00", "JPEG"},
			"a.mp4":       {"\x00\x00\x00\x18ftypisom\x00\x00\x00\x00", "vidéos"},
			"a.webm":      {"\x1aE\xdf\xa3\x01\x00\x00\x00", "vidéos"},
			"a.mp3":       {"ID3\x04\x00\x00\x00\x00\x00\x00", "sons"},
			"a.ogg":       {"OggS\x00\x02\x00\x00", "sons"},
			"a.wav":       {"RIFF\x24\x00\x00\x00WAVEfmt ", "sons"},
			"a.svg":       {"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "PNG"},
			"a.pdf":       {"%PDF-1.7\n", "documents"},
			"a.jpg":       {"<!doctype html><script>alert(1)</script>", "documents"},
			"nothing.png": {"", "JPEG"},
			"cut.png":     {"\x89PNG\r\n\x1a\n\x00\x00", "n’en est pas une"},
		} {
			got := uploads(t, p, "/api/v2/media", name, []byte(tt.content)).Is(http.StatusUnprocessableEntity).Sentence()
			if !strings.Contains(got, tt.says) {
				t.Errorf("%s: %q", name, got)
			}
		}
		if got := uploads(t, p, "/api/v2/media", "", nil).Is(http.StatusUnprocessableEntity).Sentence(); !strings.Contains(got, "fichier") {
			t.Errorf("nothing: %q", got)
		}
		uploads(t, p, "/api/v2/media", "a.jpg", photo(t), "focus", "left").Is(http.StatusUnprocessableEntity)
		uploads(t, p, "/api/v2/media", "a.jpg", photo(t), "description", strings.Repeat("a", instance.MaxDescription+1)).Is(http.StatusUnprocessableEntity)
		var n int
		if err := s.DB.Read().QueryRow(t.Context(), `SELECT COUNT(*) FROM media`).Scan(&n); err != nil || n != 0 {
			t.Errorf("%d rows are kept, %v", n, err)
		}
		if files := kept(t, s); len(files) != 0 {
			t.Errorf("files are kept: %v", files)
		}
	})
}

// kept are the files in a server's media folder.
func kept(t *testing.T, s *apptest.Server) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(s.Config.MediaDir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// A picture is larger than what may be decoded: it is refused before that.
func TestF07_ABombIsRefusedUnread(t *testing.T) {
	t.Parallel()
	s := apptest.Open(t, store.SQLite, nil)
	p := s.Program(s.Resident("amina"))
	// A PNG's header of 60000 × 60000 pixels, and nothing else.
	bomb := "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\xea\x60\x00\x00\xea\x60\x08\x02\x00\x00\x00"
	began := time.Now()
	got := uploads(t, p, "/api/v2/media", "a.png", []byte(bomb+"\x00\x00\x00\x00")).Is(http.StatusUnprocessableEntity).Sentence()
	if got == "" || time.Since(began) > 20*time.Second {
		t.Errorf("%q after %s", got, time.Since(began))
	}
}
