package discovery_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"palier/federation/discovery"
	"palier/protocol/jrd"
	"palier/protocol/nodeinfo"
)

// ours is the actors and the words of the server of these tests.
type ours struct{ fail error }

var amina = discovery.Subject{
	Handle: jrd.Handle{Name: "amina", Host: "lyon.example"},
	ID:     "https://lyon.example/u/01JD9Q",
	Page:   "https://lyon.example/@amina",
}

func (o ours) ByName(_ context.Context, name string) (discovery.Subject, bool, error) {
	return amina, strings.EqualFold(name, "amina"), o.fail
}

func (o ours) ByURL(_ context.Context, url string) (discovery.Subject, bool, error) {
	return amina, url == amina.ID || url == amina.Page, o.fail
}

func (o ours) NodeInfo(context.Context) (nodeinfo.Document, error) {
	return nodeinfo.Document{Software: nodeinfo.Software{Name: "palier", Version: "0.1.0", Repository: "https://code.example/palier"},
		Protocols: []string{"activitypub"}}, o.fail
}

func (o ours) Application(context.Context) ([]byte, error) {
	return []byte(`{"id":"https://lyon.example/actor","type":"Application"}`), o.fail
}

func newSite(o ours, change func(*discovery.SiteOptions)) http.Handler {
	options := discovery.SiteOptions{
		Base: "https://lyon.example", Actor: "https://lyon.example/actor", Subjects: o, About: o,
		Subscribe: "https://lyon.example/follow?uri={uri}",
		Now:       func() time.Time { return time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC) },
	}
	if change != nil {
		change(&options)
	}
	mux := http.NewServeMux()
	discovery.NewSite(options).Mount(mux.Handle)
	return mux
}

func ask(h http.Handler, method, target string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(method, target, nil))
	return w
}

func finger(h http.Handler, resource string) *httptest.ResponseRecorder {
	return ask(h, "GET", "/.well-known/webfinger?resource="+url.QueryEscape(resource))
}

func TestWebFingerOfOurs(t *testing.T) {
	t.Parallel()
	h := newSite(ours{}, nil)
	for resource, want := range map[string]string{
		"acct:amina@lyon.example":         "acct:amina@lyon.example",
		"acct:AMINA@LYON.example":         "acct:amina@lyon.example",
		"amina@lyon.example":              "acct:amina@lyon.example",
		"@amina@lyon.example:443":         "acct:amina@lyon.example",
		"https://lyon.example/u/01JD9Q":   "acct:amina@lyon.example",
		"https://lyon.example/@amina":     "acct:amina@lyon.example",
		"https://lyon.example/":           "https://lyon.example/",
		"https://lyon.example":            "https://lyon.example/",
		"https://lyon.example/actor":      "https://lyon.example/",
		"acct:lyon.example@lyon.example":  "acct:lyon.example@lyon.example",
		"acct:amina@other.example":        "",
		"acct:nobody@lyon.example":        "",
		"https://other.example/u/01JD9Q":  "",
		"http://lyon.example/u/01JD9Q":    "",
		"https://lyon.example:444/@amina": "",
	} {
		w := finger(h, resource)
		if want == "" {
			if w.Code != http.StatusNotFound || w.Body.String() != `{"error":"not_found"}`+"\n" {
				t.Errorf("%s: %d %s, want 404", resource, w.Code, w.Body)
			}
			continue
		}
		var d jrd.Document
		if err := json.Unmarshal(w.Body.Bytes(), &d); err != nil || w.Code != http.StatusOK || d.Subject != want {
			t.Errorf("%s: %d %s, want %s", resource, w.Code, w.Body, want)
		}
		if got := w.Header().Get("Content-Type"); got != "application/jrd+json" {
			t.Errorf("%s: served as %q", resource, got)
		}
	}
}

func TestWebFingerIsForEveryone(t *testing.T) {
	t.Parallel()
	w := finger(newSite(ours{}, nil), "acct:amina@lyon.example")
	want := http.Header{
		"Access-Control-Allow-Origin": {"*"},
		"Cache-Control":               {"public, max-age=600"},
		"Content-Type":                {"application/jrd+json"},
		"X-Content-Type-Options":      {"nosniff"},
	}
	got := w.Header()
	got.Del("Content-Length")
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("header (-want +got):\n%s", d)
	}
	if w := ask(newSite(ours{}, nil), "OPTIONS", "/.well-known/webfinger"); w.Code != http.StatusNoContent || w.Header().Get("Access-Control-Allow-Methods") == "" {
		t.Errorf("preflight: %d %v", w.Code, w.Header())
	}
}

