package web_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"palier/instance/web"
	"palier/instance/web/pages"
)

func TestHTMLIsPrivateAndStrict(t *testing.T) {
	t.Parallel()
	set := newSet(t)
	w := httptest.NewRecorder()
	p := pages.Failure{Frame: pages.Frame{Language: set.Languages().All()[0]}, Status: http.StatusNotFound}
	if err := web.NewPages(set).HTML(w, httptest.NewRequest(http.MethodGet, "/", nil), http.StatusNotFound, p); err != nil {
		t.Fatal(err)
	}
	if w.Code != http.StatusNotFound {
		t.Errorf("status %d", w.Code)
	}
	for name, want := range map[string]string{
		"Content-Security-Policy": "frame-ancestors 'none'", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff",
		"Cache-Control": "private", "Vary": "Cookie", "Content-Type": "text/html; charset=utf-8",
	} {
		if got := strings.Join(w.Header().Values(name), ", "); !strings.Contains(got, want) {
			t.Errorf("%s is %q, want %q in it", name, got, want)
		}
	}
	if policy := w.Header().Get("Content-Security-Policy"); strings.Contains(policy, "unsafe") || strings.Contains(policy, "*") {
		t.Errorf("the policy lets in too much: %s", policy)
	}
}

func TestHTMLSaysTheSameOnlyOnce(t *testing.T) {
	t.Parallel()
	set := newSet(t)
	answer := web.NewPages(set)
	p := neighbourhoodPage(t, set, false)
	first := httptest.NewRecorder()
	if err := answer.HTML(first, httptest.NewRequest(http.MethodGet, "/", nil), http.StatusOK, p); err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header.Set("If-None-Match", first.Header().Get("ETag"))
	again := httptest.NewRecorder()
	if err := answer.HTML(again, r, http.StatusOK, p); err != nil {
		t.Fatal(err)
	}
	if again.Code != http.StatusNotModified || again.Body.Len() != 0 {
		t.Errorf("status %d with %d bytes, want 304 with none", again.Code, again.Body.Len())
	}
}

func TestHTMLPackedIsTheSamePage(t *testing.T) {
	t.Parallel()
	set := newSet(t)
	answer := web.NewPages(set)
	p := neighbourhoodPage(t, set, true)
	plain, packed := httptest.NewRecorder(), httptest.NewRecorder()
	if err := answer.HTML(plain, httptest.NewRequest(http.MethodGet, "/", nil), http.StatusOK, p); err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header.Set("Accept-Encoding", "gzip")
	if err := answer.HTML(packed, r, http.StatusOK, p); err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(packed.Body)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != plain.Body.String() {
		t.Errorf("%d bytes unpacked, %d plain", len(got), plain.Body.Len())
	}
}

func TestLocal(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"/home?page=2": "/home?page=2", "": "/", "https://evil.example/": "/", "//evil.example": "/", "/\\evil.example": "/",
		"javascript:alert(1)": "/", "/a\r\nSet-Cookie: b": "/", "home": "/",
	} {
		if got := web.Local(path, "/"); got != want {
			t.Errorf("Local(%q) is %q, want %q", path, got, want)
		}
	}
}
