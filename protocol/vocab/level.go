package vocab

import "slices"

// Level says how wide a place is. The zero Level is of a Group that is no
// place, such as an association's.
type Level string

// The levels, the narrowest first.
const (
	LevelBuilding      Level = "building"
	LevelResidence     Level = "residence"
	LevelNeighbourhood Level = "neighbourhood"
	LevelCommune       Level = "commune"
	LevelWider         Level = "wider"
)

// Levels returns all levels, the narrowest first.
func Levels() []Level {
	return []Level{LevelBuilding, LevelResidence, LevelNeighbourhood, LevelCommune, LevelWider}
}

// ParseLevel reads a level, and returns false for any other word.
func ParseLevel(s string) (Level, bool) {
	l := Level(s)
	return l, l.rank() >= 0
}

// rank is the place of l among the levels, -1 for none of them.
func (l Level) rank() int { return slices.Index(Levels(), l) }

// Compare returns a negative number if l is narrower than m, a positive one if
// it is wider, and 0 if they are equal. What is no level is narrower than all.
func (l Level) Compare(m Level) int { return l.rank() - m.rank() }

// House tells whether l is a house or a few: where neighbours share a door.
func (l Level) House() bool { return l == LevelBuilding || l == LevelResidence }

// Least returns the narrowest reach that a post needs to be relayed by a Group
// of level l. A Group that is no place is reached as a commune is; one with a
// word we do not know counts as wider.
func (l Level) Least() Reach {
	switch l {
	case LevelBuilding, LevelResidence, LevelNeighbourhood:
		return ReachNeighbourhood
	case LevelCommune, "":
		return ReachCommune
	default:
		return ReachIntercommunal
	}
}

// Relays tells whether a Group of level l may relay a post of reach r: only up
// to what its author set, whatever other rules the Group has (protocol §6).
func (l Level) Relays(r Reach) bool { return l.Least() <= r.orDefault() }
