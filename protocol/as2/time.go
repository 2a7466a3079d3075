package as2

import (
	"strings"
	"time"
)

// The years a time may lie in.
const (
	firstYear = 1000
	lastYear  = 2999
)

// Time returns a point in time with its zone and its fractions of a second. It
// is zero when there is none, when it cannot be read, and when it lies outside
// the years 1000 to 2999. A time without zone is read as UTC.
func (o *Object) Time(name string) time.Time {
	s, ok := o.get(name).sole().text()
	if !ok {
		return time.Time{}
	}
	t, _ := ParseTime(s)
	return t
}

// ParseTime reads an xsd:dateTime the way [Object.Time] does, and returns false
// where that returns the zero time.
func ParseTime(s string) (time.Time, bool) {
	s = strings.TrimSpace(s)
	if len(s) < len("2006-01-02T15:04") || len(s) > 64 {
		return time.Time{}, false
	}
	for _, layout := range [...]string{
		time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02T15:04Z07:00", "2006-01-02T15:04",
		"2006-01-02T15:04:05.999999999-0700", "2006-01-02 15:04:05.999999999Z07:00",
	} {
		t, err := time.ParseInLocation(layout, s, time.UTC)
		if err == nil {
			if t.Year() < firstYear || t.Year() > lastYear {
				return time.Time{}, false
			}
			return t, true
		}
	}
	return time.Time{}, false
}

// FormatTime writes t as the network does: RFC 3339, fractions of a second only
// if there are any, Z for UTC.
func FormatTime(t time.Time) string { return t.Format(time.RFC3339Nano) }
