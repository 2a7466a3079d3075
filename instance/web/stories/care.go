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

func contacts() []view.Informant {
	return []view.Informant{
		{Who: marie, Place: centre.Person, Near: true, Hours: "Le soir après 18 h", Phone: "0612345678", Until: now.Add(2000 * time.Hour)},
		{Who: wordy, Place: dinan.Person, Until: now.Add(3000 * time.Hour)},
		{Who: amira, Place: centre.Person, Near: true, Until: now.Add(200 * time.Hour)},
	}
}

func passedOn() []view.PassedOn {
	return []view.PassedOn{{Path: "/@marie/9", Title: "Coupure d’eau jeudi de 9 h à 12 h", Language: "fr", By: "Marie", Source: "Préfecture des Côtes-d’Armor"}}
}

func requestLines() []view.InformantLine {
	return []view.InformantLine{
		{Path: "/informants/requests/1", Place: centre.Person, Asker: lucette, First: "Bonjour, qui peut m’aider avec mes papiers ?", At: ago(20 * time.Hour), Now: now},
		{Path: "/informants/requests/2", Place: longPlace.Person, Asker: wordy, Taken: &marie, Mine: true, Closed: true, First: "أين يمكنني إيقاف الدراجة؟", At: ago(90 * time.Hour), Now: now},
	}
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
		{"call_sheet/some", func(f pages.Frame) pages.Page {
			return pages.CallSheet{Frame: in(f, "", "/care/calls"), Calls: []view.Call{
				{Circle: "1", Who: lucette, At: ago(time.Hour), Phone: "02 96 39 00 00", Contact: "Sa fille", ContactPhone: "+33 6 12 34 56 78", Step: "door"},
				{Circle: "2", Who: amira, At: ago(2 * time.Hour), Phone: "0296390001", Step: "call", Done: true},
				{Circle: "3", Who: wordy, At: ago(time.Minute), Phone: "0296390002", Contact: "Voisin", ContactPhone: "0296390003", Step: "contact", Alarm: true},
			}}
		}},
		{"call_sheet/empty", func(f pages.Frame) pages.Page { return pages.CallSheet{Frame: in(f, "", "/care/calls")} }},
		{"circle/own", func(f pages.Frame) pages.Page {
			p := circle(true)
			p.Calls, p.Called, p.Weekdays = &view.CallsForm{Days: []string{"1", "4"}, Hour: "10:00", Phone: "02 96 39 00 00", Contact: "Sa fille"}, true, []string{"1", "2", "3", "4", "5", "6", "7"}
			p.Frame, p.Consent, p.Seen, p.Who = in(f, "", "/care/1"), "self", nil, marie
			return p
		}},
		{"circle/empty", func(f pages.Frame) pages.Page {
			return pages.Circle{Frame: in(f, "", "/care/1"), ID: "1", Who: marie, Own: true, Consent: "self", Since: ago(time.Minute), At: "2026-11-01T10:00", Typed: "Yann",
				Problems: []view.Problem{{Field: "who", Code: "unknown"}, {Field: "at", Code: "past"}, {Field: "what", Code: "missing"}}}
		}},
		{"informants/resident", func(f pages.Frame) pages.Page {
			return pages.Informants{
				Frame: in(f, "", "/g/centre/informants"), Place: centre.Person, May: true, Asks: true, List: contacts(), PassedOn: passedOn(), Once: "x", Text: "Bonjour",
				Problems: []view.Problem{{Field: "text", Code: "too-many-requests", Limit: 3}, {Field: "consent", Code: "unticked"}, {Field: "phone", Code: "malformed"}},
			}
		}},
		{"informants/own", func(f pages.Frame) pages.Page {
			own := contacts()[0]
			own.Mine, own.Renew = true, true
			return pages.Informants{
				Frame: in(f, "", "/g/centre/informants"), Place: centre.Person, May: true, Keeps: true, List: contacts(), Own: &own, Hours: own.Hours, Phone: own.Phone, Once: "x", Left: []view.Person{lucette, wordy},
				Waiting: []view.Informant{{Who: amira, Place: centre.Person, Hours: "Le matin", Asked: true}, {Who: wordy, Place: longPlace.Person, Until: now.Add(300 * time.Hour), Asked: true}},
			}
		}},
		{"informants/empty", func(f pages.Frame) pages.Page {
			return pages.Informants{Frame: in(f, "", "/g/centre/informants"), Place: longPlace.Person, May: true, Once: "x"}
		}},
		{"informants/elsewhere", func(f pages.Frame) pages.Page {
			return pages.Informants{Frame: in(f, "", "/g/centre/informants"), Place: centre.Person}
		}},
		{"informant_desk/busy", func(f pages.Frame) pages.Page {
			return pages.InformantDesk{
				Frame: in(f, "", "/informants"), Alerts: []view.Alert{{Path: "/@mairie/1", Title: "Vent violent ce soir", Language: "fr", By: "Mairie", Level: "alert", Until: now.Add(9 * time.Hour)}},
				Seats:   []view.Informant{{Who: marie, Place: centre.Person, Until: now.Add(200 * time.Hour), Renew: true}, {Who: marie, Place: longPlace.Person, Asked: true}},
				Waiting: []view.Informant{{Who: amira, Place: centre.Person, Asked: true}}, Open: requestLines(), Asked: requestLines()[1:],
				Unanswered: []view.DashboardLine{{Path: "/@yann/1", Title: "Monter une étagère", Language: "fr", By: "Yann", Now: now}},
				Circles:    []view.CareLine{{ID: "1", Who: lucette}, {ID: "2", Who: wordy, Asked: true}}, Homes: []view.PlaceLine{{Person: centre.Person}},
			}
		}},
		{"informant_desk/resident", func(f pages.Frame) pages.Page {
			return pages.InformantDesk{Frame: in(f, "", "/informants"), Homes: []view.PlaceLine{{Person: centre.Person}, {Person: longPlace.Person}}}
		}},
		{"informant_request/open", func(f pages.Frame) pages.Page {
			return pages.InformantRequest{
				Frame: in(f, "", "/informants/requests/1"), Request: requestLines()[0], Informs: true, Once: "x", Problems: []view.Problem{{Field: "text", Code: "missing"}},
				Words: []view.InformantWord{{By: lucette, Text: "Bonjour,\nqui peut m’aider avec mes papiers ?", At: ago(20 * time.Hour)}, {By: amira, Text: "سأمر غدا", At: ago(time.Hour)}},
			}
		}},
		{"informant_request/closed", func(f pages.Frame) pages.Page {
			return pages.InformantRequest{Frame: in(f, "", "/informants/requests/2"), Request: requestLines()[1], Once: "x", Words: []view.InformantWord{{By: wordy, Text: wordy.Name, At: ago(time.Hour)}}}
		}},
		{"hand_on/term", func(f pages.Frame) pages.Page {
			return pages.HandOn{
				Frame: in(f, "", "/g/centre/informants/5/hand-on"), Place: centre.Person, Who: wordy, Until: now.Add(200 * time.Hour), Called: []view.Person{lucette, wordy}, Requests: 1,
				Others: []view.Person{marie, wordy}, Problems: []view.Problem{{Field: "to", Code: "unknown"}},
				Done: []view.Handover{{From: wordy, To: amira, By: marie, Called: 12, Requests: 1, At: ago(90 * time.Hour)}},
			}
		}},
		{"hand_on/nobody", func(f pages.Frame) pages.Page {
			return pages.HandOn{Frame: in(f, "", "/g/centre/informants/5/hand-on"), Place: longPlace.Person, Who: lucette, Requests: 3}
		}},
		{"pass_on/error", func(f pages.Frame) pages.Page {
			return pages.PassOn{
				Frame: in(f, "", "/g/centre/informants/pass-on"), Place: centre.Person, Readers: 214, Text: "Eau coupée jeudi.", Link: "prefecture", Until: "2026-12-24", Once: "x",
				Problems: []view.Problem{{Field: "source", Code: "missing"}, {Field: "link", Code: "no-address"}, {Field: "until", Code: "malformed"}},
			}
		}},
		{"pass_on/empty", func(f pages.Frame) pages.Page {
			return pages.PassOn{Frame: in(f, "", "/g/centre/informants/pass-on"), Place: longPlace.Person, Readers: 1, Public: true, Until: "2026-12-24", Once: "x"}
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
