//go:build browser

package web_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	goruntime "runtime"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"palier/instance/apptest/chromium"
	"palier/instance/web"
	"palier/instance/web/stories"
)

// browser opens Chromium, and returns its context and what it complains about.
func browser(t *testing.T) (context.Context, *chromium.Complaints) {
	t.Helper()
	return chromium.Open(t)
}

// axe returns the source of axe-core.
func axe(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile(os.Getenv("PALIER_AXE"))
	if err != nil {
		chromium.Missing(t, "PALIER_AXE does not name axe.min.js: "+err.Error())
	}
	return string(b)
}

// look is a way every story is looked at. Where only colours or words differ,
// axe-core looks at the colours or not at all: the page is the same. Where only
// colours differ one width will do.
type look struct {
	name       string
	appearance string  // what the page says of itself; what the browser prefers if empty
	widths     []int64 // every one if nil
	axe        string  // what axe-core runs
	at         []int64
	medium     string
	prefers    []*emulation.MediaFeature // besides that nothing moves
}

// telling is a story told in one language, and how it is looked at once it is
// there: opening a page costs more than looking at it.
type telling struct {
	language string
	looks    []look
}

var everyWidth = []int64{1280, 768, 360}

var (
	light = look{name: "light", appearance: "light", axe: everyRule, at: []int64{1280, 360}}
	dress = []look{
		{name: "dark", appearance: "dark", widths: []int64{1280}, axe: colours, at: []int64{1280}},
		{name: "contrast", appearance: "contrast", widths: []int64{1280}, axe: colours, at: []int64{1280}},
		{name: "forced", widths: []int64{360}, prefers: []*emulation.MediaFeature{{Name: "forced-colors", Value: "active"}}},
		{name: "print", widths: []int64{768}, medium: "print"},
	}
	arabic = telling{"ar", []look{{name: "ar", appearance: "light", axe: everyRule, at: []int64{360}}}}
	abroad = []telling{
		{"uk", []look{{name: "uk", appearance: "light"}}},
		{"en", []look{{name: "en", appearance: "light"}}},
	}
)

// whole is how the first story of a page is told, and every one that is asked for
// by name.
func whole() []telling {
	return append([]telling{{"fr", append([]look{light}, dress...)}, arabic}, abroad...)
}

// fewer is how the further stories of a page are told when all are: axe-core goes
// by every rule where the page is narrow, in French and in Arabic; of the other
// looks each has its turn.
func fewer(turn int) []telling {
	narrow := light
	narrow.at = []int64{360}
	if turn %= len(dress) + len(abroad); turn < len(dress) {
		return []telling{{"fr", []look{narrow, dress[turn]}}, arabic}
	}
	return []telling{{"fr", []look{narrow}}, arabic, abroad[turn-len(dress)]}
}

const (
	everyRule = `{runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}`
	colours   = `{runOnly: {type: "rule", values: ["color-contrast"]}}`
)

// reader is a browser that stories are read in, one at a time.
type reader struct {
	book, checker string // where the stories are, and the source of axe-core
	ctx           context.Context
	heard         *chromium.Complaints
}

func TestStoriesInABrowser(t *testing.T) {
	checker := axe(t)
	book := httptest.NewServer(web.Storybook(newSet(t)))
	t.Cleanup(book.Close)
	readers := make(chan reader, goruntime.GOMAXPROCS(0)+1) // one waits while the others read
	for range cap(readers) {
		ctx, heard := browser(t)
		heard.Host = strings.TrimPrefix(book.URL, "http://")
		readers <- reader{book: book.URL, checker: checker, ctx: ctx, heard: heard}
	}
	only := os.Getenv("PALIER_STORY")
	seen := map[string]bool{}
	for i, story := range stories.All() {
		if !strings.HasPrefix(story.Name, only) {
			continue
		}
		told := whole()
		page, _, _ := strings.Cut(story.Name, "/")
		if only == "" && seen[page] {
			told = fewer(i)
		}
		seen[page] = true
		t.Run(story.Name, func(t *testing.T) {
			t.Parallel()
			r := <-readers
			defer func() { readers <- r }()
			for _, telling := range told {
				r.turnTo(t, story.Name, telling)
				for _, look := range telling.looks {
					t.Run(look.name, func(t *testing.T) { r.read(t, story.Name, look) })
				}
			}
		})
	}
}

// turnTo opens a story in a language.
func (r reader) turnTo(t *testing.T, story string, told telling) {
	t.Helper()
	r.wear(t, told.looks[0])
	open(t, r.ctx, fmt.Sprintf("%s/_stories/%s?lang=%s&appearance=%s", r.book, story, told.language, told.looks[0].appearance))
	if slices.ContainsFunc(told.looks, func(l look) bool { return l.axe != "" }) {
		evaluate[chromedp.Void](t, r.ctx, r.checker)
	}
}

// wear is how the browser is for a look.
func (r reader) wear(t *testing.T, l look) {
	t.Helper()
	still := &emulation.MediaFeature{Name: "prefers-reduced-motion", Value: "reduce"}
	media := emulation.SetEmulatedMediaParams{Media: l.medium, Features: append([]*emulation.MediaFeature{still}, l.prefers...)}
	if _, err := chromedp.Call(r.ctx, emulation.SetEmulatedMedia, media); err != nil {
		t.Fatal(err)
	}
}

