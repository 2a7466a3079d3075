package housing_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/housing"
	"palier/instance/store"
	"palier/instance/store/storetest"
	"palier/protocol/ledger"
	"palier/protocol/vocab"
)

var (
	communes  = []string{"69266", "69123", "38185", "13055", "97411", "2A004", "01004"}
	languages = []string{"fr", "uk", "ar", "en", "ti"}
)

// some returns facts of some home, always the same for one source.
func some(r *rand.Rand, first ledger.Night) instance.ListingFacts {
	from := first + ledger.Night(r.IntN(20))
	f := instance.ListingFacts{
		Commune: communes[r.IntN(len(communes))], Stay: ledger.Stay{From: from, Until: from + 10 + ledger.Night(r.IntN(80))}, Bedrooms: 1 + r.IntN(3), Places: 1 + r.IntN(4),
		Adults: 1 + r.IntN(3), Children: r.IntN(3), Pets: r.IntN(2) == 0, Category: []vocab.HomeCategory{vocab.PrivateRoom, vocab.EntirePlace}[r.IntN(2)],
		Smoking: []vocab.Smoking{vocab.SmokingNo, vocab.SmokingOutside, vocab.SmokingWindow, vocab.SmokingYes}[r.IntN(4)],
	}
	if f.Category == vocab.PrivateRoom {
		f.Company = append(slices.Clone(vocab.Companies), vocab.CompanyUntold)[r.IntN(4)]
	}
	for _, x := range vocab.HomeFeatures {
		if r.IntN(2) == 0 {
			f.Features = append(f.Features, x)
		}
	}
	for _, l := range languages {
		if r.IntN(3) == 0 {
			f.Languages = append(f.Languages, l)
		}
	}
	return f
}

// wish returns something one may look for.
func wish(r *rand.Rand, first ledger.Night) housing.Wish {
	var w housing.Wish
	maybe := func(do func()) {
		if r.IntN(3) == 0 {
			do()
		}
	}
	maybe(func() { w.Area = []string{"69", "38", "974", "2A", "01", "DE"}[r.IntN(6)] })
	maybe(func() {
		from := first + ledger.Night(r.IntN(30))
		w.Stay = ledger.Stay{From: from, Until: from + 1 + ledger.Night(r.IntN(20))}
	})
	maybe(func() { w.Places = 1 + r.IntN(3) })
	maybe(func() { w.Adults = 1 + r.IntN(2) })
	maybe(func() { w.Children = 1 })
	maybe(func() { w.Pets = true })
	maybe(func() { w.Category = vocab.PrivateRoom })
	maybe(func() { w.Smokers = true })
	maybe(func() { w.SmokeFree = true })
	maybe(func() { w.Features = []vocab.HomeFeature{"lock", "host-has-pets"}[:1+r.IntN(2)] })
	maybe(func() { w.Company = housing.Companies[r.IntN(len(housing.Companies))] })
	maybe(func() { w.Languages = []string{"uk", "ti"} })
	maybe(func() { w.OnlyOurs = r.IntN(2) == 0; w.OnlyTheirs = !w.OnlyOurs })
	return w
}

// fits is the same as the query, in words of the program.
func fits(w housing.Wish, f instance.ListingFacts, ours bool) bool {
	area := f.Commune[:2]
	if strings.HasPrefix(f.Commune, "97") {
		area = f.Commune[:3]
	}
	return (w.Area == "" || w.Area == area) && (w.Stay.Nights() == 0 || w.Stay.Within(f.Stay)) && f.Places >= w.Places && f.Adults >= w.Adults && f.Children >= w.Children &&
		(w.Category == "" || w.Category == f.Category) && (!w.Pets || f.Pets) && (!w.Smokers || f.Smoking != vocab.SmokingNo) &&
		(!w.SmokeFree || f.Smoking == vocab.SmokingNo || f.Smoking == vocab.SmokingOutside) &&
		!slices.ContainsFunc(w.Features, func(x vocab.HomeFeature) bool { return !slices.Contains(f.Features, x) }) &&
		(len(w.Languages) == 0 || slices.ContainsFunc(w.Languages, func(l string) bool { return slices.Contains(f.Languages, l) })) &&
		(!w.OnlyOurs || ours) && (!w.OnlyTheirs || !ours) && (w.Company == "" || f.Category == vocab.EntirePlace ||
		w.Company == housing.CompanyOfWomen && (f.Company == vocab.CompanyWomen || f.Company == vocab.CompanyFamily) ||
		w.Company == housing.CompanyChildren && f.Company == vocab.CompanyFamily || w.Company == housing.NoChildren && f.Company == vocab.CompanyWomen)
}

