package stories

import (
	"time"

	"palier/instance/web/pages"
	"palier/instance/web/view"
)

var (
	toit     = view.CaseProgramme{ID: "90", Name: "Un toit en Rance", Path: "/programmes/90", Keeps: true, Leads: true}
	longToit = view.CaseProgramme{ID: "91", Name: wordy.Name, Path: "/programmes/91", Keeps: true}
	keeper   = view.Person{ID: "12", Name: "Yann Kerbrat", Handle: "yann", Path: "/@yann", Kind: view.Resident}
	aCase    = view.CaseLine{Path: "/cases/5", Label: "K7WQ2M", Stage: "proposal", Came: "referrer", Since: ago(72 * time.Hour), Keeper: &keeper, Overdue: 2, Tasks: 1, Open: 1}
	frozen   = view.CaseLine{Path: "/cases/6", Label: "B4XN8P", Stage: "vetting", Came: "self", Since: ago(300 * time.Hour), Frozen: true}
	soon     = now.AddDate(0, 0, 14)
	aCard    = view.HomeCard{
		Category: "private-room", Area: "22", From: now, Until: now.AddDate(0, 6, 0), Bedrooms: 2, Places: 3, Smoking: "outside",
		Languages: []string{"français", "українська"}, Features: []string{"internet", "lock", "own-bathroom", "kitchen", "transport", "host-has-pets"},
	}
	anyIncident = view.CaseIncident{ID: "7", Path: "/incidents/7", Case: "K7WQ2M", CasePath: "/cases/5", Kind: "sign", Side: "team", Severity: 3, State: "open", At: ago(time.Hour)}
	urgent      = []view.EmergencyNumber{{Number: "112", What: "any"}, {Number: "114", What: "deaf", Text: true}, {Number: "3919", What: "women"}}
	allFlags    = []string{"only-women", "shared-bed", "papers", "exchange", "silent", "afraid", "damage"}
	aTalk       = []view.CaseEntry{
		{ID: "3", Kind: "household", At: ago(time.Hour), Text: "أين يمكننا أن نلتقي؟ رقمي ▒▒▒", Taken: []string{"phone", "street"}, Lang: "ar", Heard: "all"},
		{ID: "2", Kind: "host", At: ago(2 * time.Hour), Text: "La chambre est prête.", Lang: "fr", Heard: "host"},
		{ID: "1", Kind: "team", At: ago(30 * time.Hour), Text: "Bonjour, nous vous accompagnons.", Lang: "fr", Heard: "household"},
	}
)

func aFile() pages.CaseForm {
	return pages.CaseForm{
		Rows: []view.GuestRow{{N: 1, Name: "Оксана", Age: "adult", Sex: "female"}, {N: 2, Name: "Lilia", Age: "child", Sex: "female", Parent1: "1"}, {N: 3, Age: "teen", Sex: "unsaid", Parent1: "1", Parent2: "2"}},
		From: "2026-12-01", Until: "2027-03-01", First: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC), Last: time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC), Reach: "06 00 00 00 00, foyer", Referrer: "Croix verte", Needs: "Frigo pour un médicament", Plan: "Chez une tante à Rennes", Notes: wordy.Name,
		StepFree: true, Pets: true, Transport: true, Area: "22 35", Languages: []view.Option{{Value: "uk", Label: "українська", Selected: true}, {Value: "ar", Label: "العربية"}, {Value: "ti", Label: "ትግርኛ"}},
		NoGo: []view.Option{{Value: "animals", Selected: true}, {Value: "men", Selected: true}, {Value: "shared-bathroom"}},
	}
}

func stagesOf(now string) []view.CaseStage {
	var list []view.CaseStage
	for i, name := range []string{"intake", "vetting", "proposal", "meeting", "agreement", "active", "ending", "closed", "referred"} {
		list = append(list, view.CaseStage{Name: name, Count: 3 * i, Now: name == now})
	}
	return list
}

