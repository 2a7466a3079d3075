// Package assets serves what never changes while the program runs: the style
// sheet, the scripts, the icons. All lie under one path that is named for what
// they contain, so a browser may keep them for good and no page ever meets the
// wrong one.
package assets

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"sync"
)

//go:embed *.css *.svg script/*.js
var files embed.FS

// sheets are the shared style sheets in the order they are joined; those of
// the pages follow. The first one declares the order of the layers.
var sheets = []string{"base.css", "tokens.css", "layout.css", "parts.css", "form.css", "post.css", "table.css"}

// Bundle is everything static, held in memory.
type Bundle struct {
	prefix string // /static/HASH/
	files  map[string]file
}

type file struct {
	kind  string
	plain []byte
	zip   func() ([]byte, error) // packed when first asked for
}

// New joins the shared style sheets with the .css files at the root of pages.
// Every file is packed once, when it is first asked for.
func New(pages fs.FS) (*Bundle, error) {
	css, err := join(pages)
	if err != nil {
		return nil, fmt.Errorf("style sheet: %w", err)
	}
	held := map[string][]byte{"palier.css": css}
	for _, pattern := range []string{"*.svg", "script/*.js"} {
		names, err := fs.Glob(files, pattern)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			if held[path.Base(name)], err = files.ReadFile(name); err != nil {
				return nil, err
			}
		}
	}
	b := &Bundle{prefix: "/static/" + digest(held) + "/", files: make(map[string]file, len(held))}
	for name, plain := range held {
		b.files[name] = file{kind: kind(name), plain: plain, zip: sync.OnceValues(func() ([]byte, error) { return pack(plain) })}
	}
	return b, nil
}

func join(pages fs.FS) ([]byte, error) {
	var css bytes.Buffer
	add := func(from fs.FS, name string) error {
		b, err := fs.ReadFile(from, name)
		if err == nil {
			css.Write(tighten(b))
		}
		return err
	}
	for _, name := range sheets {
		if err := add(files, name); err != nil {
			return nil, err
		}
	}
	names, err := fs.Glob(pages, "*.css")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if err := add(pages, name); err != nil {
			return nil, err
		}
	}
	if err := add(files, "wishes.css"); err != nil {
		return nil, err
	}
	return css.Bytes(), nil
}

var (
	comment = regexp.MustCompile(`(?s)/\*.*?\*/`)
	space   = regexp.MustCompile(`\s+`)
	around  = regexp.MustCompile(` ?([{};,]) ?`)
)

// tighten takes comments and needless space out of a style sheet. None of ours
// holds a string in which they would count.
func tighten(css []byte) []byte {
	css = comment.ReplaceAll(css, nil)
	css = space.ReplaceAll(css, []byte(" "))
	return around.ReplaceAll(css, []byte("$1"))
}

func digest(held map[string][]byte) string {
	names := make([]string, 0, len(held))
	for name := range held {
		names = append(names, name)
	}
	sort.Strings(names)
	sum := sha256.New()
	for _, name := range names {
		sum.Write([]byte(name))
		sum.Write(held[name])
	}
	return hex.EncodeToString(sum.Sum(nil))[:12]
}

func pack(plain []byte) ([]byte, error) {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(plain); err != nil {
		return nil, err
	}
	err = w.Close()
	return b.Bytes(), err
}

func kind(name string) string {
	switch ext := path.Ext(name); ext {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	default:
		return mime.TypeByExtension(ext)
	}
}

// Path returns the address of a file of the bundle: palier.css, icons.svg.
func (b *Bundle) Path(name string) string { return b.prefix + name }

// Plain returns a file as it was written, and its media type; nil for one that is
// not there.
func (b *Bundle) Plain(name string) (body []byte, kind string) {
	f := b.files[name]
	return f.plain, f.kind
}

// Size returns how many bytes of a file go over the wire, and 0 for one that
// is not there.
func (b *Bundle) Size(name string) int {
	f, ok := b.files[name]
	if !ok {
		return 0
	}
	body, err := f.zip()
	if err != nil {
		return len(f.plain)
	}
	return len(body)
}

// ServeHTTP answers requests below /static/. A file under another hash is not
// there: its page is older or newer than this program.
func (b *Bundle) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, ours := strings.CutPrefix(r.URL.Path, b.prefix)
	f, ok := b.files[name]
	if !ours || !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Vary", "Accept-Encoding")
	body := f.plain
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		if zip, err := f.zip(); err == nil { // else it goes as it is
			h.Set("Content-Encoding", "gzip")
			body = zip
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodHead {
		return
	}
	_, _ = w.Write(body)
}
