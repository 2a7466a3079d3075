package pages

import (
	"time"

	"palier/instance/web/view"
)

// Feeds lists the feeds of others that a place or an organisation shows.
type Feeds struct {
	Frame

	Owner    view.Person
	Feeds    []FeedLine
	PerDay   int    // entries of one feed that are shown in a day
	URL      string // as typed
	Problems []view.Problem
}

// Template is feeds.tmpl.
func (Feeds) Template() string { return "feeds" }

// FeedLine is one feed of others.
type FeedLine struct {
	Path    string
	Name    string
	URL     string
	ReadAt  time.Time // zero: not yet
	Trouble string
	Stale   bool
	Shown   int
	Entries []view.News
}

// News lists what sites nearby say.
type News struct {
	Frame

	Place  view.Person
	News   []view.News
	Speaks bool // who reads may add feeds
	Pager  view.Pager
}

// Template is news.tmpl.
func (News) Template() string { return "news" }
