package main

import (
	"errors"
	"testing"
	"time"
)

func TestSinceWhen(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 28, 15, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		said string
		want time.Time
		err  error
	}{
		{"", time.Time{}, nil},
		{"48h", now.Add(-48 * time.Hour), nil},
		{"2026-11-23", time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC), nil},
		{"2026-11-23 08:30:00", time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC), nil},
		{"2026-11-23T08:30:00Z", time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC), nil},
		{"-2h", time.Time{}, errSince},
		{"yesterday", time.Time{}, errSince},
	} {
		got, err := parseSince(tt.said, now)
		if !got.Equal(tt.want) || !errors.Is(err, tt.err) {
			t.Errorf("%q: %s, %v", tt.said, got, err)
		}
	}
}
