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
		{"managers/some", func(f pages.Frame) pages.Page {
			return pages.Managers{Frame: f, House: house, Kind: "homes", Managers: []view.Person{syndic, wordy}, Typed: "cabinet", Problems: []view.Problem{{Field: "organisation", Code: "not-found"}}}
		}},
	}
}
