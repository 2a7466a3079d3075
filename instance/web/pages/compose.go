package pages

import "palier/instance/web/view"

// Compose is where a post is written or edited.
type Compose struct {
	Frame

	In        *view.Person // the place it goes to; nil for none
	Action    string       // where it is sent
	Return    string
	Once      string // makes a second press do nothing more
	Editing   bool
	Writing   view.Writing
	Choices   []view.Choice
	Languages []view.Option
	MoreOpen  bool // show the lesser fields
	PollOpen  bool // show the fields of a poll
	Problems  []view.Problem
}

// maxOptions is how many options a poll can be given.
const maxOptions = 4

// PollFields are the texts of the fields for options, an empty one for each that
// is not used.
func (c Compose) PollFields() []string {
	fields := make([]string, maxOptions)
	copy(fields, c.Writing.Poll.Options)
	return fields
}

// lasts are how long a poll can be open, by the words of the catalogues.
var lasts = []string{"5m", "30m", "1h", "6h", "1d", "3d", "7d", "30d"}

// Lasts are the choices of how long a poll is open: three days if nothing was
// chosen.
func (c Compose) Lasts() []view.Option {
	chosen := c.Writing.Poll.Lasts
	if chosen == "" {
		chosen = "3d"
	}
	var list []view.Option
	for _, value := range lasts {
		list = append(list, view.Option{Value: value, Selected: value == chosen})
	}
	return list
}

// Template is compose.tmpl.
func (Compose) Template() string { return "compose" }
