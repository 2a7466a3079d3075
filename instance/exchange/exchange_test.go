package exchange_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/exchange"
	"palier/instance/jobs"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// market is a place whose neighbours propose and take.
type market struct {
	*apptest.Village
	*exchange.Service

	rue    instance.Neighbourhood
	amina  instance.Account
	takers []instance.Account
	told   map[instance.ActorID]bool // of whom it was told that somebody asks for what they offer
}

func newMarket(t testing.TB, db *store.DB, takers int) *market {
	t.Helper()
	v := apptest.NewVillage(t, db)
	m := &market{Village: v, rue: v.Place("rue", "neighbourhood")}
	m.Service = exchange.New(exchange.Options{
		DB: db, Site: v.Site, IDs: instance.NewIDs(v.Clock.Now, 1), Now: v.Clock.Now, Jobs: jobs.New(db, jobs.Options{}), Posts: v.Posts, Readers: v.Places,
		Tell: func(_ context.Context, _ store.Tx, d instance.Deed) error {
			if d.Kind == instance.AskMatched {
				m.told[d.Target.ID] = true
			}
			return nil
		},
	})
	m.amina = v.Resident("amina", m.rue)
	for i := range takers {
		m.takers = append(m.takers, v.Resident(fmt.Sprintf("voisin%d", i), m.rue))
	}
	return m
}

