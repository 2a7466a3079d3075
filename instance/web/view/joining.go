package view

// SeenBy is what one circle sees of somebody.
type SeenBy struct {
	Audience Audience
	Where    string // Centre-Ville; empty where there is no place
	Name     string
	Handle   string // @marie_l@dinan.example; empty where it says nothing
	Places   []string
}
