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

func circle(own bool) pages.Circle {
	p := pages.Circle{ID: "1", Who: lucette, Own: own, Consent: "paper", Seen: &fatou, Since: ago(400 * time.Hour), Members: []view.CareMember{
		{Who: marie, Role: "volunteer", Agreed: true, Mine: !own}, {Who: wordy, Role: "professional", Agreed: true}, {Who: amira, Role: "volunteer"},
	}}
	p.Planned = []view.CareEntry{{ID: "1", By: marie, What: "errand", At: now.Add(20 * time.Hour), Mine: true}, {ID: "2", By: wordy, What: "visit", At: now.Add(44 * time.Hour)}}
	p.Done = []view.CareEntry{{ID: "3", By: wordy, What: "visit", At: ago(3 * time.Hour), How: "company"}, {ID: "4", By: marie, What: "call", At: ago(27 * time.Hour), How: "well", Mine: true}}
	return p
}

var lucettesDeeds = []view.HelpedAct{
	{By: &marie, Deed: "ask", Name: "Aide pour les courses de jeudi", At: ago(3 * time.Hour)}, {Deed: "come", At: ago(300 * time.Hour)}, {By: &wordy, Deed: "order", Name: "Bois de chauffage", At: ago(400 * time.Hour)},
}

var lucettesHelpers = []view.Helper{{Who: marie, Since: ago(500 * time.Hour), Agreed: true, Confirmed: true}, {Who: wordy, Since: ago(20 * time.Hour)}}

