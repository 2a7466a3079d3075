package view

// Choice is one circle a writer can choose, and how many will read it.
type Choice struct {
	Audience Audience
	Place    string // whose circle: Les Tilleuls, Centre-Ville
	Readers  int
	Selected bool
}

// Writing is what a person has typed into the composer.
type Writing struct {
	Title    string
	Text     string
	Warning  string
	Language string
	Pictures []Picture // uploaded before
	Poll     PollWriting
}
