package stories

import (
	"palier/instance/exchange"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

func writing() []Story {
	return []Story{
		{"signin/empty", func(f pages.Frame) pages.Page { return pages.SignIn{Frame: stranger(f), Passkeys: true} }},
		{"signin/error", func(f pages.Frame) pages.Page {
			return pages.SignIn{Frame: stranger(f), Email: "marie@exemple.fr", Problems: []view.Problem{{Field: "password", Code: "wrong"}}}
		}},
		{"compose/empty", func(f pages.Frame) pages.Page {
			return pages.Compose{Frame: f, In: &centre.Person, Action: "/compose", Return: "/home", Choices: choices(view.ToNeighbourhood), Languages: languages()}
		}},
		{"compose/filled", func(f pages.Frame) pages.Page {
			return pages.Compose{Frame: f, In: &centre.Person, Action: "/compose", Return: "/home", Choices: choices(view.ToPublic), Languages: languages(), Writing: view.Writing{
				Title: "Vide-grenier dimanche", Text: "Rendez-vous place des Merciers dès 8 h.\n\nOn cherche encore deux tables.", Warning: "Réveil matinal",
				Pictures: []view.Picture{{ID: "9", Small: "/_stories/picture.svg", Alt: "Des tables couvertes de vaisselle", Width: 640, Height: 420}},
			}}
		}},
		{"compose/error", func(f pages.Frame) pages.Page {
			return pages.Compose{Frame: f, In: &centre.Person, Action: "/compose", Return: "/home", Choices: choices(""), Languages: languages(),
				Writing:  view.Writing{Title: "Vide-grenier"},
				Problems: []view.Problem{{Field: "text", Code: "missing"}, {Field: "audience", Code: "missing"}, {Field: "pictures", Code: "too-many", Limit: 4}}}
		}},
		{"compose/poll", func(f pages.Frame) pages.Page {
			return pages.Compose{Frame: f, In: &centre.Person, Action: "/compose", Return: "/home", Choices: choices(view.ToNeighbourhood), Languages: languages(), PollOpen: true,
				Writing:  view.Writing{Text: "Quel jour ?", Poll: view.PollWriting{Options: []string{"Samedi"}, HideTotals: true, Lasts: "1d"}},
				Problems: []view.Problem{{Field: "poll", Code: "too-few", Limit: 2}}}
		}},
		{"compose/editing", func(f pages.Frame) pages.Page {
			return pages.Compose{Frame: f, Action: "/@marie/107/edit", Return: "/@marie/107", Editing: true, Languages: languages(), Writing: view.Writing{Title: "Chat noir trouvé", Text: "Très doux, collier rouge."}}
		}},
		{"compose/large-text", func(f pages.Frame) pages.Page {
			f.TextSize = "larger"
			return pages.Compose{Frame: f, In: &longPlace.Person, Action: "/compose", Return: "/home", Choices: choices(view.ToAround), Languages: languages()}
		}},
		{"propose/kind", proposing("kind", false, nil)},
		{"propose/category", proposing("category", true, nil)},
		{"propose/what", proposing("what", false, nil)},
		{"propose/what-error", proposing("what", false, []view.Problem{{Field: "title", Code: "missing"}, {Field: "pictures", Code: "unreadable"}})},
		{"propose/when", proposing("when", true, nil)},
		{"propose/whom", proposing("whom", true, []view.Problem{{Field: "consent", Code: "missing"}})},
		{"propose/check", proposing("check", true, nil)},
		{"exchange/place", func(f pages.Frame) pages.Page {
			return pages.PlaceExchange{Frame: f, Place: centre.Person, Path: "/@centre_ville/exchange", Purpose: "offer", Categories: []string{"diy", "books"}, Posts: proposals(), Hands: 12, Loans: 5,
				Pager: view.Pager{Older: "/@centre_ville/exchange?before=1"}}
		}},
		{"exchange/place-empty", func(f pages.Frame) pages.Page {
			return pages.PlaceExchange{Frame: stranger(f), Place: longPlace.Person, Path: "/@saint_malo_bas/exchange", Categories: []string{"diy"}}
		}},
		{"exchange/mine", func(f pages.Frame) pages.Page {
			return pages.Deals{Frame: in(f, "exchange", "/exchange"), Given: 3, Received: 5, Open: proposals()[4:], Groups: []pages.DealGroup{
				{Name: "answer", List: agreements(false)[:1]}, {Name: "due", List: agreements(true)[2:3]}, {Name: "over", List: agreements(true)[3:5]}}}
		}},
		{"exchange/mine-empty", func(f pages.Frame) pages.Page { return pages.Deals{Frame: in(f, "exchange", "/exchange")} }},
		{"report/post", func(f pages.Frame) pages.Page {
			p := Posts(3)[2]
			return pages.Report{Frame: f, Target: accueil, Post: &p, Host: "rance.example", Return: p.Path}
		}},
		{"report/error", func(f pages.Frame) pages.Page {
			return pages.Report{Frame: f, Target: yann, Comment: "Il vend des médicaments.", Return: "/@yann", Problems: []view.Problem{{Field: "category", Code: "missing"}}}
		}},
		{"confirm/block", func(f pages.Frame) pages.Page {
			return pages.Confirm{Frame: f, Deed: "block", Subject: "أميرة حداد", Action: "/@amira/block", Return: "/@amira"}
		}},
		{"confirm/remove", func(f pages.Frame) pages.Page {
			return pages.Confirm{Frame: f, Deed: "remove", Subject: "Yann Kerbrat", Action: "/@yann/102/remove", Return: "/@yann/102", AsksReason: true}
		}},
		{"confirm/retract", func(f pages.Frame) pages.Page {
			return pages.Confirm{Frame: f, Deed: "retract", Subject: "Yann Kerbrat", Action: "/@yann/102/remove", Return: "/@yann/102", AsksReason: true, Fields: []view.Option{{Value: "in", Label: "31"}}}
		}},
		{"confirm/withdraw", func(f pages.Frame) pages.Page {
			return pages.Confirm{Frame: f, Deed: "withdraw", Subject: "Yann Kerbrat", Action: "/@yann/102/remove", Return: "/@yann/102", AsksReason: true,
				From: []view.Option{{Value: "31", Label: "Centre-Ville", Selected: true}, {Value: "32", Label: "Dinan"}}}
		}},
		{"confirm/disable", func(f pages.Frame) pages.Page {
			return pages.Confirm{Frame: f, Deed: "disable", Subject: "Yann Kerbrat", Action: "/admin/people/12/disable", Return: "/admin/people/12"}
		}},
		{"confirm/suspend", func(f pages.Frame) pages.Page {
			return pages.Confirm{Frame: f, Deed: "suspend", Subject: "spam.example", Action: "/admin/blocks", Return: "/admin/blocks", Fields: []view.Option{{Value: "domain", Label: "spam.example"}}}
		}},
		{"confirm/leave", func(f pages.Frame) pages.Page {
			return pages.Confirm{Frame: f, Deed: "leave", Subject: "Centre-Ville", Action: "/@centre_ville/leave", Return: "/@centre_ville"}
		}},
	}
}

func failing() []Story {
	failure := func(status, wait int, reference string) func(pages.Frame) pages.Page {
		return func(f pages.Frame) pages.Page {
			return pages.Failure{Frame: stranger(f), Status: status, Wait: wait, Reference: reference}
		}
	}
	return []Story{
		{"failure/400", failure(400, 0, "")}, {"failure/401", failure(401, 0, "")}, {"failure/403", failure(403, 0, "")},
		{"failure/404", failure(404, 0, "")}, {"failure/410", failure(410, 0, "")}, {"failure/413", failure(413, 0, "")},
		{"failure/429", failure(429, 30, "")}, {"failure/500", failure(500, 0, "7f3a-20c1")}, {"failure/503", failure(503, 0, "")},
		{"offline/alone", func(f pages.Frame) pages.Page { return pages.Offline{Frame: stranger(f)} }},
	}
}

// proposing is one question of an offer or an ask.
func proposing(step string, asks bool, all []view.Problem) func(pages.Frame) pages.Page {
	return func(f pages.Frame) pages.Page {
		readers := choices(view.ToNeighbourhood)[1]
		p := pages.Propose{
			Frame: f, Asks: asks, Step: step, Kinds: []string{"service", "lending", "give", "swap", "rent"}, Choices: choices(view.ToNeighbourhood), Ready: []string{"homework", "digital", "walk", "meal", "recipes"}, Readers: &readers, Phone: true, Widening: true,
			Places: []view.Option{{Value: "31", Label: "Centre-Ville", Selected: true}, {Value: "35", Label: "Résidence Les Tilleuls"}}, Problems: all,
			Walks: exchange.Walks, Hours: exchange.HourNames(),
			Form: pages.ProposeForm{
				Walk: "10", Hours: []string{"weekday-evening", "weekend-morning"},
				Kind: "lending", Category: "kitchen", Categories: []string{"tools", "kitchen", "games", "books", "other"}, Title: "Appareil à raclette", Text: "Pour huit. 06 12 34 56 78",
				Condition: "bon", Rules: "à rendre propre", Quantity: "1", From: "2026-11-20", Until: "2026-12-20", In: "31", Audience: "neighbourhood", Priority: asks, Widens: asks,
			},
		}
		if asks {
			p.Form.Behalf = "Lucette"
		}
		if len(all) > 0 {
			p.Form.Title = ""
		}
		return p
	}
}
