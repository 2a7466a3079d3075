package places

import (
	"context"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
)

// Page returns a page of the neighbourhoods of this server by title, from after
// one (0 for the first), without what they lie within.
func (s *Service) Page(ctx context.Context, after instance.ActorID, limit int) ([]instance.Neighbourhood, error) {
	if after == 0 {
		return s.list(ctx, ``, limit)
	}
	return s.list(ctx, `AND (lower(a.name), a.id) > (SELECT lower(x.name), x.id FROM actors x WHERE x.id = $2)`, limit, after)
}

// Open returns a page of the places of this server that are no houses, by title,
// from after one (0 for the first), without what they lie within. Where a house
// stands and what it is called can be where a household lives.
func (s *Service) Open(ctx context.Context, after instance.ActorID, limit int) ([]instance.Neighbourhood, error) {
	return s.list(ctx, `
		AND n.kind NOT IN ('building', 'residence') AND a.deleted_at IS NULL AND a.suspended_at IS NULL
		AND (CAST($2 AS BIGINT) = 0 OR (lower(a.name), a.id) > (SELECT lower(x.name), x.id FROM actors x WHERE x.id = $2))`, limit, after)
}

// Parents returns what each of some places lies within, as far as we know the
// actors.
func (s *Service) Parents(ctx context.Context, children []instance.ActorID) (map[instance.ActorID][]instance.Actor, error) {
	found := map[instance.ActorID][]instance.Actor{}
	err := s.related(ctx, children, `
		SELECT `+actors.Columns+`, w.child_id, ''
		  FROM nestings w JOIN actors a ON a.uri = w.parent_uri
		 WHERE a.deleted_at IS NULL AND a.suspended_at IS NULL AND w.child_id IN `, `lower(a.name)`,
		func(of instance.ActorID, a instance.Actor, _ string) { found[of] = append(found[of], a) })
	if err != nil {
		return nil, fmt.Errorf("parents of %d places: %w", len(children), err)
	}
	return found, nil
}

// Homes returns the places each of some people lives in, the narrowest first.
func (s *Service) Homes(ctx context.Context, people []instance.ActorID) (map[instance.ActorID][]Residence, error) {
	found := map[instance.ActorID][]Residence{}
	err := s.related(ctx, people, `
		SELECT `+actors.Columns+`, m.person_id, m.standing
		  FROM memberships m JOIN actors a ON a.id = m.group_id
		 WHERE a.deleted_at IS NULL AND m.person_id IN `, narrowest,
		func(of instance.ActorID, a instance.Actor, standing string) {
			found[of] = append(found[of], Residence{Place: a, Standing: instance.Standing(standing)})
		})
	if err != nil {
		return nil, fmt.Errorf("homes of %d people: %w", len(people), err)
	}
	return found, nil
}

// narrowest orders places a by how wide they are.
const narrowest = `CASE a.level WHEN 'building' THEN 1 WHEN 'residence' THEN 2 WHEN 'neighbourhood' THEN 3
	WHEN 'commune' THEN 4 ELSE 5 END, lower(a.name)`

// related reads actors that belong to others, each with whose it is and a word
// about that.
func (s *Service) related(ctx context.Context, ids []instance.ActorID, query, order string, add func(of instance.ActorID, a instance.Actor, word string)) error {
	if len(ids) == 0 {
		return nil
	}
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
	}
	rows, err := s.db.Read().Query(ctx, query+`(`+store.Placeholders(1, len(ids))+`) ORDER BY `+order, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var a instance.Actor
		var of instance.ActorID
		var word string
		dest, done := actors.Fields(&a)
		if err := rows.Scan(append(dest, &of, &word)...); err != nil {
			return err
		}
		if err := done(); err != nil {
			return err
		}
		add(of, a, word)
	}
	return rows.Err()
}

// Warden is somebody who looks after a place without living there.
type Warden struct {
	Actor instance.Actor
	Since time.Time
}

// Wardens returns who looks after a place without living there; many of them
// live on other servers.
func (s *Service) Wardens(ctx context.Context, group instance.ActorID) ([]Warden, error) {
	rows, err := s.db.Read().Query(ctx, `
		SELECT `+actors.Columns+`, m.since
		  FROM moderators m JOIN actors a ON a.id = m.actor_id
		 WHERE m.group_id = $1 AND a.deleted_at IS NULL
		   AND NOT EXISTS (SELECT 1 FROM memberships r WHERE r.group_id = m.group_id AND r.person_id = m.actor_id)
		 ORDER BY m.since, a.id`, group)
	if err != nil {
		return nil, fmt.Errorf("wardens of %s: %w", group, err)
	}
	defer rows.Close()
	var list []Warden
	for rows.Next() {
		var w Warden
		var since int64
		dest, done := actors.Fields(&w.Actor)
		if err := rows.Scan(append(dest, &since)...); err != nil {
			return nil, fmt.Errorf("wardens of %s: %w", group, err)
		}
		if err := done(); err != nil {
			return nil, err
		}
		w.Since = store.Time(since)
		list = append(list, w)
	}
	return list, rows.Err()
}

// Tally is how many places there are, and how many people live in them.
type Tally struct {
	Places, Verified, Declared int
}

// Tally counts the places, the people who are verified somewhere, and the
// declarations that nobody confirmed yet.
func (s *Service) Tally(ctx context.Context) (Tally, error) {
	var t Tally
	err := s.db.Read().QueryRow(ctx, `
		SELECT (SELECT COUNT(*) FROM neighbourhoods WHERE closed_at IS NULL),
		       COUNT(DISTINCT m.person_id) FILTER (WHERE m.standing = 'verified'),
		       COUNT(*) FILTER (WHERE m.standing = 'declared')
		  FROM memberships m`).Scan(&t.Places, &t.Verified, &t.Declared)
	if err != nil {
		return t, fmt.Errorf("count residents: %w", err)
	}
	return t, nil
}