func (m *market) offer(t testing.TB, quantity, step, least instance.Amount) *instance.Post {
	t.Helper()
	p, err := m.Publish(t.Context(), m.Viewer(m.amina), instance.Draft{
		Title: "Bocaux", Audience: instance.ToNeighbourhood, Group: m.rue.ID, Kind: instance.KindGive,
		Proposal: &instance.Proposal{
			Purpose: instance.Offering, Category: "kitchen", Status: instance.ProposalOpen, Action: "transfer", Unit: "one",
			Quantity: quantity, Available: quantity, Step: step, Minimum: least,
		},
	}, exchange.Opening{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Whatever many ask for and is accepted or taken back at once: no more is
// promised than there is, what is left is what was not promised, and no yes that
// was given is lost (the oversell rows of security.md).
func TestNothingIsPromisedTwice(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		m := newMarket(t, db, 6)
		rapid.Check(t, func(r *rapid.T) {
			ctx := t.Context()
			total := instance.Whole(rapid.IntRange(1, 8).Draw(r, "total"))
			p, err := m.Posts.Publish(ctx, m.Viewer(m.amina), instance.Draft{
				Title: "Bocaux", Audience: instance.ToNeighbourhood, Group: m.rue.ID, Kind: instance.KindGive,
				Proposal: &instance.Proposal{
					Purpose: instance.Offering, Status: instance.ProposalOpen, Action: "transfer", Unit: "one", Quantity: total, Available: total,
				},
			})
			if err != nil {
				r.Fatal(err)
			}
			type want struct {
				quantity instance.Amount
				cancels  bool
			}
			wants := make([]want, len(m.takers))
			for i := range wants {
				wants[i] = want{instance.Amount(rapid.IntRange(500, 4000).Draw(r, "quantity")), rapid.IntRange(0, 3).Draw(r, "cancels") == 0}
			}
			var mu sync.Mutex
			promised := map[instance.ID]instance.Amount{}
			var fault error
			var wg sync.WaitGroup
			for i, w := range wants {
				wg.Go(func() {
					g, err := m.Take(ctx, m.Viewer(m.takers[i]), p.ID, instance.Taking{Quantity: w.quantity})
					if err == nil {
						_, err = m.Accept(ctx, m.Viewer(m.amina), g.ID, "@"+m.takers[i].Username+" oui")
					}
					if err == nil && w.cancels {
						err = m.Cancel(ctx, m.takers[i].ID, g.ID)
					}
					mu.Lock()
					defer mu.Unlock()
					switch {
					case err == nil && !w.cancels:
						promised[g.ID] = w.quantity
					case err != nil && !errors.Is(err, instance.ErrInvalid):
						fault = err
					}
				})
			}
			wg.Wait()
			if fault != nil {
				r.Fatal(fault)
			}
			m.consistent(r, t, p.ID, total, promised)
		})
	})
}

func (m *market) consistent(r *rapid.T, t *testing.T, post instance.PostID, total instance.Amount, promised map[instance.ID]instance.Amount) {
	var left, sum instance.Amount
	for _, q := range promised {
		sum += q
	}
	if err := m.DB.Read().QueryRow(t.Context(), `SELECT available FROM proposals WHERE post_id = $1`, post).Scan(&left); err != nil {
		r.Fatal(err)
	}
	if sum > total || left != total-sum {
		r.Fatalf("of %s were promised %s, and %s are left", total, sum, left)
	}
	all, err := m.Of(t.Context(), m.amina.ID, post)
	if err != nil {
		r.Fatal(err)
	}
	kept := 0
	for _, g := range all {
		if g.State == instance.AgreementAsked { // so that nobody waits for too many
			if err := m.Decline(t.Context(), m.amina.ID, g.ID); err != nil {
				r.Fatal(err)
			}
		}
		if g.State == instance.AgreementAccepted && promised[g.ID] == g.Quantity {
			kept++
		}
	}
	if kept != len(promised) {
		r.Fatalf("%d were told yes, %d are kept", len(promised), kept)
	}
}

func TestTakingByTheRules(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		m := newMarket(t, db, 2)
		p := m.offer(t, instance.Whole(10), instance.Whole(2), instance.Whole(4))
		viewer := m.Viewer(m.takers[0])
		for what, c := range map[string]struct {
			take instance.Taking
			want string
		}{
			"less than the least":  {instance.Taking{Quantity: instance.Whole(2)}, "quantity too-few"},
			"part of a lot":        {instance.Taking{Quantity: instance.Whole(5)}, "quantity step"},
			"more than there is":   {instance.Taking{Quantity: instance.Whole(12)}, "quantity too-much"},
			"less than nothing":    {instance.Taking{Quantity: -instance.One}, "quantity malformed"},
			"another unit":         {instance.Taking{Unit: "hour"}, "quantity unit"},
			"an end alone":         {instance.Taking{Until: m.Clock.Now()}, "from missing"},
			"an end before":        {instance.Taking{From: m.Clock.Now().Add(48 * time.Hour), Until: m.Clock.Now()}, "until before-start"},
			"long ago":             {instance.Taking{From: m.Clock.Now().AddDate(-1, 0, 0)}, "from out-of-time"},
			"far off":              {instance.Taking{From: m.Clock.Now().AddDate(9, 0, 0)}, "from out-of-time"},
			"a note without end":   {instance.Taking{Note: strings.Repeat("a", instance.MaxAgreementNote+1)}, "note too-long"},
			"a note that is bytes": {instance.Taking{Note: "\xff"}, "note malformed"},
		} {
			_, err := m.Take(t.Context(), viewer, p.ID, c.take)
			var invalid *instance.Invalid
			if !errors.As(err, &invalid) || invalid.Error() != c.want {
				t.Errorf("%s: %v, want %s", what, err, c.want)
			}
		}
		if _, err := m.Take(t.Context(), m.Viewer(m.amina), p.ID, instance.Taking{}); !errors.Is(err, instance.ErrInvalid) {
			t.Errorf("one takes of one's own: %v", err)
		}
		for _, kind := range []string{instance.KindPurchase, instance.KindCarpool, instance.KindErrand} {
			other, err := m.Posts.Publish(t.Context(), m.Viewer(m.amina), instance.Draft{
				Text: "Bonjour", Audience: instance.ToNeighbourhood, Group: p.Group.ID, Kind: kind,
				Proposal: &instance.Proposal{Purpose: instance.Offering, Status: instance.ProposalOpen, Unit: "one", Quantity: instance.One, Available: instance.One},
			})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := m.Take(t.Context(), viewer, other.ID, instance.Taking{}); !errors.Is(err, instance.ErrNotFound) {
				t.Errorf("of a %s, which is kept by other rules: %v", kind, err)
			}
		}
		if _, err := m.Take(t.Context(), m.Viewer(m.Person("loin")), p.ID, instance.Taking{}); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("a stranger takes of what is for neighbours: %v", err)
		}
		g, err := m.Take(t.Context(), viewer, p.ID, instance.Taking{})
		if err != nil || g.Quantity != instance.Whole(4) {
			t.Fatalf("the least there is to take: %+v, %v", g, err)
		}
		for _, who := range []instance.Account{m.takers[0], m.takers[1]} {
			if _, err := m.Accept(t.Context(), m.Viewer(who), g.ID, "@amina oui"); !errors.Is(err, instance.ErrNotFound) {
				t.Errorf("%s says yes: %v", who.Username, err)
			}
		}
		if err := m.Decline(t.Context(), m.amina.ID, g.ID); err != nil {
			t.Fatal(err)
		}
		if again, err := m.Take(t.Context(), viewer, p.ID, instance.Taking{}); err != nil || again.ID != g.ID || again.State != instance.AgreementDeclined {
			t.Errorf("who was told no asks again: %+v, %v", again, err)
		}
		if _, err := m.Accept(t.Context(), m.Viewer(m.amina), g.ID, "@voisin0 oui"); !errors.Is(err, instance.ErrInvalid) {
			t.Errorf("a yes after a no: %v", err)
		}
	})
}

