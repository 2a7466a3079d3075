package exchange

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"palier/instance"
	"palier/instance/store"
)

// Walks are the distances, in minutes on foot, by which who hears of something can
// be limited. Nothing finer is ever told.
var Walks = []int{5, 10, 15, 30}

// Hours are the parts of a week that suit somebody, a bit each; 0: any of them.
type Hours int

// The parts of a week.
const (
	WeekdayMornings Hours = 1 << iota
	WeekdayAfternoons
	WeekdayEvenings
	WeekendMornings
	WeekendAfternoons
	WeekendEvenings

	anyHours = 1<<iota - 1
)

// hourNames are the words for the parts of a week, by their bits.
var hourNames = []string{"weekday-morning", "weekday-afternoon", "weekday-evening", "weekend-morning", "weekend-afternoon", "weekend-evening"}

// HourNames are the words for the parts of a week, in their order.
func HourNames() []string { return slices.Clone(hourNames) }

// ParseHours returns the hours of some words. It returns an [instance.Invalid] for
// a word that is none.
func ParseHours(names []string) (h Hours, err error) {
	for _, name := range names {
		bit := slices.Index(hourNames, name)
		if bit < 0 {
			return 0, &instance.Invalid{Field: "hours", Code: "unknown"}
		}
		h |= 1 << bit
	}
	return h, nil
}

// Names are the words for the hours, in the order of a week; none for any.
func (h Hours) Names() (names []string) {
	for bit, name := range hourNames {
		if h&(1<<bit) != 0 {
			names = append(names, name)
		}
	}
	return names
}

// with are the hours that suit two, 0 where each suits both.
func (h Hours) with(other Hours) Hours {
	switch {
	case h == 0:
		return other
	case other == 0:
		return h
	}
	return h & other
}

// How far one comes on foot: 4.5 km an hour on streets that lead 1.3 times as far
// as the straight line, so so many metres of that a minute.
const metresPerMinute = 4500.0 / 60 / 1.3

// metresPerDegree is how long a degree of latitude is.
const metresPerDegree = 111195.0

// grid is how many squares a degree is cut into. A home counts as the middle of
// its square, about 110 by 75 metres in France: however often and from wherever
// somebody asks, they cannot learn more than in which square another lives.
const grid = 1000

// spot is the square in which somebody lives.
type spot struct{ lat, lon float64 }

// square is the middle of the square around a position.
func square(lat, lon float64) spot {
	return spot{math.Round(lat*grid) / grid, math.Round(lon*grid) / grid}
}

// lived holds for the home h, with its address d and its house b, if somebody
// lives there and that was verified since they said so. What is only declared
// counts for nothing: else somebody could say to live here and there and hear from
// where another's circle begins.
const lived = `
	  FROM homes h
	  JOIN memberships m ON m.group_id = h.place_id AND m.person_id = h.person_id AND m.standing = 'verified'
	  LEFT JOIN addresses d ON d.id = h.address_id
	  LEFT JOIN actors b ON b.id = h.place_id AND b.level IN ('building', 'residence')
	 WHERE h.kind = 'home' AND h.former_at IS NULL AND h.since <= m.verified_at`

const homeLat, homeLon = `COALESCE(d.lat, b.latitude)`, `COALESCE(d.lon, b.longitude)`

// spotOf returns where somebody lives, nil if that is not known or not verified.
func spotOf(ctx context.Context, tx store.Tx, who instance.ActorID) (*spot, error) {
	var lat, lon *float64
	err := tx.QueryRow(ctx, `
		SELECT `+homeLat+`, `+homeLon+lived+` AND h.person_id = $1
		 ORDER BY h.id DESC
		 LIMIT 1`, who).Scan(&lat, &lon)
	if errors.Is(err, store.ErrNoRows) || err == nil && (lat == nil || lon == nil) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("where %s lives: %w", who, err)
	}
	at := square(*lat, *lon)
	return &at, nil
}

// Placed tells whether it is known and verified where somebody lives, so that
// distances on foot can be counted from there.
func (s *Service) Placed(ctx context.Context, who instance.ActorID) (bool, error) {
	at, err := spotOf(ctx, s.db.Read(), who)
	return at != nil, err
}

// away is the square of how many minutes on foot the author of the post p lives
// from a latitude $6 and longitude $7, where a degree of longitude is $8 times as
// long as one of latitude; NULL if that is not known.
var away = fmt.Sprintf(`
	(SELECT ((ROUND(%[1]s * %[3]d) / %[3]d - $6) * (ROUND(%[1]s * %[3]d) / %[3]d - $6)
	       + (ROUND(%[2]s * %[3]d) / %[3]d - $7) * $8 * (ROUND(%[2]s * %[3]d) / %[3]d - $7) * $8) * %[4]f`+lived+` AND h.person_id = p.author_id
	  ORDER BY h.id DESC
	  LIMIT 1)`, homeLat, homeLon, grid, (metresPerDegree/metresPerMinute)*(metresPerDegree/metresPerMinute))

// minutes is how far two live from one another, in minutes on foot.
func minutes(a, b spot) float64 {
	dy, dx := a.lat-b.lat, (a.lon-b.lon)*narrowing(a)
	return math.Hypot(dy, dx) * metresPerDegree / metresPerMinute
}

// narrowing is how long a degree of longitude is, in degrees of latitude.
func narrowing(s spot) float64 { return math.Cos(s.lat * math.Pi / 180) }

// Reaches tells whether an offer limited to so many minutes on foot is for
// somebody: it is for whoever made it, and else for who is verified to live as
// near. 0 is for everybody.
func (s *Service) Reaches(ctx context.Context, who instance.ActorID, p *instance.Post, walk int) (bool, error) {
	return reaches(ctx, s.db.Read(), who, p.Author.ID, walk)
}

func reaches(ctx context.Context, tx store.Tx, who, author instance.ActorID, walk int) (bool, error) {
	if walk == 0 || who == author {
		return true, nil
	}
	from, err := spotOf(ctx, tx, who)
	if err != nil || from == nil {
		return false, err
	}
	to, err := spotOf(ctx, tx, author)
	if err != nil || to == nil {
		return false, err
	}
	return minutes(*from, *to) <= float64(walk), nil
}
