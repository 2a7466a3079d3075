package markets

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode"

	ics "github.com/arran4/golang-ical"

	"palier/instance"
)

// Calendar writes market days as a calendar (RFC 5545) under a name. Each day
// stands for itself, so that no program has to know when clocks change here.
func (s *Service) Calendar(name string, days []instance.MarketDay) []byte {
	c := ics.NewCalendar()
	c.SetProductId("-//Palier//Palier//FR")
	c.SetMethod(ics.MethodPublish)
	c.SetXWRCalName(legible(name))
	c.SetXPublishedTTL("PT6H")
	for _, d := range days {
		v := c.AddEvent(uid(d) + "@" + s.Site.Host())
		v.SetDtStampTime(s.Now().UTC())
		v.SetStartAt(d.From.UTC())
		v.SetEndAt(d.To.UTC())
		v.SetSummary(legible(d.Organisation.Shown() + " – " + d.Market))
		v.SetLocation(legible(d.Market))
		if d.Goods != "" {
			v.SetDescription(legible(d.Goods))
		}
		v.SetURL(s.Site.Page(d.Organisation.Username))
	}
	return []byte(c.Serialize(ics.WithNewLineWindows))
}

// uid is how calendars know a market day. The number of a stall is for those who
// look after it.
func uid(d instance.MarketDay) string {
	sum := sha256.Sum256([]byte("stall " + d.ID.String() + " " + d.From.UTC().Format("20060102")))
	return hex.EncodeToString(sum[:12])
}

// legible is what somebody typed without what would end a line of a calendar.
func legible(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, text)
}
