package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sort"
	"time"

	"palier/instance"
	"palier/instance/app"
	"palier/instance/clubs"
	"palier/instance/events"
	"palier/instance/exchange"
)

// life is two weeks between the invented neighbours. All that is drawn comes
// from one source in one order, so that every demo tells the same.
type life struct {
	filler

	app    *app.App
	r      *rand.Rand
	people map[string][]neighbour // verified, by neighbourhood
	places map[string]instance.ActorID
	zone   *time.Location
	deeds  []deed
	begun  map[string][]time.Duration // how long ago somebody began something
}

// live lets the invented neighbours live for two weeks, and waits until
// everybody who is to hear of it has.
func (f filler) live(ctx context.Context) error {
	l := life{filler: f, app: f.at("mairie").app, r: rand.New(rand.NewPCG(22050, 14)), people: map[string][]neighbour{}, begun: map[string][]time.Duration{}} //nolint:gosec // the same life every time
	var err error
	if l.zone, err = time.LoadLocation("Europe/Paris"); err != nil {
		return err
	}
	all, err := l.app.Places.All(ctx)
	if err != nil {
		return err
	}
	l.places = make(map[string]instance.ActorID, len(all))
	for _, n := range all {
		l.places[n.Username] = n.ID
	}
	for _, p := range neighbours() {
		if p.verified {
			l.people[p.quarter] = append(l.people[p.quarter], p)
		}
	}
	for i := range wishes {
		l.wish(&wishes[i], i)
	}
	for i := range meetings {
		l.meeting(&meetings[i], i)
	}
	for i := range 3 * len(sayings) {
		l.say(sayings[i%len(sayings)], i)
	}
	l.purchases()
	l.clubs()
	l.campaigns()
	l.care()
	l.organisations()
	l.committee()
	sort.SliceStable(l.deeds, func(i, j int) bool { return l.deeds[i].ago > l.deeds[j].ago })
	for _, d := range l.deeds {
		f.clock.standBack(d.ago)
		if err := d.do(ctx); err != nil {
			return err
		}
	}
	f.clock.standBack(0)
	if err := l.app.Boundaries.CountAll(ctx); err != nil {
		return err
	}
	return f.settled(ctx)
}

// at plans a deed. Who does it joined before, whenever it is.
func (l *life) at(ago time.Duration, do func(context.Context) error) {
	l.deeds = append(l.deeds, deed{max(ago, time.Minute), do})
}

// quarter is the neighbourhood of the i-th thing that happens.
func (l *life) quarter(i int) string { return quarters[(i*7+i/3)%len(quarters)].name }

// somebody draws a verified neighbour of a neighbourhood who had come by then.
func (l *life) somebody(quarter string, ago time.Duration) neighbour {
	list := l.people[quarter]
	for {
		if p := list[l.r.IntN(len(list))]; p.came > ago || ago > fortnight-24*time.Hour {
			return p
		}
	}
}

// mostBegun is how much somebody begins within a day: less than the quota of a place.
const mostBegun = 3

// author draws somebody who begins something, and has not begun much within a day of
// it: when things happen hangs on the hour at which the demo starts.
func (l *life) author(quarter string, ago time.Duration) neighbour {
	for {
		p := l.somebody(quarter, ago)
		near := 0
		for _, other := range l.begun[p.username] {
			if (other - ago).Abs() <= 24*time.Hour {
				near++
			}
		}
		if near < mostBegun {
			l.begun[p.username] = append(l.begun[p.username], ago)
			return p
		}
	}
}

func (l *life) viewer(ctx context.Context, p neighbour) (instance.Viewer, error) {
	return l.filler.viewer(ctx, l.app, p.username)
}

// drawn is a time in the last two weeks, at least so long ago.
func (l *life) drawn(least time.Duration) time.Duration {
	return least + time.Duration(l.r.Int64N(int64(fortnight-26*time.Hour-least)))
}

// draft is what somebody writes in a neighbourhood.
func (l *life) draft(quarter, title, text string, public bool) instance.Draft {
	d := instance.Draft{Title: title, Text: text, Language: "fr", Audience: instance.ToNeighbourhood, Group: l.places[quarter]}
	if public {
		d.Audience, d.Reach = instance.ToPublic, 2
	}
	return d
}

