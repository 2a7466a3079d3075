package exchange

import (
	"context"
	"fmt"
	"slices"
	"time"

	"palier/instance"
	"palier/instance/readable"
	"palier/instance/store"
)

// Wanted narrows a list of proposals. Zero values narrow nothing.
type Wanted struct {
	Purpose  instance.Purpose
	Kind     string
	Category string
}

// Open returns a page of what is open in a place, as v may read it, the newest
// first, from before an id.
func (s *Service) Open(ctx context.Context, v instance.Viewer, place instance.ActorID, w Wanted, before instance.PostID, limit int) ([]*instance.Post, error) {
	if before == 0 {
		before = 1<<63 - 1
	}
	where, args := readable.Where(v, []any{place, before, store.Millis(s.now()), limit})
	narrow := ``
	for _, n := range []struct{ column, value string }{{"q.purpose", string(w.Purpose)}, {"p.kind", w.Kind}, {"q.category", w.Category}} {
		if n.value != "" {
			args = append(args, n.value)
			narrow += ` AND ` + n.column + ` = ` + store.Placeholders(len(args), 1)
		}
	}
	// Few proposals of a place are open: those are found first, by the place that
	// is kept with them. A cross join has SQLite do so too.
	rows, err := s.db.Read().Query(ctx, `
		SELECT p.id
		  FROM proposals q CROSS JOIN posts p
		 WHERE q.group_id = $1 AND q.post_id < $2 AND p.id = q.post_id AND p.kind IN `+taken+`
		   AND q.status = 'open' AND (q.ends_at IS NULL OR q.ends_at > $3)
		   AND NOT EXISTS (SELECT 1 FROM asks k WHERE k.post_id = p.id AND k.paused_at IS NOT NULL)
		   AND p.deleted_at IS NULL AND p.removed_at IS NULL AND `+where+narrow+`
		 ORDER BY q.post_id DESC
		 LIMIT $4`, args...)
	if err != nil {
		return nil, fmt.Errorf("open proposals in %s: %w", place, err)
	}
	defer rows.Close()
	var ids []instance.PostID
	for rows.Next() {
		var id instance.PostID
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("open proposals in %s: %w", place, err)
		}
		ids = append(ids, id)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("open proposals in %s: %w", place, err)
	}
	return s.posts.Load(ctx, v, ids)
}

// Deal is an agreement with what it is about.
type Deal struct {
	*instance.Agreement
	About *instance.Post
}

// recent is how long what is over stays on somebody's list.
const recent = 30 * 24 * time.Hour

// Mine returns what somebody takes or is asked for, what is to be done first:
// what is under way and what is over lately.
func (s *Service) Mine(ctx context.Context, v instance.Viewer) ([]Deal, error) {
	all, err := list(s.db.Read().Query(ctx, `
		SELECT `+columns+from+`
		 WHERE (g.taker_id = $1 OR p.author_id = $1 AND p.kind IN `+taken+`)
		   AND (g.state IN ('asked', 'accepted', 'handed-over') OR g.state IN ('returned', 'done') AND g.closed_at > $2)
		 ORDER BY g.id DESC
		 LIMIT 200`, v.ID, store.Millis(s.now().Add(-recent))))
	if err != nil {
		return nil, fmt.Errorf("agreements of %s: %w", v.ID, err)
	}
	var ids []instance.PostID
	for _, g := range all {
		if !slices.Contains(ids, g.Post) {
			ids = append(ids, g.Post)
		}
	}
	found, err := s.posts.Load(ctx, v, ids)
	if err != nil {
		return nil, err
	}
	var deals []Deal
	for _, g := range all {
		if i := slices.IndexFunc(found, func(p *instance.Post) bool { return p.ID == g.Post }); i >= 0 {
			deals = append(deals, Deal{g, found[i]})
		}
	}
	return deals, nil
}

// Proposed returns what somebody has open, the newest first.
func (s *Service) Proposed(ctx context.Context, v instance.Viewer) ([]*instance.Post, error) {
	rows, err := s.db.Read().Query(ctx, `
		SELECT p.id
		  FROM posts p JOIN proposals q ON q.post_id = p.id
		 WHERE p.author_id = $1 AND p.deleted_at IS NULL AND q.status IN ('open', 'agreed')
		 ORDER BY p.id DESC
		 LIMIT 100`, v.ID)
	if err != nil {
		return nil, fmt.Errorf("proposals of %s: %w", v.ID, err)
	}
	defer rows.Close()
	var ids []instance.PostID
	for rows.Next() {
		var id instance.PostID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	return s.posts.Load(ctx, v, ids)
}

// Reckoning is how often somebody gave and received in a year. It is for them
// alone.
type Reckoning struct{ Given, Received int }

// Reckon counts what somebody gave and received since a time.
func (s *Service) Reckon(ctx context.Context, who instance.ActorID, since time.Time) (Reckoning, error) {
	var r Reckoning
	err := s.db.Read().QueryRow(ctx, `
		SELECT COUNT(*) FILTER (WHERE p.author_id = $1 AND q.purpose = 'offer' OR g.taker_id = $1 AND q.purpose = 'request'),
		       COUNT(*) FILTER (WHERE p.author_id = $1 AND q.purpose = 'request' OR g.taker_id = $1 AND q.purpose = 'offer')
		  FROM agreements g JOIN posts p ON p.id = g.post_id JOIN proposals q ON q.post_id = p.id
		 WHERE (g.taker_id = $1 OR p.author_id = $1) AND g.state IN ('returned', 'done') AND g.closed_at >= $2`, who, store.Millis(since)).Scan(&r.Given, &r.Received)
	if err != nil {
		return r, fmt.Errorf("reckon for %s: %w", who, err)
	}
	return r, nil
}

// Together counts what neighbours of a place did for one another since a time:
// hands lent and things lent, of nobody in particular.
func (s *Service) Together(ctx context.Context, place instance.ActorID, since time.Time) (hands, loans int, err error) {
	err = s.db.Read().QueryRow(ctx, `
		SELECT COUNT(*) FILTER (WHERE p.kind <> 'lending'), COUNT(*) FILTER (WHERE p.kind = 'lending')
		  FROM agreements g JOIN posts p ON p.id = g.post_id
		 WHERE p.group_id = $1 AND g.state IN ('returned', 'done') AND g.closed_at >= $2`, place, store.Millis(since)).Scan(&hands, &loans)
	if err != nil {
		return 0, 0, fmt.Errorf("count what was done in %s: %w", place, err)
	}
	return hands, loans, nil
}
