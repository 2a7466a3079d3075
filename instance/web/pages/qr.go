package pages

import (
	"html/template"
	"strconv"
	"strings"

	"github.com/boombuler/barcode/qr"
)

// qrCode draws an address for a phone's camera; with a label for those who do
// not see it. What does not fit into one is drawn as nothing.
func qrCode(text, label string) template.HTML {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return ""
	}
	const quiet = 4 // modules of white that readers need around it
	size := code.Bounds().Dx()
	var path strings.Builder
	for y := range size {
		for x := range size {
			if r, _, _, _ := code.At(x, y).RGBA(); r == 0 {
				path.WriteString("M" + strconv.Itoa(x+quiet) + " " + strconv.Itoa(y+quiet) + "h1v1h-1z")
			}
		}
	}
	full := strconv.Itoa(size + 2*quiet)
	return template.HTML(`<svg class="qr" viewBox="0 0 ` + full + ` ` + full + `" role="img" aria-label="` + template.HTMLEscapeString(label) + `" shape-rendering="crispEdges">` +
		`<rect width="` + full + `" height="` + full + `" fill="#fff"/><path fill="#000" d="` + path.String() + `"/></svg>`)
}
