package places

import (
	"context"
	"fmt"
	"time"

	"palier/instance"
	"palier/instance/store"
)

// upward walks for each of some people, given as placeholders, from the places
// they live in to everything those lie within on this server. UNION ends it on a
// ring.
func upward(people string) string {
	return `
	WITH RECURSIVE up (person, id) AS (
		SELECT m.person_id, m.group_id FROM memberships m WHERE m.person_id IN (` + people + `) AND m.standing = 'verified'
		UNION
		SELECT up.person, p.id
		  FROM up
		  JOIN nestings w ON w.child_id = up.id
		  JOIN actors p ON p.uri = w.parent_uri AND p.host = ''
	)`
}

// downward walks from one place, or for the surroundings also from what it
// lies within, to everything that lies within that on this server.
func downward(around bool, place string) string {
	start := `SELECT a.id FROM actors a WHERE a.id = ` + place + ` AND a.host = ''`
	if around {
		start += `
		UNION
		SELECT p.id FROM nestings w JOIN actors p ON p.uri = w.parent_uri AND p.host = '' WHERE w.child_id = ` + place
	}
	return `
	WITH RECURSIVE down (id) AS (
		` + start + `
		UNION
		SELECT w.child_id
		  FROM down
		  JOIN actors p ON p.id = down.id
		  JOIN nestings w ON w.parent_uri = p.uri
		  JOIN actors c ON c.id = w.child_id AND c.host = ''
	)`
}

// Readers is a query for the ids of those who may read a local post for
// audience in a place, given as a placeholder. Its column is called reader; it
// stands alone or within another. The place may be a club, which its members
// read.
func Readers(audience instance.Audience, place string) string {
	return `SELECT reader FROM (` + downward(audience == instance.ToAround, place) + `
		SELECT DISTINCT m.person_id AS reader
		  FROM down JOIN memberships m ON m.group_id = down.id AND m.standing = 'verified'
		UNION
		SELECT c.person_id FROM club_members c WHERE c.club_id = ` + place + ` AND c.state = 'member') AS neighbours`
}

// CountReaders returns how many people a post in a place would reach on this
// server for one of the local audiences.
func (s *Service) CountReaders(ctx context.Context, place instance.ActorID, audience instance.Audience) (int, error) {
	var n int
	err := s.db.Read().QueryRow(ctx, `SELECT COUNT(*) FROM (`+Readers(audience, "$1")+`) AS readers`, place).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count readers of %s: %w", place, err)
	}
	return n, nil
}

// Circles are how many people read a post in a place for each of the local
// audiences, on this server.
type Circles struct {
	Inner  int // building and neighbourhood
	Around int
}

// CountCircles returns how many people read a post in a place.
func (s *Service) CountCircles(ctx context.Context, place instance.ActorID) (Circles, error) {
	var c Circles
	err := s.db.Read().QueryRow(ctx, `
		SELECT (SELECT COUNT(*) FROM (`+Readers(instance.ToNeighbourhood, "$1")+`) AS inside),
		       (SELECT COUNT(*) FROM (`+Readers(instance.ToAround, "$1")+`) AS beside)`, place).Scan(&c.Inner, &c.Around)
	if err != nil {
		return c, fmt.Errorf("count circles of %s: %w", place, err)
	}
	return c, nil
}

// Residents are how many live in a place.
type Residents struct {
	Verified int // there or in what lies within it
	Declared int // there, by their own word
}

// From how many residents on a place is a crowd, whose count may be a little old:
// to count it takes as long as all else that its page shows together.
const (
	crowd      = 500
	crowdFor   = 30 * time.Second
	mostCrowds = 500
)

// counted is how many lived in a place at a moment.
type counted struct {
	Residents
	at time.Time
}

// CountResidents returns how many live in a place: as of now where they are few,
// as of at most half a minute ago where they are a crowd.
func (s *Service) CountResidents(ctx context.Context, place instance.ActorID) (Residents, error) {
	if c, ok := s.crowds.Get(place); ok && s.now().Sub(c.at) < crowdFor {
		return c.Residents, nil
	}
	var r Residents
	err := s.db.Read().QueryRow(ctx, `
		SELECT (SELECT COUNT(*) FROM (`+Readers(instance.ToNeighbourhood, "$1")+`) AS inside),
		       (SELECT COUNT(*) FROM memberships WHERE group_id = $1 AND standing = 'declared')`, place).Scan(&r.Verified, &r.Declared)
	if err != nil {
		return r, fmt.Errorf("count residents of %s: %w", place, err)
	}
	if r.Verified >= crowd {
		s.crowds.Add(place, counted{r, s.now()})
	}
	return r, nil
}

