package demo

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"time"

	"palier/instance"
	"palier/instance/app"
	"palier/instance/hosts"
	"palier/instance/households"
	"palier/instance/housing"
	"palier/instance/organisations"
	"palier/instance/people"
	"palier/protocol/ledger"
	"palier/protocol/vocab"
)

// bureau is an association of the demo that finds homes for people who need one.
type bureau struct {
	server                string // its key
	place                 string // the group it belongs to
	association, username string
	title, summary        string
	lead, worker, visitor string
	communes              []string // in which its homes are, by INSEE code
	streets               []string
	count                 int
}

// bureaus are in two départements. Their people, homes and streets are invented.
var bureaus = []bureau{
	{
		server: "accueil", place: "accueil_rance", association: "accueil_asso", username: "toit_rance", title: "Un toit en pays de Rance",
		summary: "Des habitants prêtent une chambre ou un logement, quelques semaines ou quelques mois. L'association rencontre tout le monde et reste à côté.",
		lead:    "nadia", worker: "erwan", visitor: "oksana", communes: []string{"22050", "22278", "22339", "22162"},
		streets: []string{"rue du Four-à-Chaux", "chemin des Saules", "rue de la Fontaine-Neuve", "impasse du Lavoir", "allée des Pommiers"}, count: 38,
	},
	{
		server: "rennes", place: "toits_vilaine", association: "vilaine_asso", username: "toits_vilaine_homes", title: "Toits de Vilaine",
		summary: "Un réseau d'hébergement chez l'habitant autour de Rennes.",
		lead:    "bertille", worker: "youn", visitor: "samira", communes: []string{"35238", "35051", "35024", "35281"},
		streets: []string{"rue des Tanneurs-Gris", "rue du Pré-Botté", "allée des Charmilles", "boulevard des Genêts", "place du Puits"}, count: 22,
	},
}

// office is a bureau as it works.
type office struct {
	bureau
	*app.App
	clock                 *clock
	programme             instance.Programme
	lead, worker, visitor instance.Account
	homes                 []instance.Listing // those that were offered
	random                *rand.Rand
}

// sheltered is how long ago the associations began to share homes.
const sheltered = 3 * 24 * time.Hour

// shelter has two associations share homes: sixty in several states, twelve
// cases, two placements from one server to the other, and a home that was frozen.
func (f filler) shelter(ctx context.Context) error {
	var offices []*office
	f.clock.standBack(sheltered)
	for i, b := range bureaus {
		o := &office{bureau: b, clock: f.clock, random: rand.New(rand.NewPCG(uint64(i), 19))}
		o.App = f.at(b.server).app
		if err := o.open(ctx); err != nil {
			return fmt.Errorf("open %s: %w", b.title, err)
		}
		offices = append(offices, o)
	}
	for _, pair := range [][2]*office{{offices[0], offices[1]}, {offices[1], offices[0]}} {
		if err := f.accredit(ctx, pair[0], pair[1]); err != nil {
			return fmt.Errorf("%s sees the homes of %s: %w", pair[0].title, pair[1].title, err)
		}
	}
	for _, o := range offices {
		if err := o.lend(ctx, f); err != nil {
			return fmt.Errorf("homes of %s: %w", o.title, err)
		}
	}
	if err := f.settled(ctx); err != nil {
		return err
	}
	for i, o := range offices {
		if err := o.look(ctx, f, offices[1-i]); err != nil {
			return fmt.Errorf("cases of %s: %w", o.title, err)
		}
	}
	return f.settled(ctx)
}

