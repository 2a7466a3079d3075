package calendars

import (
	"slices"
	"strconv"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"

	"palier/instance"
)

// weekdays are days as RFC 5545 calls them, from Sunday on, as [time.Weekday].
var weekdays = []string{"SU", "MO", "TU", "WE", "TH", "FR", "SA"}

// rule reads an RRULE for something that begins at starts as far as Palier knows
// how things come again: every so many weeks, on one or several days of the week,
// or every so many months on that day or that weekday. Nothing else is guessed
// at: it returns an [instance.Invalid].
func rule(text string, starts time.Time) (string, error) {
	if text == "" {
		return "", nil
	}
	bad := &instance.Invalid{Field: "calendar", Code: "repeats"}
	kept := []string{}
	parts := map[string]string{}
	for part := range strings.SplitSeq(strings.ToUpper(text), ";") {
		name, value, _ := strings.Cut(part, "=")
		if _, twice := parts[name]; twice {
			return "", bad
		}
		if parts[name] = value; name == "UNTIL" && len(value) == len("20060102T150405") {
			part += "Z"
		}
		if name != "WKST" && name != "BYDAY" && name != "BYMONTHDAY" {
			kept = append(kept, part)
		}
	}
	days := strings.FieldsFunc(parts["BYDAY"], func(r rune) bool { return r == ',' })
	switch parts["FREQ"] {
	case "WEEKLY":
		if parts["BYMONTHDAY"] != "" || slices.ContainsFunc(days, func(d string) bool { return !slices.Contains(weekdays, d) }) ||
			len(days) > 1 && parts["COUNT"] != "" || len(days) > maxDays {
			return "", bad
		}
	case "MONTHLY":
		if on := parts["BYMONTHDAY"]; on != "" && (on != strconv.Itoa(starts.Day()) || len(days) > 0) {
			return "", bad
		}
		if len(days) > 0 {
			nth := strconv.Itoa((starts.Day()-1)/7+1) + weekdays[starts.Weekday()]
			if len(days) > 1 || days[0] != nth {
				return "", bad
			}
			kept = append(kept, "BYDAY="+nth)
		}
	}
	text = strings.Join(kept, ";")
	if _, err := instance.ParseRepeats(text); err != nil {
		return "", bad
	}
	return text, nil
}

// days makes one of what takes place on several days of the week for each of
// them, since a series of ours has one. What does not is by itself.
func (r *reader) days(v *ics.VEvent, it Item) []Item {
	var on []string
	for part := range strings.SplitSeq(strings.ToUpper(value(v, ics.ComponentPropertyRrule)), ";") {
		if list, ok := strings.CutPrefix(part, "BYDAY="); ok && strings.Contains(it.Event.Repeats, "WEEKLY") {
			on = strings.Split(list, ",")
		}
	}
	first := it.Event.Starts.In(location(it.Event.Zone))
	if it.Trouble != "" || it.Event.Repeats == "" || len(on) == 0 || len(on) == 1 && on[0] == weekdays[first.Weekday()] {
		return []Item{it}
	}
	var all []Item
	for _, day := range on {
		one := it
		later := (slices.Index(weekdays, day) - int(first.Weekday()) + 7) % 7
		begins := first.AddDate(0, 0, later)
		one.UID += " " + day
		one.Event.Starts = begins.UTC()
		if !it.Event.Ends.IsZero() {
			one.Event.Ends = one.Event.Starts.Add(it.Event.Ends.Sub(it.Event.Starts))
		}
		all = append(all, one)
	}
	return all
}
