package instance

import (
	"net/url"
	"strings"
	"unicode/utf8"
)

// Recommendation is what a neighbour recommends to those of a place.
type Recommendation struct {
	ID     ID
	Place  ActorID
	Author Actor
	Sort   string // one of [RecommendationSorts]
	Title  string
	Maker  string // who wrote or made it
	Found  string // where to find it: a library, a shelf; for a link its address
	Why    string
}

// RecommendationSorts are what can be recommended.
var RecommendationSorts = []string{"book", "game", "lesson", "link"}

// Limits of a recommendation, in characters, and of how many of one person stand
// on the shelf of a place.
const (
	maxRecommendation = 200
	maxWhy            = 500
	MaxRecommended    = 100
)

// Check returns an [Invalid] for what cannot stand on a shelf, and trims what is
// written.
func (r *Recommendation) Check() error {
	r.Title, r.Maker, r.Found, r.Why = strings.TrimSpace(r.Title), strings.TrimSpace(r.Maker), strings.TrimSpace(r.Found), strings.TrimSpace(r.Why)
	if !Known(RecommendationSorts, r.Sort) {
		return &Invalid{Field: "sort", Code: "unknown"}
	}
	if r.Title == "" {
		return &Invalid{Field: "title", Code: "missing"}
	}
	for _, f := range []struct {
		field, text string
		most        int
	}{{"title", r.Title, maxRecommendation}, {"maker", r.Maker, maxRecommendation}, {"found", r.Found, maxWhy}, {"why", r.Why, maxWhy}} {
		if !utf8.ValidString(f.text) || strings.ContainsRune(f.text, 0) {
			return &Invalid{Field: f.field, Code: "malformed"}
		}
		if utf8.RuneCountInString(f.text) > f.most {
			return &Invalid{Field: f.field, Code: "too-long", Limit: f.most}
		}
	}
	if r.Sort == "link" && r.Host() == "" {
		return &Invalid{Field: "found", Code: "no-address"}
	}
	return nil
}

// Host is the server that a link leads to, empty for anything that is none.
func (r *Recommendation) Host() string {
	u, err := url.Parse(r.Found)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.User != nil {
		return ""
	}
	return u.Host
}
