package stories

import (
	"time"

	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// office are the pages of the desk of a programme, the sheet to keep, and costs.
func office() []Story {
	onDuty := view.Duty{ID: "1", Who: marie, From: ago(2 * time.Hour), Until: now.Add(10 * time.Hour), Now: true, CanHand: true, CanCancel: true}
	handed := view.Duty{ID: "2", Who: keeper, From: ago(26 * time.Hour), Until: ago(2 * time.Hour), HandedAt: ago(2 * time.Hour), Handed: "K7WQ2M : rappeler avant midi."}
	next := view.Duty{ID: "3", Who: wordy, From: now.Add(10 * time.Hour), Until: now.Add(22 * time.Hour), CanCancel: true}
	asked := view.LawfulRequest{
		ID: "8", Label: "K7WQ2M", Path: "/cases/5", Ground: "police", Who: "OPJ, commissariat de Dinan, rappelé au standard", Law: "art. 77-1-1 CPP", What: "La date d’arrivée",
		By: "Yann Kerbrat", At: ago(time.Hour), Outcome: "part", Given: "La date seulement.", First: "Yann Kerbrat", FirstAt: ago(time.Hour), CanDecide: true, CanPropose: true,
	}
	decided := asked
	decided.ID, decided.Second, decided.SecondAt, decided.CanDecide, decided.CanPropose = "9", "Marie Le Goff", ago(time.Minute), false, false
	return []Story{
		{"programme_tonight/chosen", func(f pages.Frame) pages.Page {
			p := theNight()
			p.Frame, p.Chosen, p.Ready, p.Not, p.Old = in(f, "", "/programmes/41/tonight"), &p.Waiting[0], true, 3, 2
			p.Asking, p.Problems = p.Fits[:1], []view.Problem{{Field: "homes", Code: "taken"}}
			return p
		}},
		{"programme_tonight/nothing", func(f pages.Frame) pages.Page {
			p := theNight()
			p.Frame, p.Fits, p.Beds, p.Late, p.Night, p.Alone, p.Minors, p.OnDuty = in(f, "", "/programmes/41/tonight"), nil, 0, true, true, true, "119", nil
			return p
		}},
		{"case_escort/ask", func(f pages.Frame) pages.Page {
			return pages.CaseEscort{
				Frame: in(f, "", "/cases/5/escort"), Programme: toit, Case: aCase, Where: "Gare, entrée nord", Hour: "21:30",
				Walks:    []view.EscortWalk{{ID: "1", Who: wordy.Name, State: "declined", At: soon, Said: now, Where: "Gare, entrée nord"}},
				Escorts:  []view.Option{{Value: "11", Label: "Marie Le Goff"}, {Value: "12", Label: wordy.Name}},
				Holds:    []view.CaseHold{{ID: "1", State: "placed", From: now, Until: soon}, {ID: "2", State: "held", From: now, Until: soon}},
				Problems: []view.Problem{{Field: "escort", Code: "unknown"}, {Field: "hour", Code: "by-day"}, {Field: "meet", Code: "missing"}},
			}
		}},
		{"case_escort/there", func(f pages.Frame) pages.Page {
			return pages.CaseEscort{
				Frame: in(f, "", "/cases/5/escort"), Programme: toit, Case: aCase, Live: true,
				Walks: []view.EscortWalk{{ID: "2", Who: "Marie Le Goff", State: "coming", At: soon, Where: "Gare, entrée nord", Off: true}, {ID: "3", Who: wordy.Name, State: "stopped", At: soon, Said: now, Where: "Gare, entrée nord", Off: true}, {ID: "1", State: "not", At: now, Said: now}},
			}
		}},
		{"case_escort/nobody", func(f pages.Frame) pages.Page {
			return pages.CaseEscort{Frame: in(f, "", "/cases/5/escort"), Programme: toit, Case: aCase, Holds: []view.CaseHold{{ID: "1", State: "placed", From: now, Until: soon}}}
		}},
		{"escort/asked", func(f pages.Frame) pages.Page {
			return pages.Escort{
				Frame: in(f, "", "/escort"), For: []view.Escorted{{ID: "41", Name: "Un toit en Rance", Path: "/programmes/41"}, {ID: "42", Name: wordy.Name, Path: "/programmes/42", Agreed: true}},
				Walks: []view.EscortWalk{{ID: "1", Path: "/escort/1", State: "asked", At: soon}, {State: "off", At: now}},
			}
		}},
		{"escort/nothing", func(f pages.Frame) pages.Page { return pages.Escort{Frame: in(f, "", "/escort")} }},
		{"escort_way/door", func(f pages.Frame) pages.Page {
			return pages.EscortWay{
				Frame: in(f, "", "/escort/1"), Programme: "Un toit en Rance", Name: "Zénobie", Address: "12 rue du Canari, 22100 Dinan", From: now, Until: soon, Numbers: urgent,
				Walk: view.EscortWalk{ID: "1", Path: "/escort/1", State: "coming", At: soon, Where: "Gare, entrée nord", Called: "Оксана", Label: "K7WQ2M"}, Problems: []view.Problem{{Field: "word", Code: "not-now"}},
			}
		}},
		{"escort_way/before", func(f pages.Frame) pages.Page {
			return pages.EscortWay{
				Frame: in(f, "", "/escort/1"), Programme: "Un toit en Rance", From: now, Until: soon, Numbers: urgent,
				Walk: view.EscortWalk{ID: "1", Path: "/escort/1", State: "asked", At: soon, Where: "محطة القطار", Label: "K7WQ2M"},
			}
		}},
		{"desk_today/many", func(f pages.Frame) pages.Page {
			return pages.DeskToday{
				Frame: in(f, "", "/programmes/41/today"), ProgrammeHead: head("today"), OnDuty: []view.Duty{onDuty}, Next: &next, Open: 1,
				Waits: []view.DeskWait{
					{About: "follow-up", Kind: "alone", Label: "K7WQ2M", Path: "/cases/5/followups", Due: ago(48 * time.Hour), Late: true},
					{About: "stay", Label: "K7WQ2M", Path: "/cases/5", Due: soon}, {About: "task", Label: "B4XN8P", Path: "/cases/6", Due: now},
					{About: "visit", Path: "/programmes/41/hosts/3", Due: soon}, {About: "approval", Path: "/programmes/41/hosts/4", Due: soon},
				},
			}
		}},
		{"desk_today/empty", func(f pages.Frame) pages.Page {
			return pages.DeskToday{Frame: in(f, "", "/programmes/41/today"), ProgrammeHead: reads("today")}
		}},
		{"desk_rota/many", func(f pages.Frame) pages.Page {
			return pages.DeskRota{
				Frame: in(f, "", "/programmes/41/rota"), ProgrammeHead: head("today"), Duties: []view.Duty{handed, onDuty, next}, Which: "1",
				Team:     []view.Option{{Value: "11", Label: "Marie Le Goff", Selected: true}, {Value: "12", Label: wordy.Name}},
				Problems: []view.Problem{{Field: "from", Code: "taken"}, {Field: "handed", Code: "missing"}},
			}
		}},
		{"desk_rota/empty", func(f pages.Frame) pages.Page {
			return pages.DeskRota{Frame: in(f, "", "/programmes/41/rota"), ProgrammeHead: reads("today")}
		}},
		{"desk_letters/many", func(f pages.Frame) pages.Page {
			return pages.DeskLetters{
				Frame: in(f, "", "/programmes/41/letters"), ProgrammeHead: head("today"), Forms: []view.LetterForm{{ID: "1", Title: "Rendez-vous à l’école", Text: "Bonjour {name},\n\n…"}, {ID: "2", Title: wordy.Name, Text: "{date}"}},
				Title: "x", Text: "{adresse}", Problems: []view.Problem{{Field: "letter", Code: "unknown-placeholder"}},
			}
		}},
		{"desk_letters/empty", func(f pages.Frame) pages.Page {
			return pages.DeskLetters{Frame: in(f, "", "/programmes/41/letters"), ProgrammeHead: head("today")}
		}},
		{"case_letter/filled", func(f pages.Frame) pages.Page {
			return pages.CaseLetter{
				Frame: in(f, "", "/cases/5/letter"), Case: aCase, Forms: []view.Option{{Value: "papers", Label: "Papiers à apporter", Selected: true}, {Value: "1", Label: wordy.Name}},
				Title: "Papiers à apporter", Text: "Le 28 novembre\n\nBonjour Оксана,", Problems: []view.Problem{{Field: "title", Code: "missing"}},
			}
		}},
		{"case_letter_sheet/one", func(f pages.Frame) pages.Page {
			return pages.CaseLetterSheet{Frame: in(f, "", "/cases/5/letters/2"), Case: aCase, Title: "Papiers à apporter", Text: "Le 28 novembre\n\nBonjour Оксана,"}
		}},
		{"lawful_requests/many", func(f pages.Frame) pages.Page {
			return pages.LawfulRequests{
				Frame: in(f, "", "/programmes/41/requests"), ProgrammeHead: head("today"), List: []view.LawfulRequest{asked, decided}, Typed: map[string]string{"ground": "court"},
				About: &view.Option{Value: "5", Label: "K7WQ2M"}, Problems: []view.Problem{{Field: "law", Code: "missing"}},
			}
		}},
		{"lawful_requests/empty", func(f pages.Frame) pages.Page {
			return pages.LawfulRequests{Frame: in(f, "", "/programmes/41/requests"), ProgrammeHead: head("today"), Typed: map[string]string{}}
		}},
		{"hosts_import/done", func(f pages.Frame) pages.Page {
			return pages.HostsImport{Frame: in(f, "", "/programmes/41/hosts/import"), ProgrammeHead: head("hosts"), Done: true, Taken: 212, Bad: 2, Refused: []view.RefusedLine{{Line: 4, Reason: "email"}, {Line: 1208, Reason: "born"}}}
		}},
		{"hosts_import/empty", func(f pages.Frame) pages.Page {
			return pages.HostsImport{Frame: in(f, "", "/programmes/41/hosts/import"), ProgrammeHead: head("hosts"), Problems: []view.Problem{{Field: "list", Code: "no-offers"}}}
		}},
		{"home_visited/holds", func(f pages.Frame) pages.Page {
			return pages.HomeVisited{
				Frame: in(f, "", "/programmes/41/found/4/visited"), ProgrammeHead: head("search"), Home: foundHomes()[2], Came: "holds", At: ago(900 * time.Hour), Until: now.AddDate(0, 10, 0),
				Document: `{"at":"2026-10-21T00:00:00Z","by":"https://rhone.example/g/toit","home":"https://rhone.example/h/1"}`, Command: "palier housing visited visited.json --seal z6MkpTHR8VNsBxYAAWHut2Geadd9jSwuBV8xRoAnwWsdvktH",
			}
		}},
		{"home_visited/none", func(f pages.Frame) pages.Page {
			return pages.HomeVisited{Frame: in(f, "", "/programmes/41/found/4/visited"), ProgrammeHead: head("search"), Home: foundHomes()[2], Came: "none"}
		}},
		{"safety/sheet", func(f pages.Frame) pages.Page {
			return pages.Safety{
				Frame: in(f, "", "/safety"), Country: "FR", Countries: []view.Option{{Value: "DE", Label: "Allemagne"}, {Value: "FR", Label: "France", Selected: true}}, Numbers: urgent,
				Rights: []string{"Votre accueil est gratuit."}, Never: []string{"Demander de l’argent, un loyer ou une caution."},
			}
		}},
		{"costs/some", func(f pages.Frame) pages.Page {
			return pages.Costs{Frame: in(f, "", "/costs"), Lines: []view.Cost{{What: "Serveur et sauvegardes", Euros: 1240, Who: "La mairie"}, {What: wordy.Name, Euros: 12, Who: wordy.Name}}, Sum: 1252, Text: "Tenu par des bénévoles.", Changed: ago(time.Hour)}
		}},
		{"costs/empty", func(f pages.Frame) pages.Page { return pages.Costs{Frame: stranger(in(f, "", "/costs"))} }},
		{"admin_costs/some", func(f pages.Frame) pages.Page {
			return pages.AdminCosts{Frame: in(f, "costs", "/admin/costs"), Lines: []view.Cost{{What: "Serveur", Amount: "1240", Who: "La mairie"}, {What: "Nom", Amount: "beaucoup"}, {}}, Problems: []view.Problem{{Field: "line-2", Code: "number", Limit: 10_000_000}}}
		}},
	}
}

// theNight is who has no bed, and what is free.
func theNight() pages.ProgrammeTonight {
	room := view.HomeCard{Category: "private-room", Area: "69", From: ago(time.Hour), Until: ago(-2000 * time.Hour), Bedrooms: 1, Places: 2, Smoking: "no", Languages: []string{"fr"}, Features: []string{"lock"}}
	return pages.ProgrammeTonight{
		ProgrammeHead: head("tonight"), Beds: 5, Areas: []string{"22", "35"}, Asked: []view.NightAsked{{Until: ago(-48 * time.Hour)}, {Area: "35", Until: ago(-72 * time.Hour)}},
		Yes:     []view.NightSaid{{Path: "/programmes/41/homes/3", Where: "Dinan (22)", Category: "private-room", Beds: 2, At: ago(time.Minute)}, {Path: "/programmes/41/homes/4", Where: "Saint-Martin-des-Champs (29)", Category: "entire-place", Beds: 4, At: ago(time.Hour)}},
		NoWord:  []view.NightSaid{{Path: "/programmes/41/homes/5", Where: "Lehon (22)", Category: "private-room", At: ago(time.Hour)}},
		No:      []view.NightSaid{{Path: "/programmes/41/homes/6", Where: "Dinan (22)", Category: "private-room", At: ago(time.Hour)}},
		Waiting: []view.CaseLine{{ID: "5", Path: "/cases/5", Label: "K7WX2P", Stage: "proposal", Ready: true, Tonight: true, Beds: 1}, {ID: "6", Path: "/cases/6", Label: "R3TB8N", Stage: "intake", Tonight: true, Frozen: true}},
		Fits: []view.NightHome{
			{Number: 1, Home: "https://asso.example/h/1", Card: room, Free: 2, Ours: true, Said: true, Talk: []view.HomeRule{{Rule: "language"}}},
			{Number: 2, Home: "https://other.example/h/2", Card: room, Free: 3, Heard: ago(5 * time.Hour)},
		},
		OnDuty:  []view.Duty{{ID: "1", Who: view.Person{Name: "Casimir", Path: "/@casimir"}, From: ago(time.Hour), Until: ago(-5 * time.Hour), Now: true}},
		Shelter: []view.EmergencyNumber{{Number: "115", What: "shelter"}}, Numbers: []view.EmergencyNumber{{Number: "112", What: "any"}}, After: ago(-time.Hour),
	}
}
