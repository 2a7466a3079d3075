package media_test

import (
	"errors"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"palier/instance/media"
)

// get asks for a picture.
func get(t *testing.T, a album, name string, readers media.Readers, headers ...string) (*httptest.ResponseRecorder, error) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/media", nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	err := a.Serve(w, r, name, readers)
	return w, err
}

func TestServe(t *testing.T) {
	t.Parallel()
	a := newAlbum(t, media.Options{})
	p := a.add(t, asJPEG(t, photo(300, 200)))
	for _, tt := range []struct {
		situation string
		readers   media.Readers
		want      http.Header
	}{
		{"for everybody", media.Anyone, http.Header{
			"Access-Control-Allow-Origin":  {"*"},
			"Cache-Control":                {"public, max-age=31536000, immutable"},
			"Cross-Origin-Resource-Policy": {"cross-origin"},
			"Etag":                         {`"` + p.File[3:] + `"`},
		}},
		{"for some", media.Reader, http.Header{
			"Cache-Control":                {"private, no-store"},
			"Cross-Origin-Resource-Policy": {"same-origin"},
		}},
		{"for who holds a pass", media.Holder, http.Header{
			"Access-Control-Allow-Origin":  {"*"},
			"Cache-Control":                {"private, max-age=3600"},
			"Cross-Origin-Resource-Policy": {"cross-origin"},
		}},
	} {
		t.Run(tt.situation, func(t *testing.T) {
			t.Parallel()
			w, err := get(t, a, p.File, tt.readers)
			if err != nil {
				t.Fatal(err)
			}
			tt.want.Set("Content-Type", "image/jpeg")
			tt.want.Set("X-Content-Type-Options", "nosniff")
			tt.want.Set("Content-Disposition", `inline; filename="`+p.File[3:]+`"`)
			tt.want.Set("Content-Security-Policy", "default-src 'none'; sandbox")
			tt.want.Set("Accept-Ranges", "bytes")
			tt.want.Set("Access-Control-Allow-Origin", "*")
			got := w.Header().Clone()
			for _, varying := range []string{"Content-Length", "Last-Modified"} {
				if got.Get(varying) == "" {
					t.Errorf("no %s", varying)
				}
				got.Del(varying)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("headers (-want +got):\n%s", diff)
			}
			if w.Code != http.StatusOK || int64(w.Body.Len()) != p.Bytes {
				t.Errorf("%d with %d bytes", w.Code, w.Body.Len())
			}
		})
	}
}

func TestServeParts(t *testing.T) {
	t.Parallel()
	a := newAlbum(t, media.Options{})
	p := a.add(t, asPNG(t, photo(30, 20)))
	w, err := get(t, a, p.File, media.Anyone, "Range", "bytes=1-3")
	if err != nil {
		t.Fatal(err)
	}
	if w.Code != http.StatusPartialContent || w.Body.String() != "PNG" {
		t.Errorf("range: %d %q", w.Code, w.Body)
	}
	w, err = get(t, a, p.File, media.Anyone, "If-None-Match", `"`+p.File[3:]+`"`)
	if err != nil {
		t.Fatal(err)
	}
	if w.Code != http.StatusNotModified || w.Body.Len() != 0 {
		t.Errorf("known: %d with %d bytes", w.Code, w.Body.Len())
	}
}

func TestB06_MediaIsNeverADocument(t *testing.T) {
	t.Parallel()
	a := newAlbum(t, media.Options{})
	p := a.add(t, asPNG(t, photo(30, 20)))
	for _, accept := range []string{"application/activity+json", `application/ld+json; profile="https://www.w3.org/ns/activitystreams"`, "text/html"} {
		w, err := get(t, a, p.File, media.Anyone, "Accept", accept)
		if err != nil {
			t.Fatal(err)
		}
		if got := w.Header().Get("Content-Type"); got != "image/png" || w.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("asked for %s, told %s", accept, got)
		}
	}
	document := `{"@context":"https://www.w3.org/ns/activitystreams","id":"https://town.example/media/x.jpg","type":"Person"}`
	for _, upload := range []string{document, "\xff\xd8\xff" + document, "GIF89a" + document, "\x89PNG\r\n\x1a\n" + document} {
		if _, err := a.Add(t.Context(), strings.NewReader(upload)); err == nil {
			t.Errorf("took %.20q", upload)
		}
	}
}

func TestF06_NoOtherName(t *testing.T) {
	t.Parallel()
	a := newAlbum(t, media.Options{})
	p := a.add(t, asPNG(t, photo(30, 20)))
	stem := strings.TrimSuffix(p.File, ".png")
	for _, name := range []string{
		"", "/", ".", "..", p.File[3:], "/" + p.File, "x/../" + p.File, stem, stem + ".svg", stem + ".html", stem + ".json", stem + ".png.html",
		stem + ".PNG", stem + ".png/", stem + ".jpg", "unfinished/" + p.File[3:], "../" + p.File, strings.ToUpper(stem) + ".png",
		"zz/" + p.File[3:], url.PathEscape(p.File), p.File + "\x00", "ab/ab0123456789abcdef0123456789abcd.png",
	} {
		w, err := get(t, a, name, media.Anyone)
		if !errors.Is(err, media.ErrNotFound) || w.Body.Len() > 0 || len(w.Header()) > 0 {
			t.Errorf("%q: %v, %d bytes, headers %v", name, err, w.Body.Len(), w.Header())
		}
	}
}

func TestFocus(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		written  string
		want     media.Focus
		position string
	}{
		{"", media.Focus{}, "50% 50%"},
		{"0.5,-0.5", media.Focus{X: 0.5, Y: -0.5}, "75% 75%"},
		{" -1, 1 ", media.Focus{X: -1, Y: 1}, "0% 0%"},
	} {
		got, err := media.ParseFocus(tt.written)
		if err != nil || got != tt.want || got.Position() != tt.position {
			t.Errorf("%q: %v at %s, %v", tt.written, got, got.Position(), err)
		}
	}
	for _, wrong := range []string{"1", "a,b", "1.01,0", "0,-2", "NaN,0", "0,Inf", "0,0,0", ","} {
		if got, err := media.ParseFocus(wrong); !errors.Is(err, media.ErrFocus) || got != (media.Focus{}) {
			t.Errorf("%q: %v, %v", wrong, got, err)
		}
	}
}

func TestAspect(t *testing.T) {
	t.Parallel()
	if got := (media.Picture{Width: 16, Height: 9}).Aspect(); math.Abs(got-1.7778) > 0.001 {
		t.Errorf("got %v", got)
	}
	if got := (media.Picture{}).Aspect(); got != 0 {
		t.Errorf("of nothing: %v", got)
	}
}
