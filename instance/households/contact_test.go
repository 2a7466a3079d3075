package households_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"palier/instance"
	"palier/instance/households"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestH25_ContactIsOpenedByTwoForOneStayAndEndsWithIt(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o, ctx := newOffice(t, db), t.Context()
		zoe, yves := o.neighbour("zoe"), o.neighbour("yves")
		id, hold, zoes := o.agreedTo(zoe)
		yvess := o.lends(yves, "https://asso.example/h/9", "other")
		if err := o.Reaches(ctx, o.family, id, secretPhone); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("before they live there: %v", err)
		}
		o.place(hold)
		o.agree(id)
		must(t, o.Step(ctx, o.worker, id, instance.MoveIn, ""))
		const hosts = "zoe-canari@people.example"
		shown := func(when string, want bool) {
			t.Helper()
			own, err := o.Own(ctx, o.family, id)
			must(t, err)
			stay, err := o.HostStay(ctx, hand(zoe, zoes), id)
			must(t, err)
			team, err := o.Contact(ctx, o.worker, id)
			must(t, err)
			if got := own.Contact.Way == hosts; got != want {
				t.Errorf("%s the household sees %q", when, own.Contact.Way)
			}
			if got := stay.Contact.Way == secretPhone; got != want {
				t.Errorf("%s the host sees %q", when, stay.Contact.Way)
			}
			if team.Way != "" || team.Open != want {
				t.Errorf("%s the team sees %+v", when, team)
			}
		}
		must(t, o.Reaches(ctx, o.family, id, secretPhone))
		if err := o.OpenContact(ctx, o.worker, id); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("opened without the host: %v", err)
		}
		shown("with one yes", false)
		must(t, o.HostReaches(ctx, hand(zoe, zoes), id, hosts))
		shown("with two yes", false)
		must(t, o.OpenContact(ctx, o.worker, id))
		if err := o.OpenContact(ctx, o.worker, id); !errors.Is(err, instance.ErrForbidden) {
			t.Errorf("the same opens twice: %v", err)
		}
		shown("opened by one", false)
		must(t, o.OpenContact(ctx, o.other, id))
		shown("opened by two", true)
		for _, sealed := range []string{"guest", "host"} {
			var b []byte
			must(t, db.Read().QueryRow(ctx, `SELECT `+sealed+` FROM housing_contacts WHERE hold_id = $1`, hold).Scan(&b))
			if len(b) == 0 || bytes.Contains(b, []byte(secretPhone)) || bytes.Contains(b, []byte(hosts)) {
				t.Errorf("how the %s is reached stands in the database", sealed)
			}
		}
		must(t, o.Reaches(ctx, o.family, id, secretPhone))
		shown("once one said it anew", false)
		must(t, o.OpenContact(ctx, o.worker, id))
		must(t, o.OpenContact(ctx, o.other, id))
		must(t, o.Freeze(ctx, o.worker, id, true))
		shown("while the case is frozen", false)
		must(t, o.Freeze(ctx, o.lead, id, false))
		shown("once it goes on", true)

		for what, close := range map[string]func() error{
			"the household": func() error { return o.OwnClosesContact(ctx, o.family, id) },
			"the host":      func() error { return o.HostClosesContact(ctx, hand(zoe, zoes), id) },
			"the team":      func() error { return o.CloseContact(ctx, o.other, id) },
		} {
			must(t, close())
			shown("closed by "+what, false)
			must(t, o.Reaches(ctx, o.family, id, secretPhone))
			must(t, o.HostReaches(ctx, hand(zoe, zoes), id, hosts))
			must(t, o.OpenContact(ctx, o.worker, id))
			must(t, o.OpenContact(ctx, o.lead, id))
			shown("opened again", true)
		}
		for who, err := range map[string]error{
			"a stranger says yes":     o.Reaches(ctx, o.stranger, id, "x"),
			"another host says yes":   o.HostReaches(ctx, hand(yves, yvess), id, "x"),
			"another host closes it":  o.HostClosesContact(ctx, hand(yves, yvess), id),
			"a stranger closes it":    o.OwnClosesContact(ctx, o.stranger, id),
			"a visitor opens it":      o.OpenContact(ctx, o.visitor, id),
			"the household opens it":  o.OpenContact(ctx, o.family, id),
			"a stranger, of the team": o.CloseContact(ctx, o.stranger, id),
		} {
			if !errors.Is(err, instance.ErrNotFound) {
				t.Errorf("%s: %v", who, err)
			}
		}
		must(t, o.Step(ctx, o.worker, id, instance.EndStay, ""))
		o.exec(`UPDATE housing_holds SET state = 'ended' WHERE id = $1`, hold)
		shown("after the stay", false)
		must(t, o.Sweep(ctx))
		if n := o.one(`SELECT COUNT(*) FROM housing_contacts`); n != 0 {
			t.Errorf("%d are kept after the stay", n)
		}
		b, err := json.Marshal(households.Contact{})
		must(t, err)
		if strings.Contains(string(b), "hold") {
			t.Errorf("what is told has the hold: %s", b)
		}
	})
}

func TestWhoLeavesEndsTheStayAndItsContact(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o, ctx := newOffice(t, db), t.Context()
		id, hold := o.living("w")
		other := o.vetted("w")
		if err := o.Leave(ctx, o.worker, other, hold, o.tonight()+3, "moved-on"); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("of another case: %v", err)
		}
		if err := o.Leave(ctx, o.visitor, id, hold, o.tonight()+3, "moved-on"); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("a visitor: %v", err)
		}
		if c, err := o.CaseOf(ctx, o.other, hold); err != nil || c.ID != id {
			t.Errorf("the hold is of case %s, %v", c.ID, err)
		}
		if _, err := o.CaseOf(ctx, o.reader, hold); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("a reader: %v", err)
		}
		must(t, o.Leave(ctx, o.worker, id, hold, o.tonight()+3, "moved-on"))
		if got := o.stage(id); got != instance.CaseEnding {
			t.Errorf("the case is %s", got)
		}
		if err := o.Leave(ctx, o.worker, id, hold, o.tonight()+3, "moved-on"); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("left twice: %v", err)
		}
	})
}
