package pages

import (
	"time"

	"palier/instance/web/view"
)

// Digest is what was said near a person, to be read to the end.
type Digest struct {
	Frame

	Since  time.Time
	Places []view.DigestPlace
}

// Template is digest.tmpl.
func (Digest) Template() string { return "digest" }

// NoticeSettings is what comes to a person, and by which way.
type NoticeSettings struct {
	Frame

	Often    string // daily, weekly, none
	Hours    []view.Option
	Weekdays []view.Option
	Topics   []view.Option // what they are written about at once
	Most     []view.Option // letters at once a day
	Mailed   bool          // whether they are written to at once at all
	PushKey  string        // by which push services know this server
	Problems []view.Problem
}

// Template is notice_settings.tmpl.
func (NoticeSettings) Template() string { return "notice_settings" }

// Oftens are how often the digest can come.
func (NoticeSettings) Oftens() []string { return []string{"daily", "weekly", "none"} }

// Stop asks whether letters of a kind are to stop.
type Stop struct {
	Frame

	Kind string // digest, at-once or tonight
	Done bool
}

// Template is stop.tmpl.
func (Stop) Template() string { return "stop" }
