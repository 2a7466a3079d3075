package pages

import (
	"palier/instance"
	"palier/instance/web/view"
)

// Search finds people and places, hashtags and posts.
type Search struct {
	Frame

	Query string
	// Kind is what is looked for, all of it: one of [Search.Kinds]; empty for the
	// first of each.
	Kind     string
	Place    string // handle of where; empty for anywhere
	Category string
	// Since and Until are days, as typed: of posts when they were posted, of events
	// when they take place.
	Since, Until string
	Open         bool // only what still holds
	Asked        bool // something was looked for

	Sections  []SearchSection // people, places and others
	Tags      []Hashtag
	Posts     []view.Post
	MoreTags  string // where the rest is; empty if this is all
	MorePosts string

	Pager    view.Pager // of a page of one kind
	Problems []view.Problem

	// Where is the place of Place, if it is none of the reader's own.
	Where *view.Person
}

// SearchSection is the people, places, clubs or organisations found.
type SearchSection struct {
	Who   string
	Found []view.Person
	More  string
}

// Hashtag is a hashtag and where its posts are.
type Hashtag struct{ Name, Path string }

// Template is search.tmpl.
func (Search) Template() string { return "search" }

// Nothing tells that nothing was found.
func (s Search) Nothing() bool {
	return s.Asked && len(s.Sections)+len(s.Tags)+len(s.Posts) == 0
}

// Kinds are what one can look for all of.
func (Search) Kinds() []string {
	return []string{
		"posts", "asks", "offers", "loans", "purchases", "rides", "errands", "events", "notices", "talk",
		"people", "places", "clubs", "organisations", "tags",
	}
}

// Categories are what is offered and asked for.
func (Search) Categories() []string {
	all := append([]string{}, instance.ServiceCategories...)
	for _, c := range instance.ObjectCategories {
		if !instance.Known(all, c) {
			all = append(all, c)
		}
	}
	return all
}

// Narrowed tells that the search keeps to more than words and a kind.
func (s Search) Narrowed() bool {
	return s.Place != "" || s.Category != "" || s.Since != "" || s.Until != "" || s.Open
}

// Syntax is what narrows a search, the same in every language.
type Syntax struct{ Phrase, Not, From, Has, During string }

// Syntax is shown beside what it means.
func (Search) Syntax() Syntax {
	return Syntax{Phrase: `"… …"`, Not: `-…`, From: `from:…`, Has: `has:media`, During: `during:2026-11`}
}
