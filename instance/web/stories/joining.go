package stories

import (
	"time"

	"palier/instance/web/pages"
	"palier/instance/web/view"
)

func joining() []Story {
	mail := "marie@exemple.fr"
	return []Story{
		{"join_place/many", func(f pages.Frame) pages.Page {
			return pages.JoinPlace{Frame: stranger(f), Places: []view.PlaceLine{dinanLine, centreLine, portLine}}
		}},
		{"join_place/gone", func(f pages.Frame) pages.Page { return pages.JoinPlace{Frame: stranger(f), State: "gone"} }},
		{"join_place/invited", func(f pages.Frame) pages.Page {
			return pages.JoinPlace{Frame: stranger(f), State: "invited"}
		}},
		{"join_place/closed", func(f pages.Frame) pages.Page { return pages.JoinPlace{Frame: stranger(f), State: "closed"} }},
		{"join/empty", func(f pages.Frame) pages.Page { return pages.Join{Frame: stranger(f), Place: centreLine} }},
		{"join/error", func(f pages.Frame) pages.Page {
			return pages.Join{Frame: stranger(f), Place: centreLine, Address: "3 rue de la Lainerie, 22100 Dinan", Inviter: &yann, Name: "Marie Le Goff", Hide: true, Alias: "Marie", Problems: []view.Problem{{Field: "alias", Code: "tells"}}}
		}},
		{"join_email/error", func(f pages.Frame) pages.Page {
			return pages.JoinEmail{Frame: stranger(f), Place: centreLine, Name: "Marie Le Goff", Email: "marie", Problems: []view.Problem{{Field: "email", Code: "malformed"}}}
		}},
		{"link_sent/join", func(f pages.Frame) pages.Page {
			return pages.LinkSent{Frame: stranger(f), Deed: "join", Email: mail}
		}},
		{"link_sent/signin", func(f pages.Frame) pages.Page { return pages.LinkSent{Frame: stranger(f), Deed: "signin"} }},
		{"link_open/join", func(f pages.Frame) pages.Page {
			return pages.LinkOpen{Frame: stranger(f), Deed: "join", Name: "Marie Le Goff", Place: &centreLine, Email: mail, Action: "/join/confirm/x"}
		}},
		{"link_open/signin", func(f pages.Frame) pages.Page {
			return pages.LinkOpen{Frame: stranger(f), Deed: "signin", Email: mail, Action: "/signin/link/x"}
		}},
		{"link_open/reset", func(f pages.Frame) pages.Page {
			return pages.LinkOpen{Frame: stranger(f), Deed: "reset", Email: mail, Action: "/reset/x", Problems: []view.Problem{{Field: "password", Code: "too-short", Limit: 10}}}
		}},
		{"ask_link/signin", func(f pages.Frame) pages.Page {
			return pages.AskLink{Frame: stranger(f), Deed: "signin", Return: "/home"}
		}},
		{"ask_link/reset", func(f pages.Frame) pages.Page {
			return pages.AskLink{Frame: stranger(f), Deed: "reset", Email: "x", Problems: []view.Problem{{Field: "email", Code: "malformed"}}}
		}},
		{"join_way/error", func(f pages.Frame) pages.Page {
			return pages.JoinWay{Frame: f, Email: mail, Passkeys: true, Problems: []view.Problem{{Field: "password", Code: "too-short", Limit: 10}}}
		}},
		{"passkeys/many", func(f pages.Frame) pages.Page {
			return pages.Passkeys{Frame: f, Possible: true, Keys: []view.Passkey{{Path: "/settings/passkeys/1", Label: "iPhone", Created: ago(900 * time.Hour), Used: ago(time.Hour)}, {Path: "/settings/passkeys/2", Created: ago(time.Hour)}}}
		}},
		{"passkeys/none", func(f pages.Frame) pages.Page { return pages.Passkeys{Frame: f, Possible: true} }},
		{"seen/first", func(f pages.Frame) pages.Page {
			return pages.Seen{Frame: f, First: true, Circles: []view.SeenBy{
				{Audience: view.ToBuilding, Where: "Résidence Les Tilleuls", Name: "Marie Le Goff", Places: []string{"Résidence Les Tilleuls", "Centre-Ville"}},
				{Audience: view.ToNeighbourhood, Where: "Centre-Ville", Name: "Marie Le Goff", Places: []string{"Centre-Ville"}},
				{Audience: view.ToAround, Name: "Marie L.", Handle: "@marie_l@dinan.example"},
				{Audience: view.ToPublic, Name: "Marie L.", Handle: "@marie_l@dinan.example"},
			}}
		}},
		{"seen/protected", func(f pages.Frame) pages.Page {
			return pages.Seen{Frame: f, Hidden: true, Circles: []view.SeenBy{{Audience: view.ToPublic, Name: "Une voisine", Handle: "@une_v@dinan.example"}}}
		}},
		{"name/error", func(f pages.Frame) pages.Page {
			return pages.Name{Frame: f, Full: "Marie Le Goff", Outer: "Marie", Protected: true, Problems: []view.Problem{{Field: "name", Code: "tells"}}}
		}},
	}
}
