package places

import (
	"context"
	"fmt"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
)

// Moderators returns who looks after a place.
func (s *Service) Moderators(ctx context.Context, group instance.ActorID) ([]instance.Actor, error) {
	list, err := actors.List(s.db.Read().Query(ctx, `
		SELECT `+actors.Columns+`
		  FROM moderators m JOIN actors a ON a.id = m.actor_id
		 WHERE m.group_id = $1 AND a.deleted_at IS NULL AND a.suspended_at IS NULL
		 ORDER BY m.since, a.id`, group))
	if err != nil {
		return nil, fmt.Errorf("moderators of %s: %w", group, err)
	}
	return list, nil
}

// Moderates tells whether an actor looks after a place.
func (s *Service) Moderates(ctx context.Context, tx store.Tx, group, actor instance.ActorID) (bool, error) {
	var yes bool
	err := tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM moderators WHERE group_id = $1 AND actor_id = $2)`, group, actor).Scan(&yes)
	return yes, err
}

// Moderated returns the places of this server that an actor looks after.
func (s *Service) Moderated(ctx context.Context, actor instance.ActorID) ([]instance.Actor, error) {
	list, err := actors.List(s.db.Read().Query(ctx, `
		SELECT `+actors.Columns+`
		  FROM moderators m JOIN actors a ON a.id = m.group_id
		 WHERE m.actor_id = $1 AND a.host = '' AND a.deleted_at IS NULL
		 ORDER BY lower(a.name), a.id`, actor))
	if err != nil {
		return nil, fmt.Errorf("places moderated by %s: %w", actor, err)
	}
	return list, nil
}

// SetModerator makes an actor look after a place, or no longer. An organisation of
// ours cannot: it would read what is for neighbours.
func (s *Service) SetModerator(ctx context.Context, group, actor instance.ActorID, moderates bool) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		both, err := actors.ByIDs(ctx, tx, []instance.ActorID{group, actor})
		if err != nil {
			return err
		}
		g, a := both[group], both[actor]
		if g.ID == 0 || a.ID == 0 || !g.Local() || g.Kind != instance.Group || a.Local() && a.Kind == instance.Organization {
			return instance.ErrNotFound
		}
		return s.SetModeratorIn(ctx, tx, g, a, moderates, false)
	})
	if err != nil {
		return fmt.Errorf("moderator %s of %s: %w", actor, group, err)
	}
	return nil
}

// SetModeratorIn is [Service.SetModerator] inside a transaction, also for a
// group elsewhere that tells of its moderators.
func (s *Service) SetModeratorIn(ctx context.Context, tx store.Tx, group, actor instance.Actor, moderates, remote bool) error {
	kind, sql, args := instance.ModeratorOut, `DELETE FROM moderators WHERE group_id = $1 AND actor_id = $2`, []any{group.ID, actor.ID}
	if moderates {
		kind, sql = instance.ModeratorIn, `
			INSERT INTO moderators (group_id, actor_id, since)
			VALUES ($1, $2, $3)
			ON CONFLICT DO NOTHING`
		args = append(args, store.Millis(s.now()))
	}
	n, err := tx.Exec(ctx, sql, args...)
	if err != nil || n == 0 {
		return err
	}
	return s.tell(ctx, tx, instance.Deed{Kind: kind, Actor: group, Target: &actor, ID: s.ids.Next(), Origin: instance.Origin{Remote: remote}})
}
