package app_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"palier/instance"
	"palier/instance/activitypub"
	"palier/instance/apptest"
	"palier/instance/store"
)

// twoMarkets are two servers: what amina proposes on the one is taken on both.
type twoMarkets struct {
	t           *testing.T
	ours, other *apptest.Server
	rue         instance.Neighbourhood
	amina       instance.Account
	neighbours  []instance.Account // of ours
	strangers   []instance.Account // of the other
}

func newTwoMarkets(t *testing.T, engine store.Engine) *twoMarkets {
	t.Helper()
	m := &twoMarkets{t: t, ours: apptest.Open(t, engine, nil), other: apptest.Open(t, engine, nil)}
	m.rue = m.ours.Place("rue", "neighbourhood")
	m.amina = m.ours.Resident("amina", m.rue)
	quai := m.other.Place("quai", "neighbourhood")
	for i := range 3 {
		m.neighbours = append(m.neighbours, m.ours.Resident(fmt.Sprintf("voisin%d", i), m.rue))
		m.strangers = append(m.strangers, m.other.Resident(fmt.Sprintf("loin%d", i), quai))
	}
	if _, err := m.other.People.Follow(t.Context(), m.strangers[0].ID, m.other.Find(m.ours.Handle("amina")).ID); err != nil {
		t.Fatal(err)
	}
	m.settle()
	requests, err := m.ours.People.Requests(t.Context(), m.amina.ID, 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range requests {
		if err := m.ours.People.Grant(t.Context(), m.amina.ID, r.From.ID); err != nil {
			t.Fatal(err)
		}
	}
	m.settle()
	return m
}

func (m *twoMarkets) settle() {
	m.t.Helper()
	apptest.Settle(m.t, m.ours, m.other)
}

// wish is what somebody does about one proposal, and what is answered.
type wish struct {
	quantity instance.Amount
	presses  int // how often at once
	// regrets is taken back before any answer, and asked for anew: with another
	// quantity if second is one.
	regrets bool
	second  instance.Amount
	answers []string // given at once
	leaves  bool     // is taken back while answers are given
}

// wishes is made anew for each engine: rapid's generators may not be shared by
// tests that run beside one another.
func wishes() *rapid.Generator[wish] {
	return rapid.Custom(func(r *rapid.T) wish {
		return wish{
			quantity: instance.Amount(rapid.IntRange(500, 3000).Draw(r, "quantity")),
			presses:  rapid.IntRange(1, 2).Draw(r, "presses"),
			regrets:  rapid.IntRange(0, 2).Draw(r, "regrets") == 0,
			second:   instance.Amount(rapid.IntRange(500, 3000).Draw(r, "second")),
			answers:  rapid.SampledFrom([][]string{{"yes"}, {"yes", "yes"}, {"no"}, {"yes", "no"}, {"yes", "back"}, {}}).Draw(r, "answers"),
			leaves:   rapid.IntRange(0, 3).Draw(r, "leaves") == 0,
		}
	})
}

// wanting is somebody with a wish, on their server.
type wanting struct {
	wish
	at   *apptest.Server
	who  instance.Account
	post instance.PostID // as that server knows it
}

// Whatever neighbours here and people of another server ask for at once, twice,
// in any order of arrival, and take back, and however it is answered: no more is
// promised than there is, nobody is promised anything twice, and once all is said
// both servers tell each of them the same (the oversell rows of security.md).
func TestTwoServersNeverPromiseOneThingTwice(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine store.Engine) {
		m := newTwoMarkets(t, engine)
		end := time.Now().Add(4 * time.Second) // enough for some dozens; a failure is always worked out
		rapid.Check(t, func(r *rapid.T) {
			total := instance.Whole(rapid.IntRange(1, 6).Draw(r, "total"))
			all := rapid.SliceOfN(wishes(), 6, 6).Draw(r, "wishes")
			repeats := rapid.Bool().Draw(r, "deliveries are repeated")
			if time.Now().After(end) && !t.Failed() {
				return
			}
			p := proposes(t, m.ours, m.amina, m.rue.ID, total, 0)
			m.settle()
			var there []wanting
			for i, w := range all {
				if i < 3 {
					there = append(there, wanting{w, m.ours, m.neighbours[i], p.ID})
				} else {
					there = append(there, wanting{w, m.other, m.strangers[i-3], postByURI(t, m.other, p.URI)})
				}
			}
			m.atOnce(r, there, m.ask)
			if repeats {
				m.sendAgain(r)
			}
			m.settle()
			m.atOnce(r, there, func(ctx context.Context, w wanting) error { return m.answerAndLeave(ctx, p, w) })
			if repeats {
				m.sendAgain(r)
			}
			m.settle()
			m.agree(r, p, total, there)
			if err := m.ours.Posts.Delete(t.Context(), m.amina.ID, p.ID); err != nil {
				r.Fatal(err)
			}
		})
	})
}

