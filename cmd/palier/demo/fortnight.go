package demo

import (
	"time"

	"palier/instance"
)

// What the invented neighbours ask, offer, lend and plan in two weeks. Who does
// what, and when, is drawn in [filler.life], the same every time.

// wish is something asked for or offered, and how far it comes.
type wish struct {
	purpose        instance.Purpose
	kind, category string
	title, text    string
	ends           string // open, agreed, done
	priority       bool
	public         bool
}

const (
	asks   = instance.Asking
	offers = instance.Offering
)

var wishes = []wish{
	{asks, "service", "errands", "Passer à la pharmacie", "Ordonnance prête, il suffit de la prendre. Je ne peux pas descendre cette semaine.", "open", true, false},
	{asks, "service", "pets", "Nourrir deux chats le week-end", "Du vendredi soir au dimanche soir, ils ne mangent que des croquettes.", "agreed", false, false},
	{asks, "service", "childcare", "Garder Iris mercredi après-midi", "Quatre ans, adore les puzzles. De 13 h à 18 h, je rends la pareille samedi.", "done", false, false},
	{asks, "service", "diy", "Accrocher un lustre", "J'ai le lustre et l'escabeau, il me manque quelqu'un qui s'y connaît.", "open", false, false},
	{asks, "service", "paperwork", "Comprendre un courrier de la caisse de retraite", "Trois pages, une demi-heure autour d'un café.", "done", false, false},
	{asks, "service", "computer", "Mon téléphone ne trouve plus la connexion", "Depuis la mise à jour. Je suis chez moi tous les matins.", "agreed", false, false},
	{asks, "service", "company", "Marcher une heure le jeudi", "Le long de la Rance, à un pas tranquille.", "open", false, false},
	{asks, "service", "gardening", "Tailler une haie de laurier", "Huit mètres, le taille-haie est là.", "done", false, false},
	{asks, "service", "transport", "Être conduite à la gare samedi", "Train de 9 h 12, une valise.", "agreed", false, false},
	{asks, "service", "parcels", "Recevoir un colis mardi", "Entre 10 h et 12 h, je serai au travail.", "open", false, false},
	{asks, "service", "printing", "Imprimer deux pages", "Une attestation, en noir et blanc.", "done", false, false},
	{asks, "lending", "tools", "Emprunter une perceuse à percussion", "Pour quatre trous dans du béton, un soir de la semaine.", "agreed", false, false},
	{asks, "lending", "moving", "Un diable et des sangles", "Déménagement au deuxième étage le 5.", "open", false, false},
	{asks, "lending", "party", "Dix chaises pour samedi", "Pour un anniversaire, rendues dimanche matin.", "done", false, false},
	{asks, "give", "baby", "Des bodies en six mois", "Taille six mois, tout me va.", "open", false, false},
	{asks, "service", "cooking", "Apprendre la vraie galette", "Celle de blé noir qui ne colle pas.", "open", false, true},
	{offers, "service", "paperwork", "Aide pour les papiers, le mardi", "J'ai travaillé trente ans à la Sécurité sociale.", "open", false, true},
	{offers, "service", "computer", "Une heure d'informatique le samedi", "Téléphone, tablette, imprimante : on regarde ensemble.", "open", false, false},
	{offers, "service", "diy", "Petits travaux d'électricité", "Prises, interrupteurs, lampes.", "open", false, false},
	{offers, "service", "pets", "Promener les chiens le matin", "Je pars à 7 h 30 le long du port.", "agreed", false, false},
	{offers, "service", "transport", "Une place pour Rennes le lundi", "Départ à 7 h place Duclos, retour à 18 h.", "open", false, true},
	{offers, "service", "advice", "Conseils de compostage", "Et du compost mûr à prendre.", "open", false, false},
	{offers, "service", "company", "Lire le journal à voix haute", "Une fois par semaine, chez vous.", "open", false, false},
	{offers, "lending", "kitchen", "Appareil à raclette pour huit", "Avec les poêlons. Rendu propre, c'est tout.", "agreed", false, false},
	{offers, "lending", "tools", "Ponceuse et abrasifs", "Pour le week-end.", "done", false, false},
	{offers, "lending", "tools", "Nettoyeur haute pression", "À prendre au garage, rue du Petit-Pain.", "open", false, false},
	{offers, "lending", "garden-tools", "Broyeur de branches", "Deux jours de suite au plus.", "agreed", false, false},
	{offers, "lending", "bicycle", "Vélo cargo", "Pour les courses ou les enfants, à réserver la veille.", "open", false, true},
	{offers, "lending", "party", "Guirlandes et tréteaux", "Quatre tréteaux, deux plateaux, vingt mètres de guirlande.", "open", false, false},
	{offers, "lending", "games", "Mölkky et boules", "Pour un dimanche au jardin anglais.", "done", false, false},
	{offers, "lending", "moving", "Diable, couvertures, sangles", "Tout le nécessaire pour déménager.", "open", false, false},
	{offers, "lending", "books", "Toute une série de romans policiers", "Trente volumes, prenez-en trois à la fois.", "open", false, false},
	{offers, "give", "furniture", "Table de cuisine et quatre chaises", "En bon état, à venir chercher au premier étage.", "done", false, false},
	{offers, "give", "clothes", "Manteaux d'enfant, 4 à 6 ans", "Trois manteaux chauds.", "agreed", false, false},
	{offers, "give", "electronics", "Écran d'ordinateur", "Vingt-deux pouces, fonctionne.", "open", false, false},
	{offers, "give", "books", "Encyclopédie en quinze volumes", "Pour un amateur patient.", "open", false, false},
	{offers, "swap", "garden-tools", "Graines de tomates anciennes contre boutures", "Noire de Crimée, cœur de bœuf.", "open", false, true},
	{offers, "swap", "books", "Bandes dessinées contre romans", "Une vingtaine d'albums.", "open", false, false},
	{offers, "rent", "tools", "Bétonnière", "Une petite participation pour l'entretien, à régler entre nous.", "open", false, false},
}

