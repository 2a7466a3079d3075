package households_test

import (
	"errors"
	"strings"
	"testing"

	"palier/instance"
	"palier/instance/households"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

// agreedTo leads a household as far as beds are agreed to, with a host and a
// household that have accounts.
func (o *office) agreedTo(host instance.Account) (id instance.CaseID, hold instance.ID, h instance.HostID) {
	o.tb.Helper()
	ctx := o.tb.Context()
	id = o.vetted("w")
	o.homes = []households.Home{o.flat("1")}
	h = o.lends(host, o.homes[0].URI, "link")
	o.exec(`UPDATE housing_cases SET person_id = $2 WHERE id = $1`, id, o.family.ID)
	must(o.tb, o.SetConsent(ctx, o.worker, id, households.TellHost, true))
	must(o.tb, o.Show(ctx, o.worker, id, o.homes[0].URI))
	shown, err := o.Proposals(ctx, o.worker, id)
	must(o.tb, err)
	must(o.tb, o.Answer(ctx, o.worker, id, shown[0].ID, true))
	must(o.tb, o.Step(ctx, o.worker, id, instance.MeetCase, ""))
	x, err := o.Hold(ctx, o.worker, id, o.homes[0].URI)
	must(o.tb, err)
	must(o.tb, o.Step(ctx, o.worker, id, instance.SettleCase, ""))
	for _, by := range []instance.Account{o.worker, o.other} {
		_, err := o.Sign(ctx, by, x.ID)
		must(o.tb, err)
	}
	return id, x.ID, h
}

func TestS1_NobodyMovesInBeforeThreeHaveSigned(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o, ctx := newOffice(t, db), t.Context()
		zoe, yves := o.neighbour("zoe"), o.neighbour("yves")
		id, hold, zoes := o.agreedTo(zoe)
		yvess := o.lends(yves, "https://asso.example/h/9", "other")
		if _, err := o.OwnAgreement(ctx, o.family, id); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("before one is written: %v", err)
		}
		_, err := o.DraftAgreement(ctx, o.worker, id)
		must(t, err)
		o.place(hold)
		moveIn := func() error { return o.Step(ctx, o.worker, id, instance.MoveIn, "") }
		refused := func(when string) {
			t.Helper()
			var invalid *instance.Invalid
			if err := moveIn(); !errors.As(err, &invalid) || invalid.Code != "unsigned" {
				t.Errorf("moved in %s: %v", when, err)
			}
			err := db.InTx(ctx, func(tx store.Tx) error {
				_, err := tx.Exec(ctx, `UPDATE housing_cases SET stage = 'active' WHERE id = $1`, id)
				return err
			})
			if err == nil {
				t.Fatalf("the database lets them move in %s", when)
			}
			if err := o.Arrived(ctx, o.worker, hold); !errors.As(err, &invalid) || invalid.Code != "unsigned" {
				t.Errorf("arrived %s: %v", when, err)
			}
			err = db.InTx(ctx, func(tx store.Tx) error {
				_, err := tx.Exec(ctx, `UPDATE housing_holds SET arrived_at = 1 WHERE id = $1`, hold)
				return err
			})
			if err == nil {
				t.Fatalf("the database lets them arrive %s", when)
			}
		}
		refused("on what nobody signed")
		a, err := o.OwnAgreement(ctx, o.family, id)
		must(t, err)
		if a.Version != 1 || len(a.Hash) != 64 || a.Terms.Rules != houseRules || len(a.Terms.Texts["uk"].Clauses) < 8 || a.Terms.Until == "" {
			t.Fatalf("got %+v", a)
		}
		must(t, o.GuestSigns(ctx, o.family, id, a.Hash, "uk"))
		if err := o.GuestSigns(ctx, o.family, id, a.Hash, "uk"); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("signed twice: %v", err)
		}
		must(t, o.HostSigns(ctx, hand(zoe, zoes), id, a.Hash, "fr"))
		refused("without the association")
		for who, err := range map[string]error{
			"a stranger":      o.GuestSigns(ctx, o.stranger, id, a.Hash, "fr"),
			"another host":    o.HostSigns(ctx, hand(yves, yvess), id, a.Hash, "fr"),
			"a visitor":       o.TeamSigns(ctx, o.visitor, id, households.PartyAssociation, a.Hash, "fr"),
			"the household":   o.TeamSigns(ctx, o.family, id, households.PartyAssociation, a.Hash, "fr"),
			"host, for guest": o.GuestSigns(ctx, zoe, id, a.Hash, "fr"),
		} {
			if !errors.Is(err, instance.ErrNotFound) {
				t.Errorf("%s signs: %v", who, err)
			}
		}
		if err := o.TeamSigns(ctx, o.worker, id, households.PartyAssociation, strings.Repeat("0", 64), "fr"); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("signed what was not shown: %v", err)
		}
		if err := o.TeamSigns(ctx, o.worker, id, households.PartyAssociation, a.Hash, "tlh"); !errors.Is(err, instance.ErrInvalid) {
			t.Errorf("in a language in which there is no text: %v", err)
		}

		// One more version: what was signed does not hold any more.
		_, err = o.DraftAgreement(ctx, o.worker, id)
		must(t, err)
		if err := o.TeamSigns(ctx, o.worker, id, households.PartyAssociation, a.Hash, "fr"); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("signed a version that holds no more: %v", err)
		}
		b, err := o.HostAgreement(ctx, hand(zoe, zoes), id)
		must(t, err)
		if b.Version != 2 || b.Hash == a.Hash || len(b.Signed) != 0 {
			t.Errorf("got %+v", b)
		}
		must(t, o.TeamSigns(ctx, o.worker, id, households.PartyGuest, b.Hash, "uk"))
		if err := o.TeamSigns(ctx, o.worker, id, households.PartyAssociation, b.Hash, "fr"); !errors.Is(err, instance.ErrForbidden) {
			t.Errorf("who wrote down a signature signs for the association: %v", err)
		}
		must(t, o.HostSigns(ctx, households.HostHand{Host: zoes, Link: "link"}, id, b.Hash, "fr"))
		must(t, o.TeamSigns(ctx, o.other, id, households.PartyAssociation, b.Hash, "fr"))
		if err := o.TeamSigns(ctx, o.other, id, households.PartyHost, b.Hash, "fr"); !errors.Is(err, instance.ErrForbidden) {
			t.Errorf("who signed for the association writes down another: %v", err)
		}
		got, err := o.Agreement(ctx, o.lead, id)
		must(t, err)
		if !got.Binds() || !got.Signed[households.PartyGuest].Paper || got.Signed[households.PartyHost].Paper || got.Signed[households.PartyGuest].Language != "uk" {
			t.Errorf("got %+v", got.Signed)
		}
		err = db.InTx(ctx, func(tx store.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE housing_agreements SET hash = 'x' WHERE id = $1`, got.ID)
			return err
		})
		if err == nil {
			t.Error("what was signed is changed")
		}
		if err := o.Arrived(ctx, o.stranger, hold); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("a stranger notes an arrival: %v", err)
		}
		must(t, o.Arrived(ctx, o.worker, hold))
		if n := o.one(`SELECT COUNT(*) FROM housing_case_followups WHERE case_id = $1`, id); o.stage(id) != instance.CaseActive || n == 0 {
			t.Errorf("noted at the hold, the case is %s with %d calls", o.stage(id), n)
		}
		if err := moveIn(); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("arrived twice: %v", err)
		}
		if err := o.Arrived(ctx, o.worker, hold); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("noted twice at the hold: %v", err)
		}
		if n := o.one(`SELECT COUNT(*) FROM housing_case_reads WHERE case_id = $1 AND what = 'agreement'`, id); n != 1 {
			t.Errorf("%d readings are noted", n)
		}
	})
}

// TestAnArrivalNotedAtTheCaseStandsAtItsHold takes the step of the case, and reads the
// hold.
func TestAnArrivalNotedAtTheCaseStandsAtItsHold(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := newOffice(t, db)
		_, hold := o.living("w")
		if n := o.one(`SELECT COUNT(*) FROM housing_holds WHERE id = $1 AND arrived_at IS NOT NULL`, hold); n != 1 {
			t.Errorf("at %d holds it is noted", n)
		}
	})
}