// MayPost tells whether a person may post in a place: its verified residents
// and those of what lies within it, its organisations, and its moderators.
func (s *Service) MayPost(ctx context.Context, tx store.Tx, place, person instance.ActorID) (bool, error) {
	var may bool
	err := tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM (`+Readers(instance.ToNeighbourhood, "$1")+`) AS n WHERE n.reader = $2)
		    OR EXISTS (SELECT 1 FROM organisations WHERE place_id = $1 AND actor_id = $2)
		    OR EXISTS (SELECT 1 FROM moderators WHERE group_id = $1 AND actor_id = $2)`, place, person).Scan(&may)
	if err != nil {
		return false, fmt.Errorf("may %s post in %s: %w", person, place, err)
	}
	return may, nil
}

// Keeps tells whether what is posted in a place of ours stays in its circle.
func (s *Service) Keeps(ctx context.Context, tx store.Tx, place instance.ActorID) (bool, error) {
	var keeps bool
	err := tx.QueryRow(ctx, `
		SELECT COALESCE(n.keeps, FALSE)
		  FROM actors a LEFT JOIN neighbourhoods n ON n.actor_id = a.id
		 WHERE a.id = $1`, place).Scan(&keeps)
	if err != nil {
		return false, fmt.Errorf("rule of place %s: %w", place, notFound(err))
	}
	return keeps, nil
}

// Viewer returns a person as a reader, with the circles they belong to;
// [instance.Anyone] for id 0.
func (s *Service) Viewer(ctx context.Context, id instance.ActorID) (instance.Viewer, error) {
	if id == 0 {
		return instance.Anyone, nil
	}
	found, err := s.Viewers(ctx, []instance.ActorID{id})
	return found[id], err
}

// Viewers is [Service.Viewer] for many people at the cost of one.
func (s *Service) Viewers(ctx context.Context, ids []instance.ActorID) (map[instance.ActorID]instance.Viewer, error) {
	found := make(map[instance.ActorID]instance.Viewer, len(ids))
	args := make([]any, len(ids))
	for i, id := range ids {
		found[id] = instance.Viewer{ID: id}
		args[i] = id
	}
	people := store.Placeholders(1, len(args))
	rows, err := s.db.Read().Query(ctx, upward(people)+`
		SELECT person, id, 'inner' FROM up
		UNION ALL
		SELECT up.person, w.child_id, 'around'
		  FROM up
		  JOIN actors p ON p.id = up.id
		  JOIN nestings w ON w.parent_uri = p.uri
		UNION ALL
		SELECT person, id, 'around' FROM up
		UNION ALL
		SELECT person_id, club_id, 'inner' FROM club_members WHERE person_id IN (`+people+`) AND state = 'member'
		UNION ALL
		SELECT actor_id, group_id, 'tends' FROM moderators WHERE actor_id IN (`+people+`)
		UNION ALL
		SELECT p.actor_id, 0, 'unproven'
		  FROM people p
		 WHERE p.actor_id IN (`+people+`) AND p.role = 'resident'
		   AND NOT EXISTS (SELECT 1 FROM organisation_agents o WHERE o.person_id = p.actor_id)`, args...)
	if err != nil {
		return found, fmt.Errorf("circles of %v: %w", ids, err)
	}
	defer rows.Close()
	for rows.Next() {
		var person, place instance.ActorID
		var circle string
		if err := rows.Scan(&person, &place, &circle); err != nil {
			return found, fmt.Errorf("circles of %v: %w", ids, err)
		}
		v := found[person]
		switch circle {
		case "inner":
			v.Inner = append(v.Inner, place)
		case "around":
			v.Around = append(v.Around, place)
		case "unproven":
			v.Unproven = true
		default:
			v.Tends = append(v.Tends, place)
		}
		found[person] = v
	}
	for person, v := range found {
		v.Unproven = v.Unproven && len(v.Inner) == 0 && len(v.Tends) == 0
		found[person] = v
	}
	return found, rows.Err()
}
