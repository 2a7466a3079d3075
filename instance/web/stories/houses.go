package stories

import (
	"time"

	"palier/instance/web/pages"
	"palier/instance/web/view"
)

var (
	house  = view.Person{ID: "51", Name: "12 rue du Port", Handle: "rue_du_port_12", Path: "/@rue_du_port_12", Kind: view.Place}
	syndic = view.Person{ID: "52", Name: "Cabinet Le Bihan", Handle: "le_bihan", Path: "/@le_bihan", Kind: view.Association}
)

const spacePath = "/g/rue_du_port_12/space"

func houseLine(id, named string, by view.Person, to string, hall, mine bool) view.HouseLine {
	l := view.HouseLine{ID: id, Named: named, By: by, To: to, Hall: hall}
	if mine {
		l.Withdraw = spacePath + "/works/" + id + "/withdraw"
	}
	return l
}

// space is the space of a house with something of everything in it.
func space(f pages.Frame) pages.Space {
	papers := []view.Document{
		{HouseLine: houseLine("81", "Procès-verbal", syndic, "", false, false), Title: "Procès-verbal de l’assemblée de 2025", Path: spacePath + "/documents/81", Kilobytes: 412},
		{HouseLine: houseLine("82", "La chaudière", marie, syndic.Name, false, true), Title: "La chaudière, côté cave, après la tempête de novembre et avant la visite de l’expert", Path: spacePath + "/documents/82", Picture: true, Kilobytes: 1204},
	}
	poll := Posts(1)
	poll[0].Audience = view.ToBuilding
	return pages.Space{
		Frame: in(f, "", spacePath), House: house, Kind: "homes", Path: spacePath, Readers: 38, Resident: true, Managers: []view.Person{syndic}, Names: true, Once: "x",
		Works: []view.Works{
			{HouseLine: houseLine("61", "Colonne d’eau", syndic, "", true, false), What: "Remplacement de la colonne d’eau", Concerns: "Escalier B", Cut: "water", From: ago(time.Hour), Until: now.Add(5 * time.Hour), Going: true},
			{HouseLine: houseLine("62", "Ravalement", marie, "", false, true), What: "Ravalement de la façade", From: now.Add(50 * time.Hour), Until: now.Add(500 * time.Hour)},
		},
		Meetings: []view.Assembly{
			{HouseLine: houseLine("71", "Salle du port", syndic, "", true, false), At: now.Add(20 * 24 * time.Hour), Where: "Salle du port", Agenda: "1. Comptes de l’année\n2. Toiture : trois devis\n3. Local à vélos", Documents: papers[:1], Add: spacePath + "/new?sort=documents&meeting=71"},
			{HouseLine: houseLine("72", "Hall", yann, "", false, false), At: ago(20 * 24 * time.Hour), Where: "Hall", Agenda: "Fête des voisins", Over: true, Add: spacePath + "/new?sort=documents&meeting=72"},
		},
		Incidents: []view.Incident{
			{HouseLine: houseLine("91", "Fuite", marie, syndic.Name, false, true), What: "Fuite au parking", Where: "Niveau -1", State: "reported", Move: spacePath + "/incidents/91"},
			{HouseLine: houseLine("92", "Ascenseur", yann, syndic.Name, true, false), What: "Ascenseur bloqué au 3e", State: "taken", Mover: syndic.Name, Note: "Le technicien passe mardi", Since: ago(3 * time.Hour), Move: spacePath + "/incidents/92"},
			{HouseLine: houseLine("93", "Ampoule", wordy, "", false, false), What: "Ampoule de l’escalier", State: "settled", Mover: "Yann", Since: ago(30 * time.Hour)},
		},
		Polls: poll, Questions: questions(), Documents: papers, Pager: view.Pager{Older: spacePath + "?before=81"},
	}
}

