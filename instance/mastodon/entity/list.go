package entity

// ListOfAccounts is some of those somebody follows; programs call it a List.
type ListOfAccounts struct {
	ID            ID     `json:"id"`
	Title         string `json:"title"`
	RepliesPolicy string `json:"replies_policy"`
	Exclusive     bool   `json:"exclusive"`
}

// Conversation is a thread of private messages.
type Conversation struct {
	ID         ID         `json:"id"`
	Unread     bool       `json:"unread"`
	Accounts   []*Account `json:"accounts"`
	LastStatus *Status    `json:"last_status"`
}

// Marker is how far somebody has read.
type Marker struct {
	LastReadID ID   `json:"last_read_id"`
	Version    int  `json:"version"`
	UpdatedAt  Time `json:"updated_at"`
}

// FilterV1 is a word of a filter, as programs knew it before filters had many.
type FilterV1 struct {
	ID           ID       `json:"id"`
	Phrase       string   `json:"phrase"`
	Context      []string `json:"context"`
	WholeWord    bool     `json:"whole_word"`
	ExpiresAt    Time     `json:"expires_at"`
	Irreversible bool     `json:"irreversible"`
}
