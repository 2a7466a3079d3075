package pages

import (
	"regexp"
	"strings"
	"testing"
)

// asked are the fields of forms.
var asked = regexp.MustCompile(`(?:name|id)="([a-z-]+)`)

// H3, H4, H12: no form of a programme has a field for where somebody is from,
// what they believe, money, or marks.
func TestH3_NoPageOfAProgrammeAsksWhereSomebodyIsFrom(t *testing.T) {
	t.Parallel()
	never := regexp.MustCompile(`nation|citizen|ethnic|origin|race|relig|faith|country-of|birth|passport|price|rent\b|deposit|euro|money|star|rating|score|comfort`)
	n := 0
	for name, source := range sources(t) {
		if !strings.HasPrefix(name, "programme") && !strings.HasPrefix(name, "home_") && !strings.HasPrefix(name, "host") && name != "part/programme.tmpl" {
			continue
		}
		n++
		for _, field := range asked.FindAllStringSubmatch(source, -1) {
			if never.MatchString(field[1]) {
				t.Errorf("%s asks for %s", name, field[1])
			}
		}
	}
	if n < 10 {
		t.Errorf("only %d pages were looked at", n)
	}
}
