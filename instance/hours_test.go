package instance_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"palier/instance"
)

func TestHoursAsPeopleTypeThem(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string][]instance.Span{
		"": nil, "9:00-12:30, 14:00-19:00": {{540, 750}, {840, 1140}}, "9h-12h30 ; 14h–19h": {{540, 750}, {840, 1140}}, "0-24": {{0, 1440}},
	} {
		got, err := instance.ParseSpans(typed)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%q: %v (-want +got):\n%s", typed, err, diff)
		}
	}
	for _, typed := range []string{"le matin", "12-9", "9-12, 11-14", "9:60-12", "9-25", "1-2,3-4,5-6,7-8,9-10"} {
		if got, err := instance.ParseSpans(typed); err == nil {
			t.Errorf("%q is %v", typed, got)
		}
	}
}

func TestOpenNow(t *testing.T) {
	t.Parallel()
	var h instance.Hours
	h[0] = []instance.Span{{540, 750}} // Monday
	monday := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	for at, want := range map[time.Time]bool{
		monday: true, monday.Add(-time.Minute): false, monday.Add(210 * time.Minute): false, monday.Add(209 * time.Minute): true, monday.Add(24 * time.Hour): false,
	} {
		if got := h.Open(at); got != want {
			t.Errorf("open at %s: %t", at, got)
		}
	}
}
