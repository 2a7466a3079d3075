package client_test

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"palier/federation/client"
)

func discard() *log.Logger { return log.New(io.Discard, "", 0) }

// ways are all the roads out; a rule that holds for one must hold for each.
func ways(c *client.Client) map[string]func(ctx context.Context, url string) error {
	return map[string]func(context.Context, string) error{
		"document": func(ctx context.Context, url string) error { _, err := c.Document(ctx, url); return err },
		"json": func(ctx context.Context, url string) error {
			_, err := c.JSON(ctx, url, "application/jrd+json")
			return err
		},
		"file": func(ctx context.Context, url string) error {
			_, err := c.File(ctx, url, "application/xrd+xml")
			return err
		},
		"media": func(ctx context.Context, url string) error {
			s, err := c.Media(ctx, url, 1<<20, "image")
			if err != nil {
				return err
			}
			return s.Close()
		},
		"post": func(ctx context.Context, url string) error {
			a, err := c.Post(ctx, url, []byte(`{}`), func(*http.Request) error { return nil })
			if err != nil {
				return err
			}
			return a.Err()
		},
	}
}

func TestE01_PrivateAddressesBehindAnyURL(t *testing.T) {
	t.Parallel()
	private := map[string]string{
		"loopback.example": "127.0.0.1", "home.example": "192.168.1.1", "metadata.example": "169.254.169.254", "six.example": "::1", "local.example": "fd00::1",
	}
	resolver := names(t, func(name string) []netip.Addr {
		if a, ok := private[name]; ok {
			return []netip.Addr{netip.MustParseAddr(a)}
		}
		return nil
	})
	c := newClient(t, client.Options{Resolver: resolver})
	for way, ask := range ways(c) {
		for name, addr := range private {
			for _, url := range []string{"https://" + name + "/inbox", "https://" + bracket(addr) + "/inbox"} {
				if err := ask(t.Context(), url); !errors.Is(err, client.ErrBlockedAddress) {
					t.Errorf("%s of %s: got %v, want ErrBlockedAddress", way, url, err)
				}
			}
		}
	}
}

func bracket(addr string) string {
	if strings.Contains(addr, ":") {
		return "[" + addr + "]"
	}
	return addr
}

func TestE03_RedirectToPrivate(t *testing.T) {
	t.Parallel()
	inside := newPeer(t, "127.0.0.2:0", false, as2(`{"secret":true}`))
	var to atomic.Value
	outside := newPeer(t, "127.0.0.1:0", false, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, to.Load().(string), http.StatusFound)
	})
	roots := outside.roots()
	roots.AddCert(inside.Certificate())
	c := newClient(t, client.Options{PeersAllow: only127001(), RootCAs: roots})
	to.Store(inside.URL + "/actor")
	for way, ask := range ways(c) {
		err := ask(t.Context(), outside.URL+"/actor")
		if way == "post" {
			if s, ok := errors.AsType[*client.StatusError](err); !ok || s.Status != http.StatusFound {
				t.Errorf("post: got %v, want the redirect itself as the answer", err)
			}
			continue
		}
		if !errors.Is(err, client.ErrBlockedAddress) {
			t.Errorf("%s: got %v, want ErrBlockedAddress", way, err)
		}
	}
	if n := len(inside.requests()); n != 0 {
		t.Errorf("the address inside was reached %d times", n)
	}
}

func TestE03_RedirectToBadURLs(t *testing.T) {
	t.Parallel()
	var to atomic.Value
	outside := newPeer(t, "127.0.0.1:0", false, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", to.Load().(string))
		w.WriteHeader(http.StatusMovedPermanently)
	})
	plain := newPeer(t, "127.0.0.1:0", true, as2(`{}`))
	c := newClient(t, client.Options{PeersAllow: only127001(), RootCAs: outside.roots()})
	for name, location := range map[string]string{
		"downgrade to http": plain.URL + "/actor", "file": "file:///etc/passwd", "decimal host": "https://2130706433/",
		"userinfo": "https://a@127.0.0.1/", "nothing": "", "script": "javascript:1", "too long": "https://127.0.0.1/" + strings.Repeat("a", 5000),
	} {
		to.Store(location)
		if _, err := c.Document(t.Context(), outside.URL); !errors.Is(err, client.ErrRedirect) {
			t.Errorf("%s: got %v, want ErrRedirect", name, err)
		}
	}
	if n := len(plain.requests()); n != 0 {
		t.Errorf("the plain server was reached %d times", n)
	}
}

