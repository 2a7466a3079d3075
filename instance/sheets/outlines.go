package sheets

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/paulmach/orb"
)

const (
	// MaxOutline is the length in bytes of the longest outline that is read.
	MaxOutline = 16 << 20
	// maxPoints is how many points one outline has at most.
	maxPoints = 200_000
)

var (
	// ErrNoOutlines says that a file holds no outlines.
	ErrNoOutlines = errors.New("holds no outlines: a GeoJSON FeatureCollection is expected")
	// ErrGrid says that coordinates are neither degrees nor Lambert-93.
	ErrGrid = errors.New("gives coordinates that are neither degrees (WGS 84) nor Lambert-93: convert the file to WGS 84 first")

	errTooLong = errors.New("an outline is longer than what is read of one")
)

// The reasons why an outline cannot be taken.
const (
	NoShape  = "the outline is neither a polygon nor several"
	TooFine  = "the outline has too many points"
	OpenRing = "the outline has a ring of fewer than four points"
)

// Outlines is a GeoJSON FeatureCollection that is being read, outline by outline.
// Coordinates in Lambert-93 become degrees.
type Outlines struct {
	Number     int // of the outline at hand, from 1
	Properties map[string]string
	Shape      orb.MultiPolygon // longitude first

	report  *Report
	decoder *json.Decoder
	source  *allowance
	err     error
}

