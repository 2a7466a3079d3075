// Package purchases lets neighbours buy together: one person opens a purchase,
// each neighbour has one order until its deadline, lots are allotted then, and
// what was bought is handed out in slots. No money is handled.
package purchases

import (
	"context"
	"errors"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/jobs"
	"palier/instance/store"
)

// Service keeps purchases.
type Service struct {
	db      *store.DB
	ids     *instance.IDs
	now     func() time.Time
	posts   Posts
	jobs    *jobs.Queue
	concern Concern
	afar    Afar
}

// Posts is how purchases get at their posts.
type Posts interface {
	// ByID returns one post if v may read it, else [instance.ErrNotFound].
	ByID(ctx context.Context, v instance.Viewer, id instance.PostID) (*instance.Post, error)
	// PublishWith posts a draft and does with in the same transaction.
	PublishWith(ctx context.Context, v instance.Viewer, d instance.Draft, with func(context.Context, store.Tx, *instance.Post) error) (*instance.Post, error)
}

// Concern tells people of something that concerns them about a post.
type Concern func(ctx context.Context, tx store.Tx, kind string, from instance.ActorID, post instance.PostID, whom []instance.ActorID) error

// Options are what a [Service] stands on.
type Options struct {
	DB      *store.DB
	IDs     *instance.IDs
	Now     func() time.Time
	Posts   Posts
	Jobs    *jobs.Queue
	Concern Concern
	// Afar tells other servers; nil where there are none.
	Afar Afar
}

// Afar tells other servers what becomes of what their people ordered.
type Afar interface {
	// AnswerAfar says yes or no to who ordered from another server, and nothing to
	// anybody here; reason is why not.
	AnswerAfar(ctx context.Context, tx store.Tx, post instance.PostID, who instance.ActorID, yes bool, reason string) error
	// Settled tells readers how a proposal stands now.
	Settled(ctx context.Context, tx store.Tx, post instance.PostID) error
}

// New returns a service on o.
func New(o Options) *Service {
	s := &Service{db: o.DB, ids: o.IDs, now: o.Now, posts: o.Posts, jobs: o.Jobs, concern: o.Concern, afar: o.Afar}
	jobs.Handle(o.Jobs, s.closeInTime, jobs.HandleOptions{})
	return s
}

// Open posts a draft that proposes to buy something together. It returns an
// [instance.Invalid] for what cannot be taken, and what publishing a post does.
func (s *Service) Open(ctx context.Context, v instance.Viewer, d instance.Draft, p instance.Purchase) (*instance.Post, error) {
	q := *d.Proposal
	if err := p.CheckPurchase(&q, s.now()); err != nil {
		return nil, err
	}
	q.Purpose, q.Status, q.Category = instance.Asking, instance.ProposalOpen, p.Template
	q.Action, q.Available = "transfer", q.Quantity
	d.Kind, d.Proposal = instance.KindPurchase, &q
	return s.posts.PublishWith(ctx, v, d, func(ctx context.Context, tx store.Tx, post *instance.Post) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO purchases (post_id, template, supplier, price)
			VALUES ($1, $2, $3, $4)`, post.ID, p.Template, p.Supplier, p.Price)
		if err != nil {
			return err
		}
		return s.jobs.Enqueue(ctx, tx, ClosePurchase{post.ID}, jobs.At(q.Ends))
	})
}

// Sheet is a purchase as somebody sees it.
type Sheet struct {
	instance.Purchase
	People    int             // with an order
	Mine      *instance.Order // nil for none
	Organises bool            // it is the viewer's own
	// Orders are those of everyone, by their turn, for those who take part; nil
	// for others.
	Orders []instance.Order
}

// ByID returns a purchase as v sees it. It returns [instance.ErrNotFound] where
// there is none that v may read.
func (s *Service) ByID(ctx context.Context, v instance.Viewer, id instance.PostID) (*Sheet, error) {
	post, err := s.posts.ByID(ctx, v, id)
	if err == nil && (post.Gone() || post.Proposal == nil) {
		err = instance.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("purchase %s: %w", id, err)
	}
	sheet := &Sheet{Purchase: instance.Purchase{Post: post}, Organises: post.Author.ID == v.ID}
	if err := s.load(ctx, sheet, v.ID); err != nil {
		return nil, fmt.Errorf("purchase %s: %w", id, err)
	}
	return sheet, nil
}

func (s *Service) load(ctx context.Context, sheet *Sheet, me instance.ActorID) error {
	id := sheet.Post.ID
	err := s.db.Read().QueryRow(ctx, `
		SELECT template, supplier, price FROM purchases WHERE post_id = $1`, id).Scan(&sheet.Template, &sheet.Supplier, &sheet.Price)
	if err != nil {
		return notFound(err)
	}
	if sheet.Slots, err = pickUps(s.db.Read().Query(ctx, `
		SELECT id, starts_at, ends_at, place, capacity, taken
		  FROM purchase_slots
		 WHERE post_id = $1
		 ORDER BY starts_at, id`, id)); err != nil {
		return err
	}
	orders, err := list(ctx, s.db.Read(), id)
	if err != nil {
		return err
	}
	sheet.People = len(orders)
	for i := range orders {
		if orders[i].Actor.ID == me && me != 0 {
			sheet.Mine = &orders[i]
		}
	}
	if sheet.Mine != nil || sheet.Organises {
		sheet.Orders = orders
	}
	return nil
}

// list returns the orders of a purchase by their turn.
func list(ctx context.Context, tx store.Tx, id instance.PostID) ([]instance.Order, error) {
	rows, err := tx.Query(ctx, `
		SELECT `+actors.Columns+`, o.id, o.wanted, o.at_most, o.allotted, COALESCE(o.slot_id, 0), o.collected_at, o.settled_at
		  FROM purchase_orders o JOIN actors a ON a.id = o.actor_id
		 WHERE o.post_id = $1
		 ORDER BY o.id`, id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var orders []instance.Order
	for rows.Next() {
		var o instance.Order
		var collected, settled *int64
		dest, done := actors.Fields(&o.Actor)
		if err := rows.Scan(append(dest, &o.ID, &o.Wanted, &o.Most, &o.Allotted, &o.Slot, &collected, &settled)...); err != nil {
			return nil, err
		}
		if err := done(); err != nil {
			return nil, err
		}
		o.Collected, o.Settled = store.TimeOrNever(collected), store.TimeOrNever(settled)
		orders = append(orders, o)
	}
	return orders, rows.Err()
}

func pickUps(rows store.Rows, err error) ([]instance.PickUp, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var slots []instance.PickUp
	for rows.Next() {
		var p instance.PickUp
		var starts, ends int64
		if err := rows.Scan(&p.ID, &starts, &ends, &p.Place, &p.Capacity, &p.Taken); err != nil {
			return nil, err
		}
		p.Starts, p.Ends = store.Time(starts), store.Time(ends)
		slots = append(slots, p)
	}
	return slots, rows.Err()
}

// notFound gives a missing row its meaning.
func notFound(err error) error {
	if errors.Is(err, store.ErrNoRows) {
		return instance.ErrNotFound
	}
	return err
}
