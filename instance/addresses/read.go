package addresses

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"palier/instance"
	"palier/instance/sheets"
	"palier/instance/writing"
)

// row is an address as it is read from a file.
type row struct {
	key, streetKey         string
	street, folded         string
	insee, commune, postal string
	number                 int
	suffix                 string
	point                  *instance.Point
}

// The reasons why an address cannot be taken.
const (
	noStreet     = "there is no street"
	badNumber    = "the number is not a whole number"
	badSuffix    = "what follows the number is neither bis, ter nor a letter"
	noCommune    = "the commune is not named by a code that exists"
	badKey       = "the key cle_interop is malformed, and nothing else names the commune"
	badPosition  = "the position is not on the earth"
	nameTooLong  = "the name of the street or commune is too long"
	longestName  = 120
	withoutDoors = 99999 // the number of a place without numbers, in local address files
)

// Reads tells whether a table holds addresses: of the national address base (BAN)
// or of a commune (BAL, in any of its versions).
func Reads(t *sheets.Sheet) bool {
	return t.Has("numero") && (t.Has("nom_voie", "code_insee") || t.Has("voie_nom") && (t.Has("commune_insee") || t.Has("cle_interop")))
}

// read reads the address at hand and returns why it cannot be taken, if so.
func (g *gazetteer) read(t *sheets.Sheet) (r row, reason string) {
	if r.street = writing.CleanLine(t.Get("nom_voie", "voie_nom", "lieudit_complement_nom", "nom_ld"), longestName+1); r.street == "" {
		return r, noStreet
	}
	interop, keyed := readInterop(t)
	if r.insee = strings.ToUpper(t.Get("code_insee", "commune_insee")); r.insee == "" {
		if !keyed {
			return r, badKey
		}
		r.insee = interop.insee
	}
	if reason = g.place(t, &r); reason != "" {
		return r, reason
	}
	if r.number, reason = readNumber(t.Get("numero")); reason != "" {
		return r, reason
	}
	r.suffix = foldSuffix(t.Get("rep", "suffixe"))
	if r.suffix == "" && keyed {
		r.suffix = interop.suffix
	}
	if r.suffix != "" && !suffixShape.MatchString(r.suffix) {
		return r, badSuffix
	}
	if r.point, reason = readPoint(t); reason != "" {
		return r, reason
	}
	r.folded = strings.Join(fold(r.street), " ")
	if r.folded == "" {
		return r, noStreet
	}
	r.streetKey = r.insee + "|" + r.postal + "|" + r.folded
	r.key = r.streetKey + "|" + strconv.Itoa(r.number) + "|" + r.suffix
	if keyed && interop.tells {
		r.key = fmt.Sprintf("%s_%s_%05d_%s", strings.ToLower(r.insee), interop.street, r.number, r.suffix)
	}
	return r, ""
}

// place reads which commune an address is in.
func (g *gazetteer) place(t *sheets.Sheet, r *row) (reason string) {
	r.commune = writing.CleanLine(t.Get("nom_commune", "commune_nom"), longestName+1)
	known, ok := g.byCode[r.insee]
	switch {
	case !ok && (!inseeShape.MatchString(r.insee) || !g.departements[r.insee[:2]] || r.commune == ""):
		return noCommune
	case ok && r.commune == "":
		r.commune = known.Name
	}
	if len([]rune(r.street)) > longestName || len([]rune(r.commune)) > longestName {
		return nameTooLong
	}
	if r.postal = t.Get("code_postal"); !postalShape.MatchString(r.postal) {
		if r.postal = ""; ok && len(known.PostalCodes) == 1 {
			r.postal = known.PostalCodes[0]
		}
	}
	return ""
}

var (
	inseeShape  = regexp.MustCompile(`^[0-9][0-9AB][0-9]{3}$`)
	postalShape = regexp.MustCompile(`^[0-9]{5}$`)
	suffixShape = regexp.MustCompile(`^[a-z][a-z0-9]{0,8}$`)
	localStreet = regexp.MustCompile(`^[0-9a-z]{4}$`)
	baseStreet  = regexp.MustCompile(`^[0-9a-z]{4}$|^[0-9a-z]{6}$`)
)

// interop is what the key that all address files share says: the commune, the
// code of the street, the number and what follows it.
type interop struct {
	insee, street, suffix string
	tells                 bool // which street it is
}

// readInterop reads the key at hand. The national base has one for streets that
// no register knows, which is longer.
func readInterop(t *sheets.Sheet) (interop, bool) {
	if key := t.Get("cle_interop"); key != "" {
		return parseInterop(key, localStreet)
	}
	return parseInterop(t.Get("id"), baseStreet)
}

// parseInterop takes such a key apart. It returns false for what is none.
func parseInterop(key string, street *regexp.Regexp) (interop, bool) {
	parts := strings.Split(strings.ToLower(key), "_")
	if len(parts) < 3 || !inseeShape.MatchString(strings.ToUpper(parts[0])) || !street.MatchString(parts[1]) {
		return interop{}, false
	}
	if _, err := strconv.ParseUint(parts[2], 10, 32); err != nil {
		return interop{}, false
	}
	i := interop{insee: strings.ToUpper(parts[0]), street: parts[1], suffix: foldSuffix(strings.Join(parts[3:], ""))}
	i.tells = i.street != "xxxx" && i.street != "0000"
	return i, true
}

// readNumber reads the number of a door; none, and that of a place without
// doors, is 0.
func readNumber(text string) (int, string) {
	if text == "" {
		return 0, ""
	}
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil || n > withoutDoors {
		return 0, badNumber
	}
	if n == withoutDoors {
		return 0, ""
	}
	return int(n), ""
}

// foldSuffix is what follows a number as it is kept: bis, ter, b, a1.
func foldSuffix(text string) string {
	return strings.Join(writing.Terms(text), "")
}

// readPoint reads where an address is; in Lambert-93 where nothing else is said.
// An address may come without.
func readPoint(t *sheets.Sheet) (*instance.Point, string) {
	lon, lat := t.Get("lon", "long"), t.Get("lat")
	if lon == "" || lat == "" {
		x, xOK := sheets.Decimal(t.Get("x"))
		y, yOK := sheets.Decimal(t.Get("y"))
		if !xOK || !yOK || !sheets.InLambert93(x, y) {
			return nil, ""
		}
		longitude, latitude := sheets.FromLambert93(x, y)
		return &instance.Point{Latitude: latitude, Longitude: longitude}, ""
	}
	longitude, lonOK := sheets.Decimal(lon)
	latitude, latOK := sheets.Decimal(lat)
	if !lonOK || !latOK || math.Abs(latitude) > 90 || math.Abs(longitude) > 180 || latitude == 0 && longitude == 0 {
		return nil, badPosition
	}
	return &instance.Point{Latitude: latitude, Longitude: longitude}, ""
}
