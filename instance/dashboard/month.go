package dashboard

import (
	"context"
	"time"

	"palier/instance"
	"palier/instance/store"
)

// Month is what neighbours did in the last thirty days, as counts of all
// together.
type Month struct {
	Helps, Loans, Meetings, Newcomers int
}

const (
	monthLong = 30 * 24 * time.Hour
	// monthKept is how long the counts of a place are said again: they are the same
	// for everyone who looks, and move slowly.
	monthKept = time.Minute
)

// month returns what was done in the groups of a place in the last thirty days,
// as of a minute ago at most.
func (s *Service) month(ctx context.Context, place instance.ActorID, groups []instance.ActorID, now time.Time) (Month, error) {
	if m, at, ok := s.months.get(place); ok && now.Sub(at).Abs() < monthKept {
		return m, nil
	}
	m, err := s.countMonth(ctx, groups, now)
	if err == nil {
		s.months.put(place, m, now)
	}
	return m, err
}

// countMonth counts it.
func (s *Service) countMonth(ctx context.Context, groups []instance.ActorID, now time.Time) (Month, error) {
	args := []any{store.Millis(now.Add(-monthLong)), store.Millis(now)}
	first := len(args) + 1
	for _, id := range groups {
		args = append(args, id)
	}
	in := `(` + store.Placeholders(first, len(groups)) + `)`
	var m Month
	err := s.db.Read().QueryRow(ctx, `
		SELECT (SELECT COUNT(*) FROM events e CROSS JOIN posts p
		         WHERE p.id = e.post_id AND e.starts_at BETWEEN $1 AND $2 AND e.status = 'confirmed' AND p.group_id IN `+in+` AND p.deleted_at IS NULL),
		       (SELECT COUNT(DISTINCT m.person_id) FROM memberships m
		         WHERE m.standing = 'verified' AND m.verified_at > $1 AND m.group_id IN `+in+`),
		       (SELECT COUNT(*) FROM agreements g CROSS JOIN posts p
		         WHERE p.id = g.post_id AND g.state = 'done' AND g.closed_at > $1 AND p.kind NOT IN ('lending', 'purchase') AND p.group_id IN `+in+`),
		       (SELECT COUNT(*) FROM agreements g CROSS JOIN posts p
		         WHERE p.id = g.post_id AND g.handed_at > $1 AND p.kind = 'lending' AND p.group_id IN `+in+`)`, args...).Scan(&m.Meetings, &m.Newcomers, &m.Helps, &m.Loans)
	return m, err
}
