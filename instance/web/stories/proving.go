package stories

import (
	"time"

	"palier/instance/web/pages"
	"palier/instance/web/view"
)

const storyDay = 24 * time.Hour

// seenBy is a proof of one of the neighbours.
func seenBy(route string, place view.Person, days int, by *view.Person) view.Proof {
	p := view.Proof{ID: "9" + route, Route: route, Place: place, Seen: ago(time.Duration(days) * storyDay), By: by, Counts: true, Strong: route != "vouch" && route != "hall"}
	if route != "operator" {
		p.Expires = p.Seen.Add(730 * storyDay)
	}
	if route == "desk" {
		p.Document = "bill"
	}
	return p
}

func provenHomes() []view.ProvenHome {
	all := []string{"letter", "neighbours", "hall", "list", "desk"}
	return []view.ProvenHome{
		{PlaceLine: tilleulsLine, Standing: view.Declared, Routes: all, Proofs: []view.Proof{seenBy("hall", tilleuls.Person, 1, nil)}},
		{PlaceLine: centreLine, Standing: view.Verified, Routes: all, Proofs: []view.Proof{seenBy("desk", centre.Person, 40, &fatou), seenBy("vouch", centre.Person, 3, nil)}, Term: &view.Term{Reason: "recheck", Due: now.Add(9 * storyDay)}},
		{PlaceLine: view.PlaceLine{Person: longPlace.Person, Level: longPlace.Level}, Standing: view.Declared, Routes: all},
	}
}

func letters() []view.Letter {
	return []view.Letter{
		{ID: "1", Name: "Yann Kerbrat", Lines: []string{"12 rue de la Lainerie", "22100 Dinan"}, Place: "Centre-Ville", Asked: ago(30 * time.Hour)},
		{ID: "2", Name: "أميرة حداد", Lines: []string{"Résidence Les Tilleuls, escalier B, porte 14", "3 boulevard des Anciens-Combattants-d’Afrique-du-Nord", "22100 DINAN"}, Place: longPlace.Name, Asked: ago(80 * time.Hour), Printed: ago(time.Hour)},
	}
}