// What was promised to somebody who is gone is there for others again; what
// stood on a post that is deleted stands no more.
func TestWhoIsGoneTakesNothing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		m := newMarket(t, db, 2)
		p := m.offer(t, instance.One, instance.One, 0)
		g, err := m.Take(t.Context(), m.Viewer(m.takers[0]), p.ID, instance.Taking{})
		if err == nil {
			_, err = m.Accept(t.Context(), m.Viewer(m.amina), g.ID, "@voisin0 oui")
		}
		if err == nil {
			err = db.InTx(t.Context(), func(tx store.Tx) error { return m.LeftIn(t.Context(), tx, m.takers[0].ID) })
		}
		if err != nil {
			t.Fatal(err)
		}
		second, err := m.Take(t.Context(), m.Viewer(m.takers[1]), p.ID, instance.Taking{})
		if err != nil {
			t.Fatalf("after who was promised it had gone: %v", err)
		}
		err = db.InTx(t.Context(), func(tx store.Tx) error {
			return m.Service.Hear(t.Context(), tx, instance.Deed{Kind: instance.Deleted, Post: p})
		})
		if err != nil {
			t.Fatal(err)
		}
		if now, err := m.ByID(t.Context(), m.takers[1].ID, second.ID); err != nil || now.State != instance.AgreementCancelled {
			t.Errorf("on a deleted post it is %+v, %v", now, err)
		}
	})
}

func TestNobodyHasTooMuchOpen(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		m := newMarket(t, db, 1)
		var last *instance.Post
		for range instance.MaxOpen {
			last = m.offer(t, instance.One, instance.One, 0)
		}
		d := instance.Draft{
			Title: "Encore", Audience: instance.ToNeighbourhood, Group: m.rue.ID, Kind: instance.KindGive,
			Proposal: &instance.Proposal{Purpose: instance.Offering, Category: "kitchen", Status: instance.ProposalOpen, Action: "transfer", Unit: "one"},
		}
		if _, err := m.Publish(t.Context(), m.Viewer(m.amina), d, exchange.Opening{}); !errors.Is(err, instance.ErrInvalid) {
			t.Errorf("one more than can be open: %v", err)
		}
		if err := m.Close(t.Context(), m.takers[0].ID, last.ID); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("somebody else closes it: %v", err)
		}
		if err := m.Close(t.Context(), m.amina.ID, last.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := m.Publish(t.Context(), m.Viewer(m.amina), d, exchange.Opening{}); err != nil {
			t.Errorf("after one was closed: %v", err)
		}
	})
}

// BenchmarkOpen lists what is open in a place with many posts, of which one in a
// hundred proposes something.
func BenchmarkOpen(b *testing.B) {
	for _, engine := range storetest.Engines() {
		b.Run(string(engine), func(b *testing.B) {
			m := newMarket(b, storetest.Open(b, engine), 1)
			m.fill(b, 100_000)
			v := m.Viewer(m.takers[0])
			for b.Loop() {
				found, err := m.Open(b.Context(), v, m.rue.ID, exchange.Wanted{Purpose: instance.Offering}, 0, 20)
				if err != nil || len(found) != 20 {
					b.Fatalf("%d found, %v", len(found), err)
				}
			}
		})
	}
}

// fill writes n posts into the place, a hundredth of them proposals.
func (m *market) fill(b *testing.B, n int) {
	b.Helper()
	ctx := b.Context()
	for from := 0; from < n; from += 500 {
		err := m.DB.InTx(ctx, func(tx store.Tx) error {
			for i := from; i < from+500; i++ {
				kind := "post"
				if i%100 == 0 {
					kind = instance.KindGive
				}
				uri := fmt.Sprintf("https://dinan.example/o/bench%d", i)
				_, err := tx.Exec(ctx, `
					INSERT INTO posts (id, uri, url, author_id, group_id, kind, content, audience, reach, thread_id, local, published_at)
					VALUES ($1, $2, $2, $3, $4, $5, 'x', 'neighbourhood', 1, $1, TRUE, $1)`, i+1, uri, m.amina.ID, m.rue.ID, kind)
				if err != nil {
					return err
				}
				if kind == "post" {
					continue
				}
				_, err = tx.Exec(ctx, `INSERT INTO proposals (post_id, purpose, status, quantity, available) VALUES ($1, 'offer', 'open', 1000, 1000)`, i+1)
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkTake asks for part of an offer and is told yes.
func BenchmarkTake(b *testing.B) {
	for _, engine := range storetest.Engines() {
		b.Run(string(engine), func(b *testing.B) {
			m := newMarket(b, storetest.Open(b, engine), 1)
			for b.Loop() {
				p := m.offer(b, instance.One, instance.One, 0)
				g, err := m.Take(b.Context(), m.Viewer(m.takers[0]), p.ID, instance.Taking{})
				if err == nil {
					_, err = m.Accept(b.Context(), m.Viewer(m.amina), g.ID, "@voisin0 oui")
				}
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
