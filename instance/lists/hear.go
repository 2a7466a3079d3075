package lists

import (
	"context"
	"fmt"

	"palier/instance"
	"palier/instance/store"
)

// Hear writes what was posted or shared into the lists it belongs in, and takes
// out what no longer does. Home feeds hear of a deed after lists do: what stands
// in an exclusive list stays out of them.
func (s *Service) Hear(ctx context.Context, tx store.Tx, d instance.Deed) error {
	var err error
	switch d.Kind {
	case instance.Posted:
		err = s.posted(ctx, tx, d.Post)
	case instance.Boosted:
		err = s.shared(ctx, tx, d)
	case instance.Unboosted:
		_, err = tx.Exec(ctx, `
			DELETE FROM list_entries
			 WHERE post_id = $1 AND via_id = $2`, d.Post.ID, d.Actor.ID)
	case instance.Unfollowed:
		err = leave(ctx, tx, d.Actor.ID, d.Target.ID)
	case instance.FollowRefused:
		err = leave(ctx, tx, d.Target.ID, d.Actor.ID)
	case instance.Blocked:
		err = apart(ctx, tx, d.Actor.ID, d.Target.ID)
	}
	if err != nil {
		return fmt.Errorf("lists after %s: %w", d.Kind, err)
	}
	return nil
}

// insert writes entry $1 for post $2 by $3, brought by $4 at $5, into the lists l
// that have its bringer as member m where a condition holds, but not where the
// owner blocks or mutes the author or who brings it or wants to hear nothing of
// their server, or is blocked by the author. A post that is there stays where it
// is.
func insert(where string) string {
	return `
		INSERT INTO list_entries (list_id, id, post_id, via_id)
		SELECT l.id, CAST($1 AS BIGINT), CAST($2 AS BIGINT), NULLIF(CAST($4 AS BIGINT), 0)
		  FROM list_members m JOIN lists l ON l.id = m.list_id
		 WHERE ` + where + `
		   AND NOT EXISTS (SELECT 1 FROM mutes x WHERE x.actor_id = l.owner_id AND x.target_id IN ($3, $4)
		                      AND (x.until IS NULL OR x.until > $5))
		   AND NOT EXISTS (SELECT 1 FROM blocked_domains x JOIN actors h ON h.host = x.domain
		                    WHERE x.actor_id = l.owner_id AND h.id IN ($3, $4))
		   AND NOT EXISTS (SELECT 1 FROM blocks x
		                    WHERE (x.actor_id = l.owner_id AND x.target_id IN ($3, $4))
		                       OR (x.target_id = l.owner_id AND x.actor_id = $3))
		ON CONFLICT DO NOTHING`
}

// follows holds where the owner of list l is the actor, or follows them and lets
// posts in the language $6 through. What does not say its language always comes.
func follows(actor, also string) string {
	return `(l.owner_id = ` + actor + ` OR EXISTS (SELECT 1 FROM follows f
		WHERE f.follower_id = l.owner_id AND f.followee_id = ` + actor + ` AND f.state = 'accepted'` + also + `
		  AND (f.languages = '' OR CAST($6 AS TEXT) = '' OR f.languages LIKE '%' || $6 || '%')))`
}

// posted brings a post into the lists that have its author or, when it is for
// neighbours, its place: those whose owner may read it. Private messages stand
// in no list.
func (s *Service) posted(ctx context.Context, tx store.Tx, p *instance.Post) error {
	args := []any{instance.ID(p.ID), p.ID, p.Author.ID, instance.ActorID(0), store.Millis(s.now())}
	var where string
	switch {
	case p.Audience == instance.ToMentioned:
		return nil
	case p.Audience.Local():
		args[3] = p.Group.ID
		where = `m.actor_id IN ($3, $4) AND (l.owner_id = $3 OR l.owner_id IN (` + s.readers(p.Audience, "$4") + `))`
	default:
		args = append(args, language(p))
		where = `m.actor_id = $3 AND ` + follows("$3", "")
	}
	if p.ReplyToURI != "" {
		args = append(args, p.ReplyTo)
		parent := store.Placeholders(len(args), 1)
		where += ` AND m.actor_id = $3 AND EXISTS (SELECT 1 FROM posts q WHERE q.id = ` + parent + ` AND ` + shows("$3", "q.author_id") + `)`
	}
	_, err := tx.Exec(ctx, insert(where), args...)
	return err
}

// shared brings a boost into the lists that have who shares it.
func (s *Service) shared(ctx context.Context, tx store.Tx, d instance.Deed) error {
	if d.Post.Gone() {
		return nil
	}
	_, err := tx.Exec(ctx, insert(`m.actor_id = $4 AND `+follows("$4", " AND f.boosts")),
		d.ID, d.Post.ID, d.Post.Author.ID, d.Actor.ID, store.Millis(s.now()), language(d.Post))
	return err
}

// language is the language of a post as follows name it: ',fr,'.
func language(p *instance.Post) string {
	if code := instance.LanguageCode(p.Language); code != "" {
		return "," + code + ","
	}
	return ""
}

// leave takes somebody, and what they brought, out of the lists of an owner who
// does not follow them any more.
func leave(ctx context.Context, tx store.Tx, owner, actor instance.ActorID) error {
	n, err := tx.Exec(ctx, `DELETE FROM list_members WHERE owner_id = $1 AND actor_id = $2`, owner, actor)
	if err != nil || n == 0 {
		return err
	}
	_, err = tx.Exec(ctx, `
		DELETE FROM list_entries
		 WHERE list_id IN (SELECT id FROM lists WHERE owner_id = $1) AND `+broughtBy("$2"), owner, actor)
	if err != nil {
		return err
	}
	return refill(ctx, tx, owner)
}

// apart takes two out of each other's lists, and all they said.
func apart(ctx context.Context, tx store.Tx, one, other instance.ActorID) error {
	for _, pair := range [2][2]instance.ActorID{{one, other}, {other, one}} {
		if err := leave(ctx, tx, pair[0], pair[1]); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `
			DELETE FROM list_entries
			 WHERE list_id IN (SELECT id FROM lists WHERE owner_id = $1)
			   AND (via_id = $2 OR post_id IN (SELECT id FROM posts WHERE author_id = $2))`, pair[0], pair[1])
		if err != nil {
			return err
		}
	}
	return nil
}
