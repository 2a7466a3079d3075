// Package filters folds or leaves out what people do not want to read: posts
// with words they named, and posts they named.
package filters

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"palier/instance"
	"palier/instance/store"
)

// Service keeps filters and finds what they are about.
type Service struct {
	db    *store.DB
	ids   *instance.IDs
	now   func() time.Time
	posts Posts
	tell  func(ctx context.Context, tx store.Tx, owner instance.ActorID) error

	listen sync.Once
	ready  ready
}

// Posts is how filters get at the posts they name.
type Posts interface {
	// ByID returns one post if v may read it, else [instance.ErrNotFound].
	ByID(ctx context.Context, v instance.Viewer, id instance.PostID) (*instance.Post, error)
}

// Options are what a [Service] stands on.
type Options struct {
	DB    *store.DB
	IDs   *instance.IDs
	Now   func() time.Time
	Posts Posts
	// Changed hears inside the transaction that somebody's filters are others
	// now; nil is nobody.
	Changed func(ctx context.Context, tx store.Tx, owner instance.ActorID) error
}

// New returns a service on o.
func New(o Options) *Service {
	return &Service{db: o.DB, ids: o.IDs, now: o.Now, posts: o.Posts, tell: o.Changed, ready: newReady()}
}

// Create keeps a new filter with its keywords. It returns an
// [instance.Invalid] for what cannot be taken.
func (s *Service) Create(ctx context.Context, owner instance.ActorID, plan instance.FilterPlan, keywords []instance.Keyword) (instance.Filter, error) {
	if err := plan.Check(); err != nil {
		return instance.Filter{}, err
	}
	id := instance.FilterID(s.ids.Next())
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, `
			INSERT INTO filters (id, owner_id, title, contexts, action, expires_at)
			SELECT CAST($1 AS BIGINT), CAST($2 AS BIGINT), CAST($3 AS TEXT), CAST($4 AS TEXT), CAST($5 AS TEXT), CAST($6 AS BIGINT)
			 WHERE (SELECT COUNT(*) FROM filters WHERE owner_id = $2) < $7`,
			id, owner, plan.Title, join(plan.Contexts), string(plan.Action), store.MillisOrNull(plan.ExpiresAt), instance.MaxFilters)
		if err != nil {
			return err
		}
		if n == 0 {
			return &instance.Invalid{Field: "filters", Code: "too-many", Limit: instance.MaxFilters}
		}
		if err := s.addKeywords(ctx, tx, owner, id, keywords); err != nil {
			return err
		}
		return s.changed(ctx, tx, owner)
	})
	if err != nil {
		return instance.Filter{}, fmt.Errorf("create filter of %s: %w", owner, err)
	}
	return s.ByID(ctx, owner, id)
}

// Changes are what becomes of the keywords of a filter: those with an id are
// changed, those without are added.
type Changes struct {
	Keywords []instance.Keyword
	Drop     []instance.ID
}

// Edit changes a filter and its keywords, all or nothing. It returns an
// [instance.Invalid] for what cannot be taken, and [instance.ErrNotFound] for a
// filter, or a keyword in it, that is not owner's.
func (s *Service) Edit(ctx context.Context, owner instance.ActorID, id instance.FilterID, plan instance.FilterPlan, c Changes) (instance.Filter, error) {
	if err := plan.Check(); err != nil {
		return instance.Filter{}, err
	}
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, `
			UPDATE filters
			   SET title = $3, contexts = $4, action = $5, expires_at = $6
			 WHERE id = $1 AND owner_id = $2`,
			id, owner, plan.Title, join(plan.Contexts), string(plan.Action), store.MillisOrNull(plan.ExpiresAt))
		if err != nil {
			return err
		}
		if n == 0 {
			return instance.ErrNotFound
		}
		if err := s.changeKeywords(ctx, tx, owner, id, c); err != nil {
			return err
		}
		return s.changed(ctx, tx, owner)
	})
	if err != nil {
		return instance.Filter{}, fmt.Errorf("edit filter %s of %s: %w", id, owner, err)
	}
	return s.ByID(ctx, owner, id)
}

