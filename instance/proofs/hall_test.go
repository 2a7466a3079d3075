package proofs_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/proofs"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestTheCodeInTheHallTurns(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		centre := v.Place("centre", "neighbourhood")
		house, other := v.Place("tilleuls", "building", centre), v.Place("lilas", "building", centre)
		amina := newcomer(v, "amina", house)
		must(t, v.Places.Join(ctx, other.ID, amina.ID))
		must(t, v.Proofs.NewHallCodes(ctx, house.ID, amina.ID))
		must(t, v.Proofs.NewHallCodes(ctx, other.ID, amina.ID))
		if err := v.Proofs.NewHallCodes(ctx, centre.ID, amina.ID); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("codes for a whole neighbourhood: %v", err)
		}
		shown, paper, err := v.Proofs.HallCodes(ctx, house.ID)
		if err != nil || len(shown.Code) != 6 || len(paper.Code) != 8 || shown.Until.Sub(v.Clock.Now()) > proofs.HallStep || !shown.Until.After(v.Clock.Now()) || paper.Until.Month() != time.December {
			t.Fatalf("%+v, %+v, %v", shown, paper, err)
		}
		if _, _, err := v.Proofs.HallCodes(ctx, centre.ID); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("where none were made: %v", err)
		}
		must(t, v.Proofs.KeepHallCodes(ctx, house.ID, amina.ID))
		if again, _, err := v.Proofs.HallCodes(ctx, house.ID); err != nil || again != shown {
			t.Errorf("kept: %+v, %v", again, err)
		}
		use := func(place instance.Neighbourhood, typed string) string {
			t.Helper()
			p, err := v.Proofs.UseHall(ctx, place.ID, amina.ID, typed)
			if err != nil {
				return code(err)
			}
			return string(p.Route)
		}
		if got := use(other, shown.Code); got != "code wrong" {
			t.Errorf("in another house: %s", got)
		}
		if got := use(house, strings.ToLower(shown.Code)); got != "hall" {
			t.Errorf("at once: %s", got)
		}
		if standing(v, house, amina) != instance.Declared {
			t.Error("the code alone makes a verified neighbour")
		}
		v.Clock.Advance(proofs.HallStep)
		if got := use(house, shown.Code); got != "hall" {
			t.Errorf("one step later: %s", got)
		}
		v.Clock.Advance(proofs.HallStep)
		if got := use(house, shown.Code); got != "code wrong" {
			t.Errorf("two steps later: %s", got)
		}
		v.Clock.Advance(10 * day) // into December
		if got := use(house, paper.Code); got != "hall" {
			t.Errorf("last month's paper in the first week: %s", got)
		}
		v.Clock.Advance(7 * day)
		if got := use(house, paper.Code); got != "code wrong" {
			t.Errorf("last month's paper after it: %s", got)
		}
		must(t, v.Proofs.NewHallCodes(ctx, house.ID, amina.ID))
		if _, again, err := v.Proofs.HallCodes(ctx, house.ID); err != nil || again.Code == paper.Code {
			t.Errorf("made anew: %+v, %v", again, err)
		}
	})
}

func TestAListSaysNothingButTheNamesItHolds(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		house, empty := v.Place("tilleuls", "building"), v.Place("lilas", "building")
		kim, amina, eve := v.Person("kim"), newcomer(v, "amina", house), newcomer(v, "eve", house)
		must(t, v.Places.Join(ctx, empty.ID, eve.ID))
		n, err := v.Proofs.ReadList(ctx, house.ID, kim.ID, "LE GOFF Aminata; Porte 14\n\nKerbrat, Yann\t2e étage\nLe Goff Aminata;14\n")
		if err != nil || n != 2 {
			t.Fatalf("%d lines, %v", n, err)
		}
		for text, want := range map[string]string{"Yann Kerbrat": "list malformed", "": "list missing", "Yann;": "list malformed", ";3": "list malformed"} {
			if _, err := v.Proofs.ReadList(ctx, house.ID, kim.ID, text); code(err) != want {
				t.Errorf("%q: %v", text, err)
			}
		}
		_, noList := v.Proofs.UseList(ctx, empty.ID, eve.ID, "Aminata Le Goff", "14")
		_, notOn := v.Proofs.UseList(ctx, house.ID, eve.ID, "Ève Le Goff", "14")
		if code(noList) != "person wrong" || code(notOn) != code(noList) {
			t.Errorf("no list: %v; not on it: %v", noList, notOn)
		}
		p, err := v.Proofs.UseList(ctx, house.ID, amina.ID, "aminata le-goff", "appt. 14")
		if err != nil || p.Route != proofs.List || standing(v, house, amina) != instance.Verified {
			t.Fatalf("%+v, %v", p, err)
		}
		if _, err := v.Proofs.UseList(ctx, house.ID, eve.ID, "Aminata Le Goff", "14"); code(err) != "person wrong" {
			t.Errorf("a line that somebody has claimed: %v", err)
		}
		if l, err := v.Proofs.Listed(ctx, house.ID); err != nil || l.Lines != 2 || l.Claimed != 1 || l.ExpiresAt.Sub(l.MadeAt) != proofs.ListFor {
			t.Errorf("%+v, %v", l, err)
		}
		var kept int
		must(t, db.Read().QueryRow(ctx, `SELECT COUNT(*) FROM resident_list_lines WHERE lower(hash) LIKE '%goff%' OR lower(hash) LIKE '%kerbrat%'`).Scan(&kept))
		if kept != 0 {
			t.Error("a name is kept as it is")
		}
		v.Clock.Advance(proofs.ListFor)
		if _, err := v.Proofs.UseList(ctx, house.ID, eve.ID, "Yann Kerbrat", "2e étage"); code(err) != "person wrong" {
			t.Errorf("after ninety days: %v", err)
		}
		must(t, v.Proofs.Tend(ctx))
		if l, err := v.Proofs.Listed(ctx, house.ID); err != nil || l.Lines != 0 {
			t.Errorf("kept: %+v, %v", l, err)
		}
	})
}