// open gives an association its mandate, its programme and its team.
func (o *office) open(ctx context.Context) error {
	for name, to := range map[string]*instance.Account{o.bureau.lead: &o.lead, o.bureau.worker: &o.worker, o.bureau.visitor: &o.visitor} {
		a, err := o.People.Named(ctx, name)
		if err != nil {
			return err
		}
		*to = a
	}
	place, err := o.Places.Named(ctx, o.place)
	if err != nil {
		return err
	}
	association, err := o.Organisations.Open(ctx, organisations.Plan{
		Username: o.association, Title: o.title, Sort: instance.Association, Place: place.ID, Agent: o.lead.ID,
	})
	if err != nil {
		return err
	}
	if err := o.Housing.GiveMandate(ctx, o.lead, association.ID); err != nil {
		return err
	}
	o.programme, err = o.Housing.Open(ctx, o.lead, association.ID, housing.Plan{Username: o.username, Title: o.title, Summary: o.summary})
	if err != nil {
		return err
	}
	return errors.Join(
		o.Housing.SetTeam(ctx, o.lead, o.programme.Group.ID, o.worker.ID, instance.Caseworker),
		o.Housing.SetTeam(ctx, o.lead, o.programme.Group.ID, o.visitor.ID, instance.Visitor))
}

// accredit lets one association see the homes of another.
func (f filler) accredit(ctx context.Context, sees, shows *office) error {
	far, err := sees.Federation.Find(ctx, shows.username+"@"+shows.Site.Host())
	if err != nil {
		return err
	}
	if err := sees.Housing.AskToSee(ctx, sees.lead, sees.programme.Group.ID, far.ID); err != nil {
		return err
	}
	if err := f.settled(ctx); err != nil {
		return err
	}
	partners, err := shows.Housing.Partners(ctx, shows.lead, shows.programme.Group.ID)
	if err != nil {
		return err
	}
	for _, p := range partners {
		if p.SeesOurs != instance.PartnerAsked {
			continue
		}
		if err := shows.Housing.Accredit(ctx, shows.lead, shows.programme.Group.ID, p.Group.ID, p.Seal); err != nil {
			return err
		}
	}
	return f.settled(ctx)
}

var (
	hostNames = []string{
		"Annick Lorgeré", "Bastien Quéméneur", "Coralie Pontgérard", "Denis Trémorel", "Enora Kerbouchard", "Fabien Lessard", "Ghislaine Morvan", "Hervé Coatmeur",
		"Irène Guéhenneuc", "Jocelyn Rabaux", "Katell Plusquellec", "Loïc Ménéac",
	}
	linkInLetters = regexp.MustCompile(`/(?:references|hosts/confirm|host/confirm)/([A-Z2-7]+)`)
)

// host leads somebody from a first word to an approval by two people.
func (o *office) host(ctx context.Context, f filler, n int) (instance.HostID, error) {
	name := hostNames[n%len(hostNames)]
	username := "hote" + string(rune('a'+n/26)) + string(rune('a'+n%26)) // figures at the end would be one mailbox (0128)
	person, err := o.newPerson(ctx, username, name)
	if err != nil {
		return 0, err
	}
	hand := hosts.Hand{Person: person.ID}
	street := fmt.Sprintf("%d %s", 2+o.random.IntN(60), o.streets[n%len(o.streets)])
	id, err := o.Hosts.Offer(ctx, &person, o.programme.Group.ID, hosts.Interest{
		Name: name, Born: 1950 + o.random.IntN(40), Places: 1 + o.random.IntN(4), Whole: n%4 == 0, Nights: 90, Language: "fr", From: o.clock.Now().Format(time.DateOnly),
	})
	if err != nil {
		return 0, fmt.Errorf("a first word: %w", err)
	}
	if n%6 == 5 {
		return 0, nil // waits for a meeting
	}
	steps := []func() error{
		func() error { return o.Hosts.Lead(ctx, o.worker, id, instance.InformHost.Name()) },
		func() error {
			return o.Hosts.Change(ctx, hand, id, fmt.Sprintf("06399800%02d", n), street, "Une chambre au calme, côté jardin.")
		},
		func() error { return o.Hosts.Answer(ctx, hand, id, hosts.Questions) },
		func() error { return o.Hosts.SeenIdentity(ctx, o.worker, id, true) },
		func() error { return o.refer(ctx, f, hand, id, n) },
		func() error { return o.hear(ctx, id) },
		func() error {
			return o.Hosts.Visited(ctx, o.visitor, id, hosts.Checklist{
				Smoke: true, Heating: true, Damp: true, Room: 12 + o.random.IntN(12), Private: true, Lock: true, Exits: true, Water: true, People: "La personne qui prête, seule.",
			})
		},
		func() error { return o.Hosts.Propose(ctx, o.worker, id) },
		func() error {
			limits := instance.HostLimits{Places: 6, Nights: o.Hosts.Pack().Stay.Most, Children: true}
			return o.Hosts.Approve(ctx, o.lead, id, limits, o.clock.Now().AddDate(0, 10, 0))
		},
	}
	for i, step := range steps {
		if err := step(); err != nil {
			return 0, fmt.Errorf("step %d of host %d: %w", i, n, err)
		}
	}
	return id, nil
}

