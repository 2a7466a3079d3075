package exchange_test

import (
	"errors"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"palier/instance"
	"palier/instance/exchange"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

// lives ties somebody to a house at some minutes on foot to the north of the
// middle of the town, as they said before they were verified, or after it.
func (m *market) lives(t testing.TB, who instance.Account, north, east float64, late time.Duration) {
	t.Helper()
	m.livesAt(t, who, 48.455+north*57.69/111195, -2.05+east*57.69/111195/math.Cos(48.455*math.Pi/180), late)
}

func (m *market) livesAt(t testing.TB, who instance.Account, lat, lon float64, late time.Duration) {
	t.Helper()
	err := m.DB.InTx(t.Context(), func(tx store.Tx) error {
		for _, q := range []struct {
			sql  string
			args []any
		}{
			{`INSERT INTO streets (id, key, name, folded, insee, commune) VALUES (1, '1', 'rue', 'rue', '22050', 'Dinan') ON CONFLICT DO NOTHING`, nil},
			{`DELETE FROM homes WHERE person_id = $1`, []any{who.ID}},
			{`DELETE FROM addresses WHERE id = $1`, []any{who.ID}},
			{`INSERT INTO addresses (id, key, street_id, number, lat, lon, source, imported_at) VALUES ($1, $2, 1, 1, $3, $4, '', 0)`, []any{who.ID, who.ID.String(), lat, lon}},
			{`INSERT INTO homes (id, person_id, kind, place_id, address_id, since)
			  SELECT CAST($1 AS BIGINT), m.person_id, 'home', m.group_id, CAST($1 AS BIGINT), m.verified_at + $3 FROM memberships m WHERE m.person_id = $1 AND m.group_id = $2`,
				[]any{who.ID, m.rue.ID, late.Milliseconds()}},
		} {
			if _, err := tx.Exec(t.Context(), q.sql, q.args...); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (m *market) proposes(t testing.TB, who instance.Account, purpose instance.Purpose, o exchange.Opening) *instance.Post {
	t.Helper()
	p, err := m.Publish(t.Context(), m.Viewer(who), instance.Draft{
		Title: "Une perceuse", Audience: instance.ToNeighbourhood, Group: m.rue.ID, Kind: instance.KindLending,
		Proposal: &instance.Proposal{
			Purpose: purpose, Category: "tools", Status: instance.ProposalOpen, Action: "transferCustody", Unit: "one",
			Quantity: instance.One, Available: instance.One, Step: instance.One,
		},
	}, o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Who hears of an ask lives no farther on foot than both want, and can at an hour
// that suits both; and they are told just that.
func TestP6_WhoIsNearAndFreeHearsOfAnAskAndWhy(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		m := newMarket(t, db, 5)
		m.lives(t, m.amina, 0, 0, 0)
		near, far, free, moved, nowhere := m.takers[0], m.takers[1], m.takers[2], m.takers[3], m.takers[4]
		m.lives(t, near, 7, 0, 0)
		m.lives(t, far, 0, 20, 0)
		m.lives(t, free, -3, 0, 0)
		m.lives(t, moved, 1, 1, time.Hour) // said so after they were verified
		evenings := exchange.Opening{Hours: exchange.WeekdayEvenings | exchange.WeekendMornings}
		offers := map[instance.ActorID]*instance.Post{
			near.ID:    m.proposes(t, near, instance.Offering, exchange.Opening{Walk: 10}),
			far.ID:     m.proposes(t, far, instance.Offering, exchange.Opening{}),
			free.ID:    m.proposes(t, free, instance.Offering, evenings),
			moved.ID:   m.proposes(t, moved, instance.Offering, exchange.Opening{}),
			nowhere.ID: m.proposes(t, nowhere, instance.Offering, exchange.Opening{}),
		}
		type told = map[instance.ActorID]exchange.Reason
		for _, c := range []struct {
			name string
			ask  exchange.Opening
			want told
		}{
			{"anywhere", exchange.Opening{}, told{
				near.ID: {Walk: 10}, far.ID: {}, free.ID: {Hours: evenings.Hours}, moved.ID: {}, nowhere.ID: {},
			}},
			{"within a quarter of an hour", exchange.Opening{Walk: 15}, told{near.ID: {Walk: 10}, free.ID: {Walk: 15, Hours: evenings.Hours}}},
			{"within five minutes", exchange.Opening{Walk: 5}, told{free.ID: {Walk: 5, Hours: evenings.Hours}}},
			{"on evenings", exchange.Opening{Walk: 30, Hours: exchange.WeekdayEvenings}, told{
				near.ID: {Walk: 10, Hours: exchange.WeekdayEvenings}, far.ID: {Walk: 30, Hours: exchange.WeekdayEvenings}, free.ID: {Walk: 30, Hours: exchange.WeekdayEvenings},
			}},
			{"in the afternoon", exchange.Opening{Walk: 15, Hours: exchange.WeekendAfternoons}, told{near.ID: {Walk: 10, Hours: exchange.WeekendAfternoons}}},
		} {
			ask := m.proposes(t, m.amina, instance.Asking, c.ask)
			heard := m.heard(t, ask)
			for id, offer := range offers {
				got, err := m.Why(t.Context(), id, ask)
				if err != nil {
					t.Fatal(err)
				}
				want, tells := c.want[id]
				if tells {
					want.Offer = offer.ID
				}
				if got != want || heard[id] != tells {
					t.Errorf("%s: %s was told %v because of %+v, want %v because of %+v", c.name, id, heard[id], got, tells, want)
				}
			}
		}
	})
}

// heard runs the match of an ask and returns whom it told.
func (m *market) heard(t testing.TB, ask *instance.Post) map[instance.ActorID]bool {
	t.Helper()
	m.told = map[instance.ActorID]bool{}
	if err := m.MatchAsk(t.Context(), ask.ID); err != nil {
		t.Fatal(err)
	}
	return m.told
}

// Without an answer the distance counts no more: everybody who offers that hears.
func TestP6_TheDistanceFallsWhenNobodyAnswers(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		m := newMarket(t, db, 1)
		m.lives(t, m.amina, 0, 0, 0)
		m.lives(t, m.takers[0], 20, 0, 0)
		m.proposes(t, m.takers[0], instance.Offering, exchange.Opening{})
		for _, widens := range []bool{false, true} {
			ask := m.proposes(t, m.amina, instance.Asking, exchange.Opening{Walk: 5, Widens: widens})
			if heard := m.heard(t, ask); len(heard) != 0 {
				t.Fatalf("twenty minutes away hears of five: %v", heard)
			}
			m.Clock.Advance(5 * time.Hour)
			if _, err := m.WidenAsk(t.Context(), ask.ID); err != nil {
				t.Fatal(err)
			}
			if heard := m.heard(t, ask); heard[m.takers[0].ID] != widens {
				t.Errorf("after five hours, widening %v: told %v", widens, heard)
			}
		}
	})
}

// An offer with a distance is taken by who is verified to live as near, and by
// nobody else; and nobody sets one whose own home is not known.
func TestJ3_AnOfferGoesAsFarOnFootAsItSays(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		m := newMarket(t, db, 4)
		_, err := m.Publish(t.Context(), m.Viewer(m.amina), instance.Draft{
			Title: "Échelle", Audience: instance.ToNeighbourhood, Group: m.rue.ID, Kind: instance.KindLending,
			Proposal: &instance.Proposal{Purpose: instance.Offering, Category: "tools", Status: instance.ProposalOpen, Unit: "one", Quantity: instance.One, Available: instance.One},
		}, exchange.Opening{Walk: 10})
		if invalid, ok := errors.AsType[*instance.Invalid](err); !ok || invalid.Field != "walk" || invalid.Code != "no-home" {
			t.Errorf("without a verified home: %v", err)
		}
		m.lives(t, m.amina, 0, 0, 0)
		m.lives(t, m.takers[0], 8, 0, 0)
		m.lives(t, m.takers[1], 0, -13, 0)
		m.lives(t, m.takers[2], 0, 0, time.Minute)
		offer := m.proposes(t, m.amina, instance.Offering, exchange.Opening{Walk: 10})
		for i, who := range m.takers {
			_, err := m.Take(t.Context(), m.Viewer(who), offer.ID, instance.Taking{Quantity: instance.One})
			near, fault := m.Reaches(t.Context(), who.ID, offer, 10)
			if fault != nil {
				t.Fatal(fault)
			}
			if i == 0 {
				if err != nil || !near {
					t.Errorf("eight minutes away: %v, %v", near, err)
				}
				continue
			}
			if invalid, ok := errors.AsType[*instance.Invalid](err); near || !ok || invalid.Code != "too-far" || invalid.Limit != 10 {
				t.Errorf("taker %d: %v, %v", i, near, err)
			}
		}
	})
}

// However often somebody asks and from wherever: two homes in one square answer
// alike, so that nobody learns in which of the houses of a square another lives.
// And who may take is who hears.
func TestP6_NobodyFindsAHomeByAskingOften(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		m := newMarket(t, db, 1)
		bo := m.takers[0]
		m.lives(t, m.amina, 0, 0, 0)
		m.lives(t, bo, 0, 0, 0)
		offers := map[int]*instance.Post{}
		for _, walk := range exchange.Walks {
			offers[walk] = m.proposes(t, m.amina, instance.Offering, exchange.Opening{Walk: walk})
		}
		ask := m.proposes(t, bo, instance.Asking, exchange.Opening{})
		rapid.Check(t, func(r *rapid.T) {
			inSquare := rapid.Float64Range(-0.00049, 0.00049)
			m.livesAt(t, bo, 48.45+rapid.Float64Range(-0.02, 0.02).Draw(r, "lat"), -2.05+rapid.Float64Range(-0.03, 0.03).Draw(r, "lon"), 0)
			var before []bool
			for trial := range 2 {
				m.livesAt(t, m.amina, 48.455+inSquare.Draw(r, "dy"), -2.05+inSquare.Draw(r, "dx"), 0)
				why, err := m.Why(t.Context(), m.amina.ID, ask)
				if err != nil {
					r.Fatal(err)
				}
				for i, walk := range exchange.Walks {
					near, err := m.Reaches(t.Context(), bo.ID, offers[walk], walk)
					if err != nil {
						r.Fatal(err)
					}
					if trial == 0 {
						before = append(before, near)
					} else if near != before[i] {
						r.Fatalf("a step within the square changes what is within %d minutes", walk)
					}
					if widest := exchange.Walks[len(exchange.Walks)-1]; walk == widest && near != (why.Offer == offers[widest].ID) {
						r.Fatalf("takes within %d minutes: %v, hears because of %+v", walk, near, why)
					}
				}
			}
		})
	})
}
