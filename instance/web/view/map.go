package view

// Map is a drawing of where places lie, coarse enough to show no house. What it
// shows is also said in words beside it.
type Map struct {
	Name   string // of the place in its middle
	Width  int
	Height int
	Shapes []Shape
}

// Shape is one place on a map.
type Shape struct {
	Kind string // around, beside, inside, here
	Path string // SVG path data
}

// Suggestion is something that may have been meant by what was typed.
type Suggestion struct {
	Path string // where it leads
	Name string
	Town string
	Kind string // address, street, commune
}

// Home is a place somebody may live in, with where they go on.
type Home struct {
	PlaceLine
	Join string // address of the page to come in by
}

// Boundary is an imported outline that can be laid on a place.
type Boundary struct {
	ID, Name, Kind, Key, Source string
}

// CommuneServer is another server that is for a commune.
type CommuneServer struct{ Name, Host, URL string }
