// Package newcomers is the corner of a place where who is new there says hello,
// if they like to: in words of their own, to the neighbours of the place and
// nobody else.
package newcomers

import (
	"context"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/readable"
	"palier/instance/store"
)

// Service keeps the corners.
type Service struct{ Options }

// Options are what a [Service] stands on.
type Options struct {
	DB    *store.DB
	Now   func() time.Time
	Posts Posts
}

// Posts is what a corner needs of posts: a hello is one.
type Posts interface {
	// PublishWith posts what a person drafted and does with in its transaction.
	PublishWith(ctx context.Context, v instance.Viewer, d instance.Draft, with func(context.Context, store.Tx, *instance.Post) error) (*instance.Post, error)
	// Load returns those of the posts that v may read, in the order of ids.
	Load(ctx context.Context, v instance.Viewer, ids []instance.PostID) ([]*instance.Post, error)
}

// New returns a service on o.
func New(o Options) *Service { return &Service{o} }

const (
	// lasts is how long a hello stands in the corner, and until one can say
	// another.
	lasts = 90 * 24 * time.Hour
	most  = 30
)

// Introduce says hello for somebody in a place of theirs, to its neighbours. It
// returns what publishing a post returns, and an [instance.Invalid] for who said
// it lately.
func (s *Service) Introduce(ctx context.Context, v instance.Viewer, place instance.ActorID, text, language, once string) (*instance.Post, error) {
	if !v.Reads(instance.ToNeighbourhood, place) {
		return nil, fmt.Errorf("say hello in %s: %w", place, instance.ErrForbidden)
	}
	p, err := s.Posts.PublishWith(ctx, v, instance.Draft{
		Text: text, Language: language, Audience: instance.ToNeighbourhood, Group: place, Kind: instance.KindHello, Once: once,
	}, func(ctx context.Context, tx store.Tx, p *instance.Post) error {
		var before bool
		err := tx.QueryRow(ctx, `
			SELECT EXISTS (SELECT 1 FROM posts WHERE author_id = $1 AND group_id = $2 AND kind = 'hello' AND id > $3 AND id <> $4 AND deleted_at IS NULL)`,
			p.Author.ID, place, s.since(), p.ID).Scan(&before)
		if err == nil && before {
			err = &instance.Invalid{Field: "text", Code: "said-hello"}
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("say hello in %s: %w", place, err)
	}
	return p, nil
}

func (s *Service) since() int64 { return s.Now().Add(-lasts).UnixMilli() << 16 }

// Of returns the hellos of the last three months in a place that v may read, the
// newest first.
func (s *Service) Of(ctx context.Context, v instance.Viewer, place instance.ActorID) ([]*instance.Post, error) {
	where, args := readable.Where(v, []any{place, s.since(), most})
	rows, err := s.DB.Read().Query(ctx, `
		SELECT p.id
		  FROM posts p
		 WHERE p.kind = 'hello' AND p.kind <> 'post' AND p.group_id = $1 AND p.id > $2
		   AND p.deleted_at IS NULL AND p.removed_at IS NULL AND `+where+`
		 ORDER BY p.id DESC
		 LIMIT $3`, args...)
	if err != nil {
		return nil, fmt.Errorf("newcomers of %s: %w", place, err)
	}
	defer rows.Close()
	var ids []instance.PostID
	for rows.Next() {
		var id instance.PostID
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("newcomers of %s: %w", place, err)
		}
		ids = append(ids, id)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("newcomers of %s: %w", place, err)
	}
	return s.Posts.Load(ctx, v, ids)
}
