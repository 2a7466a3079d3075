package instance

import "time"

// Warning is that the weather will be dangerous in a department, as those say whose
// work that is.
type Warning struct {
	Department   string // as INSEE counts them: 22, 2A, 974
	Phenomenon   string // one of [Phenomena]
	Level        WarningLevel
	Starts, Ends time.Time
	Source       string // whose word it is
}

// WarningLevel is how much a warning matters.
type WarningLevel int

// The levels, in the numbers of Météo-France; 1 is no warning.
const (
	WarningYellow WarningLevel = 2 // be careful
	WarningOrange WarningLevel = 3 // be very careful
	WarningRed    WarningLevel = 4 // keep safe
)

// String is the word of a level: yellow, orange, red.
func (l WarningLevel) String() string {
	switch l {
	case WarningRed:
		return "red"
	case WarningOrange:
		return "orange"
	}
	return "yellow"
}

// Phenomena are what is warned of, in the order in which Météo-France counts them
// from 1.
var Phenomena = []string{"wind", "rain", "storms", "floods", "snow", "heat", "cold", "avalanches", "waves"}

// Template is from which template a campaign begins that answers the warning.
func (w Warning) Template() string {
	switch w.Phenomenon {
	case "heat":
		return "heatwave"
	case "rain", "floods", "waves":
		return "flood"
	}
	return "free"
}
