package opendata_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"

	"palier/instance"
	"palier/instance/opendata"
)

var start = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

// give returns a service whose places are rows, and how often they were read.
func give(now func() time.Time, rows ...opendata.Row) (*opendata.Service, *int) {
	reads := 0
	read := func(_ context.Context, write func(opendata.Row) error) error {
		reads++
		for _, r := range rows {
			if err := write(r); err != nil {
				return err
			}
		}
		return nil
	}
	return opendata.New(opendata.Options{
		Now: now, Licence: opendata.DefaultLicence, Base: "https://dinan.example", Readers: map[string]opendata.Reader{"places": read},
	}), &reads
}

func at() time.Time { return start }

func read(t *testing.T, s *opendata.Service, format opendata.Format) string {
	t.Helper()
	f, err := s.File(t.Context(), opendata.Places, format)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := f.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// hostile is a place whose words would run in a program for tables and break out
// of a format.
var hostile = opendata.Row{Values: []any{"https://dinan.example/@port", "=cmd|'/c calc'!A1", "neighbourhood", nil, []string{"@SUM(A1)", "b"}, 48.45, -2.05, "\"IGN\",\n</script>"}}

func TestR7_ATableOpensInAnyProgramAndRunsInNone(t *testing.T) {
	t.Parallel()
	s, _ := give(at, hostile)
	lines, err := csv.NewReader(strings.NewReader(read(t, s, opendata.CSV))).ReadAll()
	if err != nil || len(lines) != 2 {
		t.Fatalf("%d lines, %v", len(lines), err)
	}
	want := [][]string{opendata.Places.Fields, {"https://dinan.example/@port", "'=cmd|'/c calc'!A1", "neighbourhood", "", "'@SUM(A1)|b", "48.45", "-2.05", "\"IGN\",\n</script>"}}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestR7_TheSameStandsInJSONAsItWasWritten(t *testing.T) {
	t.Parallel()
	s, _ := give(at, hostile, hostile)
	var got struct {
		Dataset, Licence, Documentation string
		Records                         []map[string]any
	}
	if err := json.Unmarshal([]byte(read(t, s, opendata.JSON)), &got); err != nil {
		t.Fatal(err)
	}
	if got.Dataset != "places" || got.Licence != "etalab-2.0" || got.Documentation != "https://dinan.example/data" || len(got.Records) != 2 {
		t.Fatalf("got %+v", got)
	}
	want := map[string]any{
		"url": "https://dinan.example/@port", "name": "=cmd|'/c calc'!A1", "level": "neighbourhood", "territory": nil, "within": []any{"@SUM(A1)", "b"},
		"latitude": 48.45, "longitude": -2.05, "outline_source": "\"IGN\",\n</script>",
	}
	if diff := cmp.Diff(want, got.Records[1]); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestR7_AMapHasClosedRingsTheRightWayRound(t *testing.T) {
	t.Parallel()
	row := hostile
	// Both run with the clock, the outer one is open, and one point is finer than anybody needs.
	row.Shape = orb.MultiPolygon{{
		{{0, 0}, {0, 4}, {4.00000049, 4}, {4, 0}},
		{{1, 1}, {1, 2}, {2, 2}, {2, 1}, {1, 1}},
	}}
	s, _ := give(at, hostile, row) // one has no outline
	var got struct {
		Type     string
		Features []struct {
			Type     string
			Geometry struct {
				Type        string
				Coordinates orb.MultiPolygon
			}
			Properties map[string]any
		}
	}
	if err := json.Unmarshal([]byte(read(t, s, opendata.GeoJSON)), &got); err != nil {
		t.Fatal(err)
	}
	if got.Type != "FeatureCollection" || len(got.Features) != 1 || got.Features[0].Type != "Feature" || got.Features[0].Geometry.Type != "MultiPolygon" {
		t.Fatalf("got %+v", got)
	}
	rings := got.Features[0].Geometry.Coordinates[0]
	want := orb.Polygon{{{0, 0}, {4, 0}, {4, 4}, {0, 4}, {0, 0}}, {{1, 1}, {1, 2}, {2, 2}, {2, 1}, {1, 1}}}
	if diff := cmp.Diff(want, rings); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if got.Features[0].Properties["url"] != "https://dinan.example/@port" {
		t.Errorf("properties %v", got.Features[0].Properties)
	}
}

func TestR7_ATableIsWrittenOnceForACrowd(t *testing.T) {
	t.Parallel()
	now := start
	s, reads := give(func() time.Time { return now }, hostile)
	var crowd sync.WaitGroup
	for range 20 {
		crowd.Go(func() {
			if _, err := s.File(t.Context(), opendata.Places, opendata.CSV); err != nil {
				t.Error(err)
			}
		})
	}
	crowd.Wait()
	if *reads != 1 {
		t.Errorf("read %d times for a crowd", *reads)
	}
	before, err := s.File(t.Context(), opendata.Places, opendata.CSV)
	if err != nil {
		t.Fatal(err)
	}
	now = now.Add(opendata.Kept - time.Second)
	if _, err := s.File(t.Context(), opendata.Places, opendata.CSV); err != nil || *reads != 1 {
		t.Errorf("read %d times within ten minutes, %v", *reads, err)
	}
	now = now.Add(time.Second)
	after, err := s.File(t.Context(), opendata.Places, opendata.CSV)
	if err != nil || *reads != 2 {
		t.Errorf("read %d times after ten minutes, %v", *reads, err)
	}
	if after.Tag != before.Tag || !after.At.After(before.At) {
		t.Errorf("what says the same is named %s, then %s", before.Tag, after.Tag)
	}
}

func TestR7_WhatCannotBeReadIsNoHalfTable(t *testing.T) {
	t.Parallel()
	broken := errors.New("the database has gone")
	fails := true
	s := opendata.New(opendata.Options{Now: at, Licence: opendata.DefaultLicence, Readers: map[string]opendata.Reader{
		"places": func(_ context.Context, write func(opendata.Row) error) error {
			if err := write(hostile); err != nil || !fails {
				return err
			}
			return broken
		},
		"counts": func(_ context.Context, write func(opendata.Row) error) error { return write(hostile) },
	}})
	if _, err := s.File(t.Context(), opendata.Places, opendata.JSON); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	fails = false
	if _, err := s.File(t.Context(), opendata.Places, opendata.JSON); err != nil {
		t.Errorf("it is not tried again: %v", err)
	}
	for _, format := range opendata.Counts.Formats() {
		if _, err := s.File(t.Context(), opendata.Counts, format); err == nil {
			t.Errorf("a row of another table goes into %s", format)
		}
	}
}

func TestR7_OnlyFilesThatThereAreHaveNames(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]bool{
		"places.csv": true, "places.geojson": true, "counts.json": true, "counts.geojson": false, "people.csv": false, "places": false, "places.csv.gz": false, "": false,
	} {
		_, _, err := opendata.Named(file)
		if (err == nil) != want || err != nil && !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("%q: %v", file, err)
		}
	}
}

func TestR7_LicencesAnOperatorCanChoose(t *testing.T) {
	t.Parallel()
	for licence, want := range map[opendata.Licence][2]bool{ // known, given
		opendata.DefaultLicence: {true, true}, "ODbL-1.0": {true, true}, "CC-BY-4.0": {true, true}, "CC0-1.0": {true, true},
		opendata.Off: {true, false}, "": {false, false}, "mine": {false, false},
	} {
		if got := [2]bool{licence.Known(), licence.Given()}; got != want {
			t.Errorf("%q: known and given %v, want %v", licence, got, want)
		}
	}
}

func TestR7_OpeningHoursAsMapsWriteThem(t *testing.T) {
	t.Parallel()
	day := []instance.Span{{From: 9 * 60, To: 12*60 + 30}, {From: 14 * 60, To: 19 * 60}}
	for want, h := range map[string]instance.Hours{
		"": {},
		"Mo-Tu 09:00-12:30,14:00-19:00; Th 09:00-12:30,14:00-19:00; Sa 09:00-24:00": {day, day, nil, day, nil, {{From: 9 * 60, To: 24 * 60}}},
		"Mo-Su 00:00-24:00": {{{To: 1440}}, {{To: 1440}}, {{To: 1440}}, {{To: 1440}}, {{To: 1440}}, {{To: 1440}}, {{To: 1440}}},
	} {
		if got := opendata.OpeningHours(h); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestR7_TheCatalogueNamesEveryTable holds the catalogue to what DCAT-AP makes
// mandatory, and that every file is in it once.
func TestR7_TheCatalogueNamesEveryTable(t *testing.T) {
	t.Parallel()
	s, _ := give(at)
	body, err := s.Catalog("Mairie de Dinan", func(key string) opendata.Text { return opendata.Text{"fr": key, "ar": "ع"} })
	if err != nil {
		t.Fatal(err)
	}
	type literal struct {
		Language string `json:"@language"`
		Value    string `json:"@value"`
	}
	type reference struct {
		ID string `json:"@id"`
	}
	var got struct {
		Context     map[string]string `json:"@context"`
		Type        string            `json:"@type"`
		Title       []literal         `json:"dct:title"`
		Description []literal         `json:"dct:description"`
		Publisher   struct {
			Type string `json:"@type"`
			Name string `json:"foaf:name"`
		} `json:"dct:publisher"`
		Licence  reference `json:"dct:license"`
		Datasets []struct {
			Type          string    `json:"@type"`
			ID            string    `json:"@id"`
			Title         []literal `json:"dct:title"`
			Description   []literal `json:"dct:description"`
			Publisher     any       `json:"dct:publisher"`
			Distributions []struct {
				Type    string    `json:"@type"`
				Access  reference `json:"dcat:accessURL"`
				Media   reference `json:"dcat:mediaType"`
				Licence reference `json:"dct:license"`
			} `json:"dcat:distribution"`
		} `json:"dcat:dataset"`
	}
	if err := json.Unmarshal(body, &got); err != nil {
		t.Fatal(err)
	}
	if got.Type != "dcat:Catalog" || len(got.Title) != 2 || len(got.Description) != 2 || got.Publisher.Name != "Mairie de Dinan" || got.Publisher.Type != "foaf:Agent" {
		t.Errorf("catalogue: %+v", got)
	}
	if got.Context["dcat"] != "http://www.w3.org/ns/dcat#" || got.Licence.ID != opendata.DefaultLicence.URL() {
		t.Errorf("context %v, licence %v", got.Context, got.Licence)
	}
	var named []string
	for _, d := range got.Datasets {
		if d.Type != "dcat:Dataset" || len(d.Title) != 2 || len(d.Description) != 2 || d.Publisher == nil || d.ID == "" {
			t.Errorf("dataset: %+v", d)
		}
		for _, f := range d.Distributions {
			named = append(named, f.Access.ID)
			if f.Type != "dcat:Distribution" || f.Licence != got.Licence || !strings.HasPrefix(f.Media.ID, "http://www.iana.org/assignments/media-types/") {
				t.Errorf("distribution: %+v", f)
			}
		}
	}
	var want []string
	for _, set := range opendata.Sets {
		for _, format := range set.Formats() {
			want = append(want, s.URL(set, format))
		}
	}
	if !slices.Equal(named, want) {
		t.Errorf("it names %q, want %q", named, want)
	}
}
