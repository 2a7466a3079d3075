package entity

// Search is what a search finds.
type Search struct {
	Accounts []*Account `json:"accounts"`
	Statuses []Status   `json:"statuses"`
	Hashtags []Tag      `json:"hashtags"`
}

// OldSearch is the same for old programs.
type OldSearch struct {
	Accounts []*Account `json:"accounts"`
	Statuses []Status   `json:"statuses"`
	Hashtags []string   `json:"hashtags"`
}

// FeaturedTag is a hashtag on a profile; its count is a string.
type FeaturedTag struct {
	ID            ID     `json:"id"`
	Name          string `json:"name"`
	URL           string `json:"url"`
	StatusesCount string `json:"statuses_count"`
	LastStatusAt  Day    `json:"last_status_at"`
}