// TestH11_HomesAreFoundByTheirFacts holds the search of two associations, of which
// one sees the other's homes, to what a program would choose from all of them.
func TestH11_HomesAreFoundByTheirFacts(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld()
		isere, rhone := w.side(t, "isere", db), w.side(t, "rhone", storetest.Open(t, store.SQLite))
		isere.sees(rhone)
		r := rand.New(rand.NewPCG(7, 11))
		first := ledger.NightOf(w.at) + 1
		all := map[string]instance.ListingFacts{}
		ours := map[string]bool{}
		for i := range 60 {
			s := rhone
			if i%3 == 0 {
				s = isere
			}
			f := some(r, first)
			l := s.lends(f)
			all[l.URI], ours[l.URI] = f, s == isere
		}
		w.deliver()
		ctx := t.Context()
		if _, err := isere.housing.Search(ctx, instance.Account{}, isere.programme.Group.ID, housing.Wish{}, 0, 10); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("a stranger searches: %v", err)
		}
		some := 0
		for range 200 {
			look := wish(r, first)
			got := map[string]bool{}
			var before instance.ID
			for {
				page, err := isere.housing.Search(ctx, isere.worker, isere.programme.Group.ID, look, before, 7)
				must(t, err)
				for _, f := range page {
					if got[f.URI] || before != 0 && f.ID >= before {
						t.Fatalf("%s comes twice, or out of order", f.URI)
					}
					got[f.URI], before = true, f.ID
					if f.Ours != ours[f.URI] || f.Ours && f.Commune == "" || !f.Ours && (f.Commune != "" || f.Place == "" || f.Partner == 0 || f.HeardAt.IsZero()) {
						t.Errorf("found %+v", f)
					}
				}
				if len(page) < 7 {
					break
				}
			}
			for uri, f := range all {
				if got[uri] != fits(look, f, ours[uri]) {
					t.Errorf("%+v: %s (%+v) is found: %v", look, uri, f, got[uri])
				}
			}
			some += len(got)
		}
		if some < 200 {
			t.Errorf("only %d were found in all", some)
		}
	})
}

// lends has a home with some facts vetted and offered.
func (s *side) lends(f instance.ListingFacts) instance.Listing {
	s.tb.Helper()
	ctx := s.tb.Context()
	l, err := s.housing.Draft(ctx, s.worker, s.programme.Group.ID, f)
	must(s.tb, err)
	must(s.tb, s.housing.Assign(ctx, s.worker, l.ID, s.approved()))
	must(s.tb, s.housing.Step(ctx, s.worker, l.ID, instance.SubmitListing, ""))
	must(s.tb, s.housing.Step(ctx, s.lead, l.ID, instance.VetListing, ""))
	must(s.tb, s.housing.Step(ctx, s.lead, l.ID, instance.OfferListing, ""))
	must(s.tb, s.housing.ShareNow(ctx, housing.Share{Listing: l.ID}))
	return l
}