func (o *office) newPerson(ctx context.Context, username, name string) (instance.Account, error) {
	return o.People.Create(ctx, people.Newcomer{Username: username, Name: name, Email: username + "@demo.example", Password: password})
}

// refer has two people asked what they know of a host, who both write.
func (o *office) refer(ctx context.Context, f filler, hand hosts.Hand, id instance.HostID, n int) error {
	for i, name := range []string{"Monique Hinault", "Pascal Rouxel"} {
		email := fmt.Sprintf("reference%d-%d@demo.example", n, i)
		if err := o.Hosts.AskReference(ctx, hand, id, name, email, false); err != nil {
			return err
		}
		if err := f.settled(ctx); err != nil {
			return err
		}
		letters, err := o.Mail.Letters(ctx, email, 0, 1)
		if err != nil || len(letters) == 0 {
			return errors.Join(fmt.Errorf("no letter to %s", email), err)
		}
		link := linkInLetters.FindStringSubmatch(letters[0].Text)
		if link == nil {
			return fmt.Errorf("no link in the letter to %s", email)
		}
		err = o.Hosts.Vouch(ctx, link[1], "Depuis dix ans, par la chorale", "Une personne calme et ouverte, sur qui l'on peut compter.", false)
		if err != nil {
			return err
		}
	}
	return nil
}

// hear has every adult of a home heard.
func (o *office) hear(ctx context.Context, id instance.HostID) error {
	opened, err := o.Hosts.Open(ctx, o.worker, id)
	if err != nil {
		return err
	}
	for _, a := range opened.Adults {
		if err := o.Hosts.Heard(ctx, o.visitor, id, a.ID); err != nil {
			return err
		}
		if !o.Hosts.Pack().Record.Lawful {
			continue
		}
		if err := o.Hosts.Checked(ctx, o.worker, id, a.ID); err != nil {
			return err
		}
	}
	return nil
}

// lend gives an association its homes, two to each host.
func (o *office) lend(ctx context.Context, f filler) error {
	made := 0
	for n := 0; made < o.count; n++ {
		host, err := o.host(ctx, f, n)
		if err != nil {
			return err
		}
		for range 2 {
			if host == 0 || made == o.count {
				break
			}
			if err := o.home(ctx, host, made); err != nil {
				return fmt.Errorf("home %d: %w", made, err)
			}
			made++
		}
	}
	return nil
}

