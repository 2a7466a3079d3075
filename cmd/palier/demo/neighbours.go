package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"palier/instance"
	"palier/instance/app"
	"palier/instance/people"
	"palier/instance/places"
	"palier/instance/store"
)

// crowd is how many neighbours are invented for the town hall's server, besides
// those who have something of their own to say.
const crowd = 290

// fortnight is how long ago they began to come.
const fortnight = 14 * 24 * time.Hour

// houses are the buildings of the town hall's server.
var houses = []group{
	{username: "les_remparts", title: "Résidence des Remparts", kind: "building", within: []string{"centre_ville"}, summary: "Vingt-quatre logements, trois cages d'escalier."},
	{username: "horloge_12", title: "12, rue de l'Horloge", kind: "building", within: []string{"centre_ville"}, summary: "Neuf logements au-dessus de la librairie."},
	{username: "quai_de_rance", title: "Quai de Rance", kind: "building", within: []string{"le_port"}, summary: "Quinze logements et un local à vélos."},
	{username: "le_moulin_neuf", title: "Le Moulin-Neuf", kind: "residence", within: []string{"la_fontaine_des_eaux"}, summary: "Maisons groupées et jardins familiaux."},
}

// quarters are the neighbourhoods with their houses, and how many of a hundred
// live in each.
var quarters = []struct {
	name, title string
	share       int
	houses      []string
}{
	{"centre_ville", "le Centre-ville", 48, []string{"les_remparts", "horloge_12"}},
	{"le_port", "le Port", 30, []string{"quai_de_rance"}},
	{"la_fontaine_des_eaux", "la Fontaine-des-Eaux", 22, []string{"le_moulin_neuf"}},
}

var firstNames = strings.Fields(`Aïcha Alain Alice Amadou Anaïs André Anne Antoine Armelle Aurore Awa Bastien Béatrice Benoît Bintou
	Brieuc Camille Carine Cédric Chloé Christelle Clément Corentin Damien Denis Dinh Dominique Elif Élise Émile Enora Erwan Ewen Fanny Farid Florence
	Françoise Gaël Gilles Goulven Gwenaëlle Habiba Hélène Henri Hervé Hugo Ibrahim Inès Iryna Isabelle Jamila Jean Jeanne Joël Josette Julie Juliette
	Karim Katell Khadija Laëtitia Léa Leïla Léo Linh Loïc Louise Lucas Lucie Maël Malo Manon Marcel Margot Maria Mariam Marie Marius Mathilde Mehmet
	Michel Moussa Nadia Naïma Natalia Nicolas Noé Nolwenn Nora Olena Oumar Pascal Patrice Paul Paulette Pierre Quentin Raymonde Rachid Renée René
	Riwan Robert Rozenn Sacha Salima Samir Sandrine Serge Simone Soizic Solenn Sophie Stéphane Sylvie Tatiana Théo Thérèse Thomas Titouan Tristan
	Valérie Victor Viviane Youna Youssef Yvette Zoé`)

var surnames = strings.Fields(`Allain Arzel Aubry Baudouin Bazin Bensaïd Bertrand Besnard Blanchard Bouchet Bourdais Briand Cadiou Chevalier Cissé Collet
	Corre Coulibaly Daniel Delaunay Diallo Dubois Duval Fernandes Fontaine Gallais Garnier Gautier Gicquel Guérin Guillou Hamon Haddad Hervé Jaffré
	Josse Kaya Kerdoncuff Lambert Laurent Lebreton Leclerc Lefèvre Lemaire Leroux Louvel Lucas Mahé Marchand Martin Menez Mercier Meunier Morel Morin
	Nguyen Nicolas Ollivier Oger Pereira Perrot Petit Picard Poirier Prigent Quéré Renault Rio Robin Rolland Rousseau Roux Salaün Sanchez Tanguy Thébault
	Traoré Tréguer Vallée Vasseur Vidal Yilmaz`)

// neighbour is somebody invented.
type neighbour struct {
	username, name string
	quarter, house string // house is empty for most
	verified       bool
	came           time.Duration // ago
}

