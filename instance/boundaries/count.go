package boundaries

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"palier/instance"
	"palier/instance/store"
)

// Count is the job that counts the households of every place and sees which
// places a feed takes in.
type Count struct{}

// Kind names the job.
func (Count) Kind() string { return "count_households" }

func (s *Service) count(ctx context.Context, _ Count) error { return s.CountAll(ctx) }

// CountAll counts the verified households of every open place and writes which
// others its feed takes in: the nearest of its kind until [Living] households
// meet there, none where they do already.
func (s *Service) CountAll(ctx context.Context) error {
	places, err := s.openPlaces(ctx)
	if err != nil {
		return fmt.Errorf("count households: %w", err)
	}
	now := store.Millis(s.now())
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		for _, table := range []string{"place_sizes", "place_feeds"} {
			if _, err := tx.Exec(ctx, `DELETE FROM `+table); err != nil {
				return err
			}
		}
		for part := range slices.Chunk(places, rowsAtOnce) {
			if err := writeSizes(ctx, tx, part, now); err != nil {
				return err
			}
		}
		return writeFeeds(ctx, tx, places)
	})
	if err != nil {
		return fmt.Errorf("count households: %w", err)
	}
	return nil
}

// rowsAtOnce is how many rows one INSERT writes.
const rowsAtOnce = 300

// sized is an open place with how many households it has.
type sized struct {
	id         instance.ActorID
	level      instance.Level
	placed     bool
	at         Position
	households int
}

