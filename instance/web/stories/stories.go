// Package stories holds every page in every state it can be in, filled with
// invented neighbours, to be looked at by people and gone through by the
// browser suite.
package stories

import (
	"html/template"
	"strconv"
	"time"

	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// Story is one page in one state.
type Story struct {
	Name string // page/state
	Tell func(pages.Frame) pages.Page
}

// now is the moment at which every story takes place.
var now = time.Date(2026, time.November, 17, 18, 20, 0, 0, time.FixedZone("CET", 3600))

// Frame returns what surrounds the stories: a town hall's server, read by a
// neighbour of it.
func Frame() pages.Frame {
	return pages.Frame{
		Now:    now,
		Server: pages.Server{Name: "Mairie de Dinan", Host: "dinan.example", Open: true},
		Viewer: &pages.Viewer{
			Person: marie, Home: &centre.Person, Places: []view.PlaceLine{centreLine, dinanLine, tilleulsLine},
			Unread: 3, Requests: 1, Moderates: true, Admin: true, Reports: 2,
		},
	}
}

// stranger is f for somebody who is not signed in.
func stranger(f pages.Frame) pages.Frame {
	f.Viewer = nil
	return f
}

// in is f at a place of the navigation.
func in(f pages.Frame, section, here string) pages.Frame {
	f.Section, f.Here = section, here
	return f
}

func ago(d time.Duration) time.Time { return now.Add(-d) }

var (
	marie   = view.Person{ID: "11", Name: "Marie Le Goff", Handle: "marie", Path: "/@marie", Kind: view.Resident}
	yann    = view.Person{ID: "12", Name: "Yann Kerbrat", Handle: "yann", Path: "/@yann", Kind: view.Resident}
	fatou   = view.Person{ID: "13", Name: "Fatou Diallo", Handle: "fatou", Path: "/@fatou", Kind: view.Resident}
	lucette = view.Person{ID: "14", Name: "Lucette Thomas", Handle: "lucette", Path: "/@lucette", Kind: view.Resident}
	amira   = view.Person{ID: "15", Name: "أميرة حداد", Handle: "amira@rance.example", Path: "/@amira@rance.example", Kind: view.Resident}
	oksana  = view.Person{ID: "16", Name: "Оксана Шевченко", Handle: "oksana@rance.example", Path: "/@oksana@rance.example", Kind: view.Resident}
	accueil = view.Person{ID: "21", Name: "Accueil Rance", Handle: "accueil@rance.example", Path: "/@accueil@rance.example", Kind: view.Association}
	wordy   = view.Person{ID: "22", Name: "Comité des fêtes et de l’embellissement du quartier Saint-Malo-de-Dinan-Bas-de-la-Lainerie", Handle: "comite_des_fetes_saint_malo_bas@association-intercommunale.exemple-tres-long.example", Path: "/@comite", Kind: view.Association}

	centre    = place("31", "Centre-Ville", "centre_ville", view.LevelNeighbourhood)
	dinan     = place("32", "Dinan", "dinan", view.LevelCommune)
	port      = place("33", "Le Port", "le_port", view.LevelNeighbourhood)
	lehon     = place("34", "Léhon", "lehon", view.LevelNeighbourhood)
	tilleuls  = place("35", "Résidence Les Tilleuls", "les_tilleuls@tilleuls.example", view.LevelResidence)
	longPlace = place("36", "Saint-Malo-de-Dinan-Bas-de-la-Lainerie-et-des-Petits-Fossés", "saint_malo_bas", view.LevelNeighbourhood)

	centreLine   = view.PlaceLine{Person: centre.Person, Level: centre.Level, Verified: 214}
	dinanLine    = view.PlaceLine{Person: dinan.Person, Level: dinan.Level, Verified: 1240}
	portLine     = view.PlaceLine{Person: port.Person, Level: port.Level, Verified: 96}
	lehonLine    = view.PlaceLine{Person: lehon.Person, Level: lehon.Level, Verified: 1}
	tilleulsLine = view.PlaceLine{Person: tilleuls.Person, Level: tilleuls.Level, Verified: 38, Elsewhere: "tilleuls.example"}
)

func place(id, name, handle string, level view.Level) view.Neighbourhood {
	return view.Neighbourhood{
		Person: view.Person{ID: id, Name: name, Handle: handle, Path: "/@" + handle, Kind: view.Place},
		Level:  level, Address: "@" + handle + "@dinan.example", Feed: "/@" + handle + ".atom",
	}
}

var everything = view.Deeds{Reply: true, Like: true, Share: true, Report: true}

// post makes one of the neighbours' posts.
func post(id int, by view.Person, to view.Audience, when time.Time, title string, text template.HTML) view.Post {
	n := strconv.Itoa(id)
	return view.Post{
		ID: n, Version: 1, Path: by.Path + "/" + n, Author: by, In: &centre.Person, Title: title, Content: text,
		Language: "fr", Audience: to, Published: when, May: everything,
	}
}

// Posts returns n posts of a believable November, the newest first.
func Posts(n int) []view.Post {
	some := []view.Post{
		post(101, lucette, view.ToBuilding, ago(4*time.Minute), "", "<p>Bonsoir, l’ascenseur est de nouveau en panne au deuxième. Quelqu’un pourrait-il monter mes courses ? Je suis au quatrième, porte gauche. Merci d’avance !</p>"),
		post(102, yann, view.ToNeighbourhood, ago(50*time.Minute), "Une remorque vélo à prêter", "<p>J’ai une remorque qui dort dans la cave. Elle porte <strong>40 kg</strong> sans broncher.</p><ul><li>plutôt le week-end</li><li>à rendre propre</li></ul><p>Dites-moi !</p>"),
		post(103, accueil, view.ToPublic, ago(3*time.Hour), "Café du mercredi : venez comme vous êtes", "<p>Mercredi à 15 h, salle Robert-Schuman. On parle français, arabe et ukrainien, on mange des gâteaux. <a href=\"/tags/cafe\">#café</a></p>"),
		post(104, fatou, view.ToAround, ago(26*time.Hour), "", "<p>Le marché de jeudi est déplacé place Duclos à cause des travaux. Les producteurs seront tous là.</p>"),
		post(105, oksana, view.ToPublic, ago(30*time.Hour), "", "<p>Доброго дня! Шукаю, хто може допомогти перекласти лист зі школи. Дякую всім сусідам.</p>"),
		post(106, amira, view.ToPublic, ago(50*time.Hour), "شكرًا لجيراني", "<p>شكرًا لكل من ساعدنا في نقل الأثاث يوم السبت. أدعوكم إلى الشاي يوم الأحد.</p>"),
		post(107, marie, view.ToNeighbourhood, ago(80*time.Hour), "Chat noir trouvé rue de la Lainerie", "<p>Très doux, collier rouge, pas de médaille. Il est au chaud chez moi en attendant.</p>"),
	}
	some[0].In = &tilleuls.Person
	some[1].Replies, some[1].Liked = 2, true
	some[2].SharedBy, some[2].In, some[2].Replies = &dinan.Person, &accueil, 12
	some[4].Language, some[5].Language = "uk", "ar"
	some[4].In, some[5].In = nil, nil
	some[3].Edited = ago(25 * time.Hour)
	some[3].Warning = "Travaux, bruit dès 7 h"
	some[6].May = view.Deeds{Reply: true, Edit: true, Delete: true, Pin: true}
	some[6].Pictures = []view.Picture{{ID: "1", Small: "/_stories/picture.svg", Large: "/_stories/picture.svg", Alt: "Un chat noir assis sur un palier, devant une porte verte", Width: 640, Height: 420}}
	var list []view.Post
	for i := range n {
		p := some[i%len(some)]
		if i >= len(some) {
			p.ID = strconv.Itoa(200 + i)
			p.Path = p.Author.Path + "/" + p.ID
			p.Published = p.Published.Add(-time.Duration(i) * 5 * time.Hour)
		}
		list = append(list, p)
	}
	return list
}

// polls are a poll in each state.
func polls() []view.Post {
	ask := func(id int, by view.Person, title string, text template.HTML, q view.Poll) view.Post {
		p := post(id, by, view.ToNeighbourhood, ago(2*time.Hour), title, text)
		p.Poll = &q
		return p
	}
	open, days := now.Add(26*time.Hour), []view.PollOption{{Title: "Samedi 28", Votes: 9, Share: 60}, {Title: "Dimanche 29", Votes: 5, Share: 33}, {Title: "Peu importe", Votes: 1, Share: 7}}
	mine := append([]view.PollOption{}, days...)
	mine[1].Chosen = true
	list := []view.Post{
		ask(130, yann, "", "<p>Quel jour pour le nettoyage de la cour ?</p>", view.Poll{Options: days, Ends: open, Votes: 15, Voters: 15}),
		ask(131, fatou, "Que faut-il au repas de rue ?", "<p>Cochez tout ce qui manque.</p>", view.Poll{Multiple: true, HideTotals: true, Ends: open, Options: []view.PollOption{
			{Title: "Des tables"}, {Title: "De la musique"}, {Title: "Une réponse qui prend toute la place permise ici"}, {Title: "شاي"}}}),
		ask(132, lucette, "", "<p>Quel jour pour le loto ?</p>", view.Poll{Options: mine, Ends: open, Votes: 15, Voters: 15, Voted: true}),
		ask(133, lucette, "", "<p>Quel jour pour la chorale ?</p>", view.Poll{Options: mine, Ends: open, HideTotals: true, Votes: 15, Voters: 15, Voted: true}),
		ask(134, marie, "", "<p>Quel jour pour le vide-grenier ?</p>", view.Poll{Options: days, Ends: ago(time.Hour), Votes: 15, Voters: 15}),
		ask(135, yann, "", "<p>Un banc devant l’entrée ?</p>", view.Poll{Options: []view.PollOption{{Title: "Oui"}, {Title: "Non"}}, Ends: ago(time.Hour)}),
	}
	list[0].May.Vote, list[1].May.Vote = true, true
	return list
}

// proposals are something offered or asked for in each state.
func proposals() []view.Post {
	make := func(id int, by view.Person, title string, text template.HTML, q view.Proposal) view.Post {
		p := post(id, by, view.ToNeighbourhood, ago(2*time.Hour), title, text)
		p.Proposal, p.May.Take = &q, q.Status == "open"
		return p
	}
	return []view.Post{
		make(140, yann, "Remorque vélo", "<p>Elle porte 40 kg.</p>", view.Proposal{Purpose: "offer", Kind: "lending", Category: "bicycle", Status: "open", Unit: "one", Starts: ago(time.Hour), Ends: now.AddDate(0, 1, 0)}),
		make(141, lucette, "Aide pour les courses de jeudi", "<p>Je ne porte plus lourd.</p>", view.Proposal{Purpose: "request", Kind: "service", Category: "errands", Status: "open", Unit: "hour", Left: "2", Total: "2", Priority: true, Ends: now.AddDate(0, 0, 3)}),
		make(142, fatou, "Bocaux de confiture", "<p>Figues du jardin.</p>", view.Proposal{Purpose: "offer", Kind: "give", Category: "kitchen", Status: "agreed", Unit: "one", Left: "0", Total: "12"}),
		make(143, amira, "كتب للأطفال", "<p>بالعربية والفرنسية.</p>", view.Proposal{Purpose: "offer", Kind: "swap", Category: "books", Status: "done", Unit: "one", Return: "des jeux"}),
		make(144, marie, "Appareil à raclette", "<p>Pour huit.</p>", view.Proposal{Purpose: "offer", Kind: "lending", Category: "kitchen", Status: "open", Unit: "one", Ends: ago(time.Hour)}),
	}
}

// agreements are what is between two in each state.
func agreements(mine bool) []view.Agreement {
	var list []view.Agreement
	for i, state := range []string{"asked", "accepted", "handed-over", "returned", "done", "declined", "cancelled"} {
		g := view.Agreement{
			ID: strconv.Itoa(300 + i), Path: "/agreements/" + strconv.Itoa(300+i), Who: []view.Person{yann, amira, wordy}[i%3], Mine: mine, State: state,
			About: "Remorque vélo", Where: "/@yann/140", Unit: "one", Lends: true, From: ago(48 * time.Hour), Until: now.AddDate(0, 0, 2), Note: "Pour le marché de samedi. Je la rends dimanche.",
		}
		switch state {
		case "asked":
			g.May = view.AgreementDeeds{Accept: !mine, Decline: !mine, Cancel: mine}
		case "accepted":
			g.Talk, g.May = "/messages/1", view.AgreementDeeds{HandOver: true, Cancel: true}
		case "handed-over":
			g.Talk, g.Until, g.Late, g.May = "/messages/1", ago(20*time.Hour), true, view.AgreementDeeds{Return: !mine}
		case "declined":
			g.Reason = "gone"
		}
		list = append(list, g)
	}
	return list
}

func wordyPost() view.Post {
	p := post(120, wordy, view.ToPublic, ago(2*time.Hour), "Anticonstitutionnellement-intergouvernementalisations-électroencéphalographiques",
		"<p>https://www.exemple-avec-une-adresse-interminable.example/rubrique/sous-rubrique/2026/11/17/un-titre-vraiment-sans-fin?parametre=valeur</p><p>Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft</p>")
	p.In = &longPlace.Person
	return p
}

func neighbourhood() view.Neighbourhood {
	p := centre
	p.Summary = "<p>Le quartier des remparts, de la place des Merciers à la rue du Jerzual. On s’y salue, on s’y prête des échelles.</p>"
	p.Within = []view.PlaceLine{dinanLine}
	p.Inside = []view.PlaceLine{tilleulsLine}
	p.Moderators = []view.Person{marie, fatou}
	p.Verified, p.Declared, p.Standing = 214, 12, view.Verified
	p.Map = drawnMap()
	p.Moderates, p.Waiting = true, 2
	return p
}

// choices are the circles Marie can choose from.
func choices(selected view.Audience) []view.Choice {
	all := []view.Choice{
		{Audience: view.ToBuilding, Place: "Résidence Les Tilleuls", Readers: 38},
		{Audience: view.ToNeighbourhood, Place: "Centre-Ville", Readers: 214},
		{Audience: view.ToAround, Place: "Centre-Ville", Readers: 655},
		{Audience: view.ToPublic, Place: "Centre-Ville", Readers: 214},
	}
	for i := range all {
		all[i].Selected = all[i].Audience == selected
	}
	return all
}
