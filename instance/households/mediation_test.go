package households_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/countries"
	"palier/instance/households"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

const (
	secretWhy   = "musique-apres-minuit"
	secretSaid  = "ils-pleurent-tous-deux"
	secretPoint = "casque-des-22-heures"
	secretName2 = "Mediatrice Voisine"
)

func TestH21_SomebodyElseMediatesAndWhatFailsIsAnIncident(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o, ctx := newOffice(t, db), t.Context()
		zoe, yves := o.neighbour("zoe"), o.neighbour("yves")
		id, _, zoes := o.lodged(zoe)
		yvess := o.lends(yves, "https://asso.example/h/9", "other")
		begin := func(who instance.ActorID, elsewhere string) error {
			return o.BeginMediation(ctx, o.worker, id, who, elsewhere)
		}
		if err := begin(o.other.ID, ""); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("begun before anybody asked: %v", err)
		}
		invalid(t, o.AskMediation(ctx, guest(o.family), id, " ", "uk"), "why", "missing")
		must(t, o.AskMediation(ctx, lender(zoe, zoes), id, secretWhy, "fr"))
		if err := o.AskMediation(ctx, guest(o.family), id, secretWhy, "uk"); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("asked for twice: %v", err)
		}
		invalid(t, begin(o.worker.ID, ""), "mediator", "keeper")
		invalid(t, begin(o.visitor.ID, ""), "mediator", "unknown")
		invalid(t, begin(0, ""), "mediator", "missing")
		must(t, begin(o.other.ID, ""))
		if err := db.InTx(ctx, func(tx store.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE housing_mediations SET mediator_id = $1`, o.worker.ID)
			return err
		}); err == nil {
			t.Error("the database lets who keeps the case mediate")
		}
		invalid(t, o.HandOver(ctx, o.lead, id, o.other.ID), "keeper", "mediates")
		due := o.now().AddDate(0, 0, 3)
		talk := households.MediationTalk{On: "2026-12-01", Present: "les deux", Said: secretSaid, Agreed: []households.MediationPoint{{Text: secretPoint, Due: due}}}
		if err := o.RecordTalk(ctx, o.worker, id, talk); !errors.Is(err, instance.ErrForbidden) {
			t.Errorf("who keeps the case writes the record: %v", err)
		}
		invalid(t, o.RecordTalk(ctx, o.other, id, households.MediationTalk{On: "2026-12-01", Present: "x", Agreed: []households.MediationPoint{{Text: "x"}}}), "points", "incomplete")
		must(t, o.RecordTalk(ctx, o.other, id, talk))
		tasks, err := o.Entries(ctx, o.worker, id, []households.EntryKind{households.EntryTask}, 0, 10)
		must(t, err)
		if len(tasks) != 1 || tasks[0].Body.Text != secretPoint || tasks[0].Doer != o.worker.ID || !tasks[0].Due.Equal(due.Truncate(time.Millisecond)) {
			t.Errorf("the tasks are %+v", tasks)
		}
		for who, x := range map[string]struct {
			h    households.StayHand
			why  bool
			said bool
		}{"the team": {team(o.lead), true, true}, "the host": {lender(zoe, zoes), true, false}, "the household": {guest(o.family), false, false}} {
			list, err := o.Mediations(ctx, x.h, id)
			must(t, err)
			m := list[0]
			if (m.Why.Text == secretWhy) != x.why || (m.Talks[0].Said == secretSaid) != x.said || m.Talks[0].Agreed[0].Text != secretPoint || m.Mediator.Name != "colette" {
				t.Errorf("%s reads %+v", who, m)
			}
		}
		for who, h := range map[string]households.StayHand{"a stranger": guest(o.stranger), "another host": lender(yves, yvess), "a visitor": team(o.visitor)} {
			if _, err := o.Mediations(ctx, h, id); !errors.Is(err, instance.ErrNotFound) {
				t.Errorf("%s reads: %v", who, err)
			}
			if err := o.AskMediation(ctx, h, id, "x", "fr"); !errors.Is(err, instance.ErrNotFound) {
				t.Errorf("%s asks: %v", who, err)
			}
		}
		invalid(t, o.CloseMediation(ctx, o.other, id, households.MediationFailed, ""), "ending", "missing")
		must(t, o.CloseMediation(ctx, o.other, id, households.MediationFailed, "rien n’y fait"))
		list, err := o.Mediations(ctx, team(o.lead), id)
		must(t, err)
		i, entries, err := o.Incident(ctx, o.lead, list[0].Incident)
		must(t, err)
		if i.Case != id || i.Home == "" || entries[0].Body.Text != "rien n’y fait" || list[0].Outcome != households.MediationFailed {
			t.Errorf("it goes on as %+v, %+v", i, entries)
		}
		if own, err := o.Mediations(ctx, guest(o.family), id); err != nil || own[0].Incident != 0 {
			t.Errorf("the household reads of the incident: %+v, %v", own, err)
		}

		// In danger nobody is asked to agree.
		must(t, o.AskMediation(ctx, guest(o.family), id, "il a pris mon passeport et veut que je travaille pour payer", "fr"))
		if c, err := o.Case(ctx, o.worker, id); err != nil || c.FrozenAt.IsZero() {
			t.Fatalf("the case goes on: %v", err)
		}
		if err := begin(0, secretName2); !errors.Is(err, instance.ErrConflict) {
			t.Errorf("begun while the case is frozen: %v", err)
		}
		must(t, o.Freeze(ctx, o.lead, id, false))
		must(t, begin(0, secretName2))
		must(t, o.CloseMediation(ctx, o.lead, id, households.MediationWithdrawn, ""))
		for table, words := range map[string][]string{"housing_mediations": {secretWhy, secretName2}, "housing_mediation_talks": {secretSaid, secretPoint}} {
			rows, err := db.Read().Query(ctx, `SELECT body FROM `+table)
			must(t, err)
			for rows.Next() {
				var b []byte
				must(t, rows.Scan(&b))
				for _, w := range words {
					if strings.Contains(string(b), w) {
						t.Errorf("%s stands in %s", w, table)
					}
				}
			}
			must(t, errors.Join(rows.Err(), rows.Close()))
		}
		if n := o.one(`SELECT COUNT(*) FROM housing_case_reads WHERE case_id = $1 AND what = 'mediation'`, id); n != 2 {
			t.Errorf("%d readings are noted", n)
		}
	})
}

func TestH21_InsuranceIsSeenAndNeverKept(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o, ctx := newOffice(t, db), t.Context()
		zoe := o.neighbour("zoe")
		o.Pack.Insurance = []countries.Insurance{{Of: "host", Kind: "home", Blocks: true}, {Of: "guest", Kind: "liability"}}
		none := o.vetted("w")
		if list, err := o.Insurances(ctx, team(o.worker), none); err != nil || len(list) != 0 {
			t.Errorf("before a stay: %+v, %v", list, err)
		}
		id, hold, zoes := o.agreedTo(zoe)
		o.place(hold)
		o.agree(id)
		invalid(t, o.Step(ctx, o.worker, id, instance.MoveIn, ""), "insurance", "unseen")
		invalid(t, o.SeeInsurance(ctx, o.worker, id, households.PartyHost, "pets", true), "insurance", "unknown")
		for who, by := range map[string]instance.Account{"the host": zoe, "the household": o.family, "a visitor": o.visitor} {
			if err := o.SeeInsurance(ctx, by, id, households.PartyHost, "home", true); !errors.Is(err, instance.ErrNotFound) {
				t.Errorf("%s: %v", who, err)
			}
		}
		must(t, o.SeeInsurance(ctx, o.worker, id, households.PartyHost, "home", true))
		must(t, o.SeeInsurance(ctx, o.worker, id, households.PartyHost, "home", false))
		invalid(t, o.Step(ctx, o.worker, id, instance.MoveIn, ""), "insurance", "unseen")
		must(t, o.SeeInsurance(ctx, o.other, id, households.PartyHost, "home", true))
		list, err := o.Insurances(ctx, team(o.worker), id)
		must(t, err)
		if len(list) != 2 || list[0].SeenBy != o.other.ID || list[0].SeenAt.IsZero() || !list[1].SeenAt.IsZero() {
			t.Errorf("the team reads %+v", list)
		}
		for who, h := range map[households.Party]households.StayHand{households.PartyGuest: guest(o.family), households.PartyHost: lender(zoe, zoes)} {
			if list, err := o.Insurances(ctx, h, id); err != nil || len(list) != 1 || list[0].Of != who {
				t.Errorf("the %s reads %+v, %v", who, list, err)
			}
		}
		must(t, o.Step(ctx, o.worker, id, instance.MoveIn, "")) // what does not block is missing still
	})
}
