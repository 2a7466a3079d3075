//go:build browser

package chromium

import (
	"context"
	"net/url"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Open opens Chromium with a profile of its own, and returns its context and what
// it complains about. It ends with the test.
func Open(t *testing.T) (context.Context, *Complaints) {
	t.Helper()
	options := append([]chromedp.ExecAllocatorOption{}, chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck,
		chromedp.ExecPath(installed(t)), chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("headless", true), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("hide-scrollbars", true), chromedp.Flag("disable-dev-shm-usage", true))
	allocated, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, done := chromedp.NewContext(allocated)
	t.Cleanup(func() { done(); stop() })
	ctx, end := context.WithTimeout(ctx, 55*time.Minute)
	t.Cleanup(end)
	heard := &Complaints{}
	if err := chromedp.Listen(ctx, heard.hear); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, log.Enable, cdp.Empty{}); err != nil {
		t.Fatal(err)
	}
	return ctx, heard
}

func installed(t *testing.T) string {
	t.Helper()
	for _, path := range []string{os.Getenv("PALIER_CHROMIUM"), "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"} {
		if _, err := os.Stat(path); path != "" && err == nil {
			return path
		}
	}
	Missing(t, "Chromium is not installed")
	return ""
}

// Missing skips a test on a developer's machine; where everything has to run it
// is a failure.
func Missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal(what)
	}
	t.Skip(what)
}

// Complaints are what a page asked others for, and what the browser objected to.
type Complaints struct {
	Host string // that pages may ask

	mu      sync.Mutex
	all     []string
	trusted string
}

func (c *Complaints) trust(host string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.trusted = host
}

func (c *Complaints) hear(event any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		if u, err := url.Parse(e.Request.URL); err != nil || u.Host != c.Host && u.Host != c.trusted && u.Scheme != "blob" && u.Scheme != "about" && u.Scheme != "data" {
			c.all = append(c.all, "asked for "+e.Request.URL)
		}
	case *log.EventEntryAdded:
		c.all = append(c.all, e.Entry.Text)
	case *runtime.EventExceptionThrown:
		c.all = append(c.all, (&chromedp.ExceptionError{ExceptionDetails: e.ExceptionDetails}).Error())
	}
}

// Take returns what was heard since it was last asked.
func (c *Complaints) Take() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := c.all
	c.all = nil
	return all
}