func proving() []Story {
	at := pages.ProveAt{In: centre.ID, Place: centre.Person}
	return []Story{
		{"prove/many", func(f pages.Frame) pages.Page {
			return pages.Prove{Frame: in(f, "", "/prove"), Homes: provenHomes(), Desk: true}
		}},
		{"prove/empty", func(f pages.Frame) pages.Page { return pages.Prove{Frame: in(f, "", "/prove")} }},
		{"prove_letter/empty", func(f pages.Frame) pages.Page {
			return pages.ProveLetter{Frame: f, ProveAt: at, Name: "Marie Le Goff"}
		}},
		{"prove_letter/asked", func(f pages.Frame) pages.Page {
			bad := at
			bad.Problems = []view.Problem{{Field: "address", Code: "too-soon"}, {Field: "name", Code: "missing"}}
			return pages.ProveLetter{Frame: f, ProveAt: bad, Address: "12 rue de la Lainerie\n22100 Dinan", Asked: ago(50 * time.Hour)}
		}},
		{"prove_code/error", func(f pages.Frame) pages.Page {
			return pages.ProveCode{Frame: f, Code: "BCDF GHJK LM", Problems: []view.Problem{{Field: "code", Code: "wrong"}}}
		}},
		{"prove_desk/shown", func(f pages.Frame) pages.Page {
			return pages.ProveDesk{Frame: f, ProveAt: at, Number: "042 917", Expires: now.Add(20 * time.Hour)}
		}},
		{"prove_neighbours/asking", func(f pages.Frame) pages.Page {
			return pages.ProveNeighbours{Frame: f, ProveAt: at, Asking: true, Link: "https://dinan.example/vouch/118273648172634?key=h7Jk2_pQ90sZxYw3mnbvcA", Until: now.Add(20 * storyDay)}
		}},
		{"prove_neighbours/empty", func(f pages.Frame) pages.Page { return pages.ProveNeighbours{Frame: f, ProveAt: at} }},
		{"prove_hall/error", func(f pages.Frame) pages.Page {
			bad := at
			bad.Problems = []view.Problem{{Field: "code", Code: "wrong"}}
			return pages.ProveHall{Frame: f, ProveAt: bad}
		}},
		{"prove_council/refused", func(f pages.Frame) pages.Page {
			return pages.ProveCouncil{Frame: f, Host: "https://comptes.dinan.example", Problems: []view.Problem{{Field: "council", Code: "elsewhere"}}}
		}},
		{"prove_list/error", func(f pages.Frame) pages.Page {
			bad := at
			bad.Problems = []view.Problem{{Field: "person", Code: "wrong"}}
			return pages.ProveList{Frame: f, ProveAt: bad, Name: "Marie Le Goff", Door: "14"}
		}},
		{"vouching/many", func(f pages.Frame) pages.Page {
			return pages.Vouching{Frame: f, Asking: []view.Asking{{ID: "1", Path: "/vouch/1", Person: oksana, Place: longPlace.Person, At: ago(5 * time.Hour)}, {ID: "2", Path: "/vouch/2", Person: wordy, Place: centre.Person, At: ago(90 * time.Hour)}},
				Given: []view.Vouch{{Proof: seenBy("vouch", centre.Person, 20, nil), Person: yann}}}
		}},
		{"vouching/empty", func(f pages.Frame) pages.Page { return pages.Vouching{Frame: f} }},
		{"vouch_for/error", func(f pages.Frame) pages.Page {
			return pages.VouchFor{Frame: f, Asking: view.Asking{ID: "1", Person: oksana, Place: longPlace.Person}, Key: "x", Problems: []view.Problem{{Field: "neighbour", Code: "quota", Limit: 3}}}
		}},
		{"vouch_for/not-yet", func(f pages.Frame) pages.Page {
			return pages.VouchFor{Frame: f, Asking: view.Asking{ID: "1", Person: oksana, Place: longPlace.Person}, Key: "x", Barred: "quota", Limit: 3}
		}},
		{"hall_code/paper", func(f pages.Frame) pages.Page {
			return pages.HallCode{Frame: f, Place: tilleuls.Person, Code: "K7M2 XQ9B", Until: now.Add(13 * storyDay), URL: "https://dinan.example/prove/hall?in=35"}
		}},
		{"prove_seen/verified", func(f pages.Frame) pages.Page {
			return pages.ProveSeen{Frame: f, Proof: seenBy("desk", centre.Person, 0, &wordy), Standing: view.Verified}
		}},
		{"prove_seen/half", func(f pages.Frame) pages.Page {
			return pages.ProveSeen{Frame: f, Proof: seenBy("hall", longPlace.Person, 0, nil), Standing: view.Declared}
		}},
		{"desk/done", func(f pages.Frame) pages.Page {
			return pages.Desk{Frame: f, Places: []view.Person{dinan.Person, longPlace.Person}, Number: "123 456", Problems: []view.Problem{{Field: "number", Code: "wrong"}},
				Done: []view.Proof{seenBy("desk", centre.Person, 0, nil)}, Who: []view.Person{oksana}}
		}},
		{"desk_visitor/error", func(f pages.Frame) pages.Page {
			return pages.DeskVisitor{Frame: f, Name: oksana.Name, Place: longPlace.Person, Address: "3 boulevard des Anciens-Combattants, porte 14, 22100 Dinan", Number: "042 917", Problems: []view.Problem{{Field: "document", Code: "missing"}}}
		}},
		{"admin_letters/waiting", func(f pages.Frame) pages.Page {
			return pages.AdminLetters{Frame: in(f, "letters", "/admin/letters"), Waiting: letters(), Printed: 1}
		}},
		{"admin_letters/none", func(f pages.Frame) pages.Page { return pages.AdminLetters{Frame: in(f, "letters", "/admin/letters")} }},
		{"letter_sheets/two", func(f pages.Frame) pages.Page {
			all := letters()
			for i := range all {
				all[i].Code, all[i].Expires = "BCDF GHJK LM", now.Add(30*storyDay)
			}
			return pages.LetterSheets{Frame: in(f, "letters", "/admin/letters"), Letters: all, URL: "https://dinan.example/prove/code"}
		}},
		{"admin_proofs/many", func(f pages.Frame) pages.Page {
			left := seenBy("letter", lehon.Person, 800, nil)
			left.Counts, left.Reason = false, "left"
			over := seenBy("list", tilleuls.Person, 900, nil)
			over.Counts = false
			return pages.AdminProofs{Frame: in(f, "people", ""), Person: oksana, Homes: provenHomes(), Proofs: []view.Proof{seenBy("desk", centre.Person, 40, &fatou), seenBy("vouch", centre.Person, 3, &yann), left, over},
				Chain: []view.ChainLink{{Depth: 1, By: yann, Of: oksana, Since: ago(3 * storyDay)}, {Depth: 2, By: wordy, Of: yann, Since: ago(90 * storyDay)}}}
		}},
		{"admin_proofs/none", func(f pages.Frame) pages.Page {
			return pages.AdminProofs{Frame: in(f, "people", ""), Person: wordy}
		}},
		{"admin_proving/error", func(f pages.Frame) pages.Page {
			return pages.AdminProving{Frame: in(f, "neighbourhoods", ""), PlaceTabs: pages.PlaceTabs{ID: "31", Name: centre.Name, Path: centre.Path, Tab: "proving"},
				VouchAfter: 30, House: true, Screens: "/g/x/screens", Sheet: "/g/x/hall", Listed: view.Listed{Lines: 38, Claimed: 1, Until: now.Add(60 * storyDay)},
				Agents: []view.Person{fatou, wordy}, Adding: "@personne", Problems: []view.Problem{{Field: "person", Code: "not-found"}, {Field: "list", Code: "malformed", Limit: 12}}}
		}},
	}
}