// atOnce has everybody do something at the same time. What cannot be had is no
// fault.
func (m *twoMarkets) atOnce(r *rapid.T, all []wanting, do func(context.Context, wanting) error) {
	faults := make([]error, len(all))
	var wg sync.WaitGroup
	for i, w := range all {
		wg.Go(func() { faults[i] = do(m.t.Context(), w) })
	}
	wg.Wait()
	for i, err := range faults {
		if err != nil && !errors.Is(err, instance.ErrInvalid) && !errors.Is(err, instance.ErrNotFound) {
			r.Fatalf("%s: %v", all[i].who.Username, err)
		}
	}
}

// ask asks for what somebody wishes.
func (m *twoMarkets) ask(ctx context.Context, w wanting) error {
	g, err := m.press(ctx, w, w.quantity)
	if err != nil || !w.regrets {
		return err
	}
	if err := w.at.Exchange.Cancel(ctx, w.who.ID, g.ID); err != nil {
		return err
	}
	_, err = m.press(ctx, w, w.second)
	return err
}

func (m *twoMarkets) press(ctx context.Context, w wanting, quantity instance.Amount) (g *instance.Agreement, err error) {
	viewer := w.at.Viewer(w.who)
	var wg sync.WaitGroup
	var mu sync.Mutex
	for range w.presses {
		wg.Go(func() {
			one, fault := w.at.Exchange.Take(ctx, viewer, w.post, instance.Taking{Quantity: quantity})
			mu.Lock()
			defer mu.Unlock()
			if fault == nil {
				g = one
			} else {
				err = errors.Join(err, fault)
			}
		})
	}
	wg.Wait()
	return g, err
}

// answerAndLeave has amina answer somebody, and them take it back meanwhile.
func (m *twoMarkets) answerAndLeave(ctx context.Context, p *instance.Post, w wanting) error {
	here, err := m.ours.Exchange.Of(ctx, m.amina.ID, p.ID)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(here, func(g *instance.Agreement) bool {
		return g.Taker.Username == w.who.Username && g.State == instance.AgreementAsked
	})
	if i < 0 {
		return nil
	}
	var wg sync.WaitGroup
	faults := make([]error, len(w.answers)+1)
	for n, answer := range w.answers {
		wg.Go(func() { faults[n] = m.answer(ctx, here[i], answer) })
	}
	if w.leaves {
		wg.Go(func() { faults[len(w.answers)] = m.leave(ctx, w) })
	}
	wg.Wait()
	for _, err := range faults {
		if err != nil && !errors.Is(err, instance.ErrInvalid) {
			return err
		}
	}
	return nil
}

func (m *twoMarkets) answer(ctx context.Context, g *instance.Agreement, answer string) error {
	if answer == "no" {
		return m.ours.Exchange.Decline(ctx, m.amina.ID, g.ID)
	}
	_, err := m.ours.Exchange.Accept(ctx, m.ours.Viewer(m.amina), g.ID, "@"+g.Taker.Acct()+" oui")
	if err != nil || answer != "back" {
		return err
	}
	return m.ours.Exchange.Cancel(ctx, m.amina.ID, g.ID)
}

