// Package web is what people meet in a browser: pages, forms and their
// answers.
package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"

	"palier/instance/web/pages"
)

// ContentSecurityPolicy lets a page load what this server serves as files, and
// nothing else: no inline script or style, no other host. blob: is for the
// preview of a picture that was just chosen.
const ContentSecurityPolicy = policy + "; form-action 'self'"

const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; " +
	"connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; frame-ancestors 'none'"

// Secure sets the headers that every answer with a page carries, except for a
// policy that is set already.
//
// The last referrer policy a browser knows counts. Under same-origin nobody
// else ever learns where a reader came from; no-referrer alone would make
// browsers send "Origin: null" with our own forms, which [http.CrossOriginProtection]
// has to refuse wherever Sec-Fetch-Site is missing, as on a server without TLS.
func Secure(h http.Header) {
	h.Set("Referrer-Policy", "no-referrer, same-origin")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), interest-cohort=()")
	for name, value := range map[string]string{"Content-Security-Policy": ContentSecurityPolicy, openerPolicy: "same-origin"} {
		if h.Get(name) == "" {
			h.Set(name, value)
		}
	}
}

const openerPolicy = "Cross-Origin-Opener-Policy"

// Pages answers requests with pages.
type Pages struct{ set *pages.Set }

// NewPages returns what answers with the pages of set.
func NewPages(set *pages.Set) *Pages { return &Pages{set: set} }

var (
	bodies  = sync.Pool{New: func() any { return new(bytes.Buffer) }}
	packers = sync.Pool{New: func() any {
		w, err := gzip.NewWriterLevel(nil, 2)
		if err != nil {
			panic(err) // the level is a constant
		}
		return w
	}}
)

// least is the size below which packing a page gains nothing.
const least = 1024

// HTML renders p and answers with it. It returns an error, and has written
// nothing, if p cannot be rendered; an error of writing means that the reader
// has gone and is dropped.
//
// A page for somebody who is signed in is theirs alone: no cache may keep it
// for others. A browser that holds the same page already is told so.
func (s *Pages) HTML(w http.ResponseWriter, r *http.Request, status int, p pages.Page) error {
	b := bodies.Get().(*bytes.Buffer)
	defer func() {
		b.Reset()
		bodies.Put(b)
	}()
	if err := s.set.Render(b, p); err != nil {
		return err
	}
	h := w.Header()
	Secure(h)
	h.Set("Content-Type", "text/html; charset=utf-8")
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "private, no-cache")
	}
	h.Add("Vary", "Accept, Accept-Language, Cookie")
	send(w, r, status, b.Bytes())
	return nil
}

// send answers with body, packed if the reader takes that and it is worth it. A
// reader that holds the same already is told so. An error of writing means that
// the reader has gone and is dropped.
func send(w http.ResponseWriter, r *http.Request, status int, body []byte) {
	h := w.Header()
	h.Add("Vary", "Accept-Encoding")
	if status == http.StatusOK && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
		tag := entityTag(body)
		h.Set("ETag", tag)
		if holds(r, tag) {
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	if len(body) < least || !takesGzip(r) {
		h.Set("Content-Length", strconv.Itoa(len(body)))
		w.WriteHeader(status)
		_, _ = w.Write(body)
		return
	}
	h.Set("Content-Encoding", "gzip")
	w.WriteHeader(status)
	z := packers.Get().(*gzip.Writer)
	defer packers.Put(z)
	z.Reset(w)
	_, _ = z.Write(body)
	_ = z.Close()
}

// holds tells whether the reader has what a tag names.
func holds(r *http.Request, tag string) bool {
	return strings.Contains(r.Header.Get("If-None-Match"), tag)
}

func takesGzip(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept-Encoding"), "gzip")
}

// entityTag names a page by what it says. It is a weak one: the bytes differ
// with the encoding.
func entityTag(b []byte) string {
	sum := sha256.Sum256(b)
	return `W/"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
}

// SeeOther leads the browser to a page of ours after a form was taken, so that
// going back or loading again sends nothing twice.
func SeeOther(w http.ResponseWriter, r *http.Request, path string) {
	Secure(w.Header())
	http.Redirect(w, r, path, http.StatusSeeOther)
}

// Local returns path if it is the address of a page on this very server, else
// instead: what a form says it came from may not lead anywhere else.
func Local(path, instead string) string {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n\t") {
		return instead
	}
	return path
}
