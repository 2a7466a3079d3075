// Package dashboard puts together what a neighbourhood needs to see first: who
// needs a hand, what happens this week, what is offered, what closes soon. It is
// finite, and shows each reader what they may read and no more.
package dashboard

import (
	"context"
	"fmt"
	"slices"
	"time"

	"palier/instance"
	"palier/instance/readable"
	"palier/instance/store"
)

// Service reads dashboards.
type Service struct {
	db    *store.DB
	now   func() time.Time
	posts Posts
	feeds Feeds

	months   kept[Month]
	passedOn kept[brought]
}

// Posts is how a dashboard gets at what it names.
type Posts interface {
	// Load returns those of the posts that v may read, in the order asked for.
	Load(ctx context.Context, v instance.Viewer, ids []instance.PostID) ([]*instance.Post, error)
}

// Feeds says which other places belong to a place's dashboard.
type Feeds interface {
	// Near returns the places that the feed of a place takes in besides its own.
	Near(ctx context.Context, place instance.ActorID) ([]instance.ActorID, error)
}

// Options are what a [Service] stands on.
type Options struct {
	DB    *store.DB
	Now   func() time.Time
	Posts Posts
	Feeds Feeds
}

// New returns a service on o.
func New(o Options) *Service { return &Service{db: o.DB, now: o.Now, posts: o.Posts, feeds: o.Feeds} }

// Dashboard is what a place shows first, in the order in which it is shown.
type Dashboard struct {
	Notices []*instance.Post // of the town hall, the building, associations
	Needs   []*instance.Post // who asks for something, the oldest first
	Week    []*instance.Post // what happens today and in the next days, the earliest first
	Offers  []*instance.Post // what is offered, the newest first
	Closing []*instance.Post // what is bought together, the earliest deadline first
	Near    []instance.ActorID
	Month   Month
}

// Empty tells whether there is nothing at all to show.
func (d *Dashboard) Empty() bool {
	return len(d.Notices)+len(d.Needs)+len(d.Week)+len(d.Offers)+len(d.Closing) == 0
}

// How many lines a section has, and how far ahead it looks.
const (
	mostNeeds   = 3
	mostOffers  = 6
	mostEvents  = 6
	mostClosing = 3
	mostNotices = 3
)

// Of returns the dashboard of a place as v may read it.
func (s *Service) Of(ctx context.Context, v instance.Viewer, place instance.ActorID) (Dashboard, error) {
	d, err := s.of(ctx, v, place)
	if err != nil {
		return Dashboard{}, fmt.Errorf("dashboard of %s: %w", place, err)
	}
	return d, nil
}

func (s *Service) of(ctx context.Context, v instance.Viewer, place instance.ActorID) (Dashboard, error) {
	var d Dashboard
	var err error
	if d.Near, err = s.feeds.Near(ctx, place); err != nil {
		return d, err
	}
	now := s.now()
	groups, err := s.groups(ctx, place, d.Near)
	if err != nil {
		return d, err
	}
	notices, err := s.find(ctx, v, place, groups, now, section{
		`notices n`, `n.post_id`, `n.until > $1 AND (n.level = 'info' OR n.place_id <> $2)`, `p.id DESC`, `n.place_id`, mostNotices,
	})
	if err != nil {
		return d, err
	}
	week, err := s.find(ctx, v, place, groups, now, section{
		`events e`, `e.post_id`, `e.starts_at BETWEEN CAST($1 AS BIGINT) - 2678400000 AND CAST($1 AS BIGINT) + 604800000
			AND COALESCE(e.ends_at, e.starts_at + 7200000) > $1 AND e.status <> 'cancelled'`, `e.starts_at, p.id`, `p.group_id`, mostEvents,
	})
	if err != nil {
		return d, err
	}
	needs, offers, closing, err := s.open(ctx, v, place, groups, now)
	if err != nil {
		return d, err
	}
	shown, err := s.posts.Load(ctx, v, slices.Concat(notices, needs, week, offers, closing))
	if err != nil {
		return d, err
	}
	byID := make(map[instance.PostID]*instance.Post, len(shown))
	for _, p := range shown {
		byID[p.ID] = p
	}
	for _, list := range []struct {
		to  *[]*instance.Post
		ids []instance.PostID
	}{{&d.Notices, notices}, {&d.Needs, needs}, {&d.Week, week}, {&d.Offers, offers}, {&d.Closing, closing}} {
		for _, id := range list.ids {
			if p := byID[id]; p != nil && !p.Gone() {
				*list.to = append(*list.to, p)
			}
		}
	}
	d.Month, err = s.month(ctx, place, groups, now)
	return d, err
}

// section is one list of a dashboard in SQL: the table that tells of posts p and
// its column that names them, which lines it takes, in which order, by which
// column they belong to a place, and how many at most.
type section struct {
	from, post, where, order, at string
	most                         int
}

// groups returns a place, what lies within it on this server, and the places
// near it that its feed takes in.
func (s *Service) groups(ctx context.Context, place instance.ActorID, near []instance.ActorID) ([]instance.ActorID, error) {
	groups := append([]instance.ActorID{}, near...)
	rows, err := s.db.Read().Query(ctx, `
		WITH RECURSIVE down (id) AS (
			SELECT CAST($1 AS BIGINT)
			UNION
			SELECT w.child_id
			  FROM down
			  JOIN actors p ON p.id = down.id
			  JOIN nestings w ON w.parent_uri = p.uri
			  JOIN actors c ON c.id = w.child_id AND c.host = ''
		)
		SELECT id FROM down`, place)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id instance.ActorID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		groups = append(groups, id)
	}
	return groups, rows.Err()
}

// find returns the posts of a section: those posted in one of the groups, and
// those that the place itself brought from elsewhere. A cross join has SQLite
// begin with the few lines that are open, never with all posts there are.
func (s *Service) find(ctx context.Context, v instance.Viewer, place instance.ActorID, groups []instance.ActorID, now time.Time, part section) ([]instance.PostID, error) {
	args := []any{store.Millis(now), place, part.most}
	first := len(args) + 1
	for _, id := range groups {
		args = append(args, id)
	}
	in := store.Placeholders(first, len(groups))
	may, args := readable.Where(v, args)
	rows, err := s.db.Read().Query(ctx, `
		SELECT p.id
		  FROM `+part.from+` CROSS JOIN posts p
		  JOIN actors a ON a.id = p.author_id
		 WHERE p.id = `+part.post+` AND `+part.where+`
		   AND p.deleted_at IS NULL AND p.removed_at IS NULL AND p.audience <> 'direct'
		   AND a.deleted_at IS NULL AND a.suspended_at IS NULL
		   AND (`+part.at+` IN (`+in+`)
		        OR EXISTS (SELECT 1 FROM boosts b WHERE b.post_id = p.id AND b.actor_id = $2))
		   AND `+may+`
		 ORDER BY `+part.order+`
		 LIMIT $3`, args...)
	if err != nil {
		return nil, err
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
	return ids, rows.Err()
}
