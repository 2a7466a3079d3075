package app_test

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/hosts"
	"palier/instance/households"
	"palier/instance/housing"
	"palier/instance/store"
	"palier/protocol/ledger"
	"palier/protocol/vocab"
)

// TestH23_EachFunctionStopsAndComesBack switches functions off for an area, for a kind
// of home and for all, and does what each of them does.
func TestH23_EachFunctionStopsAndComesBack(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		b := openBureau(t, apptest.Open(t, engine, nil), "toit")
		ctx, programme := t.Context(), b.programme.Group.ID
		l := b.offer(4) // a room in the Rhône
		centre := b.Place("port", "neighbourhood")
		family := b.Resident("oksana", centre)
		needs := ready(t, b)
		if _, err := b.Households.NewCode(ctx, b.worker, needs); err != nil {
			t.Fatal(err)
		}
		code, err := b.Households.NewCode(ctx, b.worker, needs)
		if err == nil {
			err = b.Households.Join(ctx, family, code)
		}
		if err == nil {
			err = b.Households.Learn(ctx, b.worker, needs, l.URI, instance.Residents{Known: true, Women: 1})
		}
		if err == nil {
			_, err = b.Housing.Ask(ctx, b.worker, programme, l.URI, ledger.Ask{Places: 1, Stay: ledger.Stay{From: tonight(), Until: tonight() + 3}}, needs)
		}
		if err != nil {
			t.Fatal(err)
		}
		paused := func(err error) bool {
			invalid, ok := errors.AsType[*instance.Invalid](err)
			return ok && invalid.Field == "paused"
		}
		n := 0
		deeds := map[housing.Function]func() (stopped bool, err error){
			housing.CutMessages: func() (bool, error) {
				err := b.Households.Say(ctx, family, needs, households.EntryHousehold, "Bonjour", "fr", households.HeardHousehold)
				if err2 := b.Households.Say(ctx, b.worker, needs, households.EntryTeam, "Bonjour", "fr", households.HeardHousehold); paused(err) != paused(err2) {
					t.Errorf("household and team: %v, %v", err, err2)
				}
				return paused(err), err
			},
			housing.CutProposals: func() (bool, error) {
				err := b.Households.Show(ctx, b.worker, needs, l.URI)
				return paused(err), err
			},
			housing.CutIntake: func() (bool, error) {
				n++
				_, err := b.Hosts.Offer(ctx, nil, programme, hosts.Interest{Name: "Zoé", Email: "zoe" + strconv.Itoa(n) + "@people.example", Born: 1980, Places: 1, From: tonight().String(), Nights: 30, Language: "fr"})
				household := instance.Household{Members: []instance.Guest{{Age: instance.Grown, Sex: instance.Female}}, Area: []string{"69"}, Stay: ledger.Stay{From: tonight(), Until: tonight() + 3}}
				_, err2 := b.Households.Open(ctx, b.worker, programme, instance.ByCaseworker, households.File{Household: household})
				return paused(err), errors.Join(err, err2)
			},
			housing.CutSearch: func() (bool, error) {
				found, err := b.Housing.Search(ctx, b.worker, programme, housing.Wish{}, 0, 10)
				return len(found) == 0, err
			},
			housing.CutHolds: func() (bool, error) {
				h, err := b.Housing.Ask(ctx, b.worker, programme, l.URI, ledger.Ask{Places: 1, Stay: ledger.Stay{From: tonight() + 10, Until: tonight() + 11}}, needs)
				if err == nil && h.State == instance.HoldHeld {
					_, err = b.Housing.Withdraw(ctx, b.worker, h.ID)
				}
				return errors.Is(err, instance.ErrForbidden), err
			},
		}
		for f, do := range deeds {
			for _, x := range []struct {
				what  string
				areas []string
				kind  vocab.HomeCategory
				stops bool
			}{
				{"everywhere", nil, "", true}, {"here", []string{"69"}, "", true}, {"this kind", nil, vocab.PrivateRoom, true}, {"elsewhere", []string{"38"}, "", false}, {"another kind", nil, vocab.EntirePlace, false},
			} {
				// Of who comes anew it is not known where their home is.
				if f == housing.CutIntake && (x.what == "elsewhere" || x.what == "another kind" || x.what == "this kind") {
					continue
				}
				if err := b.Housing.SwitchOff(ctx, b.worker, housing.Cut{Programme: programme, Functions: []housing.Function{f}, Areas: x.areas, Category: x.kind, Reason: "essai"}); err != nil {
					t.Fatal(err)
				}
				if stopped, err := do(); stopped != x.stops || !x.stops && err != nil {
					t.Errorf("%s off %s: stopped is %t, %v", f, x.what, stopped, err)
				}
				list, err := b.Housing.Cuts(ctx, b.lead, programme, 1)
				if err == nil {
					err = b.Housing.SwitchOn(ctx, b.lead, programme, list[0].ID)
				}
				if err != nil {
					t.Fatal(err)
				}
				if stopped, err := do(); stopped || err != nil {
					t.Errorf("%s on again: stopped is %t, %v", f, stopped, err)
				}
			}
		}
		// The pages say so, and the numbers that help stay.
		all := []housing.Function{housing.CutMessages, housing.CutProposals, housing.CutIntake}
		if err := b.Housing.SwitchOff(ctx, b.worker, housing.Cut{Programme: programme, Functions: all, Reason: "essai"}); err != nil {
			t.Fatal(err)
		}
		apptest.Settle(t, b.Server)
		oksana, path := b.SignedIn(family), "/programmes/"+programme.String()
		for _, at := range []string{path + "/ask", path + "/host", "/household/" + needs.String()} {
			p := oksana.Open(at)
			if p.Status != http.StatusOK || !strings.Contains(p.Words("#paused"), "Appelez l’association") || !p.Has("#paused a[href='tel:112']") {
				t.Errorf("%s: %d %s", at, p.Status, p.Words("main"))
			}
		}
		own := oksana.Open("/household/" + needs.String())
		if own.Has("#homes button") || !own.Has("#help a[href^='tel:']") {
			t.Errorf("cards are shown, or no number is: %s", own.Words("main"))
		}
		told := oksana.Press(own, "button[value='say']", apptest.Fields{"text": {"Bonjour"}})
		if told.Status != http.StatusUnprocessableEntity || !strings.Contains(told.Words(".problems"), "suspendu les messages") {
			t.Errorf("said: %d %s", told.Status, told.Words("main"))
		}
	})
}
