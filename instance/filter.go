package instance

import (
	"strings"
	"time"
	"unicode/utf8"
)

// FilterID names a filter of somebody's.
type FilterID ID

func (id FilterID) String() string { return ID(id).String() }

// Filter is what a person wants folded or left out of what they read.
type Filter struct {
	ID FilterID
	FilterPlan
	Keywords []Keyword
	Posts    []FilteredPost
}

// FilterPlan is what a person chooses about a filter.
type FilterPlan struct {
	Title     string
	Contexts  []FilterContext
	Action    FilterAction
	ExpiresAt time.Time // zero for never
}

// Keyword is a word or phrase of a filter.
type Keyword struct {
	ID        ID
	Text      string
	WholeWord bool // not as a part of a longer word
}

// FilteredPost is a post that a filter names.
type FilteredPost struct {
	ID   ID
	Post PostID
}

// FilterContext is where a filter counts.
type FilterContext string

// The contexts. Lists count as home.
const (
	InHome          FilterContext = "home"
	InNotifications FilterContext = "notifications"
	InPublic        FilterContext = "public"
	InThread        FilterContext = "thread"
	InAccount       FilterContext = "account"
)

// FilterContexts are all contexts, in the order they are shown.
var FilterContexts = []FilterContext{InHome, InNotifications, InPublic, InThread, InAccount}

// FilterAction is what happens to what a filter finds.
type FilterAction string

// The actions.
const (
	Warn FilterAction = "warn" // it is folded behind the title of the filter
	Hide FilterAction = "hide" // it is left out
)

// Limits of filters. The numbers are those of one person together.
const (
	MaxFilters       = 50
	MaxFilterTitle   = 100 // in characters
	MaxKeywords      = 500
	MaxKeyword       = 100 // in characters
	MaxFilteredPosts = 500
)

// Check returns an [Invalid] for the first thing in p that cannot be taken.
func (p *FilterPlan) Check() error {
	p.Title = strings.TrimSpace(p.Title)
	switch {
	case p.Title == "":
		return &Invalid{Field: "title", Code: "missing"}
	case utf8.RuneCountInString(p.Title) > MaxFilterTitle:
		return &Invalid{Field: "title", Code: "too-long", Limit: MaxFilterTitle}
	case !sound(p.Title):
		return &Invalid{Field: "title", Code: "malformed"}
	case p.Action != Warn && p.Action != Hide:
		return &Invalid{Field: "action", Code: "unknown"}
	}
	chosen := map[FilterContext]bool{}
	for _, c := range p.Contexts {
		chosen[c] = true
	}
	p.Contexts = nil
	for _, c := range FilterContexts {
		if chosen[c] {
			p.Contexts = append(p.Contexts, c)
			delete(chosen, c)
		}
	}
	if len(p.Contexts) == 0 || len(chosen) > 0 {
		return &Invalid{Field: "context", Code: "unknown"}
	}
	return nil
}

// Check returns an [Invalid] for a keyword that cannot be taken.
func (k *Keyword) Check() error {
	k.Text = strings.TrimSpace(k.Text)
	switch {
	case k.Text == "":
		return &Invalid{Field: "keyword", Code: "missing"}
	case utf8.RuneCountInString(k.Text) > MaxKeyword:
		return &Invalid{Field: "keyword", Code: "too-long", Limit: MaxKeyword}
	case !sound(k.Text):
		return &Invalid{Field: "keyword", Code: "malformed"}
	}
	return nil
}

// Counts tells whether a filter counts in a context by now; every context is
// one to "".
func (p *FilterPlan) Counts(in FilterContext, now time.Time) bool {
	if !p.ExpiresAt.IsZero() && !p.ExpiresAt.After(now) {
		return false
	}
	if in == "" {
		return true
	}
	for _, c := range p.Contexts {
		if c == in {
			return true
		}
	}
	return false
}

// sound tells whether a text can be kept.
func sound(s string) bool { return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 }