func TestE03_SignatureStaysWithItsHost(t *testing.T) {
	t.Parallel()
	target := newPeer(t, "127.0.0.1:0", false, as2(`{"id":"x"}`))
	start := newPeer(t, "127.0.0.1:0", false, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, target.URL+"/moved", http.StatusTemporaryRedirect)
	})
	roots := start.roots()
	roots.AddCert(target.Certificate())
	c := newClient(t, client.Options{PeersAllow: only127001(), RootCAs: roots, Sign: func(r *http.Request) error {
		r.Header.Add("Signature", "for "+r.Host+r.URL.Path)
		return nil
	}})
	f, err := c.Document(t.Context(), start.URL+"/actor")
	if err != nil {
		t.Fatal(err)
	}
	want := client.Fetched{URL: target.URL + "/moved", Body: []byte(`{"id":"x"}`), ContentType: "application/activity+json; charset=utf-8"}
	if diff := cmp.Diff(want, f); diff != "" {
		t.Errorf("document (-want +got):\n%s", diff)
	}
	got := target.requests()
	if len(got) != 1 {
		t.Fatalf("the target was asked %d times", len(got))
	}
	if diff := cmp.Diff([]string{"for " + got[0].Host + "/moved"}, got[0].Header.Values("Signature")); diff != "" {
		t.Errorf("signatures at the target (-want +got):\n%s", diff)
	}
	if a, err := c.Post(t.Context(), start.URL+"/inbox", []byte(`{}`), func(r *http.Request) error {
		r.Header.Set("Signature", "for "+r.Host)
		return nil
	}); err != nil || a.Status != http.StatusTemporaryRedirect {
		t.Errorf("post: got %+v, %v; want the redirect", a, err)
	}
	if n := len(target.requests()); n != 1 {
		t.Errorf("the delivery was carried on to another host")
	}
}

func TestE04_DNSRebinding(t *testing.T) {
	t.Parallel()
	closing := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Connection", "close")
		as2(`{}`)(w, r)
	}
	good := newPeer(t, "127.0.0.1:0", true, closing)
	bad := newPeer(t, "127.0.0.2"+good.port(t), true, closing)
	var asked atomic.Int32
	resolver := names(t, func(string) []netip.Addr {
		if asked.Add(1) <= 2 { // one question for A, one for AAAA
			return []netip.Addr{netip.MustParseAddr("127.0.0.1")}
		}
		return []netip.Addr{netip.MustParseAddr("127.0.0.2")}
	})
	c := newClient(t, client.Options{PeersAllow: only127001(), Resolver: resolver})
	url := "http://rebind.example" + good.port(t) + "/actor"
	if _, err := c.Document(t.Context(), url); err != nil {
		t.Fatalf("while the name is good: %v", err)
	}
	if _, err := c.Document(t.Context(), url); !errors.Is(err, client.ErrBlockedAddress) {
		t.Errorf("after the name turned: got %v, want ErrBlockedAddress", err)
	}
	if len(good.requests()) != 1 || len(bad.requests()) != 0 {
		t.Errorf("good was reached %d times, bad %d times; want 1 and 0", len(good.requests()), len(bad.requests()))
	}
}

func TestE04_MixedAddresses(t *testing.T) {
	t.Parallel()
	good := newPeer(t, "127.0.0.1:0", true, as2(`{}`))
	bad := newPeer(t, "127.0.0.2"+good.port(t), true, as2(`{}`))
	resolver := names(t, func(string) []netip.Addr {
		return []netip.Addr{netip.MustParseAddr("127.0.0.2"), netip.MustParseAddr("::1"), netip.MustParseAddr("127.0.0.1")}
	})
	c := newClient(t, client.Options{PeersAllow: only127001(), Resolver: resolver})
	if _, err := c.Document(t.Context(), "http://mixed.example"+good.port(t)+"/actor"); err != nil {
		t.Errorf("got %v, want the allowed address to be used", err)
	}
	if len(good.requests()) != 1 || len(bad.requests()) != 0 {
		t.Errorf("good was reached %d times, bad %d times; want 1 and 0", len(good.requests()), len(bad.requests()))
	}
}

