package housing_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/housing"
	"palier/instance/store"
	"palier/instance/store/storetest"
	"palier/protocol/ledger"
	"palier/protocol/twins"
)

// vetted has a home written down and vetted at an address, and compared with those
// of a partner.
func (s *side) vetted(address string, with *side) instance.Listing {
	s.tb.Helper()
	ctx := s.tb.Context()
	l, err := s.housing.Draft(ctx, s.worker, s.programme.Group.ID, facts(ledger.NightOf(s.now())+1, 1))
	must(s.tb, err)
	s.addresses[l.ID] = address
	must(s.tb, s.housing.Assign(ctx, s.worker, l.ID, s.approved()))
	must(s.tb, s.housing.Step(ctx, s.worker, l.ID, instance.SubmitListing, ""))
	must(s.tb, s.housing.Step(ctx, s.lead, l.ID, instance.VetListing, ""))
	if with != nil {
		must(s.tb, s.housing.CompareNow(ctx, housing.Compare{Listing: l.ID, Partner: s.knows(with).ID, By: s.lead.ID}))
	}
	return l
}

// J19: one home that two associations list is found, whoever wrote the address
// how, and is not offered until somebody spoke to the other.
func TestJ19_OneHomeThatTwoListIsFound(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld()
		rhone := w.side(t, "rhone", db)
		isere := w.side(t, "isere", storetest.Open(t, store.SQLite))
		isere.sees(rhone)
		ctx := t.Context()
		rhone.vetted("12 bis rue de la Lainerie, 69001 Lyon", nil)
		rhone.vetted("4 quai Perrache", nil)
		for address, want := range map[string]bool{"12B, R. de la lainerie\nappt 3": true, "14 rue de la Lainerie": false} {
			l := isere.vetted(address, rhone)
			found, err := isere.housing.TwinsOf(ctx, isere.worker, l.ID)
			if err != nil || (len(found) == 1) != want {
				t.Fatalf("%s: got %+v, %v", address, found, err)
			}
			offered := isere.housing.Step(ctx, isere.lead, l.ID, instance.OfferListing, "")
			if !want {
				must(t, offered)
				continue
			}
			if invalid, ok := errors.AsType[*instance.Invalid](offered); !ok || invalid.Code != "twin" || !errors.Is(offered, instance.ErrConflict) {
				t.Errorf("offered all the same: %v", offered)
			}
			if err := isere.housing.NoTwin(ctx, isere.worker, l.ID, found[0].Partner.ID); !errors.Is(err, instance.ErrForbidden) {
				t.Errorf("settled by a caseworker: %v", err)
			}
			must(t, isere.housing.NoTwin(ctx, isere.lead, l.ID, found[0].Partner.ID))
			must(t, isere.housing.Step(ctx, isere.lead, l.ID, instance.OfferListing, ""))
		}
		// The same home twice in one programme.
		again := rhone.vetted("4, quai Perrache", nil)
		if found, err := rhone.housing.TwinsOf(ctx, rhone.lead, again.ID); err != nil || len(found) != 1 || found[0].Partner.ID != rhone.programme.Group.ID {
			t.Errorf("listed twice by one: %+v, %v", found, err)
		}
		if got := rhone.one(`SELECT COUNT(*) FROM housing_twins WHERE found`); got != 1 {
			t.Errorf("%d of the first have twins: who answers learns nothing", got)
		}
	})
}

// What is compared tells nobody an address: not who answers, not the database, and
// not who tries one after another for long.
func TestTwinsTellNoAddress(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld()
		rhone := w.side(t, "rhone", db)
		isere := w.side(t, "isere", storetest.Open(t, store.SQLite))
		ctx := t.Context()
		rhone.vetted("12 rue de la Lainerie", nil)
		group, asks := rhone.programme.Group.URI, isere.programme.Group.URI
		if _, err := rhone.housing.TwinsFor(ctx, asks, group); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("who sees no homes reads tags: %v", err)
		}
		isere.sees(rhone)
		shown, err := rhone.housing.TwinsFor(ctx, asks, group)
		if err != nil || len(shown.Tags) != 1 {
			t.Fatalf("got %+v, %v", shown, err)
		}
		where, _ := twins.NewPlace("12 rue de la Lainerie", "69266")
		ask := func() error {
			t.Helper()
			q, err := twins.Ask(shown.Public, where)
			must(t, err)
			if strings.Contains(string(q.Body()), "Lainerie") {
				t.Fatal("a question tells the address")
			}
			_, err = rhone.housing.AnswerTwin(ctx, asks, group, q.Body())
			return err
		}
		for range housing.MostQuestions {
			must(t, ask())
		}
		if err := ask(); !errors.Is(err, instance.ErrTooMany) {
			t.Errorf("one question too many: %v", err)
		}
		w.mu.Lock()
		w.at = w.at.Add(25 * time.Hour)
		w.mu.Unlock()
		must(t, ask())
		if _, err := rhone.housing.AnswerTwin(ctx, asks, group, []byte(`{"blinded":"AAAA"}`)); !errors.Is(err, instance.ErrInvalid) {
			t.Errorf("what is no question: %v", err)
		}
		near := rhone.knows(isere)
		must(t, rhone.housing.Expel(ctx, rhone.lead, rhone.programme.Group.ID, near.ID))
		if err := ask(); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("who was expelled is answered: %v", err)
		}
	})
}

func TestAHomeWithoutAnAddressIsNotVetted(t *testing.T) {
	t.Parallel()
	rhone := newWorld().side(t, "rhone", storetest.Open(t, store.SQLite))
	ctx := t.Context()
	l, err := rhone.housing.Draft(ctx, rhone.worker, rhone.programme.Group.ID, facts(ledger.NightOf(rhone.now())+1, 1))
	must(t, err)
	rhone.addresses[l.ID] = "69001"
	must(t, rhone.housing.Assign(ctx, rhone.worker, l.ID, rhone.approved()))
	must(t, rhone.housing.Step(ctx, rhone.worker, l.ID, instance.SubmitListing, ""))
	err = rhone.housing.Step(ctx, rhone.lead, l.ID, instance.VetListing, "")
	if invalid, ok := errors.AsType[*instance.Invalid](err); !ok || invalid.Field != "address" {
		t.Errorf("got %v", err)
	}
	if got := rhone.state(l.ID); got != instance.ListingSubmitted {
		t.Errorf("the home is %s", got)
	}
}
