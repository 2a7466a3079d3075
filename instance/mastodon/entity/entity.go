// Package entity holds what the client API answers with, field by field as
// Mastodon 4.2 names them (docs.joinmastodon.org/entities). Lists are never
// null, texts never missing, and a field that may be null says so with a
// pointer: programs on phones refuse an answer for less.
package entity

import (
	"strconv"
	"time"
)

// ID is an id as programs see it: a decimal number in a string.
type ID int64

// MarshalJSON writes the number as a string.
func (id ID) MarshalJSON() ([]byte, error) {
	b := make([]byte, 0, 22)
	b = append(b, '"')
	b = strconv.AppendInt(b, int64(id), 10)
	return append(b, '"'), nil
}

// Time is a moment in UTC with exactly three decimals, which is the only form
// that every program reads.
type Time time.Time

// MarshalJSON writes the moment; the zero Time is null.
func (t Time) MarshalJSON() ([]byte, error) {
	if time.Time(t).IsZero() {
		return []byte("null"), nil
	}
	return time.Time(t).UTC().AppendFormat(nil, `"2006-01-02T15:04:05.000Z"`), nil
}

// Day is the date of a moment in UTC; the zero Day is null.
type Day time.Time

// MarshalJSON writes the date.
func (d Day) MarshalJSON() ([]byte, error) {
	if time.Time(d).IsZero() {
		return []byte("null"), nil
	}
	return time.Time(d).UTC().AppendFormat(nil, `"2006-01-02"`), nil
}

// List is a list that is [] when there is nothing in it.
type List[T any] []T

// Error is an answer that is none.
type Error struct {
	Error       string `json:"error"`
	Description string `json:"error_description,omitempty"`
}
