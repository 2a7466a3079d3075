package housing_test

import (
	"slices"
	"testing"

	"palier/instance/housing"
	"palier/instance/store"
	"palier/instance/store/storetest"
	"palier/protocol/ledger"
	"palier/protocol/vocab"
)

// TestH11_HomesAreFoundByWhoLivesThere has one association tell of rooms, and another
// find them by who lives there: what nobody said is found only by who does not ask.
func TestH11_HomesAreFoundByWhoLivesThere(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld()
		isere, rhone := w.side(t, "isere", db), w.side(t, "rhone", storetest.Open(t, store.SQLite))
		isere.sees(rhone)
		ctx := t.Context()
		offer := func(s *side, c vocab.Company, kind vocab.HomeCategory) string {
			t.Helper()
			f := facts(ledger.NightOf(w.at)+1, 2)
			f.Company, f.Category = c, kind
			return s.lends(f).URI
		}
		for _, s := range []*side{isere, rhone} {
			for _, c := range append(slices.Clone(vocab.Companies), vocab.CompanyUntold) {
				offer(s, c, vocab.PrivateRoom)
			}
			offer(s, vocab.CompanyUntold, vocab.EntirePlace)
		}
		w.deliver()
		for company, want := range map[housing.Company]map[vocab.Company]int{
			housing.AnyCompany:      {vocab.CompanyWomen: 2, vocab.CompanyFamily: 2, vocab.CompanyMen: 2, vocab.CompanyUntold: 4},
			housing.CompanyOfWomen:  {vocab.CompanyWomen: 2, vocab.CompanyFamily: 2, vocab.CompanyUntold: 2},
			housing.CompanyChildren: {vocab.CompanyFamily: 2, vocab.CompanyUntold: 2},
			housing.NoChildren:      {vocab.CompanyWomen: 2, vocab.CompanyUntold: 2},
		} {
			found, err := isere.housing.Search(ctx, isere.worker, isere.programme.Group.ID, housing.Wish{Company: company}, 0, 50)
			must(t, err)
			got, whole := map[vocab.Company]int{}, 0
			for _, f := range found {
				got[f.Company]++
				if f.Category == vocab.EntirePlace {
					whole++
				}
			}
			for c, n := range want {
				if got[c] != n {
					t.Errorf("%q: %d homes of %q are found, want %d", company, got[c], c, n)
				}
			}
			if len(got) != len(want) || whole != 2 {
				t.Errorf("%q: found %v, %d of them whole", company, got, whole)
			}
		}
		f := facts(ledger.NightOf(w.at)+1, 2)
		f.Company = "woman-alone"
		if _, err := isere.housing.Draft(ctx, isere.worker, isere.programme.Group.ID, f); err == nil {
			t.Error("a word of no list is taken")
		}
	})
}

// TestH11_WhatAHomeHasIsComparedAtOnce holds the bits of the index to the words.
func TestH11_WhatAHomeHasIsComparedAtOnce(t *testing.T) {
	t.Parallel()
	if got := housing.Has(vocab.HomeFeatures); got != 1<<len(vocab.HomeFeatures)-1 {
		t.Errorf("all are %b", got)
	}
	for i, f := range []vocab.HomeFeature{"internet", "step-free-access", "lock", "own-bathroom", "kitchen", "transport", "host-has-pets"} {
		if got := housing.Has([]vocab.HomeFeature{f}); got != 1<<i { // as migration 0127 has it
			t.Errorf("%s is %b", f, got)
		}
	}
}
