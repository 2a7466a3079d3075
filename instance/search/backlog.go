package search

import (
	"context"
	"errors"
	"fmt"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
)

// Backlog is the job that brings into the indexes what was here before them.
type Backlog struct{}

// Kind names the job.
func (Backlog) Kind() string { return "search-backlog" }

// atOnce is how many things are indexed in one transaction; nobody who writes
// waits long for it.
const atOnce = 200

// Index works the backlog until nothing is left of it or ctx ends. What is done
// stays done.
func (s *Service) Index(ctx context.Context, _ Backlog) error {
	for _, noun := range []struct {
		name string
		step func(ctx context.Context, tx store.Tx, below int64) (next int64, err error)
	}{{"actors", indexActors}, {"posts", indexPosts}} {
		for more := true; more; {
			err := s.db.InTx(ctx, func(tx store.Tx) (err error) {
				more, err = advance(ctx, tx, noun.name, noun.step)
				return err
			})
			if err != nil {
				return fmt.Errorf("index the backlog of %s: %w", noun.name, err)
			}
		}
	}
	return nil
}

// advance takes one step through the backlog of a noun, from its newest down,
// and tells whether there is more.
func advance(ctx context.Context, tx store.Tx, noun string, step func(context.Context, store.Tx, int64) (int64, error)) (bool, error) {
	var below int64
	err := tx.QueryRow(ctx, `SELECT below FROM word_backlog WHERE noun = $1`, noun).Scan(&below)
	if errors.Is(err, store.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	next, err := step(ctx, tx, below)
	if err != nil {
		return false, err
	}
	if next == 0 {
		_, err = tx.Exec(ctx, `DELETE FROM word_backlog WHERE noun = $1`, noun)
		return false, err
	}
	_, err = tx.Exec(ctx, `UPDATE word_backlog SET below = $2 WHERE noun = $1`, noun, next)
	return true, err
}

func indexActors(ctx context.Context, tx store.Tx, below int64) (int64, error) {
	found, err := actors.List(tx.Query(ctx, `
		SELECT `+actors.Columns+`
		  FROM actors a
		 WHERE a.id < $1
		 ORDER BY a.id DESC
		 LIMIT $2`, below, atOnce))
	if err != nil {
		return 0, err
	}
	next := int64(0)
	for _, a := range found {
		next = int64(a.ID)
		if !a.DeletedAt.IsZero() {
			continue
		}
		if err := actors.Index(ctx, tx, a); err != nil {
			return 0, err
		}
	}
	return next, nil
}

// indexPosts reads what [termsOf] and [keepTags] need of the posts and no more.
func indexPosts(ctx context.Context, tx store.Tx, below int64) (int64, error) {
	found, next, err := oldPosts(ctx, tx, below)
	if err != nil || next == 0 {
		return 0, err
	}
	if err := addTexts(ctx, tx, found); err != nil {
		return 0, err
	}
	for id, p := range found {
		if err := words.Put(ctx, tx, int64(id), termsOf(p)); err != nil {
			return 0, err
		}
		if err := keepTags(ctx, tx, p); err != nil {
			return 0, err
		}
	}
	return next, nil
}

func oldPosts(ctx context.Context, tx store.Tx, below int64) (map[instance.PostID]*instance.Post, int64, error) {
	rows, err := tx.Query(ctx, `
		SELECT p.id, p.author_id, p.title, p.warning, p.content, p.sensitive, p.language, p.audience, p.reply_to_uri, p.deleted_at,
		       p.kind, p.group_id, COALESCE(q.purpose, ''), COALESCE(q.category, '')
		  FROM posts p
		  LEFT JOIN proposals q ON q.post_id = p.id
		 WHERE p.id < $1
		 ORDER BY p.id DESC
		 LIMIT $2`, below, atOnce)
	if err != nil {
		return nil, 0, err
	}
	defer rows.Close()
	found := make(map[instance.PostID]*instance.Post, atOnce)
	next := int64(0)
	for rows.Next() {
		var p instance.Post
		var q instance.Proposal
		var audience string
		var deleted *int64
		var group *instance.ActorID
		err := rows.Scan(&p.ID, &p.Author.ID, &p.Title, &p.Warning, &p.Content, &p.Sensitive, &p.Language, &audience, &p.ReplyToURI, &deleted,
			&p.Kind, &group, &q.Purpose, &q.Category)
		if err != nil {
			return nil, 0, err
		}
		if group != nil {
			p.Group = &instance.Actor{ID: *group}
		}
		if q.Purpose != "" {
			p.Proposal = &q
		}
		next, p.Audience = int64(p.ID), instance.Audience(audience)
		if deleted == nil {
			found[p.ID] = &p
		}
	}
	return found, next, rows.Err()
}

// addTexts adds hashtags, alternative texts and what can be chosen in polls.
func addTexts(ctx context.Context, tx store.Tx, found map[instance.PostID]*instance.Post) error {
	if len(found) == 0 {
		return nil
	}
	var args []any
	for id := range found {
		args = append(args, id)
	}
	in := store.Placeholders(1, len(args))
	rows, err := tx.Query(ctx, `
		SELECT post_id, 'tag', tag, 0 FROM post_tags WHERE post_id IN (`+in+`)
		UNION ALL
		SELECT post_id, 'picture', description, position FROM media WHERE post_id IN (`+in+`)
		UNION ALL
		SELECT post_id, 'option', title, position FROM poll_options WHERE post_id IN (`+in+`)
		 ORDER BY 1, 2, 4`, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id instance.PostID
		var kind, text string
		var position int
		if err := rows.Scan(&id, &kind, &text, &position); err != nil {
			return err
		}
		switch p := found[id]; kind {
		case "tag":
			p.Tags = append(p.Tags, text)
		case "picture":
			p.Pictures = append(p.Pictures, instance.Picture{Description: text})
		case "option":
			if p.Poll == nil {
				p.Poll = &instance.Poll{}
			}
			p.Poll.Options = append(p.Poll.Options, instance.PollOption{Title: text})
		}
	}
	return rows.Err()
}
