package app_test

import (
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/config"
	"palier/instance/countries"
	"palier/instance/households"
	"palier/instance/housing"
	"palier/instance/store"
	"palier/instance/store/storetest"
	"palier/protocol/ledger"
	"palier/protocol/vocab"
)

// clock is one that both servers of a test go by.
type clock struct{ at atomic.Int64 }

func (c *clock) now() time.Time { return time.UnixMilli(c.at.Load()).UTC() }

func (c *clock) set(t time.Time) { c.at.Store(t.UnixMilli()) }

// bureauIn opens an association on a server of a country, with its own clock on the
// wall.
func bureauIn(t *testing.T, engine store.Engine, c *clock, name, country, zone string) *bureau {
	t.Helper()
	return openBureau(t, apptest.OpenAt(t, storetest.URL(t, engine), c.now, func(x *config.Config) { x.Country, x.Zone = country, zone }), name)
}

// lends has a home in a commune offered for a stay.
func (b *bureau) lends(commune string, stay ledger.Stay) instance.Listing {
	b.T.Helper()
	ctx := b.T.Context()
	l, err := b.Housing.Draft(ctx, b.worker, b.programme.Group.ID, instance.ListingFacts{
		Commune: commune, Stay: stay, Category: vocab.EntirePlace, Bedrooms: 1, Places: 1, Adults: 1, Smoking: vocab.SmokingNo, Languages: []string{"fr"},
	})
	if err == nil {
		err = b.Housing.Assign(ctx, b.worker, l.ID, b.ApprovedHost(b.programme.Group.ID))
	}
	for _, step := range []struct {
		by instance.Account
		is instance.ListingStep
	}{{b.worker, instance.SubmitListing}, {b.lead, instance.VetListing}, {b.lead, instance.OfferListing}} {
		if err == nil {
			err = b.Housing.Step(ctx, step.by, l.ID, step.is, "")
		}
	}
	if err != nil {
		b.T.Fatal(err)
	}
	return l
}

// seeks opens a case for a stay that may be told to partners.
func (b *bureau) seeks(stay ledger.Stay) instance.CaseID {
	b.T.Helper()
	ctx := b.T.Context()
	c, err := b.Households.Open(ctx, b.worker, b.programme.Group.ID, instance.ByCaseworker, households.File{
		Household: instance.Household{Members: []instance.Guest{{Age: instance.Grown, Sex: instance.Female}}, Stay: stay}, Needs: "un lit", Plan: "un studio",
	})
	if err == nil {
		err = b.Households.SetConsent(ctx, b.worker, c.ID, households.TellPartner, true)
	}
	for _, step := range []struct {
		by instance.Account
		is instance.CaseStep
	}{{b.worker, instance.TakeCase}, {b.worker, instance.VetCase}, {b.lead, instance.VetCase}} {
		if err == nil {
			err = b.Households.Step(ctx, step.by, c.ID, step.is, "")
		}
	}
	if err != nil {
		b.T.Fatal(err)
	}
	return c.ID
}

