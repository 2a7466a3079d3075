// Package opendata writes what an instance knows of its places and everyone may
// read already as tables for programs: CSV, JSON, GeoJSON and a catalogue in
// DCAT-AP. It names what each table holds, and nothing that it does not name gets
// out: there is no field for a person, a home or anything that is read by
// neighbours alone (specs/decisions/0140).
package opendata

import (
	"slices"
	"strings"

	"palier/instance"
)

// Licence is under which anyone may use the data again: an SPDX identifier, or
// [Off].
type Licence string

// Off is no open data at all.
const Off Licence = "off"

// DefaultLicence is Etalab's, which French administrations have to use or can (decree
// 2017-638, article D. 323-2-1 of the code of relations between the public and the
// administration).
const DefaultLicence Licence = "etalab-2.0"

// names are what the licences are called by those who wrote them.
var names = map[Licence]string{
	DefaultLicence: "Licence Ouverte 2.0", "ODbL-1.0": "Open Database License 1.0", "CC-BY-4.0": "Creative Commons Attribution 4.0", "CC0-1.0": "CC0 1.0",
}

// Known tells whether an operator can choose l.
func (l Licence) Known() bool { return l == Off || names[l] != "" }

// Given tells whether data is given away at all.
func (l Licence) Given() bool { return names[l] != "" }

// Name is what the licence is called.
func (l Licence) Name() string { return names[l] }

// URL is where it can be read.
func (l Licence) URL() string { return "https://spdx.org/licenses/" + string(l) + ".html" }

// Format is how a table is written.
type Format string

// The formats.
const (
	CSV     Format = "csv"     // RFC 4180, UTF-8, a line of names first
	JSON    Format = "json"    // RFC 8259: an object with the list of records
	GeoJSON Format = "geojson" // RFC 7946, of what has a shape
)

// MediaType is the format's, as IANA registered it.
func (f Format) MediaType() string {
	switch f {
	case CSV:
		return "text/csv"
	case GeoJSON:
		return "application/geo+json"
	default:
		return "application/json"
	}
}

// Set is one table: what it is called in addresses, and the names of its fields in
// their order. A table with shapes has a geometry for each row besides.
type Set struct {
	Name   string
	Fields []string
	Shapes bool
	Theme  string // of the vocabulary of themes of European data portals
}

// Formats are those in which the table can be had.
func (s *Set) Formats() []Format {
	if s.Shapes {
		return []Format{CSV, JSON, GeoJSON}
	}
	return []Format{CSV, JSON}
}

// The tables.
var (
	Places = &Set{
		Name: "places", Shapes: true, Theme: "REGI",
		Fields: []string{"url", "name", "level", "territory", "within", "latitude", "longitude", "outline_source"},
	}
	Organisations = &Set{
		Name: "organisations", Theme: "SOCI",
		Fields: []string{"url", "name", "sort", "place", "place_url", "summary", "opening_hours", "holidays", "needs"},
	}
	Events = &Set{
		Name: "events", Theme: "EDUC",
		Fields: []string{
			"url", "title", "status", "starts", "ends", "zone", "repeats", "dates_off", "place", "place_url", "by", "by_url",
			"venue", "street", "postal_code", "locality", "country", "latitude", "longitude", "access",
		},
	}
	Campaigns = &Set{
		Name: "campaigns", Theme: "SOCI",
		Fields: []string{"url", "name", "kind", "state", "starts", "ends", "places", "text", "language", "tag", "rules", "own_rule"},
	}
	Counts = &Set{
		Name: "counts", Theme: "SOCI",
		Fields: []string{"place", "place_url", "from", "until", "people", "helps", "loans", "reused", "bought", "rides", "meetings", "came", "small"},
	}
)

// Sets are all tables, in the order in which they are listed.
var Sets = []*Set{Places, Organisations, Events, Campaigns, Counts}

// Named returns the table and the format that the name of a file stands for. It
// returns [instance.ErrNotFound] for any other.
func Named(file string) (*Set, Format, error) {
	name, ending, _ := strings.Cut(file, ".")
	i := slices.IndexFunc(Sets, func(s *Set) bool { return s.Name == name })
	if i < 0 || !slices.Contains(Sets[i].Formats(), Format(ending)) {
		return nil, "", instance.ErrNotFound
	}
	return Sets[i], Format(ending), nil
}
