package live

import (
	"context"
	"fmt"
	"math/bits"
	"slices"

	"palier/instance"
	"palier/instance/store"
)

// batch is how many people are asked about in one query.
const batch = 1024

// inBatches calls do with some of all at a time. The number of each is a power
// of two, the last one standing for those that lack: so few different queries
// are prepared, however many are connected.
func inBatches[K any](all []K, do func([]K) error) error {
	for some := range slices.Chunk(all, batch) {
		full := slices.Clone(some)
		for len(full) < 1<<bits.Len(uint(len(some)-1)) {
			full = append(full, some[len(some)-1])
		}
		if err := do(full); err != nil {
			return err
		}
	}
	return nil
}

// facts returns what decides about a post now.
func (h *Hub) facts(ctx context.Context, id instance.PostID) (facts, error) {
	f := facts{id: id}
	var audience string
	tx := h.o.DB.Read()
	err := tx.QueryRow(ctx, `
		SELECT p.author_id, COALESCE(p.group_id, 0), p.audience, p.thread_id, p.reply_to_uri <> '', p.local,
		       EXISTS (SELECT 1 FROM media m WHERE m.post_id = p.id),
		       p.deleted_at IS NOT NULL OR p.removed_at IS NOT NULL OR a.deleted_at IS NOT NULL OR a.suspended_at IS NOT NULL,
		       p.waits_at IS NOT NULL
		  FROM posts p JOIN actors a ON a.id = p.author_id
		 WHERE p.id = $1`, id).Scan(&f.author, &f.group, &audience, &f.thread, &f.reply, &f.local, &f.media, &f.gone, &f.waits)
	if err != nil {
		return f, err
	}
	f.audience = instance.Audience(audience)
	if h.listens(Tag) || h.listens(TagLocal) {
		f.tags, err = column[string](tx.Query(ctx, `SELECT tag FROM post_tags WHERE post_id = $1`, id))
	}
	return f, err
}

func (h *Hub) listens(to Name) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.listening[to]) > 0
}

