package app_test

import (
	"strings"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/notifications"
	"palier/instance/organisations"
	"palier/instance/store"
)

// Who offers says how often a week, and rests when they like: nobody asks for
// what is not given, and what was agreed stays.
func TestJ3_AnOfferHasItsLimitsAndRests(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		s := newStreet(t, engine)
		amina, bo, odette := s.SignedIn(s.amina), s.SignedIn(s.bo), s.SignedIn(s.odette)
		form := amina.Open("/offer/new?kind=service&category=connection")
		if !strings.Contains(form.Words("main"), "le titulaire de l’abonnement répond") {
			t.Errorf("the form says nothing of the law: %q", form.Words("main"))
		}
		offer := s.proposesBy(amina, "/offer/new?kind=service&category=connection", map[string]apptest.Fields{
			"what": {"title": {"Un coin de Wi-Fi"}}, "when": {"repeats": {"weekly"}, "weekly": {"1"}}, "whom": {"audience": {"neighbourhood"}},
		})
		if text := offer.Words("main"); !strings.Contains(text, "chaque semaine") || !strings.Contains(text, "Par semaine, au plus : 1") {
			t.Fatalf("the offer reads %q", text)
		}
		take := func(b *apptest.Browser) *apptest.Page {
			return b.Press(b.Open(offer.Path+"/take"), "form[action$='/take'] button", nil)
		}
		if p := bo.Open(offer.Path + "/take"); !strings.Contains(p.Words("main"), "le titulaire de l’abonnement répond") {
			t.Errorf("who takes it reads nothing of the law: %q", p.Words("main"))
		}
		if p := take(bo); p.Status != 200 {
			t.Fatalf("the first asks: %d %s", p.Status, p.Words("main"))
		}
		if p := amina.Press(amina.Open(offer.Path), "button[formaction$='/accept']", nil); !strings.Contains(p.Words("#agreements"), "convenu") {
			t.Fatalf("the yes is %q", p.Words("main"))
		}
		if p := take(odette); p.Status != 422 || !strings.Contains(p.Words(".problems"), "complet pour cette semaine") {
			t.Errorf("the second of a week: %d %s", p.Status, p.Words(".problems"))
		}
		s.clock.Advance(8 * 24 * time.Hour)
		amina, bo, odette = s.SignedIn(s.amina), s.SignedIn(s.bo), s.SignedIn(s.odette)

		rests := amina.Press(amina.Open(offer.Path), "form[action$='/pause'] button", nil)
		if rests.Status != 200 || !strings.Contains(rests.Words("main"), "En pause") {
			t.Fatalf("resting it reads %q", rests.Words("main"))
		}
		if p := bo.Post(offer.Path+"/pause", apptest.Fields{"paused": {"no"}}); p.Status != 404 {
			t.Errorf("somebody else takes it up again: %d", p.Status)
		}
		if list := odette.Open("/@rue/exchange"); strings.Contains(list.Words("main"), "Un coin de Wi-Fi") {
			t.Error("what rests stands in the list of the place")
		}
		if p := odette.Open(offer.Path); p.Has(".proposal a[href$='/take']") || !strings.Contains(p.Words("main"), "En pause") {
			t.Errorf("what rests invites to be taken: %q", p.Words("main"))
		}
		if p := odette.Post(offer.Path+"/take", apptest.Fields{}); p.Status != 422 || !strings.Contains(p.Words(".problems"), "En pause") && !strings.Contains(p.Words(".problems"), "en pause") {
			t.Errorf("what rests is taken: %d %s", p.Status, p.Words(".problems"))
		}
		amina.Press(amina.Open(offer.Path), "form[action$='/pause'] button", nil)
		if p := take(odette); p.Status != 200 {
			t.Errorf("a week later and taken up again: %d %s", p.Status, p.Words("main"))
		}
	})
}

