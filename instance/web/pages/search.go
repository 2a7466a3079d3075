package pages

import "palier/instance/web/view"

// Search finds people and places, hashtags and posts.
type Search struct {
	Frame

	Query string
	Kind  string // people, tags or posts for all of one kind; empty for the first of each
	Asked bool   // something was looked for

	People []view.Person
	Tags   []Hashtag
	Posts  []view.Post
	// Where the rest of each is; empty if this is all.
	MorePeople, MoreTags, MorePosts string

	Pager    view.Pager // of a page of one kind
	Problems []view.Problem
}

// Hashtag is a hashtag and where its posts are.
type Hashtag struct{ Name, Path string }

// Template is search.tmpl.
func (Search) Template() string { return "search" }

// Nothing tells that nothing was found.
func (s Search) Nothing() bool {
	return s.Asked && len(s.People)+len(s.Tags)+len(s.Posts) == 0
}

// Syntax is what narrows a search, the same in every language.
type Syntax struct{ Phrase, Not, From, Has, During string }

// Syntax is shown beside what it means.
func (Search) Syntax() Syntax {
	return Syntax{Phrase: `"… …"`, Not: `-…`, From: `from:…`, Has: `has:media`, During: `during:2026-11`}
}
