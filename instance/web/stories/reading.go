package stories

import (
	"time"

	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// All returns every story, page by page.
func All() []Story {
	var all []Story
	all = append(all, reading()...)
	all = append(all, people()...)
	all = append(all, finding()...)
	all = append(all, areas()...)
	all = append(all, together()...)
	all = append(all, offered()...)
	all = append(all, sheltering()...)
	all = append(all, office()...)
	all = append(all, proving()...)
	all = append(all, meeting()...)
	all = append(all, caring()...)
	all = append(all, lending()...)
	all = append(all, hostingStories()...)
	all = append(all, campaigning()...)
	all = append(all, writing()...)
	all = append(all, buying()...)
	all = append(all, administering()...)
	all = append(all, joining()...)
	all = append(all, houses()...)
	all = append(all, failing()...)
	return all
}

func reading() []Story {
	more := view.Pager{Newer: "/home", Older: "/home?before=100"}
	return []Story{
		{"welcome/many", func(f pages.Frame) pages.Page {
			f = stranger(f)
			f.Flash = &view.Flash{Key: "signed-out", Sent: "*"}
			return pages.Welcome{Frame: f, Places: []view.PlaceLine{dinanLine, centreLine, portLine, lehonLine}, Posts: Posts(7)[2:6]}
		}},
		{"welcome/empty", func(f pages.Frame) pages.Page { return pages.Welcome{Frame: stranger(f)} }},
		{"home/many", func(f pages.Frame) pages.Page {
			f = in(f, "home", "/home")
			f.Flash = &view.Flash{Key: "post.published", Undo: "/@marie/107/delete", Sent: "compose"}
			return pages.Home{Frame: f, Posts: Posts(7), Season: raclette, Live: "/_stories/live"}
		}},
		{"home/empty", func(f pages.Frame) pages.Page {
			f = in(f, "home", "/home")
			f.Viewer.Requests, f.Viewer.Unread, f.Viewer.Places, f.Viewer.Home = 0, 0, nil, nil
			f.Viewer.Admin, f.Viewer.Moderates = false, false
			return pages.Home{Frame: f}
		}},
		{"home/new", func(f pages.Frame) pages.Page { return pages.Home{Frame: in(f, "home", "/home")} }},
		{"home/one", func(f pages.Frame) pages.Page {
			return pages.Home{Frame: in(f, "home", "/home"), Posts: Posts(1)}
		}},
		{"home/page", func(f pages.Frame) pages.Page {
			return pages.Home{Frame: in(f, "home", "/home?before=300"), Posts: Posts(20), Pager: more}
		}},
		{"home/long-words", func(f pages.Frame) pages.Page {
			f = in(f, "home", "/home")
			f.Server.Name = "Communauté d’agglomération Dinan-Agglomération-Rance-et-Frémur"
			f.Viewer.Person, f.Viewer.Home = wordy, &longPlace.Person
			p := wordyPost()
			p.SharedBy = &wordy
			return pages.Home{Frame: f, Posts: []view.Post{p, Posts(1)[0]}}
		}},
		{"neighbourhood/neighbour", func(f pages.Frame) pages.Page {
			f = in(f, "place", "/@centre_ville")
			f.Feed = "/@centre_ville.atom"
			return pages.Neighbourhood{Frame: f, Place: neighbourhood(), Weather: warned(f.Now), Dashboard: dashboard(f.Now), Posts: Posts(7)}
		}},
		{"neighbourhood/visitor", func(f pages.Frame) pages.Page {
			f = stranger(in(f, "place", "/@centre_ville"))
			f.Feed, f.Canonical = "/@centre_ville.atom", "https://dinan.example/@centre_ville"
			p := neighbourhood()
			p.Standing, p.Moderates = view.Stranger, false
			return pages.Neighbourhood{Frame: f, Place: p, Posts: Posts(7)[2:6]}
		}},
		{"neighbourhood/declared", func(f pages.Frame) pages.Page {
			p := neighbourhood()
			p.Standing, p.Moderates, p.Inside, p.Map = view.Declared, false, nil, nil
			return pages.Neighbourhood{Frame: in(f, "place", "/@centre_ville"), Place: p, Posts: Posts(3)}
		}},
		{"neighbourhood/elsewhere", func(f pages.Frame) pages.Page {
			p := port
			p.Within, p.Verified = []view.PlaceLine{dinanLine}, 96
			p.Bond.Following = true
			return pages.Neighbourhood{Frame: in(f, "place", "/@le_port"), Place: p, Posts: Posts(2)}
		}},
		{"neighbourhood/empty", func(f pages.Frame) pages.Page {
			p := lehon
			p.Standing = view.Verified
			empty := &view.Dashboard{Empty: true}
			return pages.Neighbourhood{Frame: in(f, "place", "/@lehon"), Place: p, Dashboard: empty}
		}},
		{"neighbourhood/long-words", func(f pages.Frame) pages.Page {
			p := longPlace
			p.Verified, p.Within, p.Moderators = 1, []view.PlaceLine{{Person: longPlace.Person, Level: view.LevelWider}}, []view.Person{wordy}
			return pages.Neighbourhood{Frame: in(f, "place", "/@saint_malo_bas"), Place: p, Posts: []view.Post{wordyPost()}}
		}},
		{"members/many", func(f pages.Frame) pages.Page {
			return pages.Members{Frame: in(f, "place", "/@centre_ville/members"), Place: centre.Person, Members: members(), Pager: more}
		}},
		{"members/empty", func(f pages.Frame) pages.Page {
			return pages.Members{Frame: in(f, "place", "/@lehon/members"), Place: lehon.Person}
		}},
		{"home/polls", func(f pages.Frame) pages.Page { return pages.Home{Frame: in(f, "home", "/home"), Posts: polls()} }},
		{"thread/poll", func(f pages.Frame) pages.Page {
			return pages.Thread{Frame: f, Post: polls()[0], Readers: choices("")[1], MayReply: true}
		}},
		{"home/proposals", func(f pages.Frame) pages.Page {
			return pages.Home{Frame: in(f, "home", "/home"), Posts: proposals()}
		}},
		{"thread/agreements", func(f pages.Frame) pages.Page {
			p := proposals()[4]
			return pages.Thread{Frame: f, Post: p, Readers: view.Choice{Audience: p.Audience, Place: "Centre-Ville", Readers: 214}, Agreements: agreements(false), MayReply: true}
		}},
		{"thread/agreement-mine", func(f pages.Frame) pages.Page {
			p := proposals()[0]
			return pages.Thread{Frame: f, Post: p, Readers: view.Choice{Audience: p.Audience, Place: "Centre-Ville", Readers: 214}, Agreements: agreements(true)[2:3], MayReply: true}
		}},
		{"propose/when", func(f pages.Frame) pages.Page {
			return pages.Propose{
				Frame: f, Step: "when", Form: pages.ProposeForm{Kind: "service", Category: "connection", Repeats: "weekly", Weekly: "99"}, Places: []view.Option{{Value: "2", Label: "Centre-Ville", Selected: true}},
				Problems: []view.Problem{{Field: "weekly", Code: "malformed", Limit: 50}},
			}
		}},
		{"propose/lend", func(f pages.Frame) pages.Page {
			return pages.Propose{Frame: f, Step: "what", Form: pages.ProposeForm{Kind: "lending", Category: "tools", Title: "Perceuse", Deposit: "20 €", Shelf: "local, étagère B"}}
		}},
		{"thread/lends", func(f pages.Frame) pages.Page {
			g := agreements(false)[0]
			g.State, g.Lends, g.Code, g.Scan, g.May = "accepted", true, "042117", "https://dinan.example/agreements/7?code=042117", view.AgreementDeeds{HandOver: true, Cancel: true}
			back := g
			back.ID, back.State, back.Code, back.Met, back.Repair, back.May = "8", "returned", "", true, "Une coupelle manque", view.AgreementDeeds{}
			return pages.Thread{Frame: f, Post: proposals()[0], Readers: choices("")[1], Agreements: []view.Agreement{g, back}, MayReply: true, Rest: &view.Rest{Own: true, Weekly: 2, Walk: 10, Hours: []string{"weekday-evening", "weekend-morning"}}}
		}},
		{"thread/borrows", func(f pages.Frame) pages.Page {
			g := agreements(true)[0]
			g.State, g.Lends, g.Typed, g.May = "accepted", true, "042117", view.AgreementDeeds{HandOver: true, Meet: true, Cancel: true}
			return pages.Thread{Frame: f, Post: proposals()[0], Readers: choices("")[1], Agreements: []view.Agreement{g}, MayReply: true, Rest: &view.Rest{Paused: true, Weekly: 2, Walk: 5, Far: true}, Why: &view.Reason{Offer: "/@amina/1", Walk: 10, Hours: []string{"weekday-evening"}}}
		}},
		{"take/loan", func(f pages.Frame) pages.Page {
			return pages.Take{Frame: f, Post: proposals()[0], Form: pages.TakeForm{Dated: true}}
		}},
		{"take/help-error", func(f pages.Frame) pages.Page {
			return pages.Take{Frame: f, Post: proposals()[1], Form: pages.TakeForm{Counts: true, Quantity: "9", Note: "Jeudi matin ?"}, Problems: []view.Problem{{Field: "quantity", Code: "too-much"}}}
		}},
		{"thread/many", thread},
		{"thread/waiting", func(f pages.Frame) pages.Page {
			p, waits := Posts(3)[2], Posts(5)[4]
			waits.Author, waits.In, waits.May = wordy, &centre.Person, view.Deeds{Decide: true, Report: true}
			waits.ReplyTo = &view.Reply{To: p.Author.Name, Path: p.Path}
			return pages.Thread{Frame: in(f, "", p.Path), Post: p, Readers: choices("")[3], MayReply: true, Replies: []pages.Reply{{Post: waits, Depth: 1}, {Post: Posts(4)[3], Depth: 1}}}
		}},
		{"thread/waiting-answered", func(f pages.Frame) pages.Page {
			p := Posts(5)[4]
			p.May = view.Deeds{Decide: true, Report: true}
			return pages.Thread{Frame: in(f, "", p.Path), Before: Posts(3)[2:], Post: p, Readers: choices("")[3], Problems: []view.Problem{{Code: "waits"}}}
		}},
		{"thread/alone", func(f pages.Frame) pages.Page {
			p := Posts(7)[6]
			return pages.Thread{Frame: in(f, "", p.Path), Post: p, Readers: choices("")[1], MayReply: true}
		}},
		{"thread/visitor", func(f pages.Frame) pages.Page {
			p := Posts(3)[2]
			return pages.Thread{Frame: stranger(in(f, "", p.Path)), Post: p, Readers: choices("")[3], Replies: []pages.Reply{{Post: Posts(5)[4], Depth: 1}}}
		}},
		{"thread/unproven", func(f pages.Frame) pages.Page {
			p := Posts(3)[2]
			return pages.Thread{Frame: in(f, "", p.Path), Post: p, Readers: choices("")[3], Replies: []pages.Reply{{Post: Posts(5)[4], Depth: 1}}}
		}},
		{"thread/error", func(f pages.Frame) pages.Page {
			p := Posts(2)[1]
			return pages.Thread{Frame: in(f, "", p.Path), Post: p, Readers: choices("")[1], MayReply: true, Problems: []view.Problem{{Field: "text", Code: "missing"}}}
		}},
		{"history/many", func(f pages.Frame) pages.Page {
			p := Posts(4)[3]
			return pages.History{Frame: in(f, "", p.Path), Post: p, Edits: []view.Edit{
				{At: ago(25 * time.Hour), Content: p.Content, Warning: p.Warning, Now: true},
				{At: ago(26 * time.Hour), Title: "Marché", Content: "<p>Le marché de jeudi est déplacé place Duclos.</p>"},
			}}
		}},
		{"tag/many", func(f pages.Frame) pages.Page {
			return pages.Tag{Frame: in(f, "", "/tags/cafe"), Tag: "café", Path: "/tags/cafe", Posts: Posts(3)[2:]}
		}},
		{"tag/followed", func(f pages.Frame) pages.Page {
			return pages.Tag{Frame: in(f, "", "/tags/cafe"), Tag: "café", Path: "/tags/cafe", Following: true, Posts: Posts(3)[2:]}
		}},
		{"tag/visitor", func(f pages.Frame) pages.Page {
			return pages.Tag{Frame: stranger(in(f, "", "/tags/cafe")), Tag: "café", Path: "/tags/cafe", Posts: Posts(3)[2:]}
		}},
		{"search/empty", func(f pages.Frame) pages.Page { return pages.Search{Frame: in(f, "search", "/search")} }},
		{"search/many", func(f pages.Frame) pages.Page {
			return pages.Search{
				Frame: in(f, "search", "/search?q=caf%C3%A9"), Query: "café", Asked: true,
				Sections: []pages.SearchSection{
					{Who: "people", Found: []view.Person{marie, wordy}, More: "/search?q=caf%C3%A9&in=people"}, {Who: "places", Found: []view.Person{centre.Person}},
				},
				Tags:  []pages.Hashtag{{Name: "café", Path: "/tags/cafe"}, {Name: "cafédesvoisinsdurezdechausséeetdupremierétage", Path: "/tags/b"}},
				Posts: Posts(4), MorePosts: "/search?q=caf%C3%A9&in=posts",
			}
		}},
		{"search/page", func(f pages.Frame) pages.Page {
			return pages.Search{
				Frame: in(f, "search", "/search?q=caf%C3%A9&in=posts"), Query: "café", Kind: "posts", Asked: true, Posts: Posts(7),
				Pager: view.Pager{Newer: "/search?q=caf%C3%A9&in=posts", Older: "/search?q=caf%C3%A9&in=posts&before=3"},
			}
		}},
		{"search/narrowed", func(f pages.Frame) pages.Page {
			return pages.Search{
				Frame: in(f, "search", "/search?q=perceuse&in=loans&at=centre"), Query: "perceuse", Kind: "loans", Place: centre.Handle, Category: "tools",
				Since: "2026-11-01", Open: true, Asked: true, Posts: Posts(2), Where: &centre.Person, Problems: []view.Problem{{Field: "until", Code: "day"}},
			}
		}},
		{"search/nothing", func(f pages.Frame) pages.Page {
			return pages.Search{Frame: stranger(in(f, "search", "/search?q=xyz")), Query: "xyz", Asked: true}
		}},
		{"search/error", func(f pages.Frame) pages.Page {
			return pages.Search{Frame: in(f, "search", "/search?q=a"), Query: "a", Problems: []view.Problem{{Field: "q", Code: "too-long", Limit: 400}}}
		}},
		{"kept/many", func(f pages.Frame) pages.Page {
			some := Posts(3)
			some[0].Kept = true
			return pages.Kept{Frame: in(f, "", "/kept"), Posts: some[:1]}
		}},
		{"kept/empty", func(f pages.Frame) pages.Page { return pages.Kept{Frame: in(f, "", "/kept")} }},
		{"tag/empty", func(f pages.Frame) pages.Page { return pages.Tag{Frame: in(f, "", "/tags/cafe"), Tag: "café"} }},
	}
}

func thread(f pages.Frame) pages.Page {
	p := Posts(2)[1]
	p.Replies = 4
	reply := func(id int, by view.Person, text string) view.Post {
		r := post(id, by, view.ToNeighbourhood, ago(time.Duration(60-id%100)*time.Minute), "", "<p>Super ! Je la prendrais bien samedi matin pour la déchetterie.</p>")
		r.ReplyTo = &view.Reply{To: text, Path: p.Path}
		return r
	}
	gone := reply(142, lucette, "Fatou Diallo")
	gone.Gone = view.Deleted
	removed := reply(144, amira, "Marie Le Goff")
	removed.Gone = view.Removed
	first := Posts(1)[0]
	return pages.Thread{
		Frame: in(f, "", p.Path), Before: []view.Post{first}, Post: p, Readers: choices("")[1], MayReply: true,
		Replies: []pages.Reply{
			{Post: reply(141, fatou, "Yann Kerbrat"), Depth: 1}, {Post: gone, Depth: 2},
			{Post: reply(143, marie, "Lucette Thomas"), Depth: 3}, {Post: removed, Depth: 1},
		},
	}
}

func members() []view.Member {
	return []view.Member{
		{Person: marie, Standing: view.Verified, Moderator: true, Since: ago(9000 * time.Hour)},
		{Person: lucette, Standing: view.Verified, Since: ago(5000 * time.Hour)},
		{Person: yann, Standing: view.Declared, Since: ago(20 * time.Hour)},
		{Person: amira, Standing: view.Verified, Since: ago(600 * time.Hour)},
		{Person: wordy, Standing: view.Declared, Since: ago(2 * time.Hour)},
	}
}

// raclette is what November brings.
var raclette = view.Prompt{Name: "raclette", Path: "/offer/new?kind=lending&category=kitchen"}

// warned is what is warned of: what holds, for who can plan a campaign, and what
// is to come.
func warned(now time.Time) []view.Warning {
	return []view.Warning{
		{Phenomenon: "heat", Level: "red", Starts: now.Add(-time.Hour), Ends: now.Add(30 * time.Hour), Going: true, Source: "Météo-France", Plan: "/g/centre/campaigns/new?template=heatwave&warning=heat"},
		{Phenomenon: "waves", Level: "orange", Starts: now.Add(9 * time.Hour), Ends: now.Add(20 * time.Hour), Source: "Préfecture des Côtes-d’Armor"},
	}
}

// dashboard is what a place shows first, with a line of each section.
func dashboard(now time.Time) *view.Dashboard {
	line := func(title, by, kind string, at time.Duration) view.DashboardLine {
		l := view.DashboardLine{Path: "/@marie/1", Title: title, Language: "fr", By: by, Kind: kind, Now: now}
		if at != 0 {
			l.At = now.Add(at)
		}
		return l
	}
	urgent := line("Quelqu’un pour la pharmacie ce soir ?", "Lucette M.", "errand", 5*time.Hour)
	urgent.Priority = true
	meal := line("Apéro de l’escalier B", "Les Tilleuls", "event", 30*time.Hour)
	meal.Where = "Hall"
	wood := line("Bois de chauffage, stère", "Yann", "purchase", 60*time.Hour)
	wood.Share = 72
	return &view.Dashboard{
		Season:  raclette,
		Notices: []view.DashboardLine{line("Coupure d’eau mardi, de 9 h à 12 h", "Mairie de Dinan", "notice", 80*time.Hour)},
		Needs:   []view.DashboardLine{urgent, line("Garder Iris mercredi", "Fatou", "service", 0), line("Un escabeau pour samedi", "Yann", "lending", 0)},
		Week:    []view.DashboardLine{meal},
		Offers:  []view.DashboardLine{line("Appareil à raclette", "Marie", "lending", 0), line("مساعدة في الأوراق", "Amira", "service", 0)},
		Closing: []view.DashboardLine{wood},
		News:    news(),
		Markets: markets(),
		Near:    []view.PlaceLine{portLine}, Informants: contacts(), PassedOn: passedOn(),
		Month: view.Month{Helps: 12, Loans: 7, Meetings: 2, Newcomers: 4},
	}
}
