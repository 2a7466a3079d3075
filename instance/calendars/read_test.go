package calendars_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/calendars"
)

var now = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

func reading() calendars.Reading {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		panic(err)
	}
	return calendars.Reading{Now: now, Zone: paris, Venue: "Salle des fêtes", Host: "dinan.example"}
}

// calendar wraps events in a calendar, and lines in an event.
func calendar(events ...string) []byte {
	return []byte("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//T//T//FR\r\nX-WR-CALNAME:Mairie\r\n" + strings.Join(events, "") + "END:VCALENDAR\r\n")
}

func event(uid string, lines ...string) string {
	return "BEGIN:VEVENT\r\nUID:" + uid + "\r\nDTSTAMP:20261101T000000Z\r\n" + strings.Join(lines, "\r\n") + "\r\nEND:VEVENT\r\n"
}

func TestACalendarIsReadAsItIsMeant(t *testing.T) {
	t.Parallel()
	r, err := calendars.Parse(calendar(
		event("a@m", "SUMMARY:Conseil\\, public", "DTSTART;TZID=Europe/Paris:20261201T190000", "DTEND;TZID=Europe/Paris:20261201T210000", "LOCATION:Mairie", "DESCRIPTION:Ordre du jour\\nBudget @amina", "URL:https://mairie.example/c"),
		event("b@m", "SUMMARY:Fête", "DTSTART;VALUE=DATE:20261206"),
		event("c@m", "SUMMARY:Hier", "DTSTART:20261101T100000Z"),
		event("d@m", "SUMMARY:Marché", "DTSTART;TZID=Romance Standard Time:20260106T080000", "DURATION:PT5H", "RRULE:FREQ=WEEKLY;BYDAY=TU,SA;WKST=MO"),
		event("e@m", "SUMMARY:Chorale", "DTSTART;TZID=/x.org/1/Europe/Paris:20261007T200000", "RRULE:FREQ=MONTHLY;BYDAY=1WE", "EXDATE;TZID=Europe/Paris:20261202T200000"),
		event("e@m", "SUMMARY:Chorale ailleurs", "DTSTART;TZID=Europe/Paris:20270107T200000", "RECURRENCE-ID;TZID=Europe/Paris:20270106T200000"),
		event("f@m", "SUMMARY:Non", "DTSTART:20261202T100000Z", "STATUS:CANCELLED"),
		event("42@dinan.example", "SUMMARY:Le nôtre", "DTSTART:20261202T100000Z"),
	), reading())
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]calendars.Item{}
	for _, it := range r.Items {
		found[it.UID] = it
	}
	for uid, want := range map[string]string{
		"a@m": "Conseil, public|2026-12-01 18:00|2026-12-01 20:00|Europe/Paris||Mairie|confirmed|0",
		"b@m": "Fête|2026-12-05 23:00|2026-12-06 23:00|Europe/Paris||Salle des fêtes|confirmed|0",
		// Twice a week is two series.
		"d@m TU":               "Marché|2026-01-06 07:00|2026-01-06 12:00|Europe/Paris|FREQ=WEEKLY|Salle des fêtes|confirmed|0",
		"d@m SA":               "Marché|2026-01-10 07:00|2026-01-10 12:00|Europe/Paris|FREQ=WEEKLY|Salle des fêtes|confirmed|0",
		"e@m":                  "Chorale|2026-10-07 18:00|0001-01-01 00:00|Europe/Paris|FREQ=MONTHLY;BYDAY=1WE|Salle des fêtes|confirmed|2",
		"e@m 20270106T190000Z": "Chorale ailleurs|2027-01-07 19:00|0001-01-01 00:00|Europe/Paris||Salle des fêtes|confirmed|0",
		"f@m":                  "Non|2026-12-02 10:00|0001-01-01 00:00|Europe/Paris||Salle des fêtes|cancelled|0",
	} {
		it, ok := found[uid]
		if !ok || it.Trouble != "" {
			t.Errorf("%s: %t %s", uid, ok, it.Trouble)
			continue
		}
		e := it.Event
		const layout = "2006-01-02 15:04"
		got := fmt.Sprintf("%s|%s|%s|%s|%s|%s|%s|%d", it.Title, e.Starts.UTC().Format(layout), e.Ends.UTC().Format(layout), e.Zone, e.Repeats, e.Venue.Name, e.Status, len(it.Off))
		if got != want {
			t.Errorf("%s is %s\nwant %s", uid, got, want)
		}
		delete(found, uid)
	}
	if len(found) != 0 || r.Name != "Mairie" {
		t.Errorf("besides: %v in %q", found, r.Name)
	}
	text := r.Items[len(r.Items)-1].Text
	for _, it := range r.Items {
		if it.UID == "a@m" {
			text = it.Text
		}
	}
	if text != "Ordre du jour\nBudget @\u2060amina\n\nhttps://mairie.example/c" {
		t.Errorf("text: %q", text)
	}
}

