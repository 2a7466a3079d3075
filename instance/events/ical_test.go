package events_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	ics "github.com/arran4/golang-ical"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

// calendar writes one event as a calendar and reads it as others would.
func calendar(t *testing.T, v *apptest.Village, p *instance.Post) (text string, event *ics.VEvent) {
	t.Helper()
	b, err := v.Events.Calendar(t.Context(), "Rue", []*instance.Post{p})
	if err != nil {
		t.Fatal(err)
	}
	c, err := ics.ParseCalendar(bytes.NewReader(b))
	if err != nil {
		t.Fatalf("%v in\n%s", err, b)
	}
	if n := len(c.Events()); n != 1 {
		t.Fatalf("%d events in\n%s", n, b)
	}
	return string(b), c.Events()[0]
}

func value(e *ics.VEvent, name ics.ComponentProperty) string {
	if p := e.GetProperty(name); p != nil {
		return p.Value
	}
	return ""
}

func TestACalendarHoldsNothingThatWasSmuggledIn(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		rue := v.Place("rue", "neighbourhood")
		amina := v.Resident("amina", rue)
		d := evening(rue, 0)
		d.Title = "Apéro\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:x; a, b \\ c"
		d.Text = "Bonjour\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\n\r\nÀ demain"
		d.Event.Venue.Name = "La cour; BEGIN:VEVENT, 3"
		p, err := v.Events.Invite(t.Context(), v.Viewer(amina), d, false)
		if err != nil {
			t.Fatal(err)
		}
		text, e := calendar(t, v, p)
		for line := range strings.SplitSeq(text, "\r\n") {
			if strings.Contains(line, "\n") || strings.HasPrefix(line, "BEGIN:VALARM") || strings.HasPrefix(line, "ACTION") || len(line) > 75 {
				t.Errorf("line %q", line)
			}
		}
		if got := value(e, ics.ComponentPropertySummary); got != "Apéro END:VEVENT BEGIN:VEVENT SUMMARY:x; a, b \\ c" {
			t.Errorf("title %q", got)
		}
		if got := value(e, ics.ComponentPropertyLocation); got != "La cour; BEGIN:VEVENT, 3" {
			t.Errorf("place %q", got)
		}
		if got := value(e, ics.ComponentPropertyDescription); !strings.HasPrefix(got, "Bonjour") || !strings.HasSuffix(got, p.URL) {
			t.Errorf("words %q", got)
		}
	})
}

// What takes place every week keeps its hour when the clocks change, and says
// which of its dates are off.
func TestR24_ASeriesAcrossTheChangeOfClocks(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		rue := v.Place("rue", "neighbourhood")
		amina := v.Resident("amina", rue)
		paris, err := time.LoadLocation("Europe/Paris")
		if err != nil {
			t.Fatal(err)
		}
		d := evening(rue, 0)
		starts := time.Date(2027, 3, 16, 19, 0, 0, 0, paris)
		d.Event.Starts, d.Event.Ends, d.Event.Repeats = starts, starts.Add(2*time.Hour), "FREQ=WEEKLY;COUNT=4"
		p, err := v.Events.Invite(t.Context(), v.Viewer(amina), d, false)
		if err != nil {
			t.Fatal(err)
		}
		var clocks []string
		for _, at := range p.Event.Times(starts.AddDate(1, 0, 0), 100) {
			clocks = append(clocks, at.Format("02/01 15:04 -07"))
		}
		if got, want := strings.Join(clocks, ", "), "16/03 19:00 +01, 23/03 19:00 +01, 30/03 19:00 +02, 06/04 19:00 +02"; got != want {
			t.Errorf("times %s, want %s", got, want)
		}
		if err := v.Events.SetOff(t.Context(), amina.ID, p.ID, time.Date(2027, 3, 30, 19, 0, 0, 0, paris), true); err != nil {
			t.Fatal(err)
		}
		text, e := calendar(t, v, p)
		for _, line := range []string{
			"DTSTART;TZID=Europe/Paris:20270316T190000", "RRULE:FREQ=WEEKLY;COUNT=4", "EXDATE;TZID=Europe/Paris:20270330T190000", "BEGIN:VTIMEZONE",
			"DTSTART:20270328T020000", "TZOFFSETTO:+0200", "SEQUENCE:1",
		} {
			if !strings.Contains(text, "\r\n"+line+"\r\n") {
				t.Errorf("no %s in\n%s", line, text)
			}
		}
		uid := e.Id()
		if _, err := v.Events.Change(t.Context(), amina.ID, p.ID, instance.Draft{Title: "Apéro", Text: "Rien", Event: func() *instance.Event {
			e := *p.Event
			e.Status = instance.EventCancelled
			return &e
		}()}); err != nil {
			t.Fatal(err)
		}
		p, err = v.Posts.ByID(t.Context(), v.Viewer(amina), p.ID)
		if err != nil {
			t.Fatal(err)
		}
		text, e = calendar(t, v, p)
		if e.Id() != uid || !strings.Contains(text, "\r\nSTATUS:CANCELLED\r\n") || !strings.Contains(text, "\r\nSEQUENCE:2\r\n") {
			t.Errorf("after it was cancelled:\n%s", text)
		}
	})
}
