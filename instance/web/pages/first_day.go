package pages

// FirstDay is the card for somebody who has just come: what to do first, as
// addresses of pages.
type FirstDay struct {
	Hello, Lend, Need, Digest, Proof string
	Proved                           bool
}
