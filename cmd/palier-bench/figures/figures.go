// Package figures is what was measured, and how it is told: as Markdown for
// people and as JSON for programs.
package figures

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
)

// Figure is one measured value.
type Figure struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit,omitempty"`
	Aim   *Aim    `json:"aim,omitempty"`
	Note  string  `json:"note,omitempty"` // what to read it against
}

// Aim is what a value should be: at least, or at most, so much.
type Aim struct {
	Least *float64 `json:"least,omitempty"`
	Most  *float64 `json:"most,omitempty"`
	Met   bool     `json:"met"`
}

// Count is a number of things.
func Count(name string, n int) Figure { return Figure{Name: name, Value: float64(n)} }

// Rate is a number of things in a second.
func Rate(name string, perSecond float64) Figure {
	return Figure{Name: name, Value: perSecond, Unit: "/s"}
}

// Seconds is a duration told in seconds.
func Seconds(name string, d time.Duration) Figure {
	return Figure{Name: name, Value: d.Seconds(), Unit: "s"}
}

// Millis is a duration told in milliseconds.
func Millis(name string, d time.Duration) Figure {
	return Figure{Name: name, Value: float64(d) / float64(time.Millisecond), Unit: "ms"}
}

// MiB is a number of bytes told in mebibytes.
func MiB(name string, bytes int64) Figure {
	return Figure{Name: name, Value: float64(bytes) / (1 << 20), Unit: "MiB"}
}

// Share is one value as a part of another, told in per cent.
func Share(name string, part, whole float64) Figure {
	f := Figure{Name: name, Unit: "%"}
	if whole > 0 {
		f.Value = 100 * part / whole
	}
	return f
}

// AtLeast returns f with the aim to be no less than least.
func (f Figure) AtLeast(least float64) Figure {
	f.Aim = &Aim{Least: &least, Met: f.Value >= least}
	return f
}

// AtMost returns f with the aim to be no more than most.
func (f Figure) AtMost(most float64) Figure {
	f.Aim = &Aim{Most: &most, Met: f.Value <= most}
	return f
}

// Against returns f with a note that tells what to read it against.
func (f Figure) Against(format string, args ...any) Figure {
	f.Note = fmt.Sprintf(format, args...)
	return f
}

// String returns the value with its unit, as short as it is still exact enough.
func (f Figure) String() string {
	text := number(f.Value, f.Unit)
	switch f.Unit {
	case "":
		return text
	case "/s":
		return text + "/s"
	}
	return text + " " + f.Unit
}

func (a *Aim) text(unit string) string {
	if a == nil {
		return ""
	}
	met := "missed"
	if a.Met {
		met = "met"
	}
	if a.Least != nil {
		return "≥ " + Figure{Value: *a.Least, Unit: unit}.String() + ", " + met
	}
	return "≤ " + Figure{Value: *a.Most, Unit: unit}.String() + ", " + met
}

// number writes three digits or more, with commas between thousands.
func number(v float64, unit string) string {
	decimals := 0
	switch size := math.Abs(v); {
	case unit == "", size >= 100, v == math.Trunc(v):
	case size >= 10:
		decimals = 1
	case size >= 0.1 || v == 0:
		decimals = 2
	default:
		decimals = 4
	}
	text := strconv.FormatFloat(v, 'f', decimals, 64)
	whole, fraction, _ := strings.Cut(text, ".")
	start := len(whole) % 3
	if start == 0 || whole[:start] == "-" {
		start += 3
	}
	var b strings.Builder
	b.WriteString(whole[:min(start, len(whole))])
	for i := start; i < len(whole); i += 3 {
		b.WriteString("," + whole[i:i+3])
	}
	if fraction != "" {
		b.WriteString("." + fraction)
	}
	return b.String()
}

// Row is what one measurement found.
type Row struct {
	Name    string   `json:"name"`
	Title   string   `json:"title"`
	Figures []Figure `json:"figures"`
	Skipped string   `json:"skipped,omitempty"` // why there are none
}

// Find returns the figure of that name, and false if there is none.
func (r Row) Find(name string) (Figure, bool) {
	for _, f := range r.Figures {
		if f.Name == name {
			return f, true
		}
	}
	return Figure{}, false
}

// Markdown writes rows as tables for people.
func Markdown(w io.Writer, rows []Row) error {
	var b strings.Builder
	for i, r := range rows {
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "### %s: %s\n\n", r.Name, r.Title)
		if r.Skipped != "" {
			fmt.Fprintf(&b, "Not measured: %s\n", r.Skipped)
			continue
		}
		b.WriteString("| figure | measured | aim | to be read against |\n|---|---:|---|---|\n")
		for _, f := range r.Figures {
			fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", cell(f.Name), f, f.Aim.text(f.Unit), cell(f.Note))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func cell(s string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ").Replace(s)
}

// JSON writes rows as one JSON list.
func JSON(w io.Writer, rows []Row) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(rows)
}
