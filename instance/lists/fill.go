package lists

import (
	"context"

	"palier/instance"
	"palier/instance/store"
)

// recent is how many of the newest lines of somebody's feed are looked through
// for what belongs in their lists when those change.
const recent = 4000

// broughtBy holds for list_entries that an actor, given as a placeholder,
// brought: as who passed it on, or as the author where nobody did.
func broughtBy(actor string) string {
	return `(via_id = ` + actor + ` OR via_id IS NULL AND post_id IN (SELECT id FROM posts WHERE author_id = ` + actor + `))`
}

// shows holds where list l shows a reply by author to a post of answered: one
// to the owner of the list or to oneself, and what the owner chose.
func shows(author, answered string) string {
	return `(` + answered + ` IN (` + author + `, l.owner_id)
		OR l.replies = 'followed' AND EXISTS (SELECT 1 FROM follows g
		    WHERE g.follower_id = l.owner_id AND g.followee_id = ` + answered + ` AND g.state = 'accepted')
		OR l.replies = 'list' AND EXISTS (SELECT 1 FROM list_members o
		    WHERE o.list_id = l.id AND o.actor_id = ` + answered + `))`
}

// refill brings into somebody's lists what belongs there of their home feed,
// and of what their exclusive lists keep out of that.
func refill(ctx context.Context, tx store.Tx, owner instance.ActorID) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO list_entries (list_id, id, post_id, via_id)
		SELECT list_id,
		       CASE WHEN wrote THEN post_id ELSE id END,
		       post_id,
		       CASE WHEN wrote THEN NULL ELSE via_id END
		  FROM (SELECT l.id AS list_id, h.id AS id, h.post_id AS post_id, h.via_id AS via_id,
		               EXISTS (SELECT 1 FROM list_members m
		                        WHERE m.list_id = l.id AND m.actor_id = p.author_id)
		                  AND (p.reply_to_uri = '' OR `+shows(`p.author_id`, `q.author_id`)+`) AS wrote,
		               EXISTS (SELECT 1 FROM list_members m
		                        WHERE m.list_id = l.id AND m.actor_id = h.via_id) AS passed
		          FROM lists l
		          JOIN (SELECT * FROM (SELECT id, post_id, via_id FROM home_entries
		                                WHERE owner_id = $1
		                                ORDER BY id DESC
		                                LIMIT $2) AS home
		                UNION
		                SELECT * FROM (SELECT e.id, e.post_id, e.via_id
		                                 FROM lists x JOIN list_entries e ON e.list_id = x.id
		                                WHERE x.owner_id = $1 AND x.exclusive
		                                ORDER BY e.id DESC
		                                LIMIT $2) AS apart) AS h ON TRUE
		          JOIN posts p ON p.id = h.post_id
		          LEFT JOIN posts q ON q.id = p.reply_to_id
		         WHERE l.owner_id = $1 AND p.audience <> 'direct') AS lines
		 WHERE wrote OR passed
		ON CONFLICT DO NOTHING`, owner, recent)
	return err
}

// bringHome puts what stands in a list into its owner's home feed: all of it,
// or what one actor brought.
func bringHome(ctx context.Context, tx store.Tx, id instance.ListID, actor instance.ActorID) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO home_entries (owner_id, id, post_id, via_id)
		SELECT l.owner_id, e.id, e.post_id, e.via_id
		  FROM lists l JOIN list_entries e ON e.list_id = l.id
		 WHERE l.id = $1 AND (CAST($2 AS BIGINT) = 0 OR `+broughtBy("$2")+`)
		ON CONFLICT DO NOTHING`, id, actor)
	return err
}

// keepOut takes what somebody's exclusive lists hold out of their home feed.
// What they wrote themself stays.
func keepOut(ctx context.Context, tx store.Tx, owner instance.ActorID) error {
	_, err := tx.Exec(ctx, `
		DELETE FROM home_entries
		 WHERE owner_id = $1
		   AND post_id NOT IN (SELECT id FROM posts WHERE author_id = $1)
		   AND post_id IN (SELECT e.post_id
		                     FROM lists l JOIN list_entries e ON e.list_id = l.id
		                    WHERE l.owner_id = $1 AND l.exclusive)`, owner)
	return err
}