func (m *twoMarkets) leave(ctx context.Context, w wanting) error {
	mine, err := w.at.Exchange.Of(ctx, w.who.ID, w.post)
	if err != nil || len(mine) == 0 {
		return err
	}
	return w.at.Exchange.Cancel(ctx, w.who.ID, mine[len(mine)-1].ID)
}

// sendAgain delivers all that the two have told each other of agreements lately
// once more, in no order, as a server does that was restarted in the middle.
func (m *twoMarkets) sendAgain(r *rapid.T) {
	ctx := m.t.Context()
	for from, to := range map[*apptest.Server]*apptest.Server{m.ours: m.other, m.other: m.ours} {
		err := from.DB.InTx(ctx, func(tx store.Tx) error {
			rows, err := tx.Query(ctx, `
				SELECT id, actor_id FROM activities WHERE kind IN ('Offer', 'Undo', 'Accept', 'Reject') ORDER BY id DESC LIMIT 12`)
			if err != nil {
				return err
			}
			defer rows.Close()
			var again []activitypub.FanOut
			for rows.Next() {
				f := activitypub.FanOut{}
				if err := rows.Scan(&f.Plain, &f.Sender); err != nil {
					return err
				}
				again = append(again, f)
			}
			if err := rows.Err(); err != nil {
				return err
			}
			whom, err := from.DB.Read().Query(ctx, `SELECT id FROM actors WHERE host = $1 AND inbox <> '' AND kind = 'Person'`, to.Site.Host())
			if err != nil {
				return err
			}
			defer whom.Close()
			var actors []instance.ActorID
			for whom.Next() {
				var id instance.ActorID
				if err := whom.Scan(&id); err != nil {
					return err
				}
				actors = append(actors, id)
			}
			for _, f := range again {
				f.Actors = actors
				if err := from.Jobs.Enqueue(ctx, tx, f); err != nil {
					return err
				}
			}
			return whom.Err()
		})
		if err != nil {
			r.Fatal(err)
		}
	}
}

// agree holds what both servers know of a proposal to what may be.
func (m *twoMarkets) agree(r *rapid.T, p *instance.Post, total instance.Amount, all []wanting) {
	here, err := m.ours.Exchange.Of(m.t.Context(), m.amina.ID, p.ID)
	if err != nil {
		r.Fatal(err)
	}
	var promised instance.Amount
	of := map[string]*instance.Agreement{} // what stands here with whom
	for _, g := range here {
		if g.State != instance.AgreementAccepted && g.State != instance.AgreementAsked {
			continue
		}
		if of[g.Taker.Username] != nil {
			r.Errorf("%s has two: %+v and %+v", g.Taker.Username, of[g.Taker.Username], g)
		}
		of[g.Taker.Username] = g
		if g.State == instance.AgreementAccepted {
			promised += g.Quantity
		}
	}
	left, status := stands(m.t, m.ours, p.URI)
	if promised > total || left != total-promised {
		r.Errorf("of %s %s are promised, and %s are left", total, promised, left)
	}
	if far, said := stands(m.t, m.other, p.URI); far != left || said != status {
		r.Errorf("here %s are left and it is %s, there %s and %s", left, status, far, said)
	}
	for _, w := range all {
		if w.at == m.ours {
			continue
		}
		mine, err := w.at.Exchange.Of(m.t.Context(), w.who.ID, w.post)
		if err != nil {
			r.Fatal(err)
		}
		var live *instance.Agreement
		for _, g := range mine {
			if g.State.Live() {
				live = g
			}
		}
		known := of[w.who.Username]
		switch {
		case live == nil && known == nil:
		case live == nil || known == nil || live.State != known.State || live.Quantity != known.Quantity:
			r.Errorf("%s believes in %s, amina in %s", w.who.Username, said(live), said(known))
		}
	}
}

func said(g *instance.Agreement) string {
	if g == nil {
		return "nothing"
	}
	return fmt.Sprintf("%s %s under %s", g.State, g.Quantity, g.URI)
}