// TestWhoWroteAHomeLastDoesNotVetIt has one write a draft, another change it, and
// a third look.
func TestWhoWroteAHomeLastDoesNotVetIt(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld()
		rhone := w.side(t, "rhone", db)
		ctx := t.Context()
		l, err := rhone.housing.Draft(ctx, rhone.worker, rhone.programme.Group.ID, facts(ledger.NightOf(w.at)+1, 1))
		must(t, err)
		must(t, rhone.housing.Change(ctx, rhone.lead, l.ID, facts(ledger.NightOf(w.at)+1, 2)))
		must(t, rhone.housing.Assign(ctx, rhone.worker, l.ID, rhone.approved()))
		must(t, rhone.housing.Step(ctx, rhone.worker, l.ID, instance.SubmitListing, ""))
		for _, by := range []instance.Account{rhone.worker, rhone.lead} {
			if err := rhone.housing.Step(ctx, by, l.ID, instance.VetListing, ""); !errors.Is(err, instance.ErrForbidden) {
				t.Errorf("%s vets what they wrote: %v", by.Username, err)
			}
		}
		if err := rhone.housing.Change(ctx, rhone.worker, l.ID, facts(ledger.NightOf(w.at)+1, 3)); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("what was submitted is changed: %v", err)
		}
		if n := rhone.one(`SELECT COUNT(*) FROM housing_log WHERE about = $1`, l.ID.String()); n != 3 {
			t.Errorf("the log has %d lines about it, want 3", n)
		}
		err = db.InTx(ctx, func(tx store.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE housing_log SET deed = 'opened'`)
			return err
		})
		if err == nil {
			t.Error("the log is written anew")
		}
		err = db.InTx(ctx, func(tx store.Tx) error {
			_, err := tx.Exec(ctx, `DELETE FROM housing_log`)
			return err
		})
		if err == nil {
			t.Error("the log is erased")
		}
	})
}

// TestH23_CutsHoldByFunctionAreaAndKind holds a home to acts that concern it and to
// those that do not.
func TestH23_CutsHoldByFunctionAreaAndKind(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld()
		rhone := w.side(t, "rhone", db)
		l := rhone.offer(3)
		ctx, p := t.Context(), rhone.programme.Group.ID
		ask := func() instance.HoldState {
			t.Helper()
			h, err := rhone.housing.Ask(ctx, rhone.worker, p, l.URI, ledger.Ask{Places: 1, Stay: ledger.Stay{From: l.Stay.From, Until: l.Stay.From + 3}}, 0)
			if errors.Is(err, instance.ErrForbidden) {
				return "forbidden"
			}
			must(t, err)
			return h.State
		}
		for _, c := range []housing.Cut{
			{Functions: []housing.Function{housing.CutPhotographs}}, {Functions: []housing.Function{housing.CutHolds}, Areas: []string{"38", "DE"}},
			{Functions: []housing.Function{housing.CutHolds}, Category: vocab.EntirePlace},
		} {
			c.Programme, c.Reason = p, "essai"
			must(t, rhone.housing.SwitchOff(ctx, rhone.worker, c))
		}
		if got := ask(); got != instance.HoldHeld {
			t.Errorf("acts that do not concern it: %s", got)
		}
		c := housing.Cut{Programme: p, Functions: []housing.Function{housing.CutHolds, housing.CutPlacements}, Areas: []string{"69"}, Category: vocab.PrivateRoom, Reason: "essai"}
		must(t, rhone.housing.SwitchOff(ctx, rhone.worker, c))
		if got := ask(); got != "forbidden" {
			t.Errorf("an act that concerns it: %s", got)
		}
		list, err := rhone.housing.Cuts(ctx, rhone.lead, p, 10)
		must(t, err)
		if err := rhone.housing.SwitchOn(ctx, rhone.worker, p, list[0].ID); !errors.Is(err, instance.ErrForbidden) {
			t.Errorf("who does not lead lifts it: %v", err)
		}
		must(t, rhone.housing.SwitchOn(ctx, rhone.lead, p, list[0].ID))
		if err := rhone.housing.SwitchOn(ctx, rhone.lead, p, list[0].ID); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("lifted twice: %v", err)
		}
		if got := ask(); got != instance.HoldHeld {
			t.Errorf("once it is lifted: %s", got)
		}
		for _, c := range []housing.Cut{
			{Reason: "x"}, {Functions: []housing.Function{"all"}, Reason: "x"}, {Functions: housing.Functions}, {Functions: housing.Functions, Reason: "x", Areas: []string{"Lyon"}},
			{Functions: housing.Functions, Reason: "x", Category: "castle"},
		} {
			c.Programme = p
			if err := rhone.housing.SwitchOff(ctx, rhone.lead, c); !errors.Is(err, instance.ErrInvalid) {
				t.Errorf("%+v: %v", c, err)
			}
		}
		if err := rhone.housing.SwitchOff(ctx, rhone.lead, housing.Cut{Functions: housing.Functions, Reason: "x"}); !errors.Is(err, instance.ErrForbidden) {
			t.Errorf("who is no administrator switches for all: %v", err)
		}
	})
}

// TestH2_CountersTellNothingSmall counts homes of two associations, once there are
// enough of them, and not before an hour has passed.
func TestH2_CountersTellNothingSmall(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld()
		isere, rhone := w.side(t, "isere", db), w.side(t, "rhone", storetest.Open(t, store.SQLite))
		isere.sees(rhone)
		count := func() housing.Counters {
			t.Helper()
			c, err := isere.housing.Counters(t.Context())
			must(t, err)
			return c
		}
		for range 5 {
			rhone.offer(1)
			isere.offer(1)
		}
		if got, want := count(), (housing.Counters{Partners: 1}); got != want {
			t.Errorf("ten homes: %+v, want %+v", got, want)
		}
		rhone.offer(2)
		if got := count(); got.Homes != 0 {
			t.Errorf("within the hour a home is seen to come: %+v", got)
		}
		w.mu.Lock()
		w.at = w.at.Add(time.Hour)
		w.mu.Unlock()
		if got, want := count(), (housing.Counters{Homes: 11, Free: 12, Countries: 1, Partners: 1}); got != want {
			t.Errorf("eleven homes: %+v, want %+v", got, want)
		}
	})
}

// BenchmarkH11_Search looks through 700 homes of its own and 28,000 of forty
// partners: for what many fit, what few fit and what none does.
func BenchmarkH11_Search(b *testing.B) {
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		b.Run(string(engine), func(b *testing.B) {
			w := newWorld()
			s := w.side(b, "rhone", storetest.Open(b, engine))
			crowd(b, s, 700, 40)
			first := ledger.NightOf(w.at) + 1
			for name, look := range map[string]housing.Wish{
				"any":  {},
				"many": {Stay: ledger.Stay{From: first + 25, Until: first + 30}, Places: 1, SmokeFree: true},
				"with": {Company: housing.CompanyOfWomen, Places: 2, Stay: ledger.Stay{From: first + 25, Until: first + 30}},
				"few":  {Area: "2A", Stay: ledger.Stay{From: first + 18, Until: first + 60}, Places: 3, Adults: 3, Children: 2, Pets: true, Features: vocab.HomeFeatures[:4], Languages: []string{"ti"}},
				"none": {Stay: ledger.Stay{From: first + 18, Until: first + 28}, Places: 4, Adults: 3, Children: 2, Features: vocab.HomeFeatures, Languages: []string{"ps"}},
			} {
				b.Run(name, func(b *testing.B) {
					var took []time.Duration
					for b.Loop() {
						began := time.Now()
						_, err := s.housing.Search(b.Context(), s.worker, s.programme.Group.ID, look, 0, 20)
						must(b, err)
						took = append(took, time.Since(began))
					}
					slices.Sort(took)
					b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
				})
			}
		})
	}
}

// TestHomesOfManyPartnersAreFound looks among a small crowd as the benchmark does
// among a large one.
func TestHomesOfManyPartnersAreFound(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newWorld().side(t, "rhone", db)
		crowd(t, s, 20, 5)
		all, err := s.housing.Search(t.Context(), s.worker, s.programme.Group.ID, housing.Wish{}, 0, 200)
		must(t, err)
		ours, err := s.housing.Search(t.Context(), s.worker, s.programme.Group.ID, housing.Wish{OnlyOurs: true}, 0, 200)
		must(t, err)
		if len(all) < 100 || len(ours) != 20 {
			t.Errorf("%d homes are found, %d of them ours", len(all), len(ours))
		}
	})
}

// company is who lives in one of many homes.
func company(c vocab.HomeCategory, i int) vocab.Company {
	if c != vocab.PrivateRoom {
		return ""
	}
	return append(slices.Clone(vocab.Companies), "")[i%4]
}

// crowd fills a programme with homes of its own and of partners, in fifteen
// countries.
func crowd(tb testing.TB, s *side, each, partners int) {
	tb.Helper()
	ctx, r := tb.Context(), rand.New(rand.NewPCG(3, 5))
	first := ledger.NightOf(s.w.at) + 1
	lands := strings.Fields("FR DE PL IT ES PT NL BE AT CH CZ SK RO IE GB")
	p, host := s.knows(s), s.approved() // any Group will do for those who told
	must(tb, s.db.InTx(ctx, func(tx store.Tx) error {
		ours := store.Many{Into: "housing_listings (id, programme_id, host_id, uri, commune, from_night, until_night, category, bedrooms, places, adults, children, pets, smoking, languages, features, created_at, updated_at)"}
		theirs := store.Many{Into: "housing_homes (id, programme_id, partner_id, uri, status, territory, starts_at, ends_at, places, free, document, updated_at, heard_at, area, place, category, bedrooms, adults, children, pets, smoking, languages, features, has, company)"}
		document := strings.Repeat("x", 1800) // as long as one that travels
		words := func(list []vocab.HomeFeature) string {
			var all []string
			for _, x := range list {
				all = append(all, string(x))
			}
			return strings.Join(all, " ")
		}
		for i := range each {
			f := some(r, first)
			err := ours.Add(ctx, tx, 1_000_000+i, s.programme.Group.ID, host, fmt.Sprintf("https://rhone.example/h/%d", i), f.Commune, int64(f.Stay.From), int64(f.Stay.Until), string(f.Category), f.Bedrooms,
				f.Places, f.Adults, f.Children, f.Pets, string(f.Smoking), strings.Join(f.Languages, " "), words(f.Features), 1, 1)
			if err != nil {
				return err
			}
		}
		if err := ours.End(ctx, tx); err != nil {
			return err
		}
		for i := range each * partners {
			f := some(r, first)
			area := lands[i%len(lands)]
			if area == "FR" {
				area = f.Commune[:2]
			}
			err := theirs.Add(ctx, tx, 2_000_000+i, s.programme.Group.ID, p.ID, fmt.Sprintf("https://partner%d.example/h/%d", i%partners, i), "available", "FR:COG:"+f.Commune, int64(f.Stay.From)*86400000,
				int64(f.Stay.Until)*86400000, f.Places, r.IntN(f.Places+1), document, 1, 1, area, "Quelque part", string(f.Category), f.Bedrooms, f.Adults, f.Children, f.Pets, string(f.Smoking),
				strings.Join(f.Languages, " "), words(f.Features), housing.Has(f.Features), string(company(f.Category, i)))
			if err != nil {
				return err
			}
		}
		return theirs.End(ctx, tx)
	}))
	for _, state := range []string{"submitted", "vetted", "available"} {
		s.exec(`UPDATE housing_listings SET state = $1, vetted_at = 1 WHERE programme_id = $2`, state, s.programme.Group.ID)
	}
	s.exec(`INSERT INTO housing_nights (listing_id, bed, night, hold)
		SELECT l.id, 1, l.from_night + n.k, 2 FROM housing_listings l CROSS JOIN (SELECT 0 AS k UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4) n`)
	if s.db.Engine() == store.Postgres {
		must(tb, s.db.InTx(context.WithoutCancel(ctx), func(tx store.Tx) error { _, err := tx.Exec(ctx, `ANALYZE housing_homes`); return err }))
	}
}

// TestListsGoOnFromWhereAPageEnded reads homes, holds and the log one by one.
func TestListsGoOnFromWhereAPageEnded(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld()
		rhone := w.side(t, "rhone", db)
		ctx, p := t.Context(), rhone.programme.Group.ID
		for range 3 {
			l := rhone.offer(2)
			_, err := rhone.housing.Ask(ctx, rhone.worker, p, l.URI, ledger.Ask{Places: 1, Stay: ledger.Stay{From: l.Stay.From, Until: l.Stay.From + 3}}, 0)
			must(t, err)
		}
		read := func(page func(before instance.ID) ([]instance.ID, error)) (all []instance.ID) {
			t.Helper()
			for before := instance.ID(0); ; before = all[len(all)-1] {
				ids, err := page(before)
				must(t, err)
				if len(ids) == 0 {
					return all
				}
				all = append(all, ids...)
			}
		}
		homes := read(func(before instance.ID) (ids []instance.ID, err error) {
			list, err := rhone.housing.Listings(ctx, rhone.lead, p, before, 1)
			for _, l := range list {
				ids = append(ids, l.ID)
			}
			return ids, err
		})
		holds := read(func(before instance.ID) (ids []instance.ID, err error) {
			list, err := rhone.housing.Holds(ctx, rhone.lead, p, before, 1, instance.HoldHeld)
			for _, h := range list {
				ids = append(ids, h.ID)
			}
			return ids, err
		})
		log := read(func(before instance.ID) (ids []instance.ID, err error) {
			list, err := rhone.housing.Log(ctx, rhone.lead, p, before, 4)
			for _, l := range list {
				ids = append(ids, l.ID)
			}
			return ids, err
		})
		if len(homes) != 3 || len(holds) != 3 || len(log) != 1+3*5 {
			t.Errorf("%d homes, %d holds, %d lines of the log; want 3, 3, 16", len(homes), len(holds), len(log))
		}
	})
}