// column returns the only column of rows.
func column[T any](rows store.Rows, err error) ([]T, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		var one T
		if err := rows.Scan(&one); err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

// standing is how somebody who may read a post stands to it.
type standing struct {
	home     bool // it stands in their feed, brought by what happened
	personal bool // they see it with marks of their own
}

// arguments are what stands for the placeholders of a query.
type arguments []any

// add returns the placeholder of one more argument.
func (a *arguments) add(value any) string {
	*a = append(*a, value)
	return store.Placeholders(len(*a), 1)
}

// list returns the placeholders of more arguments, as a list.
func list[T any](a *arguments, values []T) string {
	from := len(*a) + 1
	for _, v := range values {
		*a = append(*a, v)
	}
	return store.Placeholders(from, len(values))
}

// standings returns how those of the people who may read a post stand to it: a
// query for many of them at once. What it allows is what
// [palier/instance/readable.Where] allows; besides, nothing is told to who
// mutes the one it is from.
func (h *Hub) standings(ctx context.Context, e Event, f facts, people []instance.ActorID) (map[instance.ActorID]standing, error) {
	all := make(map[instance.ActorID]standing, len(people))
	err := inBatches(people, func(some []instance.ActorID) error {
		var a arguments
		author, actor := a.add(f.author), a.add(e.Actor)
		rows, err := h.o.DB.Read().Query(ctx, `
		SELECT r.actor_id,
		       EXISTS (SELECT 1 FROM home_entries x WHERE x.owner_id = r.actor_id AND `+brought(e, &a)+`), `+personal(e, f, &a)+`
		  FROM people r
		 WHERE r.actor_id IN (`+list(&a, some)+`)
		   AND `+h.may(e, f, author, &a)+`
		   AND NOT EXISTS (SELECT 1 FROM blocks x
		                    WHERE (x.actor_id = r.actor_id AND x.target_id IN (`+author+`, `+actor+`))
		                       OR (x.target_id = r.actor_id AND x.actor_id = `+author+`))
		   AND NOT EXISTS (SELECT 1 FROM blocked_domains x JOIN actors s ON s.host = x.domain
		                    WHERE x.actor_id = r.actor_id AND s.id IN (`+author+`, `+actor+`))
		   AND NOT EXISTS (SELECT 1 FROM mutes x
		                    WHERE x.actor_id = r.actor_id AND x.target_id IN (`+author+`, `+actor+`)
		                      AND (x.until IS NULL OR x.until > `+a.add(store.Millis(h.o.Now()))+`))`, a...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id instance.ActorID
			var st standing
			if err := rows.Scan(&id, &st.home, &st.personal); err != nil {
				return err
			}
			st.personal = st.personal || id == f.author
			all[id] = st
		}
		return rows.Err()
	})
	return all, err
}

// brought is whether what happened brought a post into the feed or list whose
// entry is x; of an edit, whether it is there at all.
func brought(e Event, a *arguments) string {
	switch e.Kind {
	case Boosted:
		return `x.id = ` + a.add(e.Boost)
	case Edited:
		return `x.post_id = ` + a.add(e.Post)
	default:
		return `x.id = ` + a.add(instance.ID(e.Post))
	}
}

// personal is whether r sees the post with marks of their own. The author does
// anyway, for whom it is one that can be pinned.
func personal(e Event, f facts, a *arguments) string {
	always := `EXISTS (SELECT 1 FROM muted_threads x WHERE x.actor_id = r.actor_id AND x.thread_id = ` + a.add(f.thread) + `)
		    OR EXISTS (SELECT 1 FROM filters x WHERE x.owner_id = r.actor_id)`
	if e.Kind == Posted || e.Kind == Deleted {
		return always // nobody had to do with it before
	}
	post := a.add(e.Post)
	return always + `
		    OR EXISTS (SELECT 1 FROM likes x WHERE x.actor_id = r.actor_id AND x.post_id = ` + post + `)
		    OR EXISTS (SELECT 1 FROM boosts x WHERE x.actor_id = r.actor_id AND x.post_id = ` + post + `)
		    OR EXISTS (SELECT 1 FROM bookmarks x WHERE x.actor_id = r.actor_id AND x.post_id = ` + post + `)
		    OR EXISTS (SELECT 1 FROM poll_voters x WHERE x.actor_id = r.actor_id AND x.post_id = ` + post + `)`
}

// may is whether r may read the post, as the placeholder of its author helps to
// say.
func (h *Hub) may(e Event, f facts, author string, a *arguments) string {
	if f.audience.Open() {
		return `TRUE`
	}
	or := `(r.actor_id = ` + author
	if f.audience.Local() {
		group := a.add(f.group)
		return or + `
		        OR r.actor_id IN (` + h.o.Readers(f.audience, group) + `)
		        OR EXISTS (SELECT 1 FROM moderators m WHERE m.group_id = ` + group + ` AND m.actor_id = r.actor_id))`
	}
	if f.audience == instance.ToFollowers {
		or += `
		        OR EXISTS (SELECT 1 FROM follows w
		                    WHERE w.follower_id = r.actor_id AND w.followee_id = ` + author + ` AND w.state = 'accepted')`
	}
	if e.Kind == Deleted {
		return or + ` OR r.actor_id IN (` + list(a, e.Named) + `))`
	}
	return or + `
		        OR EXISTS (SELECT 1 FROM post_mentions m WHERE m.post_id = ` + a.add(f.id) + ` AND m.actor_id = r.actor_id))`
}

// following returns which of the people follow somebody, or are them.
func (h *Hub) following(ctx context.Context, actor instance.ActorID, people []instance.ActorID) (map[instance.ActorID]bool, error) {
	all := map[instance.ActorID]bool{}
	err := inBatches(people, func(some []instance.ActorID) error {
		var a arguments
		who := a.add(actor)
		found, err := column[instance.ActorID](h.o.DB.Read().Query(ctx, `
			SELECT r.actor_id
			  FROM people r
			 WHERE r.actor_id IN (`+list(&a, some)+`)
			   AND (r.actor_id = `+who+`
			        OR EXISTS (SELECT 1 FROM follows w
			                    WHERE w.follower_id = r.actor_id AND w.followee_id = `+who+` AND w.state = 'accepted'))`, a...))
		for _, id := range found {
			all[id] = true
		}
		return err
	})
	return all, err
}

// OwnsList returns [instance.ErrNotFound] unless a list is somebody's.
func (h *Hub) OwnsList(ctx context.Context, owner instance.ActorID, list instance.ID) error {
	var owns bool
	err := h.o.DB.Read().QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM lists WHERE id = $1 AND owner_id = $2)`, list, owner).Scan(&owns)
	if err == nil && !owns {
		err = instance.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("list %s of %s: %w", list, owner, err)
	}
	return nil
}

// inLists returns those of the lists in which what happened brought the post.
func (h *Hub) inLists(ctx context.Context, e Event, lists []instance.ID) (map[instance.ID]bool, error) {
	all := map[instance.ID]bool{}
	err := inBatches(lists, func(some []instance.ID) error {
		var a arguments
		brought := brought(e, &a)
		found, err := column[instance.ID](h.o.DB.Read().Query(ctx, `
			SELECT x.list_id
			  FROM list_entries x
			 WHERE x.list_id IN (`+list(&a, some)+`) AND `+brought, a...))
		for _, id := range found {
			all[id] = true
		}
		return err
	})
	return all, err
}

// accounts returns those of the accounts that are open.
func (h *Hub) accounts(ctx context.Context, people []instance.ActorID) ([]instance.ActorID, error) {
	var a arguments
	return column[instance.ActorID](h.o.DB.Read().Query(ctx, `
		SELECT p.actor_id
		  FROM people p JOIN actors a ON a.id = p.actor_id
		 WHERE p.actor_id IN (`+list(&a, people)+`)
		   AND p.disabled_at IS NULL AND a.deleted_at IS NULL AND a.suspended_at IS NULL`, a...))
}
