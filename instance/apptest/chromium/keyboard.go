//go:build browser

package chromium

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Keyboard is somebody at a browser without a mouse: they go from one thing to
// the next with the Tab key, press what they are on, and type. What cannot be
// reached that way they do not reach.
type Keyboard struct {
	T   *testing.T
	Ctx context.Context
	// Site is the server they are at, as scheme://host.
	Site string
	// Name begins the names of pictures, which are kept where PALIER_SCREENSHOTS
	// says, if it does.
	Name string

	width int64
	heard *Complaints
	shots int
}

// Sitting is how somebody sits at their browser.
type Sitting struct {
	Site, Name string
	Language   string // Accept-Language
	Width      int64  // of the window in pixels
	NoScript   bool
}

// NewKeyboard opens Chromium for somebody.
func NewKeyboard(t *testing.T, s Sitting) *Keyboard {
	t.Helper()
	ctx, heard := Open(t)
	heard.Host = strings.TrimPrefix(s.Site, "http://")
	k := &Keyboard{T: t, Ctx: ctx, Site: s.Site, Name: s.Name, width: s.Width, heard: heard}
	_, err := chromedp.Call(ctx, page.Enable, page.EnableParams{})
	k.must(err)
	if s.NoScript {
		_, err = chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		k.must(err)
	}
	_, err = chromedp.Call(ctx, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{Headers: network.Headers{"Accept-Language": s.Language}})
	k.must(err)
	k.must(chromedp.Do(ctx, chromedp.EmulateViewport(s.Width, 800)))
	return k
}

func (k *Keyboard) must(err error) {
	k.T.Helper()
	if err != nil {
		k.T.Fatalf("%s: %v", k.where(), err)
	}
}

func (k *Keyboard) where() string {
	at, err := chromedp.Run(k.Ctx, chromedp.Location())
	if err != nil {
		return "nowhere"
	}
	return strings.TrimPrefix(at, k.Site)
}

// As makes the browser that of somebody: it holds these cookies and no others.
func (k *Keyboard) As(cookies []*http.Cookie) {
	k.T.Helper()
	_, err := chromedp.Call(k.Ctx, network.ClearBrowserCookies, cdp.Empty{})
	k.must(err)
	for _, c := range cookies {
		_, err := chromedp.Call(k.Ctx, network.SetCookie, network.SetCookieParams{Name: c.Name, Value: c.Value, URL: k.Site, Path: "/"})
		k.must(err)
	}
}

// Open goes to an address that somebody was given or typed.
func (k *Keyboard) Open(path string) {
	k.T.Helper()
	k.must(chromedp.Do(k.Ctx, chromedp.Navigate(k.Site+path)))
	k.arrived()
}

// Path is where they are: path, query and fragment.
func (k *Keyboard) Path() string {
	k.T.Helper()
	return k.where()
}

// Step is the question that a page of several asks, empty for another page.
func (k *Keyboard) Step() string {
	k.T.Helper()
	return evaluate[string](k, `document.querySelector("input[name=step]")?.value ?? ""`)
}

// Trusts lets pages also lead to another host: where one signs in elsewhere.
func (k *Keyboard) Trusts(host string) { k.heard.trust(host) }

// arrived is what holds of every page: nothing was asked of anybody else, nothing
// sticks out, and nothing failed.
func (k *Keyboard) arrived() {
	k.T.Helper()
	for _, complaint := range k.heard.Take() {
		k.T.Errorf("%s: %s", k.where(), complaint)
	}
	if out := evaluate[string](k, tooWide); out != "" {
		k.T.Errorf("%s at %d px is too wide: %s", k.where(), k.width, out)
	}
	k.picture()
}

const tooWide = `(() => {
	const page = document.documentElement, wide = page.clientWidth;
	if (page.scrollWidth <= wide) return "";
	return [...document.body.querySelectorAll("*")].filter((e) => {
		const box = e.getBoundingClientRect();
		return box.width > 0 && (box.right > wide + 1 || box.left < -1) && !e.closest(".unseen, .skip, svg, thead, details:not([open]) > :not(summary)");
	}).slice(0, 3).map((e) => e.tagName + "." + e.className + " " + e.textContent.trim().slice(0, 30)).join("; ") || "the page";
})()`

func (k *Keyboard) picture() {
	folder := os.Getenv("PALIER_SCREENSHOTS")
	if folder == "" {
		return
	}
	k.T.Helper()
	k.shots++
	png, err := chromedp.Run(k.Ctx, chromedp.FullScreenshot(100))
	k.must(err)
	k.must(os.MkdirAll(folder, 0o755))
	k.must(os.WriteFile(filepath.Join(folder, fmt.Sprintf("%s-%02d.png", k.Name, k.shots)), png, 0o644))
}

func evaluate[T any](k *Keyboard, script string) T {
	k.T.Helper()
	v, err := chromedp.Run(k.Ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	if err != nil {
		k.T.Fatalf("%s: %s: %v", k.where(), script, err)
	}
	return v
}

func quoted(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string can always be written
	}
	return string(b)
}

// Has tells whether the page holds something.
func (k *Keyboard) Has(selector string) bool {
	k.T.Helper()
	return evaluate[bool](k, `document.querySelector(`+quoted(selector)+`) !== null`)
}

// Words are the words of the first of something, on one line.
func (k *Keyboard) Words(selector string) string {
	k.T.Helper()
	return strings.Join(strings.Fields(evaluate[string](k, `document.querySelector(`+quoted(selector)+`)?.innerText ?? ""`)), " ")
}

