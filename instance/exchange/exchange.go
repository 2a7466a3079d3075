// Package exchange is how neighbours take what others offer, and help with what
// others ask for: who asked for how much of it, who was accepted, what is lent
// and when it is back. Proposals themselves are part of posts.
package exchange

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/jobs"
	"palier/instance/store"
)

// Service keeps agreements.
type Service struct {
	db    *store.DB
	site  instance.Site
	ids   *instance.IDs
	now   func() time.Time
	jobs  *jobs.Queue
	posts Posts

	readers Readers
	keepers map[string]Keeper
	tell    func(context.Context, store.Tx, instance.Deed) error
}

// Posts is how agreements get at what was proposed.
type Posts interface {
	// ByID returns one post if v may read it, else [instance.ErrNotFound].
	ByID(ctx context.Context, v instance.Viewer, id instance.PostID) (*instance.Post, error)
	// Load returns those of the posts that v may read, in this order.
	Load(ctx context.Context, v instance.Viewer, ids []instance.PostID) ([]*instance.Post, error)
	// Held returns a post whoever may read it.
	Held(ctx context.Context, tx store.Tx, id instance.PostID) (*instance.Post, error)
	// PublishWith posts a draft and does what belongs to it in one transaction.
	PublishWith(ctx context.Context, v instance.Viewer, d instance.Draft, with func(ctx context.Context, tx store.Tx, p *instance.Post) error) (*instance.Post, error)
}

// Readers is how the room knows who may read what.
type Readers interface {
	// Viewer returns a person as a reader.
	Viewer(ctx context.Context, person instance.ActorID) (instance.Viewer, error)
}

// Options are what a [Service] stands on.
type Options struct {
	DB    *store.DB
	Site  instance.Site
	IDs   *instance.IDs
	Now   func() time.Time
	Jobs  *jobs.Queue
	Posts Posts
	// Readers are the people of this server.
	Readers Readers
	// Tell hears each deed inside the transaction that does it.
	Tell func(context.Context, store.Tx, instance.Deed) error
}

// New returns a service on o.
func New(o Options) *Service {
	return &Service{db: o.DB, site: o.Site, ids: o.IDs, now: o.Now, jobs: o.Jobs, posts: o.Posts, readers: o.Readers, keepers: map[string]Keeper{}, tell: o.Tell}
}

// columns lists what [scan] reads.
const columns = `g.id, g.post_id, p.author_id, g.uri, g.quantity, g.unit, g.state, g.starts_at, g.ends_at, g.note, g.reason,
	COALESCE(g.thread_id, 0), g.answered_at, g.handed_at, g.closed_at, g.met, g.repair, g.code, ` + actors.Columns

// taken are the kinds of posts whose authors answer each who asks. The others
// have pages of their own for it, and a [Keeper].
var taken = `('` + strings.Join(instance.ExchangeKinds, `', '`) + `')`

// from joins an agreement g with its post p and its taker a.
const from = ` FROM agreements g JOIN posts p ON p.id = g.post_id JOIN actors a ON a.id = g.taker_id`

func scan(r store.Row) (*instance.Agreement, error) {
	var g instance.Agreement
	var starts, ends, answered, handed, closed *int64
	dest := []any{
		&g.ID, &g.Post, &g.Proposer, &g.URI, &g.Quantity, &g.Unit, &g.State, &starts, &ends, &g.Note, &g.Reason,
		&g.Thread, &answered, &handed, &closed, &g.Met, &g.Repair, &g.Code,
	}
	taker, done := actors.Fields(&g.Taker)
	if err := r.Scan(append(dest, taker...)...); err != nil {
		if errors.Is(err, store.ErrNoRows) {
			return nil, instance.ErrNotFound
		}
		return nil, err
	}
	g.From, g.Until = store.TimeOrNever(starts), store.TimeOrNever(ends)
	g.AnsweredAt, g.HandedAt, g.ClosedAt = store.TimeOrNever(answered), store.TimeOrNever(handed), store.TimeOrNever(closed)
	return &g, done()
}

func list(rows store.Rows, err error) (all []*instance.Agreement, _ error) {
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		g, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, g)
	}
	return all, rows.Err()
}

// find returns the agreement that a condition names.
func find(ctx context.Context, tx store.Tx, where string, args ...any) (*instance.Agreement, error) {
	return scan(tx.QueryRow(ctx, `SELECT `+columns+from+` WHERE `+where, args...))
}

// ByID returns an agreement of somebody's, [instance.ErrNotFound] for any that
// is between others.
func (s *Service) ByID(ctx context.Context, who instance.ActorID, id instance.ID) (*instance.Agreement, error) {
	g, err := find(ctx, s.db.Read(), `g.id = $1 AND (g.taker_id = $2 OR p.author_id = $2)`, id, who)
	if err != nil {
		return nil, fmt.Errorf("agreement %s: %w", id, err)
	}
	return g, nil
}

// mostShown is how many agreements stand on the page of one proposal.
const mostShown = 100

// Of returns what somebody may know of who takes what of a post: its author all
// that is or was to be, the oldest first, anybody else their own.
func (s *Service) Of(ctx context.Context, who instance.ActorID, post instance.PostID) ([]*instance.Agreement, error) {
	if who == 0 {
		return nil, nil
	}
	all, err := list(s.db.Read().Query(ctx, `
		SELECT `+columns+from+`
		 WHERE g.post_id = $1 AND (g.taker_id = $2 OR p.author_id = $2 AND p.kind IN `+taken+` AND g.state NOT IN ('declined', 'cancelled'))
		 ORDER BY g.id
		 LIMIT $3`, post, who, mostShown))
	if err != nil {
		return nil, fmt.Errorf("agreements of %s on %s: %w", who, post, err)
	}
	return all, nil
}
