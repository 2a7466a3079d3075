package opendata

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"palier/instance/sheets"
)

// Row is a row of a table: a value for each of its fields, and its shape where the
// table has shapes. A value is a string, an int, a float64, a [time.Time], a list
// of strings, or nil for what is not known or not told.
type Row struct {
	Values []any
	Shape  orb.MultiPolygon
}

// between stands between the entries of a list in a cell.
const between = "|"

// errRow is a row that does not fit its table.
var errRow = errors.New("a row does not have the fields of its table")

// writer writes the rows of a table in one of the formats.
type writer interface {
	row(Row) error
	end() error
}

// newWriter returns a writer to w. about says under which licence the table is, and
// where its fields are told.
func newWriter(w io.Writer, set *Set, format Format, about About) (writer, error) {
	switch format {
	case CSV:
		c := csv.NewWriter(w)
		c.UseCRLF = true
		return &table{csv: c, set: set}, c.Write(set.Fields)
	case GeoJSON:
		return records(w, set, about, `{"type":"FeatureCollection","features":[`, true)
	default:
		return records(w, set, about, `{"records":[`, false)
	}
}

// About is what a file in JSON says of itself.
type About struct {
	Dataset string `json:"dataset"`
	Licence string `json:"licence"`
	Page    string `json:"documentation"`
}

type table struct {
	csv *csv.Writer
	set *Set
}

func (t *table) row(r Row) error {
	if len(r.Values) != len(t.set.Fields) {
		return fmt.Errorf("%s: %w", t.set.Name, errRow)
	}
	cells := make([]string, len(r.Values))
	for i, v := range r.Values {
		cells[i] = cell(v)
	}
	return t.csv.Write(cells)
}

func (t *table) end() error {
	t.csv.Flush()
	return t.csv.Error()
}

// cell is a value in a table. What somebody wrote is kept from being a formula;
// numbers and times are not: a longitude may begin with a minus.
func cell(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case int:
		return strconv.Itoa(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case time.Time:
		return v.Format(time.RFC3339)
	case []string:
		return sheets.Cell(strings.Join(v, between))
	default:
		return sheets.Cell(fmt.Sprint(v))
	}
}

type list struct {
	w        *bufio.Writer
	set      *Set
	features bool
	later    bool // a row was written
}

// records begins a list of records, or of features with shapes. What the file says
// of itself stands before them.
func records(w io.Writer, set *Set, about About, begin string, features bool) (writer, error) {
	told, err := json.Marshal(about)
	if err != nil {
		return nil, err
	}
	l := &list{w: bufio.NewWriter(w), set: set, features: features}
	_, err = l.w.WriteString(string(told[:len(told)-1]) + "," + begin[1:])
	return l, err
}

func (l *list) row(r Row) error {
	if len(r.Values) != len(l.set.Fields) {
		return fmt.Errorf("%s: %w", l.set.Name, errRow)
	}
	if l.features && len(r.Shape) == 0 {
		return nil // it is in the other formats
	}
	var b []byte
	if l.later {
		b = append(b, ',')
	}
	l.later = true
	b = append(b, '\n')
	if l.features {
		shape, err := json.Marshal(wound(r.Shape))
		if err != nil {
			return err
		}
		b = append(append(append(b, `{"type":"Feature","geometry":{"type":"MultiPolygon","coordinates":`...), shape...), `},"properties":`...)
	}
	b = append(b, '{')
	for i, v := range r.Values {
		if i > 0 {
			b = append(b, ',')
		}
		if v, ok := v.(time.Time); ok {
			b = append(strconv.AppendQuote(b, l.set.Fields[i]), `:"`+v.Format(time.RFC3339)+`"`...)
			continue
		}
		value, err := json.Marshal(v)
		if err != nil {
			return err
		}
		b = append(append(strconv.AppendQuote(b, l.set.Fields[i]), ':'), value...)
	}
	b = append(b, '}')
	if l.features {
		b = append(b, '}')
	}
	_, err := l.w.Write(b)
	return err
}

func (l *list) end() error {
	if _, err := l.w.WriteString("\n]}\n"); err != nil {
		return err
	}
	return l.w.Flush()
}

// Degree is a coordinate as it is given: to a ninth of a metre.
func Degree(v float64) float64 { return math.Round(v*1e6) / 1e6 }

// wound is a shape as RFC 7946 has it, in rounded coordinates: rings are closed,
// outer ones run against the clock and holes with it.
func wound(shape orb.MultiPolygon) orb.MultiPolygon {
	all := make(orb.MultiPolygon, 0, len(shape))
	for _, polygon := range shape {
		rings := make(orb.Polygon, 0, len(polygon))
		for i, ring := range polygon {
			round := make(orb.Ring, 0, len(ring)+1)
			for _, p := range ring {
				round = append(round, orb.Point{Degree(p[0]), Degree(p[1])})
			}
			if len(round) > 0 && !round.Closed() {
				round = append(round, round[0])
			}
			if (round.Orientation() == orb.CCW) != (i == 0) {
				round.Reverse()
			}
			rings = append(rings, round)
		}
		all = append(all, rings)
	}
	return all
}
