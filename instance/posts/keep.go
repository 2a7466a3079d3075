package posts

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/readable"
	"palier/instance/store"
)

// Bookmark keeps a post for its reader to find again; nobody learns of it. It
// returns [instance.ErrNotFound] for a post the viewer may not read.
func (s *Service) Bookmark(ctx context.Context, v instance.Viewer, id instance.PostID) error {
	return s.react(ctx, v, id, "bookmark", func(tx store.Tx, by instance.Actor, p *instance.Post) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO bookmarks (id, actor_id, post_id)
			VALUES ($1, $2, $3)
			ON CONFLICT DO NOTHING`, s.ids.Next(), by.ID, p.ID)
		return err
	})
}

// Unbookmark keeps it no longer.
func (s *Service) Unbookmark(ctx context.Context, v instance.Viewer, id instance.PostID) error {
	return s.react(ctx, v, id, "unbookmark", func(tx store.Tx, by instance.Actor, p *instance.Post) error {
		_, err := tx.Exec(ctx, `DELETE FROM bookmarks WHERE actor_id = $1 AND post_id = $2`, by.ID, p.ID)
		return err
	})
}

// MuteThread ends the notices of a whole thread for its reader.
func (s *Service) MuteThread(ctx context.Context, v instance.Viewer, id instance.PostID) error {
	return s.react(ctx, v, id, "mute thread of", func(tx store.Tx, by instance.Actor, p *instance.Post) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO muted_threads (actor_id, thread_id)
			VALUES ($1, $2)
			ON CONFLICT DO NOTHING`, by.ID, p.Thread)
		return err
	})
}

// UnmuteThread lets notices of a thread come again.
func (s *Service) UnmuteThread(ctx context.Context, v instance.Viewer, id instance.PostID) error {
	return s.react(ctx, v, id, "unmute thread of", func(tx store.Tx, by instance.Actor, p *instance.Post) error {
		_, err := tx.Exec(ctx, `DELETE FROM muted_threads WHERE actor_id = $1 AND thread_id = $2`, by.ID, p.Thread)
		return err
	})
}

// Kept is a post in a list somebody keeps, with the id of the line to page by.
type Kept struct {
	ID   instance.ID
	Post *instance.Post
}

// How many lines a page of a list holds.
const (
	usualKept     = 20
	mostKept      = 40
	usualReaction = 40
	mostReaction  = 80
)

// Bookmarks returns a page of what a person keeps, the latest kept first.
func (s *Service) Bookmarks(ctx context.Context, v instance.Viewer, page instance.Page) ([]Kept, error) {
	return s.kept(ctx, v, `bookmarks`, page)
}

// Likes returns a page of what a person thanked for, the latest first.
func (s *Service) Likes(ctx context.Context, v instance.Viewer, page instance.Page) ([]Kept, error) {
	return s.kept(ctx, v, `likes`, page)
}

func (s *Service) kept(ctx context.Context, v instance.Viewer, table string, page instance.Page) ([]Kept, error) {
	before, after := page.Window()
	where, args := readable.Where(v, []any{v.ID, before, after, page.Most(usualKept, mostKept)})
	rows, err := s.db.Read().Query(ctx, `
		SELECT x.id, x.post_id
		  FROM `+table+` x JOIN posts p ON p.id = x.post_id
		 WHERE x.actor_id = $1 AND x.id < $2 AND x.id > $3
		   AND p.deleted_at IS NULL AND p.removed_at IS NULL AND `+where+`
		   AND EXISTS (SELECT 1 FROM actors au
		                WHERE au.id = p.author_id AND au.deleted_at IS NULL AND au.suspended_at IS NULL)
		 ORDER BY x.id `+order(page)+`
		 LIMIT $4`, args...)
	if err != nil {
		return nil, fmt.Errorf("%s of %s: %w", table, v.ID, err)
	}
	lines, ids, err := readKept(rows)
	if err != nil {
		return nil, fmt.Errorf("%s of %s: %w", table, v.ID, err)
	}
	found, err := s.Load(ctx, v, ids)
	if err != nil {
		return nil, fmt.Errorf("%s of %s: %w", table, v.ID, err)
	}
	byID := make(map[instance.PostID]*instance.Post, len(found))
	for _, p := range found {
		byID[p.ID] = p
	}
	var list []Kept
	for i, id := range lines {
		if p := byID[ids[i]]; p != nil && !p.Gone() {
			list = append(list, Kept{ID: id, Post: p})
		}
	}
	turn(page, list)
	return list, nil
}

func readKept(rows store.Rows) (lines []instance.ID, ids []instance.PostID, err error) {
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var line instance.ID
		var id instance.PostID
		if err := rows.Scan(&line, &id); err != nil {
			return nil, nil, err
		}
		lines, ids = append(lines, line), append(ids, id)
	}
	return lines, ids, rows.Err()
}

// Reaction is that somebody did something with a post, with the id to page by.
type Reaction struct {
	ID instance.ID
	By instance.Actor
}

// LikedBy returns a page of those who thanked for a post, the latest first,
// without those v put apart. It returns [instance.ErrNotFound] for a post v may
// not read.
func (s *Service) LikedBy(ctx context.Context, v instance.Viewer, id instance.PostID, page instance.Page) ([]Reaction, error) {
	return s.reactions(ctx, v, `likes`, id, page)
}

// SharedBy is [Service.LikedBy] for those who passed a post on.
func (s *Service) SharedBy(ctx context.Context, v instance.Viewer, id instance.PostID, page instance.Page) ([]Reaction, error) {
	return s.reactions(ctx, v, `boosts`, id, page)
}

func (s *Service) reactions(ctx context.Context, v instance.Viewer, table string, id instance.PostID, page instance.Page) (list []Reaction, err error) {
	p, err := s.ByID(ctx, v, id)
	if err == nil && p.Gone() {
		err = instance.ErrGone
	}
	if err != nil {
		return nil, fmt.Errorf("%s of post %s: %w", table, id, err)
	}
	before, after := page.Window()
	apart, args := readable.Actors(v, store.Millis(s.now()), false, []any{p.ID, before, after})
	args = append(args, page.Most(usualReaction, mostReaction))
	rows, err := s.db.Read().Query(ctx, `
		SELECT `+actors.Columns+`, x.id
		  FROM `+table+` x JOIN actors a ON a.id = x.actor_id
		 WHERE x.post_id = $1 AND x.id < $2 AND x.id > $3
		   AND a.deleted_at IS NULL AND a.suspended_at IS NULL AND `+apart+`
		 ORDER BY x.id `+order(page)+`
		 LIMIT $`+strconv.Itoa(len(args)), args...)
	if err != nil {
		return nil, fmt.Errorf("%s of post %s: %w", table, id, err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var r Reaction
		dest, done := actors.Fields(&r.By)
		if err := rows.Scan(append(dest, &r.ID)...); err != nil {
			return nil, fmt.Errorf("%s of post %s: %w", table, id, err)
		}
		if err := done(); err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	turn(page, list)
	return list, rows.Err()
}

// order is the order in which the rows of a page are read.
func order(page instance.Page) string {
	if page.Upwards() {
		return `ASC`
	}
	return `DESC`
}

// turn puts what was read upwards the newest first.
func turn[T any](page instance.Page, list []T) {
	if page.Upwards() {
		slices.Reverse(list)
	}
}
