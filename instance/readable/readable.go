// Package readable says in SQL who may read a post. Every list and every page
// goes through it, so that there is one place to get it right.
package readable

import (
	"strings"

	"palier/instance"
	"palier/instance/store"
)

// Where returns a condition that holds for the posts, under their table's
// alias p, that v may read, and the arguments it adds to args. Deleted posts
// are not excluded: their place may still be shown.
//
//   - public and unlisted: everyone;
//   - building and neighbourhood: verified residents of the place or of what
//     lies within it, and its moderators;
//   - around: also those of the places beside it;
//   - followers: whom the author lets follow, and whom the post names;
//   - direct: whom the post names; one that is discreet in a campaign: who has an
//     open invitation in it while it runs, who has an agreement about it, and the
//     moderators of its place;
//   - one's own: always;
//   - a reply that waits: also its author, who began the thread, and the
//     moderators of the place that was in;
//   - nothing of somebody who blocks the viewer or whom the viewer blocks, nor
//     of the servers of which the viewer wants to hear nothing.
func Where(v instance.Viewer, args []any) (string, []any) {
	if v.ID == 0 {
		return `p.audience IN ('public', 'unlisted') AND p.waits_at IS NULL`, args
	}
	var b strings.Builder
	args = append(args, v.ID)
	me := store.Placeholders(len(args), 1)
	if v.Helped { // by somebody whom private messages do not concern
		b.WriteString(`(p.audience <> 'direct' AND `)
	}
	b.WriteString(`((p.author_id = ` + me + ` OR p.audience IN ('public', 'unlisted')`)
	in := func(audiences string, groups ...[]instance.ActorID) {
		n := 0
		from := len(args) + 1
		for _, list := range groups {
			for _, id := range list {
				args = append(args, id)
				n++
			}
		}
		if n > 0 {
			b.WriteString(` OR (p.audience IN (` + audiences + `) AND p.group_id IN (` + store.Placeholders(from, n) + `))`)
		}
	}
	in(`'building', 'neighbourhood'`, v.Inner)
	in(`'around'`, v.Around)
	in(`'building', 'neighbourhood', 'around'`, v.Tends)
	b.WriteString(` OR (p.audience IN ('followers', 'direct')
		AND EXISTS (SELECT 1 FROM post_mentions pm WHERE pm.post_id = p.id AND pm.actor_id = ` + me + `))
		OR (p.audience = 'followers'
		AND EXISTS (SELECT 1 FROM follows pf WHERE pf.follower_id = ` + me + ` AND pf.followee_id = p.author_id AND pf.state = 'accepted'))
		OR `)
	args = discreet(&b, v, me, args)
	b.WriteString(`)
		AND NOT EXISTS (SELECT 1 FROM blocks pb
		                 WHERE (pb.actor_id = ` + me + ` AND pb.target_id = p.author_id)
		                    OR (pb.actor_id = p.author_id AND pb.target_id = ` + me + `))
		AND NOT EXISTS (SELECT 1 FROM blocked_domains pd JOIN actors ph ON ph.host = pd.domain
		                 WHERE pd.actor_id = ` + me + ` AND ph.id = p.author_id)
		AND (p.waits_at IS NULL OR p.author_id = ` + me + `
		     OR EXISTS (SELECT 1 FROM posts pw WHERE pw.id = p.thread_id AND (pw.author_id = ` + me)
	args = among(&b, ` OR pw.group_id IN (`, v.Tends, args)
	b.WriteString(`))))`)
	if v.Helped {
		b.WriteString(`)`)
	}
	return b.String(), args
}

// discreet writes the condition for the discreet posts p of campaigns that v, who
// is me, may read.
func discreet(b *strings.Builder, v instance.Viewer, me string, args []any) []any {
	b.WriteString(`(p.audience = 'direct' AND EXISTS (
			SELECT 1
			  FROM campaign_posts pl
			 WHERE pl.post_id = p.id AND pl.discreet
			   AND (EXISTS (SELECT 1
			                  FROM campaign_posts pi
			                  JOIN campaigns pc ON pc.id = pi.campaign_id AND pc.state = 'running'
			                  JOIN posts po ON po.id = pi.post_id AND po.deleted_at IS NULL AND po.removed_at IS NULL
			                  JOIN proposals pq ON pq.post_id = pi.post_id AND pq.status = 'open'
			                 WHERE pi.author_id = ` + me + ` AND pi.campaign_id = pl.campaign_id AND pi.side = 'invite')
			        OR EXISTS (SELECT 1
			                     FROM agreements pg
			                    WHERE pg.post_id = p.id AND pg.taker_id = ` + me + `
			                      AND pg.state IN ('asked', 'accepted', 'handed-over', 'returned', 'done'))`)
	args = among(b, ` OR p.group_id IN (`, v.Tends, args)
	b.WriteString(`)))`)
	return args
}

// among writes a condition that begins as in does and holds for the groups, and
// nothing for none.
func among(b *strings.Builder, in string, groups []instance.ActorID, args []any) []any {
	if len(groups) == 0 {
		return args
	}
	from := len(args) + 1
	for _, id := range groups {
		args = append(args, id)
	}
	b.WriteString(in + store.Placeholders(from, len(groups)) + `)`)
	return args
}
