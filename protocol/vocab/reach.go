package vocab

import "fmt"

// Reach is how far the author of a public post lets Groups relay it: an upper
// bound that only the author sets. The zero Reach says nothing and counts as
// [DefaultReach].
type Reach int

// The reaches, the narrowest first. Their numbers are kept in databases.
const (
	ReachNeighbourhood Reach = 1
	ReachCommune       Reach = 2
	ReachIntercommunal Reach = 3
	ReachDepartmental  Reach = 4
	ReachNational      Reach = 5

	DefaultReach = ReachCommune
)

// Reaches returns all reaches, the narrowest first.
func Reaches() []Reach {
	return []Reach{ReachNeighbourhood, ReachCommune, ReachIntercommunal, ReachDepartmental, ReachNational}
}

// String returns the word for r on the wire, empty for the zero Reach.
func (r Reach) String() string {
	switch r {
	case 0:
		return ""
	case ReachNeighbourhood:
		return "neighbourhood"
	case ReachCommune:
		return "commune"
	case ReachIntercommunal:
		return "intercommunal"
	case ReachDepartmental:
		return "departmental"
	case ReachNational:
		return "national"
	default:
		return fmt.Sprintf("Reach(%d)", int(r))
	}
}

// Valid tells whether r is one of [Reaches].
func (r Reach) Valid() bool { return r >= ReachNeighbourhood && r <= ReachNational }

// ParseReach reads the word for a reach, and returns false for any other.
func ParseReach(s string) (Reach, bool) {
	for _, r := range Reaches() {
		if r.String() == s {
			return r, true
		}
	}
	return 0, false
}

// reachOf reads the reach of a stranger's post: nothing said is no reach, and a
// word nobody knows is the narrowest, because it was meant as a bound.
func reachOf(s string) Reach {
	r, ok := ParseReach(s)
	if !ok && s != "" {
		return ReachNeighbourhood
	}
	return r
}

func (r Reach) orDefault() Reach {
	if r == 0 {
		return DefaultReach
	}
	return r
}
