// Package errands lets neighbours fetch and do things for one another. What is
// on a list, and what is to be printed, is seen by the one helper and by nobody
// else.
package errands

import (
	"context"
	"errors"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/jobs"
	"palier/instance/media"
	"palier/instance/store"
)

// Service keeps errands.
type Service struct {
	db      *store.DB
	ids     *instance.IDs
	now     func() time.Time
	posts   Posts
	files   *media.Safe
	jobs    *jobs.Queue
	concern Concern
}

// Posts is how errands get at their posts.
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
	Files   media.Store // where what is to be printed waits, sealed
	Jobs    *jobs.Queue
	Concern Concern
}

// New returns a service on o.
func New(o Options) *Service {
	s := &Service{db: o.DB, ids: o.IDs, now: o.Now, posts: o.Posts, files: media.NewSafe(o.Files), jobs: o.Jobs, concern: o.Concern}
	jobs.Handle(o.Jobs, s.dropInTime, jobs.HandleOptions{})
	return s
}

// Open posts a draft of an errand. A printout is needed for one of mode print
// and for no other. It returns an [instance.Invalid] for what cannot be.
func (s *Service) Open(ctx context.Context, v instance.Viewer, d instance.Draft, plan instance.ErrandPlan, sheet *instance.Printout) (*instance.Post, error) {
	if err := plan.Check(s.now()); err != nil {
		return nil, err
	}
	q := instance.Proposal{
		Purpose: instance.Asking, Category: plan.Mode, Status: instance.ProposalOpen, Starts: plan.At, Action: "deliverService", Unit: "one",
		Quantity: instance.One, Priority: plan.Urgent,
	}
	switch plan.Mode {
	case "run":
		q.Purpose, q.Quantity, q.Ends = instance.Offering, instance.Whole(plan.Most), plan.At
	case "walk":
		q.Quantity, q.Repeats = instance.Whole(len(plan.Walks)), "FREQ=WEEKLY"
	}
	q.Available = q.Quantity
	d.Kind, d.Proposal = instance.KindErrand, &q
	sealed, err := s.seal(ctx, plan.Mode, sheet)
	if err != nil {
		return nil, err
	}
	p, err := s.posts.PublishWith(ctx, v, d, func(ctx context.Context, tx store.Tx, p *instance.Post) error {
		return s.insert(ctx, tx, p.ID, plan, sealed)
	})
	if err != nil && sealed != nil {
		err = errors.Join(err, s.files.Delete(ctx, sealed.File))
	}
	return p, err
}

