package households_test

import (
	"errors"
	"testing"

	"palier/instance"
	"palier/instance/households"
	"palier/instance/store"
	"palier/instance/store/storetest"
	"palier/protocol/ledger"
)

// staysOn has the people of a case stay on for some nights, as far as their keeper placed
// it, and returns the hold by which they do.
func (o *office) staysOn(id instance.CaseID, hold instance.ID, nights int) instance.ID {
	o.tb.Helper()
	ctx := o.tb.Context()
	h, err := o.asked(id, hold, nights)
	must(o.tb, err)
	for _, by := range []instance.Account{o.worker, o.other} {
		_, err := o.Sign(ctx, by, h.ID)
		must(o.tb, err)
	}
	o.place(h.ID)
	o.agree(id)
	must(o.tb, o.Step(ctx, o.worker, id, instance.RenewStay, ""))
	return h.ID
}

// asked has both sides agree to some nights more, and asks for them.
func (o *office) asked(id instance.CaseID, hold instance.ID, nights int) (instance.Hold, error) {
	o.tb.Helper()
	ctx := o.tb.Context()
	holds, err := o.Holds(ctx, o.worker, id)
	must(o.tb, err)
	for _, h := range holds {
		if h.ID != hold {
			continue
		}
		for _, party := range []households.Party{households.PartyGuest, households.PartyHost} {
			must(o.tb, o.Renew(ctx, o.worker, hold, party, h.Stay.Until+ledger.Night(nights)))
		}
	}
	return o.Extend(ctx, o.worker, hold)
}

func (o *office) holdStates(id instance.CaseID) map[instance.ID]instance.HoldState {
	o.tb.Helper()
	list, err := o.Holds(o.tb.Context(), o.worker, id)
	must(o.tb, err)
	states := map[instance.ID]instance.HoldState{}
	for _, h := range list {
		states[h.ID] = h.State
	}
	return states
}

func TestH20_WhoStayedOnLeavesAllOfIt(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o, ctx := newOffice(t, db), t.Context()
		id, first := o.living("w")
		holds, err := o.Holds(ctx, o.worker, id)
		must(t, err)
		stay := holds[0].Stay
		second := o.staysOn(id, first, 30)
		third, err := o.asked(id, second, 10)
		must(t, err)
		if holds, err = o.Holds(ctx, o.worker, id); err != nil || households.WholeStay(holds, first) != (ledger.Stay{From: stay.From, Until: stay.Until + 30}) {
			t.Errorf("they live there %+v, %v", households.WholeStay(holds, first), err)
		}
		// From whichever of them they leave, in the first nights all of it ends.
		leaving := stay.From + 5
		must(t, o.Leave(ctx, o.worker, id, second, leaving, "moved-on"))
		got := o.holdStates(id)
		if got[first] != instance.HoldEnded || got[second] != instance.HoldEnded || got[third.ID] != instance.HoldWithdrawn {
			t.Errorf("the holds are %v", got)
		}
		if o.left[first] != leaving || o.left[second] != stay.Until {
			t.Errorf("left on %v, in a stay from %s that was to go on on %s", o.left, stay.From, stay.Until)
		}
		if o.stage(id) != instance.CaseEnding {
			t.Errorf("the case is %s", o.stage(id))
		}
		if err := o.Leave(ctx, o.worker, id, first, leaving, "moved-on"); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("left twice: %v", err)
		}
	})
}

func TestH20_WhoStayedOnLeavesInTheLastNights(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o, ctx := newOffice(t, db), t.Context()
		id, first := o.living("w")
		holds, err := o.Holds(ctx, o.worker, id)
		must(t, err)
		end := holds[0].Stay.Until
		second := o.staysOn(id, first, 30)
		must(t, o.Leave(ctx, o.worker, id, first, end+7, "moved-on"))
		if got := o.holdStates(id); got[first] != instance.HoldPlaced || got[second] != instance.HoldEnded || o.left[second] != end+7 {
			t.Errorf("the holds are %v, left on %v", got, o.left)
		}
	})
}

