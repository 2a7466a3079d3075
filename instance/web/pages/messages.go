package pages

import "palier/instance/web/view"

// Messages lists the private conversations of the one who reads.
type Messages struct {
	Frame

	Conversations []view.Conversation
	Pager         view.Pager
}

// Template is messages.tmpl.
func (Messages) Template() string { return "messages" }

// Message is one conversation, the oldest message of the page first.
type Message struct {
	Frame

	Conversation view.Conversation
	Posts        []view.Post
	Pager        view.Pager
	Once         string
	Text         string // of an answer that could not be taken
	Problems     []view.Problem
}

// Template is message.tmpl.
func (Message) Template() string { return "message" }

// NewMessage is where one writes to somebody alone.
type NewMessage struct {
	Frame

	To       view.Person
	Once     string
	Text     string
	Problems []view.Problem
}

// Template is new_message.tmpl.
func (NewMessage) Template() string { return "new_message" }
