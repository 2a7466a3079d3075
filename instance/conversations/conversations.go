// Package conversations keeps private messages together: one row for each
// person here and each thread among the same people.
package conversations

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
)

// Service keeps conversations.
type Service struct {
	db    *store.DB
	ids   *instance.IDs
	now   func() time.Time
	posts Posts
}

// Posts is how conversations get at their messages.
type Posts interface {
	// Load returns those of the posts that v may read, in this order.
	Load(ctx context.Context, v instance.Viewer, ids []instance.PostID) ([]*instance.Post, error)
}

// Options are what a [Service] stands on.
type Options struct {
	DB    *store.DB
	IDs   *instance.IDs
	Now   func() time.Time
	Posts Posts
}

// New returns a service on o.
func New(o Options) *Service {
	return &Service{db: o.DB, ids: o.IDs, now: o.Now, posts: o.Posts}
}

// How much one page holds.
const (
	usual = 20
	most  = 80
)

// List returns a page of a person's conversations by their latest messages, and
// where to go on, 0 at the end.
func (s *Service) List(ctx context.Context, v instance.Viewer, page instance.Page) ([]instance.Conversation, instance.ID, error) {
	before, after := page.Window()
	limit := page.Most(usual, most)
	found, err := s.load(ctx, v, `
		 WHERE owner_id = $1 AND last_post_id < $2 AND last_post_id > $3
		 ORDER BY last_post_id `+order(page)+`
		 LIMIT $4`, v.ID, before, after, limit)
	if err != nil {
		return nil, 0, fmt.Errorf("conversations of %s: %w", v.ID, err)
	}
	if page.Upwards() {
		slices.Reverse(found)
	}
	next := instance.ID(0)
	if len(found) == limit {
		next = instance.ID(found[len(found)-1].LastID)
	}
	return found, next, nil
}

func order(page instance.Page) string {
	if page.Upwards() {
		return `ASC`
	}
	return `DESC`
}

// ByID returns a conversation of the viewer's, [instance.ErrNotFound] for any
// other.
func (s *Service) ByID(ctx context.Context, v instance.Viewer, id instance.ConversationID) (instance.Conversation, error) {
	found, err := s.load(ctx, v, `WHERE id = $1 AND owner_id = $2`, id, v.ID)
	if err == nil && len(found) == 0 {
		err = instance.ErrNotFound
	}
	if err != nil {
		return instance.Conversation{}, fmt.Errorf("conversation %s of %s: %w", id, v.ID, err)
	}
	return found[0], nil
}

// load reads conversations with who is in them and what was said last.
func (s *Service) load(ctx context.Context, v instance.Viewer, where string, args ...any) ([]instance.Conversation, error) {
	found, people, err := list(s.db.Read().Query(ctx, `
		SELECT id, people, last_post_id, unread
		  FROM conversations
		 `+where, args...))
	if err != nil || len(found) == 0 {
		return nil, err
	}
	var ids []instance.ActorID
	last := make([]instance.PostID, len(found))
	for i, c := range found {
		ids = append(ids, people[i]...)
		last[i] = c.LastID
	}
	slices.Sort(ids)
	known, err := actors.ByIDs(ctx, s.db.Read(), slices.Compact(ids))
	if err != nil {
		return nil, err
	}
	posts, err := s.posts.Load(ctx, v, last)
	if err != nil {
		return nil, err
	}
	for i := range found {
		c := &found[i]
		for _, id := range people[i] {
			if a, ok := known[id]; ok && id != v.ID {
				c.Others = append(c.Others, a)
			}
		}
		if len(c.Others) == 0 {
			c.Others = []instance.Actor{known[v.ID]}
		}
		for _, p := range posts {
			if p.ID == c.LastID && !p.Gone() {
				c.Last = p
			}
		}
	}
	return found, nil
}

func list(rows store.Rows, err error) (found []instance.Conversation, people [][]instance.ActorID, _ error) {
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var c instance.Conversation
		var in string
		if err := rows.Scan(&c.ID, &in, &c.LastID, &c.Unread); err != nil {
			return nil, nil, err
		}
		ids, err := parse(in)
		if err != nil {
			return nil, nil, fmt.Errorf("people of conversation %s: %w", c.ID, err)
		}
		found, people = append(found, c), append(people, ids)
	}
	return found, people, rows.Err()
}

