package pages

import (
	"html/template"
	"strconv"
	"strings"
	"time"

	"palier/instance/web/view"
)

// quantity says how much something is, with its unit.
func (in *speaking) quantity(q view.Quantity) string {
	whole, rest := q.Thousandths/1000, q.Thousandths%1000
	text := in.Number(int(whole))
	if rest > 0 {
		text += in.Say("number.point") + strings.TrimRight(strconv.FormatInt(1000+rest, 10)[1:], "0")
		return in.Say("measure."+q.Unit, "Amount", text)
	}
	return in.Say("measure."+q.Unit, "Amount", text, "Count", int(whole))
}

// moment is t to the minute, as people have to know it who are to be there.
func (in *speaking) moment(now, t time.Time) template.HTML {
	if t.IsZero() {
		return ""
	}
	return template.HTML(`<time datetime="` + t.UTC().Format(time.RFC3339) + `">` + //nolint:gosec // escaped here
		template.HTMLEscapeString(in.Exact(t.In(now.Location()))) + `</time>`)
}
