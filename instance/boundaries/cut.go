package boundaries

import (
	"cmp"
	"math"
	"slices"
)

// Position is where a household lives. It stays within this package: what
// leaves it are lines on a grid and counts of many.
type Position struct{ Latitude, Longitude float64 }

// Origin is the point from which lines are measured, in hundredths of a
// degree: about a kilometre, so that it tells of nobody.
type Origin struct {
	Latitude  int `json:"lat"`
	Longitude int `json:"lon"`
}

// Line is a straight border: at right angles to one of eight directions, at a
// distance from the origin in steps of [Grid].
type Line struct {
	Origin    Origin `json:"origin"`
	Direction int    `json:"direction"` // 0 to 7: steps of 22.5 degrees from east over north
	Steps     int    `json:"steps"`
}

// Half is everything on one side of a line, the line itself with the near side.
type Half struct {
	Line
	Beyond bool `json:"beyond"`
}

// Region is what lies in every one of its halves; the empty region is
// everywhere.
type Region []Half

const (
	// Grid is the distance in metres between two borders that can be: a line is
	// no finer, so that it points at no door.
	Grid = 50
	// Directions is how many ways a border can run.
	Directions = 8
	// Least is how many households a side needs to be a neighbourhood of its own.
	Least = 60
	// Living is how many households a feed should bring together.
	Living = 100
	// Crowded is from how many households on a place is better shared in two.
	Crowded = 600

	smallest = 0.35 // part of the households that a side has at least
	beside   = 60   // metres: whoever lives nearer to a border lives on it
)

// planar is a position in metres east and north of an origin.
type planar struct{ east, north float64 }

const (
	metresPerLatitude  = 110_574
	metresPerLongitude = 111_320 // at the equator
)

func (o Origin) planar(p Position) planar {
	lat := float64(o.Latitude) / 100
	return planar{
		east:  (p.Longitude - float64(o.Longitude)/100) * metresPerLongitude * math.Cos(lat*math.Pi/180),
		north: (p.Latitude - lat) * metresPerLatitude,
	}
}

// position is the other way round.
func (o Origin) position(p planar) Position {
	lat := float64(o.Latitude) / 100
	return Position{
		Latitude:  lat + p.north/metresPerLatitude,
		Longitude: float64(o.Longitude)/100 + p.east/(metresPerLongitude*math.Cos(lat*math.Pi/180)),
	}
}

// along is how far p lies in a direction, in whole centimetres: the same on
// every machine.
func along(direction int, p planar) int {
	angle := float64(direction) * math.Pi / Directions
	return int(math.Round((p.east*math.Cos(angle) + p.north*math.Sin(angle)) * 100))
}

// Beyond tells whether p lies on the far side of the line.
func (l Line) Beyond(p Position) bool {
	return along(l.Direction, l.Origin.planar(p)) > l.Steps*Grid*100
}

// Holds tells whether p lies in the region.
func (r Region) Holds(p Position) bool {
	for _, h := range r {
		if h.Line.Beyond(p) != h.Beyond {
			return false
		}
	}
	return true
}

// Cut returns the border that shares households best in two, how many live on
// the near and on the far side, and whether there is one. It runs across the
// direction in which they are spread widest, where the fewest live beside it,
// with at least a third of them, and never fewer than [Least], on each side. The
// same households make the same cut, in whatever order they come.
func Cut(homes []Position) (l Line, near, far int, ok bool) {
	if len(homes) < 2*Least {
		return Line{}, 0, 0, false
	}
	origin := centre(homes)
	planars := make([]planar, len(homes))
	for i, h := range homes {
		planars[i] = origin.planar(h)
	}
	direction, lengths := widest(planars)
	steps, ok := quietest(lengths)
	if !ok {
		return Line{}, 0, 0, false
	}
	near, _ = slices.BinarySearch(lengths, steps*Grid*100+1)
	return Line{Origin: origin, Direction: direction, Steps: steps}, near, len(lengths) - near, true
}

// centre is where the households are, as coarsely as an origin says it. The
// median of each axis depends on no order and on no single household.
func centre(homes []Position) Origin {
	lats, lons := make([]float64, len(homes)), make([]float64, len(homes))
	for i, h := range homes {
		lats[i], lons[i] = h.Latitude, h.Longitude
	}
	slices.Sort(lats)
	slices.Sort(lons)
	return Origin{int(math.Round(lats[len(lats)/2] * 100)), int(math.Round(lons[len(lons)/2] * 100))}
}

// widest is the direction in which the middle eight of ten households reach
// furthest, and how far each of all lies in it, sorted.
func widest(homes []planar) (direction int, lengths []int) {
	reach := -1
	for d := range Directions {
		these := make([]int, len(homes))
		for i, h := range homes {
			these[i] = along(d, h)
		}
		slices.Sort(these)
		if r := these[len(these)*9/10] - these[len(these)/10]; r > reach {
			direction, lengths, reach = d, these, r
		}
	}
	return direction, lengths
}

// quietest is the border, in steps of the grid, beside which the fewest live,
// of those that leave enough on each side; the one nearest to the middle if
// there are several.
func quietest(lengths []int) (steps int, ok bool) {
	n := len(lengths)
	least := max(Least, int(math.Ceil(float64(n)*smallest)))
	if 2*least > n {
		return 0, false
	}
	middle := lengths[n/2]
	type border struct{ steps, beside, off int }
	var best border
	for at := floorDiv(lengths[least-1], Grid*100); at*Grid*100 < lengths[n-least]; at++ {
		where := at * Grid * 100
		left, _ := slices.BinarySearch(lengths, where+1)
		if left < least || n-left < least {
			continue
		}
		from, _ := slices.BinarySearch(lengths, where-beside*100)
		to, _ := slices.BinarySearch(lengths, where+beside*100+1)
		b := border{at, to - from, max(where-middle, middle-where)}
		if !ok || cmp.Or(cmp.Compare(b.beside, best.beside), cmp.Compare(b.off, best.off), cmp.Compare(b.steps, best.steps)) < 0 {
			best, ok = b, true
		}
	}
	return best.steps, ok
}

func floorDiv(a, b int) int {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
