package sheets

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// MaxShown is how many of the rows that were refused a report shows; all of them
// are written to its second place.
const MaxShown = 100

// Report is what became of the rows of a file.
type Report struct {
	File    string
	Good    int // rows that were taken
	Skipped int // rows that are meant for somebody else, such as a closed shop
	Bad     int // rows that could not be taken
	Shown   []Fault
	Notes   []string

	reasons map[string]int
	all     *csv.Writer
}

// Fault is why one row was refused.
type Fault struct {
	Line   int // of the file, from 1; of outlines the number of the outline
	Reason string
}

// NewReport returns a report on a file. Every row that is refused is written to
// all as a table, file;line;reason; nil is nowhere.
func NewReport(file string, all io.Writer) *Report {
	r := &Report{File: file, reasons: map[string]int{}}
	if all != nil {
		r.all = csv.NewWriter(all)
		r.all.Comma = ';'
	}
	return r
}

// Refuse names a row that cannot be taken, and why. Nothing of the row itself is
// kept.
func (r *Report) Refuse(line int, reason string) {
	r.Bad++
	r.reasons[reason]++
	if len(r.Shown) < MaxShown {
		r.Shown = append(r.Shown, Fault{Line: line, Reason: reason})
	}
	if r.all != nil {
		_ = r.all.Write([]string{r.File, strconv.Itoa(line), reason}) // told by Close
	}
}

// Note keeps a sentence about the file.
func (r *Report) Note(format string, args ...any) {
	if note := fmt.Sprintf(format, args...); !slices.Contains(r.Notes, note) {
		r.Notes = append(r.Notes, note)
	}
}

// Close writes out what is left, and returns what went wrong with that.
func (r *Report) Close() error {
	if r.all == nil {
		return nil
	}
	r.all.Flush()
	if err := r.all.Error(); err != nil {
		return fmt.Errorf("write report on %s: %w", r.File, err)
	}
	return nil
}

// Reasons are why rows were refused, the most frequent first, with how many.
func (r *Report) Reasons() []Reason {
	list := make([]Reason, 0, len(r.reasons))
	for text, n := range r.reasons {
		list = append(list, Reason{text, n})
	}
	slices.SortFunc(list, func(a, b Reason) int {
		if a.Count != b.Count {
			return b.Count - a.Count
		}
		return strings.Compare(a.Text, b.Text)
	})
	return list
}

// Reason is why some rows were refused.
type Reason struct {
	Text  string
	Count int
}

// String is the report in words, over several lines.
func (r *Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d rows taken, %d left out, %d refused\n", r.File, r.Good, r.Skipped, r.Bad)
	for _, note := range r.Notes {
		fmt.Fprintf(&b, "  note: %s\n", note)
	}
	for _, reason := range r.Reasons() {
		fmt.Fprintf(&b, "  %6d × %s\n", reason.Count, reason.Text)
	}
	for _, f := range r.Shown {
		fmt.Fprintf(&b, "  line %d: %s\n", f.Line, f.Reason)
	}
	if more := r.Bad - len(r.Shown); more > 0 {
		fmt.Fprintf(&b, "  and %d more\n", more)
	}
	return b.String()
}
