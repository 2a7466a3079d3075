package informants_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/care"
	"palier/instance/informants"
	"palier/instance/jobs"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// district is a neighbourhood with its informants: bo moderates it, the others
// live there, dora beside it.
type district struct {
	*apptest.Village
	*informants.Service
	rue                       instance.Neighbourhood
	amina, bo, cem, eve, dora instance.Account
	told                      map[instance.ActorID][]string
}

func newDistrict(t *testing.T, db *store.DB) *district {
	t.Helper()
	v := apptest.NewVillage(t, db)
	d := &district{Village: v, rue: v.Place("rue", "neighbourhood"), told: map[instance.ActorID][]string{}}
	d.amina, d.bo, d.cem, d.eve = v.Resident("amina", d.rue), v.Resident("bo", d.rue), v.Resident("cem", d.rue), v.Resident("eve", d.rue)
	d.dora = v.Resident("dora", v.Place("port", "neighbourhood"))
	if err := v.Places.SetModerator(t.Context(), d.rue.ID, d.bo.ID, true); err != nil {
		t.Fatal(err)
	}
	d.Service = informants.New(informants.Options{
		DB: db, IDs: instance.NewIDs(v.Clock.Now, 1), Now: v.Clock.Now, Posts: v.Posts, Readers: v.Places, Jobs: jobs.New(db, jobs.Options{}),
		Circles: care.New(care.Options{DB: db, IDs: instance.NewIDs(v.Clock.Now, 2), Now: v.Clock.Now, Zone: time.UTC, Jobs: jobs.New(db, jobs.Options{}), Tell: v.Private}),
		Tell: func(ctx context.Context, tx store.Tx, kind string, from instance.ActorID, post instance.PostID, whom []instance.ActorID) error {
			for _, who := range whom {
				d.told[who] = append(d.told[who], kind)
			}
			return v.Concern(ctx, tx, kind, from, post, whom)
		},
	})
	return d
}

func (d *district) must(err error) {
	d.T.Helper()
	if err != nil {
		d.T.Fatal(err)
	}
}

// informs makes somebody an informant of the street.
func (d *district) informs(a instance.Account) {
	d.T.Helper()
	ctx := d.T.Context()
	d.must(d.Volunteer(ctx, d.Viewer(a), d.rue.ID, instance.Pledge{Hours: "le soir", Phone: "0612345678"}))
	d.must(d.Accept(ctx, d.bo.ID, d.rue.ID, a.ID))
}

func (d *district) hears(a instance.Account) []string {
	got := d.told[a.ID]
	delete(d.told, a.ID)
	return got
}

func (d *district) inOffice(a instance.Account) []string {
	d.T.Helper()
	all, err := d.InOffice(d.T.Context(), d.Viewer(a), d.rue.ID)
	d.must(err)
	var names []string
	for _, i := range all {
		names = append(names, i.Person.Username)
	}
	return names
}

