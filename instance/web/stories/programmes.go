package stories

import (
	"time"

	"palier/instance"
	"palier/instance/housing"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

var (
	roof = view.Programme{
		Person: view.Person{ID: "41", Name: "Un toit pour la Rance", Handle: "toit", Path: "/@toit", Kind: view.Place}, Path: "/programmes/41",
		Organisation: accueil, Summary: "<p>Des chambres et des logements, pour quelques mois.</p>", Role: "lead", Keeps: true, Leads: true,
	}
	wordyRoof = view.Programme{
		Person: view.Person{ID: "42", Name: "Hébergement solidaire intercommunal de Saint-Malo-de-Dinan-Bas-de-la-Lainerie", Handle: "hebergement", Path: "/@hebergement", Kind: view.Place},
		Path:   "/programmes/42", Organisation: wordy,
	}
	room = view.HomeFacts{
		Area: "Villeurbanne (69)", From: now.Add(14 * 24 * time.Hour), Until: now.Add(140 * 24 * time.Hour), Category: "private-room", Bedrooms: 1, Places: 2, Adults: 2, Children: 1,
		Smoking: "outside", Company: "women", Languages: append(view.TonguesOf([]string{"fr", "uk", "ar"}), view.Tongue{Code: "mk"}), Features: []string{"internet", "lock", "host-has-pets", "step-free-access"},
	}
	whole = view.HomeFacts{
		Area: "Saint-Malo-de-Dinan-Bas-de-la-Lainerie-et-des-Petits-Fossés (22)", From: now, Until: now.Add(900 * 24 * time.Hour), Category: "entire-place", Places: 6, Adults: 4, Children: 4, Pets: true, Smoking: "no",
	}
)

func head(tab string) pages.ProgrammeHead { return pages.ProgrammeHead{Programme: roof, Tab: tab} }

// reads is a head for somebody of the team who changes nothing.
func reads(tab string) pages.ProgrammeHead {
	h := head(tab)
	h.Programme.Role, h.Programme.Keeps, h.Programme.Leads = "reader", false, false
	return h
}

func paused(tab string) pages.ProgrammeHead {
	h := head(tab)
	h.Programme.Frozen, h.Programme.Stopped, h.Said = true, true, "overtaken"
	return h
}

func homeLine(f view.HomeFacts, state string) view.HomeLine {
	return view.HomeLine{HomeFacts: f, Path: "/programmes/41/homes/7", ID: "7", State: state, Since: ago(3 * time.Hour)}
}

func listing(state string, own bool) pages.HomeListing {
	p := pages.HomeListing{ProgrammeHead: head("homes"), Home: homeLine(room, state), Own: own, Drafted: yann, Vetted: marie, Host: "/programmes/41/hosts/9", Hosts: []view.Option{{Value: "9", Label: "Zénobie Tournemire", Selected: true}, {Value: "8", Label: "Aristide"}}}
	for _, step := range instance.ListingSteps {
		for _, from := range step.From() {
			if string(from) == state && (!own || step.Name() != "vet") {
				p.Deeds = append(p.Deeds, view.HomeDeed{Name: step.Name(), Reason: step.Reasoned()})
			}
		}
	}
	if state == "closed" || state == "placed" && own {
		p.Moved = map[string]string{"closed": "closed", "placed": "lived"}[state]
	}
	if state == "vetted" {
		p.Twins = []view.Twin{{ID: "9", Name: "Toits de Vilaine"}, {ID: "41", Name: "Un toit", Ours: true}}
	}
	return p
}

func homeForm(step string, all ...view.Problem) pages.HomeForm {
	return pages.HomeForm{
		ProgrammeHead: head("homes"), Action: "/programmes/41/homes/new", Step: step, Facts: room, Problems: all,
		Form: pages.HomeWriting{Commune: "69266", From: "2026-12-01", Until: "2027-04-01", Category: "private-room", Bedrooms: "1", Places: "2", Adults: "2", Children: "1", Pets: "no", Smoking: "outside", Languages: []string{"fr", "uk"}, Features: []string{"lock"}},
	}
}

func logLines() []view.ProgrammeLogLine {
	var lines []view.ProgrammeLogLine
	for i, d := range housing.LogDeeds {
		l := view.ProgrammeLogLine{By: marie, Deed: string(d), At: ago(time.Duration(i) * time.Hour)}
		if d.At() != "" {
			l.Path = "/programmes/41/" + d.At() + "/7"
		}
		switch {
		case d == housing.LogTeam:
			l.Whom, l.By = wordy, view.Person{}
		case d.ByItself():
			l.By, l.Itself = view.Person{}, true
		}
		if d == housing.LogHostsAsked {
			l.Count, l.Night = 12, ago(24*time.Hour)
		}
		lines = append(lines, l)
	}
	return lines
}

func heldLine(state string) view.Hold {
	return view.Hold{
		Path: "/programmes/41/holds/9", ID: "9", Area: "Villeurbanne (69)", Home: "/programmes/41/found/3", From: room.From, Until: room.Until, Places: 2, State: state, Beds: []int{1, 2}, Ahead: 3,
		Lease: now.Add(50 * time.Hour), Asked: ago(3 * time.Hour),
	}
}

func foundHomes() []view.FoundHome {
	return []view.FoundHome{
		{HomeFacts: room, Path: "/programmes/41/found/3", Partner: wordy, State: "available", Free: 2, Heard: ago(time.Hour)},
		{HomeFacts: whole, Path: "/programmes/41/homes/7", Ours: true, State: "held", Free: 1, Heard: ago(time.Hour)},
		{HomeFacts: room, Path: "/programmes/41/found/4", Partner: accueil, State: "ending", Heard: ago(900 * time.Hour), Stale: true},
	}
}

func atHome() []view.HoldAtHome {
	var list []view.HoldAtHome
	for i, state := range []string{"waiting", "held", "agreed", "placed", "lapsed", "withdrawn", "dropped", "ended"} {
		list = append(list, view.HoldAtHome{Number: 2 + i, Who: wordy, Ours: i == 1, From: room.From, Until: room.Until, Beds: []int{1}, Places: 1, State: state, Lease: now.Add(time.Hour)})
	}
	list[0].Who, list[0].Beds = view.Person{}, nil
	return list
}

func hold(state, why string) func(pages.Frame) pages.Page {
	return func(f pages.Frame) pages.Page {
		p := pages.ProgrammeHold{Frame: in(f, "", "/programmes/41/holds/9"), ProgrammeHead: head("holds"), Hold: heldLine(state)}
		if p.Hold.Why = why; why != "" {
			p.Hold.Free = now.Add(400 * time.Hour)
		}
		return p
	}
}

// lending are the pages of programmes of homes.
func lending() []Story {
	return []Story{
		{"programmes/visitor", func(f pages.Frame) pages.Page {
			return pages.Programmes{Frame: stranger(in(f, "", "/programmes")), All: []view.Programme{roof, wordyRoof}, Counters: []view.ProgrammeCount{{What: "homes", Count: 712}, {What: "free", Count: 1204}, {What: "countries", Count: 15}, {What: "partners", Count: 40}}}
		}},
		{"programmes/team", func(f pages.Frame) pages.Page {
			return pages.Programmes{Frame: in(f, "", "/programmes"), Mine: []view.Programme{roof}, All: []view.Programme{roof, wordyRoof}, MayOpen: true, Pager: view.Pager{Older: "/programmes?after=42"}}
		}},
		{"programmes/none", func(f pages.Frame) pages.Page { return pages.Programmes{Frame: in(f, "", "/programmes")} }},
		{"programme_form/wrong", func(f pages.Frame) pages.Page {
			return pages.ProgrammeForm{Frame: in(f, "", "/programmes/new"), Organisations: []view.Option{{Value: "22", Label: wordy.Name, Selected: true}}, Problems: []view.Problem{{Field: "title", Code: "missing"}, {Field: "username", Code: "taken"}}}
		}},
		{"programme_public/visitor", func(f pages.Frame) pages.Page {
			p := pages.ProgrammePublic{Frame: stranger(in(f, "", "/programmes/41")), Programme: roof}
			p.Numbers = help().Numbers
			return p
		}},
		{"programme_public/long", func(f pages.Frame) pages.Page {
			return pages.ProgrammePublic{Frame: in(f, "", "/programmes/42"), Programme: wordyRoof}
		}},
		{"programme/lead", func(f pages.Frame) pages.Page {
			p := pages.Programme{Frame: in(f, "", "/programmes/41"), ProgrammeHead: head("overview")}
			for i, what := range p.Todos() {
				p.Todo = append(p.Todo, view.ProgrammeCount{What: what, Count: i + 1, Path: "/programmes/41/homes"})
			}
			for _, state := range pages.HomeStates() {
				p.Homes = append(p.Homes, view.ProgrammeCount{What: state, Count: 3, Path: "/programmes/41/homes?state=" + state})
			}
			return p
		}},
		{"programme/reader", func(f pages.Frame) pages.Page {
			return pages.Programme{Frame: in(f, "", "/programmes/41"), ProgrammeHead: reads("overview")}
		}},
		{"programme/paused", func(f pages.Frame) pages.Page {
			return pages.Programme{Frame: in(f, "", "/programmes/41"), ProgrammeHead: paused("overview")}
		}},
		{"programme_team/lead", func(f pages.Frame) pages.Page {
			return pages.ProgrammeTeam{
				Escorts: []view.Escort{{Who: marie, Agreed: true}, {Who: wordy}},
				Frame:   in(f, "", "/programmes/41/team"), ProgrammeHead: head("team"), Person: "nobody", Problems: []view.Problem{{Field: "person", Code: "not-found"}, {Field: "role", Code: "missing"}},
				Members: []view.TeamMember{{Who: marie, Role: "lead", Since: ago(900 * time.Hour)}, {Who: wordy, Role: "caseworker", Since: ago(90 * time.Hour)}},
			}
		}},
		{"programme_team/reader", func(f pages.Frame) pages.Page {
			return pages.ProgrammeTeam{Frame: in(f, "", "/programmes/41/team"), ProgrammeHead: reads("team"), Members: []view.TeamMember{{Who: marie, Role: "lead", Since: ago(900 * time.Hour)}}}
		}},
		{"programme_partners/lead", func(f pages.Frame) pages.Page {
			return pages.ProgrammePartners{
				Frame: in(f, "", "/programmes/41/partners"), ProgrammeHead: head("partners"), Address: "@toit@dinan.example", Short: "4Fn3 6u4i fBDS PSWY", Typed: "@x", Problems: []view.Problem{{Field: "partner", Code: "no-programme"}},
				Partners: []view.ProgrammePartner{
					{Who: wordy, SeesOurs: "asked", WeSee: "none", Seal: "x", Short: "4Fn3 6u4i fBDS PSWW", Since: ago(time.Hour)},
					{Who: accueil, SeesOurs: "agreed", WeSee: "agreed", Seal: "y", Short: "4Fn3 6u4i fBDS PSWX", Homes: 12, HeardAt: ago(20 * 24 * time.Hour), Stale: true},
					{Who: oksana, SeesOurs: "asked", WeSee: "asked"}, {Who: amira, SeesOurs: "unfitted", WeSee: "revoked"},
				},
			}
		}},
		{"programme_partners/none", func(f pages.Frame) pages.Page {
			return pages.ProgrammePartners{Frame: in(f, "", "/programmes/41/partners"), ProgrammeHead: reads("partners"), Address: "@toit@dinan.example"}
		}},
		{"programme_log/all", func(f pages.Frame) pages.Page {
			return pages.ProgrammeLog{Frame: in(f, "", "/programmes/41/log"), ProgrammeHead: head("log"), Lines: logLines(), Pager: view.Pager{Older: "/programmes/41/log?before=7"}}
		}},
		{"programme_homes/some", func(f pages.Frame) pages.Page {
			p := pages.ProgrammeHomes{Frame: in(f, "", "/programmes/41/homes"), ProgrammeHead: head("homes"), States: []view.Option{{Value: "any", Label: "/programmes/41/homes", Selected: true}}}
			for i, state := range pages.HomeStates() {
				p.States = append(p.States, view.Option{Value: state, Label: "/programmes/41/homes?state=" + state})
				p.Homes = append(p.Homes, homeLine([]view.HomeFacts{room, whole}[i%2], state))
			}
			return p
		}},
		{"programme_homes/none", func(f pages.Frame) pages.Page {
			return pages.ProgrammeHomes{Frame: in(f, "", "/programmes/41/homes"), ProgrammeHead: reads("homes")}
		}},
		{"home_listing/draft", func(f pages.Frame) pages.Page {
			p := listing("draft", true)
			p.Frame, p.Reason, p.Changed = in(f, "", "/programmes/41/homes/7"), "Il manque un lit, et la date de fin n’est pas la bonne.", marie
			return p
		}},
		{"home_listing/submitted", func(f pages.Frame) pages.Page {
			p := listing("submitted", false)
			p.Frame, p.Problems = in(f, "", "/programmes/41/homes/7"), []view.Problem{{Field: "reason-return", Code: "missing"}}
			return p
		}},
		{"home_listing/own", func(f pages.Frame) pages.Page {
			p := listing("submitted", true)
			p.Frame, p.Said = in(f, "", "/programmes/41/homes/7"), "own"
			return p
		}},
		{"home_listing/available", func(f pages.Frame) pages.Page {
			p := listing("available", false)
			p.Frame, p.Home.HomeFacts = in(f, "", "/programmes/41/homes/7"), whole
			return p
		}},
		{"home_form/where", func(f pages.Frame) pages.Page {
			p := homeForm("where", view.Problem{Field: "commune", Code: "which"}, view.Problem{Field: "until", Code: "before-start"})
			p.Frame = in(f, "", "/programmes/41/homes/new")
			p.Found = []view.Option{{Value: "22050", Label: "Saint-Denis (93)"}, {Value: "97411", Label: "Saint-Denis (974)"}}
			return p
		}},
		{"home_form/what", func(f pages.Frame) pages.Page {
			p := homeForm("what", view.Problem{Field: "places", Code: "number", Limit: 50})
			p.Frame = in(f, "", "/programmes/41/homes/new")
			return p
		}},
		{"home_form/rules", func(f pages.Frame) pages.Page {
			p := homeForm("rules")
			p.Frame = in(f, "", "/programmes/41/homes/new")
			return p
		}},
		{"home_form/has", func(f pages.Frame) pages.Page {
			p := homeForm("has")
			p.Frame = in(f, "", "/programmes/41/homes/new")
			return p
		}},
		{"home_form/check", func(f pages.Frame) pages.Page {
			p := homeForm("check")
			p.Frame = in(f, "", "/programmes/41/homes/new")
			return p
		}},
		{"home_listing/held", func(f pages.Frame) pages.Page {
			p := listing("held", false)
			p.Frame, p.Holds, p.Cases, p.Photographs = in(f, "", "/programmes/41/homes/7"), atHome(), []view.Option{{Value: "5", Label: "K7MRT2"}}, []string{"/_stories/picture.svg"}
			p.Problems = []view.Problem{{Field: "photograph", Code: "too-many", Limit: 8}, {Field: "leaving", Code: "day"}, {Field: "why", Code: "missing"}}
			return p
		}},
		{"programme_search/some", func(f pages.Frame) pages.Page {
			return pages.ProgrammeSearch{
				Frame: in(f, "", "/programmes/41/search"), ProgrammeHead: head("search"), Homes: foundHomes(), More: "3",
				Form: pages.SearchForm{Area: "69", Places: "2", Smoke: "smoke-free", Features: []string{"lock"}, Languages: []string{"uk"}},
			}
		}},
		{"programme_search/wrong", func(f pages.Frame) pages.Page {
			return pages.ProgrammeSearch{
				Frame: in(f, "", "/programmes/41/search"), ProgrammeHead: head("search"), Asked: true, Form: pages.SearchForm{Places: "many"},
				Problems: []view.Problem{{Field: "places", Code: "number", Limit: 50}, {Field: "until", Code: "before-start"}},
			}
		}},
		{"programme_search/none", func(f pages.Frame) pages.Page {
			return pages.ProgrammeSearch{Frame: in(f, "", "/programmes/41/search"), ProgrammeHead: reads("search"), Asked: true}
		}},
		{"home_found/old", func(f pages.Frame) pages.Page {
			p := pages.HomeFound{Frame: in(f, "", "/programmes/41/found/4"), ProgrammeHead: head("search"), Home: foundHomes()[2], Cases: []view.Option{{Value: "5", Label: "K7MRT2"}, {Value: "6", Label: "Q9ABCD"}}}
			p.Said = "unready"
			return p
		}},
		{"programme_poster/print", func(f pages.Frame) pages.Page {
			return pages.ProgrammePoster{Speaks: true, Card: "/_stories/picture.svg", Frame: in(f, "", "/programmes/41/poster"), Programme: roof, Link: "https://dinan.example/programmes/41"}
		}},
		{"home_found/reader", func(f pages.Frame) pages.Page {
			return pages.HomeFound{Frame: in(f, "", "/programmes/41/found/3"), ProgrammeHead: reads("search"), Home: foundHomes()[0], Abroad: abroad()}
		}},
		{"programme_holds/some", func(f pages.Frame) pages.Page {
			p := pages.ProgrammeHolds{Frame: in(f, "", "/programmes/41/holds"), ProgrammeHead: head("holds"), States: []view.Option{{Value: "any", Label: "/programmes/41/holds", Selected: true}}}
			for _, state := range pages.HoldStates() {
				p.States = append(p.States, view.Option{Value: state, Label: "/programmes/41/holds?state=" + state})
				p.Holds = append(p.Holds, heldLine(state))
			}
			return p
		}},
		{"programme_holds/none", func(f pages.Frame) pages.Page {
			return pages.ProgrammeHolds{Frame: in(f, "", "/programmes/41/holds"), ProgrammeHead: reads("holds")}
		}},
		{"programme_hold/held", hold("held", "")},
		{"programme_hold/waiting", hold("waiting", "")},
		{"programme_hold/placed", hold("placed", "")},
		{"programme_hold/refused", hold("refused", "taken")},
		{"programme_hold/wrong", func(f pages.Frame) pages.Page {
			p := hold("placed", "")(f).(pages.ProgrammeHold)
			p.Problems, p.Hold.Area, p.Hold.Arrived = []view.Problem{{Field: "leaving", Code: "day"}, {Field: "why", Code: "missing"}}, "", ago(time.Hour)
			return p
		}},
		{"home_file/send", func(f pages.Frame) pages.Page {
			return pages.HomeFile{
				Frame: in(f, "", "/programmes/41/holds/9/file"), ProgrammeHead: head("holds"), Path: "/programmes/41/holds/9/file", Back: "/programmes/41/holds/9", Area: "Villeurbanne (69)", May: true,
				Received: []view.HousingFile{{ID: "x", At: ago(time.Hour)}, {ID: "y", At: ago(900 * time.Hour), Gone: true}}, Sent: []view.HousingFile{{ID: "z", At: ago(time.Minute)}},
				Form: view.Minimum{Contact: "Marie"}, Problems: []view.Problem{{Field: "contact", Code: "unreceived"}},
			}
		}},
		{"home_file/opened", func(f pages.Frame) pages.Page {
			return pages.HomeFile{
				Frame: in(f, "", "/programmes/41/holds/9/file"), ProgrammeHead: head("holds"), Path: "/programmes/41/holds/9/file", Back: "/programmes/41/holds/9",
				Opened: &view.Minimum{Contact: "Accueil Rance, permanence du matin", Address: "Rendez-vous devant la gare, à l’heure du train", Household: "Deux adultes, un enfant de trois ans", Needs: "Un lit d’enfant"},
			}
		}},
		{"home_ledger/holds", func(f pages.Frame) pages.Page {
			p := pages.HomeLedger{Frame: in(f, "", "/programmes/41/homes/7/ledger"), ProgrammeHead: head("homes"), Home: homeLine(room, "placed"), Holds: true, More: 12}
			for i, deed := range pages.LedgerDeeds() {
				p.Lines = append(p.Lines, view.LedgerLine{Number: 40 - i, Deed: deed, By: "association-intercommunale.exemple-tres-long.example/g/hebergement", Hold: i, At: ago(time.Duration(i) * time.Hour), Hash: "sha256:4f1c9a0d7e2b4f1c9a0d7e2b4f1c9a0d7e2b4f1c9a0d7e2b4f1c9a0d7e2b4f1c"})
			}
			return p
		}},
		{"home_ledger/broken", func(f pages.Frame) pages.Page {
			return pages.HomeLedger{Frame: in(f, "", "/programmes/41/homes/7/ledger"), ProgrammeHead: reads("homes"), Home: homeLine(room, "available")}
		}},
		{"programme_cuts/some", func(f pages.Frame) pages.Page {
			return pages.ProgrammeCuts{
				Frame: in(f, "", "/programmes/41/switches"), ProgrammeHead: head("switches"), Action: "/programmes/41/switches",
				Cuts: []view.Cut{
					{ID: "1", Functions: []string{"holds", "search"}, Areas: "69, 38, DE", Category: "private-room", Reason: "Un signalement dans deux départements", Own: true, At: ago(time.Hour)},
					{ID: "2", Functions: []string{"messages"}, Reason: "Crise", At: ago(40 * time.Hour)}, {ID: "3", Functions: []string{"intake"}, Reason: "Trop de demandes", Own: true, At: ago(400 * time.Hour), Ended: ago(300 * time.Hour)},
				},
				Form: pages.CutForm{Functions: []string{"holds"}, Areas: "Lyon"}, Problems: []view.Problem{{Field: "areas", Code: "unknown"}, {Field: "functions", Code: "missing"}, {Field: "reason", Code: "missing"}},
			}
		}},
		{"programme_cuts/server", func(f pages.Frame) pages.Page {
			return pages.ProgrammeCuts{Frame: in(f, "mandates", "/admin/switches"), All: true, Action: "/admin/switches"}
		}},
		{"programme_cuts/reader", func(f pages.Frame) pages.Page {
			return pages.ProgrammeCuts{Frame: in(f, "", "/programmes/41/switches"), ProgrammeHead: reads("switches"), Action: "/programmes/41/switches"}
		}},
		{"admin_mandates/some", func(f pages.Frame) pages.Page {
			return pages.AdminMandates{
				Frame: in(f, "mandates", "/admin/mandates"), Typed: "nobody", Wrong: "1", Until: "2020-01-01", Problems: []view.Problem{{Field: "association", Code: "not-found"}, {Field: "until", Code: "past"}},
				Mandates: []view.Mandate{{Who: wordy, Given: ago(900 * time.Hour), Programmes: 2}, {Who: biocoop, Given: ago(900 * time.Hour), Until: ago(-900 * time.Hour), Wrong: true}, {Who: accueil, Given: ago(9000 * time.Hour), Ended: ago(90 * time.Hour)}},
			}
		}},
	}
}
