package places

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"
	"github.com/paulmach/orb/planar"

	"palier/instance"
	"palier/instance/store"
)

// Outline is where a place lies: within a shape, or within some metres of a
// point.
type Outline struct {
	Shape   orb.MultiPolygon // longitude first; empty with a radius
	Center  instance.Point   // the middle of the shape, where none is given
	RadiusM float64
	Source  string // who drew it
}

const (
	// MaxRadiusM is the largest radius of a place in metres.
	MaxRadiusM = 50_000
	maxPoints  = 200_000
)

// check returns o with its middle, and what cannot be taken of it.
func (o Outline) check() (Outline, error) {
	if len(o.Shape) == 0 {
		if o.RadiusM <= 0 || o.RadiusM > MaxRadiusM || math.IsNaN(o.RadiusM) {
			return o, &instance.Invalid{Field: "radius", Code: "out-of-range", Limit: MaxRadiusM}
		}
		if !onEarth(o.Center.Longitude, o.Center.Latitude) {
			return o, &instance.Invalid{Field: "center", Code: "malformed"}
		}
		return o, nil
	}
	points := 0
	for _, polygon := range o.Shape {
		for _, ring := range polygon {
			points += len(ring)
			for _, p := range ring {
				if !onEarth(p[0], p[1]) {
					return o, &instance.Invalid{Field: "outline", Code: "malformed"}
				}
			}
		}
	}
	if points < 3 || points > maxPoints {
		return o, &instance.Invalid{Field: "outline", Code: "malformed"}
	}
	middle, _ := planar.CentroidArea(o.Shape)
	if !onEarth(middle[0], middle[1]) {
		middle = o.Shape.Bound().Center()
	}
	o.Center, o.RadiusM = instance.Point{Latitude: middle[1], Longitude: middle[0]}, 0
	return o, nil
}

func onEarth(lon, lat float64) bool { return math.Abs(lat) <= 90 && math.Abs(lon) <= 180 }

// bound is the box around an outline.
func (o Outline) bound() orb.Bound {
	if len(o.Shape) > 0 {
		return o.Shape.Bound()
	}
	dLat := o.RadiusM / metresPerDegree
	dLon := dLat / math.Max(math.Cos(o.Center.Latitude*math.Pi/180), 0.01)
	return orb.Bound{
		Min: orb.Point{o.Center.Longitude - dLon, o.Center.Latitude - dLat},
		Max: orb.Point{o.Center.Longitude + dLon, o.Center.Latitude + dLat},
	}
}

const metresPerDegree = 111_195

// Holds tells whether a point lies within.
func (o Outline) Holds(p instance.Point) bool {
	if len(o.Shape) > 0 {
		return planar.MultiPolygonContains(o.Shape, orb.Point{p.Longitude, p.Latitude})
	}
	dx := (p.Longitude - o.Center.Longitude) * math.Cos(o.Center.Latitude*math.Pi/180)
	return math.Hypot(dx, p.Latitude-o.Center.Latitude)*metresPerDegree <= o.RadiusM
}

// Ring is the outline as shapes: of a radius, a polygon that looks round.
func (o Outline) Ring() orb.MultiPolygon {
	if len(o.Shape) > 0 {
		return o.Shape
	}
	const corners = 32
	box := o.bound()
	w, h := (box.Max[0]-box.Min[0])/2, (box.Max[1]-box.Min[1])/2
	ring := make(orb.Ring, 0, corners+1)
	for i := range corners + 1 {
		turn := 2 * math.Pi * float64(i%corners) / corners
		ring = append(ring, orb.Point{o.Center.Longitude + w*math.Cos(turn), o.Center.Latitude + h*math.Sin(turn)})
	}
	return orb.MultiPolygon{{ring}}
}

// SetOutline says where a place lies. It returns an [instance.Invalid] for what
// cannot be taken.
func (s *Service) SetOutline(ctx context.Context, id instance.ActorID, o Outline) error {
	o, err := o.check()
	if err != nil {
		return err
	}
	var shape []byte
	if len(o.Shape) > 0 {
		if shape, err = wkb.Marshal(o.Shape); err != nil {
			return fmt.Errorf("outline of place %s: %w", id, err)
		}
	}
	box := o.bound()
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		if _, err := byID(ctx, tx, id); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `
			INSERT INTO outlines (group_id, shape, lat, lon, radius_m, min_lat, max_lat, min_lon, max_lon, source, changed_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
			ON CONFLICT (group_id) DO UPDATE
			   SET shape = excluded.shape, lat = excluded.lat, lon = excluded.lon, radius_m = excluded.radius_m,
			       min_lat = excluded.min_lat, max_lat = excluded.max_lat, min_lon = excluded.min_lon, max_lon = excluded.max_lon,
			       source = excluded.source, changed_at = excluded.changed_at`,
			id, shape, o.Center.Latitude, o.Center.Longitude, o.RadiusM, box.Min[1], box.Max[1], box.Min[0], box.Max[0], o.Source, store.Millis(s.now()))
		return err
	})
	if err != nil {
		return fmt.Errorf("set outline of place %s: %w", id, err)
	}
	return nil
}

// RemoveOutline forgets where a place lies.
func (s *Service) RemoveOutline(ctx context.Context, id instance.ActorID) error {
	err := s.db.InTx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM outlines WHERE group_id = $1`, id)
		return err
	})
	if err != nil {
		return fmt.Errorf("remove outline of place %s: %w", id, err)
	}
	return nil
}

// Outlines returns where some places lie, as far as it is known.
func (s *Service) Outlines(ctx context.Context, ids []instance.ActorID) (map[instance.ActorID]Outline, error) {
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
	}
	found, err := s.outlines(ctx, `group_id IN (`+store.Placeholders(1, len(ids))+`)`, args...)
	if err != nil {
		return nil, fmt.Errorf("outlines of %d places: %w", len(ids), err)
	}
	return found, nil
}

// OutlineOf returns where a place lies, false if that is not known.
func (s *Service) OutlineOf(ctx context.Context, id instance.ActorID) (Outline, bool, error) {
	found, err := s.Outlines(ctx, []instance.ActorID{id})
	o, ok := found[id]
	return o, ok, err
}

func (s *Service) outlines(ctx context.Context, where string, args ...any) (map[instance.ActorID]Outline, error) {
	rows, err := s.db.Read().Query(ctx, `
		SELECT group_id, shape, lat, lon, radius_m, source
		  FROM outlines
		 WHERE `+where, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := map[instance.ActorID]Outline{}
	for rows.Next() {
		var id instance.ActorID
		var o Outline
		var shape []byte
		if err := rows.Scan(&id, &shape, &o.Center.Latitude, &o.Center.Longitude, &o.RadiusM, &o.Source); err != nil {
			return nil, err
		}
		if len(shape) > 0 {
			if o.Shape, err = readShape(shape); err != nil {
				return nil, err
			}
		}
		found[id] = o
	}
	return found, rows.Err()
}

var errShape = errors.New("a shape is kept that is no shape")

func readShape(b []byte) (orb.MultiPolygon, error) {
	g, err := wkb.Unmarshal(b)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errShape, err)
	}
	shape, ok := g.(orb.MultiPolygon)
	if !ok {
		return nil, errShape
	}
	return shape, nil
}
