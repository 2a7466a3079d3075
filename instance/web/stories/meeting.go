package stories

import (
	"time"

	"palier/instance/web/pages"
	"palier/instance/web/view"
)

func apero() view.Occasion {
	return view.Occasion{
		Path: "/e/901", Title: "Apéro de la cour", Starts: now.Add(73*time.Hour - 20*time.Minute), Ends: now.Add(76*time.Hour - 20*time.Minute),
		Where: "Cour des Tilleuls", Street: "3 rue du Jerzual, 22100 Dinan", Map: "https://www.openstreetmap.org/", Status: "confirmed", Taken: 12, Left: 8,
	}
}

func event(mine string) pages.Event {
	post := Posts(1)[0]
	i := apero()
	post.Title, post.Invites, post.In = i.Title, &i, &centre.Person
	e := view.Event{
		Occasion: i, Template: "apero", Access: []string{"step-free", "toilets", "seats"}, JoinMode: "free", Open: true, Mine: mine, Seats: 2,
		Bring: []view.Need{{ID: "1", What: "Boissons", Taker: &yann}, {ID: "2", What: "De quoi grignoter"}, {ID: "3", What: "Une table", Taker: &marie, Mine: true, Done: true}},
	}
	return pages.Event{Thread: pages.Thread{Post: post, MayReply: true, Readers: view.Choice{Audience: view.ToNeighbourhood, Place: "Centre-Ville", Readers: 214}}, Event: e}
}

// markets are two market days.
func markets() []view.Market {
	stalls := []view.Stall{
		{ID: "1", Name: "Ferme du Bois-Riou", Path: "/@ferme", Sort: "shop", Goods: "Légumes de saison, œufs, pain le samedi", From: ago(time.Hour), To: now.Add(3 * time.Hour), Open: true, Repeats: "weekly", Market: "Marché du centre, place Duclos, du côté de la fontaine"},
		{ID: "2", Name: "جمعية الحديقة", Path: "/@jardin", Sort: "association", From: ago(time.Hour), To: now.Add(2 * time.Hour), Repeats: "monthly", Market: "Marchédesproducteursetdesartisansdelavalléedelarance"},
	}
	return []view.Market{
		{Name: stalls[0].Market, From: stalls[0].From, Now: now, Stalls: stalls},
		{Name: stalls[1].Market, From: now.Add(70 * time.Hour), Now: now, Stalls: stalls[1:]},
	}
}

// news are entries of sites nearby.
func news() []view.News {
	of := func(n view.News) view.News { n.Now, n.By, n.ByPath = now, centre.Name, centre.Path; return n }
	return []view.News{
		of(view.News{ID: "1", Title: "Travaux rue du Jerzual : circulation alternée jusqu’à vendredi", Text: "La rue est ouverte aux piétons. Les riverains passent par la porte du Guichet de 8 h à 18 h.", Link: "https://mairie.example/a/1", Language: "fr", Source: "Mairie de Dinan", Host: "mairie.example", At: ago(2 * time.Hour)}),
		of(view.News{ID: "2", Title: "Inscriptionsauxcoursdenatationdelapiscinemunicipaleouvertes", Link: "https://piscine.example/2", Source: "piscine.example", Host: "piscine.example", At: ago(26 * time.Hour), Stale: true}),
		of(view.News{ID: "3", Title: "لقاء للجيران الجدد", Text: "مساء الخميس في دار الجمعيات.", Link: "https://asso.example/3", Language: "ar", Source: "Maison des associations", Host: "asso.example", At: ago(50 * time.Hour)}),
	}
}