// wish lets somebody ask for something or offer it, and somebody else take it
// as far as it comes.
func (l *life) wish(w *wish, i int) {
	quarter, ago := l.quarter(i), l.drawn(30*time.Hour)
	by := l.author(quarter, ago)
	taker := l.somebody(quarter, ago)
	for taker.username == by.username {
		taker = l.somebody(quarter, ago)
	}
	var post *instance.Post
	l.at(ago, func(ctx context.Context) (err error) {
		v, err := l.viewer(ctx, by)
		if err != nil {
			return err
		}
		d := l.draft(quarter, w.title, w.text, w.public)
		d.Kind = w.kind
		d.Proposal = &instance.Proposal{Purpose: w.purpose, Status: instance.ProposalOpen, Category: w.category, Priority: w.priority, Quantity: instance.One, Available: instance.One, Unit: "one"}
		if w.kind == instance.KindRent {
			d.Proposal.Return = &instance.Return{What: "une petite participation"}
		}
		if w.kind == instance.KindSwap {
			d.Proposal.Return = &instance.Return{What: w.text}
		}
		post, err = l.app.Exchange.Publish(ctx, v, d, exchange.Opening{Widens: true})
		if err != nil {
			return fmt.Errorf("%s: %w", w.title, err)
		}
		return nil
	})
	if w.ends == "open" {
		return
	}
	var deal *instance.Agreement
	l.at(ago-3*time.Hour, func(ctx context.Context) (err error) {
		v, err := l.viewer(ctx, taker)
		if err != nil {
			return err
		}
		if deal, err = l.app.Exchange.Take(ctx, v, post.ID, instance.Taking{Note: "Volontiers, quand vous voulez."}); err != nil {
			return fmt.Errorf("take %s: %w", w.title, err)
		}
		return nil
	})
	l.at(ago-5*time.Hour, func(ctx context.Context) error {
		v, err := l.viewer(ctx, by)
		if err != nil {
			return err
		}
		if _, err := l.app.Exchange.Accept(ctx, v, deal.ID, "@"+taker.username+" C'est entendu, merci."); err != nil {
			return fmt.Errorf("accept %s: %w", w.title, err)
		}
		return nil
	})
	if w.ends == "done" {
		l.finish(w, ago, by, taker, func() *instance.Agreement { return deal })
	}
}

// finish carries an agreement out: what is lent goes and comes back.
func (l *life) finish(w *wish, ago time.Duration, by, taker neighbour, deal func() *instance.Agreement) {
	lender := by
	if w.purpose == asks {
		lender = taker
	}
	l.at(ago-20*time.Hour, func(ctx context.Context) error {
		who, err := l.app.People.Named(ctx, lender.username)
		if err != nil {
			return err
		}
		if w.kind != instance.KindLending {
			return l.app.Exchange.Done(ctx, who.ID, deal().ID)
		}
		return l.app.Exchange.HandOver(ctx, who.ID, deal().ID)
	})
	if w.kind != instance.KindLending {
		return
	}
	l.at(ago-28*time.Hour, func(ctx context.Context) error {
		who, err := l.app.People.Named(ctx, lender.username)
		if err != nil {
			return err
		}
		return l.app.Exchange.Return(ctx, who.ID, deal().ID, "")
	})
}

// meeting lets somebody invite, and others come.
func (l *life) meeting(m *meeting, i int) {
	quarter := l.quarter(i)
	starts := l.day(m.days).Add(m.hour)
	ago := max(time.Since(starts), 0) + 20*time.Hour + time.Duration(l.r.Int64N(int64(40*time.Hour)))
	by := l.author(quarter, ago)
	var post *instance.Post
	l.at(ago, func(ctx context.Context) (err error) {
		v, err := l.viewer(ctx, by)
		if err != nil {
			return err
		}
		d := l.draft(quarter, m.title, m.text, m.public)
		d.Event = &instance.Event{
			Template: m.template, Starts: starts, Ends: starts.Add(m.lasts), Capacity: m.capacity, Repeats: m.repeats,
			Venue: instance.Venue{Name: m.venue, Locality: "Dinan", PostalCode: "22100", Country: "FR"}, Access: []string{"step-free"},
		}
		if post, err = l.app.Events.Invite(ctx, v, d, false); err != nil {
			return fmt.Errorf("%s: %w", m.title, err)
		}
		return nil
	})
	invited := map[string]bool{by.username: true}
	for n := range m.come {
		guest := l.somebody(quarter, ago)
		if invited[guest.username] {
			continue
		}
		invited[guest.username] = true
		l.at(ago-time.Duration(n+1)*20*time.Minute, func(ctx context.Context) error {
			v, err := l.viewer(ctx, guest)
			if err != nil {
				return err
			}
			if _, err := l.app.Events.Come(ctx, v, post.ID, events.Answer{Seats: 1}); err != nil {
				return fmt.Errorf("come to %s: %w", m.title, err)
			}
			return nil
		})
	}
}

// day is the beginning of a day in Dinan, so many days from today.
func (l *life) day(days int) time.Time {
	now := time.Now().In(l.zone)
	return time.Date(now.Year(), now.Month(), now.Day()+days, 0, 0, 0, 0, l.zone)
}

