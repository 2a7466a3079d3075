package target

import (
	"net/http"
	"net/url"
	"testing"
)

// FuzzNext gives the search for the next page whatever a server may send.
func FuzzNext(f *testing.F) {
	f.Add("application/json", "", []byte(`{"first":{"id":"/a","next":"/b"},"next":["/c"]}`))
	f.Add("text/html", "", []byte(`<a href="?a=1&amp;b=2" rel="nofollow next">`))
	f.Add("application/json", `<http://[::1]/?p=2>; rel="next", <x>; rel=prev`, []byte(`[]`))
	f.Add("text/html", "<%zz>; rel=next", []byte(`<link rel="next" href=":">`))
	f.Fuzz(func(t *testing.T, mediaType, link string, body []byte) {
		got, err := next("http://127.0.0.1/list?page=1", http.Header{"Content-Type": {mediaType}, "Link": {link}}, body)
		if err != nil || got == "" {
			return
		}
		if u, err := url.Parse(got); err != nil || u.Scheme == "" {
			t.Errorf("next page %q: %v", got, err)
		}
	})
}