// meeting are the pages of what neighbours meet for.
func meeting() []Story {
	form := pages.EventForm{Template: "apero", Title: "Apéro de la cour", Date: "2026-11-20", From: "19:00", To: "22:00", Venue: "Cour des Tilleuls", Capacity: "20"}
	kept := []pages.Answered{{Name: "template", Value: "apero"}, {Name: "title", Value: "Apéro de la cour"}}
	ask := func(step string, number int, problems ...view.Problem) func(pages.Frame) pages.Page {
		return func(f pages.Frame) pages.Page {
			p := pages.NewEvent{
				Frame: in(f, "events", "/events/new"), Step: step, Number: number, Steps: 6, Back: "/events/new", Form: form, Kept: kept, Problems: problems, Once: "1", MaySpeak: true,
				Templates: []string{"apero", "fete-des-voisins", "give-and-swap", "flea-market", "work-day", "walk", "homework-club", "digital-help", "shared-meal", "recipes", "committee", "other"},
				Access:    []view.Option{{Value: "step-free", Selected: true}, {Value: "toilets"}},
				Choices:   []view.Choice{{Audience: view.ToNeighbourhood, Place: "Centre-Ville", Readers: 214, Selected: true}, {Audience: view.ToPublic, Place: "Centre-Ville", Readers: 214}},
			}
			p.Form.Bring, p.Form.Do = "Boissons\nVerres", "-30 Prévenir les riverains"
			return p
		}
	}
	return []Story{
		{"calendars/empty", func(f pages.Frame) pages.Page {
			return pages.Calendars{Frame: in(f, "", "/@centre/calendars"), Owner: centre.Person, Public: true}
		}},
		{"calendars/many", func(f pages.Frame) pages.Page {
			return pages.Calendars{Frame: in(f, "", "/@centre/calendars"), Owner: centre.Person, URL: "agenda", Problems: []view.Problem{{Field: "url", Code: "malformed"}, {Field: "calendar", Code: "no-calendar"}}, Calendars: []pages.CalendarLine{
				{Path: "/@centre/calendars/1", Name: "Mairie de Dinan", URL: "https://mairie.example/agenda/des/manifestations/et/des/conseils.ics", Public: true, ReadAt: ago(3 * time.Hour), Shown: 34, Waiting: 12, Refused: []pages.RefusedEvent{{Title: "Bal de tous les soirs", Why: "repeats"}, {Title: "Visite", Why: "zone"}, {Title: "Rien", Why: "times"}}},
				{Path: "/@centre/calendars/2", Name: "Clubdesmarcheursdelavalléedelarance", URL: "https://club.example/c.ics", Trouble: "unreachable"},
				{Path: "/@centre/calendars/3", Name: "Paroisse", Shown: 1},
			}}
		}},
		{"photos/empty", func(f pages.Frame) pages.Page {
			return pages.EventPhotos{Frame: in(f, "", "/e/901/photos"), Path: "/e/901", Title: "Apéro de la cour"}
		}},
		{"photos/many", func(f pages.Frame) pages.Page {
			const picture = "/_stories/picture.svg"
			return pages.EventPhotos{Frame: in(f, "", "/e/901/photos"), Path: "/e/901", Title: "Apéro de la cour", Open: true, MayAdd: true,
				Came:     []view.Option{{Value: "1", Label: "Marie Le Goff", Selected: true}, {Value: "2", Label: "أميرة"}, {Value: "3", Label: wordy.Name}},
				Problems: []view.Problem{{Field: "alt", Code: "missing"}, {Field: "people", Code: "both"}, {Field: "photo", Code: "no-picture"}},
				Photos: []view.EventPhoto{
					{Number: 1, Path: picture, Alt: "La cour un soir d’été", Language: "fr", By: "Yann Le Bihan", Asked: true, Waits: 2},
					{Number: 2, Path: picture, Alt: "الجيران حول الطاولة", Language: "ar", By: wordy.Name, HostsOnly: true},
				}}
		}},
		{"council_signin/visitor", func(f pages.Frame) pages.Page {
			return pages.CouncilSignIn{Frame: in(f, "", "/signin/council"), Host: "https://comptes.mairie.example", Return: "/home", Problems: []view.Problem{{Field: "council", Code: "untied"}}}
		}},
		{"council_signin/tied", func(f pages.Frame) pages.Page {
			return pages.CouncilSignIn{Frame: in(f, "", "/settings/council"), Host: "https://comptes.mairie.example", Settings: true, Tied: ago(200 * time.Hour)}
		}},
		{"library/empty", func(f pages.Frame) pages.Page {
			return pages.Library{Frame: in(f, "", "/@outils/library"), Organisation: wordy, Acts: true}
		}},
		{"library/many", func(f pages.Frame) pages.Page {
			return pages.Library{Frame: in(f, "", "/@outils/library"), Organisation: wordy, Query: "per", Count: 4, Shelves: []pages.LibraryShelf{
				{Things: []view.Thing{{Path: "/@a/1", Title: "Escabeau", Language: "fr"}}},
				{Name: "Étagère du fond, deuxième rayon", Things: []view.Thing{
					{Path: "/@a/2", Title: "Perceuse à percussion avec ses mèches et sa rallonge", Language: "fr", Out: true, Until: now.Add(50 * time.Hour), Reserve: "/@a/2/take"},
					{Path: "/@a/3", Title: "خيمة كبيرة", Language: "ar", Out: true, Reserved: now.Add(90 * time.Hour), Reserve: "/@a/3/take"},
					{Path: "/@a/4", Title: "Anticonstitutionnellementetsanscésureaucune", Reserved: now.Add(90 * time.Hour), Reserve: "/@a/4/take"},
				}},
			}}
		}},
		{"market/empty", func(f pages.Frame) pages.Page {
			return pages.Market{Frame: in(f, "", "/g/centre/market"), Place: centre.Person, File: "/g/centre/market.ics"}
		}},
		{"market/many", func(f pages.Frame) pages.Page {
			p := pages.Market{Frame: in(f, "", "/g/centre/market"), Place: centre.Person, File: "/g/centre/market.ics", Mine: []view.Person{wordy}, Open: []view.Open{
				{Name: "Ferme du Bois-Riou", Path: "/@ferme", Sort: "shop", Until: now.Add(time.Hour), Where: "Marché du centre, place Duclos"},
				{Name: "Mercerieetbonneteriedelarancedepuismillehuitcentquatre", Path: "/@mercerie", Sort: "shop", Until: now.Add(3 * time.Hour)},
			}}
			for i, m := range markets() {
				p.Days = append(p.Days, pages.MarketDay{Day: now.AddDate(0, 0, 3*i), Markets: []view.Market{m}})
			}
			return p
		}},
		{"stalls/empty", func(f pages.Frame) pages.Page {
			return pages.Stalls{Frame: in(f, "", "/@ferme/stalls"), Organisation: wordy, Form: pages.StallForm{Repeats: "weekly", From: "08:00", To: "13:00"}}
		}},
		{"stalls/many", func(f pages.Frame) pages.Page {
			return pages.Stalls{Frame: in(f, "", "/@ferme/stalls"), Organisation: wordy, Stalls: markets()[0].Stalls, Form: pages.StallForm{Date: "2026-12-01"}, Problems: []view.Problem{{Field: "market", Code: "missing"}, {Field: "starts", Code: "malformed"}, {Field: "ends", Code: "before-start"}}}
		}},
		{"feeds/empty", func(f pages.Frame) pages.Page {
			return pages.Feeds{Frame: in(f, "", "/@centre/feeds"), Owner: centre.Person, PerDay: 5}
		}},
		{"feeds/many", func(f pages.Frame) pages.Page {
			return pages.Feeds{Frame: in(f, "", "/@centre/feeds"), Owner: centre.Person, PerDay: 5, URL: "flux", Problems: []view.Problem{{Field: "feed", Code: "malformed"}}, Feeds: []pages.FeedLine{
				{Path: "/@centre/feeds/1", Name: "Mairie de Dinan", URL: "https://mairie.example/actualites/toutes/les/actualites/de/la/ville/flux.xml", ReadAt: ago(3 * time.Hour), Shown: 4, Entries: news()},
				{Path: "/@centre/feeds/2", Name: "Clubdesmarcheursdelavalléedelarance", URL: "https://club.example/feed", ReadAt: ago(200 * time.Hour), Trouble: "unreachable", Stale: true},
			}}
		}},
		{"news/empty", func(f pages.Frame) pages.Page {
			return pages.News{Frame: in(f, "", "/g/centre/news"), Place: centre.Person, Speaks: true}
		}},
		{"news/many", func(f pages.Frame) pages.Page {
			return pages.News{Frame: in(f, "", "/g/centre/news"), Place: centre.Person, News: news(), Pager: view.Pager{Older: "/g/centre/news?before=1"}}
		}},
		{"event/new", func(f pages.Frame) pages.Page { p := event(""); p.Frame = in(f, "events", "/e/901"); return p }},
		{"event/coming", func(f pages.Frame) pages.Page {
			p := event("coming")
			p.Frame = in(f, "events", "/e/901")
			p.Event.Guests = []view.Person{marie, yann, amira, wordy}
			return p
		}},
		{"event/visitor", func(f pages.Frame) pages.Page {
			p := event("")
			p.Frame, p.MayReply, p.Event.Public = stranger(in(f, "events", "/e/901")), false, true
			p.Wrong = []view.Problem{{Field: "email", Code: "malformed"}}
			p.Guest = pages.GuestForm{Name: "Léa", Email: "lea@"}
			return p
		}},
		{"event/full", func(f pages.Frame) pages.Page {
			p := event("waiting")
			p.Frame = in(f, "events", "/e/901")
			p.Event.Left, p.Event.Waiting, p.Post.Invites.Left, p.Post.Invites.Waiting = 0, 3, 0, 3
			p.Wrong = []view.Problem{{Field: "seats", Code: "full", Limit: 0}}
			return p
		}},
		{"event/host", func(f pages.Frame) pages.Page {
			p := event("coming")
			p.Frame = in(f, "events", "/e/901")
			p.Event.Hosts, p.Event.Repeats, p.Event.Over, p.Event.Open, p.Event.Came = true, true, true, false, 31
			p.Event.Minutes = "On recommence au printemps.\nYann garde les tables."
			p.Event.Do = []view.Need{{ID: "7", What: "Prévenir les riverains", Due: now.Add(48 * time.Hour)}, {ID: "8", What: "Accrocher les affiches", Due: now, Done: true}}
			p.Event.Agenda = []string{"Le printemps"}
			p.Event.Next = []view.Date{{At: now.Add(80 * time.Hour), Key: "1"}, {At: now.Add(248 * time.Hour), Key: "2", Off: true}}
			p.Event.Organise = &lucette
			return p
		}},
		{"event/cancelled", func(f pages.Frame) pages.Page {
			p := event("coming")
			p.Frame = in(f, "events", "/e/901")
			p.Post.Invites.Status, p.Event.Status, p.Event.Open = "cancelled", "cancelled", false
			return p
		}},
		{"events/many", func(f pages.Frame) pages.Page {
			a, b := apero(), apero()
			b.Title, b.Where, b.Starts, b.Repeats, b.Off = wordy.Name, longPlace.Name, b.Starts.Add(24*time.Hour), true, true
			return pages.Events{
				Frame: in(f, "events", "/events"), Days: []pages.EventDay{{Key: "1", Events: []view.Occasion{a, a}}, {Key: "2", Events: []view.Occasion{b}}},
				Link: "https://dinan.example/calendar/SECRET.ics", Later: "/events?from=2027-01-01", May: true, New: "/events/new",
			}
		}},
		{"events/empty", func(f pages.Frame) pages.Page {
			return pages.Events{Frame: stranger(in(f, "events", "/@centre_ville/events")), Place: &centre.Person, File: "/@centre_ville/events.ics", Later: "/@centre_ville/events?from=2027-01-01"}
		}},
		{"new_event/kind", ask("kind", 1)}, {"new_event/title", ask("title", 2, view.Problem{Field: "title", Code: "missing"})},
		{"new_event/when", ask("when", 3, view.Problem{Field: "ends", Code: "before-start"}, view.Problem{Field: "starts", Code: "past"})},
		{"new_event/where", ask("where", 4)}, {"new_event/guests", ask("guests", 5, view.Problem{Field: "capacity", Code: "malformed"})}, {"new_event/words", ask("words", 6)},
		{"edit_event/full", func(f pages.Frame) pages.Page {
			return pages.EditEvent{
				Frame: in(f, "events", "/e/901/edit"), Path: "/e/901", Title: "Apéro de la cour", Form: form, Access: []view.Option{{Value: "quiet"}},
				Problems: []view.Problem{{Field: "capacity", Code: "below-taken", Limit: 12}},
			}
		}},
		{"event_guests/many", func(f pages.Frame) pages.Page {
			return pages.EventGuests{Frame: in(f, "events", "/e/901/guests"), Event: view.Event{Occasion: apero()}, Guests: []view.Guest{
				{Person: &yann, Name: yann.Name, State: "coming", Seats: 2, Note: "Avec une tarte", Key: "1"}, {Name: "Léa", State: "pending", Seats: 1, Key: "2"},
				{Person: &wordy, Name: wordy.Name, State: "declined", Seats: 1, Key: "3"},
			}}
		}},
		{"event_guest/press", func(f pages.Frame) pages.Page {
			return pages.EventGuest{Frame: stranger(in(f, "", "/e/guest/SECRET")), Event: apero(), Action: "/e/guest/SECRET", State: "unconfirmed", Name: "Léa", Seats: 1}
		}},
		{"event_guest/coming", func(f pages.Frame) pages.Page {
			return pages.EventGuest{
				Frame: stranger(in(f, "", "/e/guest/SECRET")), Event: apero(), Action: "/e/guest/SECRET", State: "coming", Name: "Léa", Seats: 2,
				Problems: []view.Problem{{Field: "seats", Code: "full", Limit: 1}},
			}
		}},
		{"event_poster/print", func(f pages.Frame) pages.Page {
			return pages.EventPoster{Frame: in(f, "", "/e/901/poster"), Event: apero(), Content: "<p>Chacun apporte un plat.</p>", Tongue: "fr", Link: "https://dinan.example/e/901"}
		}},
		{"event_guests/none", func(f pages.Frame) pages.Page {
			return pages.EventGuests{Frame: in(f, "events", "/e/901/guests"), Event: view.Event{Occasion: apero()}}
		}},
	}
}
