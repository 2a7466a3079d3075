package search

import (
	"context"
	"errors"
	"time"

	"palier/instance"
	"palier/instance/store"
)

// How many of the newest posts PostgreSQL looks through by themselves first, and
// for how long it is remembered where they begin.
const (
	recently    = 1500
	recentlyFor = time.Minute
)

// edge is where the newest posts begin, as of a moment.
type edge struct {
	from instance.PostID
	at   time.Time
}

// recent runs a query about words on the newest posts alone, and tells whether a
// whole page was found there. A word that is in many posts is in enough of those.
// SQLite gives its matches by falling id and stops when a page is full; from its
// index of words PostgreSQL takes all there are, and then sorts them.
func (b *finding) recent(ctx context.Context, page Page) ([]instance.PostID, bool, error) {
	if b.s.db.Engine() != store.Postgres || !b.worded || b.since {
		return nil, false, nil
	}
	from, err := b.s.recentFrom(ctx, b.before)
	if err != nil || from == 0 {
		return nil, false, err
	}
	where, args := b.where, b.args
	b.and(b.order + ` > ` + b.arg(from))
	ids, err := b.run(ctx)
	b.where, b.args = where, args
	return ids, err == nil && len(ids) == page.limit(), err
}

// recentFrom returns after which id the newest posts before one begin, 0 if there
// are no older ones. before is 0 for the newest of all.
func (s *Service) recentFrom(ctx context.Context, before instance.PostID) (instance.PostID, error) {
	if known := s.edge.Load(); before == 0 && known != nil && s.now().Sub(known.at) < recentlyFor {
		return known.from, nil
	}
	var from instance.PostID
	err := s.db.Read().QueryRow(ctx, `
		SELECT id FROM posts WHERE CAST($1 AS BIGINT) = 0 OR id < $1 ORDER BY id DESC LIMIT 1 OFFSET $2`, before, s.recently).Scan(&from)
	if err != nil && !errors.Is(err, store.ErrNoRows) {
		return 0, err
	}
	if before == 0 {
		s.edge.Store(&edge{from, s.now()})
	}
	return from, nil
}
