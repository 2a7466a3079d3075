package auth

import (
	"slices"
	"strings"

	"palier/instance"
)

// Scopes is a set of what a client program may do. A parent implies its
// children: read is read:statuses and all its sisters.
type Scopes []string

// AllScopes is every scope there is, each parent before its children.
var AllScopes = slices.Concat(
	family("read", "accounts", "blocks", "bookmarks", "favourites", "filters", "follows", "lists", "mutes",
		"notifications", "search", "statuses"),
	family("write", "accounts", "blocks", "bookmarks", "conversations", "favourites", "filters", "follows", "lists",
		"media", "mutes", "notifications", "reports", "statuses"),
	Scopes{"follow", "push", "profile"},
	family("admin:read", administered...),
	family("admin:write", administered...),
)

var administered = []string{"accounts", "reports", "domain_allows", "domain_blocks", "ip_blocks", "email_domain_blocks", "canonical_email_blocks"}

// relations is what follow, older than scopes with a colon, stands for.
var relations = Scopes{"read:blocks", "write:blocks", "read:follows", "write:follows", "read:mutes", "write:mutes"}

func family(parent string, children ...string) Scopes {
	all := Scopes{parent}
	for _, c := range children {
		all = append(all, parent+":"+c)
	}
	return all
}

// ParseScopes reads scopes set apart by white space. It returns an
// [instance.Invalid] if one of them is not known, and none for an empty text.
func ParseScopes(s string) (Scopes, error) {
	var all Scopes
	for scope := range strings.FieldsSeq(s) {
		switch {
		case !slices.Contains(AllScopes, scope):
			return nil, &instance.Invalid{Field: "scope", Code: "unknown"}
		case !slices.Contains(all, scope):
			all = append(all, scope)
		}
	}
	return all, nil
}

// Allows tells whether a scope is among those of s or implied by them. What is
// no scope is not allowed.
func (s Scopes) Allows(scope string) bool {
	if slices.Contains(s, scope) {
		return true
	}
	if scope == "follow" {
		return s.Cover(relations)
	}
	return slices.Contains(AllScopes, scope) && slices.ContainsFunc(s, func(held string) bool { return implies(held, scope) })
}

// Cover tells whether s allows everything that asked does.
func (s Scopes) Cover(asked Scopes) bool {
	return !slices.ContainsFunc(asked, func(scope string) bool { return !s.Allows(scope) })
}

// Shortest is s without what another of it implies.
func (s Scopes) Shortest() Scopes {
	var short Scopes
	for i, scope := range s {
		others := slices.Concat(s[:i:i], s[i+1:])
		if !others.Allows(scope) || slices.Contains(short, scope) {
			short = append(short, scope)
		}
	}
	return short
}

func implies(held, scope string) bool {
	switch {
	case held == "follow":
		return slices.Contains(relations, scope)
	case scope == "profile":
		return held == "read" || held == "read:accounts"
	}
	return len(scope) > len(held) && scope[len(held)] == ':' && strings.HasPrefix(scope, held)
}

func (s Scopes) String() string { return strings.Join(s, " ") }