// screen is a screen in a hall with something of everything on it.
func screen(f pages.Frame) pages.Screen {
	return pages.Screen{
		Frame: stranger(f), Place: house.Name, Made: ago(2 * time.Minute), Cards: []view.ScreenCard{
			{Section: "alerts", URL: "https://dinan.example/@mairie/1", Items: []view.ScreenItem{{Kind: "notice", Title: "Coupure d’eau rue du Port", Text: "De 9 h à 12 h, mardi. Faites une réserve la veille : l’eau peut être trouble une heure après. Un point d’eau est ouvert place des Cordeliers.", Language: "fr", By: "Mairie de Dinan", Ends: now.Add(50 * time.Hour)}}},
			{Section: "building", URL: "https://dinan.example/@rue_du_port_12", Items: []view.ScreenItem{{Kind: "works", Title: "Remplacement de la colonne d’eau", Text: "Escalier B", By: syndic.Name, Starts: now.Add(14 * time.Hour), Ends: now.Add(18 * time.Hour), Cut: "water"}}},
			{Section: "building", URL: "https://dinan.example/@rue_du_port_12", Items: []view.ScreenItem{{Kind: "incident", Title: "Ascenseur bloqué au 3e", Text: "Le technicien passe mardi", State: "taken"}}},
			{Section: "building", URL: "https://dinan.example/@rue_du_port_12", Items: []view.ScreenItem{{Kind: "meeting", Title: "Salle du port", Text: "1. Comptes de l’année 2. Toiture : trois devis 3. Local à vélos", By: syndic.Name, Starts: now.Add(20 * 24 * time.Hour)}}},
			{Section: "events", URL: "https://dinan.example/@le_port/events", Items: []view.ScreenItem{
				{Kind: "event", Title: "Soupe du quartier", Starts: now.Add(24 * time.Hour), Where: "Salle du port", By: "Yann"}, {Kind: "event", Title: "Marché de Noël de la Lainerie et des Petits-Fossés", Starts: now.Add(60 * time.Hour), Where: "Place des Cordeliers"},
				{Kind: "event", Title: "Répare-café", Starts: now.Add(80 * time.Hour), By: "Comité des fêtes"}, {Kind: "event", Title: "حفلة الحي", Language: "ar", Starts: now.Add(100 * time.Hour), Where: "الحديقة"},
			}},
			{Section: "asks", URL: "https://dinan.example/@le_port/exchange", Items: []view.ScreenItem{{Kind: "ask", Title: "Quelqu’un aurait-il une échelle ?"}, {Kind: "offer", Title: "Des noix à partager", By: "Marie"}}},
			{Section: "codes", URL: "https://dinan.example/prove/hall?in=51", Code: "K7M 2XQ", Until: now.Add(7 * time.Minute)},
		},
	}
}