// Delete ends a filter. It returns [instance.ErrNotFound] for one that is not
// owner's.
func (s *Service) Delete(ctx context.Context, owner instance.ActorID, id instance.FilterID) error {
	return s.drop(ctx, owner, instance.ID(id), "filter", `DELETE FROM filters WHERE id = $1 AND owner_id = $2`)
}

// drop deletes one row of owner's.
func (s *Service) drop(ctx context.Context, owner instance.ActorID, id instance.ID, what, sql string) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, sql, id, owner)
		if err != nil {
			return err
		}
		if n == 0 {
			return instance.ErrNotFound
		}
		return s.changed(ctx, tx, owner)
	})
	if err != nil {
		return fmt.Errorf("delete %s %s of %s: %w", what, id, owner, err)
	}
	return nil
}

// All returns somebody's filters, those that have expired too, the oldest first.
func (s *Service) All(ctx context.Context, owner instance.ActorID) ([]instance.Filter, error) {
	found, err := s.load(ctx, `f.owner_id = $1`, owner)
	if err != nil {
		return nil, fmt.Errorf("filters of %s: %w", owner, err)
	}
	return found, nil
}

// ByID returns a filter of owner's, [instance.ErrNotFound] for any other.
func (s *Service) ByID(ctx context.Context, owner instance.ActorID, id instance.FilterID) (instance.Filter, error) {
	found, err := s.load(ctx, `f.owner_id = $1 AND f.id = $2`, owner, id)
	if err == nil && len(found) == 0 {
		err = instance.ErrNotFound
	}
	if err != nil {
		return instance.Filter{}, fmt.Errorf("filter %s of %s: %w", id, owner, err)
	}
	return found[0], nil
}

// load returns the filters f that a condition names, with all that is in them.
func (s *Service) load(ctx context.Context, where string, args ...any) ([]instance.Filter, error) {
	found, err := list(s.db.Read().Query(ctx, `
		SELECT f.id, f.title, f.contexts, f.action, f.expires_at
		  FROM filters f
		 WHERE `+where+`
		 ORDER BY f.id`, args...))
	if err != nil || len(found) == 0 {
		return found, err
	}
	byID := make(map[instance.FilterID]*instance.Filter, len(found))
	for i := range found {
		byID[found[i].ID] = &found[i]
	}
	rows, err := s.db.Read().Query(ctx, `
		SELECT k.filter_id, k.id, k.keyword, k.whole_word, CAST(0 AS BIGINT)
		  FROM filters f JOIN filter_keywords k ON k.filter_id = f.id
		 WHERE `+where+`
		UNION ALL
		SELECT n.filter_id, n.id, '', FALSE, n.post_id
		  FROM filters f JOIN filter_posts n ON n.filter_id = f.id
		 WHERE `+where+`
		 ORDER BY 2`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id instance.FilterID
		var k instance.Keyword
		var post instance.PostID
		if err := rows.Scan(&id, &k.ID, &k.Text, &k.WholeWord, &post); err != nil {
			return nil, err
		}
		f := byID[id]
		switch {
		case f == nil: // came between the two queries
		case post != 0:
			f.Posts = append(f.Posts, instance.FilteredPost{ID: k.ID, Post: post})
		default:
			f.Keywords = append(f.Keywords, k)
		}
	}
	return found, rows.Err()
}

func list(rows store.Rows, err error) ([]instance.Filter, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []instance.Filter
	for rows.Next() {
		var f instance.Filter
		var contexts, action string
		var expires *int64
		if err := rows.Scan(&f.ID, &f.Title, &contexts, &action, &expires); err != nil {
			return nil, err
		}
		for c := range strings.FieldsSeq(contexts) {
			f.Contexts = append(f.Contexts, instance.FilterContext(c))
		}
		f.Action, f.ExpiresAt = instance.FilterAction(action), store.TimeOrNever(expires)
		found = append(found, f)
	}
	return found, rows.Err()
}

// join writes contexts as they are kept.
func join(contexts []instance.FilterContext) string {
	texts := make([]string, len(contexts))
	for i, c := range contexts {
		texts[i] = string(c)
	}
	return strings.Join(texts, " ")
}

// notFound gives a missing row its meaning.
func notFound(err error) error {
	if errors.Is(err, store.ErrNoRows) {
		return instance.ErrNotFound
	}
	return err
}