// What is lent changes hands with a code that one shows the other.
func TestJ4_WhoBorrowsPressesTheCodeOfWhoLends(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		s := newStreet(t, engine)
		amina, bo := s.SignedIn(s.amina), s.SignedIn(s.bo)
		offer := s.proposesBy(amina, "/offer/new?kind=lending&category=tools", map[string]apptest.Fields{
			"what": {"title": {"Perceuse"}, "deposit": {"20 €"}, "shelf": {"local, étagère B"}}, "whom": {"audience": {"neighbourhood"}},
		})
		if text := offer.Words("main"); !strings.Contains(text, "Caution, entre vous : 20 €") || !strings.Contains(text, "Rangé : local, étagère B") {
			t.Errorf("the offer reads %q", text)
		}
		bo.Press(bo.Open(offer.Path+"/take"), "form[action$='/take'] button", nil)
		yes := amina.Press(amina.Open(offer.Path), "button[formaction$='/accept']", nil)
		code := yes.Words(".agreement details strong")
		if len(code) != 6 || !yes.Has(".agreement svg.qr") {
			t.Fatalf("who lends is shown the code %q: %s", code, yes.Words("#agreements"))
		}
		page := bo.Open(offer.Path)
		if strings.Contains(page.Body, code) {
			t.Error("who borrows reads the code without the other")
		}
		wrong := "000000"
		if code == wrong {
			wrong = "000001"
		}
		if p := bo.Press(page, "button[formaction$='/meet']", apptest.Fields{"code": {wrong}}); !strings.Contains(p.Body, "pas le bon code") || strings.Contains(p.Words("#agreements"), "code vérifié") {
			t.Errorf("another code: %s", p.Words("main"))
		}
		// The camera finds the address, which fills the code in.
		link := strings.TrimPrefix(yes.Find(".agreement form").AttrOr("action", ""), s.URL)
		scanned := bo.Open(strings.TrimSuffix(link, "/cancel") + "?code=" + code)
		if got := scanned.Find("input[name=code]").AttrOr("value", ""); got != code {
			t.Fatalf("scanned at %s the code is %q", scanned.Path, got)
		}
		met := bo.Press(scanned, "button[formaction$='/meet']", nil)
		if text := met.Words("#agreements"); !strings.Contains(text, "code vérifié") {
			t.Errorf("with the code it reads %q", text)
		}
		back := amina.Press(amina.Open(offer.Path), "button[formaction$='/return']", apptest.Fields{"repair": {"le mandrin"}})
		if text := back.Words("#agreements"); !strings.Contains(text, "À réparer : le mandrin") {
			t.Errorf("what is to be mended reads %q", text)
		}
	})
}

// After two days without an answer those hear of an ask who act for an
// association that agreed to, if they may read it.
func TestJ2_AfterTwoDaysAnAssociationHearsOfAnAsk(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		s := newStreet(t, engine)
		ctx := t.Context()
		open := func(name string, agent instance.Account) instance.Organisation {
			t.Helper()
			o, err := s.Organisations.Open(ctx, organisations.Plan{Username: name, Title: name, Sort: instance.Association, Place: s.dinan.ID, Agent: agent.ID})
			if err != nil {
				t.Fatal(err)
			}
			return o
		}
		open("entraide", s.bo)
		open("velo", s.yann)
		agent := s.SignedIn(s.bo)
		saved := agent.Press(agent.Open("/@entraide/edit"), "form[action$='/edit'] button", apptest.Fields{"asks": {"diy"}})
		if saved.Status != 200 || !agent.Open("/@entraide/edit").Has("input[name=asks][value=diy][checked]") {
			t.Fatalf("what it hears of is not kept: %d %s", saved.Status, saved.Words("main"))
		}
		amina := s.SignedIn(s.amina)
		ask := s.proposesBy(amina, "/ask/new?kind=service&category=diy", map[string]apptest.Fields{"what": {"title": {"Poser une étagère"}}, "whom": {"audience": {"neighbourhood"}}})
		id, err := instance.ParseID(ask.Path[strings.LastIndex(ask.Path, "/")+1:])
		if err != nil {
			t.Fatal(err)
		}
		for _, step := range []struct {
			hours    int
			bo, yann int
		}{{30, 0, 0}, {20, 1, 0}, {20, 1, 0}} {
			s.clock.Advance(time.Duration(step.hours) * time.Hour)
			for range 2 {
				if _, err := s.Exchange.WidenAsk(ctx, instance.PostID(id)); err != nil {
					t.Fatal(err)
				}
			}
			if a, b := s.told(s.bo, notifications.Unanswered), s.told(s.yann, notifications.Unanswered); a != step.bo || b != step.yann {
				t.Errorf("after %d hours more those who act for associations were told %d and %d times, want %d and %d", step.hours, a, b, step.bo, step.yann)
			}
		}
		if text := s.SignedIn(s.amina).Open(ask.Path).Words("main"); !strings.Contains(text, "Des associations qui aident dans ce domaine ont été prévenues") {
			t.Errorf("its author reads %q", text)
		}
	})
}