// home writes down a home and takes it as far as its turn has it: one in ten is
// being written down, one waits to be vetted, one waits to be offered, one is
// closed, and the others are offered.
func (o *office) home(ctx context.Context, host instance.HostID, n int) error {
	first := ledger.NightOf(o.clock.Now().UTC()) + 1
	places := 1 + o.random.IntN(4)
	l, err := o.Housing.Draft(ctx, o.worker, o.programme.Group.ID, instance.ListingFacts{
		Commune: o.communes[n%len(o.communes)], Stay: ledger.Stay{From: first, Until: first + ledger.Night(120+o.random.IntN(120))},
		Category: []vocab.HomeCategory{vocab.PrivateRoom, vocab.EntirePlace}[n%2], Bedrooms: 1 + places/3, Places: places, Adults: places, Children: places - 1,
		Pets: n%3 == 0, Smoking: []vocab.Smoking{vocab.SmokingNo, vocab.SmokingOutside}[n%2], Languages: []string{"fr", "en"}[:1+n%2],
		Features: []vocab.HomeFeature{"internet"},
	})
	if err != nil {
		return err
	}
	if err := o.Housing.Assign(ctx, o.worker, l.ID, host); err != nil {
		return err
	}
	way := []struct {
		by   instance.Account
		step instance.ListingStep
	}{{o.worker, instance.SubmitListing}, {o.lead, instance.VetListing}, {o.lead, instance.OfferListing}}
	far := map[int]int{0: 0, 1: 1, 2: 2}
	steps, short := far[n%10]
	if !short {
		steps = len(way)
	}
	for _, w := range way[:steps] {
		if err := o.Housing.Step(ctx, w.by, l.ID, w.step, ""); err != nil {
			return err
		}
	}
	if n%10 == 3 {
		return o.Housing.Step(ctx, o.lead, l.ID, instance.CloseListing, "La chambre est reprise par la famille.")
	}
	if !short {
		o.homes = append(o.homes, l)
	}
	return nil
}

// look opens the cases of an association, and places the first of them in a home
// of another one.
func (o *office) look(ctx context.Context, f filler, other *office) error {
	households := []instance.Household{
		{Members: []instance.Guest{{Age: instance.Grown, Sex: instance.Female}}, Languages: []string{"uk"}},
		{Members: []instance.Guest{{Age: instance.Grown, Sex: instance.Female}, {Age: instance.Child, Sex: instance.Unsaid, Parents: []int{1}}}, Languages: []string{"ar"}},
		{Members: []instance.Guest{{Age: instance.Grown, Sex: instance.Male}}, Languages: []string{"en"}},
		{Members: []instance.Guest{{Age: instance.Elder, Sex: instance.Female, Partner: 2}, {Age: instance.Elder, Sex: instance.Male, Partner: 1}}, Languages: []string{"fr"}},
		{Members: []instance.Guest{{Age: instance.Grown, Sex: instance.Male, Partner: 2}, {Age: instance.Grown, Sex: instance.Female, Partner: 1}, {Age: instance.Infant, Sex: instance.Unsaid, Parents: []int{1, 2}}}, Languages: []string{"ar", "en"}},
		{Members: []instance.Guest{{Age: instance.Teen, Sex: instance.Unsaid}}, Languages: []string{"en"}},
	}
	first := ledger.NightOf(o.clock.Now().UTC()) + 1
	for i, h := range households {
		h.Stay = ledger.Stay{From: first, Until: first + 90}
		id, err := o.begin(ctx, h, i)
		if err != nil {
			return fmt.Errorf("case %d: %w", i, err)
		}
		if i > 0 {
			continue
		}
		home, err := o.placeFar(ctx, f, other, id)
		if err != nil {
			return fmt.Errorf("place case %d: %w", i, err)
		}
		if o.server != "accueil" {
			continue
		}
		if err := o.freeze(ctx, home); err != nil {
			return err
		}
	}
	return nil
}

