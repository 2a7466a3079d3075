package conversations

import (
	"context"
	"fmt"

	"palier/instance"
)

// Latest returns the conversation of the viewer's in which a message is the last
// one. It returns [instance.ErrNotFound] if there is none.
func (s *Service) Latest(ctx context.Context, v instance.Viewer, message instance.PostID) (instance.Conversation, error) {
	found, err := s.load(ctx, v, `WHERE owner_id = $1 AND last_post_id = $2`, v.ID, message)
	if err == nil && len(found) == 0 {
		err = instance.ErrNotFound
	}
	if err != nil {
		return instance.Conversation{}, fmt.Errorf("conversation of %s with message %s: %w", v.ID, message, err)
	}
	return found[0], nil
}