func TestE06_RedirectLoop(t *testing.T) {
	t.Parallel()
	var p *peer
	p = newPeer(t, "127.0.0.1:0", true, func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(r.URL.Query().Get("n"))
		if r.URL.Path == "/short" && n == 3 {
			as2(`{}`)(w, r)
			return
		}
		http.Redirect(w, r, p.URL+r.URL.Path+"?n="+strconv.Itoa(n+1), http.StatusFound)
	})
	c := newClient(t, client.Options{PeersAllow: only127001()})
	if _, err := c.Document(t.Context(), p.URL+"/short"); err != nil {
		t.Errorf("three redirects: %v", err)
	}
	before := len(p.requests())
	if _, err := c.Document(t.Context(), p.URL+"/endless"); !errors.Is(err, client.ErrRedirect) {
		t.Errorf("endless redirects: got %v, want ErrRedirect", err)
	}
	if n := len(p.requests()) - before; n != 4 {
		t.Errorf("asked %d times, want 4", n)
	}
}

func TestE06_OneBudgetPerJob(t *testing.T) {
	t.Parallel()
	p := newPeer(t, "127.0.0.1:0", true, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/a" {
			http.Redirect(w, r, "/b", http.StatusFound)
			return
		}
		as2(`{"alternate":"/a"}`)(w, r)
	})
	c := newClient(t, client.Options{PeersAllow: only127001()})
	b := client.NewBudget(client.Limits{})
	ctx := client.WithBudget(t.Context(), b)
	var err error
	for err == nil { // two documents that each name the other as the better one
		_, err = c.Document(ctx, p.URL+"/a")
	}
	if !errors.Is(err, client.ErrBudget) {
		t.Errorf("got %v, want ErrBudget", err)
	}
	if fetches, _ := b.Spent(); fetches != 50 || len(p.requests()) != 50 {
		t.Errorf("spent %d, asked %d times; want 50 and 50", fetches, len(p.requests()))
	}
}

func TestE06_BudgetOfBytesAndTime(t *testing.T) {
	t.Parallel()
	p := newPeer(t, "127.0.0.1:0", true, as2(strings.Repeat(" ", 1000)))
	var offset atomic.Int64
	c := newClient(t, client.Options{PeersAllow: only127001(), Now: func() time.Time { return time.Unix(offset.Load(), 0) }})

	ctx := client.WithBudget(t.Context(), client.NewBudget(client.Limits{Bytes: 2500}))
	for i := range 3 {
		_, err := c.Document(ctx, p.URL)
		if want := i == 2; errors.Is(err, client.ErrBudget) != want {
			t.Errorf("document %d: got %v, want budget spent: %v", i, err, want)
		}
	}

	ctx = client.WithBudget(t.Context(), client.NewBudget(client.Limits{Time: time.Minute}))
	if _, err := c.Document(ctx, p.URL); err != nil {
		t.Error(err)
	}
	offset.Add(61)
	if _, err := c.Document(ctx, p.URL); !errors.Is(err, client.ErrBudget) {
		t.Errorf("a minute later: got %v, want ErrBudget", err)
	}
}

func TestE07_TooMuch(t *testing.T) {
	t.Parallel()
	p := newPeer(t, "127.0.0.1:0", true, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/activity+json")
		switch r.URL.Path {
		case "/bomb":
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			_, _ = io.CopyN(z, zeros{}, 64<<20)
			_ = z.Close()
		case "/endless":
			_, _ = io.Copy(w, zeros{})
		case "/said":
			w.Header().Set("Content-Length", strconv.Itoa(2<<20))
			_, _ = io.CopyN(w, zeros{}, 2<<20)
		case "/just":
			_, _ = io.CopyN(w, zeros{}, 1<<20)
		}
	})
	c := newClient(t, client.Options{PeersAllow: only127001()})
	for _, path := range []string{"/bomb", "/endless", "/said"} {
		b := client.NewBudget(client.Limits{})
		if _, err := c.Document(client.WithBudget(t.Context(), b), p.URL+path); !errors.Is(err, client.ErrTooLarge) {
			t.Errorf("%s: got %v, want ErrTooLarge", path, err)
		}
		if _, n := b.Spent(); n > 1<<20+512 {
			t.Errorf("%s: read %d bytes", path, n)
		}
	}
	if f, err := c.Document(t.Context(), p.URL+"/just"); err != nil || len(f.Body) != 1<<20 {
		t.Errorf("exactly the limit: got %d bytes, %v", len(f.Body), err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestE07_DripAndSilence(t *testing.T) {
	t.Parallel()
	p := newPeer(t, "127.0.0.1:0", true, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/drip" {
			w.Header().Set("Content-Type", "application/activity+json")
			_, _ = w.Write([]byte("{"))
			_ = http.NewResponseController(w).Flush()
		}
		_, _ = io.Copy(io.Discard, r.Body) // else net/http does not notice that we left
		<-r.Context().Done()
	})
	c := newClient(t, client.Options{PeersAllow: only127001(), Timeout: 150 * time.Millisecond})
	for _, path := range []string{"/drip", "/silent"} {
		_, err := c.Document(t.Context(), p.URL+path)
		if !errors.Is(err, context.DeadlineExceeded) || !client.Temporary(err) {
			t.Errorf("%s: got %v, want a temporary time-out", path, err)
		}
	}
	if _, err := c.Post(t.Context(), p.URL+"/silent", []byte(`{}`), nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("post: got %v, want a time-out", err)
	}
}

