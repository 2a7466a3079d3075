package demo

import (
	"time"

	"palier/instance"
)

// Everyone here is invented; Dinan and its commune are real, its neighbours in
// this demo are not.

// password opens every account of the demo.
const password = "voisinage-demo"

// town is what one server of the demo holds.
type town struct {
	name   string // of the server
	key    string // of its folder
	groups []group
	people []person
}

type group struct {
	username, title, summary string
	kind                     instance.Level
	within                   []string // usernames on this server, or username@server key
	hold                     bool
}

type person struct {
	username, name string
	role           instance.Role
	lives          []string // groups where residence is verified
	declares       []string // groups where it is only declared
	moderates      []string
	follows        []string // username@server key
}

// said is one post, in the order of the day.
type said struct {
	server, by, in string
	audience       instance.Audience
	reach          instance.Reach
	title, text    string
	ago            time.Duration
	replies        []reply
	liked          []string
}

type reply struct {
	by, text string
	after    time.Duration
}

var towns = []town{
	{
		name: "Mairie de Dinan", key: "mairie",
		groups: []group{
			{
				username: "dinan", title: "Dinan", kind: "commune",
				summary: "La vie de la commune : annonces de la mairie, des quartiers et des associations.",
			},
			{
				username: "centre_ville", title: "Centre-ville", kind: "neighbourhood", within: []string{"dinan"},
				summary: "Les voisins de la place des Merciers à la rue de l'Horloge.",
			},
			{
				username: "le_port", title: "Le Port", kind: "neighbourhood", within: []string{"dinan"},
				summary: "Les quais, la rue du Petit-Fort et le vieux pont.",
			},
			{
				username: "la_fontaine_des_eaux", title: "La Fontaine-des-Eaux", kind: "neighbourhood", within: []string{"dinan"}, hold: true,
				summary: "La vallée, le chemin du moulin et les jardins familiaux.",
			},
		},
		people: []person{
			{username: "claire", name: "Claire Le Goff", role: instance.Admin, lives: []string{"centre_ville"}, moderates: []string{"dinan", "centre_ville", "le_port", "la_fontaine_des_eaux"}},
			{username: "yann", name: "Yann Tanguy", lives: []string{"le_port"}, moderates: []string{"le_port"}},
			{username: "odette", name: "Odette Briand", lives: []string{"centre_ville"}},
			{username: "mehdi", name: "Mehdi Benali", lives: []string{"centre_ville"}},
			{username: "soizic", name: "Soizic Hamon", lives: []string{"le_port"}},
			{username: "paul", name: "Paul Guérin", lives: []string{"la_fontaine_des_eaux"}},
			{username: "ines", name: "Inès Moreau", declares: []string{"centre_ville"}},
		},
	},
	{
		name: "Résidence Les Tilleuls", key: "tilleuls",
		groups: []group{
			{
				username: "tilleuls", title: "Résidence Les Tilleuls", kind: "building", within: []string{"centre_ville@mairie"},
				summary: "Quarante-deux logements, un jardin, un local à vélos et un ascenseur capricieux.",
			},
		},
		people: []person{
			{username: "amina", name: "Amina Haddad", role: instance.Admin, lives: []string{"tilleuls"}, moderates: []string{"tilleuls"}},
			{username: "jean", name: "Jean Rolland", lives: []string{"tilleuls"}},
			{username: "lucie", name: "Lucie Perrot", lives: []string{"tilleuls"}},
			{username: "tomasz", name: "Tomasz Nowak", lives: []string{"tilleuls"}},
			{username: "maryse", name: "Maryse Gicquel"}, // acts for the syndic
		},
	},
	{
		name: "Accueil Rance", key: "accueil",
		groups: []group{
			{
				username: "accueil_rance", title: "Accueil Rance", kind: "wider",
				summary: "Association d'accueil et d'entraide du pays de Rance : hébergement, cours de français, repas partagés.",
			},
		},
		people: []person{
			{username: "nadia", name: "Nadia Kermarrec", role: instance.Admin, lives: []string{"accueil_rance"}, moderates: []string{"accueil_rance"}, follows: []string{"dinan@mairie", "tilleuls@tilleuls"}},
			{username: "erwan", name: "Erwan Le Bihan", lives: []string{"accueil_rance"}, follows: []string{"dinan@mairie", "centre_ville@mairie"}},
			{username: "oksana", name: "Oksana Melnyk", lives: []string{"accueil_rance"}, follows: []string{"dinan@mairie"}},
		},
	},
	{
		name: "Toits de Vilaine", key: "rennes",
		groups: []group{
			{
				username: "toits_vilaine", title: "Toits de Vilaine", kind: "wider",
				summary: "Association d'hébergement chez l'habitant autour de Rennes.",
			},
		},
		people: []person{
			{username: "bertille", name: "Bertille Hamonic", role: instance.Admin, lives: []string{"toits_vilaine"}, moderates: []string{"toits_vilaine"}, follows: []string{"accueil_rance@accueil"}},
			{username: "youn", name: "Youn Le Dantec", lives: []string{"toits_vilaine"}},
			{username: "samira", name: "Samira Guillemot", lives: []string{"toits_vilaine"}},
		},
	},
}

