package housing

import (
	"math"

	"palier/instance"
	"palier/instance/countries"
	"palier/instance/france"
	"palier/protocol/as2"
	"palier/protocol/vocab"
)

const (
	// few is how many people a commune has to have for others to be told which it
	// is (protocol.md §4.2).
	few = 2000
	// around is the radius that is told of a commune, in kilometres.
	around = 3
)

// area returns where others are told that a home in a commune is: the middle of
// the commune or, where that is small, of its group of communes, or of its
// département. It depends on the commune alone, so that no number of homes and
// no number of questions tells more (security.md H02 to H04). It returns an
// [instance.Invalid] for a commune that nobody knows.
func (s *Service) area(commune string) (vocab.HomeArea, error) {
	s.areasOnce.Lock()
	defer s.areasOnce.Unlock()
	if a, ok := s.areas[commune]; ok {
		return a, nil
	}
	if countries.CountryOf(commune) != "FR" {
		a, ok := countries.Told(commune)
		if !ok {
			return a, &instance.Invalid{Field: "commune", Code: "unknown"}
		}
		return a, nil
	}
	all, err := france.Communes()
	if err != nil {
		return vocab.HomeArea{}, err
	}
	a, ok := areaOf(all, commune)
	if !ok {
		return a, &instance.Invalid{Field: "commune", Code: "unknown"}
	}
	s.areas[commune] = a
	return a, nil
}

// ToldOf returns what others are told of where a home in a commune is, in words: the
// commune, or its département where it is small; empty for one that nobody knows.
func (s *Service) ToldOf(commune string) string {
	a, err := s.area(commune)
	if err != nil {
		return ""
	}
	return a.Name
}

func areaOf(all []france.Commune, code string) (vocab.HomeArea, bool) {
	c, ok := france.ByCode(all, code)
	if !ok {
		return vocab.HomeArea{}, false
	}
	if c.Population >= few && placed(c) {
		return told(c.Name+" ("+c.Departement+")", "COG", c.Code, as2.Point{Latitude: c.Latitude, Longitude: c.Longitude}, around)
	}
	if c.EPCI != "" {
		if middle, radius, ok := middleOf(all, func(x france.Commune) bool { return x.EPCI == c.EPCI }); ok {
			return told(c.Departement, "EPCI", c.EPCI, middle, radius)
		}
	}
	middle, radius, ok := middleOf(all, func(x france.Commune) bool { return x.Departement == c.Departement })
	if !ok {
		return vocab.HomeArea{}, false
	}
	return told(c.Departement, "DEP", c.Departement, middle, radius)
}

func placed(c france.Commune) bool { return c.Latitude != 0 || c.Longitude != 0 }

func told(name, register, code string, middle as2.Point, radius int) (vocab.HomeArea, bool) {
	t, ok := vocab.NewTerritory("FR", register, code)
	middle.Latitude, middle.Longitude = math.Round(middle.Latitude*100)/100, math.Round(middle.Longitude*100)/100
	return vocab.HomeArea{Name: name, Territory: t, Middle: middle, RadiusKM: radius}, ok
}

// middleOf returns the middle of several communes, and a radius that holds the
// middles of all; false for less than two, which would tell which one it is.
func middleOf(all []france.Commune, in func(france.Commune) bool) (middle as2.Point, radius int, ok bool) {
	var n float64
	for _, c := range all {
		if c.Kind == "COM" && placed(c) && in(c) {
			middle.Latitude, middle.Longitude = middle.Latitude+c.Latitude, middle.Longitude+c.Longitude
			n++
		}
	}
	if n < 2 {
		return middle, 0, false
	}
	middle.Latitude, middle.Longitude = middle.Latitude/n, middle.Longitude/n
	farthest := 0.0
	for _, c := range all {
		if c.Kind == "COM" && placed(c) && in(c) {
			farthest = max(farthest, kilometres(middle, as2.Point{Latitude: c.Latitude, Longitude: c.Longitude}))
		}
	}
	const most = 100
	return middle, min(most, max(vocab.MinRadiusKM, int(math.Ceil(farthest))+1)), true
}

// kilometres is the distance of two points that are near one another.
func kilometres(a, b as2.Point) float64 {
	const degree = 111.2
	x := (a.Longitude - b.Longitude) * math.Cos((a.Latitude+b.Latitude)/2*math.Pi/180)
	return degree * math.Hypot(x, a.Latitude-b.Latitude)
}
