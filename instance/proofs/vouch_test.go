package proofs_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/proofs"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

// lives notes the address of somebody.
func lives(v *apptest.Village, a instance.Account, place instance.Neighbourhood, label, door string) {
	v.T.Helper()
	must(v.T, v.DB.InTx(v.T.Context(), func(tx store.Tx) error {
		_, err := tx.Exec(v.T.Context(), `
			INSERT INTO homes (id, person_id, kind, place_id, label, door, since)
			VALUES ($1, $2, 'home', $3, $4, $5, 1)`, a.ID, a.ID, place.ID, label, door)
		return err
	}))
}

// neighbours are verified residents, each of another address, for long enough.
func neighbours(v *apptest.Village, place instance.Neighbourhood, names ...string) (all []instance.Account) {
	v.T.Helper()
	for i, name := range names {
		a := v.Resident(name, place)
		lives(v, a, place, fmt.Sprintf("%d rue du Port", i+1), "")
		all = append(all, a)
	}
	v.Clock.Advance(proofs.VouchAfter + time.Hour)
	return all
}

// vouch lets a neighbour answer somebody who asks.
func vouch(v *apptest.Village, neighbour instance.Account, place instance.Neighbourhood, who instance.Account) (proofs.Proof, error) {
	v.T.Helper()
	ctx := v.T.Context()
	must(v.T, v.Proofs.AskNeighbours(ctx, place.ID, who.ID, true))
	r, _, err := v.Proofs.Asking(ctx, place.ID, who.ID)
	must(v.T, err)
	return v.Proofs.VouchFor(ctx, neighbour.ID, r.ID, "")
}

func TestTwoNeighboursOfTwoHouseholds(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		dinan := v.Place("dinan", "commune")
		centre, port := v.Place("centre", "neighbourhood", dinan), v.Place("port", "neighbourhood", dinan)
		all := neighbours(v, centre, "amina", "bo", "cem")
		spouse := v.Resident("ali", centre)
		lives(v, spouse, centre, "1, Rue du PORT", "")
		homeless := v.Resident("hugo", centre)
		far := v.Resident("far", port)
		v.Clock.Advance(proofs.VouchAfter + time.Hour)
		fresh := v.Resident("fresh", centre)
		eve := newcomer(v, "eve", centre)

		for name, who := range map[string]instance.Account{"of another neighbourhood": far, "who asks": eve} {
			if _, err := vouch(v, who, centre, eve); !errors.Is(err, instance.ErrNotFound) {
				t.Errorf("a neighbour %s: %v", name, err)
			}
		}
		if _, err := vouch(v, fresh, centre, eve); code(err) != "neighbour not-yet" {
			t.Errorf("verified since today: %v", err)
		}
		if _, err := vouch(v, all[0], centre, eve); err != nil || standing(v, centre, eve) != instance.Declared {
			t.Fatalf("the first: %v, %s", err, standing(v, centre, eve))
		}
		for name, test := range map[string]struct {
			who  instance.Account
			want string
		}{
			"the same again":     {all[0], "neighbour already"},
			"of one household":   {spouse, "neighbour household"},
			"without an address": {homeless, "neighbour no-home"},
		} {
			if _, err := vouch(v, test.who, centre, eve); code(err) != test.want {
				t.Errorf("%s: %v", name, err)
			}
		}
		p, err := vouch(v, all[1], centre, eve)
		if err != nil || p.SeenBy != all[1].ID || standing(v, centre, eve) != instance.Verified {
			t.Fatalf("the second: %+v, %v, %s", p, err, standing(v, centre, eve))
		}
		if r, _, err := v.Proofs.Asking(ctx, centre.ID, eve.ID); err != nil || r.ID != 0 {
			t.Errorf("still asking: %+v, %v", r, err)
		}
		chain, err := v.Proofs.Chain(ctx, eve.ID)
		if err != nil || len(chain) != 2 || chain[0].SeenBy != all[0].ID {
			t.Errorf("chain: %+v, %v", chain, err)
		}
		// Verified by neighbours alone, she does not vouch herself.
		v.Clock.Advance(proofs.VouchAfter + time.Hour)
		if _, err := vouch(v, eve, centre, newcomer(v, "dora", centre)); code(err) != "neighbour not-yet" {
			t.Errorf("vouched for by neighbours alone: %v", err)
		}
	})
}

