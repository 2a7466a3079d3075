package places

import (
	"context"
	"fmt"
	"slices"

	"palier/instance"
	"palier/instance/store"
)

// Found is where a point or a door is, among the places of this server. What is
// not known is nil.
type Found struct {
	Building      *instance.Neighbourhood // or a residence
	Neighbourhood *instance.Neighbourhood
	Commune       *instance.Neighbourhood
	Point         *instance.Point // of the door
	INSEE         string          // of the door's commune, also where that is no place here
}

// All returns the places that were found, the narrowest first.
func (f Found) All() []instance.Neighbourhood {
	var list []instance.Neighbourhood
	for _, n := range []*instance.Neighbourhood{f.Building, f.Neighbourhood, f.Commune} {
		if n != nil {
			list = append(list, *n)
		}
	}
	return list
}

// Nothing tells that no place was found.
func (f Found) Nothing() bool { return f.Building == nil && f.Neighbourhood == nil && f.Commune == nil }

// take keeps a place where no narrower one of its kind is known yet.
func (f *Found) take(n instance.Neighbourhood) {
	keep := &f.Neighbourhood
	switch n.Level {
	case "building", "residence":
		keep = &f.Building
	case "commune":
		keep = &f.Commune
	case "wider":
		return
	}
	if *keep == nil {
		*keep = &n
	}
}

// Locate returns the places whose outlines hold a point. Of several of a kind
// the smallest is meant.
func (s *Service) Locate(ctx context.Context, lat, lon float64) (Found, error) {
	f := Found{Point: &instance.Point{Latitude: lat, Longitude: lon}}
	if err := s.locate(ctx, &f); err != nil {
		return f, fmt.Errorf("locate a point: %w", err) // not which: somebody may live there
	}
	return f, nil
}

func (s *Service) locate(ctx context.Context, f *Found) error {
	near, err := s.outlines(ctx, `$1 BETWEEN min_lat AND max_lat AND $2 BETWEEN min_lon AND max_lon`, f.Point.Latitude, f.Point.Longitude)
	if err != nil {
		return err
	}
	size := map[instance.ActorID]float64{}
	for id, o := range near {
		if o.Holds(*f.Point) {
			box := o.bound()
			size[id] = (box.Max[0] - box.Min[0]) * (box.Max[1] - box.Min[1])
		}
	}
	list, err := s.some(ctx, keys(size))
	if err != nil {
		return err
	}
	slices.SortStableFunc(list, func(a, b instance.Neighbourhood) int {
		switch {
		case size[a.ID] < size[b.ID]:
			return -1
		case size[a.ID] > size[b.ID]:
			return 1
		}
		return 0
	})
	for _, n := range list {
		f.take(n)
	}
	return nil
}

func keys(m map[instance.ActorID]float64) []instance.ActorID {
	list := make([]instance.ActorID, 0, len(m))
	for id := range m {
		list = append(list, id)
	}
	slices.Sort(list)
	return list
}

// some returns places by their ids.
func (s *Service) some(ctx context.Context, ids []instance.ActorID) ([]instance.Neighbourhood, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
	}
	return s.list(ctx, `AND n.actor_id IN (`+store.Placeholders(2, len(ids))+`)`, mostPlaces, args...)
}

// At returns the places of a door: the building it leads into, what that lies
// within, what the outlines say, and the commune by its official code. It
// returns [instance.ErrNotFound] for a door nobody knows.
func (s *Service) At(ctx context.Context, id instance.AddressID) (Found, error) {
	var f Found
	var lat, lon *float64
	tx := s.db.Read()
	err := tx.QueryRow(ctx, `
		SELECT a.lat, a.lon, s.insee
		  FROM addresses a JOIN streets s ON s.id = a.street_id
		 WHERE a.id = $1`, id).Scan(&lat, &lon, &f.INSEE)
	if err == nil {
		err = s.built(ctx, id, &f)
	}
	if err == nil && lat != nil && lon != nil {
		f.Point = &instance.Point{Latitude: *lat, Longitude: *lon}
		err = s.locate(ctx, &f)
	}
	if err == nil {
		err = s.coded(ctx, &f)
	}
	if err != nil {
		return f, fmt.Errorf("places of an address: %w", notFound(err))
	}
	return f, nil
}

