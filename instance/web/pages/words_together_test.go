package pages

import (
	"regexp"
	"strings"
	"testing"

	"palier/instance"
	"palier/instance/web/words"
)

// madeTogether are the families of keys about what neighbours do together that
// are put together while a page is laid out.
var madeTogether = regexp.MustCompile(`^(measure|assisted\.(deed|done|by-line|sheet)|closing\.former|care\.(what|how|role)|informants\.duty|weather|organisation\.need|help\.number|ride\.(mode|day|mine)|errand\.(mode|left|mine)|purchase\.(outcome|template|unit))`)

func TestEveryMadeMessageOfWhatIsDoneTogetherIsThere(t *testing.T) {
	t.Parallel()
	families := map[string][]string{
		"notice.purchase-%":   {"agreed", "missed", "cancelled", "extended", "pick-up"},
		"purchase.template.%": instance.PurchaseTemplates,
		"purchase.unit.%":     instance.PurchaseUnits,
		"notice.help-%":       {"ask", "yes", "call", "over", "coming"},
		"assisted.deed.%":     HelpedDeeds,
		"assisted.done.%":     {"end", "end-all", "access"},
		"care.what.%":         Circle{}.Whats(),
		"care.how.%":          Circle{}.Hows(),
		"care.role.%":         Circle{}.Roles(),
		"help.number.%":       instance.EmergencyKinds,
		"measure.%":           instance.PurchaseUnits,
		"purchase.outcome.%":  {"exact", "more", "less", "none"},
		"notice.space-%":      {"works", "meetings", "documents", "incidents"},
		"notice.question-%":   {"asked", "answered"},
		"notice.campaign-%":   {"check", "approved", "returned"},
		"weather.%":           {"orange", "red", "yellow"},
		"weather.what.%":      instance.Phenomena,
		"weather.do.%":        instance.Phenomena,
		"informants.duty.%":   Informants{}.Duties(),
		"notice.informant-%":  {"volunteer", "accepted", "declined", "ending", "ended", "asked", "answer", "official"},
		"notice.housing-%":    {"dropped", "moved", "taken"},
		"notice.ride-%":       {"asked", "agreed", "left", "cancelled"},
		"ride.mode.%":         instance.RideModes,
		"ride.mode.%-hint":    instance.RideModes,
		"ride.day.%":          {"1", "2", "3", "4", "5", "6", "7"},
		"notice.errand-%":     {"asked", "agreed", "cancelled"},
		"errand.mode.%":       instance.ErrandModes,
		"errand.mode.%-hint":  instance.ErrandModes,
		"errand.left.%":       instance.ErrandModes,
		"errand.mine.%":       {"asked", "agreed", "declined"},
		"ride.mine.%":         {"asked", "agreed", "declined"},
	}
	languages, err := words.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range languages.All() {
		for family, values := range families {
			for _, value := range values {
				if key := strings.ReplaceAll(family, "%", value); !l.Has(key) {
					t.Errorf("%s has no words for %s", l.Tag, key)
				}
			}
		}
	}
}
