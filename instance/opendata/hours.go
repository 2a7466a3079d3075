package opendata

import (
	"fmt"
	"strings"

	"palier/instance"
)

// days are those of a week from Monday on, as maps write them.
var days = [7]string{"Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"}

// OpeningHours are hours as OpenStreetMap writes them
// (https://wiki.openstreetmap.org/wiki/Key:opening_hours): days that follow one
// another with the same hours stand together. It is empty where nothing is known.
func OpeningHours(h instance.Hours) string {
	var rules []string
	for i := 0; i < len(h); i++ {
		spans := spansOf(h[i])
		if spans == "" {
			continue
		}
		last := i
		for last+1 < len(h) && spansOf(h[last+1]) == spans {
			last++
		}
		day := days[i]
		if last > i {
			day += "-" + days[last]
		}
		rules, i = append(rules, day+" "+spans), last
	}
	return strings.Join(rules, "; ")
}

func spansOf(list []instance.Span) string {
	var spans []string
	for _, s := range list {
		spans = append(spans, fmt.Sprintf("%02d:%02d-%02d:%02d", s.From/60, s.From%60, s.To/60, s.To%60))
	}
	return strings.Join(spans, ",")
}
