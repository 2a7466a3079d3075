package pages

import "palier/instance/web/view"

// Find is where somebody finds the place they live in.
type Find struct {
	Frame

	Typed       string
	Asked       bool
	Suggestions []view.Suggestion
	Communes    bool // the suggestions are communes alone

	Street  string            // whose numbers are listed
	Numbers []view.Suggestion // of the street

	Found      bool
	Line, Town string      // the address that was chosen
	Whole      bool        // a commune was, with all its neighbourhoods
	Homes      []view.Home // its places, the narrowest first
	Map        *view.Map
	Others     []view.Home // to choose from instead
	MoreOthers bool
	// Elsewhere are the servers that are for the commune, where this one is not.
	Elsewhere []view.CommuneServer

	Problems []view.Problem
}

// Template is find.tmpl.
func (Find) Template() string { return "find" }

// Places is the directory of the places of the server.
type Places struct {
	Frame

	Places []DirectoryLine
	Pager  view.Pager
}

// DirectoryLine is a place in the directory.
type DirectoryLine struct {
	view.PlaceLine
	Within     []view.PlaceLine
	Population int // of a commune, by the census; 0 where it is not known
}

// Template is places.tmpl.
func (Places) Template() string { return "places" }
