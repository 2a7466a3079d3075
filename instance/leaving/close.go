package leaving

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/jobs"
	"palier/instance/store"
)

// atOnce is how many posts one transaction erases.
const atOnce = 50

func (s *Service) close(ctx context.Context, j CloseAccount) error {
	wait, err := s.Close(ctx, j.Person)
	if err == nil && wait > 0 {
		return jobs.Snooze(wait)
	}
	return err
}

// Close brings the closing of an account as far as its time allows, and returns
// how long it has to wait then; 0 when nothing is left to do. Whatever ends it in
// between, it goes on from there.
func (s *Service) Close(ctx context.Context, person instance.ActorID) (wait time.Duration, err error) {
	var stage string
	var due int64
	var keep bool
	err = s.o.DB.Read().QueryRow(ctx, `SELECT stage, due_at, keep_posts FROM closings WHERE person_id = $1`, person).Scan(&stage, &due, &keep)
	if errors.Is(err, store.ErrNoRows) {
		return 0, nil // taken back, or done
	}
	at := store.Time(due)
	for err == nil {
		switch stage {
		case "asked":
			if wait := at.Sub(s.o.Now()); wait > 0 {
				return wait, nil
			}
			err = s.shut(ctx, person)
			stage = "shut"
		case "shut":
			if wait := at.Add(Notice).Sub(s.o.Now()); wait > 0 {
				return wait, nil
			}
			err = s.say(ctx, person)
			stage = "told"
		case "told":
			if wait := at.Add(Notice + Heard).Sub(s.o.Now()); wait > 0 {
				return wait, nil
			}
			err = s.clear(ctx, person, keep)
			stage = "cleared"
		case "cleared":
			if err = s.erase(ctx, person); err == nil {
				return 0, nil
			}
		}
	}
	return 0, fmt.Errorf("close account %s: %w", person, err)
}

// to notes how far it has come.
func (s *Service) to(ctx context.Context, tx store.Tx, person instance.ActorID, stage string) error {
	_, err := tx.Exec(ctx, `UPDATE closings SET stage = $2 WHERE person_id = $1`, person, stage)
	return err
}

// shut closes the account to its owner, and ends what is open between them and
// others.
func (s *Service) shut(ctx context.Context, person instance.ActorID) error {
	err := s.o.DB.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE people SET disabled_at = COALESCE(disabled_at, $2) WHERE actor_id = $1`, person, store.Millis(s.o.Now()))
		if err != nil {
			return err
		}
		return s.o.SignOut(ctx, tx, person)
	})
	if err == nil {
		err = s.o.End(ctx, person)
	}
	if err != nil {
		return err
	}
	return s.o.DB.InTx(ctx, func(tx store.Tx) error { return s.to(ctx, tx, person, "shut") })
}

// say tells everybody who acts on it that somebody left, other servers among
// them.
func (s *Service) say(ctx context.Context, person instance.ActorID) error {
	if err := s.o.Bare(ctx, person); err != nil {
		return err
	}
	return s.o.DB.InTx(ctx, func(tx store.Tx) error {
		a, err := actors.ByID(ctx, tx, person)
		if err != nil {
			return err
		}
		if err := s.o.Tell(ctx, tx, instance.Deed{Kind: instance.Left, Actor: a}); err != nil {
			return err
		}
		return s.to(ctx, tx, person, "told")
	})
}

// clear erases what somebody said, some posts at a time; what is kept stands
// under nobody's name from now on.
func (s *Service) clear(ctx context.Context, person instance.ActorID, keep bool) error {
	former, err := s.o.Former(ctx)
	if err != nil {
		return err
	}
	if keep {
		if err := s.unname(ctx, person, former); err != nil {
			return err
		}
	}
	for {
		n, err := s.clearSome(ctx, person)
		if err != nil {
			return err
		}
		if n == 0 {
			break
		}
	}
	return s.o.DB.InTx(ctx, func(tx store.Tx) error {
		// Where something stood in a thread stays a place, nobody's.
		_, err := tx.Exec(ctx, `UPDATE posts SET author_id = $2, url = '' WHERE author_id = $1`, person, former.ID)
		if err != nil {
			return err
		}
		// Pictures without a post are swept.
		_, err = tx.Exec(ctx, `UPDATE media SET owner_id = $2, post_id = NULL, scheduled_id = NULL, created_at = 0 WHERE owner_id = $1`, person, former.ID)
		if err != nil {
			return err
		}
		return s.to(ctx, tx, person, "cleared")
	})
}

// unname gives what somebody said to all in a place to the actor of those who
// left. What they said to single people, and what they asked or offered, is
// erased in any case.
func (s *Service) unname(ctx context.Context, person instance.ActorID, former instance.Actor) error {
	return s.o.DB.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `
			UPDATE media
			   SET owner_id = $2
			 WHERE owner_id = $1 AND post_id IN (SELECT p.id FROM posts p WHERE `+kept+`)`, person, former.ID)
		if err != nil {
			return err
		}
		page := strings.TrimSuffix(s.o.Site.PostPage(former.Username, 0), "0")
		_, err = tx.Exec(ctx, `
			UPDATE posts AS p
			   SET author_id = $2, url = CAST($3 AS TEXT) || CAST(p.id AS TEXT)
			 WHERE `+kept, person, former.ID, page)
		return err
	})
}

// kept is a condition on the posts p that can be kept of the person $1.
const kept = `p.author_id = $1 AND p.deleted_at IS NULL AND p.kind = 'post'
	AND p.audience IN ('building', 'neighbourhood', 'around', 'public', 'unlisted')`

func (s *Service) clearSome(ctx context.Context, person instance.ActorID) (n int, err error) {
	err = s.o.DB.InTx(ctx, func(tx store.Tx) error {
		ids, err := postsOf(ctx, tx, person)
		n = len(ids)
		if err != nil {
			return err
		}
		for _, id := range ids {
			p, err := s.o.Post(ctx, tx, id)
			if err == nil {
				err = s.o.Posts.DeleteIn(ctx, tx, p, instance.Origin{})
			}
			if err != nil {
				return fmt.Errorf("erase post %s: %w", id, err)
			}
		}
		return nil
	})
	return n, err
}

func postsOf(ctx context.Context, tx store.Tx, person instance.ActorID) ([]instance.PostID, error) {
	rows, err := tx.Query(ctx, `
		SELECT p.id
		  FROM posts p
		 WHERE p.author_id = $1 AND (p.deleted_at IS NULL OR EXISTS (SELECT 1 FROM withdrawals w WHERE w.post_id = p.id))
		 ORDER BY p.id
		 LIMIT $2`, person, atOnce)
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

// DropKeys is the job of throwing away the keys of an actor that is gone.
type DropKeys struct {
	Actor instance.ActorID `json:"actor"`
}

// Kind names the job.
func (DropKeys) Kind() string { return "drop_keys" }

func (s *Service) dropKeys(ctx context.Context, j DropKeys) error {
	err := s.o.DB.InTx(ctx, func(tx store.Tx) error {
		for _, sql := range []string{
			`DELETE FROM activities WHERE actor_id = $1`,
			`DELETE FROM deliveries WHERE signer = (SELECT uri FROM actors WHERE id = $1)`,
			`DELETE FROM actor_keys WHERE actor_id = $1`,
		} {
			if _, err := tx.Exec(ctx, sql, j.Actor); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("drop keys of %s: %w", j.Actor, err)
	}
	return nil
}