// TestH14_AHomeInAnotherCountryOnAnotherClock has an association in Martinique find,
// hold and move into a home in Berlin, and the other way round, from half an hour
// before midnight in UTC on the eve of a change of clocks: it is tomorrow in Berlin,
// and seven in the evening of today in Martinique.
func TestH14_AHomeInAnotherCountryOnAnotherClock(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		const berliner, martinique = "DE:AGS:11000000", "97209"
		_, change := time.Now().In(countries.ZoneOf(berliner)).ZoneBounds()
		c := &clock{}
		c.set(change.Add(-90 * time.Minute))
		berlin := bureauIn(t, engine, c, "obdach", "DE", "Europe/Berlin")
		island := bureauIn(t, engine, c, "toit", "FR", "America/Martinique")
		island.sees(berlin)
		berlin.sees(island)
		ctx := t.Context()
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		utc := ledger.NightOf(c.now())
		there, here := countries.Tonight(c.now(), berliner), countries.Tonight(c.now(), martinique)
		if there != utc+1 || here != utc {
			t.Fatalf("tonight is %s in Berlin and %s in Martinique, %s in UTC", there, here, utc)
		}
		if _, err := berlin.Housing.Draft(ctx, berlin.worker, berlin.programme.Group.ID, instance.ListingFacts{
			Commune: "69266", Stay: ledger.Stay{From: there, Until: there + 9}, Category: vocab.EntirePlace, Places: 1, Adults: 1, Smoking: vocab.SmokingNo,
		}); !errors.Is(err, instance.ErrInvalid) {
			t.Errorf("a home under the rules of another country: %v", err)
		}
		stay := ledger.Stay{From: there, Until: there + 20}
		l := berlin.lends(berliner, stay)
		apptest.Settle(t, berlin.Server, island.Server)

		found, err := island.Housing.Search(ctx, island.worker, island.programme.Group.ID, housing.Wish{Area: "DE", Stay: stay}, 0, 10)
		if err != nil || len(found) != 1 || found[0].Area != "DE" || found[0].Place != "Berlin (DE)" || found[0].Stay != stay {
			t.Fatalf("found %+v, %v", found, err)
		}
		needs := island.seeks(stay)
		fits, err := island.Households.Candidates(ctx, island.worker, needs)
		if err != nil || len(fits) != 1 || !fits[0].May() || fits[0].Home.MaxNights != 365 {
			t.Fatalf("fits %+v, %v", fits, err)
		}
		must(island.Households.Show(ctx, island.worker, needs, l.URI))
		shown, err := island.Households.Proposals(ctx, island.worker, needs)
		must(err)
		must(island.Households.Answer(ctx, island.worker, needs, shown[0].ID, true))
		must(island.Households.Step(ctx, island.worker, needs, instance.MeetCase, ""))
		h, err := island.Households.Hold(ctx, island.worker, needs, l.URI)
		if err != nil || h.State != instance.HoldHeld {
			t.Fatalf("asked for tonight in Berlin: %+v, %v", h, err)
		}
		must(island.Households.Step(ctx, island.worker, needs, instance.SettleCase, ""))

		// Nobody signs before what Germany asks for was seen to.
		for _, seen := range [][]string{nil, {"stay", "address"}} {
			must(island.Households.SeeAcross(ctx, island.worker, needs, "DE", seen))
			var invalid *instance.Invalid
			if _, err := island.Households.Sign(ctx, island.worker, h.ID); !errors.As(err, &invalid) || invalid.Field != "across" {
				t.Fatalf("signed after %v: %v", seen, err)
			}
		}
		if err := island.Households.SeeAcross(ctx, island.worker, needs, "DE", []string{"nationality"}); !errors.Is(err, instance.ErrInvalid) {
			t.Errorf("a point that nobody asks for: %v", err)
		}
		worker := island.SignedIn(island.worker)
		path := "/cases/" + needs.String()
		page := worker.Open(path)
		for _, word := range []string{"Allemagne", "116016", "Bürgeramt", "365", "heure du logement"} {
			if !strings.Contains(page.Words("#holds"), word) {
				t.Errorf("the page of the case does not say %q: %s", word, page.Words("#holds"))
			}
		}
		if p := worker.Press(page, "button[value='sign']", nil); !p.Has("#across-problem") {
			t.Errorf("signed by hand: %s", p.Words("main"))
		}
		worker.Press(worker.Open(path), "button[value='across']", apptest.Fields{"need": {"care", "children"}})
		for _, by := range []instance.Account{island.worker, island.lead} {
			_, err := island.Households.Sign(ctx, by, h.ID)
			must(err)
		}
		if _, err := island.Households.DraftAgreement(ctx, island.worker, needs); err != nil {
			t.Fatal(err)
		}
		pact, err := island.Households.Agreement(ctx, island.worker, needs)
		if err != nil || pact.Terms.Country != "DE" || !strings.Contains(pact.Terms.Texts["uk"].Clauses[1], "Німеччини") || pact.Terms.Texts["de"].Title == "" {
			t.Errorf("the agreement is %+v, %v", pact.Terms, err)
		}
		for _, party := range []households.Party{households.PartyGuest, households.PartyHost} {
			must(island.Households.TeamSigns(ctx, island.worker, needs, party, pact.Hash, "uk"))
		}
		must(island.Households.TeamSigns(ctx, island.lead, needs, households.PartyAssociation, pact.Hash, "fr"))
		must(berlin.Housing.Place(ctx, berlin.worker, l.ID, h.Number))
		apptest.Settle(t, berlin.Server, island.Server)
		must(island.Households.Step(ctx, island.worker, needs, instance.MoveIn, ""))

		// The household reads the numbers of the country in which it is.
		oksana := island.Resident("oksana", island.Place("port", vocab.LevelNeighbourhood))
		code, err := island.Households.NewCode(ctx, island.worker, needs)
		must(err)
		must(island.Households.Join(ctx, oksana, code))
		own := island.SignedIn(oksana).Open("/household/" + needs.String())
		if help := own.Words("#help"); !strings.Contains(help, "110") || !strings.Contains(help, "116016") || strings.Contains(help, "3919") || !own.Has("a[href='/safety?country=DE']") {
			t.Errorf("in Berlin the household reads %q", help)
		}

		// The call of the day after is due once that day begins in Berlin: at half past
		// midnight there it is still today in Martinique.
		due := func() int {
			t.Helper()
			waits, err := island.Households.WaitingFor(ctx, island.lead, island.programme.Group.ID, 10)
			must(err)
			n := 0
			for _, w := range waits {
				if w.About == households.AboutFollowUp {
					n++
				}
			}
			return n
		}
		if n := due(); n != 0 {
			t.Errorf("%d calls are due on the day they arrive", n)
		}
		midnight := there.Date().AddDate(0, 0, 1)
		berlinMidnight := time.Date(midnight.Year(), midnight.Month(), midnight.Day(), 0, 0, 0, 0, countries.ZoneOf(berliner))
		c.set(berlinMidnight.Add(-time.Minute))
		if n := due(); n != 0 {
			t.Errorf("%d calls are due a minute before midnight in Berlin", n)
		}
		c.set(berlinMidnight.Add(30 * time.Minute))
		if got := countries.Tonight(c.now(), martinique); got != there {
			t.Fatalf("in Martinique it is %s", got)
		}
		if n := due(); n != 1 {
			t.Errorf("%d calls are due after midnight in Berlin, want that of the day after", n)
		}

		// The other way round: the night that begins in Martinique is yesterday's date in
		// Berlin, and can be asked for until it is over there.
		tonight := countries.Tonight(c.now(), martinique)
		back := island.lends(martinique, ledger.Stay{From: tonight, Until: tonight + 30})
		apptest.Settle(t, berlin.Server, island.Server)
		short := ledger.Stay{From: tonight, Until: tonight + 5}
		coming := berlin.seeks(ledger.Stay{From: short.From, Until: short.Until})
		if h, err = berlin.Housing.Ask(ctx, berlin.worker, berlin.programme.Group.ID, back.URI, ledger.Ask{Places: 1, Stay: short}, coming); err != nil || h.State != instance.HoldHeld {
			t.Fatalf("asked in Berlin for tonight in Martinique: %+v, %v", h, err)
		}
		_, err = berlin.Housing.Withdraw(ctx, berlin.worker, h.ID)
		must(err)
		c.set(c.now().Add(24 * time.Hour)) // half past seven in the evening of the next day there
		if h, err = berlin.Housing.Ask(ctx, berlin.worker, berlin.programme.Group.ID, back.URI, ledger.Ask{Places: 1, Stay: short}, coming); err != nil || h.State != instance.HoldRefused || h.Why != ledger.BadDates {
			t.Errorf("asked for a night that is over in Martinique: %+v, %v", h, err)
		}
		for _, b := range []struct {
			at *bureau
			id instance.ListingID
		}{{berlin, l.ID}, {island, back.ID}} {
			page, err := b.at.Housing.Export(ctx, b.at.lead, b.id)
			must(err)
			entries, err := ledger.DecodePage(page)
			must(err)
			if _, err := ledger.Verify(entries, ledger.Evidence{Now: c.now()}); err != nil {
				t.Error(err)
			}
		}
	})
}

// ledgerStay is so many nights from the first that is offered.
func ledgerStay(nights int) ledger.Stay {
	return ledger.Stay{From: tonight(), Until: tonight() + ledger.Night(nights)}
}
