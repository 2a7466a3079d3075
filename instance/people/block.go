package people

import (
	"context"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
)

// Barred tells whether one of the two blocks the other.
func (s *Service) Barred(ctx context.Context, tx store.Tx, one, other instance.ActorID) (bool, error) {
	var barred bool
	err := tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM blocks
		                WHERE (actor_id = $1 AND target_id = $2) OR (actor_id = $2 AND target_id = $1))`,
		one, other).Scan(&barred)
	return barred, err
}

// Block keeps two apart: neither follows, reads or reaches the other any more.
func (s *Service) Block(ctx context.Context, by, target instance.ActorID) error {
	return s.pair(ctx, by, target, "block", func(tx store.Tx, from, to instance.Actor) error {
		return s.BlockIn(ctx, tx, from, to, "", false)
	})
}

// BlockIn is [Service.Block] inside a transaction.
func (s *Service) BlockIn(ctx context.Context, tx store.Tx, from, to instance.Actor, uri string, remote bool) error {
	if from.ID == to.ID {
		return &instance.Invalid{Field: "block", Code: "self"}
	}
	id := s.ids.Next()
	if uri == "" {
		uri = s.site.ActivityURI(id)
	}
	n, err := tx.Exec(ctx, `
		INSERT INTO blocks (id, uri, actor_id, target_id)
		VALUES ($1, $2, $3, $4)
		ON CONFLICT DO NOTHING`, id, uri, from.ID, to.ID)
	if err != nil || n == 0 {
		return err
	}
	for _, f := range [2][2]instance.Actor{{from, to}, {to, from}} {
		if _, err := s.end(ctx, tx, f[0], f[1]); err != nil && !isNotFound(err) {
			return err
		}
	}
	if err := s.forget(ctx, tx, from.ID, to.ID); err != nil {
		return err
	}
	return s.tell(ctx, tx, instance.Deed{Kind: instance.Blocked, Actor: from, Target: &to, ID: id, URI: uri, Origin: instance.Origin{Remote: remote}})
}

// forget takes what each said out of the other's feed and notices.
func (s *Service) forget(ctx context.Context, tx store.Tx, one, other instance.ActorID) error {
	_, err := tx.Exec(ctx, `
		DELETE FROM home_entries
		 WHERE (owner_id = $1 AND post_id IN (SELECT id FROM posts WHERE author_id = $2))
		    OR (owner_id = $2 AND post_id IN (SELECT id FROM posts WHERE author_id = $1))`, one, other)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		DELETE FROM notifications
		 WHERE (owner_id = $1 AND from_id = $2) OR (owner_id = $2 AND from_id = $1)`, one, other)
	return err
}

// Unblock ends a block.
func (s *Service) Unblock(ctx context.Context, by, target instance.ActorID) error {
	return s.pair(ctx, by, target, "unblock", func(tx store.Tx, from, to instance.Actor) error {
		return s.UnblockIn(ctx, tx, from, to, false)
	})
}

// UnblockIn is [Service.Unblock] inside a transaction.
func (s *Service) UnblockIn(ctx context.Context, tx store.Tx, from, to instance.Actor, remote bool) error {
	var id instance.ID
	var uri string
	err := tx.QueryRow(ctx, `
		DELETE FROM blocks
		 WHERE actor_id = $1 AND target_id = $2
		RETURNING id, uri`, from.ID, to.ID).Scan(&id, &uri)
	if err != nil {
		return notFound(err)
	}
	return s.tell(ctx, tx, instance.Deed{Kind: instance.Unblocked, Actor: from, Target: &to, ID: id, URI: uri, Origin: instance.Origin{Remote: remote}})
}

// MuteOptions are how far a mute goes. The zero MuteOptions mute for good, and
// notices too.
type MuteOptions struct {
	For         time.Duration // 0: until it is ended
	KeepNotices bool          // what they do to one still makes notices
}

// maxMute bounds a mute that ends by itself.
const maxMute = 10 * 365 * 24 * time.Hour

// Mute takes what target says out of the feed and notices of by; target never
// learns of it.
func (s *Service) Mute(ctx context.Context, by, target instance.ActorID) error {
	return s.MuteWith(ctx, by, target, MuteOptions{})
}

// MuteWith is [Service.Mute] as far as o says; of a mute that stands already it
// changes that.
func (s *Service) MuteWith(ctx context.Context, by, target instance.ActorID, o MuteOptions) error {
	if o.For < 0 || o.For > maxMute {
		return &instance.Invalid{Field: "duration", Code: "malformed"}
	}
	return s.pair(ctx, by, target, "mute", func(tx store.Tx, from, to instance.Actor) error {
		if from.ID == to.ID {
			return &instance.Invalid{Field: "mute", Code: "self"}
		}
		var until time.Time
		if o.For > 0 {
			until = s.now().Add(o.For)
		}
		_, err := tx.Exec(ctx, `
			INSERT INTO mutes (id, actor_id, target_id, until, notices)
			VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (actor_id, target_id) DO UPDATE
			   SET until = excluded.until, notices = excluded.notices`,
			s.ids.Next(), from.ID, to.ID, store.MillisOrNull(until), !o.KeepNotices)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			DELETE FROM home_entries
			 WHERE owner_id = $1 AND (via_id = $2 OR post_id IN (SELECT id FROM posts WHERE author_id = $2))`, from.ID, to.ID)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			DELETE FROM list_entries
			 WHERE list_id IN (SELECT id FROM lists WHERE owner_id = $1)
			   AND (via_id = $2 OR post_id IN (SELECT id FROM posts WHERE author_id = $2))`, from.ID, to.ID)
		return err
	})
}

// SweepMutes forgets the mutes that ended before a time.
func SweepMutes(ctx context.Context, tx store.Tx, before time.Time) error {
	_, err := tx.Exec(ctx, `DELETE FROM mutes WHERE until < $1`, store.Millis(before))
	return err
}

// Unmute ends a mute.
func (s *Service) Unmute(ctx context.Context, by, target instance.ActorID) error {
	return s.pair(ctx, by, target, "unmute", func(tx store.Tx, from, to instance.Actor) error {
		_, err := tx.Exec(ctx, `DELETE FROM mutes WHERE actor_id = $1 AND target_id = $2`, from.ID, to.ID)
		return err
	})
}

// pair loads two actors and does something between them in one transaction.
func (s *Service) pair(ctx context.Context, by, target instance.ActorID, deed string, do func(tx store.Tx, from, to instance.Actor) error) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		both, err := actors.ByIDs(ctx, tx, []instance.ActorID{by, target})
		if err != nil {
			return err
		}
		from, to := both[by], both[target]
		if from.ID == 0 || to.ID == 0 {
			return instance.ErrNotFound
		}
		return do(tx, from, to)
	})
	if err != nil {
		return fmt.Errorf("%s %s by %s: %w", deed, target, by, err)
	}
	return nil
}
