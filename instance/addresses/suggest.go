package addresses

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"palier/instance"
	"palier/instance/store"
)

const (
	// MaxTyped is how many characters are looked at.
	MaxTyped = 200
	// MostSuggested is how many suggestions are made at once.
	MostSuggested = 20

	looked  = 300 // streets among which the best are chosen
	asked   = 30  // streets whose numbers are looked up
	leastIn = 2   // characters that are looked for
)

// Kind is what a suggestion names.
type Kind string

// The kinds of suggestions.
const (
	Door    Kind = "address" // a door, or a place without numbers
	Street  Kind = "street"  // a street: its number has to be chosen
	Commune Kind = "commune" // a whole commune
)

// Suggestion is something that may have been meant.
type Suggestion struct {
	Kind    Kind
	Address instance.AddressID // of a door
	Street  instance.ID        // of a street
	Name    string             // "12 bis Rue de la Paix", "Rue de la Paix", "Dinan"
	Town    string             // "22100 Dinan"; of a commune its postal codes
	INSEE   string
	Point   *instance.Point // nil where it is not known
}

// Suggest returns what may be meant by what was typed so far, the likeliest
// first: doors where a number was typed, else streets, and communes by their
// name or postal code. Accents, abbreviations, the order of number, street and
// commune, and one wrong letter in a word do not matter. near says where to look
// first; nil is nowhere. Nothing of what was typed is kept.
func (s *Service) Suggest(ctx context.Context, typed string, near *instance.Point, limit int) ([]Suggestion, error) {
	if utf8.RuneCountInString(typed) > MaxTyped {
		return nil, &instance.Invalid{Field: "address", Code: "too-long", Limit: MaxTyped}
	}
	ways := readings(typed)
	if len(ways) == 0 || len(strings.Join(ways[len(ways)-1].words, "")) < leastIn {
		return nil, nil
	}
	limit = min(max(limit, 1), MostSuggested)
	found, err := s.among(ctx, ways, nil, near, limit)
	if err == nil && len(found) == 0 {
		var instead map[string][]string
		if instead, err = s.respell(ctx, ways); err == nil && len(instead) > 0 {
			found, err = s.among(ctx, ways, instead, near, limit)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("suggest addresses: %w", err)
	}
	towns, err := s.towns(ctx, ways, len(found) == 0)
	if err != nil {
		return nil, fmt.Errorf("suggest communes: %w", err)
	}
	return mix(towns, found, limit), nil
}

// mix puts communes that are called just as was typed first, and the others last.
func mix(towns []town, found []Suggestion, limit int) []Suggestion {
	var first, last []Suggestion
	for _, t := range towns {
		if t.exactly {
			first = append(first, t.Suggestion)
		} else {
			last = append(last, t.Suggestion)
		}
	}
	all := slices.Concat(first, found, last)
	return all[:min(len(all), limit)]
}

// among returns what several readings find: doors first, then the streets that
// the reading without a number finds, then streets that lack the number.
func (s *Service) among(ctx context.Context, ways []reading, instead map[string][]string, near *instance.Point, limit int) ([]Suggestion, error) {
	var all, lacking []Suggestion
	for _, way := range ways {
		if len(way.words) == 0 {
			continue
		}
		list, err := s.streets(ctx, way, instead)
		if err != nil {
			return nil, err
		}
		rank(list, way, instead, near)
		if way.number < 0 {
			all = append(all, whole(list, limit)...)
			continue
		}
		doors, without, err := s.doors(ctx, way, list)
		if err != nil {
			return nil, err
		}
		all, lacking = append(all, doors...), append(lacking, without...)
	}
	if len(all) > 0 {
		return once(all, limit), nil
	}
	return once(lacking, limit), nil
}

// once leaves out what reads like something before it.
func once(list []Suggestion, limit int) []Suggestion {
	seen := map[string]bool{}
	kept := list[:0]
	for _, s := range list {
		if line := strings.ToLower(s.Name + "|" + s.Town); !seen[line] {
			seen[line] = true
			kept = append(kept, s)
		}
	}
	return kept[:min(len(kept), limit)]
}

// street is a street that was found.
type street struct {
	id                     int64
	name, folded           string
	insee, commune, postal string
	point                  *instance.Point
	score                  float64
}

// streets returns the streets that have all words of a reading.
func (s *Service) streets(ctx context.Context, way reading, instead map[string][]string) ([]street, error) {
	m := Words.Match(s.db.Engine(), way.sought(instead), "$1")
	rows, err := s.db.Read().Query(ctx, `
		SELECT s.id, s.name, s.folded, s.insee, s.commune, s.postal_code, s.lat, s.lon
		  FROM `+m.Table+` CROSS JOIN streets s
		 WHERE `+m.Where+` AND s.id = `+m.Key+`
		 LIMIT $2`, m.Arg, looked)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []street
	for rows.Next() {
		var st street
		var lat, lon *float64
		if err := rows.Scan(&st.id, &st.name, &st.folded, &st.insee, &st.commune, &st.postal, &lat, &lon); err != nil {
			return nil, err
		}
		st.point = point(lat, lon)
		list = append(list, st)
	}
	return list, rows.Err()
}

// rank puts the streets first that go best with a reading.
func rank(list []street, way reading, instead map[string][]string, near *instance.Point) {
	for i := range list {
		list[i].score = list[i].match(way, instead)
		if near != nil && list[i].point != nil {
			list[i].score -= math.Min(distance(*near, *list[i].point)/20, 2)
		}
	}
	slices.SortFunc(list, func(a, b street) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(len(a.folded), len(b.folded)), strings.Compare(a.folded, b.folded), cmp.Compare(a.id, b.id))
	})
}