// openPlaces returns every place people can live in, by id.
func (s *Service) openPlaces(ctx context.Context) ([]sized, error) {
	counts, err := s.householdsByPlace(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := s.db.Read().Query(ctx, `
		SELECT a.id, n.kind, a.latitude, a.longitude
		  FROM neighbourhoods n JOIN actors a ON a.id = n.actor_id
		 WHERE n.closed_at IS NULL
		 ORDER BY a.id`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []sized
	for rows.Next() {
		var p sized
		var lat, lon *float64
		if err := rows.Scan(&p.id, &p.level, &lat, &lon); err != nil {
			return nil, err
		}
		if lat != nil && lon != nil {
			p.placed, p.at = true, Position{*lat, *lon}
		}
		p.households = counts[p.id]
		list = append(list, p)
	}
	return list, rows.Err()
}

// household is a door behind which people live; one whose address nobody wrote
// down is a person.
type household struct {
	address int64
	door    string
}

// householdsByPlace counts the verified households of each place, those of what
// lies within it among them.
func (s *Service) householdsByPlace(ctx context.Context) (map[instance.ActorID]int, error) {
	parents, err := s.parents(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := s.db.Read().Query(ctx, `
		SELECT m.group_id, COALESCE(h.address_id, -m.person_id), COALESCE(h.door, '')
		  FROM memberships m
		  LEFT JOIN homes h ON h.person_id = m.person_id AND h.kind = 'home' AND h.former_at IS NULL AND h.address_id IS NOT NULL
		 WHERE m.standing = 'verified'`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	doors := map[instance.ActorID]map[household]bool{}
	for rows.Next() {
		var id instance.ActorID
		var h household
		if err := rows.Scan(&id, &h.address, &h.door); err != nil {
			return nil, err
		}
		addUpward(doors, parents, id, h)
	}
	counts := make(map[instance.ActorID]int, len(doors))
	for id, set := range doors {
		counts[id] = len(set)
	}
	return counts, rows.Err()
}

// addUpward notes a household in a place and in all it lies within. What is
// noted already ends it, on a ring too.
func addUpward(doors map[instance.ActorID]map[household]bool, parents map[instance.ActorID][]instance.ActorID, place instance.ActorID, h household) {
	set := doors[place]
	if set == nil {
		set = map[household]bool{}
		doors[place] = set
	}
	if set[h] {
		return
	}
	set[h] = true
	for _, parent := range parents[place] {
		addUpward(doors, parents, parent, h)
	}
}

// parents returns what each place lies within on this server.
func (s *Service) parents(ctx context.Context) (map[instance.ActorID][]instance.ActorID, error) {
	rows, err := s.db.Read().Query(ctx, `
		SELECT w.child_id, p.id
		  FROM nestings w
		  JOIN actors c ON c.id = w.child_id AND c.host = ''
		  JOIN actors p ON p.uri = w.parent_uri AND p.host = ''`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	parents := map[instance.ActorID][]instance.ActorID{}
	for rows.Next() {
		var child, parent instance.ActorID
		if err := rows.Scan(&child, &parent); err != nil {
			return nil, err
		}
		parents[child] = append(parents[child], parent)
	}
	return parents, rows.Err()
}

func writeSizes(ctx context.Context, tx store.Tx, places []sized, now int64) error {
	values, args := "", []any{now}
	for i, p := range places {
		if i > 0 {
			values += ", "
		}
		values += "(" + store.Placeholders(len(args)+1, 2) + ", $1)"
		args = append(args, p.id, p.households)
	}
	_, err := tx.Exec(ctx, `INSERT INTO place_sizes (place_id, households, counted_at) VALUES `+values, args...)
	return err
}

// writeFeeds writes which places each feed takes in.
func writeFeeds(ctx context.Context, tx store.Tx, places []sized) error {
	type line struct {
		place, near instance.ActorID
		rank        int
	}
	var lines []line
	for _, p := range places {
		for rank, near := range widen(p, places) {
			lines = append(lines, line{p.id, near, rank})
		}
	}
	for part := range slices.Chunk(lines, rowsAtOnce) {
		values, args := "", []any{}
		for i, l := range part {
			if i > 0 {
				values += ", "
			}
			values += "(" + store.Placeholders(len(args)+1, 3) + ")"
			args = append(args, l.place, l.rank, l.near)
		}
		if _, err := tx.Exec(ctx, `INSERT INTO place_feeds (place_id, rank, near_id) VALUES `+values, args...); err != nil {
			return err
		}
	}
	return nil
}

const (
	// furthest is how far in metres a feed reaches for neighbours.
	furthest = 15_000
	// mostNear is how many places a feed takes in besides its own.
	mostNear = 12
)

// widen returns the places that the feed of p takes in: the nearest ones that
// are no houses, until enough households meet there.
func widen(p sized, all []sized) []instance.ActorID {
	if p.level != "neighbourhood" && p.level != "commune" || !p.placed || p.households >= Living {
		return nil
	}
	type near struct {
		sized
		metres int
	}
	var others []near
	for _, o := range all {
		if o.id == p.id || o.level != p.level || !o.placed || o.households == 0 {
			continue
		}
		if m := metres(p.at, o.at); m <= furthest {
			others = append(others, near{o, m})
		}
	}
	slices.SortFunc(others, func(a, b near) int { return cmp.Or(cmp.Compare(a.metres, b.metres), cmp.Compare(a.id, b.id)) })
	var ids []instance.ActorID
	for sum := p.households; len(ids) < len(others) && len(ids) < mostNear && sum < Living; {
		o := others[len(ids)]
		ids = append(ids, o.id)
		sum += o.households
	}
	return ids
}

// metres is how far two positions are from one another, on a plane.
func metres(a, b Position) int {
	o := Origin{int(math.Round(a.Latitude * 100)), int(math.Round(a.Longitude * 100))}
	p, q := o.planar(a), o.planar(b)
	return int(math.Hypot(p.east-q.east, p.north-q.north))
}

// Near returns the places that the feed of a place takes in besides its own.
func (s *Service) Near(ctx context.Context, place instance.ActorID) ([]instance.ActorID, error) {
	f, err := s.Feed(ctx, place)
	return f.Near, err
}

// Feed is what the feed of a place holds.
type Feed struct {
	Households int                // of the place itself
	Near       []instance.ActorID // what it takes in besides, the nearest first
}

// Feed returns what the feed of a place holds, as last counted.
func (s *Service) Feed(ctx context.Context, place instance.ActorID) (Feed, error) {
	rows, err := s.db.Read().Query(ctx, `
		SELECT COALESCE((SELECT households FROM place_sizes WHERE place_id = $1), 0), f.near_id
		  FROM (SELECT 1 AS one) AS always
		  LEFT JOIN place_feeds f ON f.place_id = $1
		 ORDER BY f.rank`, place)
	if err != nil {
		return Feed{}, fmt.Errorf("feed of %s: %w", place, err)
	}
	defer rows.Close()
	var f Feed
	for rows.Next() {
		var near *instance.ActorID
		if err := rows.Scan(&f.Households, &near); err != nil {
			return Feed{}, fmt.Errorf("feed of %s: %w", place, err)
		}
		if near != nil {
			f.Near = append(f.Near, *near)
		}
	}
	return f, rows.Err()
}