func TestC24_AResidentVolunteersIsAcceptedAndGivesItBack(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d, ctx := newDistrict(t, db), t.Context()
		pledge := instance.Pledge{Hours: "le soir\naprès 18 h", Phone: "0612345678"}
		if err := d.Volunteer(ctx, d.Viewer(d.dora), d.rue.ID, pledge); !errors.Is(err, instance.ErrForbidden) {
			t.Errorf("who lives beside volunteers: %v", err)
		}
		d.must(d.Volunteer(ctx, d.Viewer(d.amina), d.rue.ID, pledge))
		d.must(d.Volunteer(ctx, d.Viewer(d.amina), d.rue.ID, pledge)) // a second press
		if got := d.hears(d.bo); !slices.Equal(got, []string{informants.NoticeVolunteer}) {
			t.Errorf("who looks after the place hears %q", got)
		}
		if got := d.inOffice(d.cem); len(got) != 0 {
			t.Errorf("before anybody accepted: %q", got)
		}
		waiting, err := d.Waiting(ctx, d.bo.ID)
		if err != nil || len(waiting) != 1 || waiting[0].Person.ID != d.amina.ID || waiting[0].Place.ID != d.rue.ID || waiting[0].Hours != "le soir après 18 h" {
			t.Errorf("waiting: %+v, %v", waiting, err)
		}
		for who, a := range map[string]instance.Account{"a neighbour": d.cem, "herself": d.amina, "who looks after nothing": d.dora} {
			if err := d.Accept(ctx, a.ID, d.rue.ID, d.amina.ID); err == nil {
				t.Errorf("%s accepts", who)
			}
			if list, err := d.Waiting(ctx, a.ID); err != nil || len(list) != 0 {
				t.Errorf("%s sees who waits: %v, %v", who, list, err)
			}
		}
		if err := d.Accept(ctx, d.bo.ID, d.rue.ID, d.cem.ID); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("who did not volunteer is accepted: %v", err)
		}
		d.must(d.Accept(ctx, d.bo.ID, d.rue.ID, d.amina.ID))
		d.informs(d.eve)
		if got := d.hears(d.amina); !slices.Equal(got, []string{informants.NoticeAccepted}) {
			t.Errorf("she hears %q", got)
		}
		if got := d.inOffice(d.cem); !slices.Equal(got, []string{"amina", "eve"}) {
			t.Errorf("a neighbour sees %q", got)
		}
		if got := d.inOffice(d.dora); got != nil {
			t.Errorf("who lives beside sees %q", got)
		}
		d.must(d.GiveBack(ctx, d.amina.ID, d.rue.ID))
		d.must(d.End(ctx, d.bo.ID, d.rue.ID, d.eve.ID))
		if err := d.GiveBack(ctx, d.amina.ID, d.rue.ID); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("given back twice: %v", err)
		}
		if got := d.inOffice(d.cem); len(got) != 0 {
			t.Errorf("after it: %q", got)
		}
		d.must(d.Volunteer(ctx, d.Viewer(d.cem), d.rue.ID, pledge))
		d.must(d.Decline(ctx, d.bo.ID, d.rue.ID, d.cem.ID))
		if seats, err := d.Of(ctx, d.cem.ID); err != nil || len(seats) != 0 {
			t.Errorf("after a no: %+v, %v", seats, err)
		}
		// Who alone looks after a place cannot make themself one.
		err = d.Volunteer(ctx, d.Viewer(d.bo), d.rue.ID, pledge)
		if invalid, ok := errors.AsType[*instance.Invalid](err); !ok || invalid.Code != "nobody" {
			t.Errorf("who accepts themself: %v", err)
		}
	})
}

func TestC24_TheTimeOfAnInformantEnds(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d, ctx := newDistrict(t, db), t.Context()
		day := 24 * time.Hour
		d.informs(d.amina)
		d.informs(d.cem)
		d.informs(d.eve)
		clear(d.told)
		d.Clock.Advance(instance.InformantTerm - instance.InformantRenewal - day)
		d.must(d.Tend(ctx))
		d.must(d.Volunteer(ctx, d.Viewer(d.amina), d.rue.ID, instance.Pledge{}))
		if len(d.told) != 0 {
			t.Errorf("told long before the end: %v", d.told)
		}
		d.Clock.Advance(2 * day)
		d.must(d.Tend(ctx))
		d.must(d.Tend(ctx))
		for _, a := range []instance.Account{d.amina, d.cem, d.eve} {
			if got := d.hears(a); !slices.Equal(got, []string{informants.NoticeEnding}) {
				t.Errorf("%s hears %q before the end", a.Username, got)
			}
		}
		d.must(d.Volunteer(ctx, d.Viewer(d.amina), d.rue.ID, instance.Pledge{}))
		d.must(d.Volunteer(ctx, d.Viewer(d.eve), d.rue.ID, instance.Pledge{}))
		d.must(d.Accept(ctx, d.bo.ID, d.rue.ID, d.amina.ID))
		d.Clock.Advance(instance.InformantRenewal)
		d.must(d.Tend(ctx))
		if got := d.inOffice(d.bo); !slices.Equal(got, []string{"amina"}) {
			t.Errorf("after the term: %q", got)
		}
		if got := d.hears(d.cem); !slices.Equal(got, []string{informants.NoticeEnded}) {
			t.Errorf("whose time is over hears %q", got)
		}
		if list, err := d.Waiting(ctx, d.bo.ID); err != nil || len(list) != 1 || list[0].Person.ID != d.eve.ID || !list[0].Until.IsZero() {
			t.Errorf("who wants to go on and has no answer: %+v, %v", list, err)
		}
		// Who moves away is none any more.
		d.must(d.Places.Leave(ctx, d.rue.ID, d.amina.ID))
		d.must(d.Tend(ctx))
		if got := d.inOffice(d.bo); len(got) != 0 {
			t.Errorf("who moved away: %q", got)
		}
	})
}

