package app_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"palier/instance/apptest"
	"palier/instance/config"
	"palier/instance/media/mediatest"
	"palier/instance/store"
)

// A server keeps its pictures in a bucket: they are served from there, and a
// bucket without room is a clean answer that leaves nothing half kept.
func TestPicturesInABucket(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		objects := mediatest.NewObjects()
		bucket := httptest.NewServer(objects)
		t.Cleanup(bucket.Close)
		s := apptest.Open(t, engine, func(c *config.Config) {
			c.MediaBucket = config.Bucket{
				Endpoint: strings.TrimPrefix(bucket.URL, "http://"), Name: "pictures", Region: "us-east-1", AccessKey: "key", SecretKey: "secret",
				Prefix: "town/", Insecure: true,
			}
		})
		p := s.Program(s.Resident("amina"))
		upload := func() *apptest.Answer {
			var b bytes.Buffer
			w := multipart.NewWriter(&b)
			part, err := w.CreateFormFile("file", "a.png")
			if err == nil {
				_, err = part.Write(photograph(t))
			}
			if err == nil {
				err = w.Close()
			}
			if err != nil {
				t.Fatal(err)
			}
			return p.Do(http.MethodPost, "/api/v2/media", w.FormDataContentType(), b.Bytes())
		}
		m := upload().Object()
		if n := objects.Kept(); n != 2 {
			t.Errorf("%d objects are kept", n)
		}
		if got := p.Get(m["url"].(string)).Is(http.StatusOK); got.Header.Get("Content-Type") != "image/png" || got.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("served as %v", got.Header)
		}
		p.Do(http.MethodDelete, "/api/v1/media/"+m["id"].(string), "", nil).Is(http.StatusOK)
		if n := objects.Kept(); n != 0 {
			t.Errorf("%d objects are left", n)
		}

		objects.Fill()
		if got := upload().Is(http.StatusInsufficientStorage).Sentence(); got == "" {
			t.Error("R13 no word about a full store")
		}
		var n int
		if err := s.DB.Read().QueryRow(t.Context(), `SELECT COUNT(*) FROM media`).Scan(&n); err != nil || n != 0 || objects.Kept() != 0 {
			t.Errorf("R13 %d rows and %d objects are half kept, %v", n, objects.Kept(), err)
		}
	})
}
