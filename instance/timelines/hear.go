package timelines

import (
	"context"
	"fmt"

	"palier/instance"
	"palier/instance/store"
)

// Hear writes what was posted or shared into the home feeds it belongs in, and
// takes out what no longer does.
func (s *Service) Hear(ctx context.Context, tx store.Tx, d instance.Deed) error {
	var err error
	switch d.Kind {
	case instance.Posted:
		err = s.posted(ctx, tx, d)
	case instance.Boosted:
		err = s.shared(ctx, tx, d)
	case instance.Unboosted:
		_, err = tx.Exec(ctx, `
			DELETE FROM home_entries
			 WHERE post_id = $1 AND via_id = $2`, d.Post.ID, d.Actor.ID)
	case instance.Unfollowed, instance.FollowRefused:
		err = s.unfollowed(ctx, tx, d)
	case instance.TagUnfollowed:
		err = s.tagUnfollowed(ctx, tx, d)
	}
	if err != nil {
		return fmt.Errorf("home feeds after %s: %w", d.Kind, err)
	}
	return nil
}

// insert writes entry $1 for post $2 by $3, brought by $4 at $5, into the feeds of
// the readers a query names, but not of those who block or mute the author or
// who brings it or want to hear nothing of their server, or whom the author
// blocks, or who have it in an exclusive list. A post that is there stays where
// it is.
func insert(readers string) string {
	return `
		INSERT INTO home_entries (owner_id, id, post_id, via_id)
		SELECT r.reader, CAST($1 AS BIGINT), CAST($2 AS BIGINT), NULLIF(CAST($4 AS BIGINT), 0)
		  FROM (` + readers + `) AS r
		 WHERE NOT EXISTS (SELECT 1 FROM mutes x WHERE x.actor_id = r.reader AND x.target_id IN ($3, $4)
		                      AND (x.until IS NULL OR x.until > $5))
		   AND NOT EXISTS (SELECT 1 FROM blocked_domains x JOIN actors h ON h.host = x.domain
		                    WHERE x.actor_id = r.reader AND h.id IN ($3, $4))
		   AND NOT EXISTS (SELECT 1 FROM blocks x
		                    WHERE (x.actor_id = r.reader AND x.target_id IN ($3, $4))
		                       OR (x.target_id = r.reader AND x.actor_id = $3))
		   AND (r.reader = $3
		        OR r.reader NOT IN (SELECT l.owner_id FROM list_entries e JOIN lists l ON l.id = e.list_id
		                             WHERE e.post_id = $2 AND l.exclusive))
		ON CONFLICT DO NOTHING`
}

// author reads what they post themself, if they live here.
const author = `
		UNION
		SELECT a.actor_id FROM people a WHERE a.actor_id = $3`

// wanted holds for follows, under the alias f, that let a post in the language
// $6 through. What does not say its language always comes.
const wanted = `(f.languages = '' OR CAST($6 AS TEXT) = '' OR f.languages LIKE '%' || $6 || '%')`

// language is the language of a post as follows name it: ',fr,'.
func language(p *instance.Post) string {
	if code := instance.LanguageCode(p.Language); code != "" {
		return "," + code + ","
	}
	return ""
}

// posted brings a post to its author and to those it is for: the circle of
// neighbours, those it names, or the author's followers here, and those who
// follow a hashtag of it. Of replies only those come whose thread's other end is
// followed too, or a hashtag.
func (s *Service) posted(ctx context.Context, tx store.Tx, d instance.Deed) error {
	p := d.Post
	args := []any{instance.ID(p.ID), p.ID, p.Author.ID, instance.ActorID(0), store.Millis(s.now())}
	followers := `
		SELECT f.follower_id AS reader FROM follows f JOIN people a ON a.actor_id = f.follower_id
		 WHERE f.followee_id = $3 AND f.state = 'accepted' AND ` + wanted
	var readers string
	switch {
	case p.ReplyToURI != "" && p.Audience != instance.ToMentioned:
		args = append(args, language(p), p.ReplyTo)
		readers = followers + ` AND EXISTS (SELECT 1 FROM follows g JOIN posts q ON q.author_id = g.followee_id
		                                     WHERE g.follower_id = f.follower_id AND g.state = 'accepted' AND q.id = $7)`
	case p.Audience.Local():
		args[3] = p.Group.ID
		readers = s.readers(p.Audience, "$4")
	case p.Audience == instance.ToMentioned:
		readers = `
		SELECT m.actor_id AS reader FROM post_mentions m JOIN people a ON a.actor_id = m.actor_id
		 WHERE m.post_id = $2`
	default:
		args = append(args, language(p))
		readers = followers
	}
	readers, args = s.tagged(readers, p, args)
	_, err := tx.Exec(ctx, insert(readers+author), args...)
	return err
}

// shared brings a boost to those here who follow who shares it.
func (s *Service) shared(ctx context.Context, tx store.Tx, d instance.Deed) error {
	if d.Post.Gone() {
		return nil
	}
	_, err := tx.Exec(ctx, insert(`
		SELECT f.follower_id AS reader FROM follows f JOIN people a ON a.actor_id = f.follower_id
		 WHERE f.followee_id = $4 AND f.state = 'accepted' AND f.boosts AND `+wanted),
		d.ID, d.Post.ID, d.Post.Author.ID, d.Actor.ID, store.Millis(s.now()), language(d.Post))
	return err
}

// unfollowed takes out what came only through the follow that ended.
func (s *Service) unfollowed(ctx context.Context, tx store.Tx, d instance.Deed) error {
	follower, followee := d.Actor.ID, d.Target.ID
	if d.Kind == instance.FollowRefused {
		follower, followee = followee, follower
	}
	_, err := tx.Exec(ctx, `
		DELETE FROM home_entries
		 WHERE owner_id = $1
		   AND (via_id = $2
		        OR via_id IS NULL AND post_id IN (SELECT id FROM posts WHERE author_id = $2))
		   AND post_id NOT IN (SELECT id FROM posts
		                        WHERE author_id = $1 OR group_id = $2 AND audience IN ('building', 'neighbourhood', 'around'))
		   AND NOT (via_id IS NULL AND post_id IN (
		       SELECT q.id FROM posts q JOIN post_tags pt ON pt.post_id = q.id JOIN followed_tags ft ON ft.tag = pt.tag
		        WHERE ft.person_id = $1 AND q.audience IN ('public', 'building', 'neighbourhood', 'around')))`,
		follower, followee)
	return err
}
