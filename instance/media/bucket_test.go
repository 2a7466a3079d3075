package media_test

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"go.uber.org/goleak"

	"palier/instance/media"
	"palier/instance/media/mediatest"
)

// newBucket returns a bucket on a server of its own, which the test may
// upset.
func newBucket(t *testing.T) (*media.Bucket, *mediatest.Objects) {
	t.Helper()
	remote := mediatest.NewObjects()
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
	if got := remote.TypeOf("town/" + bName); got != "image/jpeg" {
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
	if n := remote.Kept(); n != 0 {
		t.Errorf("%d objects are left", n)
	}
}

func TestR13_BucketFull(t *testing.T) {
	t.Parallel()
	bucket, remote := newBucket(t)
	remote.Fill()
	if err := bucket.Put(t.Context(), aName, []byte("x")); !errors.Is(err, media.ErrFull) {
		t.Errorf("got %v", err)
	}
}

func TestBucketTellsOtherFaultsApart(t *testing.T) {
	t.Parallel()
	bucket, remote := newBucket(t)
	remote.Puzzle()
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
