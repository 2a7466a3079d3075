// Package mediatest stands for the object stores that tests have none of.
package mediatest

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Objects is the part of S3 that a bucket needs: PUT, GET with ranges, HEAD
// and DELETE of objects under one bucket's path.
type Objects struct {
	mu    sync.Mutex
	kept  map[string][]byte
	types map[string]string
	fails string
}

// NewObjects returns an empty bucket called pictures, for the access key "key".
func NewObjects() *Objects {
	return &Objects{kept: map[string][]byte{}, types: map[string]string{}}
}

// Kept returns how many objects there are.
func (o *Objects) Kept() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.kept)
}

// TypeOf returns the media type an object was kept with.
func (o *Objects) TypeOf(name string) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.types[name]
}

// Fill leaves no room for anything more.
func (o *Objects) Fill() { o.fail("full") }

// Puzzle answers with an error no client knows.
func (o *Objects) Puzzle() { o.fail("strange") }

func (o *Objects) fail(how string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.fails = how
}

// ServeHTTP answers a client of S3.
func (o *Objects) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	defer o.mu.Unlock()
	key, ok := strings.CutPrefix(r.URL.Path, "/pictures/")
	content, found := o.kept[key]
	switch {
	case !strings.Contains(r.Header.Get("Authorization"), "Credential=key/"):
		refuse(w, http.StatusForbidden, "AccessDenied")
	case !ok:
		refuse(w, http.StatusNotFound, "NoSuchBucket")
	case o.fails == "strange":
		refuse(w, http.StatusTeapot, "Strange")
	case r.Method == http.MethodPut && o.fails == "full":
		refuse(w, http.StatusInsufficientStorage, "XMinioStorageFull")
	case r.Method == http.MethodPut:
		body, err := unchunked(r)
		if err != nil {
			refuse(w, http.StatusBadRequest, "IncompleteBody")
			return
		}
		o.kept[key], o.types[key] = body, r.Header.Get("Content-Type")
		w.Header().Set("ETag", `"1"`)
	case r.Method == http.MethodDelete:
		delete(o.kept, key)
		w.WriteHeader(http.StatusNoContent)
	case !found:
		refuse(w, http.StatusNotFound, "NoSuchKey")
	default:
		w.Header().Set("ETag", `"1"`)
		w.Header().Set("Content-Type", o.types[key])
		http.ServeContent(w, r, "", time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), bytes.NewReader(content))
	}
}

func refuse(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, "<Error><Code>%s</Code></Error>", code) // the client may have gone
}

// unchunked reads a body sent in signed chunks: size;chunk-signature=…, CRLF,
// so many bytes, CRLF, until a chunk of none.
func unchunked(r *http.Request) ([]byte, error) {
	if !strings.HasPrefix(r.Header.Get("X-Amz-Content-Sha256"), "STREAMING-") {
		return io.ReadAll(r.Body)
	}
	var out bytes.Buffer
	for b := bufio.NewReader(r.Body); ; {
		line, err := b.ReadString('\n')
		if err != nil {
			return nil, err
		}
		size, _, _ := strings.Cut(strings.TrimSpace(line), ";")
		n, err := strconv.ParseInt(size, 16, 64)
		if err != nil {
			return nil, err
		}
		if n == 0 {
			return out.Bytes(), nil
		}
		if _, err := io.CopyN(&out, b, n); err != nil {
			return nil, err
		}
		if _, err := b.Discard(len("\r\n")); err != nil {
			return nil, err
		}
	}
}
