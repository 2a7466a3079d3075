package pages

import (
	"time"

	"palier/instance/opendata"
	"palier/instance/tally"
)

// OpenData tells of the tables for programs, for anyone.
type OpenData struct {
	Frame

	Licence opendata.Licence
}

// Template is open_data.tmpl.
func (OpenData) Template() string { return "open_data" }

// Sets are the tables.
func (OpenData) Sets() []*opendata.Set { return opendata.Sets }

// Minutes is how old a table is at most.
func (OpenData) Minutes() int { return int(opendata.Kept / time.Minute) }

// Few is below how many nothing is counted.
func (OpenData) Few() int { return tally.Few }
