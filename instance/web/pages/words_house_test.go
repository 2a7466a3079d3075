package pages

import (
	"regexp"
	"strings"
	"testing"

	"palier/instance"
	"palier/instance/web/words"
)

// madeOfHouses are the families of keys about houses and their screens that are
// put together while a page is laid out.
var madeOfHouses = regexp.MustCompile(`^(house|space\.(cut|new|what)|screen\.section)\.`)

func TestEveryMadeMessageOfHousesIsThere(t *testing.T) {
	t.Parallel()
	sorts := []string{"works", "meetings", "documents", "incidents"}
	families := map[string][]string{
		"house.kind.%":     houseKinds(),
		"house.space.%":    houseKinds(),
		"house.people.%":   houseKinds(),
		"house.verified.%": houseKinds(),
		"house.readers.%":  houseKinds(),
		"house.meeting.%":  houseKinds(),
		"house.ask.%":      houseKinds(),
		"house.write.%":    houseKinds()[1:],
		"house.home.%":     houseKinds()[1:],
		"house.leave.%":    houseKinds()[1:],
		"house.join.%":     houseKinds()[1:],
		"space.cut.%":      append([]string{"none"}, instance.Cuts[1:]...),
		"space.new.%":      append([]string{"polls"}, sorts...),
		"screen.section.%": instance.ScreenSections,
		"space.what.%":     {"works", "documents", "incidents"},
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