func TestARequestIsDeclinedInSilence(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		centre := v.Place("centre", "neighbourhood")
		house := v.Place("tilleuls", "building", centre)
		all := neighbours(v, centre, "amina", "bo")
		eve := newcomer(v, "eve", house)
		must(t, v.Proofs.AskNeighbours(ctx, house.ID, eve.ID, true))
		list, err := v.Proofs.AskingNeighbours(ctx, all[0].ID, 10)
		if err != nil || len(list) != 1 || list[0].Person != eve.ID {
			t.Fatalf("asked of a neighbour of the quarter: %+v, %v", list, err)
		}
		before, _, err := v.Proofs.Asking(ctx, house.ID, eve.ID)
		must(t, err)
		must(t, v.Proofs.Decline(ctx, all[0].ID, list[0].ID, ""))
		if list, err = v.Proofs.AskingNeighbours(ctx, all[0].ID, 10); err != nil || len(list) != 0 {
			t.Errorf("after declining: %+v, %v", list, err)
		}
		if list, err = v.Proofs.AskingNeighbours(ctx, all[1].ID, 10); err != nil || len(list) != 1 {
			t.Errorf("the other neighbour: %+v, %v", list, err)
		}
		after, seal, err := v.Proofs.Asking(ctx, house.ID, eve.ID)
		if err != nil || after != before || told(v, eve) != "" {
			t.Errorf("eve sees %+v, was told %q, %v", after, told(v, eve), err)
		}
		must(t, v.Proofs.AskNeighbours(ctx, house.ID, eve.ID, false))
		if list, err = v.Proofs.AskingNeighbours(ctx, all[1].ID, 10); err != nil || len(list) != 0 {
			t.Errorf("not shown: %+v, %v", list, err)
		}
		if _, err := v.Proofs.RequestTo(ctx, all[1].ID, after.ID, "x"); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("without the link: %v", err)
		}
		if r, err := v.Proofs.RequestTo(ctx, all[1].ID, after.ID, seal); err != nil || r.ID != after.ID {
			t.Errorf("with the link: %+v, %v", r, err)
		}
		if err := v.Proofs.AskNeighbours(ctx, v.Place("dinan", "commune").ID, eve.ID, true); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("asked a whole town: %v", err)
		}
	})
}

func TestAWordTakenBackLeavesTwoWeeks(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		centre := v.Place("centre", "neighbourhood")
		house := v.Place("tilleuls", "building", centre)
		all := neighbours(v, house, "amina", "bo")
		must(t, v.Proofs.NewHallCodes(ctx, house.ID, all[0].ID))
		inHall := func(a instance.Account) {
			t.Helper()
			shown, _, err := v.Proofs.HallCodes(ctx, house.ID)
			must(t, err)
			_, err = v.Proofs.UseHall(ctx, house.ID, a.ID, shown.Code)
			must(t, err)
		}
		eve, dora := newcomer(v, "eve", house), newcomer(v, "dora", house)
		inHall(eve)
		p, err := vouch(v, all[0], house, eve)
		if err != nil || standing(v, house, eve) != instance.Verified {
			t.Fatalf("the hall and a neighbour: %v, %s", err, standing(v, house, eve))
		}
		v.Clock.Advance(proofs.VouchAfter + time.Hour)
		inHall(dora)
		if _, err := vouch(v, eve, house, dora); err != nil || standing(v, house, dora) != instance.Verified {
			t.Fatalf("one step further: %v, %s", err, standing(v, house, dora))
		}
		v.Clock.Advance(proofs.VouchAfter + time.Hour)
		if _, err := vouch(v, dora, house, newcomer(v, "finn", house)); code(err) != "neighbour not-yet" {
			t.Errorf("a third step from a strong proof: %v", err)
		}
		if err := v.Proofs.Withdraw(ctx, all[1].ID, p.ID); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("somebody else's word: %v", err)
		}
		must(t, v.Proofs.Withdraw(ctx, all[0].ID, p.ID))
		terms, err := v.Proofs.Terms(ctx, eve.ID)
		if err != nil || len(terms) != 1 || terms[0].Reason != "voucher" || standing(v, house, eve) != instance.Verified || told(v, eve) != "home-in-doubt home-proved" {
			t.Fatalf("%+v, %v; %s, told %q", terms, err, standing(v, house, eve), told(v, eve))
		}
		v.Clock.Advance(proofs.Grace + time.Hour)
		must(t, v.Proofs.Tend(ctx))
		if standing(v, house, eve) != instance.Declared || standing(v, house, dora) != instance.Verified || told(v, dora) != "home-in-doubt home-proved" {
			t.Errorf("eve %s, dora %s and told %q", standing(v, house, eve), standing(v, house, dora), told(v, dora))
		}
		_, err = v.Proofs.UseLetter(ctx, dora.ID, letter(v, house, dora))
		must(t, err)
		v.Clock.Advance(proofs.Grace + time.Hour)
		must(t, v.Proofs.Tend(ctx))
		if standing(v, house, dora) != instance.Verified {
			t.Error("dora proved it another way in time and lost it")
		}
	})
}

