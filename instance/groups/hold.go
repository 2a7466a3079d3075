package groups

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
)

// Waiting is a post that waits for a moderator of a group, to be relayed or, as
// an answer from another server, to be shown at all.
type Waiting struct {
	ID    instance.ID
	Group instance.ActorID
	Post  instance.PostID
	// Source is the group it came from, nobody if it was posted right here.
	Source instance.Actor
}

// hold keeps a post for a moderator; once is enough.
func (s *Service) hold(ctx context.Context, tx store.Tx, group instance.ActorID, post instance.PostID, source instance.ActorID, via []string) error {
	var from *instance.ActorID
	if source != 0 {
		from = &source
	}
	b, err := json.Marshal(via)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO held_relays (id, group_id, post_id, source_id, via)
		SELECT CAST($1 AS BIGINT), CAST($2 AS BIGINT), CAST($3 AS BIGINT), CAST($4 AS BIGINT), CAST($5 AS TEXT)
		 WHERE NOT EXISTS (SELECT 1 FROM removals WHERE group_id = $2 AND post_id = $3)
		ON CONFLICT DO NOTHING`, s.ids.Next(), group, post, from, string(b))
	return err
}

// Waiting returns a page of what waits in a group, the oldest first.
func (s *Service) Waiting(ctx context.Context, group instance.ActorID, after instance.ID, limit int) ([]Waiting, error) {
	rows, err := s.db.Read().Query(ctx, `
		SELECT id, group_id, post_id, source_id
		  FROM held_relays
		 WHERE group_id = $1 AND id > $2
		 ORDER BY id
		 LIMIT $3`, group, after, limit)
	if err != nil {
		return nil, fmt.Errorf("what waits in %s: %w", group, err)
	}
	defer rows.Close()
	var list []Waiting
	var sources []instance.ActorID
	for rows.Next() {
		var w Waiting
		var source *instance.ActorID
		if err := rows.Scan(&w.ID, &w.Group, &w.Post, &source); err != nil {
			return nil, fmt.Errorf("what waits in %s: %w", group, err)
		}
		if source != nil {
			w.Source.ID = *source
			sources = append(sources, *source)
		}
		list = append(list, w)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("what waits in %s: %w", group, err)
	}
	known, err := actors.ByIDs(ctx, s.db.Read(), sources)
	if err != nil {
		return nil, fmt.Errorf("what waits in %s: %w", group, err)
	}
	for i := range list {
		list[i].Source = known[list[i].Source.ID]
	}
	return list, nil
}

// Release lets a waiting post through; by has to look after the group.
func (s *Service) Release(ctx context.Context, by instance.Account, id instance.ID) error {
	return s.settle(ctx, by, id, "release", func(tx store.Tx, group instance.Actor, p *instance.Post, source instance.ActorID, via []string) error {
		if p.Waits() {
			return s.letThrough(ctx, tx, by.ID, group.ID, p)
		}
		return s.posts.Relay(ctx, tx, group, p, source, via)
	})
}

// maxReason is how long a reason may be, in characters.
const maxReason = 2000

func checkReason(reason string) error {
	if utf8.RuneCountInString(reason) > maxReason {
		return &instance.Invalid{Field: "reason", Code: "too-long", Limit: maxReason}
	}
	return nil
}

// Dismiss keeps a waiting post out of the group for good.
func (s *Service) Dismiss(ctx context.Context, by instance.Account, id instance.ID, reason string) error {
	if err := checkReason(reason); err != nil {
		return err
	}
	return s.settle(ctx, by, id, "dismiss", func(tx store.Tx, group instance.Actor, p *instance.Post, _ instance.ActorID, _ []string) error {
		if p.Waits() {
			if err := errors.Join(s.posts.KeepOut(ctx, tx, p), s.unheard(ctx, tx, group.ID, p.Author.ID)); err != nil {
				return err
			}
		}
		return s.removed(ctx, tx, by.ID, group.ID, p.ID, reason)
	})
}

func (s *Service) settle(ctx context.Context, by instance.Account, id instance.ID, deed string, do func(store.Tx, instance.Actor, *instance.Post, instance.ActorID, []string) error) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		var group instance.ActorID
		var post instance.PostID
		var source *instance.ActorID
		var viaText string
		err := tx.QueryRow(ctx, `
			DELETE FROM held_relays
			 WHERE id = $1
			RETURNING group_id, post_id, source_id, via`, id).Scan(&group, &post, &source, &viaText)
		if errors.Is(err, store.ErrNoRows) {
			return instance.ErrNotFound
		}
		if err != nil {
			return err
		}
		p, err := s.posts.Held(ctx, tx, post)
		if err != nil {
			return err
		}
		g, err := s.decides(ctx, tx, by, group, p)
		if err != nil {
			return err
		}
		var via []string
		if err := json.Unmarshal([]byte(viaText), &via); err != nil {
			return err
		}
		var from instance.ActorID
		if source != nil {
			from = *source
		}
		return do(tx, g, p, from, via)
	})
	if err != nil {
		return fmt.Errorf("%s waiting post %s: %w", deed, id, err)
	}
	return nil
}

// Remove takes a post out of a group: it is no longer relayed, its relay is
// taken back everywhere, and if it was posted in this group its words are
// hidden here. It stays out for good.
func (s *Service) Remove(ctx context.Context, by instance.Account, group instance.ActorID, post instance.PostID, reason string) error {
	if err := checkReason(reason); err != nil {
		return err
	}
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		g, err := s.tended(ctx, tx, by, group)
		if err != nil {
			return err
		}
		p, err := s.posts.Held(ctx, tx, post)
		if err != nil {
			return err
		}
		return s.RemoveIn(ctx, tx, by.ID, g, p, reason)
	})
	if err != nil {
		return fmt.Errorf("remove %s from %s: %w", post, group, err)
	}
	return nil
}

// RemoveIn is [Service.Remove] inside a transaction, once by was found to
// moderate the group.
func (s *Service) RemoveIn(ctx context.Context, tx store.Tx, by instance.ActorID, group instance.Actor, p *instance.Post, reason string) error {
	if err := s.removed(ctx, tx, by, group.ID, p.ID, reason); err != nil {
		return err
	}
	if err := s.unheard(ctx, tx, group.ID, p.Author.ID); err != nil {
		return err
	}
	if p.Group != nil && p.Group.ID == group.ID {
		_, err := tx.Exec(ctx, `
			UPDATE posts SET removed_at = $2 WHERE id = $1 AND removed_at IS NULL`, p.ID, store.Millis(s.now()))
		if err != nil {
			return err
		}
	}
	return s.posts.Retract(ctx, tx, group, p)
}

// removed notes that a post stays out of a group, and who said so.
func (s *Service) removed(ctx context.Context, tx store.Tx, by, group instance.ActorID, post instance.PostID, reason string) error {
	now := store.Millis(s.now())
	_, err := tx.Exec(ctx, `
		INSERT INTO removals (group_id, post_id, removed_by, reason, removed_at)
		VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT DO NOTHING`, group, post, by, reason, now)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `DELETE FROM held_relays WHERE group_id = $1 AND post_id = $2`, group, post)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO moderation_log (id, moderator_id, deed, target, reason)
		VALUES ($1, $2, 'remove-post', $3, $4)`, s.ids.Next(), by, "group "+group.String()+" post "+post.String(), reason)
	return err
}
