package as2

import (
	"math"
	"strconv"
	"strings"
)

// number returns the digits of a number, or of a string that may be one.
func (v value) number() (string, bool) {
	if v.is('0') {
		return string(v.raw()), true
	}
	s, ok := v.text()
	return strings.TrimSpace(s), ok
}

// Int returns a whole number, sent as a number or as a string, and false for
// anything else and for what does not fit.
func (o *Object) Int(name string) (int64, bool) {
	s, ok := o.get(name).sole().number()
	if !ok {
		return 0, false
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return n, true
	}
	f, ok := float(s)
	if !ok || f != math.Trunc(f) || math.Abs(f) > 1<<53 {
		return 0, false
	}
	return int64(f), true
}

// Float returns a finite number, sent as a number or as a string, and false for
// anything else: 1e999 is not a number here.
func (o *Object) Float(name string) (float64, bool) {
	s, ok := o.get(name).sole().number()
	if !ok {
		return 0, false
	}
	return float(s)
}

// float reads the decimal notation only: no hexadecimal digits, no words.
func float(s string) (float64, bool) {
	if s == "" || len(s) > 64 || strings.Trim(s, "+-.0123456789eE") != "" {
		return 0, false
	}
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil && !math.IsInf(f, 0) && !math.IsNaN(f)
}

// maxDecimal is the number of characters of a decimal.
const maxDecimal = 40

// Decimal returns an exact decimal such as "12.50", sent as a number or as a
// string, with its digits as they came. It returns false for anything else,
// for exponents and for more than 40 characters.
func (o *Object) Decimal(name string) (string, bool) {
	s, ok := o.get(name).sole().number()
	if !ok || !IsDecimal(s) {
		return "", false
	}
	return s, true
}

// IsDecimal tells whether s is an exact decimal: digits, at most one point
// between digits, at most one minus in front, 40 characters at most.
func IsDecimal(s string) bool {
	if len(s) > maxDecimal {
		return false
	}
	whole, part, pointed := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	return digits(whole) && (!pointed || digits(part))
}

func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// Bool returns a truth value, sent as such or as the string "true" or "false",
// and ok false for anything else.
func (o *Object) Bool(name string) (b, ok bool) {
	v := o.get(name).sole()
	switch {
	case v.is('t'):
		return true, true
	case v.is('f'):
		return false, true
	}
	switch s, _ := v.text(); s {
	case "true":
		return true, true
	case "false":
		return false, true
	default:
		return false, false
	}
}

// True tells whether a property says true in one of the forms of
// [Object.Bool].
func (o *Object) True(name string) bool {
	b, _ := o.Bool(name)
	return b
}
