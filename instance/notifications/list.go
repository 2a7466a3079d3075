package notifications

import (
	"context"
	"fmt"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/readable"
	"palier/instance/store"
)

// Query asks for part of a person's notices by ids. Zero values ask for the
// newest of all kinds.
type Query struct {
	Before instance.ID // strictly older than this
	Since  instance.ID // strictly newer than this, the newest first
	After  instance.ID // strictly newer than this, the nearest ones
	Kinds  []Kind      // only these; empty for all
	Except []Kind      // and not these
	From   instance.ActorID
	Limit  int
}

// List returns a page of a person's notices, the newest first. Notices about a
// post that they may not read (any more) are left out.
func (s *Service) List(ctx context.Context, v instance.Viewer, q Query) ([]Notice, error) {
	before, order := q.Before, "DESC"
	if before == 0 {
		before = 1<<63 - 1
	}
	if q.After != 0 {
		order = "ASC"
	}
	where, args := readable.Where(v, []any{v.ID, before, max(q.Since, q.After), q.Limit})
	narrow := ``
	if q.From != 0 {
		args = append(args, q.From)
		narrow += ` AND n.from_id = ` + store.Placeholders(len(args), 1)
	}
	narrow, args = kinds(narrow, args, ` AND n.kind IN (`, q.Kinds)
	narrow, args = kinds(narrow, args, ` AND n.kind NOT IN (`, q.Except)
	list, err := s.read(ctx, v, `
		 WHERE n.owner_id = $1 AND n.id < $2 AND n.id > $3 AND a.deleted_at IS NULL AND a.suspended_at IS NULL`+narrow+`
		   AND (n.post_id IS NULL OR p.deleted_at IS NULL AND p.removed_at IS NULL AND `+where+`)
		 ORDER BY n.id `+order+`
		 LIMIT $4`, args...)
	if err != nil {
		return nil, fmt.Errorf("notices of %s: %w", v.ID, err)
	}
	if q.After != 0 {
		for i, j := 0, len(list)-1; i < j; i, j = i+1, j-1 {
			list[i], list[j] = list[j], list[i]
		}
	}
	return list, nil
}

func kinds(sql string, args []any, begin string, list []Kind) (string, []any) {
	if len(list) == 0 {
		return sql, args
	}
	sql += begin + store.Placeholders(len(args)+1, len(list)) + `)`
	for _, k := range list {
		args = append(args, string(k))
	}
	return sql, args
}

// ByID returns one notice of a person. It returns [instance.ErrNotFound] if
// there is none, or none for them.
func (s *Service) ByID(ctx context.Context, v instance.Viewer, id instance.ID) (Notice, error) {
	list, err := s.List(ctx, v, Query{Before: id + 1, Since: id - 1, Limit: 1})
	if err == nil && len(list) == 0 {
		err = fmt.Errorf("notice %s: %w", id, instance.ErrNotFound)
	}
	if err != nil {
		return Notice{}, err
	}
	return list[0], nil
}

func (s *Service) read(ctx context.Context, v instance.Viewer, where string, args ...any) ([]Notice, error) {
	rows, err := s.db.Read().Query(ctx, `
		SELECT `+actors.Columns+`, n.id, n.kind, COALESCE(n.post_id, 0), n.read_at IS NOT NULL
		  FROM notifications n
		  JOIN actors a ON a.id = n.from_id
		  LEFT JOIN posts p ON p.id = n.post_id`+where, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []Notice
	var ids, about []instance.PostID
	for rows.Next() {
		var n Notice
		var kind string
		var post instance.PostID
		dest, done := actors.Fields(&n.From)
		if err := rows.Scan(append(dest, &n.ID, &kind, &post, &n.Read)...); err != nil {
			return nil, err
		}
		if err := done(); err != nil {
			return nil, err
		}
		n.Kind = Kind(kind)
		list = append(list, n)
		about = append(about, post)
		if post != 0 {
			ids = append(ids, post)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	return list, s.addPosts(ctx, v, list, about, ids)
}

// addPosts gives each notice the post it is about, if the reader may read it.
func (s *Service) addPosts(ctx context.Context, v instance.Viewer, list []Notice, about, ids []instance.PostID) error {
	found, err := s.posts.Load(ctx, v, ids)
	if err != nil {
		return fmt.Errorf("posts: %w", err)
	}
	byID := make(map[instance.PostID]*instance.Post, len(found))
	for _, p := range found {
		byID[p.ID] = p
	}
	for i := range list {
		list[i].Post = byID[about[i]]
	}
	return nil
}

// Dismiss throws one notice of a person away. One that is not theirs is
// [instance.ErrNotFound].
func (s *Service) Dismiss(ctx context.Context, owner instance.ActorID, id instance.ID) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, `DELETE FROM notifications WHERE id = $1 AND owner_id = $2`, id, owner)
		if err == nil && n == 0 {
			err = instance.ErrNotFound
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("dismiss notice %s: %w", id, err)
	}
	return nil
}

// Clear throws all notices of a person away.
func (s *Service) Clear(ctx context.Context, owner instance.ActorID) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM notifications WHERE owner_id = $1`, owner)
		return err
	})
	if err != nil {
		return fmt.Errorf("clear notices of %s: %w", owner, err)
	}
	return nil
}
