package instance

// ConversationID names a conversation of somebody's.
type ConversationID ID

func (id ConversationID) String() string { return ID(id).String() }

// Conversation is a thread of private messages among the same people, as one of
// them has it.
type Conversation struct {
	ID     ConversationID
	Others []Actor // the rest of them, or its owner where there is nobody else
	Last   *Post   // the latest message; nil if its owner may not read it any more
	LastID PostID  // of the same: conversations are paged by it
	Unread bool
}
