package stories

import (
	"time"

	"palier/instance"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

var chess = view.Person{ID: "41", Name: "Échecs du Port", Handle: "echecs", Path: "/@echecs", Kind: view.Place}

func club() view.Club {
	return view.Club{
		Person: chess, Topic: "games", Open: true, Summary: "<p>On joue le mardi soir, débutants bienvenus.</p>", Address: "@echecs@dinan.example",
		Feed: "/@echecs.atom", Place: port.Person, Members: 12, Moderators: []view.Person{marie}, Next: []view.Meeting{
			{Path: "/@yann/901", Title: "Tournoi de l’Avent", Starts: now.Add(50 * time.Hour), Where: "Salle du port"},
			{Path: "/@yann/902", Title: "Initiation", Starts: now.Add(90 * time.Hour), Off: true},
		},
	}
}

var biocoop = view.Person{ID: "42", Name: "Épicerie du Port", Handle: "epicerie", Path: "/@epicerie", Kind: view.Association}

func days() []view.OpenDay {
	var list []view.OpenDay
	for i := range 7 {
		d := view.OpenDay{Day: (i + 1) % 7, Spans: []string{"9:00-12:30", "14:00-19:00"}, Text: "9:00-12:30, 14:00-19:00"}
		if i == 6 {
			d.Spans, d.Text = nil, ""
		}
		list = append(list, d)
	}
	return list
}

func organisation() view.Organisation {
	return view.Organisation{
		Person: biocoop, Sort: "shop", Summary: "<p>Producteurs du pays de Dinan.</p>", Address: "@epicerie@dinan.example", Feed: "/@epicerie.atom",
		Place: port.Person, Hours: days(), Open: true, Holidays: "Fermé du 24 au 26 décembre.", Needs: []view.Wanted{{Text: "Des bocaux vides", Help: "/@epicerie/questions?text=a", Ask: "/ask/new?title=a", Event: "/events/new?title=a"}, {Text: "Deux bénévoles le samedi matin", Help: "/@epicerie/questions?text=b", Ask: "/ask/new?title=b", Event: "/events/new?title=b"}},
	}
}

func questions() []view.Question {
	return []view.Question{
		{ID: "71", Asker: yann, Text: "Avez-vous du pain sans gluten ?", Asked: ago(3 * time.Hour), AskedOn: "il y a 3 h"},
		{ID: "72", Asker: wordy, Text: "أين يمكنني إيقاف الدراجة؟", Asked: ago(50 * time.Hour), AskedOn: "dimanche", Answer: "Derrière la boutique.", Answered: ago(40 * time.Hour)},
	}
}

// offered are the pages of organisations.
func offered() []Story {
	return []Story{
		{"organisation/visitor", func(f pages.Frame) pages.Page {
			return pages.Organisation{Frame: stranger(in(f, "", biocoop.Path)), Organisation: organisation(), Posts: Posts(2)}
		}},
		{"organisation/agent", func(f pages.Frame) pages.Page {
			o := organisation()
			o.Acts, o.Waiting, o.Sort, o.Elected = true, 2, "council", []view.Elected{{Person: marie, Office: "Adjointe à la vie des quartiers"}}
			p := Posts(3)[2:]
			p[0].Announcement = &view.Announcement{Sort: "council", Level: "alert", Until: now.Add(90 * time.Hour)}
			return pages.Organisation{Frame: in(f, "", biocoop.Path), Organisation: o, Posts: p}
		}},
		{"organisation/bare", func(f pages.Frame) pages.Page {
			return pages.Organisation{Frame: in(f, "", wordy.Path), Organisation: view.Organisation{Person: wordy, Sort: "association", Place: longPlace.Person}}
		}},
		{"organisation_form/filled", func(f pages.Frame) pages.Page {
			return pages.OrganisationForm{Frame: f, Organisation: biocoop, Council: true, Hours: days(), Needs: "Des bocaux", Agents: []view.Person{marie, yann}, Elected: []view.Elected{{Person: fatou, Office: "Maire"}}}
		}},
		{"organisation_form/error", func(f pages.Frame) pages.Page {
			return pages.OrganisationForm{Frame: f, Organisation: biocoop, Hours: days(), Problems: []view.Problem{{Field: "hours", Code: "malformed"}, {Field: "agent", Code: "last"}}}
		}},
		{"new_organisation/empty", func(f pages.Frame) pages.Page {
			return pages.NewOrganisation{Frame: f, Place: port.Person, Sort: "shop", Problems: []view.Problem{{Field: "agent", Code: "not-found"}}}
		}},
		{"questions/asker", func(f pages.Frame) pages.Page {
			return pages.Questions{Frame: f, Organisation: biocoop, Questions: questions(), Once: "x", Problems: []view.Problem{{Field: "text", Code: "missing"}}}
		}},
		{"questions/agent", func(f pages.Frame) pages.Page {
			return pages.Questions{Frame: f, Organisation: biocoop, Acts: true, Questions: questions(), Pager: view.Pager{Older: "/@epicerie/questions?before=1"}}
		}},
		{"questions/empty", func(f pages.Frame) pages.Page { return pages.Questions{Frame: f, Organisation: biocoop, Once: "x"} }},
		{"directory/many", func(f pages.Frame) pages.Page {
			return pages.Directory{Frame: f, Place: dinan.Person, Query: "port", Register: "rna", Pager: view.Pager{Older: "/g/dinan/directory?after=1"}, Entries: []view.Entry{
				{ID: "1", Register: "sirene", Name: "Épicerie du Port", Street: "12 rue du Port", Commune: "Dinan", Page: biocoop.Path},
				{ID: "2", Register: "rna", Name: wordy.Name, Commune: "Dinan", Purpose: "Organiser les fêtes et embellir le quartier.", Website: "https://comite.example/", Claim: "/g/dinan/directory/2"},
			}}
		}},
		{"directory/empty", func(f pages.Frame) pages.Page { return pages.Directory{Frame: stranger(f), Place: dinan.Person} }},
		{"claim/new", func(f pages.Frame) pages.Page {
			return pages.Claim{Frame: f, Place: dinan.Person, Entry: view.Entry{ID: "2", Name: "Comité des fêtes"}, Problems: []view.Problem{{Field: "username", Code: "malformed"}}}
		}},
		{"claim/letter", func(f pages.Frame) pages.Page {
			return pages.Claim{Frame: f, Place: dinan.Person, Entry: view.Entry{ID: "2", Name: "Comité des fêtes"}, Way: "letter", Problems: []view.Problem{{Field: "code", Code: "wrong"}}}
		}},
		{"claim/domain", func(f pages.Frame) pages.Page {
			return pages.Claim{Frame: f, Place: dinan.Person, Entry: view.Entry{ID: "2", Name: "Comité des fêtes"}, Way: "domain", Site: "comite-des-fetes-de-dinan.example", ProofURL: "https://comite-des-fetes-de-dinan.example/.well-known/palier-claim.txt", ProofText: "palier-abcdefghijklmnopqrstuvwxyz234567", Problems: []view.Problem{{Field: "site", Code: "wrong"}}}
		}},
		{"tally/year", func(f pages.Frame) pages.Page {
			return pages.Tally{Frame: f, Place: centre.Person, May: true, Deeds: []string{"hello", "door", "carry"}, Counts: []pages.TallyCount{{Key: "helps", Count: 41}, {Key: "loans", Count: 23}, {Key: "reused", Count: 7}, {Key: "meetings", Count: 12}, {Key: "came", Count: 212}, {Key: "bought", Count: 18}, {Key: "rides", Count: 9}, {Key: "small", Count: 64}, {Key: "people", Count: 87}}}
		}},
		{"tally/few", func(f pages.Frame) pages.Page {
			return pages.Tally{Frame: stranger(f), Place: centre.Person, Empty: true}
		}},
		{"newcomers/many", func(f pages.Frame) pages.Page {
			return pages.Newcomers{Frame: f, Place: centre.Person, Posts: Posts(2), May: true, Once: "1", Text: "Bonjour", Problems: []view.Problem{{Field: "text", Code: "said-hello"}}}
		}},
		{"newcomers/empty", func(f pages.Frame) pages.Page {
			return pages.Newcomers{Frame: f, Place: longPlace.Person, May: true, Once: "1"}
		}},
		{"recipes/all", func(f pages.Frame) pages.Page { return pages.Recipes{Frame: f} }},
		{"claims/printed", func(f pages.Frame) pages.Page {
			return pages.Claims{Frame: in(f, "claims", "/admin/claims"), Action: "/admin/claims", Letters: true, Printed: &view.Letterhead{Name: "Comité des fêtes", Lines: []string{"22100 Dinan"}, Code: "ABCDEFGHJK"},
				Claims: []view.Claim{{ID: "1", Entry: view.Entry{Name: "Comité des fêtes", Register: "rna", Commune: "Dinan"}, Name: "Yann", Printed: true}}}
		}},
		{"claims/council", func(f pages.Frame) pages.Page {
			return pages.Claims{Frame: f, Action: "/@mairie/claims", Claims: []view.Claim{{ID: "1", Entry: view.Entry{Name: "Comité des fêtes", Register: "rna", Commune: "Dinan"}, Name: "Yann"}}}
		}},
		{"new_notice/error", func(f pages.Frame) pages.Page {
			return pages.NewNotice{Frame: f, Organisation: biocoop, Place: port.Person, Until: "2026-12-24", Once: "x", Problems: []view.Problem{{Field: "text", Code: "too-many-notices", Limit: 4}, {Field: "until", Code: "malformed"}}}
		}},
		{"admin_rules/filled", func(f pages.Frame) pages.Page {
			return pages.AdminRules{Frame: in(f, "rules", "/admin/rules"), PostsADay: "5", NoticesAMonth: "4", ShopNotices: true, Problems: []view.Problem{{Field: "election-until", Code: "malformed"}}}
		}},
	}
}

// together are the pages of what neighbours do together.
func together() []Story {
	lines := []view.ClubLine{{Person: chess, Topic: "games", Members: 12}, {Person: wordy, Topic: "committee", Members: 1}}
	return []Story{
		{"shelf/many", func(f pages.Frame) pages.Page {
			return pages.Shelf{
				Frame: in(f, "place", "/g/le_port/shelf"), Place: port.Person, Path: "/g/le_port/shelf", Sorts: instance.RecommendationSorts, Form: view.Recommendation{Sort: "book"},
				List: []view.Recommendation{
					{ID: "3", By: yann, Sort: "link", Title: "Tables de multiplication à imprimer, du CE1 au CM2", Found: "https://exercices.example/tables", Host: "exercices.example", Mine: true},
					{ID: "2", By: fatou, Sort: "game", Title: "Hanabi", Maker: "Antoine Bauza", Found: "à la ludothèque, mercredi", Why: "On joue ensemble, pas les uns contre les autres."},
					{ID: "1", By: amira, Sort: "book", Title: "موسم الهجرة إلى الشمال", Maker: "الطيب صالح"},
				},
			}
		}},
		{"shelf/empty", func(f pages.Frame) pages.Page {
			return pages.Shelf{
				Frame: in(f, "place", "/g/le_port/shelf"), Place: port.Person, Path: "/g/le_port/shelf", Sorts: instance.RecommendationSorts,
				Form: view.Recommendation{Sort: "link", Title: "Exercices", Found: "exercices"}, Problems: []view.Problem{{Field: "found", Code: "no-address"}},
			}
		}},
		{"clubs/many", func(f pages.Frame) pages.Page {
			return pages.Clubs{Frame: in(f, "", "/g/le_port/clubs"), Place: port.Person, Clubs: lines, May: true, Pager: view.Pager{Older: "/g/le_port/clubs?after=41"}}
		}},
		{"clubs/empty", func(f pages.Frame) pages.Page { return pages.Clubs{Frame: stranger(f), Place: port.Person} }},
		{"club_form/new", func(f pages.Frame) pages.Page {
			return pages.ClubForm{Frame: f, Place: port.Person, Action: "/g/le_port/clubs", Topic: "sport", Entry: "open"}
		}},
		{"club_form/error", func(f pages.Frame) pages.Page {
			return pages.ClubForm{Frame: f, Place: port.Person, Club: chess, Action: "/g/echecs/edit", Topic: "games", Entry: "approval", Problems: []view.Problem{{Field: "title", Code: "missing"}, {Field: "entry", Code: "unknown"}}}
		}},
		{"agenda/moderator", func(f pages.Frame) pages.Page {
			p := anAgenda()
			p.Frame, p.Tends = in(f, "", "/e/901/agenda"), true
			return p
		}},
		{"agenda/member", func(f pages.Frame) pages.Page {
			p := anAgenda()
			p.Frame, p.Typed, p.Problems = in(f, "", "/e/901/agenda"), wordy.Name, []view.Problem{{Field: "point", Code: "too-many-points"}}
			return p
		}},
		{"agenda/declining", func(f pages.Frame) pages.Page {
			p := anAgenda()
			p.Frame, p.Tends, p.Of, p.Problems = in(f, "", "/e/901/agenda"), true, "3", []view.Problem{{Field: "reason", Code: "missing"}}
			return p
		}},
		{"agenda/empty", func(f pages.Frame) pages.Page {
			return pages.Agenda{Frame: in(f, "", "/e/901/agenda"), Meeting: anAgenda().Meeting}
		}},
		{"minutes/members", func(f pages.Frame) pages.Page {
			p := someMinutes()
			p.Frame, p.Member, p.Tends = in(f, "", "/e/901/minutes"), true, true
			return p
		}},
		{"minutes/old", func(f pages.Frame) pages.Page {
			p := someMinutes()
			p.Frame, p.Version, p.Public = in(stranger(f), "", "/e/901/minutes?version=1"), 1, true
			return p
		}},
		{"write_minutes/first", func(f pages.Frame) pages.Page {
			return pages.WriteMinutes{
				Frame: in(f, "", "/e/901/minutes/write"), Meeting: someMinutes().Meeting, Points: anAgenda().Taken, Version: 1, Problems: []view.Problem{{Field: "minutes", Code: "empty"}},
			}
		}},
		{"write_minutes/again", func(f pages.Frame) pages.Page {
			return pages.WriteMinutes{
				Frame: in(f, "", "/e/901/minutes/write"), Meeting: someMinutes().Meeting, Points: someMinutes().Points, Version: 3, Public: true, Problems: []view.Problem{{Field: "reason", Code: "missing"}},
			}
		}},
		{"write_minutes/early", func(f pages.Frame) pages.Page {
			return pages.WriteMinutes{Frame: in(f, "", "/e/901/minutes/write"), Meeting: anAgenda().Meeting, Points: anAgenda().Taken, Version: 1}
		}},
		{"write_minutes/empty", func(f pages.Frame) pages.Page {
			return pages.WriteMinutes{Frame: in(f, "", "/e/901/minutes/write"), Meeting: anAgenda().Meeting, Version: 1}
		}},
		{"club/member", func(f pages.Frame) pages.Page {
			c := club()
			c.Member, c.Moderates, c.Asking = true, true, 2
			p := Posts(3)
			p[1].Audience = view.ToMembers
			return pages.Club{Frame: in(f, "", chess.Path), Club: c, Posts: p}
		}},
		{"club/asked", func(f pages.Frame) pages.Page {
			c := club()
			c.Open, c.Asked, c.Next = false, true, nil
			return pages.Club{Frame: in(f, "", chess.Path), Club: c}
		}},
		{"club/visitor", func(f pages.Frame) pages.Page {
			return pages.Club{Frame: stranger(in(f, "", chess.Path)), Club: club()}
		}},
		{"club_members/many", func(f pages.Frame) pages.Page {
			return pages.ClubMembers{Frame: f, Club: chess, Moderates: true, Members: []view.ClubMember{{Person: marie, Moderates: true}, {Person: wordy}}, Asking: []view.ClubMember{{Person: yann}}}
		}},
	}
}

// anAgenda is what a committee will meet about.
func anAgenda() pages.Agenda {
	return pages.Agenda{
		Meeting:  view.MeetingHead{Path: "/e/901", Title: "Réunion du comité", Group: chess, Starts: now.Add(72 * time.Hour)},
		Taken:    []view.AgendaPoint{{ID: "1", Title: "Le banc de la rue haute"}, {ID: "2", Title: wordy.Name, By: &yann}},
		Proposed: []view.AgendaPoint{{ID: "3", Title: "إصلاح النافورة", By: &wordy}, {ID: "4", Title: "Les voitures du samedi"}},
		Declined: []view.AgendaPoint{{ID: "5", Title: "Le chien du 12", By: &yann, Reason: "C’est à voir entre voisins, pas en comité."}},
	}
}

// someMinutes are those of the committee, put right once.
func someMinutes() pages.Minutes {
	return pages.Minutes{
		Meeting: view.MeetingHead{Path: "/e/901", Title: "Réunion du comité", Group: chess, Starts: ago(72 * time.Hour), Begun: true}, Version: 2,
		Points: []view.AgendaPoint{
			{ID: "1", Title: "Le banc de la rue haute", Said: "Deux devis.\nLe bois vieillit mieux.", Decision: "On prend le bois. Yann commande avant le 12."}, {ID: "2", Title: wordy.Name, Said: "Reporté."},
		},
		Versions: []view.MinutesVersion{{Version: 1, At: ago(48 * time.Hour)}, {Version: 2, At: ago(time.Hour), Reason: "La date de la commande."}},
	}
}