// HoldsJSON tells whether a file begins as GeoJSON does, and not as a table.
func HoldsJSON(r *bufio.Reader) bool {
	head, err := r.Peek(64)
	if err != nil && !errors.Is(err, io.EOF) {
		return false // the next to read learns of it
	}
	return bytes.HasPrefix(bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\ufeff")), " \t\r\n"), []byte("{"))
}

// OpenOutlines reads the head of a file of outlines. It returns [ErrNoOutlines]
// for anything else.
func OpenOutlines(r io.Reader, report *Report) (*Outlines, error) {
	o := &Outlines{report: report, source: &allowance{r: r}}
	o.source.left = MaxOutline
	b := bufio.NewReader(o.source)
	if head, err := b.Peek(3); err == nil && string(head) == "\ufeff" {
		_, _ = b.Discard(3) // they are there
	}
	o.decoder = json.NewDecoder(b)
	if token, err := o.decoder.Token(); err != nil || token != json.Delim('{') {
		return nil, o.none(err)
	}
	for {
		token, err := o.decoder.Token()
		if err != nil {
			return nil, o.none(err)
		}
		name, ok := token.(string)
		switch {
		case !ok:
			return nil, o.none(nil)
		case name == "features":
			if token, err := o.decoder.Token(); err != nil || token != json.Delim('[') {
				return nil, o.none(err)
			}
			return o, nil
		}
		var skipped json.RawMessage
		if err := o.decoder.Decode(&skipped); err != nil {
			return nil, o.none(err)
		}
	}
}

// none says that there are no outlines, unless the file cannot be read.
func (o *Outlines) none(err error) error {
	for _, fault := range []error{ErrTooLarge, ErrBomb, errTooLong} {
		if errors.Is(err, fault) {
			return fmt.Errorf("%s: %w", o.report.File, err)
		}
	}
	return fmt.Errorf("%s: %w", o.report.File, ErrNoOutlines)
}

// feature is an outline as GeoJSON writes it.
type feature struct {
	Properties map[string]any `json:"properties"`
	Geometry   struct {
		Type        string          `json:"type"`
		Coordinates json.RawMessage `json:"coordinates"`
	} `json:"geometry"`
}

// Next goes to the next outline that can be read. It returns false at the end,
// and when the file cannot be read on; [Outlines.Err] says so.
func (o *Outlines) Next() bool {
	for o.err == nil && o.decoder.More() {
		o.source.left = MaxOutline
		var f feature
		if err := o.decoder.Decode(&f); err != nil {
			o.err = err
			return false
		}
		o.Number++
		shape, reason := f.shape()
		if reason != "" {
			o.Refuse(reason)
			continue
		}
		if o.err = toDegrees(shape); o.err != nil {
			return false
		}
		o.Shape, o.Properties = shape, properties(f.Properties)
		return true
	}
	if o.err == nil {
		_, o.err = o.decoder.Token() // the end of the list, not of a file that is cut
	}
	if errors.Is(o.err, io.EOF) {
		o.err = io.ErrUnexpectedEOF
	}
	return false
}

// Refuse tells the report that the outline at hand cannot be taken.
func (o *Outlines) Refuse(reason string) { o.report.Refuse(o.Number, reason) }

// Err returns what ended the reading before the end of the file.
func (o *Outlines) Err() error {
	if o.err != nil {
		return fmt.Errorf("read %s after outline %d: %w", o.report.File, o.Number, o.err)
	}
	return nil
}

// Get returns the first of some properties that is there and not empty, whatever
// the case of its name.
func (o *Outlines) Get(names ...string) string {
	for _, name := range names {
		if text := o.Properties[strings.ToLower(name)]; text != "" {
			return text
		}
	}
	return ""
}

// properties are those of an outline as text, by their names in small letters.
func properties(all map[string]any) map[string]string {
	texts := make(map[string]string, len(all))
	for name, value := range all {
		switch v := value.(type) {
		case string:
			texts[strings.ToLower(name)] = tidy(v)
		case float64:
			if v == math.Trunc(v) && math.Abs(v) < 1e15 {
				texts[strings.ToLower(name)] = fmt.Sprintf("%.0f", v)
			}
		case []any: // some name several communes
			if len(v) > 0 {
				if first, ok := v[0].(string); ok {
					texts[strings.ToLower(name)] = tidy(first)
				}
			}
		}
	}
	return texts
}

// shape reads a polygon or several, and says why that cannot be done.
func (f feature) shape() (orb.MultiPolygon, string) {
	var polygons [][][][]float64
	switch f.Geometry.Type {
	case "Polygon":
		polygons = make([][][][]float64, 1)
		if json.Unmarshal(f.Geometry.Coordinates, &polygons[0]) != nil {
			return nil, NoShape
		}
	case "MultiPolygon":
		if json.Unmarshal(f.Geometry.Coordinates, &polygons) != nil {
			return nil, NoShape
		}
	default:
		return nil, NoShape
	}
	var shape orb.MultiPolygon
	points := 0
	for _, rings := range polygons {
		var polygon orb.Polygon
		for _, ring := range rings {
			if points += len(ring); points > maxPoints {
				return nil, TooFine
			}
			if len(ring) < 4 {
				return nil, OpenRing
			}
			closed := make(orb.Ring, 0, len(ring)+1)
			for _, p := range ring {
				if len(p) < 2 || math.IsNaN(p[0]) || math.IsInf(p[0], 0) || math.IsNaN(p[1]) || math.IsInf(p[1], 0) {
					return nil, NoShape
				}
				closed = append(closed, orb.Point{p[0], p[1]})
			}
			if closed[0] != closed[len(closed)-1] {
				closed = append(closed, closed[0])
			}
			polygon = append(polygon, closed)
		}
		if len(polygon) > 0 {
			shape = append(shape, polygon)
		}
	}
	if len(shape) == 0 {
		return nil, NoShape
	}
	return shape, ""
}

// toDegrees changes coordinates in Lambert-93 to degrees. It returns [ErrGrid]
// for any other grid.
func toDegrees(shape orb.MultiPolygon) error {
	for _, polygon := range shape {
		for _, ring := range polygon {
			for i, p := range ring {
				switch {
				case math.Abs(p[0]) <= 180 && math.Abs(p[1]) <= 90:
				case InLambert93(p[0], p[1]):
					ring[i][0], ring[i][1] = FromLambert93(p[0], p[1])
				default:
					return ErrGrid
				}
			}
		}
	}
	return nil
}

// allowance ends with an error where one outline is too long.
type allowance struct {
	r    io.Reader
	left int
}

func (a *allowance) Read(p []byte) (int, error) {
	if a.left <= 0 {
		return 0, errTooLong
	}
	n, err := a.r.Read(p[:min(len(p), a.left)])
	a.left -= n
	return n, err
}