// meeting is something people come to.
type meeting struct {
	template, title, text, venue string
	days                         int // from today; negative for the past
	hour                         time.Duration
	lasts                        time.Duration
	capacity, come               int
	repeats                      string
	public                       bool
}

var meetings = []meeting{
	{"apero", "Apéro de la place des Merciers", "Chacun apporte quelque chose à grignoter.", "Place des Merciers", -9, 18*time.Hour + 30*time.Minute, 3 * time.Hour, 0, 23, "", false},
	{"work-day", "Nettoyage des berges", "Gants et sacs fournis, bottes conseillées.", "Port de Dinan", -6, 9 * time.Hour, 3 * time.Hour, 40, 31, "", true},
	{"give-and-swap", "Gratiféria de quartier", "On dépose, on prend, rien à payer.", "Salle du Labyrinthe", -2, 14 * time.Hour, 4 * time.Hour, 0, 44, "", true},
	{"walk", "Marche du matin", "Huit kilomètres, rythme tranquille.", "Vieux pont", 1, 9*time.Hour + 30*time.Minute, 2 * time.Hour, 15, 9, "FREQ=WEEKLY;COUNT=8", false},
	{"apero", "Apéro de l'escalier B", "On ouvre les portes, on descend les chaises.", "Hall de la résidence des Remparts", 2, 18*time.Hour + 30*time.Minute, 2 * time.Hour, 20, 12, "", false},
	{"committee", "Comité de quartier du Port", "À l'ordre du jour : bancs, lumière du quai, fête d'été.", "Maison de la Rance", 3, 20 * time.Hour, 90 * time.Minute, 30, 14, "", false},
	{"flea-market", "Vide-grenier des Petits-Fossés", "Les exposants s'installent dès 7 h.", "Promenade des Petits-Fossés", 5, 8 * time.Hour, 8 * time.Hour, 60, 27, "", true},
	{"fete-des-voisins", "La fête des voisins, on la prépare", "Première réunion : qui apporte quoi, quelle rue fermer.", "Kiosque du jardin anglais", 6, 18 * time.Hour, time.Hour, 0, 11, "", false},
	{"work-day", "Plantations aux jardins familiaux", "Arbres et petits fruits, apportez vos bêches.", "Jardins du Moulin-Neuf", 12, 9 * time.Hour, 4 * time.Hour, 25, 8, "", false},
}

var sayings = []string{
	"Bonjour à tous, je viens d'arriver. Si quelqu'un connaît un bon cordonnier, je suis preneuse.",
	"Le pain de la boulangerie du bas de la rue est revenu à son ancienne recette. Merci à elle.",
	"Trouvé un gant d'enfant rouge près du kiosque. Il attend sur le banc.",
	"La lumière du passage est réparée depuis hier soir. Merci à qui a prévenu.",
	"Attention, la rue du Jerzual glisse beaucoup ce matin.",
	"Quelqu'un joue du piano le soir rue de l'Horloge, et c'est très beau. Continuez.",
	"Le marché de jeudi est déplacé place Duclos pour les travaux.",
	"Merci à la personne qui a remonté mes courses au troisième. Je n'ai pas eu le temps de demander votre nom.",
	"Le composteur est plein. Qui m'aide à le vider samedi ?",
	"Les hirondelles sont parties. À l'an prochain.",
	"La bibliothèque cherche des lecteurs pour les enfants le mercredi.",
	"Panne d'eau terminée côté pair. Côté impair ?",
	"J'ai fait trop de soupe. Un bocal pour qui passe avant 20 h.",
	"La réunion sur les bancs du quai s'est bien passée, compte rendu bientôt.",
	"Un chat gris très bavard visite notre cour. Il a une puce, quelqu'un le connaît ?",
	"Les enfants de la rue vendent des gâteaux samedi pour leur classe verte.",
}

var answers = []string{
	"Merci beaucoup !", "Je peux passer demain.", "Bonne idée, je viens.", "Moi aussi.", "C'est noté, merci.", "Bienvenue !", "J'en ai un, je vous le descends.",
	"Pour moi c'est d'accord.", "On en parle au prochain apéro ?", "Bravo à vous.",
}
