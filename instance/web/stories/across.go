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
