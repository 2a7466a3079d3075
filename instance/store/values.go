package store

import (
	"database/sql/driver"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Millis returns t as Unix milliseconds, 0 for the zero time.
func Millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// Time returns the time, in UTC, of Unix milliseconds, the zero time for 0.
func Time(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// MillisOrNull is [Millis] with NULL, a nil pointer, for the zero time.
func MillisOrNull(t time.Time) *int64 {
	if t.IsZero() {
		return nil
	}
	ms := t.UnixMilli()
	return &ms
}

// TimeOrNever is [Time] with the zero time for NULL, a nil pointer.
func TimeOrNever(ms *int64) time.Time {
	if ms == nil {
		return time.Time{}
	}
	return Time(*ms)
}

// Placeholders returns n placeholders from the from-th on, as in "$3, $4, $5".
// For n = 0 it returns "NULL", so that "IN (NULL)" is true of nothing.
func Placeholders(from, n int) string {
	if n <= 0 {
		return "NULL"
	}
	var b strings.Builder
	b.Grow(n * 6)
	for i := from; i < from+n; i++ {
		if i > from {
			b.WriteString(", ")
		}
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(i))
	}
	return b.String()
}

// bind turns args into what both engines take alike: nil, int64, float64,
// bool, []byte or string. It returns a slice of its own.
func bind(args []any) ([]any, error) {
	bound := make([]any, len(args))
	for i, arg := range args {
		v, err := bindOne(arg)
		if err != nil {
			return nil, fmt.Errorf("argument $%d: %w", i+1, err)
		}
		bound[i] = v
	}
	return bound, nil
}

func bindOne(arg any) (any, error) {
	switch a := arg.(type) {
	case nil, int64, bool, float64, []byte:
		return arg, nil
	case int:
		return int64(a), nil
	case string:
		return arg, checkText(a)
	}
	v, err := driver.DefaultParameterConverter.ConvertValue(arg)
	if err != nil {
		return nil, err
	}
	switch v := v.(type) {
	case time.Time:
		return nil, fmt.Errorf("a time.Time: bind its Millis")
	case string:
		return v, checkText(v)
	}
	return v, nil
}

// checkText refuses what PostgreSQL cannot keep as TEXT and SQLite would.
func checkText(s string) error {
	if strings.IndexByte(s, 0) >= 0 || !utf8.ValidString(s) {
		return ErrText
	}
	return nil
}
