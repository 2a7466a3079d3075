package view

// Recommendation is what a neighbour recommends.
type Recommendation struct {
	ID    string
	By    Person
	Sort  string // book, game, lesson, link
	Title string
	Maker string
	Found string // where to find it; the address of a link
	Host  string // that a link leads to; empty for anything else
	Why   string
	Mine  bool // the one who reads may take it off the shelf
}
