package tally_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/store"
	"palier/instance/store/storetest"
	"palier/instance/tally"
)

func TestC1_OfFewNothingIsToldAndOfManyCounts(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		dinan := v.Place("dinan", "commune")
		port := v.Place("port", "neighbourhood", dinan)
		s := tally.New(tally.Options{DB: db, Now: v.Clock.Now, Zone: time.UTC})
		amina := v.Resident("amina", port)
		of := func() tally.Year {
			t.Helper()
			y, err := s.Of(ctx, dinan.ID)
			if err != nil {
				t.Fatal(err)
			}
			return y
		}
		// deal notes that somebody had something of amina, and closed it.
		deals := 0
		deal := func(kind string, taker instance.ActorID, at time.Time) {
			t.Helper()
			p, err := v.Posts.Publish(ctx, v.Viewer(amina), instance.Draft{
				Title: "x", Kind: kind, Audience: instance.ToNeighbourhood, Group: port.ID,
				Proposal: &instance.Proposal{Purpose: instance.Offering, Status: instance.ProposalDone, Unit: "one", Quantity: instance.One},
			})
			if err != nil {
				t.Fatal(err)
			}
			deals++
			err = db.InTx(ctx, func(tx store.Tx) error {
				_, err := tx.Exec(ctx, `INSERT INTO agreements (id, post_id, taker_id, uri, quantity, state, closed_at) VALUES ($1, $2, $3, $4, 1000, 'done', $5)`,
					deals, p.ID, taker, fmt.Sprint("https://dinan.example/deal/", deals), store.Millis(at))
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		for i := range 4 {
			who := v.Resident(fmt.Sprint("n", i), port)
			if i == 3 {
				if y := of(); !y.Empty() {
					t.Errorf("of four people it tells %+v", y)
				}
			}
			deal(instance.KindService, who.ID, v.Clock.Now())
			deal(instance.KindGive, who.ID, v.Clock.Now())
			deal(instance.KindGive, who.ID, v.Clock.Now())
			deal(instance.KindLending, who.ID, v.Clock.Now().AddDate(-2, 0, 0))
		}
		if y := of(); y != (tally.Year{People: 5, Reused: 8}) {
			t.Errorf("of five: %+v", y) // four helping hands are too few, the loans too long ago
		}
		deal(instance.KindService, amina.ID, v.Clock.Now())
		if y := of(); y.Helps != 5 {
			t.Errorf("five hands: %+v", y)
		}
	})
}

func TestV15_SmallDeedsAreCountedForAllAndOnceADay(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		port := v.Place("port", "neighbourhood")
		s := tally.New(tally.Options{DB: db, Now: v.Clock.Now, Zone: time.UTC})
		amina, stranger := v.Resident("amina", port), v.Person("zoe")
		if err := s.Tell(ctx, v.Viewer(amina), port.ID, "hero"); !errors.Is(err, instance.ErrInvalid) {
			t.Errorf("a deed there is not: %v", err)
		}
		for name, viewer := range map[string]instance.Viewer{"a stranger": v.Viewer(stranger), "nobody": instance.Anyone} {
			if err := s.Tell(ctx, viewer, port.ID, "door"); !errors.Is(err, instance.ErrForbidden) {
				t.Errorf("%s: %v", name, err)
			}
		}
		for day := range 5 {
			if y, err := s.Of(ctx, port.ID); err != nil || !y.Empty() {
				t.Errorf("after %d days: %+v, %v", day, y, err)
			}
			for range 3 {
				if err := s.Tell(ctx, v.Viewer(amina), port.ID, "door"); err != nil {
					t.Fatal(err)
				}
			}
			v.Clock.Advance(24 * time.Hour)
		}
		if y, err := s.Of(ctx, port.ID); err != nil || y.Small != 5 {
			t.Errorf("five days: %+v, %v", y, err)
		}
		if err := db.InTx(ctx, func(tx store.Tx) error { return s.Sweep(ctx, tx) }); err != nil {
			t.Fatal(err)
		}
		var kept int
		if err := db.Read().QueryRow(ctx, `SELECT COUNT(*) FROM small_deeds_told`).Scan(&kept); err != nil || kept != 0 {
			t.Errorf("who told of one is kept: %d, %v", kept, err)
		}
	})
}