func TestWebFingerLinksAskedFor(t *testing.T) {
	t.Parallel()
	w := ask(newSite(ours{}, nil), "GET", "/.well-known/webfinger?resource=acct:amina@lyon.example&rel=self&rel=none")
	want := `{"subject":"acct:amina@lyon.example","aliases":["https://lyon.example/u/01JD9Q","https://lyon.example/@amina"],` +
		`"links":[{"rel":"self","type":"application/activity+json","href":"https://lyon.example/u/01JD9Q"}]}`
	if got := strings.TrimSpace(w.Body.String()); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestSiteRefusals(t *testing.T) {
	t.Parallel()
	broken := newSite(ours{fail: errors.New("database is down")}, nil)
	h := newSite(ours{}, nil)
	for _, c := range []struct {
		h              http.Handler
		method, target string
		status         int
		body           string
	}{
		{h, "GET", "/.well-known/webfinger", 400, `{"error":"resource_missing"}`},
		{h, "GET", "/.well-known/webfinger?resource=", 400, `{"error":"resource_missing"}`},
		{h, "GET", "/.well-known/webfinger?resource=a@b.example&resource=c@d.example", 400, `{"error":"resource_missing"}`},
		{h, "GET", "/.well-known/webfinger?resource=%00", 400, `{"error":"resource_malformed"}`},
		{h, "GET", "/.well-known/webfinger?resource=amina", 400, `{"error":"resource_malformed"}`},
		{h, "POST", "/.well-known/webfinger?resource=amina@lyon.example", 405, `{"error":"method_not_allowed"}`},
		{broken, "GET", "/.well-known/webfinger?resource=amina@lyon.example", 503, `{"error":"unavailable"}`},
		{broken, "GET", "/nodeinfo/2.1", 503, `{"error":"unavailable"}`},
	} {
		w := ask(c.h, c.method, c.target)
		if w.Code != c.status || strings.TrimSpace(w.Body.String()) != c.body {
			t.Errorf("%s %s: %d %s, want %d %s", c.method, c.target, w.Code, w.Body, c.status, c.body)
		}
	}
}

func TestSiteIsNotAskedTooMuch(t *testing.T) {
	t.Parallel()
	h := newSite(ours{}, func(o *discovery.SiteOptions) {
		o.PerAddress, o.Burst = 1, 2
		o.Address = func(r *http.Request) string { return r.Header.Get("X-Test-Address") }
	})
	get := func(address string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("GET", "/.well-known/webfinger?resource=amina@lyon.example", nil)
		r.Header.Set("X-Test-Address", address)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	for range 2 {
		if w := get("a"); w.Code != http.StatusOK {
			t.Fatalf("status %d", w.Code)
		}
	}
	if w := get("a"); w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") != "1" {
		t.Errorf("third question: %d, Retry-After %q", w.Code, w.Header().Get("Retry-After"))
	}
	if w := get("b"); w.Code != http.StatusOK {
		t.Errorf("another address: %d", w.Code)
	}
}

func TestNodeInfoOfOurs(t *testing.T) {
	t.Parallel()
	h := newSite(ours{}, nil)
	w := ask(h, "GET", "/.well-known/nodeinfo")
	links, err := jrd.Parse(w.Body.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	href, err := nodeinfo.Newest(links)
	if err != nil || href != "https://lyon.example/nodeinfo/2.1" {
		t.Errorf("newest %q, %v", href, err)
	}
	if id, ok := nodeinfo.Application(links); !ok || id != "https://lyon.example/actor" {
		t.Errorf("application %q", id)
	}
	for _, version := range []string{"2.0", "2.1"} {
		w := ask(h, "GET", "/nodeinfo/"+version)
		d, err := nodeinfo.Parse(w.Body.Bytes())
		if err != nil || d.Version != version || (d.Software.Repository != "") != (version == "2.1") {
			t.Errorf("%s: %+v, %v", version, d, err)
		}
		if got := w.Header().Get("Content-Type"); got != nodeinfo.MediaType(version) {
			t.Errorf("%s: served as %q", version, got)
		}
	}
	if w := ask(h, "GET", "/.well-known/host-meta"); !strings.Contains(w.Body.String(), `template="https://lyon.example/.well-known/webfinger?resource={uri}"`) {
		t.Errorf("host-meta: %s", w.Body)
	}
}

func TestB14_OurOwnActorIsReadUnsigned(t *testing.T) {
	t.Parallel()
	w := ask(newSite(ours{}, nil), "GET", "/actor")
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/activity+json" {
		t.Errorf("%d, %q; want it without a signature", w.Code, w.Header().Get("Content-Type"))
	}
	if w := ask(newSite(ours{}, nil), "HEAD", "/actor"); w.Code != http.StatusOK || w.Body.Len() != 0 || w.Header().Get("Content-Length") == "0" {
		t.Errorf("HEAD: %d with %d bytes, Content-Length %q", w.Code, w.Body.Len(), w.Header().Get("Content-Length"))
	}
}

// FuzzResource asks about anything: it is answered or refused, never with a 5xx
// and never about somebody who was not asked for.
func FuzzResource(f *testing.F) {
	for _, s := range []string{"acct:amina@lyon.example", "https://lyon.example/", "https://lyon.example/@amina", "@@", "a@b@c",
		"acct:ａmina@lyon.example", "amina@[::1]:80", "https://lyon.example@evil.example/", "http://lyon.example", "\x00", "acct:", "amina@lyon.example."} {
		f.Add(s)
	}
	h := newSite(ours{}, func(o *discovery.SiteOptions) { o.PerAddress, o.Burst = 1e9, 1<<30 })
	f.Fuzz(func(t *testing.T, resource string) {
		w := finger(h, resource)
		switch w.Code {
		case http.StatusOK:
			d, err := jrd.Parse(w.Body.Bytes())
			if err != nil {
				t.Fatalf("%q: %v", resource, err)
			}
			if id, err := d.Self(); err != nil || !strings.HasPrefix(id, "https://lyon.example/") {
				t.Errorf("%q: self %q, %v", resource, id, err)
			}
		case http.StatusNotFound, http.StatusBadRequest:
		default:
			t.Errorf("%q: %d %s", resource, w.Code, w.Body)
		}
	})
}