func TestC24_WhatIsWrittenToInformantsIsForThemAlone(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d, ctx := newDistrict(t, db), t.Context()
		_, err := d.Ask(ctx, d.Viewer(d.amina), d.rue.ID, "Bonjour", "")
		if invalid, ok := errors.AsType[*instance.Invalid](err); !ok || invalid.Code != "no-informant" {
			t.Errorf("nobody is there: %v", err)
		}
		d.informs(d.cem)
		d.informs(d.eve)
		clear(d.told)
		if _, err := d.Ask(ctx, d.Viewer(d.dora), d.rue.ID, "Bonjour", ""); !errors.Is(err, instance.ErrForbidden) {
			t.Errorf("who lives beside asks: %v", err)
		}
		id, err := d.Ask(ctx, d.Viewer(d.amina), d.rue.ID, "Qui peut m’aider ?", "once")
		d.must(err)
		if again, err := d.Ask(ctx, d.Viewer(d.amina), d.rue.ID, "Qui peut m’aider ?", "once"); err != nil || again != id {
			t.Errorf("a second press: %s, %v", again, err)
		}
		for _, a := range []instance.Account{d.cem, d.eve} {
			if got := d.hears(a); !slices.Equal(got, []string{informants.NoticeAsked}) {
				t.Errorf("%s hears %q", a.Username, got)
			}
		}
		for who, a := range map[string]instance.Account{"a neighbour who moderates": d.bo, "who lives beside": d.dora} {
			if _, _, err := d.ByID(ctx, d.Viewer(a), id); !errors.Is(err, instance.ErrNotFound) {
				t.Errorf("%s reads it: %v", who, err)
			}
			for _, err := range []error{d.Say(ctx, d.Viewer(a), id, "moi", ""), d.Take(ctx, d.Viewer(a), id), d.Close(ctx, d.Viewer(a), id)} {
				if !errors.Is(err, instance.ErrNotFound) {
					t.Errorf("%s does something: %v", who, err)
				}
			}
			if list, err := d.Open(ctx, d.Viewer(a)); err != nil || len(list) != 0 {
				t.Errorf("%s has a list: %v, %v", who, list, err)
			}
		}
		helped := d.Viewer(d.amina)
		helped.Helped = true
		if _, _, err := d.ByID(ctx, helped, id); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("who acts for her reads it: %v", err)
		}
		d.must(d.Say(ctx, d.Viewer(d.cem), id, "Je passe demain.", "a"))
		d.must(d.Say(ctx, d.Viewer(d.cem), id, "Je passe demain.", "a"))
		if got := d.hears(d.amina); !slices.Equal(got, []string{informants.NoticeAnswer}) {
			t.Errorf("she hears %q", got)
		}
		if err := d.Take(ctx, d.Viewer(d.eve), id); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("another takes it: %v", err)
		}
		d.must(d.Say(ctx, d.Viewer(d.amina), id, "Merci", ""))
		if d.hears(d.eve) != nil || !slices.Equal(d.hears(d.cem), []string{informants.NoticeAnswer}) {
			t.Error("her answer is not told to who sees to it, or to others")
		}
		d.must(d.Close(ctx, d.Viewer(d.amina), id))
		r, informs, err := d.ByID(ctx, d.Viewer(d.eve), id)
		if err != nil || !informs || !r.Closed || r.Taken.ID != d.cem.ID || len(r.Words) != 3 || r.Words[0].Text != "Qui peut m’aider ?" {
			t.Errorf("another informant reads %+v, %t, %v", r, informs, err)
		}
		// Whoever gives the role back reads nothing more, nor does who is blocked.
		d.must(d.GiveBack(ctx, d.cem.ID, d.rue.ID))
		if _, _, err := d.ByID(ctx, d.Viewer(d.cem), id); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("who gave it back reads it: %v", err)
		}
		d.must(d.People.Block(ctx, d.amina.ID, d.eve.ID))
		if _, _, err := d.ByID(ctx, d.Viewer(d.eve), id); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("whom she blocks reads it: %v", err)
		}
		d.Clock.Advance(184 * 24 * time.Hour)
		d.must(d.Tend(ctx))
		if list, err := d.Asked(ctx, d.Viewer(d.amina)); err != nil || len(list) != 0 {
			t.Errorf("long after it was settled: %+v, %v", list, err)
		}
	})
}