func (s *Service) insert(ctx context.Context, tx store.Tx, id instance.PostID, plan instance.ErrandPlan, sealed *sealed) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO errands (post_id, mode, place, list, budget)
		VALUES ($1, $2, $3, $4, $5)`, id, plan.Mode, plan.Place, plan.List, plan.Budget)
	if err != nil {
		return err
	}
	if len(plan.Walks) > 0 {
		values, args := "", []any{id}
		for i, w := range plan.Walks {
			if i > 0 {
				values += ", "
			}
			values += `($1, ` + store.Placeholders(len(args)+1, 2) + `)`
			args = append(args, w.Day, w.Minute)
		}
		_, err := tx.Exec(ctx, `INSERT INTO errand_walks (post_id, day, minute) VALUES `+values+` ON CONFLICT DO NOTHING`, args...)
		if err != nil {
			return err
		}
	}
	if sealed == nil {
		return nil
	}
	return s.keep(ctx, tx, id, sealed)
}

// Sight is an errand as somebody sees it.
type Sight struct {
	instance.Errand
	Asks bool                 // it is the viewer's own
	Mine *instance.ErrandPart // nil for none
}

// Helps tells whether the viewer takes part and was agreed to.
func (e *Sight) Helps() bool { return e.Mine != nil && e.Mine.State == instance.SeatAgreed }

// ByID returns an errand as v sees it: the list and what is to be printed only
// for the one who asks and the one who helps, the lists of others only for the
// one who goes. It returns [instance.ErrNotFound] where there is none that v may
// read.
func (s *Service) ByID(ctx context.Context, v instance.Viewer, id instance.PostID) (*Sight, error) {
	post, err := s.posts.ByID(ctx, v, id)
	if err == nil && (post.Gone() || post.Proposal == nil) {
		err = instance.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("errand %s: %w", id, err)
	}
	e := &Sight{Errand: instance.Errand{Post: post}, Asks: v.ID != 0 && post.Author.ID == v.ID}
	if err := s.load(ctx, e, v.ID); err != nil {
		return nil, fmt.Errorf("errand %s: %w", id, err)
	}
	return e, nil
}

func (s *Service) load(ctx context.Context, e *Sight, me instance.ActorID) error {
	id := e.Post.ID
	err := s.db.Read().QueryRow(ctx, `
		SELECT e.mode, e.place, e.list, e.budget, COALESCE(f.name, '')
		  FROM errands e
		  LEFT JOIN errand_files f ON f.post_id = e.post_id AND f.expires_at > $2
		 WHERE e.post_id = $1`, id, store.Millis(s.now())).Scan(&e.Mode, &e.Place, &e.List, &e.Budget, &e.File)
	if err != nil {
		return notFound(err)
	}
	e.At, e.Urgent = e.Post.Proposal.Starts, e.Post.Proposal.Priority
	parts, err := partsOf(ctx, s.db.Read(), id)
	if err != nil {
		return err
	}
	for i := range parts {
		if parts[i].Actor.ID == me && me != 0 {
			e.Mine = &parts[i]
		}
		if e.Asks && parts[i].State != instance.SeatDeclined {
			e.Parts = append(e.Parts, parts[i])
		}
	}
	if !e.Asks && !e.Helps() {
		e.List, e.Budget, e.File = "", "", ""
	}
	if e.Mode == "walk" {
		e.Walks, err = s.walks(ctx, id)
	}
	return err
}

func partsOf(ctx context.Context, tx store.Tx, id instance.PostID) ([]instance.ErrandPart, error) {
	rows, err := tx.Query(ctx, `
		SELECT `+actors.Columns+`, t.id, t.state, t.list, t.budget, t.receipt_at, t.handed_at
		  FROM errand_parts t JOIN actors a ON a.id = t.actor_id
		 WHERE t.post_id = $1
		 ORDER BY t.id`, id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var parts []instance.ErrandPart
	for rows.Next() {
		var p instance.ErrandPart
		var receipt, handed *int64
		dest, done := actors.Fields(&p.Actor)
		if err := rows.Scan(append(dest, &p.ID, &p.State, &p.List, &p.Budget, &receipt, &handed)...); err != nil {
			return nil, err
		}
		if err := done(); err != nil {
			return nil, err
		}
		p.Receipt, p.Handed = store.TimeOrNever(receipt), store.TimeOrNever(handed)
		parts = append(parts, p)
	}
	return parts, rows.Err()
}

func (s *Service) walks(ctx context.Context, id instance.PostID) ([]instance.Walk, error) {
	rows, err := s.db.Read().Query(ctx, `
		SELECT day, minute, COALESCE(actor_id, 0) FROM errand_walks WHERE post_id = $1 ORDER BY day, minute`, id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var walks []instance.Walk
	var who []instance.ActorID
	for rows.Next() {
		var w instance.Walk
		var actor instance.ActorID
		if err := rows.Scan(&w.Day, &w.Minute, &actor); err != nil {
			return nil, err
		}
		walks, who = append(walks, w), append(who, actor)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	known, err := actors.ByIDs(ctx, s.db.Read(), who)
	for i, id := range who {
		if a, ok := known[id]; ok {
			walks[i].Who = &a
		}
	}
	return walks, err
}

// notFound gives a missing row its meaning.
func notFound(err error) error {
	if errors.Is(err, store.ErrNoRows) {
		return instance.ErrNotFound
	}
	return err
}
