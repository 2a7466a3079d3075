package posts

import (
	"context"
	"time"

	"palier/instance"
	"palier/instance/store"
)

// enough returns an [instance.Invalid] if a post that was just written is one more
// than its author may begin in its place in a day. Answers do not count, nor what
// those say who look after the place. The row of the author is held since the post
// was written, so that two come one after the other.
func (s *Service) enough(ctx context.Context, tx store.Tx, p *instance.Post) error {
	if s.rules == nil || p.Group == nil || !p.Group.Local() || p.ReplyToURI != "" || p.Author.Kind != instance.Person {
		return nil
	}
	r, err := s.rules.In(ctx, tx)
	if err != nil || r.PostsADay == 0 {
		return err
	}
	var today int
	var tends bool
	// Ids find them, and never go back: after a clock that was ahead was put right they
	// say nothing of the day.
	since := s.now().Add(-24 * time.Hour)
	err = tx.QueryRow(ctx, `
		SELECT (SELECT COUNT(*) FROM posts WHERE author_id = $1 AND group_id = $2 AND reply_to_uri = '' AND id > $3 AND published_at > $4),
		       EXISTS (SELECT 1 FROM moderators WHERE group_id = $2 AND actor_id = $1)`,
		p.Author.ID, p.Group.ID, since.UnixMilli()<<16, store.Millis(since)).Scan(&today, &tends)
	if err == nil && today > r.PostsADay && !tends {
		err = &instance.Invalid{Field: "text", Code: "day-full", Limit: r.PostsADay}
	}
	return err
}
