package stories

import (
	"time"

	"palier/instance/countries"
	"palier/instance/web/view"
)

// abroad is what is said of a home in Germany.
func abroad() *view.Abroad {
	rules, _ := countries.Of("DE")
	v := &view.Abroad{Country: "Allemagne", Code: "DE", Least: 1, Most: 365, There: now.Add(5 * time.Hour)}
	for _, n := range rules.Numbers {
		v.Numbers = append(v.Numbers, view.EmergencyNumber{Number: n.Number, What: n.What, Text: n.Text})
	}
	for i, a := range rules.Across {
		v.Points = append(v.Points, view.AcrossPoint{Need: a.Need, Text: a.In("fr"), Seen: i == 0})
	}
	return v
}

// decisions are what was decided about somebody, of which one was appealed.
func decisions() []view.CaseIncident {
	return []view.CaseIncident{
		{ID: "7", State: "decided", Outcome: "stop", At: now, Appeals: true}, {ID: "8", State: "appealed", At: now, Appealed: true}, {ID: "9", State: "closed", Outcome: "nothing", At: now, Appealed: true},
	}
}

// alikes are files that have something in common with one.
func alikes() []view.CaseAlike {
	return []view.CaseAlike{{Kind: "phone", Side: "host", Path: "/programmes/41/hosts/2"}, {Kind: "mailbox", Side: "household", Path: "/cases/3"}, {Kind: "address", Side: "host", Path: "/programmes/41/hosts/4"}}
}
