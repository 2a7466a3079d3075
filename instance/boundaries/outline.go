package boundaries

import (
	"math"
	"slices"
)

// Point is a corner of a drawing in a box of [Box] by [Box], from its upper left.
type Point struct{ X, Y int }

// Box is the width and the height of a drawing.
const Box = 1000

// Outline is the region as a polygon around an origin, out to reach metres in
// each direction; nil where nothing of it is there. It is made of borders and the
// edge of the drawing, never of where anybody lives.
func (r Region) Outline(around Origin, reach int) []Point {
	edge := float64(reach)
	corners := []planar{{-edge, -edge}, {edge, -edge}, {edge, edge}, {-edge, edge}}
	for _, h := range r {
		corners = clip(corners, h, around)
	}
	var drawn []Point
	for _, c := range corners {
		drawn = append(drawn, Point{
			X: int(math.Round((c.east + edge) / (2 * edge) * Box)),
			Y: int(math.Round((edge - c.north) / (2 * edge) * Box)),
		})
	}
	return slices.Compact(drawn)
}

// clip keeps what of a convex polygon lies in a half (Sutherland and Hodgman).
func clip(corners []planar, h Half, around Origin) []planar {
	angle := float64(h.Direction) * math.Pi / Directions
	inside := func(p planar) float64 {
		q := h.Origin.planar(around.position(p))
		d := q.east*math.Cos(angle) + q.north*math.Sin(angle) - float64(h.Steps*Grid)
		if h.Beyond {
			return d
		}
		return -d
	}
	var kept []planar
	for i, c := range corners {
		next := corners[(i+1)%len(corners)]
		here, there := inside(c), inside(next)
		if here >= 0 {
			kept = append(kept, c)
		}
		if (here < 0) != (there < 0) {
			part := here / (here - there)
			kept = append(kept, planar{c.east + part*(next.east-c.east), c.north + part*(next.north-c.north)})
		}
	}
	return kept
}

// coarseReach is how far a drawing reaches to show where nine of ten households
// are, in steps of half a kilometre.
func coarseReach(homes []Position, around Origin) int {
	const step = 500
	if len(homes) == 0 {
		return step
	}
	far := make([]int, len(homes))
	for i, h := range homes {
		p := around.planar(h)
		far[i] = int(max(math.Abs(p.east), math.Abs(p.north)))
	}
	slices.Sort(far)
	return (far[(len(far)-1)*9/10]/step + 1) * step
}
