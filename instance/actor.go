package instance

import (
	"regexp"
	"strings"
	"time"
)

// ActorKind is what kind of actor one is, in ActivityStreams' own words.
type ActorKind string

const (
	Person       ActorKind = "Person"
	Group        ActorKind = "Group"
	Organization ActorKind = "Organization"
	Application  ActorKind = "Application"
	Service      ActorKind = "Service"
)

// Actor is anyone who can act: a person, a neighbourhood, an association, a
// server itself; ours when Host is empty, else a copy of somebody else's.
type Actor struct {
	ID       ActorID
	URI      string
	Kind     ActorKind
	Username string
	Host     string // host[:port] in ASCII; empty for ours
	Name     string
	Summary  string // sanitised HTML
	URL      string
	Icon     string
	Image    string
	Fields   []Field

	Inbox, SharedInbox, Outbox, Followers, Following, Featured, Moderators string

	Locked, Discoverable, Indexable bool
	// HideCollections keeps from others whom the actor follows and who follows it.
	HideCollections bool

	Level     Level // of a Group that is a place, else ""
	Territory string
	Latitude  float64
	Longitude float64
	RadiusKM  float64

	MovedTo   string
	CreatedAt time.Time
	UpdatedAt time.Time
	FetchedAt time.Time // zero for ours

	LimitedAt   time.Time
	SuspendedAt time.Time
	DeletedAt   time.Time

	LastPostedAt                               time.Time
	PostsCount, FollowersCount, FollowingCount int
}

// Field is one line of a profile: a name and a sanitised HTML value.
type Field struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Local tells whether the actor lives on this server.
func (a Actor) Local() bool { return a.Host == "" }

// Gone tells whether nothing of the actor is to be shown any more.
func (a Actor) Gone() bool { return !a.DeletedAt.IsZero() || !a.SuspendedAt.IsZero() }

// Acct is the actor's handle without the leading @, short for our own.
func (a Actor) Acct() string {
	if a.Host == "" {
		return a.Username
	}
	return a.Username + "@" + a.Host
}

// Shown is the name to show: the chosen one, else the handle.
func (a Actor) Shown() string {
	if a.Name != "" {
		return a.Name
	}
	return a.Username
}

var localName = regexp.MustCompile(`^[a-z0-9_]{1,30}$`)

// reservedNames would be taken for the server or its staff (F10), or stand in
// the way of our own pages.
var reservedNames = map[string]bool{
	"admin": true, "administrator": true, "moderator": true, "moderation": true, "root": true,
	"support": true, "help": true, "system": true, "staff": true, "palier": true, "actor": true,
	"instance": true,
}

// ParseUsername returns the key under which a local name is kept, the lower
// case of it. It returns an [Invalid] when the name cannot be one of ours.
func ParseUsername(name string) (key string, err error) {
	key = strings.ToLower(name)
	switch {
	case key == "":
		return "", &Invalid{Field: "username", Code: "missing"}
	case !localName.MatchString(key):
		return "", &Invalid{Field: "username", Code: "malformed"}
	case reservedNames[key]:
		return "", &Invalid{Field: "username", Code: "reserved"}
	}
	return key, nil
}