func TestTheQuotaHoldsWhateverComesAtOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx := t.Context()
		centre := v.Place("centre", "neighbourhood")
		amina := neighbours(v, centre, "amina")[0]
		var ids []instance.ID
		for i := range 6 {
			a := newcomer(v, fmt.Sprintf("n%d", i), centre)
			must(t, v.Proofs.AskNeighbours(ctx, centre.ID, a.ID, true))
			r, _, err := v.Proofs.Asking(ctx, centre.ID, a.ID)
			must(t, err)
			ids = append(ids, r.ID)
		}
		var wg sync.WaitGroup
		for _, id := range ids {
			wg.Go(func() {
				if _, err := v.Proofs.VouchFor(ctx, amina.ID, id, ""); err != nil && code(err) != "neighbour quota" {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		given, err := v.Proofs.Given(ctx, amina.ID)
		if err != nil || len(given) != proofs.VouchQuota {
			t.Errorf("%d given, %v", len(given), err)
		}
	})
}

// TestG16_ColludingAccountsStayWithinTheBound lets accounts that only know one
// another, and neighbours who vouch for anybody, do whatever they like for a
// quarter. Without a code from the hall at most every second word makes a
// neighbour, and the chain ends there; with it, every word does, and once more
// from those. What they do is drawn; how many neighbours help them is not, and
// where enough do, they begin with one account, so that every run makes somebody
// a neighbour.
func TestG16_ColludingAccountsStayWithinTheBound(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		v := apptest.NewVillage(t, db)
		ctx, round := t.Context(), 0
		houses := []struct {
			honest int
			hall   bool
		}{{3, true}, {2, false}, {1, true}, {0, true}, {3, false}, {1, false}}
		crowd := make([]instance.Account, 16)
		for i := range crowd {
			crowd[i] = v.Person(fmt.Sprintf("crowd%d", i))
			lives(v, crowd[i], v.Place(fmt.Sprintf("far%d", i), "neighbourhood"), fmt.Sprintf("%d rue du Large", i), "")
		}
		rapid.Check(t, func(rt *rapid.T) {
			if round == len(houses) { // each takes a quarter of a whole house
				return
			}
			k, hall := houses[round].honest, houses[round].hall
			round++
			for _, a := range crowd { // none of them anywhere but here
				must(t, db.InTx(ctx, func(tx store.Tx) error {
					if err := v.Proofs.Forget(ctx, tx, a.ID); err != nil {
						return err
					}
					_, err := tx.Exec(ctx, `DELETE FROM memberships WHERE person_id = $1`, a.ID)
					return err
				}))
			}
			house := v.Place(fmt.Sprintf("house%d", round), "building")
			for i, a := range crowd {
				if i < k {
					v.Verify(a, house)
				} else {
					must(t, v.Places.Join(ctx, house.ID, a.ID))
				}
			}
			v.Clock.Advance(proofs.VouchAfter + time.Hour)
			if hall {
				must(t, v.Proofs.NewHallCodes(ctx, house.ID, crowd[0].ID))
			}
			vouch := func(one, other instance.Account, reads bool) {
				must(t, v.Proofs.AskNeighbours(ctx, house.ID, other.ID, true))
				r, _, err := v.Proofs.Asking(ctx, house.ID, other.ID)
				must(t, err)
				if reads {
					shown, _, err := v.Proofs.HallCodes(ctx, house.ID)
					must(t, err)
					if _, err := v.Proofs.UseHall(ctx, house.ID, other.ID, shown.Code); err != nil {
						rt.Fatal(err)
					}
				}
				_, err = v.Proofs.VouchFor(ctx, one.ID, r.ID, "")
				if err != nil && !errors.Is(err, instance.ErrInvalid) && !errors.Is(err, instance.ErrNotFound) {
					rt.Fatal(err)
				}
			}
			least := 0
			if k >= 2 || hall && k == 1 {
				least = 1
				for _, one := range crowd[:min(k, 2)] {
					vouch(one, crowd[k], hall)
				}
			}
			anybody := rapid.IntRange(0, len(crowd)-1)
			for left := proofs.VouchEvery - time.Hour; left > 0; {
				for range rapid.IntRange(1, 30).Draw(rt, "deeds") {
					one, other := crowd[anybody.Draw(rt, "one")], crowd[anybody.Draw(rt, "other")]
					vouch(one, other, hall && rapid.Bool().Draw(rt, "reads"))
				}
				passes := time.Duration(rapid.IntRange(1, 40).Draw(rt, "days")) * day
				if left -= passes; left > 0 {
					v.Clock.Advance(passes)
				}
			}
			verified := 0
			for _, a := range crowd[k:] {
				if standing(v, house, a) == instance.Verified {
					verified++
				}
			}
			bound := k * proofs.VouchQuota / 2
			if hall {
				bound = k * proofs.VouchQuota * (1 + proofs.VouchQuota)
			}
			if verified < least || verified > bound {
				rt.Fatalf("%d of a crowd verified by %d neighbours, hall %t: at least %d, at most %d", verified, k, hall, least, bound)
			}
		})
		if round != len(houses) {
			t.Errorf("%d of %d houses were tried", round, len(houses))
		}
	})
}
