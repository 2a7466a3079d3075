package stories

import (
	"time"

	"palier/instance"
	"palier/instance/countries"
	"palier/instance/hosts"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// zenobie is a host as her own page shows her.
func zenobie(state string) pages.Hosting {
	return pages.Hosting{
		Decided:   decisions(),
		Lodged:    []view.HostLodged{{Who: accueil, From: ago(48 * time.Hour), Until: ago(-2000 * time.Hour), Places: 2}},
		Programme: roof, Action: "/hosting/9", State: state, Confirmed: true, Name: "Zénobie Tournemire", Phone: "06 12 34 56 78",
		Address: "12 rue du Canari, 22100 Dinan", About: "Une chambre calme sur cour, un chat.", Until: ago(-300 * 24 * time.Hour),
		Limits:     instance.HostLimits{Places: 2, Nights: 90},
		Adults:     []view.HostAdult{{ID: "1", Name: "Zénobie Tournemire", Own: true, Heard: true, Checked: true}, {ID: "2", Name: "Philibert-Emmanuel de La Tour d’Auvergne-Lauraguais"}},
		References: []view.HostReference{{Name: "Bertille", Answered: true}, {Name: "Ma sœur", Family: true}},
	}
}

// opened is her file as the team sees it.
func opened(state string) pages.ProgrammeHost {
	own := zenobie(state)
	own.References[0].Text = "Je la connais depuis dix ans et lui confierais mes enfants."
	return pages.ProgrammeHost{
		Alike: alikes(), ByLink: true,
		ProgrammeHead: head("hosts"), Path: "/programmes/41/hosts/9", State: state, Name: own.Name, Email: "zenobie@people.example", Phone: own.Phone,
		Address: own.Address, Born: 1970, About: own.About, Lawful: true, Document: "bulletin n° 3", Adults: own.Adults, References: own.References,
		Places: 2, Until: "2027-11-01",
	}
}

func hostLine(name, state string) view.HostLine {
	return view.HostLine{Path: "/programmes/41/hosts/9", Name: name, Number: "117693953802240001", State: state, Since: ago(time.Hour), Places: 2}
}

// stayed is a stay with her.
func stayed(state string) pages.HostStay {
	return pages.HostStay{
		Back: "/hosting/9", Numbers: []view.EmergencyNumber{{Number: "112", What: "any"}, {Number: "114", What: "deaf", Text: true}},
		Stay: view.HostStay{
			Path: "/hosting/9/stays/5", State: state, From: ago(48 * time.Hour), Until: ago(-2000 * time.Hour), Places: 2, Called: "Oksana", Keeper: "Casimir", Contact: view.StayContact{May: true, Guest: true},
			Talk: []view.CaseEntry{
				{ID: "2", Kind: "household", At: ago(time.Hour), Text: "Дякуємо. ▒▒▒", Taken: []string{"phone"}, Lang: "uk", Heard: "all"},
				{ID: "1", Kind: "host", At: ago(2 * time.Hour), Text: "Bienvenue !", Lang: "fr", Heard: "all"},
			},
			Next: []view.CaseFollowUp{{Kind: "both", Due: ago(-100 * time.Hour)}, {Kind: "visit", Due: ago(-700 * time.Hour)}},
			Told: []view.CaseIncident{{State: "looked", At: ago(30 * time.Hour)}, {State: "closed", At: ago(300 * time.Hour), Answer: "Une autre personne suit ce séjour depuis lundi."}},
		},
	}
}

// pact is an agreement as one of the three reads it in a language.
func pact(role, lang string) pages.StayAgreement {
	rules, _ := countries.Of("FR")
	text, _ := rules.Text(lang)
	p := pages.StayAgreement{
		Back: "/household/5", Action: "/household/5/agreement", Role: role, Written: true,
		Pact: view.StayAgreement{
			Version: 2, Hash: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", Made: ago(time.Hour), Lang: lang, Title: text.Title, Clauses: text.Clauses,
			Programme: "Un toit ensemble", From: ago(time.Hour), Until: ago(-2000 * time.Hour), Places: 2, Rules: "On se déchausse. Pas de bruit après 22 h.",
			Signed: []view.StaySignature{{Party: "guest", At: ago(time.Hour), Lang: "uk", Paper: true}, {Party: "host"}, {Party: "association"}},
		},
	}
	for _, l := range []string{"ar", "en", "fr", "uk"} {
		p.Tongues = append(p.Tongues, view.Option{Value: l, Label: p.Action + "?in=" + l, Selected: l == lang})
	}
	return p
}

// inventoried is the inventory of a stay as one of the three reads it.
func inventoried(role string) pages.StayInventory {
	return pages.StayInventory{
		Back: "/household/5", Action: "/household/5/inventory", Role: role, From: ago(time.Hour), Until: ago(-2000 * time.Hour),
		Rooms: []view.InventoryRoom{
			{Name: "bedroom", Items: []view.InventoryItem{
				{What: "bed", Entry: "good", Exit: "damaged", EntryNote: "Matelas neuf", ExitNote: "Une latte cassée, signalée le jour même", Differs: true},
				{Text: "Armoire normande transmise par la grand-mère de Philibert-Emmanuel", Entry: "worn", Exit: "worn"},
			}},
			{Name: "home", Items: []view.InventoryItem{{What: "alarm", Entry: "new"}}},
		},
		Moments: []view.Inventory{
			{
				Moment: "entry", There: true, Version: 2, Hash: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", Made: ago(time.Hour), Shut: ago(time.Hour),
				Keys: []view.InventoryCount{{What: "front", Value: "2"}}, Meters: []view.InventoryCount{{What: "water", Value: "00812"}}, Note: "La cave n’a pas été vue.",
				Remarks: []view.InventoryRemark{{Party: "guest", Text: "Вікно погано зачиняється.", Lang: "uk", At: ago(time.Hour)}},
				Signed:  []view.StaySignature{{Party: "guest", At: ago(time.Hour), Paper: true}, {Party: "host"}, {Party: "association"}},
			},
			{Moment: "exit", There: role == "team", Made: ago(time.Hour)},
		},
	}
}

// mediated is a mediation as one of the three reads it.
func mediated(role string) pages.StayMediation {
	return pages.StayMediation{
		Back: "/household/5", Action: "/household/5/mediation", Role: role, Points: []string{"1", "2", "3"}, Numbers: []view.EmergencyNumber{{Number: "112", What: "any"}},
		List: []view.Mediation{
			{Asked: "host", State: "running", Why: "La musique après minuit, et la cuisine.", Lang: "fr", Mediator: "Colette", At: ago(time.Hour)},
			{
				Asked: "guest", State: "closed", Outcome: "failed", Why: "Ми не можемо готувати.", Lang: "uk", Mediator: "Philibert-Emmanuel de La Tour d’Auvergne-Lauraguais", Incident: "/incidents/3",
				At: ago(400 * time.Hour), Closed: ago(300 * time.Hour),
				Talks: []view.MediationTalk{{On: ago(350 * time.Hour), Present: "Les deux, une interprète", Said: "Tous deux sont fatigués.", Agreed: []view.MediationPoint{{Text: "La cuisine est libre de 18 h à 19 h.", Due: ago(-100 * time.Hour)}}}},
			},
		},
	}
}

// hostingStories are the pages of hosts.
func hostingStories() []Story {
	return []Story{
		{"host_form/wrong", func(f pages.Frame) pages.Page {
			return pages.HostForm{Frame: stranger(in(f, "", "/programmes/41/host")), Programme: roof, Form: pages.HostWriting{Kind: "room", Places: "1", Nights: "90"}, Problems: []view.Problem{{Field: "born", Code: "too-young", Limit: 18}}}
		}},
		{"host_form/where", func(f pages.Frame) pages.Page {
			return pages.HostForm{Frame: in(f, "", "/programmes/41/host"), Programme: roof, Where: true, Form: pages.HostWriting{Commune: "Saint-Martin"}, Found: []view.Option{{Value: "22312", Label: "Saint-Martin-des-Prés (22)"}, {Value: "29254", Label: "Saint-Martin-des-Champs (29)"}}, Problems: []view.Problem{{Field: "commune", Code: "which"}}}
		}},
		{"host_form/sent", func(f pages.Frame) pages.Page {
			return pages.HostForm{Frame: stranger(in(f, "", "/programmes/41/host")), Programme: roof, Sent: true}
		}},
		{"hosting/waiting", func(f pages.Frame) pages.Page {
			p := zenobie("interested")
			p.Frame, p.Waiting = in(f, "", "/hosting/9"), hosts.Waiting{Ahead: 37, PerWeek: 10}
			p.Numbers = []view.EmergencyNumber{{Number: "112", What: "any"}, {Number: "114", What: "deaf", Text: true}}
			return p
		}},
		{"hosting_tonight/asked", func(f pages.Frame) pages.Page {
			return pages.HostingTonight{
				Frame: stranger(in(f, "", "/hosting/tonight/9/2026-11-28/a")), Action: "/hosting/tonight/9/2026-11-28/a", Night: now, Stop: "/stop/tonight/9/a",
				Homes:    []view.NightQuestion{{ID: "1", Category: "private-room", Most: 3}, {ID: "2", Category: "entire-place", Most: 4, Beds: 2, Said: true}},
				Problems: []view.Problem{{Field: "beds", Code: "taken"}},
			}
		}},
		{"hosting_tonight/over", func(f pages.Frame) pages.Page {
			return pages.HostingTonight{Frame: stranger(in(f, "", "/hosting/tonight/9/2026-11-28/a")), Night: now, Stop: "/stop/tonight/9/a", Over: true}
		}},
		{"hosting/check", func(f pages.Frame) pages.Page {
			p := zenobie("informed")
			p.Frame, p.Wanting = in(f, "", "/hosting/9"), pages.HostWants()
			p.Problems = []view.Problem{{Field: "check-room", Code: "unticked"}, {Field: "about", Code: "tells-phone"}}
			return p
		}},
		{"hosting/approved", func(f pages.Frame) pages.Page {
			p := zenobie("approved")
			p.Asked, p.Question = true, "/hosting/tonight/9/2026-11-28/a"
			p.Frame, p.Visit = in(f, "", "/hosting/9"), &view.HostVisit{At: ago(48 * time.Hour), Until: ago(-300 * 24 * time.Hour), Passed: true}
			return p
		}},
		{"host_stay/living", func(f pages.Frame) pages.Page {
			p := stayed("living")
			p.Frame = in(f, "", p.Stay.Path)
			return p
		}},
		{"host_stay/halted", func(f pages.Frame) pages.Page {
			p := stayed("over")
			p.Frame, p.Stay.Halted, p.Stay.Ends, p.Stay.Called = in(f, "", p.Stay.Path), true, true, ""
			p.Problems = []view.Problem{{Field: "to", Code: "halted"}, {Field: "complaint", Code: "missing"}}
			return p
		}},
		{"stay_agreement/guest", func(f pages.Frame) pages.Page {
			p := pact("guest", "ar")
			p.Frame, p.MaySign = in(f, "", p.Action), true
			p.Problems = []view.Problem{{Field: "understood", Code: "unticked"}}
			return p
		}},
		{"stay_agreement/team", func(f pages.Frame) pages.Page {
			p := pact("team", "fr")
			p.Frame, p.MayDraft, p.Papers = in(f, "", p.Action), true, []string{"host"}
			p.Pact.Rules = ""
			p.Insured = []view.Insurance{{Of: "host", Kind: "home", Blocks: true}, {Of: "guest", Kind: "liability", Seen: ago(time.Hour), By: "Casimir"}}
			return p
		}},
		{"stay_agreement/none", func(f pages.Frame) pages.Page {
			return pages.StayAgreement{Frame: in(f, "", "/cases/5/agreement"), Back: "/cases/5", Action: "/cases/5/agreement", Role: "team", MayDraft: true}
		}},
		{"stay_night/guest", func(f pages.Frame) pages.Page {
			return pages.StayNight{Frame: in(f, "", "/household/5/first-night"), Back: "/household/5", Role: "guest", Night: view.StayNight{
				Programme: "Un toit ensemble", From: ago(time.Hour), Until: ago(-2000 * time.Hour), Places: 2, Name: "Zénobie", Address: "12 rue du Canari, 22100 Dinan",
				About: "Une chambre calme sur cour, un chat.", Rules: "On se déchausse.", Features: []string{"lock", "internet"}, Smoking: "outside",
				Numbers: []view.EmergencyNumber{{Number: "112", What: "any"}, {Number: "114", What: "deaf", Text: true}},
			}}
		}},
		{"stay_inventory/guest", func(f pages.Frame) pages.Page {
			p := inventoried("guest")
			p.Frame, p.Moments[0].MayRemark, p.Moments[0].MaySign = in(f, "", p.Action), true, true
			p.Problems = []view.Problem{{Field: "understood-entry", Code: "unticked"}}
			return p
		}},
		{"stay_inventory/team", func(f pages.Frame) pages.Page {
			p := inventoried("team")
			m := &p.Moments[1]
			p.Frame, m.MayWrite, m.MayShut, m.MayRemark, m.MayPicture = in(f, "", p.Action), true, true, true, true
			p.Moments[0].MayReopen, p.Moments[0].Papers = true, []string{"host"}
			return p
		}},
		{"stay_inventory_form/exit", func(f pages.Frame) pages.Page {
			return pages.StayInventoryForm{
				Frame: in(f, "", "/cases/5/inventory/exit"), Back: "/cases/5/inventory", Action: "/cases/5/inventory/exit", Moment: "exit",
				Rooms:  []view.InventoryFormRoom{{Name: "bedroom", Rows: []view.InventoryRow{{ID: "bedroom-bed", What: "bed", State: "damaged", Note: "Latte cassée", Entry: "good"}, {ID: "bedroom-lock", What: "lock"}}}},
				Others: []view.InventoryRow{{ID: "1", Text: "Lit de bébé", Room: "bedroom", Entry: "worn"}, {ID: "2"}}, Keys: []view.InventoryCount{{What: "front", Value: "2"}, {What: "badge"}},
				Meters: []view.InventoryCount{{What: "water", Value: "00812"}}, Problems: []view.Problem{{Field: "items", Code: "twice"}, {Field: "keys", Code: "malformed", Limit: 20}},
			}
		}},
		{"stay_inventory_sheet/empty", func(f pages.Frame) pages.Page {
			return pages.StayInventorySheet{
				Frame: in(f, "", "/cases/5/inventory/sheet"), Back: "/cases/5/inventory", Label: "K7WX2P", Keys: []string{"front", "room"}, Meters: []string{"water"},
				Rooms: []view.InventoryFormRoom{{Name: "bedroom", Rows: []view.InventoryRow{{What: "bed"}, {What: "lock"}}}, {Name: "home", Rows: []view.InventoryRow{{What: "alarm"}}}},
			}
		}},
		{"stay_mediation/guest", func(f pages.Frame) pages.Page {
			p := mediated("guest")
			p.Frame, p.List = in(f, "", p.Action), p.List[1:]
			p.MayAsk, p.Problems = true, []view.Problem{{Field: "why", Code: "missing"}}
			return p
		}},
		{"stay_mediation/team", func(f pages.Frame) pages.Page {
			p := mediated("team")
			p.Frame, p.Team = in(f, "", p.Action), []view.Option{{Value: "3", Label: "Colette"}}
			p.List[0].MayBegin, p.List[0].MayWrite, p.List[0].MayEnd = true, true, true
			p.Problems = []view.Problem{{Field: "points", Code: "incomplete"}, {Field: "mediator", Code: "keeper"}}
			return p
		}},
		{"household_photographs/none", func(f pages.Frame) pages.Page {
			return pages.HouseholdPhotographs{Frame: in(f, "", "/household/5/homes/2/photographs"), Back: "/household/5"}
		}},
		{"host_reference/wrong", func(f pages.Frame) pages.Page {
			return pages.HostReference{Frame: stranger(in(f, "", "/references/X")), Action: "/references/X", About: "Zénobie Tournemire", Problems: []view.Problem{{Field: "text", Code: "short", Limit: 20}}}
		}},
		{"programme_hosts/full", func(f pages.Frame) pages.Page {
			return pages.ProgrammeHosts{
				Frame: in(f, "", "/programmes/41/hosts"), ProgrammeHead: head("hosts"), Waiting: 120,
				States: []view.Option{{Label: "any", Selected: true}, {Value: "interested", Label: "interested"}, {Value: "approved", Label: "approved"}},
				Hosts:  []view.HostLine{hostLine("Zénobie Tournemire", "vetting"), hostLine("", "approved")}, Queue: []view.HostLine{hostLine("Aristide", "interested")},
				Meetings: []view.HostMeeting{{ID: "3", At: ago(-72 * time.Hour), Venue: "Salle de l’association, par téléphone aussi", Places: 80, Invited: 12}, {ID: "2", At: ago(72 * time.Hour), Venue: "Mairie", Places: 10, Invited: 10, Over: true}},
				Problems: []view.Problem{{Field: "at", Code: "moment"}},
			}
		}},
		{"programme_host/vetting", func(f pages.Frame) pages.Page {
			p := opened("vetting")
			p.Frame, p.Wanting, p.Deeds = in(f, "", p.Path), pages.HostWants(), []string{"propose", "refuse", "end"}
			p.Visits = []view.HostVisit{{At: ago(time.Hour), Until: ago(-8000 * time.Hour), Missing: []string{"lock", "smoke"}, Worries: []string{"control"}, People: "elle et un chat", Note: "Serrure à poser."}}
			p.Drafts = []view.Option{{Value: "7", Label: "Dinan (22)"}}
			return p
		}},
		{"programme_host/proposed", func(f pages.Frame) pages.Page {
			p := opened("proposed")
			p.Frame, p.Identity, p.Deeds = in(f, "", p.Path), true, []string{"return", "refuse", "end"}
			p.Homes = []view.HostHome{{Path: "/programmes/41/homes/7", State: "submitted"}}
			return p
		}},
	}
}
