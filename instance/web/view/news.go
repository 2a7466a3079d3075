package view

import "time"

// News is something that a site nearby says on its own pages.
type News struct {
	ID       string
	Title    string
	Text     string // plain, cut
	Link     string // to where it was written
	Language string
	Source   string // name of the site
	Host     string
	By       string // the place or organisation that has it shown
	ByPath   string
	At       time.Time
	Now      time.Time
	Stale    bool // the site has not answered for some days
}
