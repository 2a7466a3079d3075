package pages

import "palier/instance/web/view"

// Thread is a post with what it answers and what answers it.
type Thread struct {
	Frame

	Before  []view.Post // what it answers, the first one first
	Post    view.Post
	Readers view.Choice // who can read it
	// Agreements are what the one who reads may know of who takes what it proposes.
	Agreements []view.Agreement
	Ask        *view.Ask    // what its author alone knows of an ask
	Why        *view.Reason // why the reader heard of it; nil for no reason of theirs
	Enquiries  []view.Post  // what others asked its author about it in private
	Replies    []Reply      // in reading order
	Pager      view.Pager
	MayReply   bool
	Rest       *view.Rest // how much is given of an offer, to whom and when; nil for none of ours
	Once       string     // makes a second press do nothing more
	Text       string     // of a reply that could not be taken
	Problems   []view.Problem
	Live       string // address of the event stream; empty for none
}

// Template is thread.tmpl.
func (Thread) Template() string { return "thread" }

// Reply is a post below another, Depth levels deep; what is deeper than three
// is shown as three.
type Reply struct {
	Post  view.Post
	Depth int
}
