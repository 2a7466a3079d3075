package app_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"testing"

	"palier/instance"
	"palier/instance/store"
)

// firstView is how many bytes go over the wire before a page can be read:
// itself, its style sheet, its drawings and its first script (product §5.1).
const firstView = 50_000

var ours = regexp.MustCompile(`(?:href|src)="(/static/[^"#]+)`)

func TestAFirstViewIsLight(t *testing.T) {
	t.Parallel()
	v := newVillage(t, store.SQLite, nil)
	for i := range 20 {
		v.Post(v.cem, v.centre.ID, instance.ToPublic, fmt.Sprintf("Message n° %d : la fête du quartier est déplacée à dimanche, sous la halle, à partir de midi.", i))
	}
	b := v.SignedIn(v.dora)
	weigh := func(path string) (n int, body string) {
		t.Helper()
		r := b.Request(http.MethodGet, path, "", nil)
		r.Header.Set("Accept-Encoding", "gzip")
		for _, c := range b.Cookies() {
			r.AddCookie(c)
		}
		answer, err := (&http.Transport{DisableCompression: true}).RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = answer.Body.Close() }()
		packed, err := io.ReadAll(answer.Body)
		if err != nil || answer.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d, %v", path, answer.StatusCode, err)
		}
		return len(packed), unpacked(t, packed, answer.Header.Get("Content-Encoding"))
	}
	for _, path := range []string{"/home", "/@centre", "/compose?in=" + v.centre.ID.String(), "/digest"} {
		sum, body := weigh(path)
		seen := make(map[string]bool)
		for _, m := range ours.FindAllStringSubmatch(body, -1) {
			if !seen[m[1]] {
				seen[m[1]] = true
				n, _ := weigh(m[1])
				sum += n
			}
		}
		t.Logf("%s: %d bytes with %d files", path, sum, len(seen))
		if sum > firstView {
			t.Errorf("%s: %d bytes before it can be read, at most %d", path, sum, firstView)
		}
	}
}

func unpacked(t *testing.T, body []byte, encoding string) string {
	t.Helper()
	if encoding != "gzip" {
		return string(body)
	}
	r, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(plain)
}
