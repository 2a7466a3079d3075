package instance_test

import (
	"errors"
	"testing"
	"time"

	"palier/instance"
)

func TestStallsKeepTheirHoursWhenClocksChange(t *testing.T) {
	t.Parallel()
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	first := time.Date(2026, 10, 17, 8, 0, 0, 0, paris)
	s := instance.Stall{Market: "Marché", Starts: first, Ends: first.Add(5 * time.Hour), Zone: "Europe/Paris", Repeats: "FREQ=WEEKLY"}
	days := s.Days(first.Add(time.Hour), first.AddDate(0, 0, 15))
	if len(days) != 3 {
		t.Fatalf("%d days", len(days))
	}
	for i, d := range days {
		if d.From.Format("15:04") != "08:00" || d.To.Format("15:04") != "13:00" || d.From.Day() != []int{17, 24, 31}[i] {
			t.Errorf("day %d: %s to %s", i, d.From, d.To)
		}
	}
	if over := s.Days(first.Add(5*time.Hour), first.AddDate(0, 0, 7)); len(over) != 0 {
		t.Errorf("what is over: %v", over)
	}
}

func TestStallsThatCannotBe(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		change func(*instance.Stall)
		field  string
	}{
		"no market":   {func(s *instance.Stall) { s.Market = " " }, "market"},
		"backwards":   {func(s *instance.Stall) { s.Ends = s.Starts }, "ends"},
		"a whole day": {func(s *instance.Stall) { s.Ends = s.Starts.Add(24 * time.Hour) }, "ends"},
		"over": {func(s *instance.Stall) {
			s.Starts, s.Ends, s.Repeats = now.Add(-48*time.Hour), now.Add(-44*time.Hour), ""
		}, "starts"},
		"in ten years": {func(s *instance.Stall) {
			s.Starts, s.Ends = now.AddDate(10, 0, 0), now.AddDate(10, 0, 0).Add(time.Hour)
		}, "starts"},
		"every other day": {func(s *instance.Stall) { s.Repeats = "FREQ=DAILY" }, "repeats"},
	} {
		s := instance.Stall{Market: "Marché", Starts: now, Ends: now.Add(4 * time.Hour), Zone: "Europe/Paris", Repeats: "FREQ=WEEKLY"}
		c.change(&s)
		invalid, ok := errors.AsType[*instance.Invalid](s.Check(now))
		if !ok || invalid.Field != c.field {
			t.Errorf("%s: %v, want %s", name, s.Check(now), c.field)
		}
	}
}
