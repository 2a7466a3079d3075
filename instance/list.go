package instance

import (
	"strings"
	"unicode/utf8"
)

// ListID names a list of somebody's.
type ListID ID

func (id ListID) String() string { return ID(id).String() }

// List is some of those a person follows, neighbourhoods among them, whom they
// like to read together.
type List struct {
	ID    ListID
	Owner ActorID
	ListPlan
}

// ListPlan is what a person chooses about a list.
type ListPlan struct {
	Title     string
	Replies   ListReplies
	Exclusive bool // what stands in the list stays out of the home feed
}

// ListReplies says which replies of its members a list shows. Those to its
// owner and to oneself are in any.
type ListReplies string

// The replies a list can show.
const (
	RepliesToMembers  ListReplies = "list"
	RepliesToFollowed ListReplies = "followed"
	NoReplies         ListReplies = "none"
)

// Limits of lists.
const (
	MaxLists       = 50 // of one person
	MaxListMembers = 1000
	MaxListTitle   = 100 // in characters
)

// Check returns an [Invalid] for the first thing in p that cannot be taken.
func (p *ListPlan) Check() error {
	p.Title = strings.TrimSpace(p.Title)
	switch {
	case p.Title == "":
		return &Invalid{Field: "title", Code: "missing"}
	case utf8.RuneCountInString(p.Title) > MaxListTitle:
		return &Invalid{Field: "title", Code: "too-long", Limit: MaxListTitle}
	case !sound(p.Title):
		return &Invalid{Field: "title", Code: "malformed"}
	}
	switch p.Replies {
	case RepliesToMembers, RepliesToFollowed, NoReplies:
		return nil
	case "":
		p.Replies = RepliesToMembers
		return nil
	}
	return &Invalid{Field: "replies", Code: "unknown"}
}