// neighbours invents the crowd, the same every time.
func neighbours() []neighbour {
	r := rand.New(rand.NewPCG(22050, 2026)) //nolint:gosec // the same neighbours every time
	used := map[string]bool{}
	list := make([]neighbour, 0, crowd)
	for len(list) < crowd {
		first, last := firstNames[r.IntN(len(firstNames))], surnames[r.IntN(len(surnames))]
		p := neighbour{name: first + " " + last, verified: r.IntN(100) < 86, came: time.Duration(r.Int64N(int64(fortnight-3*time.Hour))) + 2*time.Hour}
		roll := r.IntN(100)
		for _, q := range quarters {
			if roll -= q.share; roll < 0 {
				p.quarter = q.name
				if r.IntN(100) < 30 {
					p.house = q.houses[r.IntN(len(q.houses))]
				}
				break
			}
		}
		p.username = handle(first)
		for i := 2; used[p.username]; i++ {
			p.username = handle(first) + strconv.Itoa(i)
		}
		used[p.username] = true
		list = append(list, p)
	}
	return list
}

// handle is a first name as a name in an address.
func handle(first string) string {
	plain := strings.NewReplacer("é", "e", "è", "e", "ë", "e", "ê", "e", "É", "e", "ï", "i", "î", "i", "ô", "o", "ç", "c", "à", "a", "ä", "a", "ü", "u")
	return "v_" + strings.ToLower(plain.Replace(first))
}

// settleCrowd lets the invented neighbours join: their keys are made side by
// side, since that is what takes long.
func (f filler) settleCrowd(ctx context.Context) error {
	a := f.at("mairie").app
	ids, err := f.build(ctx, a)
	if err != nil {
		return err
	}
	all := neighbours()
	enrol := make([]func(context.Context, store.Tx) (instance.Account, error), len(all))
	work, inside := errgroup.WithContext(ctx)
	work.SetLimit(runtime.NumCPU())
	for i, p := range all {
		work.Go(func() (err error) {
			enrol[i], err = a.People.Prepare(inside, people.Newcomer{Username: p.username, Name: p.name, Email: p.username + "@voisins.example"})
			return err
		})
	}
	if err := work.Wait(); err != nil {
		return err
	}
	for i, p := range all {
		f.clock.standBack(p.came)
		var who instance.Account
		err := a.DB.InTx(ctx, func(tx store.Tx) (err error) {
			who, err = enrol[i](ctx, tx)
			return err
		})
		if err != nil {
			return fmt.Errorf("invent %s: %w", p.username, err)
		}
		if err := f.house(ctx, a, p, who.ID, ids); err != nil {
			return fmt.Errorf("house %s: %w", p.username, err)
		}
	}
	return nil
}

// build makes the houses and returns every place of the server by its name.
func (f filler) build(ctx context.Context, a *app.App) (map[string]instance.ActorID, error) {
	for _, h := range houses {
		_, err := a.Places.Create(ctx, places.Plan{
			Username: h.username, Title: h.title, Summary: h.summary, Kind: h.kind, Within: []string{a.Site.GroupURI(h.within[0])},
		})
		if err != nil {
			return nil, err
		}
	}
	all, err := a.Places.All(ctx)
	if err != nil {
		return nil, err
	}
	ids := make(map[string]instance.ActorID, len(all))
	for _, n := range all {
		ids[n.Username] = n.ID
	}
	return ids, nil
}

// house makes somebody a resident of where they live, as sure as they are.
func (f filler) house(ctx context.Context, a *app.App, p neighbour, id instance.ActorID, ids map[string]instance.ActorID) error {
	standing := instance.Declared
	if p.verified {
		standing = instance.Verified
	}
	for _, name := range []string{p.house, p.quarter, "dinan"} {
		if name == "" {
			continue
		}
		if err := a.Places.SetStanding(ctx, ids[name], id, 0, standing); err != nil {
			return err
		}
	}
	_, err := a.People.Follow(ctx, id, ids[p.quarter])
	return err
}
