package stories

import (
	"time"

	"palier/instance"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

func help() pages.Help {
	var p pages.Help
	for _, n := range instance.EmergencyNumbers("FR") {
		p.Numbers = append(p.Numbers, view.EmergencyNumber{Number: n.Number, What: n.What, Text: n.Text})
	}
	p.Neighbours = []view.HelpNeighbour{{Who: yann, Phone: "0612345678", Agreed: true}, {Who: wordy, Agreed: true}, {Who: amira, Phone: "+33612345678", Agreed: true}}
	return p
}

// caring are the pages of those who need somebody, and of those who come.
func caring() []Story {
	return []Story{
		{"help/ready", func(f pages.Frame) pages.Page { p := help(); p.Frame = in(f, "", "/help"); return p }},
		{"help/visitor", func(f pages.Frame) pages.Page {
			p := help()
			p.Frame, p.Neighbours = stranger(in(f, "", "/help")), nil
			return p
		}},
		{"help/nobody", func(f pages.Frame) pages.Page {
			p := help()
			p.Frame, p.Neighbours, p.Problems = in(f, "", "/help"), nil, []view.Problem{{Field: "who", Code: "nobody"}}
			return p
		}},
		{"help/called", func(f pages.Frame) pages.Page {
			p := help()
			p.Frame = in(f, "", "/help")
			p.Call = &view.HelpCall{ID: "1", Who: marie, At: ago(3 * time.Minute), Told: 3, Coming: []view.Person{yann}, Unable: []view.Person{wordy}}
			return p
		}},
		{"help/calling", func(f pages.Frame) pages.Page {
			p := help()
			p.Frame = in(f, "", "/help")
			p.Calling = []view.HelpCall{{ID: "2", Who: lucette, At: ago(time.Minute), Told: 2, Coming: []view.Person{oksana}}}
			return p
		}},
		{"help_neighbours/some", func(f pages.Frame) pages.Page {
			return pages.HelpNeighbours{
				Frame: in(f, "", "/help/neighbours"), Most: 10, List: []view.HelpNeighbour{{Who: yann, Phone: "0612345678", Agreed: true}, {Who: wordy}},
				Of: []view.HelpNeighbour{{Who: lucette}, {Who: amira, Agreed: true, Phone: "0612345678"}}, Phone: "abc", Who: "Marie",
				Problems: []view.Problem{{Field: "who", Code: "several"}, {Field: "phone", Code: "malformed"}},
			}
		}},
		{"help_neighbours/empty", func(f pages.Frame) pages.Page {
			return pages.HelpNeighbours{Frame: in(f, "", "/help/neighbours"), Most: 10}
		}},
	}
}
