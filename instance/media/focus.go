package media

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Focus is the point of a picture that is to stay in view when it is cropped:
// both from -1, left or bottom, to 1, right or top, as Mastodon has it. The
// zero value is the middle.
type Focus struct{ X, Y float64 }

// ErrFocus means that a focus is not two numbers from -1 to 1.
var ErrFocus = errors.New("focus is not two numbers from -1 to 1")

// ParseFocus reads "x,y". An empty text is the middle.
func ParseFocus(s string) (Focus, error) {
	if s == "" {
		return Focus{}, nil
	}
	left, right, ok := strings.Cut(s, ",")
	x, errX := strconv.ParseFloat(strings.TrimSpace(left), 64)
	y, errY := strconv.ParseFloat(strings.TrimSpace(right), 64)
	// Written so that what is not a number fails too.
	within := x >= -1 && x <= 1 && y >= -1 && y <= 1
	if !ok || errX != nil || errY != nil || !within {
		return Focus{}, fmt.Errorf("parse focus %.40q: %w", s, ErrFocus)
	}
	return Focus{X: x, Y: y}, nil
}

// Position returns the focus as CSS object-position: two percentages, from
// the left and from the top.
func (f Focus) Position() string {
	percent := func(v float64) string { return strconv.FormatFloat((v+1)*50, 'f', -1, 64) + "%" }
	return percent(f.X) + " " + percent(-f.Y)
}
