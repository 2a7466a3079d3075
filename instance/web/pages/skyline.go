package pages

import (
	"html/template"
	"strconv"
	"strings"
)

// keepSkylines is how many drawings of places are kept, at about 6 kB each.
const keepSkylines = 256

// skyline draws a row of houses that is the same for a name every time, so
// that a place is known by its roofs. It is 600 by 90 and stands on its base.
func (s *Set) skyline(name string) template.HTML {
	if drawn, ok := s.skylines.Get(name); ok {
		return drawn
	}
	drawn := drawSkyline(name)
	s.skylines.Add(name, drawn)
	return drawn
}

func drawSkyline(name string) template.HTML {
	r := roll(hash(name))
	var b strings.Builder
	b.WriteString(`<svg class="skyline" viewBox="0 0 600 90" preserveAspectRatio="xMidYMax slice" aria-hidden="true" focusable="false">`)
	b.WriteString(`<path class="hill" d="M0 90V` + itoa(52+r.upTo(10)) + `C120 ` + itoa(30+r.upTo(16)) + ` 220 ` + itoa(62+r.upTo(10)) + ` 340 48S540 ` + itoa(30+r.upTo(14)) + ` 600 46V90z"/>`)
	tower := 120 + r.upTo(320)
	for x := -6; x < 600; {
		w := 26 + r.upTo(22)
		if x <= tower && tower < x+w {
			steeple(&b, x)
			x += 30
			continue
		}
		house(&b, &r, x, w)
		x += w - 1
		if r.upTo(5) == 0 {
			tree(&b, x+9, 12+r.upTo(6))
			x += 18
		}
	}
	b.WriteString(`</svg>`)
	return template.HTML(b.String())
}

func house(b *strings.Builder, r *roll, x, w int) {
	h := 26 + r.upTo(22)
	top := 90 - h
	wall := string(rune('a' + r.upTo(4)))
	roof := 10 + r.upTo(10)
	b.WriteString(`<path class="wall-` + wall + `" d="M` + itoa(x) + ` 90V` + itoa(top) + `h` + itoa(w) + `V90z"/>`)
	switch r.upTo(3) {
	case 0: // gable to the street
		b.WriteString(`<path class="wall-` + wall + `" d="M` + itoa(x) + ` ` + itoa(top) + `l` + itoa(w/2) + `-` + itoa(roof) + ` ` + itoa(w-w/2) + ` ` + itoa(roof) + `z"/>`)
		b.WriteString(`<path class="eave" d="M` + itoa(x-2) + ` ` + itoa(top+1) + `l` + itoa(w/2+2) + `-` + itoa(roof+2) + ` ` + itoa(w-w/2+2) + ` ` + itoa(roof+2) + `"/>`)
	default: // roof along the street, with a chimney
		b.WriteString(`<path class="roof" d="M` + itoa(x+w-9) + ` ` + itoa(top-roof-3) + `h5v12h-5z"/>`)
		b.WriteString(`<path class="roof" d="M` + itoa(x-1) + ` ` + itoa(top) + `l5-` + itoa(roof) + `h` + itoa(w-8) + `l5 ` + itoa(roof) + `z"/>`)
	}
	for y := top + 7; y+9 < 88; y += 14 {
		for wx := x + 6; wx+6 <= x+w-4; wx += 11 {
			pane := "dark"
			if r.upTo(3) == 0 {
				pane = "lit"
			}
			b.WriteString(`<path class="` + pane + `" d="M` + itoa(wx) + ` ` + itoa(y) + `h5v8h-5z"/>`)
		}
	}
}

func steeple(b *strings.Builder, x int) {
	b.WriteString(`<path class="wall-d" d="M` + itoa(x+4) + ` 90V38h20V90z"/><path class="roof" d="M` + itoa(x+2) + ` 38 ` + itoa(x+14) + ` 4l12 34z"/>`)
	b.WriteString(`<path class="lit" d="M` + itoa(x+11) + ` 56v-6a3 3 0 0 1 6 0v6z"/>`)
}

func tree(b *strings.Builder, x, r int) {
	b.WriteString(`<path class="roof" d="M` + itoa(x-1) + ` 90V` + itoa(90-r) + `h2V90z"/><circle class="leaf" cx="` + itoa(x) + `" cy="` + itoa(88-r-r/3) + `" r="` + itoa(r*2/3) + `"/>`)
}

func itoa(n int) string { return strconv.Itoa(n) }

// roll is a small generator that gives the same numbers for the same seed.
type roll uint32

func (r *roll) upTo(n int) int {
	*r = *r*1664525 + 1013904223
	return int(uint32(*r)>>16) % n
}