// An offer goes as far on foot as it says, and who hears of an ask reads why: that
// they live near and can at that hour, and not where.
func TestJ3_OnFootAndByTheHour(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		s := newStreet(t, engine)
		amina, bo, odette := s.SignedIn(s.amina), s.SignedIn(s.bo), s.SignedIn(s.odette)
		if p := amina.Press(amina.Open("/offer/new?kind=lending&category=tools"), "button[value=next]", apptest.Fields{"title": {"Perceuse"}}); p.Has("#walk") || !strings.Contains(p.Words("main"), "adresse vérifiée") {
			t.Errorf("without an address one chooses how far: %q", p.Words("main"))
		}
		s.livesAt(s.amina, 48.4550, -2.0500)
		s.livesAt(s.bo, 48.4585, -2.0500)
		s.livesAt(s.odette, 48.4750, -2.0500)

		offer := s.proposesBy(bo, "/offer/new?kind=lending&category=tools", map[string]apptest.Fields{
			"what": {"title": {"Perceuse"}}, "when": {"walk": {"10"}, "hours": {"weekday-evening", "weekend-morning"}}, "whom": {"audience": {"neighbourhood"}},
		})
		text := amina.Open(offer.Path).Words("main")
		if !strings.Contains(text, "à 10 minutes à pied au plus") || !strings.Contains(text, "le soir en semaine · le matin le week-end") {
			t.Errorf("the offer reads %q", text)
		}
		if p := odette.Open(offer.Path); p.Has(".proposal a[href$='/take']") || !strings.Contains(p.Words("main"), "plus proches voisins") {
			t.Errorf("from farther away it reads %q", p.Words("main"))
		}
		if p := odette.Press(odette.Open(offer.Path+"/take"), "form[action$='/take'] button", nil); p.Status != 422 || !strings.Contains(p.Words(".problems"), "à 10 minutes à pied au plus") {
			t.Errorf("taken from farther away: %d %q", p.Status, p.Words(".problems"))
		}
		ask := s.proposesBy(amina, "/ask/new?kind=lending&category=tools", map[string]apptest.Fields{
			"what": {"title": {"Percer un mur"}}, "when": {"walk": {"15"}, "hours": {"weekday-evening"}}, "whom": {"audience": {"neighbourhood"}},
		})
		apptest.Settle(t, s.Server)
		p := bo.Open(ask.Path)
		if text := p.Words("main"); s.told(s.bo, notifications.Matched) != 1 || !strings.Contains(text, "habitez à 10 minutes à pied au plus") || !strings.Contains(text, "tous deux disponibles : le soir en semaine") {
			t.Errorf("who is near reads %q", text)
		}
		if strings.Contains(p.Words("main"), "15 minutes") || !strings.Contains(amina.Open(ask.Path).Words("main"), "à 15 minutes à pied au plus") {
			t.Error("how far an ask goes is for its author alone")
		}
		if b := p.Body; strings.Contains(b, "48.45") || strings.Contains(b, "-2.05") {
			t.Error("a position stands on the page")
		}
		taken := amina.Press(amina.Open(offer.Path+"/take"), "form[action$='/take'] button", nil)
		if taken.Status != 200 {
			t.Errorf("from near: %d %s", taken.Status, taken.Words(".problems"))
		}
	})
}

// livesAt ties somebody to a house at a position, as they said before they were
// verified.
func (s *street) livesAt(who instance.Account, lat, lon float64) {
	s.T.Helper()
	err := s.DB.InTx(s.T.Context(), func(tx store.Tx) error {
		for _, q := range []struct {
			sql  string
			args []any
		}{
			{`INSERT INTO streets (id, key, name, folded, insee, commune) VALUES (1, '1', 'rue', 'rue', '22050', 'Dinan') ON CONFLICT DO NOTHING`, nil},
			{`INSERT INTO addresses (id, key, street_id, number, lat, lon, source, imported_at) VALUES ($1, $2, 1, 1, $3, $4, '', 0)`, []any{who.ID, who.ID.String(), lat, lon}},
			{`INSERT INTO homes (id, person_id, kind, place_id, address_id, since)
			  SELECT CAST($1 AS BIGINT), m.person_id, 'home', m.group_id, CAST($1 AS BIGINT), m.verified_at FROM memberships m WHERE m.person_id = $1 AND m.group_id = $2`,
				[]any{who.ID, s.rue.ID}},
		} {
			if _, err := tx.Exec(s.T.Context(), q.sql, q.args...); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		s.T.Fatal(err)
	}
}
