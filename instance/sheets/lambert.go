package sheets

import (
	"math"
	"strconv"
	"strings"
)

// The constants of Lambert-93 (EPSG:2154) as IGN publishes them: a conic
// projection on the ellipsoid GRS 80, with 3° east as its middle.
const (
	lambertN  = 0.7256077650532670
	lambertC  = 11754255.426096
	lambertXS = 700000.0
	lambertYS = 12655612.049876
	grs80E    = 0.08181919104281579
)

// InLambert93 tells whether x and y can be coordinates in metres in Lambert-93,
// which covers metropolitan France.
func InLambert93(x, y float64) bool {
	return x > 0 && x < 1_400_000 && y > 5_900_000 && y < 7_300_000
}

// FromLambert93 returns the longitude and latitude of a point in Lambert-93.
func FromLambert93(x, y float64) (lon, lat float64) {
	r := math.Hypot(x-lambertXS, y-lambertYS)
	gamma := math.Atan((x - lambertXS) / (lambertYS - y))
	lon = gamma/lambertN*180/math.Pi + 3
	isometric := -math.Log(math.Abs(r/lambertC)) / lambertN
	phi := 2*math.Atan(math.Exp(isometric)) - math.Pi/2
	for range 20 {
		s := grs80E * math.Sin(phi)
		next := 2*math.Atan(math.Pow((1+s)/(1-s), grs80E/2)*math.Exp(isometric)) - math.Pi/2
		if math.Abs(next-phi) < 1e-12 {
			break
		}
		phi = next
	}
	return lon, phi * 180 / math.Pi
}

// Decimal reads a number with a point or a comma in it, false if it is none.
func Decimal(text string) (float64, bool) {
	n, err := strconv.ParseFloat(strings.Replace(text, ",", ".", 1), 64)
	return n, err == nil && !math.IsNaN(n) && !math.IsInf(n, 0)
}