func TestE07_HeaderFlood(t *testing.T) {
	t.Parallel()
	p := newPeer(t, "127.0.0.1:0", true, func(w http.ResponseWriter, _ *http.Request) {
		for i := range 2000 {
			w.Header().Add("X-Flood-"+strconv.Itoa(i), strings.Repeat("a", 100))
		}
	})
	c := newClient(t, client.Options{PeersAllow: only127001()})
	if _, err := c.Document(t.Context(), p.URL); err == nil || errors.Is(err, client.ErrContentType) {
		t.Errorf("got %v, want the header to be refused", err)
	}
}

func TestE08_EndlessChains(t *testing.T) {
	t.Parallel()
	p := newPeer(t, "127.0.0.1:0", true, as2(`{"inReplyTo":"/one-more"}`))
	c := newClient(t, client.Options{PeersAllow: only127001()})
	ctx := client.WithBudget(t.Context(), client.NewBudget(client.Limits{}))
	var err error
	for range 1000 {
		if ctx, err = client.Deeper(ctx); err != nil {
			break
		}
		if _, err = c.Document(ctx, p.URL); err != nil {
			break
		}
	}
	if !errors.Is(err, client.ErrBudget) {
		t.Errorf("got %v, want ErrBudget", err)
	}
	if n := len(p.requests()); n != 10 {
		t.Errorf("followed %d references, want 10", n)
	}
}

func TestE14_InvalidTLS(t *testing.T) {
	t.Parallel()
	p := newPeer(t, "127.0.0.1:0", false, as2(`{}`))
	resolver := names(t, func(string) []netip.Addr { return []netip.Addr{netip.MustParseAddr("127.0.0.1")} })
	trusting := newClient(t, client.Options{PeersAllow: only127001(), RootCAs: p.roots(), Resolver: resolver})
	strange := newClient(t, client.Options{PeersAllow: only127001(), Resolver: resolver})

	if _, err := trusting.Post(t.Context(), p.URL, []byte(`{}`), nil); err != nil {
		t.Fatalf("a valid certificate: %v", err)
	}
	for name, do := range map[string]func() error{
		"unknown authority": func() error { _, err := strange.Post(t.Context(), p.URL, []byte(`{}`), nil); return err },
		"another name": func() error {
			_, err := trusting.Post(t.Context(), "https://other.test"+p.port(t), []byte(`{}`), nil)
			return err
		},
		"document": func() error { _, err := strange.Document(t.Context(), p.URL); return err },
	} {
		if err := do(); err == nil || !client.Temporary(err) {
			t.Errorf("%s: got %v, want a failure worth another try", name, err)
		}
	}
	if n := len(p.requests()); n != 1 {
		t.Errorf("the peer got %d requests, want only the one over valid TLS", n)
	}
}

func TestE14_PlainInboxInProduction(t *testing.T) {
	t.Parallel()
	c := newClient(t, client.Options{})
	if _, err := c.Post(t.Context(), "http://lyon.example/inbox", []byte(`{}`), nil); !errors.Is(err, client.ErrBadURL) {
		t.Errorf("got %v, want ErrBadURL", err)
	}
}
