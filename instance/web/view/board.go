package view

// BoardSection is what stands on a noticeboard of one kind: needs, events,
// offers, news or notices.
type BoardSection struct {
	Kind  string
	Items []BoardItem
}

// BoardItem is one thing on a noticeboard, and how one gets from paper to it.
type BoardItem struct {
	DigestItem

	Code string // to be typed
	URL  string // for a camera
}
