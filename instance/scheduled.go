package instance

import "time"

// Limits of what a person has posted later: how far ahead at least, how many
// drafts wait at once, and how many of them for one day.
const (
	MinAhead           = 5 * time.Minute
	MaxScheduled       = 300
	MaxScheduledPerDay = 25
)

// Scheduled is a draft that is to be posted later.
type Scheduled struct {
	ID       ID
	At       time.Time
	Draft    Draft
	Pictures []Picture
	// Refused is why it was not posted when its time had come, as the code of an
	// [Invalid] or "forbidden" or "not-found"; empty while that is to come.
	Refused string
}
