package stories

import (
	"time"

	"palier/instance/web/pages"
	"palier/instance/web/view"
)

func administering() []Story {
	tabs := func(tab string) pages.PlaceTabs {
		return pages.PlaceTabs{ID: "31", Name: "Centre-Ville", Path: "/@centre_ville", Tab: tab}
	}
	homes := []view.Dwelling{{Place: centre.Person, Standing: view.Verified}, {Place: tilleuls.Person, Standing: view.Declared}}
	places := []view.Option{{Value: "31", Label: "Centre-Ville"}, {Value: "33", Label: "Le Port"}}
	return []Story{
		{"admin_overview/busy", func(f pages.Frame) pages.Page {
			return pages.AdminOverview{Frame: in(f, "overview", "/admin"), Todo: []pages.Todo{
				{Kind: "reports", Count: 2, Path: "/admin/reports"}, {Kind: "links", Count: 1, Path: "/admin/links"}, {Kind: "waiting", Count: 5, Path: "/admin/neighbourhoods"},
				{Kind: "failures", Count: 3, Path: "/admin/failures"}, {Kind: "servers", Count: 1, Path: "/admin/servers"}, {Kind: "quiet", Count: 340, Path: "/admin/servers"}, {Kind: "declared", Count: 12, Path: "/admin/people"},
			}, People: 1312, Verified: 1240, Neighbourhoods: 7, Newcomers: 9, Week: 412, Servers: 38, Pending: 12456, Version: "0.1.0", Engine: "SQLite 3.51", Since: ago(70 * time.Hour)}
		}},
		{"admin_overview/calm", func(f pages.Frame) pages.Page {
			return pages.AdminOverview{Frame: in(f, "overview", "/admin"), Version: "0.1.0", Engine: "PostgreSQL 17", Since: ago(time.Minute)}
		}},
		{"admin_neighbourhoods/many", func(f pages.Frame) pages.Page {
			c := neighbourhood()
			return pages.AdminNeighbourhoods{Frame: in(f, "neighbourhoods", ""), Places: []view.Neighbourhood{dinan, c, port, longPlace}}
		}},
		{"admin_neighbourhoods/empty", func(f pages.Frame) pages.Page {
			return pages.AdminNeighbourhoods{Frame: in(f, "neighbourhoods", "")}
		}},
		{"admin_neighbourhood/new", func(f pages.Frame) pages.Page {
			return pages.AdminNeighbourhood{Frame: f, Level: view.LevelNeighbourhood}
		}},
		{"admin_neighbourhood/edit", func(f pages.Frame) pages.Page {
			return pages.AdminNeighbourhood{Frame: f, PlaceTabs: tabs("edit"), Title: "Centre-Ville", Address: "@centre_ville@dinan.example", Level: view.LevelNeighbourhood, Within: "@dinan@dinan.example", Summary: "Le quartier des remparts.", HoldNew: true}
		}},
		{"admin_neighbourhood/error", func(f pages.Frame) pages.Page {
			return pages.AdminNeighbourhood{Frame: f, Username: "Les Tilleuls", Problems: []view.Problem{{Field: "title", Code: "missing"}, {Field: "username", Code: "malformed"}}}
		}},
		{"admin_members/many", func(f pages.Frame) pages.Page {
			return pages.AdminMembers{Frame: f, PlaceTabs: tabs("members"), Members: members(), Adding: "personne", Problems: []view.Problem{{Field: "person", Code: "not-found"}}}
		}},
		{"admin_members/empty", func(f pages.Frame) pages.Page { return pages.AdminMembers{Frame: f, PlaceTabs: tabs("members")} }},
		{"admin_relay/many", func(f pages.Frame) pages.Page {
			return pages.AdminRelay{Frame: f, PlaceTabs: tabs("relay"), Rules: []view.Rule{
				{Source: tilleuls.Person, Accepted: true, MaxPerDay: 20, MinReach: "commune", Today: 3},
				{Source: accueil, Moderated: true, MaxPerDay: 5, MinReach: "national"},
			}}
		}},
		{"admin_relay/empty", func(f pages.Frame) pages.Page {
			return pages.AdminRelay{Frame: f, PlaceTabs: tabs("relay"), Adding: "quartier", Problems: []view.Problem{{Field: "address", Code: "malformed"}}}
		}},
		{"admin_waiting/many", func(f pages.Frame) pages.Page {
			return pages.AdminWaiting{Frame: f, PlaceTabs: tabs("waiting"), Waiting: []view.Waiting{{ID: "1", Post: Posts(3)[2], From: &tilleuls.Person}, {ID: "2", Post: Posts(5)[4], Reply: true}}}
		}},
		{"admin_waiting/empty", func(f pages.Frame) pages.Page { return pages.AdminWaiting{Frame: f, PlaceTabs: tabs("waiting")} }},
		{"admin_links/many", func(f pages.Frame) pages.Page {
			return pages.AdminLinks{Frame: in(f, "links", ""), Pending: []view.Link{{ID: "1", From: tilleuls.Person, To: centre.Person, At: ago(20 * time.Minute)}}, Asked: []view.Link{{ID: "4", From: port.Person, To: lehon.Person, At: ago(30 * time.Hour)}},
				Accepted: []view.Link{{ID: "2", From: accueil, To: dinan.Person}, {ID: "3", From: wordy, To: longPlace.Person, Back: "accepted"}, {ID: "5", From: tilleuls.Person, To: port.Person, Back: "requested"}}}
		}},
		{"admin_links/empty", func(f pages.Frame) pages.Page { return pages.AdminLinks{Frame: in(f, "links", "")} }},
		{"admin_people/many", func(f pages.Frame) pages.Page {
			return pages.AdminPeople{Frame: in(f, "people", ""), Pager: view.Pager{Older: "/admin/people?after=5"}, People: []view.Account{
				{Person: marie, Email: "marie@exemple.fr", Role: "admin", Homes: homes, Created: ago(9000 * time.Hour)},
				{Person: yann, Email: "yann.kerbrat@exemple.fr", Role: "resident", Disabled: true, Created: ago(4000 * time.Hour)},
				{Person: fatou, Email: "fatou@exemple.fr", Role: "moderator", Homes: homes[:1], Created: ago(700 * time.Hour)},
				{Person: wordy, Email: "une.adresse.vraiment.interminable@association-intercommunale.exemple-tres-long.example", Role: "resident", Created: ago(time.Minute)},
			}}
		}},
		{"admin_people/empty", func(f pages.Frame) pages.Page {
			return pages.AdminPeople{Frame: in(f, "people", ""), Query: "zzz"}
		}},
		{"admin_new_person/error", func(f pages.Frame) pages.Page {
			return pages.AdminNewPerson{Frame: f, Name: "Léa", Username: "léa", Email: "lea", Places: places, Problems: []view.Problem{{Field: "username", Code: "malformed"}, {Field: "email", Code: "malformed"}, {Field: "password", Code: "too-short", Limit: 10}}}
		}},
		{"admin_person/open", func(f pages.Frame) pages.Page {
			return pages.AdminPerson{Frame: f, Places: places, Account: view.Account{Person: lucette, Email: "lucette@exemple.fr", Role: "resident", Homes: homes, Created: ago(8000 * time.Hour)}}
		}},
		{"admin_person/disabled", func(f pages.Frame) pages.Page {
			return pages.AdminPerson{Frame: f, Account: view.Account{Person: yann, Email: "yann@exemple.fr", Role: "resident", Disabled: true, Created: ago(9000 * time.Hour)}}
		}},
		{"admin_servers/many", func(f pages.Frame) pages.Page {
			return pages.AdminServers{Frame: in(f, "servers", ""), Servers: []view.Server{
				{Host: "tilleuls.example", Health: view.Well, LastGood: ago(time.Minute)},
				{Host: "rance.example", Health: view.Shaky, Pending: 14, Ahead: 12, LastGood: ago(20 * time.Minute), NextTry: now.Add(4 * time.Minute)},
				{Host: "mastodon.exemple-tres-long-nom-de-domaine.example", Health: view.Failing, Pending: 2310, LastGood: ago(50 * time.Hour), NextTry: now.Add(20 * time.Hour)},
				{Host: "spam.example", Health: view.Lost, Severity: "suspend"},
			}}
		}},
		{"admin_servers/empty", func(f pages.Frame) pages.Page { return pages.AdminServers{Frame: in(f, "servers", "")} }},
		{"admin_server/failing", func(f pages.Frame) pages.Page {
			return pages.AdminServer{Frame: f, Other: view.Server{Host: "rance.example", Software: "Palier 0.1.0", Health: view.Failing, Pending: 2, Failures: 7, People: 41, Met: ago(9000 * time.Hour), LastBad: ago(time.Hour), Behind: 31, LastGood: ago(50 * time.Hour), NextTry: now.Add(3 * time.Hour), LastError: "dial tcp 192.0.2.7:443: connection refused"},
				Deliveries: []pages.Delivery{{What: "https://dinan.example/a/115930", Tries: 7, Next: now.Add(3 * time.Hour), Error: "connection refused"}, {What: "https://dinan.example/a/115931", Tries: 1, Next: now.Add(10 * time.Minute)}}}
		}},
		{"admin_server/calm", func(f pages.Frame) pages.Page {
			return pages.AdminServer{Frame: f, Other: view.Server{Host: "tilleuls.example", Software: "Palier 0.1.0", Health: view.Well, Severity: "limit", Met: ago(500 * time.Hour), LastGood: ago(time.Minute)}}
		}},
		{"admin_blocks/many", func(f pages.Frame) pages.Page {
			return pages.AdminBlocks{Frame: in(f, "blocks", ""), Blocks: []view.Block{{Domain: "spam.example", Severity: "suspend", Reason: "Publicité en masse", At: ago(400 * time.Hour)}, {Domain: "bruyant.example", Severity: "limit", At: ago(4 * time.Hour)}}}
		}},
		{"admin_blocks/empty", func(f pages.Frame) pages.Page { return pages.AdminBlocks{Frame: in(f, "blocks", "")} }},
		{"admin_new_block/filled", func(f pages.Frame) pages.Page {
			return pages.AdminNewBlock{Frame: f, Domain: "rance.example", Severity: "suspend", Ties: 14}
		}},
		{"admin_new_block/error", func(f pages.Frame) pages.Page {
			return pages.AdminNewBlock{Frame: f, Domain: "pas un domaine", Problems: []view.Problem{{Field: "domain", Code: "malformed"}, {Field: "severity", Code: "missing"}}}
		}},
		{"admin_import/form", func(f pages.Frame) pages.Page {
			return pages.AdminImport{Frame: f, Problems: []view.Problem{{Field: "list", Code: "unreadable"}}}
		}},
		{"admin_import/done", func(f pages.Frame) pages.Page {
			return pages.AdminImport{Frame: f, Done: true, Taken: 412, Refused: []view.RefusedLine{{Line: 3, Text: "pas un domaine,suspend", Reason: "malformed"}, {Line: 19, Text: "exemple.example,noop", Reason: "unknown-severity"}, {Line: 40, Text: "dinan.example,suspend", Reason: "ourselves"}}, Unnamed: 7}
		}},
		{"admin_reports/many", func(f pages.Frame) pages.Page {
			return pages.AdminReports{Frame: in(f, "reports", ""), Reports: reports()}
		}},
		{"admin_reports/empty", func(f pages.Frame) pages.Page {
			f.Viewer.Admin = false
			f.Viewer.Reports = 0
			return pages.AdminReports{Frame: in(f, "reports", ""), Closed: true}
		}},
		{"admin_report/open", func(f pages.Frame) pages.Page {
			return pages.AdminReport{Frame: f, Report: reports()[0], Decision: "limit", Problems: []view.Problem{{Field: "reason", Code: "missing"}}}
		}},
		{"admin_report/closed", func(f pages.Frame) pages.Page {
			return pages.AdminReport{Frame: f, Report: reports()[1], Reason: "Nous en avons parlé ensemble."}
		}},
		{"admin_actor/free", func(f pages.Frame) pages.Page {
			return pages.AdminActor{Frame: f, Actor: accueil, Host: "rance.example", Reports: 1, Problems: []view.Problem{{Field: "reason", Code: "missing"}}}
		}},
		{"admin_actor/decided", func(f pages.Frame) pages.Page {
			return pages.AdminActor{Frame: f, Actor: wordy, Limited: ago(90 * time.Hour), Suspended: ago(2 * time.Hour), Reports: 4}
		}},
		{"admin_actor/self", func(f pages.Frame) pages.Page {
			return pages.AdminActor{Frame: f, Actor: marie, Self: true}
		}},
		{"admin_failures/many", func(f pages.Frame) pages.Page {
			return pages.AdminFailures{Frame: in(f, "overview", ""),
				Jobs:  []view.FailedJob{{ID: "71", Kind: "fan_out", Args: `{"sender":115930}`, Tries: 10, At: ago(3 * time.Hour), Error: "fan out activity 115931: key of https://dinan.example/g/centre: no key to sign with"}},
				Items: []view.StuckItem{{ID: "72", Kind: "Create", Activity: "https://rance.example/a/une-adresse-interminable-115930115930115930115930", Actor: "https://rance.example/u/1", At: ago(30 * time.Hour), Error: "store post: disk full"}},
			}
		}},
		{"admin_failures/none", func(f pages.Frame) pages.Page { return pages.AdminFailures{Frame: in(f, "overview", "")} }},
		{"admin_waiting_places/many", func(f pages.Frame) pages.Page {
			return pages.AdminWaitingPlaces{Frame: in(f, "waiting", ""), Places: []view.WaitingPlace{{Person: centre.Person, Waiting: 2}, {Person: longPlace.Person, Waiting: 1}}}
		}},
		{"admin_waiting_places/empty", func(f pages.Frame) pages.Page {
			f.Viewer.Admin, f.Viewer.Moderates = false, false
			return pages.AdminWaitingPlaces{Frame: in(f, "waiting", "")}
		}},
	}
}

func reports() []view.Report {
	return []view.Report{
		{ID: "1", Target: wordy, By: &lucette, At: ago(2 * time.Hour), Comment: "Ce message vise une voisine sans la nommer. Cela fait deux fois.", Category: "attack", State: "open", Posts: []view.Post{wordyPost()}, Earlier: 1, Forwarded: true},
		{ID: "2", Target: yann, ByHost: "rance.example", At: ago(100 * time.Hour), Category: "spam", State: "resolved", Decision: "resolve"},
	}
}