// Sees fails unless the page holds something.
func (k *Keyboard) Sees(selector string) {
	k.T.Helper()
	if !k.Has(selector) {
		k.T.Fatalf("%s holds no %s: %s", k.where(), selector, k.Words("main"))
	}
}

// mostTabs is more than any page has to go through.
const mostTabs = 400

// reach goes by Tab to the first thing that fits selector. What is folded away is
// unfolded first.
func (k *Keyboard) reach(selector string) {
	k.T.Helper()
	k.Sees(selector)
	folded := evaluate[bool](k, `(() => {
		const folded = document.querySelector(`+quoted(selector)+`).closest("details:not([open])");
		if (!folded || folded.querySelector("summary").matches(`+quoted(selector)+`)) return false;
		document.querySelectorAll("[data-unfold]").forEach((e) => e.removeAttribute("data-unfold"));
		folded.querySelector("summary").setAttribute("data-unfold", "");
		return true;
	})()`)
	if folded {
		k.tabTo(`[data-unfold]`)
		k.key("\r")
	}
	k.tabTo(selector)
}

func (k *Keyboard) tabTo(selector string) {
	k.T.Helper()
	script := `document.activeElement?.matches(` + quoted(selector) + `) ?? false`
	for range mostTabs {
		if evaluate[bool](k, script) {
			return
		}
		k.key("\t")
	}
	k.T.Fatalf("%s: the Tab key does not come to %s", k.where(), selector)
}

func (k *Keyboard) key(keys string) {
	k.T.Helper()
	k.must(chromedp.Do(k.Ctx, chromedp.KeyEvent(keys)))
}

// Press goes to a link or a button and presses it, and waits for the page that
// this leads to. Before, it fills in fields: pairs of a selector and what is typed
// or chosen there.
func (k *Keyboard) Press(button string, fields ...string) {
	k.T.Helper()
	for i := 0; i+1 < len(fields); i += 2 {
		k.fill(fields[i], fields[i+1])
	}
	k.reach(button)
	_, err := chromedp.Run(k.Ctx, chromedp.WaitEvent(page.LoadEventFired, nil, chromedp.KeyEvent("\r")))
	k.must(err)
	k.arrived()
}

// field is what has the focus.
type field struct {
	Kind    string `json:"kind"`
	Value   string `json:"value"`
	Checked bool   `json:"checked"`
}

func (k *Keyboard) field() field {
	k.T.Helper()
	return evaluate[field](k, `(() => {
		const e = document.activeElement;
		return {kind: e.tagName === "INPUT" ? e.type : e.tagName.toLowerCase(), value: e.value ?? "", checked: e.checked ?? false};
	})()`)
}

// fill types or chooses something in a field.
func (k *Keyboard) fill(selector, what string) {
	k.T.Helper()
	if evaluate[bool](k, `document.querySelector(`+quoted(selector)+`)?.type === "radio"`) {
		k.choose(selector)
		return
	}
	k.reach(selector)
	switch f := k.field(); f.Kind {
	case "checkbox":
		if f.Checked != (what != "") {
			k.key(" ")
		}
		return
	case "select":
		for range mostTabs {
			if k.field().Value == what {
				return
			}
			k.key(kb.ArrowDown)
		}
	case "date", "datetime-local", "time", "month":
		k.typeDate(f.Kind, what)
	default:
		k.must(chromedp.Do(k.Ctx, chromedp.KeyEvent("a", chromedp.KeyModifiers(chromedp.ModifierCtrl)))) // all that is there
		k.key("\b")
		k.key(what)
	}
	if got := k.field().Value; strings.ReplaceAll(got, "\r", "") != strings.ReplaceAll(what, "\r", "\n") {
		k.T.Fatalf("%s: typed %q in %s, it reads %q", k.where(), what, selector, got)
	}
}

// choose goes to a group of choices, and by the arrow keys to one of them.
func (k *Keyboard) choose(selector string) {
	k.T.Helper()
	name := evaluate[string](k, `document.querySelector(`+quoted(selector)+`).name`)
	k.reach(`input[type=radio][name=` + quoted(name) + `]`)
	for range mostTabs {
		if evaluate[bool](k, `document.activeElement.matches(`+quoted(selector)+`)`) {
			if !k.field().Checked {
				k.key(" ")
			}
			return
		}
		k.key(kb.ArrowDown)
	}
	k.T.Fatalf("%s: the arrow keys do not come to %s", k.where(), selector)
}

// typeDate types a day and an hour as Chromium asks for them in American
// English: the month first, the hour with a or p.
func (k *Keyboard) typeDate(kind, what string) {
	k.T.Helper()
	day, hour, _ := strings.Cut(what, "T")
	if kind == "time" {
		day, hour = "", what
	}
	if day != "" {
		parts := strings.Split(day, "-")
		if len(parts) != 3 {
			k.T.Fatalf("no day: %q", what)
		}
		k.key(parts[1] + parts[2] + parts[0])
		if hour != "" {
			k.key(kb.ArrowRight) // to the hour
		}
	}
	if hour == "" {
		return
	}
	var h, m int
	if _, err := fmt.Sscanf(hour, "%d:%d", &h, &m); err != nil {
		k.T.Fatalf("no hour: %q", what)
	}
	half := "a"
	if h >= 12 {
		half = "p"
	}
	k.key(fmt.Sprintf("%02d%02d%s", (h+11)%12+1, m, half))
}
