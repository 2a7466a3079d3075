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
		{"invitations/many", func(f pages.Frame) pages.Page {
			return pages.Invitations{Frame: f, Places: []view.Option{{Value: "31", Label: "Centre-Ville"}}, Invitations: []view.Invitation{
				invitation, {Path: "/settings/invitations/2", Place: longPlace.Name, Joined: 1, Expires: ago(time.Hour)}}}
		}},
		{"invitations/unproved", func(f pages.Frame) pages.Page { return pages.Invitations{Frame: f} }},
		{"invitations/closed", func(f pages.Frame) pages.Page { return pages.Invitations{Frame: f, Closed: true} }},
		{"invitation/open", func(f pages.Frame) pages.Page {
			return pages.Invitation{Frame: f, Invitation: invitation, From: "Marie L."}
		}},
		{"door_cards/four", func(f pages.Frame) pages.Page {
			return pages.DoorCards{Frame: f, Invitation: invitation, From: "Marie L."}
		}},
		{"place_sheet/hall", func(f pages.Frame) pages.Page {
			return pages.PlaceSheet{Frame: stranger(f), Place: centre.Person, Link: "https://dinan.example/join?place=centre_ville"}
		}},
		{"dwellings/many", func(f pages.Frame) pages.Page {
			return pages.Dwellings{Frame: f, Kind: "work", Places: []view.Option{{Value: "31", Label: "Centre-Ville"}, {Value: "33", Label: "Le Port"}},
				Present: []view.OwnPlace{
					{Path: "/settings/places/1", Place: "Centre-Ville", Kind: "home", Address: "3 rue de la Lainerie, 22100 Dinan", Standing: "verified", Since: ago(9000 * time.Hour)},
					{Path: "/settings/places/2", Place: "Le Port", Kind: "parents", Standing: "declared"},
				}, Former: []view.OwnPlace{{Place: longPlace.Name, Kind: "home", Former: ago(9000 * time.Hour)}}}
		}},
		{"dwellings/error", func(f pages.Frame) pages.Page {
			return pages.Dwellings{Frame: f, Kind: "home", Problems: []view.Problem{{Field: "places", Code: "too-many", Limit: 6}}}
		}},
		{"home/first-day", func(f pages.Frame) pages.Page {
			return pages.Home{Frame: in(f, "home", "/home"), FirstDay: &pages.FirstDay{Hello: "/compose", Lend: "/offer/new", Need: "/ask/new", Digest: "/settings/notices", Proof: "/prove"}}
		}},
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

var invitation = view.Invitation{
	Path: "/settings/invitations/1", Link: "https://dinan.example/join?invitation=ABCDEFGHIJKLMNOP", Place: "Centre-Ville", Remaining: 5, Joined: 3,
	Expires: now.Add(240 * time.Hour), Counts: true,
}