// houses are the pages of what the people of a house share.
func houses() []Story {
	return []Story{
		{"space/resident", func(f pages.Frame) pages.Page { return space(f) }},
		{"space/manager", func(f pages.Frame) pages.Page {
			p := space(f)
			p.Resident, p.Names, p.Manages, p.Polls, p.Questions = false, false, &syndic, nil, nil
			p.Works, p.Meetings, p.Incidents, p.Documents = p.Works[:1], p.Meetings[:1], p.Incidents[:2], p.Documents[1:]
			return p
		}},
		{"space/empty", func(f pages.Frame) pages.Page {
			return pages.Space{Frame: in(f, "", spacePath), House: house, Kind: "workplace", Path: spacePath, Readers: 1, Resident: true, Once: "x"}
		}},
		{"space/error", func(f pages.Frame) pages.Page {
			return pages.Space{
				Frame: in(f, "", spacePath), House: house, Kind: "care", Path: spacePath, Readers: 12, Resident: true, Managers: []view.Person{syndic, wordy}, Once: "x", Shared: true,
				Problems: []view.Problem{{Field: "text", Code: "missing"}, {Field: "to", Code: "unknown"}},
			}
		}},
		{"space_form/works", func(f pages.Frame) pages.Page {
			return pages.SpaceForm{
				Frame: f, House: house, Kind: "homes", Sort: "works", Path: spacePath, Readers: 38, Resident: true, Managers: []view.Person{syndic},
				Writing: view.HouseWriting{Title: "Colonne d’eau", Cut: "water", Starts: "2026-11-30T09:00", Ends: "2026-11-30T08:00", To: syndic.ID, Hall: true}, Problems: []view.Problem{{Field: "ends", Code: "before-start"}},
			}
		}},
		{"space_form/meetings", func(f pages.Frame) pages.Page {
			return pages.SpaceForm{Frame: f, House: house, Kind: "hall", Sort: "meetings", Path: spacePath, Readers: 140, Resident: false}
		}},
		{"space_form/documents", func(f pages.Frame) pages.Page {
			return pages.SpaceForm{
				Frame: f, House: house, Kind: "homes", Sort: "documents", Path: spacePath, Readers: 38, Resident: true, Meetings: space(f).Meetings,
				Writing: view.HouseWriting{Meeting: "71"}, Problems: []view.Problem{{Field: "file", Code: "no-document"}},
			}
		}},
		{"space_form/incidents", func(f pages.Frame) pages.Page {
			return pages.SpaceForm{Frame: f, House: house, Kind: "homes", Sort: "incidents", Path: spacePath, Readers: 38, Resident: true, Managers: []view.Person{syndic, wordy}}
		}},
		{"screen/many", func(f pages.Frame) pages.Page { return screen(f) }},
		{"screen/easy", func(f pages.Frame) pages.Page {
			p := screen(f)
			p.Easy, p.At = true, 1
			return p
		}},
		{"screen/code", func(f pages.Frame) pages.Page {
			p := screen(f)
			p.Cards = p.Cards[len(p.Cards)-1:]
			return p
		}},
		{"screen/empty", func(f pages.Frame) pages.Page {
			return pages.Screen{Frame: stranger(f), Place: longPlace.Name, Made: ago(6 * 24 * time.Hour)}
		}},
		{"screen_pairing/code", func(f pages.Frame) pages.Page {
			return pages.ScreenPairing{Frame: stranger(f), State: "pair", Code: "K7M2 XQ9B", Until: now.Add(7 * time.Minute)}
		}},
		{"screen_pairing/blank", func(f pages.Frame) pages.Page { return pages.ScreenPairing{Frame: stranger(f), State: "blank"} }},
		{"screen_pairing/idle", func(f pages.Frame) pages.Page { return pages.ScreenPairing{Frame: stranger(f), State: "idle"} }},
		{"screens/some", func(f pages.Frame) pages.Page {
			return pages.Screens{
				Frame: f, Place: house, House: true, Address: "https://dinan.example/screen/start/ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", Of: "1",
				Typed: view.ScreenWriting{Code: "K7M2", Name: "", Language: "fr", Playlist: map[string]bool{"alerts": true, "building": true}},
				Screens: []view.HallScreen{
					{ID: "1", Name: "Hall A", Playlist: []string{"alerts", "building", "events", "asks", "codes"}, Language: "fr", Seen: ago(20 * time.Second)},
					{ID: "2", Name: wordy.Name, Playlist: []string{"campaign"}, Tag: "noel_solidaire", Language: "ar", Easy: true, Blank: true, Restart: true, Seen: ago(50 * time.Hour), Silent: true},
					{ID: "3", Name: "Local à vélos", Playlist: []string{"codes"}, Language: "uk"},
				},
				Problems: []view.Problem{{Field: "code", Code: "no-screen"}, {Field: "where", Code: "missing"}},
			}
		}},
		{"screens/empty", func(f pages.Frame) pages.Page {
			return pages.Screens{Frame: f, Place: port.Person, Typed: view.ScreenWriting{Language: "fr"}}
		}},
		{"managers/some", func(f pages.Frame) pages.Page {
			return pages.Managers{Frame: f, House: house, Kind: "homes", Managers: []view.Person{syndic, wordy}, Typed: "cabinet", Problems: []view.Problem{{Field: "organisation", Code: "not-found"}}}
		}},
	}
}