// In returns the place that is a whole commune, by its INSEE code.
func (s *Service) In(ctx context.Context, insee string) (Found, error) {
	f := Found{INSEE: insee}
	if err := s.coded(ctx, &f); err != nil {
		return f, fmt.Errorf("places of commune %s: %w", insee, err)
	}
	return f, nil
}

// built finds the building a door leads into, and what it lies within here.
func (s *Service) built(ctx context.Context, door instance.AddressID, f *Found) error {
	list, err := s.list(ctx, `
		AND n.actor_id IN (
		    WITH RECURSIVE up (id) AS (
		        SELECT b.group_id FROM building_addresses b WHERE b.address_id = $2
		        UNION
		        SELECT p.id
		          FROM up
		          JOIN nestings w ON w.child_id = up.id
		          JOIN actors p ON p.uri = w.parent_uri AND p.host = ''
		    )
		    SELECT id FROM up)`, mostPlaces, door)
	if err != nil {
		return err
	}
	for _, n := range list {
		f.take(n)
	}
	return nil
}

// coded finds the commune, and what else has its code, where no outline did.
func (s *Service) coded(ctx context.Context, f *Found) error {
	if f.INSEE == "" || f.Commune != nil {
		return nil
	}
	list, err := s.list(ctx, `AND a.territory = $2`, 10, "FR:COG:"+f.INSEE)
	if err != nil {
		return err
	}
	for _, n := range list {
		f.take(n)
	}
	return nil
}

// Doors returns how many doors lead into a building.
func (s *Service) Doors(ctx context.Context, building instance.ActorID) (int, error) {
	var n int
	err := s.db.Read().QueryRow(ctx, `SELECT COUNT(*) FROM building_addresses WHERE group_id = $1`, building).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count doors of %s: %w", building, err)
	}
	return n, nil
}

// SetDoors says which doors lead into a building, instead of those before. It
// returns [instance.ErrNotFound] for a door nobody knows, and an
// [instance.Invalid] for a place that is neither building nor residence.
func (s *Service) SetDoors(ctx context.Context, building instance.ActorID, doors []instance.AddressID) error {
	if len(doors) > MaxDoors {
		return &instance.Invalid{Field: "doors", Code: "too-many", Limit: MaxDoors}
	}
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		n, err := byID(ctx, tx, building)
		if err != nil {
			return err
		}
		if n.Level != "building" && n.Level != "residence" {
			return &instance.Invalid{Field: "doors", Code: "no-building"}
		}
		if err := allDoors(ctx, tx, doors); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM building_addresses WHERE group_id = $1`, building); err != nil {
			return err
		}
		rows := store.Many{Into: `building_addresses (group_id, address_id)`, After: `ON CONFLICT DO NOTHING`}
		for _, door := range doors {
			if err := rows.Add(ctx, tx, int64(building), int64(door)); err != nil {
				return err
			}
		}
		return rows.End(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("doors of building %s: %w", building, err)
	}
	return nil
}

// allDoors returns [instance.ErrNotFound] unless all of some doors are known.
func allDoors(ctx context.Context, tx store.Tx, doors []instance.AddressID) error {
	args := make([]any, len(doors))
	for i, door := range doors {
		args[i] = int64(door)
	}
	var n int
	err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM addresses WHERE id IN (`+store.Placeholders(1, len(doors))+`)`, args...).Scan(&n)
	if err == nil && n < len(doors) {
		err = instance.ErrNotFound
	}
	return err
}

// MaxDoors is how many doors may lead into one building.
const MaxDoors = 200