// parse reads the ids in ',12,34,'.
func parse(people string) ([]instance.ActorID, error) {
	var ids []instance.ActorID
	for text := range strings.SplitSeq(strings.Trim(people, ","), ",") {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, err
		}
		ids = append(ids, instance.ActorID(id))
	}
	return ids, nil
}

// Unread returns how many conversations hold something a person has not read.
func (s *Service) Unread(ctx context.Context, owner instance.ActorID) (int, error) {
	var n int
	err := s.db.Read().QueryRow(ctx, `SELECT COUNT(*) FROM conversations WHERE owner_id = $1 AND unread`, owner).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("unread conversations of %s: %w", owner, err)
	}
	return n, nil
}

// MarkRead notes that a person has read a conversation of theirs. It returns
// [instance.ErrNotFound] for any other.
func (s *Service) MarkRead(ctx context.Context, owner instance.ActorID, id instance.ConversationID) error {
	return s.change(ctx, owner, id, "read", `UPDATE conversations SET unread = FALSE WHERE id = $1 AND owner_id = $2`)
}

// Delete takes a conversation out of a person's list; its messages stay where
// they are. It returns [instance.ErrNotFound] for one that is not theirs.
func (s *Service) Delete(ctx context.Context, owner instance.ActorID, id instance.ConversationID) error {
	return s.change(ctx, owner, id, "delete", `DELETE FROM conversations WHERE id = $1 AND owner_id = $2`)
}

func (s *Service) change(ctx context.Context, owner instance.ActorID, id instance.ConversationID, deed, sql string) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, sql, id, owner)
		if err == nil && n == 0 {
			return instance.ErrNotFound
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("%s conversation %s of %s: %w", deed, id, owner, err)
	}
	return nil
}

// Messages returns a page of a conversation of the viewer's, and where to go on,
// 0 at the end. It returns [instance.ErrNotFound] for any other.
func (s *Service) Messages(ctx context.Context, v instance.Viewer, id instance.ConversationID, page instance.Page) ([]*instance.Post, instance.ID, error) {
	if _, err := s.ByID(ctx, v, id); err != nil {
		return nil, 0, err
	}
	return s.page(ctx, v, page, ` AND conversation_id = $5`, id)
}

// Direct returns a page of all private messages of the viewer's, and where to go
// on, 0 at the end.
func (s *Service) Direct(ctx context.Context, v instance.Viewer, page instance.Page) ([]*instance.Post, instance.ID, error) {
	return s.page(ctx, v, page, ``)
}

func (s *Service) page(ctx context.Context, v instance.Viewer, page instance.Page, more string, args ...any) (_ []*instance.Post, next instance.ID, err error) {
	before, after := page.Window()
	limit := page.Most(usual, most)
	rows, err := s.db.Read().Query(ctx, `
		SELECT post_id
		  FROM conversation_posts
		 WHERE owner_id = $1 AND post_id < $2 AND post_id > $3`+more+`
		 ORDER BY post_id `+order(page)+`
		 LIMIT $4`, append([]any{v.ID, before, after, limit}, args...)...)
	if err != nil {
		return nil, 0, fmt.Errorf("messages of %s: %w", v.ID, err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var ids []instance.PostID
	for rows.Next() {
		var id instance.PostID
		if err := rows.Scan(&id); err != nil {
			return nil, 0, fmt.Errorf("messages of %s: %w", v.ID, err)
		}
		ids = append(ids, id)
	}
	if err := rows.Err(); err != nil {
		return nil, 0, fmt.Errorf("messages of %s: %w", v.ID, err)
	}
	if page.Upwards() {
		slices.Reverse(ids)
	}
	if len(ids) == limit {
		next = instance.ID(ids[len(ids)-1])
	}
	found, err := s.posts.Load(ctx, v, ids)
	if err != nil {
		return nil, 0, fmt.Errorf("messages of %s: %w", v.ID, err)
	}
	return slices.DeleteFunc(found, func(p *instance.Post) bool { return p.Gone() }), next, nil
}