// match is how well a street goes with a reading: whole words count more than
// beginnings, those of the street more than those of its commune, and what was
// not typed counts against it.
func (st street) match(way reading, instead map[string][]string) float64 {
	own, town := telling(strings.Fields(st.folded)), telling(fold(st.commune))
	score, hit := 0.0, 0
	for _, w := range way.words {
		in := func(list []string) float64 {
			best := 0.0
			for _, have := range list {
				switch {
				case have == w || have == short[w]:
					best = 2
				case strings.HasPrefix(have, w), slices.Contains(instead[w], have):
					best = max(best, 1)
				}
			}
			return best
		}
		mine := in(own)
		if isWay(w) {
			score += mine / 2
		} else {
			score += mine + in(town)*0.75
		}
		if mine > 0 {
			hit++
		}
	}
	return score - 0.3*float64(max(len(own)-hit, 0))
}

// distance is roughly how many kilometres lie between two points.
func distance(a, b instance.Point) float64 {
	const perDegree = 111.2
	dx := (a.Longitude - b.Longitude) * math.Cos(a.Latitude*math.Pi/180)
	return math.Hypot(dx, a.Latitude-b.Latitude) * perDegree
}

// doors returns the doors of some streets that have the number that was typed,
// and the streets without.
func (s *Service) doors(ctx context.Context, way reading, list []street) (doors, without []Suggestion, err error) {
	list = list[:min(len(list), asked)]
	args := []any{int64(way.number), way.suffix}
	order := map[int64]int{}
	for i, st := range list {
		args = append(args, st.id)
		order[st.id] = i
	}
	rows, err := s.db.Read().Query(ctx, `
		SELECT a.id, a.street_id, a.number, a.suffix, a.lat, a.lon
		  FROM addresses a
		 WHERE a.street_id IN (`+store.Placeholders(3, len(list))+`) AND a.number = $1
		 ORDER BY CASE WHEN a.suffix = $2 OR substr(a.suffix, 1, 1) = $2 THEN 0 ELSE 1 END, a.suffix, a.id
		 LIMIT 200`, args...)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	byStreet := make([][]Suggestion, len(list))
	for rows.Next() {
		var id instance.AddressID
		var in int64
		var number int
		var suffix string
		var lat, lon *float64
		if err := rows.Scan(&id, &in, &number, &suffix, &lat, &lon); err != nil {
			return nil, nil, err
		}
		st := list[order[in]]
		d := st.suggestion()
		d.Kind, d.Address, d.Name, d.Point = Door, id, instance.HouseNumber(number, suffix)+st.name, point(lat, lon)
		byStreet[order[in]] = append(byStreet[order[in]], d)
	}
	for i, st := range list {
		if doors = append(doors, byStreet[i]...); len(byStreet[i]) == 0 {
			without = append(without, st.suggestion())
		}
	}
	return doors, without, rows.Err()
}

func whole(list []street, limit int) []Suggestion {
	var found []Suggestion
	for _, st := range list[:min(len(list), limit)] {
		found = append(found, st.suggestion())
	}
	return found
}

func (st street) suggestion() Suggestion {
	return Suggestion{
		Kind: Street, Street: instance.ID(st.id), Name: st.name, Town: strings.TrimSpace(st.postal + " " + st.commune),
		INSEE: st.insee, Point: st.point,
	}
}
