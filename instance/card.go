package instance

import (
	"net/url"
	"time"
)

// Card is what a page that a post links to says of itself: words and a picture,
// never HTML of its own (security.md F04).
type Card struct {
	ID          ID
	URL         string
	Title       string
	Description string
	Provider    string // the site it is on, as it calls itself
	Author      string
	Language    string
	Image       string // where its picture lies
	ImageAlt    string
	Width       int // of the picture as we show it; 0 until it is here
	Height      int
	Blurhash    string
	FetchedAt   time.Time
}

// Host is where the link leads, for readers to see (security.md F03).
func (c *Card) Host() string {
	u, err := url.Parse(c.URL)
	if err != nil {
		return ""
	}
	return u.Host
}

// CardImage is the address of a card's picture here; empty without one.
func (s Site) CardImage(c *Card) string { return s.OthersPicture(OfCard, c.ID, c.Image) }
