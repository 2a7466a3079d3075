package app_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"palier/federation/client"
	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/households"
	"palier/instance/housing"
	"palier/instance/organisations"
	"palier/instance/people"
	"palier/instance/store"
	"palier/protocol/ledger"
	"palier/protocol/vocab"
	"palier/specs/conformity"
)

// bureau is the programme of one association on a server of its own.
type bureau struct {
	*apptest.Server
	programme    instance.Programme
	lead, worker instance.Account
}

func openBureau(t *testing.T, s *apptest.Server, name string) *bureau {
	t.Helper()
	ctx := t.Context()
	b := &bureau{Server: s}
	centre := s.Place("centre", vocab.LevelCommune)
	b.lead, b.worker = s.Resident("lea", centre), s.Resident("casimir", centre)
	admin, err := s.People.Create(ctx, people.Newcomer{Username: "ada", Name: "Ada", Email: "ada@people.example", Password: apptest.Password, Role: instance.Admin})
	if err != nil {
		t.Fatal(err)
	}
	o, err := s.Organisations.Open(ctx, organisations.Plan{
		Username: name + "_asso", Title: "Association " + name, Sort: instance.Association, Place: centre.ID, Agent: b.lead.ID,
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Housing.Open(ctx, b.lead, o.ID, housing.Plan{Username: name, Title: "Toit"}); !errors.Is(err, instance.ErrForbidden) {
		t.Fatalf("a programme without a mandate: got %v", err)
	}
	if err := s.Housing.GiveMandate(ctx, admin, o.ID); err != nil {
		t.Fatal(err)
	}
	if b.programme, err = s.Housing.Open(ctx, b.lead, o.ID, housing.Plan{Username: name, Title: "Toit"}); err != nil {
		t.Fatal(err)
	}
	if err := s.Housing.SetTeam(ctx, b.lead, b.programme.Group.ID, b.worker.ID, instance.Caseworker); err != nil {
		t.Fatal(err)
	}
	return b
}

// sees has b ask to see the homes of a, and a's lead agree.
func (b *bureau) sees(a *bureau) {
	b.T.Helper()
	ctx := b.T.Context()
	far := b.Find(a.Handle(a.programme.Group.Username))
	if err := b.Housing.AskToSee(ctx, b.lead, b.programme.Group.ID, far.ID); err != nil {
		b.T.Fatal(err)
	}
	apptest.Settle(b.T, a.Server, b.Server)
	partners, err := a.Housing.Partners(ctx, a.lead, a.programme.Group.ID)
	if err != nil || len(partners) != 1 || partners[0].SeesOurs != instance.PartnerAsked {
		b.T.Fatalf("got partners %+v, %v", partners, err)
	}
	if err := a.Housing.Accredit(ctx, a.lead, a.programme.Group.ID, partners[0].Group.ID, partners[0].Seal); err != nil {
		b.T.Fatal(err)
	}
	apptest.Settle(b.T, a.Server, b.Server)
}

// tonight is the first night of what is offered.
func tonight() ledger.Night { return ledger.NightOf(time.Now().UTC()) + 1 }

// offer has a home vetted by two people and offered.
func (b *bureau) offer(places int) instance.Listing {
	b.T.Helper()
	l := b.vetted(places, b.ApprovedHost(b.programme.Group.ID))
	if err := b.Housing.Step(b.T.Context(), b.lead, l.ID, instance.OfferListing, ""); err != nil {
		b.T.Fatal(err)
	}
	return l
}

// vetted has a home of a host vetted by two people.
func (b *bureau) vetted(places int, host instance.HostID) instance.Listing {
	b.T.Helper()
	return b.vettedFrom(tonight(), places, host)
}

// vettedFrom is [bureau.vetted] for a home that is lent from a night on.
func (b *bureau) vettedFrom(from ledger.Night, places int, host instance.HostID) instance.Listing {
	b.T.Helper()
	ctx := b.T.Context()
	l, err := b.Housing.Draft(ctx, b.worker, b.programme.Group.ID, instance.ListingFacts{
		Commune: "69266", Stay: ledger.Stay{From: from, Until: from + 120}, Category: vocab.PrivateRoom, Bedrooms: 1,
		Places: places, Adults: places, Smoking: vocab.SmokingOutside, Languages: []string{"fr", "uk"}, Features: []vocab.HomeFeature{"internet"},
	})
	if err != nil {
		b.T.Fatal(err)
	}
	if err := b.Housing.Assign(ctx, b.worker, l.ID, host); err != nil {
		b.T.Fatal(err)
	}
	for _, step := range []struct {
		by instance.Account
		is instance.ListingStep
	}{{b.worker, instance.SubmitListing}, {b.lead, instance.VetListing}} {
		if err := b.Housing.Step(ctx, step.by, l.ID, step.is, ""); err != nil {
			b.T.Fatal(err)
		}
	}
	return l
}

func (b *bureau) state(id instance.ListingID) instance.ListingState {
	b.T.Helper()
	l, err := b.Housing.Listing(b.T.Context(), b.lead, id)
	if err != nil {
		b.T.Fatal(err)
	}
	return l.State
}

func (b *bureau) hold(id instance.ID) instance.Hold {
	b.T.Helper()
	h, err := b.Housing.Hold(b.T.Context(), b.lead, id)
	if err != nil {
		b.T.Fatal(err)
	}
	return h
}

// ready opens a case in a bureau, which two see to, and whose household agrees that
// another association be told of it.
func ready(t *testing.T, b *bureau) instance.CaseID {
	t.Helper()
	ctx := t.Context()
	c, err := b.Households.Open(ctx, b.worker, b.programme.Group.ID, instance.ByCaseworker, households.File{
		Household: instance.Household{
			Members: []instance.Guest{{Age: instance.Grown, Sex: instance.Female}}, Stay: ledger.Stay{From: tonight(), Until: tonight() + 30},
		}, Needs: "un lit", Plan: "un studio",
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
		t.Fatal(err)
	}
	return c.ID
}

// twoBureaus are two associations on two servers of an engine, of which isere
// sees the homes of rhone.
func twoBureaus(t *testing.T, engine store.Engine) (rhone, isere *bureau) {
	t.Helper()
	rhone = openBureau(t, apptest.Open(t, engine, nil), "rhone")
	isere = openBureau(t, apptest.Open(t, engine, nil), "isere")
	isere.sees(rhone)
	return rhone, isere
}

// TestJ19_AHomeIsPlacedBetweenTwoServers goes from a draft on one server to a
// placement by the other, over real HTTP.
func TestJ19_AHomeIsPlacedBetweenTwoServers(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		rhone, isere := twoBureaus(t, engine)
		ctx := t.Context()
		l := rhone.offer(1)
		apptest.Settle(t, rhone.Server, isere.Server)

		homes, err := isere.Housing.Homes(ctx, isere.lead, isere.programme.Group.ID, 10)
		if err != nil || len(homes) != 1 || homes[0].ID != l.URI || homes[0].Status != vocab.HomeAvailable {
			t.Fatalf("got homes %+v, %v", homes, err)
		}
		if got := homes[0].Area; got.Territory != "FR:COG:69266" || got.RadiusKM < 2 {
			t.Errorf("the home is told in %+v", got)
		}

		stay := ledger.Stay{From: tonight(), Until: tonight() + 30}
		h, err := isere.Housing.Ask(ctx, isere.worker, isere.programme.Group.ID, l.URI, ledger.Ask{Places: 1, Stay: stay}, ready(t, isere))
		if err != nil || h.State != instance.HoldHeld || len(h.Beds) != 1 {
			t.Fatalf("got %+v, %v", h, err)
		}
		if got := rhone.state(l.ID); got != instance.ListingHeld {
			t.Errorf("the home is %s, want held", got)
		}
		apptest.Settle(t, rhone.Server, isere.Server)
		if homes, err = isere.Housing.Homes(ctx, isere.lead, isere.programme.Group.ID, 10); err != nil || homes[0].Status != vocab.HomeHeld {
			t.Errorf("the partner sees %+v, %v", homes, err)
		}

		m := housing.Minimum{Contact: "Casimir", Address: "rue du Canari", Household: "deux adultes"}
		receipt, err := rhone.Housing.Send(ctx, rhone.worker, rhone.programme.Group.ID, l.URI, h.Number, m)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := isere.Housing.Read(ctx, isere.worker, isere.programme.Group.ID, receipt.File); err != nil || got != m {
			t.Errorf("the file reads %+v, %v", got, err)
		}

		if _, err := isere.Housing.Agree(ctx, isere.worker, h.ID); !errors.Is(err, instance.ErrForbidden) {
			t.Fatalf("agreed to without two who signed: %v", err)
		}
		for _, by := range []instance.Account{isere.worker, isere.lead} {
			if _, err := isere.Households.Sign(ctx, by, h.ID); err != nil {
				t.Fatal(err)
			}
		}
		if h = isere.hold(h.ID); h.State != instance.HoldAgreed {
			t.Fatalf("got %+v", h)
		}
		if err := rhone.Housing.Place(ctx, rhone.worker, l.ID, h.Number); err != nil {
			t.Fatal(err)
		}
		apptest.Settle(t, rhone.Server, isere.Server)
		if got := isere.hold(h.ID); got.State != instance.HoldPlaced {
			t.Errorf("who asked has %s, want placed", got.State)
		}
		if got := rhone.state(l.ID); got != instance.ListingPlaced {
			t.Errorf("the home is %s, want placed", got)
		}
		verified(t, rhone, l.ID)

		if h, err = isere.Housing.Leave(ctx, isere.worker, h.ID, stay.From+10, ledger.Earlier); err != nil || h.State != instance.HoldEnded {
			t.Fatalf("got %+v, %v", h, err)
		}
		if got := rhone.state(l.ID); got != instance.ListingEnding {
			t.Errorf("the home is %s, want ending", got)
		}
		verified(t, rhone, l.ID)
		fetched, err := isere.Housing.Fetch(ctx, isere.programme.Group.Username, l.URI)
		if err != nil {
			t.Fatal(err)
		}
		if book, err := ledger.Verify(fetched, ledger.Evidence{Now: time.Now()}); err != nil || len(book.Holds()) != 1 {
			t.Errorf("as the partner fetches it the ledger is %+v, %v", book, err)
		}
	})
}

// verified holds the whole ledger of a home to its rules, from outside.
func verified(t *testing.T, b *bureau, id instance.ListingID) *ledger.Book {
	t.Helper()
	page, err := b.Housing.Export(t.Context(), b.lead, id)
	if err != nil {
		t.Fatal(err)
	}
	entries, err := ledger.DecodePage(page)
	if err != nil {
		t.Fatal(err)
	}
	book, err := ledger.Verify(entries, ledger.Evidence{Now: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	return book
}

// TestJ19_OnlyAPartnersServerIsAnswered asks for a home as everybody who may not
// see it: nobody can tell it from one that is not there.
func TestJ19_OnlyAPartnersServerIsAnswered(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		rhone, isere := twoBureaus(t, engine)
		gard := openBureau(t, apptest.Open(t, store.SQLite, nil), "gard")
		ctx := t.Context()
		l := rhone.offer(1)
		apptest.Settle(t, rhone.Server, isere.Server)
		fetch := func(from *bureau) ([]byte, error) {
			f, err := from.Federation.Fetch(ctx, l.URI)
			return f.Body, err
		}

		body, err := fetch(isere)
		if err != nil {
			t.Fatal(err)
		}
		if err := conformity.Validate("housing", body); err != nil {
			t.Error(err)
		}
		if _, err := fetch(gard); !errors.Is(err, client.ErrNotFound) {
			t.Errorf("a server that was not agreed to: got %v", err)
		}
		path := strings.TrimPrefix(l.URI, rhone.URL)
		for _, end := range []string{"", "/ledger"} {
			status, got := rhone.Get(path+end, "application/activity+json")
			_, absent := rhone.Get("/h/1"+end, "application/activity+json")
			if status != http.StatusNotFound || got != absent {
				t.Errorf("unsigned, %s is answered with %d %q, what is not there with %q", path+end, status, got, absent)
			}
		}

		partners, err := rhone.Housing.Partners(ctx, rhone.lead, rhone.programme.Group.ID)
		if err != nil {
			t.Fatal(err)
		}
		if err := rhone.Housing.Expel(ctx, rhone.lead, rhone.programme.Group.ID, partners[0].Group.ID); err != nil {
			t.Fatal(err)
		}
		apptest.Settle(t, rhone.Server, isere.Server)
		if _, err := fetch(isere); !errors.Is(err, client.ErrNotFound) {
			t.Errorf("a partner that was expelled: got %v", err)
		}
		homes, err := isere.Housing.Homes(ctx, isere.lead, isere.programme.Group.ID, 10)
		if err != nil || len(homes) != 0 {
			t.Errorf("who was expelled still has %+v, %v", homes, err)
		}
	})
}

// TestJ19_AServerThatKeepsNoRulesIsRefusedByItself has somebody ask who is no
// programme: no person is even asked.
func TestJ19_AServerThatKeepsNoRulesIsRefusedByItself(t *testing.T) {
	t.Parallel()
	rhone := openBureau(t, apptest.Open(t, store.SQLite, nil), "rhone")
	other := apptest.Open(t, store.SQLite, nil)
	ctx := t.Context()
	place := other.Place("tilleuls", vocab.LevelNeighbourhood)
	who := other.Resident("amina", place)
	far := other.Find(rhone.Handle("rhone"))
	for _, id := range []instance.ActorID{who.ID, place.ID} {
		if _, err := other.People.Follow(ctx, id, far.ID); err != nil {
			t.Fatal(err)
		}
	}
	apptest.Settle(t, rhone.Server, other)
	partners, err := rhone.Housing.Partners(ctx, rhone.lead, rhone.programme.Group.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range partners {
		if p.SeesOurs == instance.PartnerAsked || p.SeesOurs == instance.PartnerAgreed {
			t.Errorf("a person is asked about %s", p.Group.URI)
		}
	}
}

// J19: one home that two associations list on two servers is found over the
// network, and no request of it tells the address.
func TestJ19_OneHomeListedOnTwoServersIsFound(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		rhone, isere := twoBureaus(t, engine)
		ctx := t.Context()
		const street = "47 rue de la Chouette-Harfang"
		first := rhone.vetted(1, rhone.ApprovedHostAt(rhone.programme.Group.ID, street+", 69001 Lyon"))
		apptest.Settle(t, rhone.Server, isere.Server)
		again := isere.vetted(1, isere.ApprovedHostAt(isere.programme.Group.ID, "47, R. de la chouette harfang"))
		other := isere.vetted(1, isere.ApprovedHostAt(isere.programme.Group.ID, "48 rue de la Chouette-Harfang"))
		apptest.Settle(t, rhone.Server, isere.Server)
		for id, want := range map[instance.ListingID]int{again.ID: 1, other.ID: 0} {
			if found, err := isere.Housing.TwinsOf(ctx, isere.lead, id); err != nil || len(found) != want {
				t.Errorf("home %s has %d twins, want %d, %v", id, len(found), want, err)
			}
		}
		if err := isere.Housing.Step(ctx, isere.lead, again.ID, instance.OfferListing, ""); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("offered twice: %v", err)
		}
		if found, err := rhone.Housing.TwinsOf(ctx, rhone.lead, first.ID); err != nil || len(found) != 0 {
			t.Errorf("who answered learnt of it: %+v, %v", found, err)
		}
		for _, word := range []string{"Chouette", "chouette", "Harfang", "harfang"} {
			if rhone.Came(word) || isere.Came(word) || rhone.Left(word) || isere.Left(word) {
				t.Errorf("%q went over the network", word)
			}
		}
	})
}
