package timelines

import (
	"context"
	"strconv"

	"palier/instance"
	"palier/instance/store"
)

// tagged adds to readers, a query for those a post is for, those who follow one
// of its hashtags: of what is public all of them, unless its author or their
// server was limited, and of an answer among neighbours those who may read it.
func (s *Service) tagged(readers string, p *instance.Post, args []any) (string, []any) {
	if len(p.Tags) == 0 {
		return readers, args
	}
	followers := `
		UNION
		SELECT ft.person_id FROM followed_tags ft JOIN post_tags pt ON pt.tag = ft.tag WHERE pt.post_id = $2`
	switch {
	case p.Audience == instance.ToPublic && p.Author.LimitedAt.IsZero():
		return readers + followers + `
		   AND NOT EXISTS (SELECT 1 FROM domain_rules dr JOIN actors da ON da.host = dr.domain WHERE da.id = $3)`, args
	case p.Audience.Local() && p.Group != nil && p.ReplyToURI != "":
		args = append(args, p.Group.ID)
		place := "$" + strconv.Itoa(len(args))
		return readers + followers + ` AND ft.person_id IN (` + s.readers(p.Audience, place) + `)`, args
	}
	return readers, args
}

// tagUnfollowed takes out what came only because of a hashtag that somebody
// followed until now.
func (s *Service) tagUnfollowed(ctx context.Context, tx store.Tx, d instance.Deed) error {
	_, err := tx.Exec(ctx, `
		DELETE FROM home_entries
		 WHERE owner_id = $1 AND via_id IS NULL
		   AND post_id IN (
		       SELECT p.id
		         FROM post_tags pt JOIN posts p ON p.id = pt.post_id
		        WHERE pt.tag = $2 AND p.author_id <> $1 AND p.audience <> 'direct'
		          AND NOT EXISTS (SELECT 1 FROM follows f
		                           WHERE f.follower_id = $1 AND f.followee_id = p.author_id AND f.state = 'accepted')
		          AND NOT EXISTS (SELECT 1 FROM boosts b JOIN follows f ON f.followee_id = b.actor_id
		                           WHERE b.post_id = p.id AND f.follower_id = $1 AND f.state = 'accepted' AND f.boosts)
		          AND NOT EXISTS (SELECT 1 FROM post_tags o JOIN followed_tags ft ON ft.tag = o.tag
		                           WHERE o.post_id = p.id AND ft.person_id = $1))`, d.Actor.ID, d.Text)
	return err
}