func oneHelped(now bool) pages.OneHelped {
	return pages.OneHelped{Helped: view.Helped{Who: lucette, Phone: "0296123456", Agreed: true, May: true, Now: now}, Home: &centre.Person, Acts: lucettesDeeds, Helpers: lucettesHelpers}
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
		{"care/some", func(f pages.Frame) pages.Page {
			return pages.Care{Frame: in(f, "", "/care"), Circles: []view.CareLine{{ID: "1", Who: lucette}, {ID: "2", Who: wordy, Asked: true}}, Problems: []view.Problem{{Field: "consent", Code: "unticked"}}}
		}},
		{"care/empty", func(f pages.Frame) pages.Page { return pages.Care{Frame: in(f, "", "/care")} }},
		{"circle/member", func(f pages.Frame) pages.Page { p := circle(false); p.Frame = in(f, "", "/care/1"); return p }},
		{"circle/own", func(f pages.Frame) pages.Page {
			p := circle(true)
			p.Frame, p.Consent, p.Seen, p.Who = in(f, "", "/care/1"), "self", nil, marie
			return p
		}},
		{"circle/empty", func(f pages.Frame) pages.Page {
			return pages.Circle{Frame: in(f, "", "/care/1"), ID: "1", Who: marie, Own: true, Consent: "self", Since: ago(time.Minute), At: "2026-11-01T10:00", Typed: "Yann",
				Problems: []view.Problem{{Field: "who", Code: "unknown"}, {Field: "at", Code: "past"}, {Field: "what", Code: "missing"}}}
		}},
		{"close/ask", func(f pages.Frame) pages.Page { return pages.Close{Frame: in(f, "", "/settings/close"), Hours: 24} }},
		{"close/owes", func(f pages.Frame) pages.Page {
			return pages.Close{Frame: in(f, "", "/settings/close"), Hours: 24, Owes: true, Keep: true, Problems: []view.Problem{{Field: "owes", Code: "open", Limit: 2}, {Field: "role", Code: "last"}}}
		}},
		{"close/asked", func(f pages.Frame) pages.Page {
			return pages.Close{Frame: in(f, "", "/settings/close"), Hours: 24, Due: now.Add(23 * time.Hour)}
		}},
		{"helped/some", func(f pages.Frame) pages.Page {
			f = in(f, "", "/for")
			f.ActsFor = &lucette
			return pages.Helped{Frame: f, List: []view.Helped{{Who: lucette, Agreed: true, May: true, Now: true}, {Who: wordy}, {Who: amira, Agreed: true}}}
		}},
		{"helped/empty", func(f pages.Frame) pages.Page { return pages.Helped{Frame: in(f, "", "/for")} }},
		{"new_helped/desk", func(f pages.Frame) pages.Page {
			return pages.NewHelped{
				Frame: in(f, "", "/for/new"), Desk: true, Locale: "fr", Places: []view.Option{{Value: "31", Label: "Centre-Ville", Selected: true}}, Languages: []view.Option{{Value: "fr", Label: "Français", Selected: true}, {Value: "ar", Label: "العربية"}},
				Problems: []view.Problem{{Field: "name", Code: "missing"}, {Field: "phone", Code: "malformed"}, {Field: "consent", Code: "unticked"}, {Field: "who", Code: "unknown"}},
			}
		}},
		{"slip/new", func(f pages.Frame) pages.Page {
			return pages.Slip{Frame: in(f, "", "/for"), Name: "Lucette Thomas", Code: "AB3DE FG7HJ", Path: "/for/14"}
		}},
		{"consent_sheet/blank", func(f pages.Frame) pages.Page { return pages.ConsentSheet{Frame: in(f, "", "/for/paper")} }},
		{"one_helped/ready", func(f pages.Frame) pages.Page { p := oneHelped(false); p.Frame = in(f, "", "/for/14"); return p }},
		{"one_helped/acting", func(f pages.Frame) pages.Page {
			p := oneHelped(true)
			p.Frame, p.Who = in(f, "", "/for/14"), "Yann"
			p.Problems = []view.Problem{{Field: "who", Code: "several"}, {Field: "consent", Code: "unticked"}}
			p.ActsFor = &lucette
			return p
		}},
		{"one_helped/asked", func(f pages.Frame) pages.Page {
			return pages.OneHelped{Frame: in(f, "", "/for/14"), Helped: view.Helped{Who: lucette}}
		}},
		{"one_helped/unconfirmed", func(f pages.Frame) pages.Page {
			return pages.OneHelped{Frame: in(f, "", "/for/14"), Helped: view.Helped{Who: wordy, Agreed: true}}
		}},
		{"answer_sheet/some", func(f pages.Frame) pages.Page {
			return pages.AnswerSheet{Frame: in(f, "", "/for/14/sheet"), Helped: view.Helped{Who: lucette}, Acts: lucettesDeeds,
				Answers: []view.HelpedAnswer{{From: yann, To: "Aide pour les courses de jeudi", Content: "<p>Je passe jeudi à 10 h.</p>", At: ago(time.Hour)}},
				Deals:   []view.Agreement{{Who: yann, About: "Aide pour les courses de jeudi", State: "accepted"}}}
		}},
		{"answer_sheet/empty", func(f pages.Frame) pages.Page {
			return pages.AnswerSheet{Frame: in(f, "", "/for/14/sheet"), Helped: view.Helped{Who: wordy}}
		}},
		{"desk_slip/ask", func(f pages.Frame) pages.Page {
			return pages.DeskSlip{Frame: in(f, "", "/desk/slips"), Code: "AAAAA", Problems: []view.Problem{{Field: "code", Code: "no-slip"}}}
		}},
		{"desk_slip/found", func(f pages.Frame) pages.Page {
			return pages.DeskSlip{Frame: in(f, "", "/desk/slips"), Code: "AB3DEFG7HJ", Person: &lucette, Helpers: lucettesHelpers, Done: "access", Email: "lucette@", Problems: []view.Problem{{Field: "email", Code: "malformed"}}}
		}},
		{"own_helpers/some", func(f pages.Frame) pages.Page {
			return pages.OwnHelpers{Frame: in(f, "", "/settings/helpers"), Helpers: lucettesHelpers, Acts: lucettesDeeds}
		}},
		{"easy/home", func(f pages.Frame) pages.Page {
			f = in(f, "home", "/home")
			f.Easy = true
			return pages.Easy{Frame: f, Waiting: 2}
		}},
		{"help_neighbours/empty", func(f pages.Frame) pages.Page {
			return pages.HelpNeighbours{Frame: in(f, "", "/help/neighbours"), Most: 10}
		}},
	}
}