// sheltering are the pages of cases of people who need a home.
func sheltering() []Story {
	fits := []view.HomeFit{
		{Home: "https://a.example/h/1", Number: 1, ID: "1", Card: aCard, State: "interested", May: true, Ready: true, Talk: []view.HomeRule{{Rule: "language"}, {Rule: "lock"}}},
		{
			Home: "https://a.example/h/2", Number: 2, Card: aCard, Shared: true, Known: true, Men: 1,
			Against: []view.HomeRule{{Rule: "women-with-men", Theirs: true, Heard: true}, {Rule: "rooms", Need: 3, Have: 1, Theirs: true}, {Rule: "no-go", What: "animals", Theirs: true, Chosen: true}, {Rule: "step-free"}},
		},
		{Home: "https://b.example/h/3", Number: 3, ID: "3", Card: view.HomeCard{Category: "entire-place", Area: "35", From: now, Until: soon, Places: 1, Smoking: "no"}, State: "shown", May: true},
	}
	follow := []view.CaseFollowUp{
		{ID: "1", Kind: "arrival", Due: ago(48 * time.Hour), Done: ago(40 * time.Hour), Text: "Tout va bien."},
		{ID: "2", Kind: "alone", Due: ago(24 * time.Hour), Overdue: true, Tries: 1}, {ID: "3", Kind: "visit", Due: soon},
	}
	return []Story{
		{"cases/board", func(f pages.Frame) pages.Page {
			return pages.Cases{
				Frame: in(f, "", "/programmes/90/cases"), Programme: toit, Stages: stagesOf("proposal"), Stage: "proposal", Lines: []view.CaseLine{aCase, frozen}, Tonight: []view.CaseLine{aCase, frozen},
				Hosts: []view.ProgrammeCount{{What: "vetting", Count: 4, Path: "/programmes/90/hosts?state=vetting"}, {What: "proposed", Count: 1, Path: "/programmes/90/hosts?state=proposed"}},
				More:  "/programmes/90/cases?after=1", Incidents: []view.CaseIncident{anyIncident},
				Overdue: []view.CaseFollowUp{{Path: "/cases/5/followups", Label: "K7WQ2M", Kind: "alone", Due: ago(48 * time.Hour), Tries: 1}},
			}
		}},
		{"cases/empty", func(f pages.Frame) pages.Page {
			return pages.Cases{Frame: in(f, "", "/programmes/91/cases"), Programme: longToit, Stages: stagesOf("intake"), Stage: "intake", Mine: true}
		}},
		{"case_form/new", func(f pages.Frame) pages.Page {
			p := aFile()
			p.Frame, p.Programme, p.Action, p.Back, p.Came = in(f, "", "/programmes/90/cases/new"), toit, "/programmes/90/cases/new", "/programmes/90/cases", "referrer"
			p.Problems = []view.Problem{{Field: "members", Code: "missing"}, {Field: "stay", Code: "malformed", Limit: 1095}, {Field: "consent", Code: "unticked"}}
			return p
		}},
		{"case_form/self", func(f pages.Frame) pages.Page {
			p := aFile()
			p.Frame, p.Programme, p.Action, p.Back, p.Self = in(f, "", "/programmes/91/ask"), longToit, "/programmes/91/ask", "/programmes/91", true
			return p
		}},
		{"case/whole", func(f pages.Frame) pages.Page {
			return pages.Case{
				Frame: in(f, "", aCase.Path), Programme: toit, Case: aCase, Form: aFile(), Bedrooms: 2, Signed: 1, MayMark: true, Uninsured: true, Steps: []view.CaseStep{{Name: "meet"}, {Name: "look-again"}, {Name: "close", Ends: true}},
				Consents: []view.CaseConsent{{To: "partner", Given: ago(time.Hour)}, {To: "host"}, {To: "authority"}, {To: "interpreter"}}, Code: "ABCDE FGHJK", Reference: "23456 78923",
				Holds: []view.CaseHold{{ID: "1", State: "held", From: now, Until: soon, Lease: soon, There: soon.Add(5 * time.Hour), Signed: 1, CanSign: true, Abroad: abroad()}, {ID: "2", State: "placed", From: now, Until: soon, CanRenew: true, CanExtend: true, GuestAt: now, HostAt: now, Next: soon}, {ID: "3", State: "refused", From: now, Until: soon, Renews: true, Refused: "taken", Free: soon}},
				Notes: []view.CaseEntry{{ID: "1", Kind: "task", By: "Yann Kerbrat", At: ago(time.Hour), Due: soon, Text: "Rappeler lundi"}, {ID: "2", Kind: "call", At: ago(time.Hour), Text: wordy.Name}},
				Team:  []view.Option{{Value: "12", Label: "Yann Kerbrat", Selected: true}}, Problems: []view.Problem{{Field: "steps", Code: "not-now"}},
			}
		}},
		{"case/minor", func(f pages.Frame) pages.Page {
			return pages.Case{
				Frame: in(f, "", frozen.Path), Programme: toit, Case: frozen, Alone: true, Minors: "119", Form: pages.CaseForm{Rows: []view.GuestRow{{N: 1, Age: "teen", Sex: "male"}}, From: "2026-12-01", Until: "2026-12-02", First: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC), Last: time.Date(2026, 12, 2, 0, 0, 0, 0, time.UTC)},
				Steps: []view.CaseStep{{Name: "refer"}, {Name: "close", Ends: true}}, Problems: []view.Problem{{Field: "members", Code: "minor-alone"}},
			}
		}},
		{"case/erased", func(f pages.Frame) pages.Page {
			return pages.Case{Frame: in(f, "", frozen.Path), Programme: longToit, Case: frozen, Erased: true}
		}},
		{"case_sheet/whole", func(f pages.Frame) pages.Page {
			return pages.CaseSheet{Frame: in(f, "", "/cases/5/sheet"), Case: aCase, Form: aFile(), Calls: follow}
		}},
		{"case_homes/three", func(f pages.Frame) pages.Page {
			return pages.CaseHomes{Frame: in(f, "", "/cases/5/homes"), Case: aCase, Form: aFile(), Bedrooms: 2, Fits: fits, Problems: []view.Problem{{Field: "homes", Code: "too-many", Limit: 5}}}
		}},
		{"case_homes/none", func(f pages.Frame) pages.Page {
			return pages.CaseHomes{Frame: in(f, "", "/cases/5/homes"), Case: aCase, Form: aFile(), Bedrooms: 2}
		}},
		{"case_talk/some", func(f pages.Frame) pages.Page {
			return pages.CaseTalk{Frame: in(f, "", "/cases/5/talk"), Case: aCase, Talk: aTalk, HasHost: true, Contact: view.StayContact{May: true, Guest: true, Host: true, One: true, MayOpen: true}, Problems: []view.Problem{{Field: "text", Code: "empty"}}}
		}},
		{"case_talk/none", func(f pages.Frame) pages.Page {
			return pages.CaseTalk{Frame: in(f, "", "/cases/5/talk"), Case: aCase}
		}},
		{"case_followups/some", func(f pages.Frame) pages.Page {
			return pages.CaseFollowUps{Frame: in(f, "", "/cases/5/followups"), Case: aCase, List: follow, Signs: allFlags}
		}},
		{"case_followups/none", func(f pages.Frame) pages.Page {
			return pages.CaseFollowUps{Frame: in(f, "", "/cases/5/followups"), Case: aCase}
		}},
		{"case_readings/some", func(f pages.Frame) pages.Page {
			return pages.CaseReadings{Frame: in(f, "", "/programmes/90/readings"), Programme: toit, List: []view.CaseReading{{By: &marie, What: "file", Label: "K7WQ2M", Path: "/cases/5", At: ago(time.Hour)}, {What: "sheet", Label: "K7WQ2M", Path: "/cases/5", At: ago(time.Hour)}}, More: "/programmes/90/readings?before=1"}
		}},
		{"case_readings/none", func(f pages.Frame) pages.Page {
			return pages.CaseReadings{Frame: in(f, "", "/programmes/90/readings"), Programme: toit}
		}},
		{"case_statistics/some", func(f pages.Frame) pages.Page {
			return pages.CaseStatistics{
				Frame: in(f, "", "/programmes/90/statistics"), Programme: toit, From: now.AddDate(-1, 0, 0), Until: now, Nights: 1250, Days: 95, Waiting: 35, Waited: -1, Fewest: 11, Rounded: 5,
				Tables: []view.StatisticsTable{{Name: "offered", Columns: []string{"2026-10", "2026-11"}, Rows: []view.StatisticsRow{{Name: "22", Cells: []int{15, -1, 25}}, {Cells: []int{-1, -1, -1}}}}, {Name: "placed", Columns: []string{"2026-10", "2026-11"}}},
				Ends:   []view.StatisticsRow{{Name: "own-home", Cells: []int{20}}, {Name: "family", Cells: []int{-1}}}, BySize: []view.StatisticsRow{{Name: "one", Cells: []int{15, 20}}, {Name: "three-four", Cells: []int{-1, -1}}},
				ByLanguage: []view.StatisticsRow{{Name: "uk", Cells: []int{20, 15}}},
				Free:       []view.StatisticsRow{{Name: "22", Cells: []int{25}}, {Name: "35", Cells: []int{-1}}}, FreeInAll: 30,
			}
		}},
		{"incident_form/new", func(f pages.Frame) pages.Page {
			return pages.IncidentForm{Frame: in(f, "", "/cases/5/incident"), Programme: toit, Case: aCase, Action: "/cases/5/incident", Homes: []view.Option{{Value: "https://a.example/h/1", Label: "Logement 1"}}, Severity: "4", Text: "Elle est partie.", Signs: allFlags, Problems: []view.Problem{{Field: "how-grave", Code: "missing"}, {Field: "home", Code: "missing"}}}
		}},
		{"incident/open", func(f pages.Frame) pages.Page {
			i := anyIncident
			i.CanLook, i.Frozen, i.Moved, i.Missing = true, true, true, 1
			i.Entries = []view.CaseIncidentEntry{{Deed: "opened", By: "Yann Kerbrat", At: ago(time.Hour), Text: "Elle est partie à 22 h.", Signs: []string{"afraid", "papers"}, Alike: alikes()}}
			return pages.Incident{Frame: in(f, "", i.Path), Programme: toit, Incident: i, Numbers: urgent, Problems: []view.Problem{{Field: "outcome", Code: "missing"}}}
		}},
		{"incident/decided", func(f pages.Frame) pages.Page {
			i := anyIncident
			i.Kind, i.Severity, i.State, i.Outcome, i.CanEnd, i.Appeals = "complaint", 1, "decided", "talk", true, true
			i.Entries = []view.CaseIncidentEntry{{Deed: "looked", At: ago(time.Hour), Outcome: "talk"}, {Deed: "decided", At: ago(time.Hour), Outcome: "talk", Text: wordy.Name}}
			return pages.Incident{Frame: in(f, "", i.Path), Programme: longToit, Incident: i, Numbers: urgent}
		}},
		{"households/some", func(f pages.Frame) pages.Page {
			return pages.Households{Frame: in(f, "", "/household"), List: []view.OwnCase{{Path: "/household/5", Stage: "proposal", Since: ago(time.Hour)}}, Code: "AAAA", Problems: []view.Problem{{Field: "code", Code: "no-case"}}}
		}},
		{"households/none", func(f pages.Frame) pages.Page { return pages.Households{Frame: in(f, "", "/household")} }},
		{"household_case/proposal", func(f pages.Frame) pages.Page {
			return pages.HouseholdCase{
				Frame: in(f, "", "/household/5"), Numbers: urgent, Problems: []view.Problem{{Field: "complaint", Code: "nobody"}},
				Own: view.OwnCase{Path: "/household/5", Stage: "proposal", Since: now, Homes: []view.OwnHome{{ID: "1", State: "shown", Card: aCard}, {ID: "2", State: "interested", Card: aCard}, {ID: "4", State: "interested", Card: aCard, Lives: true}, {ID: "5", State: "interested", Card: aCard, Gone: true}, {ID: "3", State: "declined", Card: aCard}}, Talk: aTalk},
			}
		}},
		{"household_case/active", func(f pages.Frame) pages.Page {
			return pages.HouseholdCase{Frame: in(f, "", "/household/5"), Numbers: urgent, HasHost: true, Own: view.OwnCase{Path: "/household/5", Stage: "ending", Since: now, Until: soon, Called: "Oksana", Contact: view.StayContact{May: true, Guest: true, Host: true, Open: true, Way: "zoe@people.example"}, Agreement: true, Told: []view.CaseIncident{{State: "decided", At: ago(time.Hour)}}, Decided: decisions()}, Problems: []view.Problem{{Field: "appeal", Code: "missing"}, {Field: "called", Code: "tells-phone"}}}
		}},
	}
}
