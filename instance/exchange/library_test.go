package exchange_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"palier/instance"
	"palier/instance/exchange"
	"palier/instance/organisations"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestJ4_ALibraryListsWhatIsThereAndWhatIsOut(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		m, ctx := newMarket(t, db, 1), t.Context()
		bo := m.takers[0]
		o, err := m.Organisations.Open(ctx, organisations.Plan{Username: "outils", Title: "Outilthèque", Sort: instance.Association, Place: m.rue.ID, Agent: m.amina.ID})
		if err != nil {
			t.Fatal(err)
		}
		lend := func(by instance.Account, title, shelf string) (*instance.Post, error) {
			return m.Publish(ctx, m.Viewer(by), instance.Draft{
				Title: title, Audience: instance.ToNeighbourhood, Group: m.rue.ID, Kind: instance.KindLending,
				Proposal: &instance.Proposal{
					Purpose: instance.Offering, Category: "tools", Status: instance.ProposalOpen, Action: "transferCustody", Unit: "one", Quantity: instance.One, Available: instance.One, Step: instance.One,
				},
			}, exchange.Opening{Library: o.ID, Shelf: shelf})
		}
		if _, err := lend(bo, "Scie", ""); !errors.Is(err, instance.ErrInvalid) {
			t.Errorf("who does not act for it lends for it: %v", err)
		}
		drill, err := lend(m.amina, "Perceuse", "B")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := lend(m.amina, "Échelle", "A"); err != nil {
			t.Fatal(err)
		}
		until := m.Clock.Now().Add(72 * time.Hour).Truncate(time.Minute).UTC()
		g, err := m.Take(ctx, m.Viewer(bo), drill.ID, instance.Taking{From: m.Clock.Now(), Until: until})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.Accept(ctx, m.Viewer(m.amina), g.ID, "@"+bo.Username+" oui"); err != nil {
			t.Fatal(err)
		}
		listed := func(v instance.Viewer, words string) []string {
			t.Helper()
			all, err := m.Library(ctx, v, o.ID, words)
			if err != nil {
				t.Fatal(err)
			}
			var lines []string
			for _, thing := range all {
				line := thing.Shelf + " " + thing.Title
				if thing.Out {
					line += " out until " + thing.Until.Format(time.DateOnly)
				}
				if !thing.Reserved.IsZero() {
					line += " reserved"
				}
				lines = append(lines, line)
			}
			return lines
		}
		if diff := cmp.Diff([]string{"A Échelle", "B Perceuse reserved"}, listed(m.Viewer(bo), "")); diff != "" {
			t.Errorf("promised (-want +got):\n%s", diff)
		}
		err = db.InTx(ctx, func(tx store.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE agreements SET state = 'handed-over', handed_at = $2 WHERE id = $1`, g.ID, store.Millis(m.Clock.Now()))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for words, want := range map[string][]string{"": {"A Échelle", "B Perceuse out until " + until.Format(time.DateOnly)}, "echelles": {"A Échelle"}, "perc b": {"B Perceuse out until " + until.Format(time.DateOnly)}, "tondeuse": nil} {
			if diff := cmp.Diff(want, listed(m.Viewer(bo), words)); diff != "" {
				t.Errorf("%q (-want +got):\n%s", words, diff)
			}
		}
		if got := listed(instance.Anyone, ""); len(got) != 0 {
			t.Errorf("a visitor reads %q", got)
		}
	})
}
