package pages

// PlaceTabs is what the pages about one place share.
type PlaceTabs struct {
	ID   string
	Name string
	Path string
	Tab  string // edit, members, area, relay, waiting
}