// dressed puts an appearance on a page that was opened in light; some pages have
// one of their own, which stays.
const dressed = `(() => {
	const page = document.documentElement;
	page.style.fontSize = "";
	page.dataset.own ??= page.dataset.appearance === "light" ? "" : "own";
	if (!page.dataset.own) page.dataset.appearance = %q;
})()`

// read looks at the story that is open in one way and fails for what is wrong with
// it.
func (r reader) read(t *testing.T, story string, look look) {
	r.wear(t, look)
	evaluate[chromedp.Void](t, r.ctx, fmt.Sprintf(dressed, look.appearance))
	widths := look.widths
	if widths == nil {
		widths = everyWidth
	}
	picture := strings.ReplaceAll(story, "/", "_")
	for _, width := range widths {
		resize(t, r.ctx, width)
		fits(t, r.ctx, fmt.Sprintf("at %d px", width))
		screenshot(t, r.ctx, fmt.Sprintf("%s-%s-%d", picture, look.name, width))
		if slices.Contains(look.at, width) {
			clean(t, r.ctx, look.axe, width)
		}
	}
	if look.name == "light" {
		reachable(t, r.ctx)
	}
	if look.widths == nil {
		evaluate[chromedp.Void](t, r.ctx, `document.documentElement.style.fontSize = "225%"`)
		fits(t, r.ctx, "at 360 px with text of 200 %")
	}
	if look.name == "light" {
		screenshot(t, r.ctx, picture+"-large-360")
	}
	for _, complaint := range r.heard.Take() {
		t.Error(complaint)
	}
}

func open(t *testing.T, ctx context.Context, address string) {
	t.Helper()
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(1280, 900), chromedp.Navigate(address)); err != nil {
		t.Fatal(err)
	}
	evaluate[chromedp.Void](t, ctx, `Promise.all([...document.images].map((i) => { i.loading = "eager"; return i.decode(); }))`)
}

func resize(t *testing.T, ctx context.Context, width int64) {
	t.Helper()
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, 900)); err != nil {
		t.Fatal(err)
	}
}

// evaluate runs script and returns what it returns, or what it promises.
func evaluate[T any](t *testing.T, ctx context.Context, script string) T {
	t.Helper()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// fits fails if the page is wider than the window, and names what sticks out.
func fits(t *testing.T, ctx context.Context, when string) {
	t.Helper()
	out := evaluate[[]string](t, ctx, `(() => {
		const page = document.documentElement, wide = page.clientWidth;
		if (page.scrollWidth <= wide) return [];
		return [...document.body.querySelectorAll("*")].filter((e) => {
			const box = e.getBoundingClientRect();
			return box.width > 0 && (box.right > wide + 1 || box.left < -1) && !e.closest(".unseen, .skip, svg, thead, details:not([open]) > :not(summary)");
		}).slice(0, 4).map((e) => e.tagName + "." + e.className + " " + e.textContent.trim().slice(0, 30)).concat(page.scrollWidth + " > " + wide);
	})()`)
	if len(out) > 0 {
		t.Errorf("%s the page is too wide: %s", when, strings.Join(out, "; "))
	}
}

// reachable goes to everything one can press, and fails where that does not
// show or is too small to hit.
func reachable(t *testing.T, ctx context.Context) {
	t.Helper()
	if err := chromedp.Do(ctx, chromedp.KeyEvent("\t")); err != nil {
		t.Fatal(err)
	}
	faults := evaluate[[]string](t, ctx, `(() => {
		const faults = [];
		for (const e of document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")) {
			if (e.offsetParent === null && getComputedStyle(e).position !== "fixed") continue;
			e.focus();
			if (document.activeElement !== e) continue;
			const name = e.tagName + "." + e.className + " " + (e.textContent || e.id).trim().slice(0, 30);
			const ring = getComputedStyle(e.closest(".choice, .poll-choice") ?? e);
			if (parseFloat(ring.outlineWidth) < 3 || ring.outlineStyle === "none") faults.push("no focus shown: " + name);
			const box = (e.closest(".choice, .poll-choice, .tick") ?? e).getBoundingClientRect();
			const inText = e.matches("a") && getComputedStyle(e).display === "inline" || e.matches(".name, .post-meta a, .post-by a, .notice a");
			if (!inText && box.height < 43.5) faults.push("only " + box.height + " px high: " + name);
		}
		document.activeElement?.blur();
		return faults;
	})()`)
	for _, fault := range faults {
		t.Error(fault)
	}
}

// clean fails for what axe-core finds with rules.
func clean(t *testing.T, ctx context.Context, rules string, width int64) {
	t.Helper()
	answer := evaluate[string](t, ctx, `axe.run(document, `+rules+`)
		.then((r) => JSON.stringify(r.violations.map((v) => ({id: v.id, help: v.help, nodes: v.nodes.slice(0, 3).map((n) => n.html + " " + n.failureSummary)}))))`)
	var found []struct {
		ID, Help string
		Nodes    []string
	}
	if err := json.Unmarshal([]byte(answer), &found); err != nil {
		t.Fatal(err)
	}
	for _, v := range found {
		t.Errorf("at %d px: %s (%s): %s", width, v.ID, v.Help, strings.Join(v.Nodes, "\n\t"))
	}
}

// screenshot keeps what the page looks like, if PALIER_SCREENSHOTS says where.
func screenshot(t *testing.T, ctx context.Context, name string) {
	t.Helper()
	folder := os.Getenv("PALIER_SCREENSHOTS")
	if folder == "" {
		return
	}
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, name+".png"), png, 0o644); err != nil {
		t.Fatal(err)
	}
}
