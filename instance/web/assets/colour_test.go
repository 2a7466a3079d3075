package assets

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// palette holds the colours of one appearance by name.
type palette map[string]string

// palettes reads tokens.css. Old browsers see the plain values, others both
// sides of light-dark(), and who asks for contrast what overrides the light.
func palettes(t *testing.T) map[string]palette {
	t.Helper()
	b, err := files.ReadFile("tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	css := string(b)
	plain, rest, ok := strings.Cut(css, "@supports")
	if !ok {
		t.Fatal("tokens.css has no @supports")
	}
	both, contrast, ok := strings.Cut(rest, `[data-appearance="contrast"]`)
	if !ok {
		t.Fatal("tokens.css has no high contrast")
	}
	hex := regexp.MustCompile(`--([a-z-]+): (#[0-9A-F]{6})`)
	pair := regexp.MustCompile(`--([a-z-]+): light-dark\((#[0-9A-F]{6}), (#[0-9A-F]{6})\)`)
	all := map[string]palette{"old": {}, "light": {}, "dark": {}, "contrast": {}}
	for _, m := range hex.FindAllStringSubmatch(plain, -1) {
		all["old"][m[1]] = m[2]
	}
	for _, m := range pair.FindAllStringSubmatch(both, -1) {
		all["light"][m[1]], all["dark"][m[1]], all["contrast"][m[1]] = m[2], m[3], m[2]
	}
	for _, m := range hex.FindAllStringSubmatch(contrast, -1) {
		all["contrast"][m[1]] = m[2]
	}
	return all
}

func TestColoursContrast(t *testing.T) {
	t.Parallel()
	grounds := []string{"paper", "surface"}
	washes := []string{"sun-wash", "alert-wash", "ok-wash", "info-wash", "building-wash", "neighbourhood-wash", "around-wash", "public-wash"}
	pairs := []struct {
		text, on []string
		least    float64
	}{
		{[]string{"ink"}, append(grounds, washes...), 7}, // AAA for body text
		{[]string{"ink"}, []string{"sun"}, 4.5},
		{[]string{"muted", "primary", "primary-deep", "accent", "alert", "ok", "info", "building", "neighbourhood", "around", "public"}, grounds, 4.5},
		{[]string{"on-primary"}, []string{"primary", "primary-deep"}, 4.5},
		{[]string{"on-accent"}, []string{"accent"}, 4.5},
		{[]string{"muted", "primary"}, []string{"sun-wash", "neighbourhood-wash"}, 4.5},
		{[]string{"edge"}, grounds, 3}, // the border of a field
	}
	for name, colours := range palettes(t) {
		for _, p := range pairs {
			for _, text := range p.text {
				for _, on := range p.on {
					if got := ratio(t, colours, text, on); got < p.least {
						t.Errorf("%s: %s on %s is %.2f, want %.1f", name, text, on, got, p.least)
					}
				}
			}
		}
		for _, own := range []string{"alert", "ok", "info", "building", "neighbourhood", "around", "public"} {
			if got := ratio(t, colours, own, own+"-wash"); got < 4.5 {
				t.Errorf("%s: %s on its wash is %.2f, want 4.5", name, own, got)
			}
		}
	}
}

// Browsers without light-dark() see the same light as the others.
func TestOldBrowsersSeeTheLightColours(t *testing.T) {
	t.Parallel()
	all := palettes(t)
	for name, want := range all["light"] {
		if got := all["old"][name]; got != want {
			t.Errorf("--%s is %q without light-dark(), want %q", name, got, want)
		}
	}
}

// ratio is the contrast of WCAG 2 between two colours.
func ratio(t *testing.T, p palette, text, on string) float64 {
	t.Helper()
	a, b := luminance(t, p, text), luminance(t, p, on)
	return (max(a, b) + .05) / (min(a, b) + .05)
}

func luminance(t *testing.T, p palette, name string) float64 {
	t.Helper()
	hex, ok := p[name]
	if !ok {
		t.Fatalf("no colour --%s", name)
	}
	sum := 0.0
	for i, weight := range []float64{.2126, .7152, .0722} {
		n, err := strconv.ParseUint(hex[1+2*i:3+2*i], 16, 8)
		if err != nil {
			t.Fatal(fmt.Errorf("--%s: %w", name, err))
		}
		c := float64(n) / 255
		if c <= .04045 {
			sum += weight * c / 12.92
		} else {
			sum += weight * math.Pow((c+.055)/1.055, 2.4)
		}
	}
	return sum
}
