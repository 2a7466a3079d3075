package app_test

import (
	"bytes"
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
		if err := b.Housing.AddPhotograph(ctx, b.worker, l.ID, bytes.NewReader(tagged(t))); err != nil {
			t.Fatal(err)
		}
		var kind vocab.HomeCategory // that an act is about
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
				_, err := b.Hosts.Offer(ctx, nil, programme, hosts.Interest{Name: "Zoé", Email: "zoe" + strconv.Itoa(n) + "@people.example", Born: 1980, Places: 1, From: tonight().String(), Nights: 30, Language: "fr", Commune: "69266"})
				household := instance.Household{Members: []instance.Guest{{Age: instance.Grown, Sex: instance.Female}}, Area: []string{"69"}, Stay: ledger.Stay{From: tonight(), Until: tonight() + 3}}
				_, err2 := b.Households.Open(ctx, b.worker, programme, instance.ByCaseworker, households.File{Household: household})
				if kind == "" && paused(err) != paused(err2) { // which kind of home a household will find, nobody knows
					t.Errorf("a host and a household of the same area: %v, %v", err, err2)
				}
				return paused(err), err
			},
			housing.CutPhotographs: func() (bool, error) {
				ids, err := b.Housing.Photographs(ctx, b.lead, l.ID)
				shown, err2 := b.Housing.PicturesOf(ctx, l.URI)
				if none := errors.Is(err2, instance.ErrNotFound); none != (len(ids) == 0) || !none && len(shown) != 1 {
					t.Errorf("the team sees %d photographs, a household %d: %v", len(ids), len(shown), err2)
				}
				for _, id := range ids {
					if content, _, err := b.Housing.PictureOf(ctx, l.URI, id); err != nil || content == nil {
						t.Errorf("a photograph that is shown: %v", err)
					}
				}
				return len(ids) == 0, err
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
				kind = x.kind
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
				kind = ""
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

// TestH23_IntakeOfHostsStopsInItsArea has a home be offered in the area where intake is
// switched off, and in another: the form asks where before everything else.
func TestH23_IntakeOfHostsStopsInItsArea(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		b := openBureau(t, apptest.Open(t, engine, nil), "toit")
		ctx, programme := t.Context(), b.programme.Group.ID
		path := "/programmes/" + programme.String() + "/host"
		place := b.Place("port", "neighbourhood")
		who := func(name string) *apptest.Browser { return b.SignedIn(b.Resident(name, place)) }
		if p := who("zoe").Open(path); !p.Has("#commune") || !p.Has("#born") {
			t.Fatalf("while everybody is taken in, all is asked at once: %s", p.Words("main"))
		}
		for _, c := range []housing.Cut{
			{Areas: []string{"69"}}, {Areas: []string{"38"}, Category: vocab.EntirePlace},
		} {
			c.Programme, c.Functions, c.Reason = programme, []housing.Function{housing.CutIntake}, "essai"
			if err := b.Housing.SwitchOff(ctx, b.worker, c); err != nil {
				t.Fatal(err)
			}
		}
		say := apptest.Fields{"born": {"1970"}, "from": {tonight().String()}}
		for i, x := range []struct {
			typed, kind string
			where       string // still asked, why not, or nothing
			offered     bool
		}{
			{"", "room", "commune", false}, {"Nulle-Part-sur-Rien", "room", "commune", false}, {"69266", "room", "paused", false}, {"Villeurbanne", "room", "paused", false},
			{"69100", "room", "paused", false}, {"38185", "room", "", true}, {"38185", "whole", "", false}, {"13055", "whole", "", true},
		} {
			somebody := who("resident" + strconv.Itoa(i))
			first := somebody.Open(path)
			if first.Has("#born") || !first.Has("#commune") {
				t.Fatalf("more than where is asked: %s", first.Words("main"))
			}
			next := somebody.Press(first, "button[value='where']", apptest.Fields{"commune": {x.typed}})
			switch x.where {
			case "commune":
				if next.Status != http.StatusUnprocessableEntity || !next.Has("#commune-problem") || next.Has("#born") {
					t.Errorf("%q: %d %s", x.typed, next.Status, next.Words("main"))
				}
				continue
			case "paused":
				if !next.Has("#paused a[href='tel:112']") || next.Has("#born") {
					t.Errorf("%q is not stopped: %s", x.typed, next.Words("main"))
				}
				continue
			}
			say["kind"] = []string{x.kind}
			done := somebody.Press(next, "main form button.button", say)
			if offered := strings.HasPrefix(done.Path, "/hosting/"); offered != x.offered {
				t.Errorf("%q, %s: offered is %t: %d at %s %s", x.typed, x.kind, offered, done.Status, done.Path, done.Words("main"))
			}
		}
	})
}
