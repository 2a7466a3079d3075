package pages

import "palier/instance/web/view"

// Tally is what came of the last twelve months in a place.
type Tally struct {
	Frame

	Place  view.Person
	Counts []TallyCount // none of few
	Empty  bool
	May    bool     // tell of a small deed
	Deeds  []string // that one can tell of
}

// Template is tally.tmpl.
func (Tally) Template() string { return "tally" }

// TallyCount is one count of all together.
type TallyCount struct {
	Key   string // tally.KEY says it
	Count int
}

// Recipes is the book of who brings a place to life.
type Recipes struct{ Frame }

// Template is recipes.tmpl.
func (Recipes) Template() string { return "recipes" }

// Recipe is one recipe and how many steps it has.
type Recipe struct {
	Key   string
	Steps []int
}

// Recipes are those of the book.
func (Recipes) Recipes() []Recipe {
	return []Recipe{{"first-ten", []int{1, 2, 3, 4}}, {"first-month", []int{1, 2, 3, 4}}, {"first-event", []int{1, 2, 3, 4}}}
}
