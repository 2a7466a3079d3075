package instance

// Page asks for part of a list by the ids of its rows, the newest first. The
// zero Page asks for its newest part.
type Page struct {
	Before ID // strictly older than this
	Since  ID // strictly newer than this, the newest ones first
	After  ID // strictly newer than this, the nearest ones first
	Limit  int
}

// Window returns the ids a page lies between.
func (p Page) Window() (before, after ID) {
	before = p.Before
	if before == 0 {
		before = 1<<63 - 1
	}
	return before, max(p.Since, p.After)
}

// Upwards tells that the rows nearest to the lower end are wanted: they are read
// in rising order and shown the other way round.
func (p Page) Upwards() bool { return p.After != 0 }

// Most returns how many rows a page holds: what it asks for, usual if it does
// not ask, and never more than most.
func (p Page) Most(usual, most int) int {
	switch {
	case p.Limit <= 0:
		return usual
	case p.Limit > most:
		return most
	}
	return p.Limit
}