// say lets somebody say something, and a few others answer.
func (l *life) say(text string, i int) {
	quarter, ago := l.quarter(i), l.drawn(2*time.Hour)
	by := l.author(quarter, ago)
	var post *instance.Post
	l.at(ago, func(ctx context.Context) (err error) {
		v, err := l.viewer(ctx, by)
		if err != nil {
			return err
		}
		post, err = l.app.Posts.Publish(ctx, v, l.draft(quarter, "", text, i%9 == 0))
		return err
	})
	for n := range l.r.IntN(4) {
		who, words := l.somebody(quarter, ago), answers[l.r.IntN(len(answers))]
		l.at(ago-time.Duration(n+1)*17*time.Minute, func(ctx context.Context) error {
			v, err := l.viewer(ctx, who)
			if err != nil {
				return err
			}
			_, err = l.app.Posts.Publish(ctx, v, instance.Draft{Text: words, Language: "fr", ReplyTo: post.ID})
			return err
		})
	}
}

// purchases are two things bought together: one that takes orders, one that is
// handed out.
func (l *life) purchases() {
	for i, p := range []struct {
		template, title, text, supplier, price, unit string
		lot, most, least                             int
		ago, closes                                  time.Duration // closes: from now
		orders                                       []int
	}{
		{"wood", "Bois de chauffage, chêne sec", "Livré en une fois au parking des Petits-Fossés.", "Scierie du Val", "environ 82 € le mètre cube, réglé à la livraison", "cubicMetre", 5, 60, 10,
			4 * 24 * time.Hour, 5 * 24 * time.Hour, []int{2, 3, 1, 4, 2, 2, 3}},
		{"basket", "Paniers de légumes d'hiver", "Poireaux, choux, courges, pommes.", "Ferme de la Vallée", "12 € le panier, réglé au retrait", "one", 10, 60, 10,
			10 * 24 * time.Hour, -24 * time.Hour, []int{1, 2, 1, 1, 2, 1, 1, 1, 2, 1, 3, 1, 2, 1}},
	} {
		quarter := l.quarter(i)
		by := l.author(quarter, p.ago)
		closes := time.Now().Add(p.closes)
		var post *instance.Post
		l.at(p.ago, func(ctx context.Context) (err error) {
			v, err := l.viewer(ctx, by)
			if err != nil {
				return err
			}
			d := l.draft(quarter, p.title, p.text, false)
			d.Proposal = &instance.Proposal{
				Unit: p.unit, Quantity: instance.Whole(p.most), Step: instance.Whole(p.lot), Minimum: instance.One, Threshold: instance.Whole(p.least), Ends: closes,
			}
			if post, err = l.app.Purchases.Open(ctx, v, d, instance.Purchase{Template: p.template, Supplier: p.supplier, Price: p.price}); err != nil {
				return fmt.Errorf("%s: %w", p.title, err)
			}
			return nil
		})
		ordered := map[string]bool{}
		for n, amount := range p.orders {
			who := l.somebody(quarter, p.ago)
			if ordered[who.username] {
				continue
			}
			ordered[who.username] = true
			l.at(p.ago-time.Duration(n+1)*3*time.Hour, func(ctx context.Context) error {
				v, err := l.viewer(ctx, who)
				if err != nil {
					return err
				}
				if err := l.app.Purchases.Take(ctx, v, post.ID, instance.OrderPlan{Wanted: instance.Whole(amount), Most: instance.Whole(amount + 1)}); err != nil {
					return fmt.Errorf("order %s: %w", p.title, err)
				}
				return nil
			})
		}
	}
}

// clubs are circles around something people like to do.
func (l *life) clubs() {
	for i, c := range []struct{ username, title, summary, topic string }{
		{"course_a_pied", "Course à pied", "Le mardi soir et le dimanche matin, tous niveaux.", "sport"},
		{"jardins_partages", "Jardins partagés", "Parcelles, graines et arrosage d'été.", "garden"},
		{"lire_ensemble", "Lire ensemble", "Un livre par mois, autour d'un thé.", "reading"},
	} {
		quarter, ago := l.quarter(i), 12*24*time.Hour-time.Duration(i)*time.Hour
		by := l.author(quarter, ago)
		var club instance.Club
		l.at(ago, func(ctx context.Context) error {
			who, err := l.app.People.Named(ctx, by.username)
			if err != nil {
				return err
			}
			club, err = l.app.Clubs.Found(ctx, who.ID, clubs.Plan{
				Username: c.username, Title: c.title, Summary: c.summary, Topic: instance.ClubTopic(c.topic), Entry: "open", Place: l.places[quarter],
			})
			if err != nil {
				return fmt.Errorf("%s: %w", c.title, err)
			}
			return nil
		})
		for n := range 6 {
			who := l.somebody(quarter, ago)
			if who.username == by.username {
				continue
			}
			l.at(ago-time.Duration(n+1)*5*time.Hour, func(ctx context.Context) error {
				person, err := l.app.People.Named(ctx, who.username)
				if err != nil {
					return err
				}
				_, err = l.app.Clubs.Enter(ctx, club.ID, person.ID)
				return err
			})
		}
	}
}
