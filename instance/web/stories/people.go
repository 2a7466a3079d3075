package stories

import (
	"time"

	"palier/instance/web/pages"
	"palier/instance/web/view"
)

func people() []Story {
	return []Story{
		{"profile/neighbour", func(f pages.Frame) pages.Page {
			return pages.Profile{Frame: in(f, "", "/@yann"), Posts: Posts(2)[1:], Person: view.Profile{
				Person: yann, Address: "@yann@dinan.example", Summary: "<p>Menuisier à la retraite. Je répare volontiers ce qui grince.</p>",
				Fields: []view.Field{{Name: "Langues", Value: "français, breton"}, {Name: "Atelier", Value: "mardi après-midi"}},
				Places: []view.PlaceLine{centreLine}, Bond: view.Bond{Following: true, FollowsMe: true},
				May: view.ProfileDeeds{Follow: true, Block: true, Mute: true, Report: true},
			}}
		}},
		{"profile/self", func(f pages.Frame) pages.Page {
			return pages.Profile{Frame: in(f, "", "/@marie"), Posts: Posts(7)[6:], Person: view.Profile{Person: marie, Address: "@marie@dinan.example", Places: []view.PlaceLine{centreLine}, Bond: view.Bond{Self: true}}}
		}},
		{"profile/elsewhere", func(f pages.Frame) pages.Page {
			return pages.Profile{Frame: in(f, "", "/@accueil@rance.example"), Posts: Posts(3)[2:], Person: view.Profile{
				Person: accueil, Address: "@accueil@rance.example", Host: "rance.example", Original: "https://rance.example/@accueil", Locked: true,
				Summary: "<p>Nous accueillons celles et ceux qui arrivent en pays de Dinan.</p>", May: view.ProfileDeeds{Follow: true, Block: true, Mute: true, Report: true},
			}}
		}},
		{"profile/place-elsewhere", func(f pages.Frame) pages.Page {
			return pages.Profile{Frame: in(f, "", tilleuls.Path), Person: view.Profile{Person: tilleuls.Person, Address: "@" + tilleuls.Handle, Host: "tilleuls.example", Bond: view.Bond{Requested: true}}}
		}},
		{"profile/foreign-script", func(f pages.Frame) pages.Page {
			return pages.Profile{Frame: in(f, "", amira.Path), Posts: Posts(6)[5:], Person: view.Profile{
				Person: amira, Address: "@" + amira.Handle, Host: "rance.example", Summary: "<p>أحب الطبخ والمشي على ضفاف النهر.</p>",
				Bond: view.Bond{Blocked: true}, May: view.ProfileDeeds{Follow: true, Report: true},
			}}
		}},
		{"edit_profile/filled", func(f pages.Frame) pages.Page {
			return pages.EditProfile{Frame: f, Person: marie, Summary: "Bibliothécaire, cycliste.", Fields: []view.FieldText{{Name: "Langues", Value: "français, anglais"}, {}}, Locked: true, Hidden: true}
		}},
		{"edit_profile/error", func(f pages.Frame) pages.Page {
			p := marie
			p.Name = ""
			return pages.EditProfile{Frame: f, Person: p, Problems: []view.Problem{{Field: "name", Code: "missing"}, {Field: "picture", Code: "unreadable"}}}
		}},
		{"messages/many", func(f pages.Frame) pages.Page {
			f.Viewer.Messages = 1
			return pages.Messages{Frame: in(f, "messages", "/messages"), Conversations: []view.Conversation{
				{Path: "/messages/1", With: []view.Person{yann}, Excerpt: "@marie Je passe chercher l’échelle vers six heures, si ça va.", At: ago(5 * time.Minute), Unread: true},
				{Path: "/messages/2", With: []view.Person{amira, wordy}, Excerpt: "@marie شكرا جزيلا", Language: "ar", At: ago(30 * time.Hour), Mine: true},
				{Path: "/messages/3", With: []view.Person{marie}},
			}, Pager: view.Pager{Older: "/messages?before=1"}}
		}},
		{"messages/empty", func(f pages.Frame) pages.Page { return pages.Messages{Frame: in(f, "messages", "/messages")} }},
		{"message/open", func(f pages.Frame) pages.Page {
			return pages.Message{Frame: in(f, "messages", "/messages/1"), Posts: Posts(2), Once: "x", Pager: view.Pager{Older: "/messages/1?before=1"},
				Conversation: view.Conversation{Path: "/messages/1", With: []view.Person{yann, wordy}}}
		}},
		{"message/error", func(f pages.Frame) pages.Page {
			return pages.Message{Frame: in(f, "messages", "/messages/1"), Problems: []view.Problem{{Field: "text", Code: "missing"}}, Conversation: view.Conversation{Path: "/messages/1", With: []view.Person{yann}}}
		}},
		{"new_message/empty", func(f pages.Frame) pages.Page {
			return pages.NewMessage{Frame: in(f, "messages", ""), To: yann, Once: "x"}
		}},
		{"filters/many", func(f pages.Frame) pages.Page {
			return pages.Filters{Frame: in(f, "", "/settings/filters"), Form: filterForm(), Filters: []view.Filter{
				{Path: "/settings/filters/1", Title: "Résultats sportifs", Words: []string{"match", "score", "mi-temps"}, Ends: now.Add(50 * time.Hour)},
				{Path: "/settings/filters/2", Title: "Araignées", Words: []string{"araignée"}, Hides: true},
				{Path: "/settings/filters/3", Title: "Élections", Words: []string{"sondage"}, Ends: ago(time.Hour), Ended: true},
			}}
		}},
		{"filters/empty", func(f pages.Frame) pages.Page {
			form := filterForm()
			form.Words = ""
			return pages.Filters{Frame: in(f, "", "/settings/filters"), Form: form, Problems: []view.Problem{{Field: "words", Code: "missing"}, {Field: "context", Code: "unknown"}}}
		}},
		{"edit_filter/filled", func(f pages.Frame) pages.Page {
			form := filterForm()
			form.Title, form.Duration = "Résultats sportifs", "same"
			return pages.EditFilter{Frame: f, Form: form, Filter: view.Filter{Path: "/settings/filters/1", Title: "Résultats sportifs"}}
		}},
		{"follow/empty", func(f pages.Frame) pages.Page { return pages.Follow{Frame: in(f, "", "/follow")} }},
		{"follow/found", func(f pages.Frame) pages.Page {
			return pages.Follow{Frame: in(f, "", "/follow"), Query: "@accueil@rance.example", Found: &view.Profile{
				Person: accueil, Address: "@accueil@rance.example", Locked: true, Summary: "<p>Nous accueillons celles et ceux qui arrivent en pays de Dinan.</p>", May: view.ProfileDeeds{Follow: true},
			}, Following: []view.Person{yann, dinan.Person, oksana}}
		}},
		{"follow/error", func(f pages.Frame) pages.Page {
			return pages.Follow{Frame: in(f, "", "/follow"), Query: "@personne@nulle-part.example", Problems: []view.Problem{{Field: "address", Code: "not-found"}}}
		}},
		{"borders/crowded", func(f pages.Frame) pages.Page {
			return pages.Borders{
				Frame: f, Place: centreLine.Person, Households: 640, Living: 100, Crowded: 600,
				May: pages.BorderDeeds{Split: true, Prospect: view.Border{Kind: "split", Staying: 370, Going: 270, Map: borderMap}},
			}
		}},
		{"borders/vote", func(f pages.Frame) pages.Page {
			vote := view.Border{
				ID: "1", Kind: "split", State: "open", Name: "Les Rouairies", Staying: 370, Going: 270, Opened: ago(50 * time.Hour), Closes: ago(-280 * time.Hour),
				Voice: "yes", Map: borderMap, Now: f.Now,
			}
			past := vote
			past.State, past.Yes, past.No, past.Voice = "refused", 12, 31, ""
			return pages.Borders{Frame: f, Place: centreLine.Person, Households: 640, Living: 100, Crowded: 600, Open: &vote, Past: []view.Border{past}, May: pages.BorderDeeds{Vote: true}}
		}},
		{"borders/few", func(f pages.Frame) pages.Page {
			return pages.Borders{
				Frame: f, Place: lehonLine.Person, Households: 14, Living: 100, Crowded: 600, Near: []view.PlaceLine{centreLine, portLine},
				May: pages.BorderDeeds{Into: []view.PlaceLine{centreLine}}, Problems: []view.Problem{{Field: "into", Code: "unknown"}},
			}
		}},
		{"requests/many", func(f pages.Frame) pages.Page {
			return pages.Requests{Frame: f, Requests: []view.Request{
				{ID: "1", From: oksana, At: ago(3 * time.Hour), Summary: "Викладачка музики"}, {ID: "2", From: wordy, At: ago(40 * time.Hour)},
			}}
		}},
		{"requests/empty", func(f pages.Frame) pages.Page { return pages.Requests{Frame: f} }},
		{"notifications/many", func(f pages.Frame) pages.Page {
			return pages.Notifications{Frame: in(f, "notifications", "/notifications"), Unread: true, Notices: []view.Notice{
				{Kind: "reply", From: lucette, At: ago(2 * time.Minute), Unread: true, Path: "/@lucette/1", Excerpt: "Oh merci, vous êtes adorable. Je descends vous ouvrir dans dix minutes."},
				{Kind: "request", From: oksana, At: ago(3 * time.Hour), Unread: true, Path: "/requests"},
				{Kind: "mention", From: yann, At: ago(5 * time.Hour), Unread: true, Path: "/@yann/2", Excerpt: "@marie tu avais parlé d’une scie sauteuse ?"},
				{Kind: "like", From: fatou, At: ago(26 * time.Hour), Path: "/@marie/107", Excerpt: "Chat noir trouvé rue de la Lainerie"},
				{Kind: "boost", From: dinan.Person, At: ago(27 * time.Hour), Path: "/@marie/107", Excerpt: "Chat noir trouvé rue de la Lainerie"},
				{Kind: "care-invited", From: marie, At: ago(28 * time.Hour), Path: "/care"}, {Kind: "care-call", From: marie, At: ago(28 * time.Hour), Path: "/care/calls"}, {Kind: "care-door", From: marie, At: ago(28 * time.Hour), Path: "/care/calls"}, {Kind: "care-contact", From: marie, At: ago(28 * time.Hour), Path: "/care/calls"}, {Kind: "space-works", From: house, At: ago(29 * time.Hour), Path: "/g/tilleuls/space#works"},
				{Kind: "informant-official", From: fatou, At: ago(30 * time.Hour), Path: "/@fatou/3", Excerpt: "Vent violent ce soir"},
				{Kind: "follow", From: amira, At: ago(90 * time.Hour), Path: amira.Path}, {Kind: "granted", From: accueil, At: ago(300 * time.Hour), Path: accueil.Path},
			}}
		}},
		{"notifications/empty", func(f pages.Frame) pages.Page {
			f.Viewer.Unread = 0
			return pages.Notifications{Frame: in(f, "notifications", "/notifications")}
		}},
		{"settings/filled", func(f pages.Frame) pages.Page {
			return pages.Settings{Frame: f, Languages: languages(), Look: "auto", Size: "normal", Choices: choices(view.ToNeighbourhood)}
		}},
		{"settings/large-text", func(f pages.Frame) pages.Page {
			f.TextSize = "larger"
			return pages.Settings{Frame: f, Languages: languages(), Look: "auto", Size: "larger", Choices: choices(view.ToBuilding)}
		}},
		{"settings/contrast", func(f pages.Frame) pages.Page {
			f.Appearance = "contrast"
			return pages.Settings{Frame: f, Languages: languages(), Look: "contrast", Size: "large", Choices: choices(view.ToBuilding)}
		}},
		{"password/error", func(f pages.Frame) pages.Page {
			return pages.Password{Frame: f, Email: "marie@exemple.fr", Problems: []view.Problem{{Field: "current", Code: "wrong"}, {Field: "password", Code: "too-short", Limit: 10}}}
		}},
		{"apps/many", func(f pages.Frame) pages.Page {
			return pages.Apps{Frame: f, Pager: view.Pager{Older: "/settings/apps?before=3"}, Apps: []view.Connection{
				{Program: view.Program{Name: "Tusky", Site: "tusky.app"}, ID: "1", Scopes: []string{"read", "write", "follow", "push"}, Since: ago(40 * 24 * time.Hour), Used: ago(30 * time.Hour)},
				{Program: view.Program{Name: "Widget du marché de Saint-Malo-de-Dinan-Bas-de-la-Lainerie"}, ID: "2", Scopes: []string{"read.statuses", "profile"}, Since: ago(500 * 24 * time.Hour), Used: ago(300 * 24 * time.Hour)},
			}}
		}},
		{"apps/empty", func(f pages.Frame) pages.Page { return pages.Apps{Frame: f} }},
		{"authorize/phone", func(f pages.Frame) pages.Page {
			return pages.Authorize{
				Frame: f, Program: view.Program{Name: "Ice Cubes", Site: "github.com"}, Scopes: []string{"read", "write", "follow", "push"}, Circles: true,
				Scheme: "icecubesapp", Other: "/signin?again=true", Request: []view.Option{{Value: "client_id", Label: "1"}},
			}
		}},
		{"authorize/web", func(f pages.Frame) pages.Page {
			return pages.Authorize{
				Frame: f, Program: view.Program{Name: "Anticonstitutionnellement-intergouvernementalisations-électroencép", Site: "une-adresse-vraiment-interminable.association-intercommunale.example"},
				Scopes: []string{"read.accounts", "write.media", "admin.read.canonical_email_blocks"}, Host: "une-adresse-vraiment-interminable.association-intercommunale.example", Other: "/signin?again=true",
			}
		}},
		{"authorize/code", func(f pages.Frame) pages.Page {
			return pages.Authorize{Frame: f, Program: view.Program{Name: "toot"}, Scopes: []string{"read.statuses"}, Circles: true, Other: "/signin?again=true"}
		}},
		{"authorize_code/shown", func(f pages.Frame) pages.Page {
			return pages.AuthorizeCode{Frame: f, Code: "OaUQV6yRVz-UTrOvizR25f"}
		}},
		{"authorize_fault/redirect", func(f pages.Frame) pages.Page { return pages.AuthorizeFault{Frame: f, Fault: "redirect"} }},
		{"authorize_fault/stranger", func(f pages.Frame) pages.Page { return pages.AuthorizeFault{Frame: stranger(f), Fault: "client"} }},
		{"blocked/many", func(f pages.Frame) pages.Page {
			return pages.Blocked{Frame: f, Blocked: []view.Person{wordy}, Muted: []view.Person{yann, oksana}}
		}},
		{"digest/many", func(f pages.Frame) pages.Page {
			return pages.Digest{Frame: f, Since: ago(24 * time.Hour), Places: digestPlaces()}
		}},
		{"board/week", func(f pages.Frame) pages.Page { return board(f) }},
		{"digest/empty", func(f pages.Frame) pages.Page { return pages.Digest{Frame: f, Since: ago(24 * time.Hour)} }},
		{"notice_settings/filled", func(f pages.Frame) pages.Page { return noticeSettings(f) }},
		{"stop/asked", func(f pages.Frame) pages.Page { return pages.Stop{Frame: stranger(f), Kind: "digest"} }},
		{"stop/tonight", func(f pages.Frame) pages.Page { return pages.Stop{Frame: stranger(f), Kind: "tonight"} }},
		{"stop/done", func(f pages.Frame) pages.Page { return pages.Stop{Frame: stranger(f), Kind: "at-once", Done: true} }},
		{"blocked/empty", func(f pages.Frame) pages.Page { return pages.Blocked{Frame: f} }},
	}
}

func languages() []view.Option {
	return []view.Option{{Value: "fr", Label: "Français", Selected: true}, {Value: "en", Label: "English"}, {Value: "uk", Label: "Українська"}, {Value: "ar", Label: "العربية"}}
}

func filterForm() pages.FilterForm {
	return pages.FilterForm{Words: "match\nmi-temps", Whole: true, Action: "warn", Contexts: []view.Option{
		{Value: "home", Selected: true}, {Value: "notifications"}, {Value: "public", Selected: true}, {Value: "thread"}, {Value: "account"},
	}}
}

// borderMap is a drawing of two sides of a border.
var borderMap = view.BorderMap{Staying: "0,1000 620,1000 480,0 0,0", Going: "620,1000 1000,1000 1000,0 480,0", Metres: 2000}