// relays are the follows between groups: who collects from whom, by username
// and server key.
var relays = []struct{ group, source string }{
	{"centre_ville@mairie", "tilleuls@tilleuls"},
	{"dinan@mairie", "centre_ville@mairie"},
	{"dinan@mairie", "le_port@mairie"},
	{"dinan@mairie", "la_fontaine_des_eaux@mairie"},
	{"dinan@mairie", "accueil_rance@accueil"},
	{"tilleuls@tilleuls", "centre_ville@mairie"},
	{"accueil_rance@accueil", "dinan@mairie"},
}

var conversation = []said{
	{
		server: "mairie", by: "claire", in: "dinan", audience: instance.ToPublic, reach: 3, ago: 27 * time.Hour,
		title: "Marché du jeudi déplacé place du Champ",
		text:  "En raison des travaux de pavage, le marché de ce jeudi se tient **place du Champ**, de 8 h à 13 h.\n\nLe stationnement y est interdit dès 5 h. Merci de prévenir vos voisins qui ne lisent pas ces lignes. #marché #travaux",
		liked: []string{"odette", "yann"},
	},
	{
		server: "mairie", by: "odette", in: "centre_ville", audience: instance.ToNeighbourhood, ago: 25 * time.Hour,
		title: "Qui aurait une grande échelle ?",
		text:  "Le volet de ma cuisine est décroché et je n'ose pas monter sur une chaise. Une heure suffirait, et il y aura du gâteau.",
		replies: []reply{
			{"mehdi", "J'en ai une de 4 mètres. Je passe demain vers 17 h 30 ?", 35 * time.Minute},
			{"odette", "Parfait, merci beaucoup ! Quatre-quarts au menu.", 50 * time.Minute},
		},
	},
	{
		server: "mairie", by: "yann", in: "le_port", audience: instance.ToPublic, reach: 2, ago: 22 * time.Hour,
		title: "Nettoyage des quais samedi matin",
		text:  "Rendez-vous **samedi à 9 h 30** devant la capitainerie. Gants et sacs fournis par la mairie, café offert par le bar du Vieux-Pont.\n\n- les enfants sont les bienvenus, avec un adulte\n- prévoir des bottes #quais",
		liked: []string{"soizic", "claire"},
		replies: []reply{
			{"soizic", "Nous serons deux, et nous apportons une brouette.", 2 * time.Hour},
		},
	},
	{
		server: "tilleuls", by: "amina", in: "tilleuls", audience: instance.ToBuilding, ago: 20 * time.Hour,
		title: "Ascenseur en panne jusqu'à mercredi",
		text:  "La pièce est commandée. Pour les courses de M. et Mme Rolland et de toute personne qui ne peut pas monter à pied, écrivez ici : on s'organise.",
		replies: []reply{
			{"lucie", "Je monte les courses de Jean ce soir.", 20 * time.Minute},
			{"jean", "Merci Lucie. Le code de la porte n'a pas changé.", 40 * time.Minute},
		},
	},
	{
		server: "tilleuls", by: "tomasz", in: "tilleuls", audience: instance.ToPublic, reach: 2, ago: 9 * time.Hour,
		title: "Atelier vélo dans la cour dimanche",
		text:  "Je répare freins et dérailleurs **dimanche de 14 h à 17 h** dans la cour des Tilleuls, gratuitement. Venez avec votre vélo et, si possible, vos pièces. Ouvert à tout le quartier. #vélo #réparation",
		liked: []string{"amina", "lucie"},
		replies: []reply{
			{"lucie", "Je tiens le café !", 25 * time.Minute},
		},
	},
	{
		server: "accueil", by: "nadia", in: "accueil_rance", audience: instance.ToPublic, reach: 3, ago: 7 * time.Hour,
		title: "Cours de français : nous cherchons deux bénévoles",
		text:  "Le mardi et le jeudi de 18 h à 19 h 30, à la maison des associations. Aucune formation demandée, de la patience suffit. #bénévolat #français",
		liked: []string{"erwan"},
	},
	{
		server: "mairie", by: "mehdi", in: "centre_ville", audience: instance.ToAround, ago: 5 * time.Hour,
		title: "Chat roux trouvé rue de l'Horloge",
		text:  "Très doux, sans collier, il dort chez nous depuis hier soir. Il répond (un peu) au nom de Caramel.",
		replies: []reply{
			{"soizic", "On dirait celui de la boulangère du Port, je lui demande.", 15 * time.Minute},
		},
	},
	{
		server: "mairie", by: "paul", in: "la_fontaine_des_eaux", audience: instance.ToPublic, reach: 2, ago: 3 * time.Hour,
		title: "Graines et plants à échanger",
		text:  "Fèves, mâche, ail rose : il m'en reste bien trop. Je suis aux jardins familiaux tous les matins de cette semaine. #jardin #échange",
	},
	{
		server: "tilleuls", by: "lucie", in: "tilleuls", audience: instance.ToPublic, reach: 2, ago: 90 * time.Minute,
		title: "Deux places pour Rennes vendredi matin",
		text:  "Départ 7 h 15 de la gare, retour vers 18 h. Participation à l'essence si vous voulez, conversation obligatoire. #covoiturage",
	},
}
