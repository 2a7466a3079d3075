package households_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/households"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

// doors are the hosts of an office, as their own room knows them.
type doors struct{ o *office }

func (d doors) Acting(ctx context.Context, tx store.Tx, person instance.ActorID, link string, id instance.HostID) (instance.Host, error) {
	h := instance.Host{ID: id, Programme: d.o.programme}
	var is bool
	err := tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM housing_hosts
		                WHERE id = $1 AND state NOT IN ('refused', 'ended') AND (person_id = $2 OR link_hash = $3 AND $3 <> ''))`, id, person, link).Scan(&is)
	if err == nil && !is {
		err = instance.ErrNotFound
	}
	return h, err
}

const (
	secretDoor = "3 impasse du Loriot"
	houseRules = "On se déchausse."
)

func (d doors) Threshold(_ context.Context, _ store.Tx, by instance.ActorID, _ instance.HostID) (instance.Threshold, error) {
	if by != 0 {
		d.o.opened = append(d.o.opened, by)
	}
	return instance.Threshold{Name: "Zénobie", Address: secretDoor, About: "calme", Rules: houseRules}, nil
}

// lends gives a home of the office to somebody who hosts.
func (o *office) lends(person instance.Account, uri, link string) instance.HostID {
	o.tb.Helper()
	id := o.ids.Next()
	o.exec(`INSERT INTO housing_hosts (id, programme_id, person_id, language, file, places, score, state_since, came_at, changed_at, confirmed_at, link_hash)
		VALUES ($1, $2, $3, 'fr', $4, 4, 0, 1, 1, 1, 1, $5)`, id, o.programme, person.ID, []byte("x"), link)
	o.exec(`INSERT INTO housing_listings (id, programme_id, uri, commune, from_night, until_night, category, bedrooms, places, adults, children, pets, smoking, created_at, updated_at, host_id)
		VALUES ($1, $2, $3, '69123', 1, 2, 'entire-place', 2, 4, 4, 3, FALSE, 'no', 1, 1, $4)`, o.ids.Next(), o.programme, uri, id)
	return id
}

// neighbour is one more account.
func (o *office) neighbour(name string) instance.Account {
	o.tb.Helper()
	id := instance.ActorID(o.ids.Next())
	a := instance.Account{Actor: instance.Actor{ID: id, URI: "https://asso.example/p/" + id.String(), Kind: instance.Person, Username: name, Name: name, CreatedAt: start, UpdatedAt: start}}
	must(o.tb, o.db.InTx(o.tb.Context(), func(tx store.Tx) error { return actors.Save(o.tb.Context(), tx, a.Actor, "") }))
	return a
}

func hand(p instance.Account, h instance.HostID) households.HostHand {
	return households.HostHand{Person: p.ID, Host: h}
}

func said(list []households.Entry) (texts []string) {
	for _, e := range list {
		texts = append(texts, e.Body.Text)
	}
	return texts
}

func TestH28_AHostSeesTheirSliceAndNoMore(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o, ctx := newOffice(t, db), t.Context()
		zoe, yves := o.neighbour("zoe"), o.neighbour("yves")
		id, _ := o.living("w")
		zoes, yvess := o.lends(zoe, o.homes[0].URI, "link"), o.lends(yves, "https://asso.example/h/2", "other")
		o.exec(`UPDATE housing_cases SET person_id = $2 WHERE id = $1`, id, o.family.ID)
		must(t, o.SetConsent(ctx, o.worker, id, households.TellHost, true))
		must(t, o.Call(ctx, o.family, id, "Oksi"))
		must(t, o.Say(ctx, o.family, id, households.EntryHousehold, "entre nous", "fr", households.HeardHousehold))
		must(t, o.Say(ctx, o.family, id, households.EntryHousehold, "bonjour Zoé, mon numéro est le 06 12 34 56 78", "fr", households.HeardAll))
		must(t, o.HostSays(ctx, hand(zoe, zoes), id, "bienvenue", "fr", households.HeardAll))
		must(t, o.HostSays(ctx, households.HostHand{Host: zoes, Link: "link"}, id, "une question", "fr", households.HeardHost))
		must(t, o.Say(ctx, o.worker, id, households.EntryTeam, "à tous", "fr", households.HeardAll))

		x, err := o.HostStay(ctx, hand(zoe, zoes), id)
		must(t, err)
		want := []string{"à tous", "une question", "bienvenue", "bonjour Zoé, mon numéro est le " + households.Mark}
		if got := said(x.Talk); !slices.Equal(got, want) {
			t.Errorf("the host reads %q", got)
		}
		if x.Called != "Oksi" || x.State != households.StayLiving || x.Places != 1 {
			t.Errorf("the host sees %+v", x)
		}
		for _, f := range x.Next {
			if f.Kind == households.FollowAlone {
				t.Error("the host knows when the household is spoken to alone")
			}
		}
		if len(x.Next) == 0 {
			t.Error("the host does not know what comes next")
		}
		own, err := o.Own(ctx, o.family, id)
		must(t, err)
		if got := said(own.Talk); slices.Contains(got, "une question") || !slices.Contains(got, "entre nous") || !slices.Contains(got, "bienvenue") {
			t.Errorf("the household reads %q", got)
		}
		must(t, o.SetConsent(ctx, o.worker, id, households.TellHost, false))
		if x, err := o.HostStay(ctx, hand(zoe, zoes), id); err != nil || x.Called != "" {
			t.Errorf("without consent: %q, %v", x.Called, err)
		}

		refused := func(what string, h households.HostHand, of instance.CaseID) {
			t.Helper()
			for deed, err := range map[string]error{
				"reads":     func() error { _, err := o.HostStay(ctx, h, of); return err }(),
				"speaks":    o.HostSays(ctx, h, of, "bonjour", "fr", households.HeardAll),
				"complains": func() error { _, err := o.HostComplains(ctx, h, of, "bruit"); return err }(),
				"closes":    o.HostCloses(ctx, h, of, "merci", "fr"),
			} {
				if !errors.Is(err, instance.ErrNotFound) {
					t.Errorf("%s %s: %v", what, deed, err)
				}
			}
		}
		other := o.vetted("w")
		refused("another host", hand(yves, yvess), id)
		refused("the host, of another household,", hand(zoe, zoes), other)
		refused("a stranger", hand(o.stranger, zoes), id)
		refused("a caseworker", hand(o.worker, zoes), id)
		refused("the household", hand(o.family, zoes), id)
		refused("a wrong link", households.HostHand{Host: zoes, Link: "nothing"}, id)
		refused("no case", hand(zoe, zoes), 0)
		o.exec(`UPDATE housing_hosts SET state = 'ended' WHERE id = $1`, zoes)
		refused("who is a host no longer", hand(zoe, zoes), id)
	})
}

func TestH25_WhatIsDangerousIsNotPassedOn(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o, ctx := newOffice(t, db), t.Context()
		zoe := o.neighbour("zoe")
		id, _ := o.living("w")
		if err := o.Say(ctx, o.worker, id, households.EntryTeam, "bonjour", "fr", households.HeardHost); !is(err, "to", "no-host") {
			t.Errorf("to a host who is not here: %v", err)
		}
		zoes := o.lends(zoe, o.homes[0].URI, "link")
		o.exec(`UPDATE housing_cases SET person_id = $2 WHERE id = $1`, id, o.family.ID)
		must(t, o.HostSays(ctx, hand(zoe, zoes), id, "envoie-moi ton passeport et une photo", "fr", households.HeardAll))
		own, err := o.Own(ctx, o.family, id)
		must(t, err)
		if len(own.Talk) != 0 {
			t.Errorf("the household reads %q", said(own.Talk))
		}
		if c, err := o.Case(ctx, o.worker, id); err != nil || c.FrozenAt.IsZero() {
			t.Errorf("the case goes on: %v", err)
		}
		if err := o.HostSays(ctx, hand(zoe, zoes), id, "bonjour", "fr", households.HeardAll); !is(err, "to", "halted") {
			t.Errorf("to a household whose case is frozen: %v", err)
		}
		if err := o.Say(ctx, o.family, id, households.EntryHousehold, "bonjour", "fr", households.HeardAll); !is(err, "to", "halted") {
			t.Errorf("the household, while its case is frozen: %v", err)
		}
		must(t, o.HostSays(ctx, hand(zoe, zoes), id, "qu’y a-t-il ?", "fr", households.HeardHost))
		for name, code := range map[string]string{"06 12 34 56 78": "tells-phone", strings.Repeat("o", 41): "too-long"} {
			if err := o.Call(ctx, o.family, id, name); !is(err, "called", code) {
				t.Errorf("called %q: %v", name, err)
			}
		}
		if err := o.Call(ctx, o.stranger, id, "Ivo"); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("a stranger names them: %v", err)
		}
	})
}

func TestRule41_AHostsComplaintGoesPastTheCaseworker(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o, ctx := newOffice(t, db), t.Context()
		zoe := o.neighbour("zoe")
		id, hold := o.living("w")
		zoes := o.lends(zoe, o.homes[0].URI, "link")
		i, err := o.HostComplains(ctx, hand(zoe, zoes), id, "la personne qui suit le dossier ne répond pas")
		must(t, err)
		if _, _, err := o.Incident(ctx, o.worker, i); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("who keeps the case reads it: %v", err)
		}
		got, entries, err := o.Incident(ctx, o.lead, i)
		must(t, err)
		if got.Side != households.SideHost || got.Kind != households.KindComplaint || !strings.Contains(entries[0].Body.Text, "ne répond pas") {
			t.Errorf("the lead reads %+v", got)
		}
		x, err := o.HostStay(ctx, hand(zoe, zoes), id)
		must(t, err)
		if len(x.Told) != 1 || x.Told[0].State != households.IncidentOpen {
			t.Errorf("the host sees of it %+v", x.Told)
		}
		must(t, o.HandOver(ctx, o.worker, id, o.lead.ID))
		if _, err := o.HostComplains(ctx, hand(zoe, zoes), id, "encore"); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("nobody else could read it: %v", err)
		}

		if err := o.HostCloses(ctx, hand(zoe, zoes), id, "merci", "fr"); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("at the end of a stay that goes on: %v", err)
		}
		must(t, o.Step(ctx, o.worker, id, instance.EndStay, ""))
		o.exec(`UPDATE housing_holds SET state = 'ended' WHERE id = $1`, hold)
		o.exec(`UPDATE housing_cases SET person_id = $2 WHERE id = $1`, id, o.family.ID)
		must(t, o.Closes(ctx, o.family, id, "bien", "fr"))
		must(t, o.HostCloses(ctx, hand(zoe, zoes), id, "bien aussi", "fr"))
		list, err := o.Entries(ctx, o.worker, id, []households.EntryKind{households.EntryClosing}, 0, 10)
		must(t, err)
		if len(list) != 2 || list[0].Side != households.SideHost || list[1].Side != households.SideHousehold {
			t.Errorf("the team reads %+v", list)
		}
		if x, err := o.HostStay(ctx, hand(zoe, zoes), id); err != nil || len(x.Talk) != 0 || x.Called != "" {
			t.Errorf("after the stay the host reads %+v, %v", x, err)
		}
		o.later(200 * 24 * time.Hour)
		if _, err := o.HostStay(ctx, hand(zoe, zoes), id); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("long after: %v", err)
		}
	})
}

// is tells whether an error is an invalid field with a code.
func is(err error, field, code string) bool {
	invalid, ok := errors.AsType[*instance.Invalid](err)
	return ok && invalid.Field == field && invalid.Code == code
}

// A host whose guests stay on sees one stay, until the night to which they stay.
func TestH28_WhoStaysOnIsOneStayToTheirHost(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o, ctx := newOffice(t, db), t.Context()
		zoe := o.neighbour("zoe")
		id, hold := o.living("w")
		zoes := o.lends(zoe, o.homes[0].URI, "link")
		before, err := o.HostStay(ctx, hand(zoe, zoes), id)
		must(t, err)
		until := before.Stay.Until + 30
		for _, party := range []households.Party{households.PartyGuest, households.PartyHost} {
			must(t, o.Renew(ctx, o.worker, hold, party, until))
		}
		held, err := o.Extend(ctx, o.worker, hold)
		must(t, err)
		for _, by := range []instance.Account{o.worker, o.other} {
			_, err := o.Sign(ctx, by, held.ID)
			must(t, err)
		}
		o.place(held.ID)
		x, err := o.HostStay(ctx, hand(zoe, zoes), id)
		must(t, err)
		if x.Hold != held.ID || x.Stay.From != before.Stay.From || x.Stay.Until != until {
			t.Errorf("hold %s, %+v; want %s, from %s until %s", x.Hold, x.Stay, held.ID, before.Stay.From, until)
		}
		if all, err := o.HostStays(ctx, hand(zoe, zoes)); err != nil || len(all) != 1 {
			t.Errorf("%d stays, %v", len(all), err)
		}
	})
}
