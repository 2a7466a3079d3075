package conversations

import (
	"context"
	"fmt"

	"palier/instance"
	"palier/instance/store"
)

// Of returns somebody's conversations by the posts that began their threads.
// Threads of which they have none are left out.
func (s *Service) Of(ctx context.Context, owner instance.ActorID, threads []instance.PostID) (map[instance.PostID]instance.ConversationID, error) {
	if len(threads) == 0 {
		return nil, nil
	}
	args := []any{owner}
	for _, id := range threads {
		args = append(args, id)
	}
	rows, err := s.db.Read().Query(ctx, `
		SELECT thread_id, MAX(id)
		  FROM conversations
		 WHERE owner_id = $1 AND thread_id IN (`+store.Placeholders(2, len(threads))+`)
		 GROUP BY thread_id`, args...)
	if err != nil {
		return nil, fmt.Errorf("conversations of %s: %w", owner, err)
	}
	defer rows.Close()
	found := make(map[instance.PostID]instance.ConversationID, len(threads))
	for rows.Next() {
		var thread instance.PostID
		var id instance.ConversationID
		if err := rows.Scan(&thread, &id); err != nil {
			return nil, fmt.Errorf("conversations of %s: %w", owner, err)
		}
		found[thread] = id
	}
	return found, rows.Err()
}