func TestC24_RequestsAreFewAtATime(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d, ctx := newDistrict(t, db), t.Context()
		d.informs(d.cem)
		for range instance.MaxOpenRequests {
			_, err := d.Ask(ctx, d.Viewer(d.amina), d.rue.ID, "Bonjour", "")
			d.must(err)
		}
		_, err := d.Ask(ctx, d.Viewer(d.amina), d.rue.ID, "Bonjour", "")
		if invalid, ok := errors.AsType[*instance.Invalid](err); !ok || invalid.Code != "too-many-requests" {
			t.Errorf("one too many: %v", err)
		}
		for _, text := range []string{" ", strings.Repeat("a", instance.MaxInformantRequest+1), "a\x00b", "\xff"} {
			if _, err := d.Ask(ctx, d.Viewer(d.amina), d.rue.ID, text, ""); !errors.Is(err, instance.ErrInvalid) {
				t.Errorf("%.10q: %v", text, err)
			}
		}
		open, err := d.Open(ctx, d.Viewer(d.cem))
		if err != nil || len(open) != instance.MaxOpenRequests || open[0].First != "Bonjour" || open[0].Last.IsZero() {
			t.Errorf("open: %+v, %v", open, err)
		}
	})
}

func TestC24_AnInformantPassesOnWithTheSource(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d, ctx := newDistrict(t, db), t.Context()
		p := instance.PassedOn{Text: "Eau coupée jeudi.", Source: "Préfecture", Link: "https://prefecture.example/eau", Until: d.Clock.Now().Add(time.Hour), Line: "Source : Préfecture", Language: "fr"}
		if _, err := d.PassOn(ctx, d.Viewer(d.cem), d.rue.ID, p, ""); !errors.Is(err, instance.ErrForbidden) {
			t.Errorf("who is no informant passes on: %v", err)
		}
		d.informs(d.cem)
		for name, wrong := range map[string]func(*instance.PassedOn){
			"no source": func(p *instance.PassedOn) { p.Source = " " },
			"no words":  func(p *instance.PassedOn) { p.Text = " " },
			"no page":   func(p *instance.PassedOn) { p.Link = "http://prefecture.example" },
			"script":    func(p *instance.PassedOn) { p.Link = "javascript:alert(1)" },
			"past":      func(p *instance.PassedOn) { p.Until = d.Clock.Now().Add(-time.Hour) },
			"for ever":  func(p *instance.PassedOn) { p.Until = d.Clock.Now().AddDate(1, 0, 0) },
		} {
			q := p
			wrong(&q)
			if _, err := d.PassOn(ctx, d.Viewer(d.cem), d.rue.ID, q, ""); !errors.Is(err, instance.ErrInvalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		post, err := d.PassOn(ctx, d.Viewer(d.cem), d.rue.ID, p, "")
		d.must(err)
		if post.Audience != instance.ToNeighbourhood || !strings.Contains(post.Content, "Source : Préfecture") {
			t.Errorf("passed on: %s %q", post.Audience, post.Content)
		}
		if list, err := d.PassedOn(ctx, d.Viewer(d.amina), d.rue.ID, 3); err != nil || len(list) != 1 || list[0].Source != "Préfecture" {
			t.Errorf("a neighbour reads %+v, %v", list, err)
		}
		if list, err := d.PassedOn(ctx, instance.Anyone, d.rue.ID, 3); err != nil || len(list) != 0 {
			t.Errorf("a visitor reads %+v, %v", list, err)
		}
		d.Clock.Advance(2 * time.Hour)
		if list, err := d.PassedOn(ctx, d.Viewer(d.amina), d.rue.ID, 3); err != nil || len(list) != 0 {
			t.Errorf("once it is over: %+v, %v", list, err)
		}
	})
}