func TestH25_ContactGoesOnWithTheStay(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o, ctx := newOffice(t, db), t.Context()
		zoe := o.neighbour("zoe")
		id, first, zoes := o.lodged(zoe)
		const hers = "zoe-canari@people.example"
		must(t, o.Reaches(ctx, o.family, id, secretPhone))
		must(t, o.HostReaches(ctx, hand(zoe, zoes), id, hers))
		must(t, o.OpenContact(ctx, o.worker, id))
		must(t, o.OpenContact(ctx, o.other, id))
		open := func(when string, want bool) {
			t.Helper()
			own, err := o.Own(ctx, o.family, id)
			must(t, err)
			stay, err := o.HostStay(ctx, hand(zoe, zoes), id)
			must(t, err)
			if (own.Contact.Way == hers) != want || (stay.Contact.Way == secretPhone) != want {
				t.Errorf("%s the household sees %q and the host %q", when, own.Contact.Way, stay.Contact.Way)
			}
		}
		h, err := o.asked(id, first, 30)
		must(t, err)
		for _, by := range []instance.Account{o.worker, o.other} {
			_, err := o.Sign(ctx, by, h.ID)
			must(t, err)
		}
		o.place(h.ID)
		open("once more nights are placed", true)
		o.agree(id)
		must(t, o.Step(ctx, o.worker, id, instance.RenewStay, ""))
		open("once three agreed that it goes on", true)
		o.exec(`UPDATE housing_holds SET state = 'ended' WHERE id = $1`, first)
		must(t, o.Sweep(ctx))
		open("once its first nights are over", true)
		must(t, o.HostClosesContact(ctx, hand(zoe, zoes), id))
		open("closed by the host", false)
		if n := o.one(`SELECT COUNT(*) FROM housing_contacts`); n != 0 {
			t.Errorf("%d are kept", n)
		}
	})
}

func TestRule41_WhoComplainedReadsTheAnswer(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o, ctx := newOffice(t, db), t.Context()
		zoe := o.neighbour("zoe")
		id, _, zoes := o.lodged(zoe)
		o.exec(`UPDATE housing_team SET role = 'lead' WHERE person_id = $1`, o.other.ID)
		theirs, err := o.HostComplains(ctx, hand(zoe, zoes), id, "la personne qui suit le dossier ne répond pas")
		must(t, err)
		must(t, o.Look(ctx, o.lead, theirs, households.OutcomeTalk, "interne-canari"))
		must(t, o.Decide(ctx, o.other, theirs, households.OutcomeTalk, "interne-canari"))
		invalid(t, o.CloseIncident(ctx, o.lead, theirs, "interne-canari", " "), "answer", "missing")
		must(t, o.CloseIncident(ctx, o.lead, theirs, "interne-canari", "Une autre personne suit ce séjour."))
		stay, err := o.HostStay(ctx, hand(zoe, zoes), id)
		must(t, err)
		if len(stay.Told) != 1 || stay.Told[0].State != households.IncidentClosed || stay.Told[0].Answer != "Une autre personne suit ce séjour." {
			t.Errorf("the host reads %+v", stay.Told)
		}
		own, err := o.Own(ctx, o.family, id)
		must(t, err)
		if len(own.Told) != 0 {
			t.Errorf("the household reads %+v", own.Told)
		}
		mine, err := o.Complain(ctx, o.family, id, "il me parle mal")
		must(t, err)
		must(t, o.Look(ctx, o.other, mine, households.OutcomeNothing, "interne-canari"))
		must(t, o.Decide(ctx, o.lead, mine, households.OutcomeNothing, "interne-canari"))
		must(t, o.CloseIncident(ctx, o.lead, mine, "", "Nous avons parlé avec lui."))
		if own, err = o.Own(ctx, o.family, id); err != nil || len(own.Told) != 1 || own.Told[0].Answer != "Nous avons parlé avec lui." {
			t.Errorf("the household reads %+v, %v", own.Told, err)
		}
	})
}
