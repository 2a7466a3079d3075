package notifications

import (
	"context"
	"slices"

	"palier/instance"
	"palier/instance/store"
)

// perInsert is how many notices one statement writes.
const perInsert = 200

// pollEnded tells those here who voted in a poll, and who asked, that it has
// ended.
func (s *Service) pollEnded(ctx context.Context, tx store.Tx, d instance.Deed) error {
	owners, err := s.concernedBy(ctx, tx, d.Post)
	if err != nil {
		return err
	}
	for some := range slices.Chunk(owners, perInsert) {
		values, args := "", []any{d.Actor.ID, d.Post.ID}
		for i, owner := range some {
			if i > 0 {
				values += ", "
			}
			n := len(args) + 1
			values += "(" + store.Placeholders(n, 2) + ", 'poll', $1, $2, $2)"
			args = append(args, s.ids.Next(), owner)
		}
		rows, err := tx.Query(ctx, `
			INSERT INTO notifications (id, owner_id, kind, from_id, post_id, about_id)
			VALUES `+values+`
			ON CONFLICT DO NOTHING
			RETURNING id, owner_id, from_id`, args...)
		if err != nil {
			return err
		}
		list, err := readWritten(rows)
		if err != nil {
			return err
		}
		if s.written == nil {
			continue
		}
		for _, w := range list {
			w.Kind = Poll
			if err := s.written(ctx, tx, w); err != nil {
				return err
			}
		}
	}
	return nil
}

// concernedBy returns the people here who asked or voted in a poll, but those
// who want nothing more of its author.
func (s *Service) concernedBy(ctx context.Context, tx store.Tx, p *instance.Post) ([]instance.ActorID, error) {
	rows, err := tx.Query(ctx, `
		SELECT p.actor_id
		  FROM people p
		 WHERE (p.actor_id = $2 OR EXISTS (SELECT 1 FROM poll_voters v WHERE v.post_id = $1 AND v.actor_id = p.actor_id))
		   AND NOT EXISTS (SELECT 1 FROM blocks x
		                    WHERE (x.actor_id = p.actor_id AND x.target_id = $2) OR (x.actor_id = $2 AND x.target_id = p.actor_id))
		   AND NOT EXISTS (SELECT 1 FROM mutes x
		                    WHERE x.actor_id = p.actor_id AND x.target_id = $2 AND x.notices AND (x.until IS NULL OR x.until > $3))
		   AND NOT EXISTS (SELECT 1 FROM blocked_domains x WHERE x.actor_id = p.actor_id AND x.domain = $4)
		   AND NOT EXISTS (SELECT 1 FROM muted_threads x WHERE x.actor_id = p.actor_id AND x.thread_id = $5)
		 ORDER BY p.actor_id`, p.ID, p.Author.ID, store.Millis(s.now()), p.Author.Host, p.Thread)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var owners []instance.ActorID
	for rows.Next() {
		var id instance.ActorID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		owners = append(owners, id)
	}
	return owners, rows.Err()
}
