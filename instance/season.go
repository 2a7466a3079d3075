package instance

import "time"

// Prompt is something that neighbours lend, give or ask for at a time of the
// year. Its words stand in the catalogues under its name.
type Prompt struct {
	Name     string
	Asks     bool // it is asked for rather than offered
	Kind     string
	Category string
}

// seasons are what the months bring, from January on: a thing each, so that a page
// shows one line and not a list.
var seasons = [12]Prompt{
	{"sledge", false, KindLending, "games"},
	{"raclette", false, KindLending, "kitchen"},
	{"seedlings", false, KindGive, "garden-tools"},
	{"bicycle", true, KindService, "diy"},
	{"mower", false, KindLending, "garden-tools"},
	{"tent", false, KindLending, "party"},
	{"watering", true, KindService, "gardening"},
	{"pets", true, KindService, "pets"},
	{"school-books", false, KindGive, "books"},
	{"preserves", false, KindLending, "kitchen"},
	{"leaves", false, KindService, "gardening"},
	{"games", false, KindLending, "games"},
}

// Season is what a day's month brings.
func Season(day time.Time) Prompt { return seasons[day.Month()-1] }

// Seasons are the names of all that the months bring, from January on.
func Seasons() []string {
	names := make([]string, len(seasons))
	for i, p := range seasons {
		names[i] = p.Name
	}
	return names
}
