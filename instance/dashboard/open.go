package dashboard

import (
	"cmp"
	"context"
	"slices"
	"time"

	"palier/instance"
	"palier/instance/readable"
	"palier/instance/store"
)

// proposal is what decides where an open proposal stands.
type proposal struct {
	id       instance.PostID
	asks     bool
	bought   bool // together
	priority bool
	ends     int64 // Unix milliseconds, 0 if open
}

// fewer is by how many the texts of a question differ that names several posts.
const fewer = 16

// open returns what is asked for, offered and bought together in a place as far
// as something can still be taken, each list in the order in which it is shown.
// What is open there, and what the place itself brought from elsewhere, is found
// by its place first (which is kept with what is proposed) and then
// looked through once for all three.
func (s *Service) open(ctx context.Context, v instance.Viewer, place instance.ActorID, groups []instance.ActorID, now time.Time) (needs, offers, closing []instance.PostID, err error) {
	passedOn, err := s.brought(ctx, place, groups, now)
	if err != nil {
		return nil, nil, nil, err
	}
	args := []any{store.Millis(now)}
	for _, id := range groups {
		args = append(args, id)
	}
	in, elsewhere := store.Placeholders(2, len(groups)), ``
	if len(passedOn) > 0 {
		args = append(args, place)
		at := len(args)
		// As many numbers as there are in one of few texts, since each is thought out anew.
		for i := range (len(passedOn) + fewer - 1) / fewer * fewer {
			args = append(args, passedOn[min(i, len(passedOn)-1)])
		}
		elsewhere = `
			UNION
			SELECT b.post_id FROM boosts b WHERE b.actor_id = ` + store.Placeholders(at, 1) + ` AND b.post_id IN (` + store.Placeholders(at+1, len(args)-at) + `)`
	}
	may, args := readable.Where(v, args)
	rows, err := s.db.Read().Query(ctx, `
		WITH here (id) AS (
			SELECT o.post_id FROM proposals o WHERE o.status = 'open' AND o.group_id IN (`+in+`)`+elsewhere+`
		)
		SELECT p.id, q.purpose = 'request', p.kind = 'purchase', q.priority, COALESCE(q.ends_at, 0)
		  FROM here CROSS JOIN proposals q CROSS JOIN posts p
		  JOIN actors a ON a.id = p.author_id
		 WHERE q.post_id = here.id AND p.id = here.id AND q.status = 'open' AND (q.ends_at IS NULL OR q.ends_at > $1)
		   AND (q.quantity = 0 OR q.available > 0 OR p.kind = 'purchase')
		   AND NOT EXISTS (SELECT 1 FROM asks k WHERE k.post_id = p.id AND k.paused_at IS NOT NULL)
		   AND p.deleted_at IS NULL AND p.removed_at IS NULL AND p.audience <> 'direct'
		   AND a.deleted_at IS NULL AND a.suspended_at IS NULL
		   AND `+may, args...)
	if err != nil {
		return nil, nil, nil, err
	}
	defer rows.Close()
	var all []proposal
	for rows.Next() {
		var p proposal
		if err := rows.Scan(&p.id, &p.asks, &p.bought, &p.priority, &p.ends); err != nil {
			return nil, nil, nil, err
		}
		all = append(all, p)
	}
	if err := rows.Err(); err != nil {
		return nil, nil, nil, err
	}
	slices.SortFunc(all, func(a, b proposal) int { return cmp.Compare(a.id, b.id) })
	needs = first(all, mostNeeds, func(p proposal) bool { return p.asks && !p.bought }, urgentFirst)
	offers = first(all, mostOffers, func(p proposal) bool { return !p.asks }, func(a, b proposal) int { return cmp.Compare(b.id, a.id) })
	closing = first(all, mostClosing, func(p proposal) bool { return p.bought }, func(a, b proposal) int { return cmp.Compare(a.ends, b.ends) })
	return needs, offers, closing, nil
}

func urgentFirst(a, b proposal) int {
	switch {
	case a.priority == b.priority:
		return 0
	case a.priority:
		return -1
	}
	return 1
}

// first returns at most n of those that are wanted, in an order.
func first(all []proposal, n int, wanted func(proposal) bool, order func(a, b proposal) int) []instance.PostID {
	var list []proposal
	for _, p := range all {
		if wanted(p) {
			list = append(list, p)
		}
	}
	slices.SortStableFunc(list, order)
	ids := make([]instance.PostID, 0, n)
	for _, p := range list[:min(n, len(list))] {
		ids = append(ids, p.id)
	}
	return ids
}