// begin opens a case, and has it vetted by two where its turn says so.
func (o *office) begin(ctx context.Context, h instance.Household, n int) (instance.CaseID, error) {
	names := []string{"Olena", "Rima", "Tesfay", "Hélène et Karim", "Nour et Adam", "Sami"}
	c, err := o.Households.Open(ctx, o.worker, o.programme.Group.ID, instance.ByCaseworker, households.File{
		Household: h, Names: []string{names[n]}, Needs: "Une chambre qui ferme, le bus à proximité.", Plan: "Un logement à leur nom au printemps.",
	})
	if err != nil {
		return 0, err
	}
	if h.Alone() || n == 4 {
		return c.ID, nil // child protection is called; or nobody has taken it yet
	}
	if err := o.Households.SetConsent(ctx, o.worker, c.ID, households.TellPartner, true); err != nil {
		return 0, err
	}
	for _, step := range []struct {
		by instance.Account
		is instance.CaseStep
	}{{o.worker, instance.TakeCase}, {o.worker, instance.VetCase}, {o.lead, instance.VetCase}}[:min(3, 5-n)] {
		if err := o.Households.Step(ctx, step.by, c.ID, step.is, ""); err != nil {
			return 0, err
		}
	}
	return c.ID, nil
}

// placeFar finds a home of another association for a case, and goes with it from the
// question to the day on which they move in.
func (o *office) placeFar(ctx context.Context, f filler, other *office, id instance.CaseID) (string, error) {
	fits, err := o.Households.Candidates(ctx, o.worker, id)
	if err != nil {
		return "", err
	}
	home := ""
	for _, fit := range fits {
		if !strings.HasPrefix(fit.Home.URI, other.Site.Base()) || fit.Home.Category != vocab.EntirePlace {
			continue
		}
		if fit.May() {
			home = fit.Home.URI
			break
		}
	}
	if home == "" {
		return "", fmt.Errorf("none of %d homes fits", len(fits))
	}
	if err := o.Households.Show(ctx, o.worker, id, home); err != nil {
		return "", err
	}
	shown, err := o.Households.Proposals(ctx, o.worker, id)
	if err != nil {
		return "", err
	}
	for _, p := range shown {
		if err := o.Households.Answer(ctx, o.worker, id, p.ID, p.Home == home); err != nil {
			return "", err
		}
	}
	if err := o.Households.Step(ctx, o.worker, id, instance.MeetCase, ""); err != nil {
		return "", err
	}
	hold, err := o.Households.Hold(ctx, o.worker, id, home)
	if err != nil {
		return "", err
	}
	if err := o.Households.Step(ctx, o.worker, id, instance.SettleCase, ""); err != nil {
		return "", err
	}
	for _, by := range []instance.Account{o.worker, o.lead} {
		if _, err := o.Households.Sign(ctx, by, hold.ID); err != nil {
			return "", err
		}
	}
	for _, l := range other.homes {
		if l.URI == home {
			err = other.Housing.Place(ctx, other.lead, l.ID, hold.Number)
		}
	}
	if err != nil {
		return "", err
	}
	if err := f.settled(ctx); err != nil {
		return "", err
	}
	if err := o.agree(ctx, id); err != nil {
		return "", err
	}
	return home, o.Households.Step(ctx, o.worker, id, instance.MoveIn, "")
}

// agree has all three sign what they agree to, household and host on paper.
func (o *office) agree(ctx context.Context, id instance.CaseID) error {
	if _, err := o.Households.DraftAgreement(ctx, o.worker, id); err != nil {
		return err
	}
	a, err := o.Households.Agreement(ctx, o.worker, id)
	if err != nil {
		return err
	}
	for _, x := range []struct {
		by    instance.Account
		party households.Party
	}{{o.worker, households.PartyGuest}, {o.worker, households.PartyHost}, {o.lead, households.PartyAssociation}} {
		if err := o.Households.TeamSigns(ctx, x.by, id, x.party, a.Hash, "fr"); err != nil {
			return err
		}
	}
	return nil
}

// freeze stops another home of the association for the time being, because of
// something that somebody noticed.
func (o *office) freeze(ctx context.Context, placed string) error {
	for _, l := range o.homes {
		if l.URI == placed {
			continue
		}
		_, err := o.Households.Report(ctx, o.worker, o.programme.Group.ID, households.Report{
			Home: l.URI, Severity: households.SeveritySerious, Text: "Une serrure a été retirée depuis la visite. À revoir avant toute proposition.", Freeze: true,
		})
		return err
	}
	return nil
}
