package writing

import (
	"strconv"
	"strings"
	"time"

	"palier/instance"
)

// Occasion says in one line when and where an event is, in the language of its
// words: French and English are known, others read numbers. Times are those of
// the event's own zone.
func Occasion(e *instance.Event, language string) string {
	t := tongueOf(language)
	parts := []string{t.span(e.Local())}
	if e.Repeats != "" && t.again != "" {
		parts[0] += " (" + t.again + ")"
	}
	for _, s := range []string{e.Venue.Name, e.Venue.Street, e.Venue.Locality} {
		if s != "" && !strings.EqualFold(s, parts[len(parts)-1]) {
			parts = append(parts, s)
		}
	}
	if e.Online != "" && e.Venue.Name == "" {
		parts = append(parts, e.Online)
	}
	line := strings.Join(parts, ", ")
	switch e.Status {
	case instance.EventCancelled:
		return t.cancelled + line
	case instance.EventPostponed:
		return t.postponed + line
	case instance.EventTentative:
		return t.tentative + line
	default:
		return line
	}
}

// tongue is how a language says when something is.
type tongue struct {
	days, months []string
	clock        func(time.Time) string
	day          func(t tongue, at time.Time) string
	again        string

	cancelled, postponed, tentative string
}

func tongueOf(language string) tongue {
	switch instance.LanguageCode(language) {
	case "fr":
		return tongue{
			days:   strings.Fields("dimanche lundi mardi mercredi jeudi vendredi samedi"),
			months: strings.Fields("janvier février mars avril mai juin juillet août septembre octobre novembre décembre"),
			clock: func(at time.Time) string {
				if at.Minute() == 0 {
					return strconv.Itoa(at.Hour()) + " h"
				}
				return at.Format("15 h 04")
			},
			day: func(t tongue, at time.Time) string {
				day := strconv.Itoa(at.Day())
				if at.Day() == 1 {
					day = "1er"
				}
				return t.days[at.Weekday()] + " " + day + " " + t.months[at.Month()-1] + " " + strconv.Itoa(at.Year())
			},
			again: "puis régulièrement", cancelled: "Annulé : ", postponed: "Reporté : ", tentative: "À confirmer : ",
		}
	case "en":
		return tongue{
			clock: func(at time.Time) string { return at.Format("15:04") },
			day:   func(_ tongue, at time.Time) string { return at.Format("Monday 2 January 2006") },
			again: "and regularly after that", cancelled: "Cancelled: ", postponed: "Postponed: ", tentative: "To be confirmed: ",
		}
	default:
		return tongue{
			clock: func(at time.Time) string { return at.Format("15:04") },
			day:   func(_ tongue, at time.Time) string { return at.Format("2006-01-02") },
		}
	}
}

// span is from when to when.
func (t tongue) span(from, to time.Time) string {
	line := t.day(t, from) + ", " + t.clock(from)
	switch {
	case to.IsZero():
		return upperFirst(line)
	case from.YearDay() == to.YearDay() && from.Year() == to.Year():
		return upperFirst(line + "–" + t.clock(to))
	default:
		return upperFirst(line + " – " + t.day(t, to) + ", " + t.clock(to))
	}
}

func upperFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
