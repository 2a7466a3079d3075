package instance

import "slices"

// ServiceCategories are what neighbours do for one another.
var ServiceCategories = []string{
	"childcare", "homework", "diy", "errands", "pets", "parcels", "printing", "advice", "company", "paperwork", "gardening", "computer", "transport", "cooking", "connection", "other",
}

// ObjectCategories are what they lend, give, swap and let.
var ObjectCategories = []string{
	"tools", "kitchen", "garden-tools", "games", "books", "bicycle", "baby", "moving", "party", "clothes", "furniture", "electronics", "other",
}

// ExchangeKinds are the kinds of proposals that are taken by asking whoever made
// them, one person at a time.
var ExchangeKinds = []string{KindService, KindLending, KindGive, KindSwap, KindRent}

// Categories returns the categories of a kind, none for a kind that has none.
func Categories(kind string) []string {
	switch {
	case kind == KindService:
		return ServiceCategories
	case slices.Contains(ExchangeKinds, kind):
		return ObjectCategories
	default:
		return nil
	}
}
