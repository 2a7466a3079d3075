package countries

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"palier/protocol/ledger"
	"palier/protocol/vocab"
)

// Area is a part of a country without an official list of communes here, as a home
// in it is told to others: a town, with its middle.
type Area struct {
	Code      string  `toml:"code"` // in the register of its country
	Name      string  `toml:"name"`
	Latitude  float64 `toml:"latitude"` // with two decimals at most
	Longitude float64 `toml:"longitude"`
	Radius    int     `toml:"radius"` // kilometres
}

// Zone is a time zone of a part of a country.
type Zone struct {
	Areas []string `toml:"areas"` // how codes of communes there begin
	Name  string   `toml:"name"`  // as America/Cayenne
}

// elsewhere are the time zones of capitals of countries whose rules are not known
// here (IANA, zone1970.tab). A night of theirs is right but for a few islands.
var elsewhere = map[string]string{
	"AD": "Europe/Andorra", "AL": "Europe/Tirane", "AT": "Europe/Vienna", "BA": "Europe/Sarajevo", "BE": "Europe/Brussels", "BG": "Europe/Sofia",
	"CH": "Europe/Zurich", "CY": "Asia/Nicosia", "CZ": "Europe/Prague", "DK": "Europe/Copenhagen", "EE": "Europe/Tallinn", "ES": "Europe/Madrid",
	"FI": "Europe/Helsinki", "GB": "Europe/London", "GE": "Asia/Tbilisi", "GR": "Europe/Athens", "HR": "Europe/Zagreb", "HU": "Europe/Budapest",
	"IE": "Europe/Dublin", "IS": "Atlantic/Reykjavik", "IT": "Europe/Rome", "LI": "Europe/Vaduz", "LT": "Europe/Vilnius", "LU": "Europe/Luxembourg",
	"LV": "Europe/Riga", "MC": "Europe/Monaco", "MD": "Europe/Chisinau", "ME": "Europe/Podgorica", "MK": "Europe/Skopje", "MT": "Europe/Malta",
	"NL": "Europe/Amsterdam", "NO": "Europe/Oslo", "PL": "Europe/Warsaw", "PT": "Europe/Lisbon", "RO": "Europe/Bucharest", "RS": "Europe/Belgrade",
	"SE": "Europe/Stockholm", "SI": "Europe/Ljubljana", "SK": "Europe/Bratislava", "SM": "Europe/San_Marino", "TR": "Europe/Istanbul", "UA": "Europe/Kyiv",
}

// CountryOf returns the ISO 3166 code of the country of an area: of a commune or a
// département of France, of a code as DE:AGS:11000000, or of a country.
func CountryOf(area string) string {
	country, _, _ := strings.Cut(area, ":")
	if len(country) == 2 && country[0] >= 'A' && country[0] <= 'Z' && country[1] >= 'A' && country[1] <= 'Z' {
		return country
	}
	return "FR"
}

// In returns the rules of the country in which an area is (see [CountryOf]).
func In(area string) (Pack, error) { return Of(CountryOf(area)) }

// ZoneOf returns the time zone in which an area is (see [CountryOf]), UTC where it is
// not known.
func ZoneOf(area string) *time.Location {
	name := "UTC"
	country := CountryOf(area)
	if packs, err := all(); err == nil {
		if p, ok := packs[country]; ok {
			name = p.Zone
			for _, z := range p.Zones {
				if slices.ContainsFunc(z.Areas, func(begin string) bool { return strings.HasPrefix(area, begin) }) {
					name = z.Name
				}
			}
		} else if known, ok := elsewhere[country]; ok {
			name = known
		}
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC // packs are checked when they are read
	}
	return zone
}

// Tonight returns the night that begins, at an instant, on the date that it is where
// a home is, whatever the date is on its server or where it is read.
func Tonight(now time.Time, area string) ledger.Night { return ledger.NightOf(now.In(ZoneOf(area))) }

// dawn is the hour until which the night that began the day before goes on.
const dawn = 6

// Going returns the night that goes on at an instant where a home is: that of
// yesterday until six in the morning, else tonight. Nobody is asked into one before.
func Going(now time.Time, area string) ledger.Night {
	return ledger.NightOf(now.In(ZoneOf(area)).Add(-dawn * time.Hour))
}

// Nights are tonight wherever homes are, at one instant.
type Nights struct {
	First, Last ledger.Night // the earliest and the latest of them anywhere
	most        ledger.Night // in mainland France, and where nothing else is said
	others      map[ledger.Night][]string
}

// NightsAt returns tonight for all areas at an instant.
func NightsAt(now time.Time) Nights {
	n := Nights{most: Tonight(now, "FR"), others: map[ledger.Night][]string{}}
	n.First, n.Last = n.most, n.most
	note := func(area string) {
		at := Tonight(now, area)
		n.First, n.Last = min(n.First, at), max(n.Last, at)
		if at != n.most {
			n.others[at] = append(n.others[at], area)
		}
	}
	packs, _ := all() // an app with packs that cannot be read does not start
	for code, p := range packs {
		note(code)
		for _, z := range p.Zones {
			for _, begin := range z.Areas {
				note(begin)
			}
		}
	}
	for code := range elsewhere {
		if _, ok := packs[code]; !ok {
			note(code)
		}
	}
	return n
}

// SQL is tonight as an expression, where column has an area (see [CountryOf]). Packs
// give areas of their zones with three characters.
func (n Nights) SQL(column string) string {
	if len(n.others) == 0 {
		return strconv.FormatInt(int64(n.most), 10)
	}
	var b strings.Builder
	b.WriteString("(CASE")
	for at, areas := range n.others {
		slices.Sort(areas)
		var in []string
		for _, area := range areas {
			in = append(in, "'"+area+"'")
			if len(area) == 2 {
				in = append(in, "'"+area+":'")
			}
		}
		b.WriteString(" WHEN SUBSTR(" + column + ", 1, 3) IN (" + strings.Join(in, ", ") + ") THEN " + strconv.FormatInt(int64(at), 10))
	}
	b.WriteString(" ELSE " + strconv.FormatInt(int64(n.most), 10) + " END)")
	return b.String()
}

// Told returns where others are told that a home in an area of a pack is, false for
// one that no pack has. France has its own (see package france).
func Told(area string) (vocab.HomeArea, bool) {
	country, rest, _ := strings.Cut(area, ":")
	register, code, _ := strings.Cut(rest, ":")
	packs, err := all()
	if err != nil || register == "" {
		return vocab.HomeArea{}, false
	}
	p := packs[country]
	i := slices.IndexFunc(p.Areas, func(a Area) bool { return a.Code == code })
	if i < 0 || register != p.Register {
		return vocab.HomeArea{}, false
	}
	a := p.Areas[i]
	t, ok := vocab.NewTerritory(country, register, code)
	told := vocab.HomeArea{Name: a.Name + " (" + country + ")", Territory: t, RadiusKM: a.Radius}
	told.Middle.Latitude, told.Middle.Longitude = a.Latitude, a.Longitude
	return told, ok
}

// AreaNamed returns the code of the area of a pack that is called so, as
// DE:AGS:11000000, and false where there is none or the country has communes here.
func (p Pack) AreaNamed(name string) (string, bool) {
	for _, a := range p.Areas {
		if code := p.Code + ":" + p.Register + ":" + a.Code; strings.EqualFold(a.Name, strings.TrimSpace(name)) || code == name {
			return code, true
		}
	}
	return "", false
}
