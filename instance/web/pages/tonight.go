package pages

import (
	"strconv"
	"time"

	"palier/instance/hosts"
	"palier/instance/households"
	"palier/instance/web/view"
)

// ProgrammeTonight is who has no bed tonight, which beds are free, and what there is
// instead.
type ProgrammeTonight struct {
	Frame
	ProgrammeHead

	Waiting  []view.CaseLine
	Chosen   *view.CaseLine // for whom beds are looked for; nil: all that are free
	Ready    bool           // two have vetted it
	Alone    bool           // nobody of it is of age
	Minors   string         // whom to call then
	Fits     []view.NightHome
	Asking   []view.NightHome // of which nobody asked who lives there
	Not, Old int              // homes that do not fit, or of which nothing was heard for long
	Beds     int              // that are free, in all
	OnDuty   []view.Duty
	Next     *view.Duty
	Shelter  []view.EmergencyNumber
	Numbers  []view.EmergencyNumber
	After    time.Time // the hour after which the number for shelter is called
	Late     bool      // it has come
	Night    bool      // it is past midnight
	Problems []view.Problem

	Asked           []view.NightAsked // where hosts are asked each day
	Areas           []string
	Yes, NoWord, No []view.NightSaid
}

// Template is programme_tonight.tmpl.
func (ProgrammeTonight) Template() string { return "programme_tonight" }

// Longest is for how many nights hosts are asked at most.
func (ProgrammeTonight) Longest() int { return hosts.MostEmergency }

// Nights are for how many one can ask.
func (ProgrammeTonight) Nights() (list []string) {
	for n := range households.MostTonight {
		list = append(list, strconv.Itoa(n+1))
	}
	return list
}
