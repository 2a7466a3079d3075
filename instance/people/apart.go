package people

import (
	"context"
	"fmt"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
)

// maxApart bounds the lists of those a person blocked and muted.
const maxApart = 500

// Blocked returns whom a person blocks, the latest first.
func (s *Service) Blocked(ctx context.Context, id instance.ActorID) ([]instance.Actor, error) {
	return s.apart(ctx, `blocks`, id, ``)
}

// Muted returns whom a person mutes now, the latest first.
func (s *Service) Muted(ctx context.Context, id instance.ActorID) ([]instance.Actor, error) {
	return s.apart(ctx, `mutes`, id, ` AND (x.until IS NULL OR x.until > $3)`, store.Millis(s.now()))
}

func (s *Service) apart(ctx context.Context, table string, id instance.ActorID, more string, args ...any) ([]instance.Actor, error) {
	list, err := actors.List(s.db.Read().Query(ctx, `
		SELECT `+actors.Columns+`
		  FROM `+table+` x JOIN actors a ON a.id = x.target_id
		 WHERE x.actor_id = $1 AND a.deleted_at IS NULL`+more+`
		 ORDER BY x.id DESC
		 LIMIT $2`, append([]any{id, maxApart}, args...)...))
	if err != nil {
		return nil, fmt.Errorf("%s of %s: %w", table, id, err)
	}
	return list, nil
}
