package media_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"palier/instance/media"
)

// objects is the part of S3 that a bucket needs: PUT, GET with ranges, HEAD
// and DELETE of objects under one bucket's path.
type objects struct {
	mu      sync.Mutex
	kept    map[string][]byte
	types   map[string]string
	full    bool
	strange bool // answers with an error no client knows
}

func (o *objects) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	defer o.mu.Unlock()
	key, ok := strings.CutPrefix(r.URL.Path, "/pictures/")
	content, found := o.kept[key]
	switch {
	case !strings.Contains(r.Header.Get("Authorization"), "Credential=key/"):
		refuse(w, http.StatusForbidden, "AccessDenied")
	case !ok:
		refuse(w, http.StatusNotFound, "NoSuchBucket")
	case o.strange:
		refuse(w, http.StatusTeapot, "Strange")
	case r.Method == http.MethodPut && o.full:
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
	fmt.Fprintf(w, "<Error><Code>%s</Code></Error>", code)
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

// newBucket returns a bucket on a server of its own, which the test may
// upset.
func newBucket(t *testing.T) (*media.Bucket, *objects) {
	t.Helper()
	remote := &objects{kept: map[string][]byte{}, types: map[string]string{}}
	server := httptest.NewServer(remote)
	transport := &http.Transport{}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		server.Close()
	})
	bucket, err := media.OpenBucket(media.BucketOptions{
		Endpoint: server.Listener.Addr().String(), Bucket: "pictures", Region: "us-east-1",
		AccessKey: "key", SecretKey: "secret", Prefix: "town/", Insecure: true, Transport: transport,
	})
	if err != nil {
		t.Fatal(err)
	}
	return bucket, remote
}

func TestBucket(t *testing.T) {
	t.Parallel()
	bucket, remote := newBucket(t)
	exerciseStore(t, bucket)
	remote.mu.Lock()
	defer remote.mu.Unlock()
	if got := remote.types["town/"+bName]; got != "image/jpeg" {
		t.Errorf("kept as %q under its prefix", got)
	}
}

func TestBucketKeepsPictures(t *testing.T) {
	t.Parallel()
	bucket, remote := newBucket(t)
	pictures := media.New(bucket, media.Options{})
	p, err := pictures.Add(t.Context(), bytes.NewReader(asJPEG(t, photo(800, 600))))
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/media", nil)
	if err := pictures.Serve(w, r, p.File, media.Anyone); err != nil {
		t.Fatal(err)
	}
	if int64(w.Body.Len()) != p.Bytes || w.Header().Get("Content-Type") != "image/jpeg" {
		t.Errorf("served %d bytes of %s, kept %d", w.Body.Len(), w.Header().Get("Content-Type"), p.Bytes)
	}
	if err := pictures.Delete(t.Context(), p.File, p.Thumb); err != nil {
		t.Fatal(err)
	}
	remote.mu.Lock()
	defer remote.mu.Unlock()
	if len(remote.kept) != 0 {
		t.Errorf("%d objects are left", len(remote.kept))
	}
}

func TestR13_BucketFull(t *testing.T) {
	t.Parallel()
	bucket, remote := newBucket(t)
	remote.full = true
	if err := bucket.Put(t.Context(), aName, []byte("x")); !errors.Is(err, media.ErrFull) {
		t.Errorf("got %v", err)
	}
}

func TestBucketTellsOtherFaultsApart(t *testing.T) {
	t.Parallel()
	bucket, remote := newBucket(t)
	remote.strange = true
	_, opened := bucket.Open(t.Context(), aName)
	for deed, err := range map[string]error{
		"put": bucket.Put(t.Context(), aName, []byte("x")), "open": opened, "delete": bucket.Delete(t.Context(), aName),
	} {
		if err == nil || errors.Is(err, media.ErrFull) || errors.Is(err, media.ErrNotFound) {
			t.Errorf("%s: %v", deed, err)
		}
	}
}

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
