package assets

import (
	"compress/gzip"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
)

func bundle(t *testing.T) *Bundle {
	t.Helper()
	b, err := New(os.DirFS("../pages"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestBundleIsKeptForGood(t *testing.T) {
	t.Parallel()
	b := bundle(t)
	r := httptest.NewRequest(http.MethodGet, b.Path("palier.css"), nil)
	r.Header.Set("Accept-Encoding", "gzip")
	w := httptest.NewRecorder()
	b.ServeHTTP(w, r)
	if w.Code != http.StatusOK || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") || w.Header().Get("Content-Type") != "text/css; charset=utf-8" {
		t.Fatalf("status %d, headers %v", w.Code, w.Header())
	}
	z, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	css, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(css), "@layer reset,tokens,base,layout,parts,pages,wishes;") {
		t.Errorf("the order of the layers is not what comes first: %.80s", css)
	}
	for _, part := range []string{"--paper", ".post-acts", ".skyline", "@media print", "forced-colors"} {
		if !strings.Contains(string(css), part) {
			t.Errorf("no %s in the style sheet", part)
		}
	}
}

func TestBundleUnderAnotherHashIsNotThere(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/static/000000000000/palier.css", "/static/", "/static/../tokens.css", bundle(t).Path("tokens.css")} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.URL.Path = path
		bundle(t).ServeHTTP(w, r)
		if w.Code != http.StatusNotFound {
			t.Errorf("%s: status %d, want 404", path, w.Code)
		}
	}
}

// A first view is a page, the style sheet, the icons and the first script.
func TestBundleIsSmall(t *testing.T) {
	t.Parallel()
	b := bundle(t)
	scripts := 0
	for name, f := range b.files {
		if strings.HasSuffix(name, ".js") {
			scripts += len(f.plain)
		}
	}
	if scripts > 30_000 {
		t.Errorf("%d bytes of script, at most 30,000", scripts)
	}
	if first := b.Size("palier.css") + b.Size("icons.svg") + b.Size("mark.svg") + b.Size("main.js"); first > 25_000 {
		t.Errorf("%d bytes beside the page in a first view, at most 25,000", first)
	}
}

// sources returns every style sheet as it was written.
func sources(t *testing.T) map[string]string {
	t.Helper()
	all := make(map[string]string)
	for _, from := range []fs.FS{files, os.DirFS("../pages")} {
		names, err := fs.Glob(from, "*.css")
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			b, err := fs.ReadFile(from, name)
			if err != nil {
				t.Fatal(err)
			}
			all[name] = comment.ReplaceAllString(string(b), "")
		}
	}
	return all
}

// A page that reads from right to left is the same page.
func TestStyleSheetsKnowNoLeftAndRight(t *testing.T) {
	t.Parallel()
	physical := regexp.MustCompile(`(?i)(^|[\s{;:(-])(left|right)\b|(margin|padding|border|inset)-(top|bottom)\b|[\s{;](width|height|min-width|max-width|min-height|max-height|top|bottom):`)
	for name, css := range sources(t) {
		for _, line := range strings.Split(css, "\n") {
			if strings.Contains(line, "@media") {
				continue
			}
			if m := physical.FindString(line); m != "" {
				t.Errorf("%s: %q in %q", name, m, strings.TrimSpace(line))
			}
		}
	}
}

// Every colour comes from a token, so that each appearance is whole.
func TestStyleSheetsNameNoColours(t *testing.T) {
	t.Parallel()
	colour := regexp.MustCompile(`#[0-9A-Fa-f]{3,8}\b|rgba?\(|hsla?\(`)
	allowed := map[string]bool{"tokens.css": true, "wishes.css": true}
	for name, css := range sources(t) {
		for _, line := range strings.Split(css, "\n") {
			if m := colour.FindString(line); m != "" && !allowed[name] && !strings.Contains(line, ".mark-") {
				t.Errorf("%s: %s in %q", name, m, strings.TrimSpace(line))
			}
		}
	}
}

// A browser that does not know the layer puts a rule above all others.
func TestStyleSheetsLieInLayers(t *testing.T) {
	t.Parallel()
	for name, css := range sources(t) {
		depth := 0
		for _, line := range strings.Split(css, "\n") {
			line = strings.TrimSpace(line)
			if depth == 0 && line != "" && !strings.HasPrefix(line, "@layer") {
				t.Errorf("%s: %q is in no layer", name, line)
			}
			depth += strings.Count(line, "{") - strings.Count(line, "}")
		}
		if depth != 0 {
			t.Errorf("%s: braces do not match", name)
		}
	}
}

func TestStyleSheetsUseOnlyWhatIsDefined(t *testing.T) {
	t.Parallel()
	used := regexp.MustCompile(`var\((--[a-z0-9-]+)`)
	defined := regexp.MustCompile(`(--[a-z0-9-]+):`)
	known := make(map[string]bool)
	for _, css := range sources(t) {
		for _, m := range defined.FindAllStringSubmatch(css, -1) {
			known[m[1]] = true
		}
	}
	for name, css := range sources(t) {
		for _, m := range used.FindAllStringSubmatch(css, -1) {
			if !known[m[1]] {
				t.Errorf("%s: %s is defined nowhere", name, m[1])
			}
		}
	}
}
