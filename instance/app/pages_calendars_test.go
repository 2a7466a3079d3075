package app_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"palier/instance/apptest"
	"palier/instance/config"
	"palier/instance/store"
)

// agenda is a calendar with one event on a day.
func agenda(day time.Time) string {
	return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//M//M//FR\r\nX-WR-CALNAME:Mairie\r\nBEGIN:VEVENT\r\nUID:1@m\r\nDTSTAMP:20261101T000000Z\r\nSUMMARY:Conseil\\nATTENDEE:x\r\n" +
		"DTSTART;TZID=Europe/Paris:" + day.Format("20060102") + "T190000\r\nLOCATION:Mairie\r\nDESCRIPTION:<script>alert(1)</script>Ordre du jour\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
}

// A moderator brings a file in by the page; an address that leads into the
// house's own network is asked by nobody.
func TestP5_ACalendarIsBroughtInOnPages(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		v := newVillage(t, engine, func(c *config.Config) { c.PeersAllow = nil })
		day := time.Now().AddDate(0, 0, 8)
		from := func(days int) string { return "/@centre/events?from=" + day.AddDate(0, 0, days).Format(time.DateOnly) }
		if err := v.Places.SetModerator(t.Context(), v.centre.ID, v.cem.ID, true); err != nil {
			t.Fatal(err)
		}
		cem, visitor := v.SignedIn(v.cem), v.Browser()
		if page := v.SignedIn(v.amina).Open("/@centre/calendars"); page.Status != http.StatusNotFound {
			t.Errorf("a neighbour is shown them: %d", page.Status)
		}
		form := cem.Open("/@centre/calendars")
		page := cem.Press(form, ".submit button", nil)
		if page.Status != http.StatusUnprocessableEntity || !page.Has("#url[aria-invalid]") {
			t.Errorf("without anything: %d", page.Status)
		}
		page = cem.Press(form, ".submit button", nil, apptest.File{Field: "calendar", Name: "a.ics", Content: []byte(strings.Repeat("x", 1<<20+10))})
		if page.Status != http.StatusUnprocessableEntity || !page.Has("#calendar[aria-invalid]") {
			t.Errorf("a heavy one: %d", page.Status)
		}
		page = cem.Press(form, ".submit button", apptest.Fields{"audience": {"public"}}, apptest.File{Field: "calendar", Name: "a.ics", Content: []byte(agenda(day))})
		if page.Status != http.StatusOK || !page.Has(".flash") {
			t.Fatalf("after adding: %d %s", page.Status, page.Path)
		}
		apptest.Settle(t, v.Server)
		events := visitor.Open(from(-6))
		if got := events.Words("main h3"); !strings.Contains(got, "Conseil") {
			t.Errorf("a visitor reads %q", got)
		}
		if visitor.Open("/@port/events").Has("a[rel=next]") || visitor.Open(from(30)).Has("a[rel=next]") {
			t.Error("a calendar leads on although nothing follows")
		}
		if early := visitor.Open(from(-91)); !strings.Contains(visitor.Open(early.Find("a[rel=next]").AttrOr("href", "")).Words("main h3"), "Conseil") {
			t.Errorf("from three months before it leads to %q", early.Find("a[rel=next]").AttrOr("href", ""))
		}
		shown := visitor.Open(events.Find("main h3 a").AttrOr("href", ""))
		if shown.Has("main script") || !strings.Contains(shown.Words("main"), "Ordre du jour") {
			t.Errorf("the event says %q", shown.Words("main"))
		}
		file := visitor.Open("/@centre/events.ics")
		if strings.Contains(file.Body, "\r\nATTENDEE") {
			t.Errorf("what was smuggled in goes on:\n%s", file.Body)
		}

		var asked atomic.Int32
		inside := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked.Add(1)
			w.Header().Set("Content-Type", "text/calendar")
			_, _ = w.Write([]byte(agenda(day)))
		}))
		t.Cleanup(inside.Close)
		page = cem.Press(cem.Open("/@centre/calendars"), ".submit button", apptest.Fields{"url": {inside.URL + "/a.ics"}})
		if page.Status != http.StatusOK {
			t.Fatalf("an address inside: %d", page.Status)
		}
		apptest.Settle(t, v.Server)
		if got := cem.Open("/@centre/calendars").List("section .note"); len(got) != 1 || asked.Load() != 0 {
			t.Errorf("an address inside was asked %d times, and %q", asked.Load(), got)
		}
	})
}
