package sheets_test

import (
	"bufio"
	"errors"
	"math"
	"strings"
	"testing"

	"palier/instance/sheets"
)

const ring = `[[[-2,48],[-1,48],[-1,49],[-2,48]]]`

// outlines reads a file of outlines whole.
func outlines(text string) (list []sheets.Outlines, report *sheets.Report, err error) {
	report = sheets.NewReport("x.geojson", nil)
	o, err := sheets.OpenOutlines(strings.NewReader(text), report)
	if err != nil {
		return nil, report, err
	}
	for o.Next() {
		list = append(list, *o)
	}
	return list, report, o.Err()
}

func TestOutlines(t *testing.T) {
	t.Parallel()
	list, report, err := outlines("\ufeff" + `{"type":"FeatureCollection","crs":{"type":"name"},"features":[
		{"type":"Feature","properties":{"NOM":" Centre ","code":22050},"geometry":{"type":"Polygon","coordinates":` + ring + `}},
		{"type":"Feature","properties":{},"geometry":{"type":"MultiPolygon","coordinates":[` + ring + `]}},
		{"type":"Feature","properties":{},"geometry":null},
		{"type":"Feature","properties":{},"geometry":{"type":"Polygon","coordinates":[[[1,2],[3,4]]]}},
		{"type":"Feature","properties":{},"geometry":{"type":"Polygon","coordinates":"x"}}]}`)
	if err != nil || len(list) != 2 || report.Bad != 3 {
		t.Fatalf("%d outlines, %v\n%s", len(list), err, report)
	}
	if list[0].Get("name", "nom") != "Centre" || list[0].Get("CODE") != "22050" || len(list[0].Shape[0][0]) != 4 {
		t.Errorf("the first is %+v", list[0])
	}
	metres := `{"features":[{"geometry":{"type":"Polygon","coordinates":[[[363406,6791854],[363506,6791854],[363506,6791954],[363406,6791854]]]}}]}`
	list, _, err = outlines(metres)
	if err != nil || len(list) != 1 || math.Abs(list[0].Shape[0][0][0][1]-48.14018) > 1e-4 {
		t.Errorf("in Lambert-93: %+v, %v", list, err)
	}
	for situation, tt := range map[string]struct {
		text string
		want error
	}{
		"another grid": {strings.ReplaceAll(metres, "6791", "2791"), sheets.ErrGrid},
		"a list":       {"[]", sheets.ErrNoOutlines},
		"nothing":      {"", sheets.ErrNoOutlines},
		"no features":  {`{"type":"Point"}`, sheets.ErrNoOutlines},
	} {
		if _, _, err := outlines(tt.text); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", situation, err, tt.want)
		}
	}
	for situation, text := range map[string]string{
		"cut in the middle":        metres[:60],
		"cut between two":          metres[:len(metres)-2],
		"an outline of 40 MB":      `{"features":[{"properties":{"nom":"` + strings.Repeat("x", 40<<20) + `"}}]}`,
		"before the features too":  `{"x":"` + strings.Repeat("x", 40<<20) + `","features":[]}`,
		"nested beyond all reason": `{"features":[{"geometry":` + strings.Repeat("[", 20_000) + `}]}`,
	} {
		if _, _, err := outlines(text); err == nil {
			t.Errorf("%s: no error", situation)
		}
	}
	if !sheets.HoldsJSON(bufio.NewReader(strings.NewReader(" \n{\"a\":1"))) || sheets.HoldsJSON(bufio.NewReader(strings.NewReader("a;b"))) {
		t.Error("a table is taken for outlines, or outlines for a table")
	}
}

func FuzzOutlines(f *testing.F) {
	f.Add(`{"features":[{"properties":{"nom":"x","n":1,"l":["a"]},"geometry":{"type":"Polygon","coordinates":` + ring + `}}]}`)
	f.Add(`{"a":{},"features":[{"geometry":{"type":"MultiPolygon","coordinates":[` + ring + `]}}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		list, _, err := outlines(text)
		if err != nil {
			return
		}
		for _, o := range list {
			for _, polygon := range o.Shape {
				for _, ring := range polygon {
					for _, p := range ring {
						if math.Abs(p[0]) > 180 || math.Abs(p[1]) > 90 {
							t.Fatalf("a point at %v", p)
						}
					}
					if len(ring) < 4 || ring[0] != ring[len(ring)-1] {
						t.Fatalf("an open ring: %v", ring)
					}
				}
			}
		}
	})
}