// What one event cannot be, the others still are.
func TestOneThatCannotBeTakenSaysWhy(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ line, want string }{
		"every second":        {"DTSTART:20261201T190000Z\r\nRRULE:FREQ=SECONDLY;COUNT=999999999", "repeats"},
		"every day":           {"DTSTART:20261201T190000Z\r\nRRULE:FREQ=DAILY", "repeats"},
		"too often":           {"DTSTART:20261201T190000Z\r\nRRULE:FREQ=WEEKLY;COUNT=100000", "repeats"},
		"by seconds":          {"DTSTART:20261201T190000Z\r\nRRULE:FREQ=WEEKLY;BYSECOND=0,1,2,3", "repeats"},
		"another weekday":     {"DTSTART:20261201T190000Z\r\nRRULE:FREQ=MONTHLY;BYDAY=-1FR", "repeats"},
		"a rule said twice":   {"DTSTART:20261201T190000Z\r\nRRULE:FREQ=WEEKLY;FREQ=SECONDLY", "repeats"},
		"other dates":         {"DTSTART:20261201T190000Z\r\nRDATE:20261202T190000Z", "repeats"},
		"a hundred dates off": {"DTSTART:20261201T190000Z\r\nRRULE:FREQ=WEEKLY\r\nEXDATE:" + strings.Repeat("20261208T190000Z,", 101) + "20261208T190000Z", "repeats"},
		"no such zone":        {"DTSTART;TZID=Mars/Olympus:20261201T190000", "zone"},
		"a zone of the disk":  {"DTSTART;TZID=../../etc/passwd:20261201T190000", "zone"},
		"no beginning":        {"SUMMARY:x", "times"},
		"no time":             {"DTSTART:gestern", "times"},
		"lasts for years":     {"DTSTART:20261201T190000Z\r\nDTEND:20311201T190000Z", "times"},
		"lasts for ever":      {"DTSTART:20261201T190000Z\r\nDURATION:PT999999999999999H", "times"},
	} {
		r, err := calendars.Parse(calendar(event("bad@m", tt.line), event("good@m", "SUMMARY:Bon", "DTSTART:20261202T100000Z")), reading())
		if err != nil || len(r.Items) != 2 {
			t.Errorf("%s: %d items, %v", name, len(r.Items), err)
			continue
		}
		for _, it := range r.Items {
			if want := map[string]string{"bad@m": tt.want, "good@m": ""}[it.UID]; it.Trouble != want {
				t.Errorf("%s: %s is refused for %q, want %q", name, it.UID, it.Trouble, want)
			}
		}
	}
}

func TestWhatIsNoCalendarIsRefused(t *testing.T) {
	t.Parallel()
	many := make([]string, calendars.MaxItems+1)
	for i := range many {
		many[i] = event(fmt.Sprint(i, "@m"), "SUMMARY:x", "DTSTART:20261202T100000Z")
	}
	for name, tt := range map[string]struct {
		body []byte
		want string
	}{
		"a page":          {[]byte("<!doctype html><html>"), "no-calendar"},
		"nothing":         {nil, "no-calendar"},
		"ten megabytes":   {append(calendar(), make([]byte, 10<<20)...), "too-large"},
		"no end":          {[]byte("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VTODO\r\n"), "no-calendar"},
		"too many":        {calendar(many...), "too-many"},
		"a tower of them": {[]byte("BEGIN:VCALENDAR\r\n" + strings.Repeat("BEGIN:VEVENT\r\n", 60_000)), "too-many"},
	} {
		_, err := calendars.Parse(tt.body, reading())
		invalid, ok := errors.AsType[*instance.Invalid](err)
		if !ok || invalid.Code != tt.want {
			t.Errorf("%s: %v, want %s", name, err, tt.want)
		}
	}
	folded := calendar(event("a@m", "SUMMARY:x"+strings.Repeat("\r\n x", 150_000), "DTSTART:20261202T100000Z"))
	r, err := calendars.Parse(folded, reading())
	if err != nil || len(r.Items) != 1 || len([]rune(r.Items[0].Title)) > instance.MaxTitle {
		t.Errorf("a line folded ten thousand times: %d, %v", len(r.Items), err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(calendar(event("a@m", "SUMMARY:x", "DTSTART;TZID=Europe/Paris:20261201T190000", "RRULE:FREQ=WEEKLY;BYDAY=TU,SA", "EXDATE:20261208T190000Z")))
	f.Add(calendar(event("a@m", "DTSTART;VALUE=DATE:20261206", "DURATION:P1DT2H", "RECURRENCE-ID:20261206")))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := calendars.Parse(b, reading())
		if err != nil {
			return
		}
		for _, it := range r.Items {
			if it.Trouble != "" {
				continue
			}
			if err := it.Event.Check(time.Time{}); err != nil {
				t.Errorf("%q was taken, and cannot be: %v", it.UID, err)
			}
			if strings.ContainsAny(it.Title+it.UID+it.Event.Venue.Name, "\r\n\x00") {
				t.Errorf("a line goes on: %q", it.Title)
			}
		}
	})
}
