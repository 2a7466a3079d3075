package dashboard

import (
	"context"
	"time"

	"palier/instance"
	"palier/instance/store"
)

// broughtKept is how long it is not looked again for what a place brought as long
// as it brings nothing more: something of it may have been opened again.
const broughtKept = 30 * time.Second

// mostBrought is how much of it is looked at, the newest.
const mostBrought = `512`

// brought is what is proposed elsewhere, and open, that a place passed on.
type brought struct {
	latest instance.ID // the last thing that the place passed on
	posts  []instance.PostID
}

// brought returns what is open that a place brought from outside its groups. To
// find that means to look at all that is open anywhere, so it is done again only
// when the place has passed on something more, and every now and then. Whether it is
// open still, and passed on still, is for whoever shows it to look at.
func (s *Service) brought(ctx context.Context, place instance.ActorID, groups []instance.ActorID, now time.Time) ([]instance.PostID, error) {
	var latest instance.ID
	tx := s.db.Read()
	if err := tx.QueryRow(ctx, `SELECT COALESCE(MAX(id), 0) FROM boosts WHERE actor_id = $1`, place).Scan(&latest); err != nil {
		return nil, err
	}
	if b, at, ok := s.passedOn.get(place); ok && b.latest == latest && now.Sub(at).Abs() < broughtKept {
		return b.posts, nil
	}
	args := []any{place}
	for _, id := range groups {
		args = append(args, id)
	}
	rows, err := tx.Query(ctx, `
		SELECT o.post_id
		  FROM proposals o
		 WHERE o.status = 'open' AND (o.group_id IS NULL OR o.group_id NOT IN (`+store.Placeholders(2, len(groups))+`))
		   AND EXISTS (SELECT 1 FROM boosts b WHERE b.post_id = o.post_id AND b.actor_id = $1)
		 ORDER BY o.post_id DESC
		 LIMIT `+mostBrought, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	b := brought{latest: latest}
	for rows.Next() {
		var id instance.PostID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		b.posts = append(b.posts, id)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	s.passedOn.put(place, b, now)
	return b.posts, nil
}
