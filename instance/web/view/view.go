// Package view holds what the pages show: plain values with nothing left to
// look up, decide or clean. Handlers fill them from the nouns of the house;
// templates only lay them out.
//
// Text in a string is as somebody typed it and is escaped by the template.
// Text in a [template.HTML] was sanitised when it was written.
package view

import (
	"html/template"
	"time"
)

// Kind is what kind of actor somebody is.
type Kind string

// The kinds of actors a page tells apart.
const (
	Resident    Kind = "person"
	Place       Kind = "group"
	Association Kind = "organization"
	Machine     Kind = "application"
)

// Person is anybody who has a page: a neighbour, a place, an association.
type Person struct {
	ID      string // decimal
	Name    string
	Handle  string // marie, or marie@accueil-rance.example
	Path    string // /@marie
	Picture string // address on this server; initials are drawn without one
	Kind    Kind
	Bot     bool
}

// Audience is who may read a post.
type Audience string

// The circles, the narrowest first, and what comes from elsewhere and apps.
const (
	ToBuilding      Audience = "building"
	ToNeighbourhood Audience = "neighbourhood"
	ToAround        Audience = "around"
	ToPublic        Audience = "public"
	ToUnlisted      Audience = "unlisted"
	ToFollowers     Audience = "followers"
	ToMentioned     Audience = "direct"
)

// Gone says why only the place of a post is left.
type Gone string

const (
	// Here is a post that stands.
	Here Gone = ""
	// Deleted was taken back by its author.
	Deleted Gone = "deleted"
	// Removed was taken away by a moderator.
	Removed Gone = "removed"
)

// Post is one post or reply.
type Post struct {
	ID       string // decimal
	Version  int64  // changes whenever anything of it changes that all readers see
	Path     string // /@marie/115930
	Author   Person
	In       *Person // the place it was posted in
	SharedBy *Person // who brought it here, when that is not the author
	ReplyTo  *Reply
	Title    string
	Content  template.HTML
	Warning  string
	Language string // BCP 47
	Audience Audience
	Pictures []Picture
	// Veiled tells that they are not for everyone's eyes at once.
	Veiled    bool
	Elsewhere []Elsewhere
	Card      *Card // of the page it links to

	Poll      *Poll     // nil for none
	Purchase  *Purchase // nil for none
	Proposal  *Proposal // nil for none
	Ride      *Ride     // nil for none
	Invites   *Occasion // nil for none
	Errand    *Errand   // nil for none
	Published time.Time
	Edited    time.Time // zero if it never was
	Gone      Gone
	// Announcement is set on what an organisation lets everyone know.
	Announcement *Announcement
	Campaign     *PostCampaign // what it was posted for; nil for no campaign
	// Restorable tells the author that they can still put it back.
	Restorable bool
	Replies    int

	// Folded is the title of the filter that the one who reads folds it behind;
	// empty for none.
	Folded string

	Liked, Shared, Pinned, Kept bool // by the one who reads
	May                         Deeds
}

// Deeds are what the one who reads may do with a post.
type Deeds struct {
	Reply, Like, Share, Pin, Edit, Delete, Remove, Report, Vote, Take, Close bool
	// Decide tells that it waits, and that they may let it through or keep it out.
	Decide bool
}

// Reply is what a post answers.
type Reply struct {
	To   string // name of the author
	Path string
}

// Picture is one picture of a post.
type Picture struct {
	ID     string
	Small  string // address of the smaller copy
	Large  string
	Alt    string
	Width  int // of the smaller copy, in pixels
	Height int
}

// Elsewhere is what of a post of another server is not shown here: it has to be
// gone to.
type Elsewhere struct {
	Medium string // image, video, audio, file
	URL    string
	Host   string // where that leads
	Alt    string
}

// Card is what a page that a post links to says of itself, in words and with a
// picture from here.
type Card struct {
	URL         string
	Host        string // where that leads
	Title       string
	Description string
	Language    string
	Picture     string // address here; empty without one
}

// Edit is how a post stood at At.
type Edit struct {
	At      time.Time
	Title   string
	Content template.HTML
	Warning string
	Now     bool // it still stands so
}

// Pager leads to older and newer parts of a list.
type Pager struct {
	Newer, Older string // addresses; empty where there is nothing
}

// Bond is how the one who reads stands to somebody.
type Bond struct {
	Self      bool
	Following bool
	Requested bool
	FollowsMe bool
	Blocked   bool
	Muted     bool
}

// Option is one choice of a list.
type Option struct {
	Value    string
	Label    string
	Selected bool
}

// Problem is one thing in a form that cannot be taken, as a field and a code;
// the pages turn it into a sentence.
type Problem struct {
	Field string // id of the field
	Code  string
	Limit int
}

// Flash tells what just happened, once.
type Flash struct {
	Key  string // flash.KEY in the catalogues
	Undo string // address that takes it back when posted to; empty if nothing does
	// AtOnce is the address that makes it final when posted to, where that waits
	// for [Flash.Undo].
	AtOnce string
	Sent   string // draft that the browser can let go: compose, reply-ID, or * for all
}
